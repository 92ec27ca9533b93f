// A page that waits for its job: it says what the job says, and is loaded again when the job is over.
const waiting = document.querySelector("#waiting");
if (waiting && ["queued", "running"].includes(waiting.dataset.state)) {
  const events = new EventSource(`/api/v1/jobs/${waiting.dataset.job}/events`);
  events.addEventListener("job", (event) => {
    const job = JSON.parse(event.data), bar = waiting.querySelector("progress");
    if (!["queued", "running"].includes(job.state)) { events.close(); location.reload(); return; }
    waiting.querySelector("#said").textContent = job.note || job.state;
    if (job.total) { bar.max = job.total; bar.value = job.done; }
  });
}
