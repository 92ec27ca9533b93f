// The structure editor (OpenChemLib), loaded when it is asked for.
let library = null;

/** Open the editor on a structure, and put what was drawn into the box. */
export async function edit(box, start, show, dialog) {
  const waiting = document.createElement("p");
  waiting.textContent = "Loading the editor …";
  show(waiting);
  library ??= await import("./vendor/openchemlib.js");
  const place = document.createElement("div"), use = document.createElement("button");
  place.id = "editor";
  use.type = "button";
  use.className = "primary";
  use.textContent = "Use this structure";
  show(place, use);
  const editor = new library.CanvasEditor(place, { initialMode: "molecule" });
  try {
    if (start) editor.setMolecule(library.Molecule.fromSmiles(start));
  } catch { /* what stands in the box is no structure yet: an empty sheet */ }
  use.addEventListener("click", () => {
    box.value = editor.getMolecule().toIsomericSmiles();
    box.dispatchEvent(new Event("input"));
    editor.destroy();
    dialog.close();
    box.focus();
  });
}
