// How many records are chosen, said beside the button.
const form = document.querySelector("[data-choose]");
if (form) {
  const said = document.querySelector("#chosen"), button = document.querySelector("#compare");
  const count = () => {
    const n = form.querySelectorAll("input[name=run]:checked").length;
    button.setAttribute("aria-disabled", String(n < 2 || n > 6));
    said.textContent = n === 0 ? "Choose two to six of them." : n === 1 ? "One is chosen; choose another." : n > 6 ? `${n} are chosen; six at most.` : `${n} are chosen.`;
  };
  form.addEventListener("change", count);
  form.addEventListener("submit", (event) => { if (button.getAttribute("aria-disabled") === "true") event.preventDefault(); });
  count();
}
