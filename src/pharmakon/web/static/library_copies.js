// What "copy as" holds is what the list shows: the server words it from the page's address, when it is opened.
const place = document.querySelector(".copies");

place?.addEventListener("toggle", async () => {
  if (!place.open) return;
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  const worded = page.querySelectorAll(".copies figure");
  if (worded.length) place.replaceChildren(place.querySelector("summary"), ...worded);
});
