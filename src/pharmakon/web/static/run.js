// The form that starts a job: an upload takes the place of a choice, and a problem gets the focus.
document.querySelector("#problem")?.focus();
for (const pick of document.querySelectorAll(".pick")) {
  const choice = pick.querySelector("select"), upload = pick.querySelector("input[type=file]");
  if (!upload) continue; // what only another job makes
  upload.addEventListener("change", () => { if (upload.files.length && !choice.multiple) choice.value = ""; });
  choice.addEventListener("change", () => { if (!choice.multiple && choice.value) upload.value = ""; });
}
const form = document.querySelector("form.run");
document.querySelector("#copies")?.scrollIntoView({ block: "center" });
form?.addEventListener("submit", (event) => {
  if (event.submitter?.name) return; // it asks for the request in other words, and starts nothing
  const button = form.querySelector("button.primary");
  setTimeout(() => { button.disabled = true; button.textContent = "Starting …"; });
});
addEventListener("pageshow", () => { const button = form?.querySelector("button.primary"); if (button) { button.disabled = false; button.textContent = "Start"; } });
