// The molecule page: names while they are typed, what stands behind a number in a dialog, an editor and a 3-D view on demand.
const $ = (id) => document.getElementById(id);
const box = $("smiles"), live = $("live"), names = $("drugs"), dialog = $("more"), inside = $("inside");
const here = new URL(import.meta.url).search; // the hash of the scripts, so that the browser may keep them

const found = new Map();
let waiting = 0;
box.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const text = box.value.trim();
    if (/^[a-z][a-z0-9 -]{1,60}$/i.test(text)) {  // a longer text is a structure, and no medicine's name
      const answer = await fetch(`/api/v1/drugs?q=${encodeURIComponent(text)}`);
      if (!answer.ok) return;
      const drugs = await answer.json();
      for (const drug of drugs) found.set(drug.name, drug.smiles);
      names.replaceChildren(...drugs.map((drug) => {
        const option = document.createElement("option");
        option.value = drug.name;
        return option;
      }));
    }
    const drug = found.get(text.toLowerCase());
    if (drug) live.src = `/depict.svg?width=120&height=80&smiles=${encodeURIComponent(drug)}`;
  }, 180);
});

/** Show something in the dialog, which the Escape key closes. */
function show(...parts) {
  inside.replaceChildren(...parts);
  if (!dialog.open) dialog.showModal();
}

function sentence(text) {
  const said = document.createElement("p");
  said.className = "waiting";
  said.setAttribute("role", "status");
  said.textContent = text;
  return said;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a.ask-more");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(sentence("Looking …"));
  const answer = await fetch(`${link.getAttribute("href")}&part=true`, { headers: { Accept: "application/json" } });
  if (!dialog.open) return;
  if (!answer.ok) return show(sentence((await answer.json().catch(() => ({}))).detail ?? "the server did not answer"));
  show(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
});

const print = $("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
  const closed = [];
  addEventListener("beforeprint", () => document.querySelectorAll("details.group:not([open])").forEach((one) => { closed.push(one); one.open = true; }));
  addEventListener("afterprint", () => { while (closed.length) closed.pop().open = false; });
}

$("edit")?.addEventListener("click", async () => {
  const { edit } = await import(`./molecule_editor.js${here}`);
  const text = box.value.trim();
  const start = found.get(text.toLowerCase()) ?? (text === box.defaultValue ? $("card")?.dataset.smiles : null) ?? text;
  await edit(box, start, show, dialog);
});

$("space")?.addEventListener("click", async (event) => {
  const { view } = await import(`./molecule_space.js${here}`);
  await view(event.target, $("card").dataset.smiles);
});
