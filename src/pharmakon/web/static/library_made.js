// Follows the job that makes a library, and opens the library when it is done.
import { send } from "./app.js";

const place = document.querySelector("#making"), done = document.querySelector("#done"), state = document.querySelector("#state");
const path = `/api/v1/jobs/${place.dataset.job}`;

async function look() {
  const answer = await fetch(path);
  if (answer.ok) {
    const job = await answer.json();
    done.textContent = job.done.toLocaleString("en");
    state.textContent = job.note && job.state === "running" ? `running: ${job.note}` : job.state;
    const bar = document.querySelector("progress");
    if (bar && job.total) { bar.max = job.total; bar.value = job.done; }
    if (!["queued", "running"].includes(job.state)) return location.reload();
  }
  setTimeout(look, 1000);
}
if (done) setTimeout(look, 500);

document.querySelector("#cancel")?.addEventListener("click", async (event) => {
  event.target.disabled = true;
  await send("POST", `${path}/cancel`);
});
