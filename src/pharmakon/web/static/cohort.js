// Fields that a kind of outcome has no use for are put away; without this all of them are there, and the rest is left out.
const kind = document.querySelector("[name='outcome.kind']");
if (kind) {
  const show = () => document.querySelectorAll("[data-kinds]").forEach((field) => { field.hidden = !field.dataset.kinds.split(" ").includes(kind.value); });
  kind.addEventListener("change", show);
  show();
}
