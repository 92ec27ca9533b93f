// Jobs as they go: the list and one job by looking again. Without it, a reload does the same.
const { follow, isOver } = await import(`./follow.js${new URL(import.meta.url).search}`);
const list = document.querySelector("table[data-live]");
const going = () => list.querySelector('tr[data-state="queued"], tr[data-state="running"]');

async function look() {
  if (document.hidden || !going()) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const rows = page.querySelector("table[data-live] tbody");
  const held = document.activeElement?.closest?.("table[data-live] a")?.getAttribute("href");
  if (rows) list.tBodies[0].replaceWith(rows);
  if (held) list.querySelector(`a[href="${held}"]`)?.focus();
}
if (list) setInterval(() => look().catch(() => {}), 3000);

const job = document.querySelector("#job");
if (job && !isOver(job.dataset.state)) {
  const put = (id, text) => { const place = document.getElementById(id); if (place.textContent !== text) place.textContent = text; };
  follow(job.dataset.id, (now) => {
    const bar = document.querySelector("#job-progress");
    if (now.total) bar.value = Math.min(1, now.done / now.total); else bar.removeAttribute("value");
    put("job-words", now.total ? `${now.done.toLocaleString("en")} of ${now.total.toLocaleString("en")}` : now.done ? now.done.toLocaleString("en") : "");
    put("job-note", now.state === "running" ? now.note : "");
    const state = document.querySelector("#job-state");
    if (state.textContent !== now.state) {
      put("job-said", `The job is ${now.state}.`);
      state.className = `state ${now.state}`;
      state.textContent = now.state;
    }
    if (isOver(now.state)) location.reload();  // what it made, and what can be done with it now
  });
}
