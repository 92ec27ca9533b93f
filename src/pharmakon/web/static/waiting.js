// A page that waits for its job: it says what the job says, and is loaded again when the job is over.
const { follow, isOver } = await import(`./follow.js${new URL(import.meta.url).search}`);
const waiting = document.querySelector("#waiting");
if (waiting && !isOver(waiting.dataset.state)) {
  follow(waiting.dataset.job, (job) => {
    const bar = waiting.querySelector("progress");
    if (isOver(job.state)) { location.reload(); return; }
    waiting.querySelector("#said").textContent = job.note || job.state;
    if (job.total) { bar.max = job.total; bar.value = job.done; }
  });
}
