// The builder: sliders beside the numbers, and the server's judgement of every change at once.
const form = document.querySelector("#builder");
let waiting = 0, asked = 0, stepping = false;

function pair(root) {
  for (const slide of root.querySelectorAll("input.slide")) {
    const box = root.ownerDocument.getElementById(slide.dataset.for);
    if (!box || slide.dataset.paired) continue;
    slide.dataset.paired = "yes";
    slide.hidden = false;
    if (box.value !== "") slide.value = box.value;
    slide.addEventListener("input", () => { box.value = slide.value; changed(); });
    box.addEventListener("input", () => { if (box.value !== "") slide.value = box.value; });
  }
}

async function sent(button) {
  const data = new FormData(form);
  data.delete("goal");
  if (button) data.set("do", button);
  const number = ++asked;
  const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return number === asked && page.querySelector("#builder") ? page : null;
}

/** What the server says of the form takes its place; fields stay as they are being typed in. */
async function judge() {
  if (stepping) return;
  const page = await sent("update");
  if (!page || stepping) return;
  for (const part of form.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...document.adoptNode(fresh).childNodes);
  }
}

function changed() {
  clearTimeout(waiting);
  waiting = setTimeout(judge, 200);
}

/** A step that changes the fields themselves: the whole form is drawn anew, and the focus goes where it was. */
async function step(button, focus) {
  clearTimeout(waiting);
  stepping = true;
  const page = await sent(button).finally(() => { stepping = false; });
  if (!page) return;
  const open = [...form.querySelectorAll("details")].map((one) => one.open);
  form.replaceChildren(...document.adoptNode(page.querySelector("#builder")).childNodes);
  form.querySelectorAll("details").forEach((one, n) => { if (open[n] && form.querySelectorAll("details").length === open.length) one.open = true; });
  pair(form);
  const added = button === "add" ? form.querySelector(".term:last-of-type select") : null;
  (added ?? document.getElementById(focus) ?? form.querySelector("#add"))?.focus();
}

if (form) {
  pair(form);
  form.addEventListener("input", (event) => { if (event.target.name && !["goal", "add", "slice"].includes(event.target.name)) changed(); });
  form.addEventListener("change", (event) => {
    if (/\.(role|sense)$|^mode\.kind$/.test(event.target.name)) step("update", event.target.id);
  });
  form.addEventListener("submit", (event) => {
    const what = event.submitter?.value ?? "update";
    if (what === "start" || what === "load") return;
    event.preventDefault();
    step(what, event.submitter?.id);
  });
}
