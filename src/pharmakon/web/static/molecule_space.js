// The 3-D view of a conformer (3Dmol.js), loaded when it is asked for.

/** Put the view in the place of the button. */
export async function view(button, smiles) {
  button.disabled = true;
  const answer = await fetch(`/molecule/conformer.sdf?smiles=${encodeURIComponent(smiles)}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) { button.textContent = "No conformer"; return; }
  const block = await answer.text();
  if (!window.$3Dmol) {
    await new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = new URL("./vendor/3Dmol.js", import.meta.url).href;
      script.addEventListener("load", done);
      script.addEventListener("error", failed);
      document.head.append(script);
    });
  }
  const place = document.createElement("div");
  place.id = "space3d";
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", "Conformer of lowest energy; drag to turn it");
  button.closest(".aside").querySelector("img.structure").after(place);
  button.remove();
  const viewer = window.$3Dmol.createViewer(place, { backgroundColor: getComputedStyle(document.body).backgroundColor });
  viewer.addModel(block, "sdf");
  viewer.setStyle({}, { stick: { radius: 0.14 }, sphere: { scale: 0.22 } });
  viewer.zoomTo();
  viewer.render();
}
