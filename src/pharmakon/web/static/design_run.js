// The page of a run follows it: each word of the job fetches the page, and what changed in it takes its place.
const { follow, isOver } = await import(`./follow.js${new URL(import.meta.url).search}`);
const run = document.querySelector("#run");

async function look() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const state = page.querySelector("#run")?.dataset.state;
  if (state === "done" && run.dataset.state !== "done") { location.reload(); return; }
  run.dataset.state = state;
  for (const part of run.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh && fresh.outerHTML !== part.outerHTML && !part.contains(document.activeElement)) part.replaceWith(document.adoptNode(fresh));
  }
}

if (run && !isOver(run.dataset.state)) follow(run.dataset.job, look);

const views = document.querySelector("#views");
if (views) {
  views.hidden = false;
  const show = (view) => {
    document.querySelector("#grid").classList.toggle("hidden-view", view !== "grid");
    document.querySelector("#table").classList.toggle("hidden-view", view !== "table");
  };
  views.addEventListener("change", (event) => show(event.target.value));
  document.addEventListener("click", (event) => {  // a dot of the plot, or a name of the table, leads to the grid
    const name = event.target.closest("a[href^='#D']")?.getAttribute("href").slice(1);
    if (!name) return;
    views.querySelector("[value=grid]").checked = true;
    show("grid");
    requestAnimationFrame(() => document.getElementById(name)?.focus());
  });
}
