// How a job goes, for a page: it is asked about again and again. A stream of events, as the API has it for programs, would
// keep one of the six connections that a browser has to a server over HTTP/1.1: with six pages open none would load.
const OVER = ["done", "failed", "cancelled", "paused"];
const SOON = 1000, LATE = 5000;  // milliseconds between two looks: at a job that moves, and at one that long has not

/** Whether nothing more will happen to a job in this state unless somebody asks. */
export const isOver = (state) => OVER.includes(state);

/** Tell what a job says whenever it says something new, until it is over; a page that nobody sees does not ask. */
export function follow(id, tell) {
  let said = "", wait = SOON, idle = false;

  async function look() {
    const answer = await fetch(`/api/v1/jobs/${id}`, { headers: { Accept: "application/json" } });
    if ([401, 403, 404].includes(answer.status)) return true;  // logged out, or the job is gone: asking on is no use
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    wait = text === said ? Math.min(LATE, wait * 1.5) : SOON;
    if (text === said) return false;
    const job = JSON.parse(text);
    await tell(job);
    said = text;
    return isOver(job.state);
  }

  async function again() {
    idle = document.hidden;
    if (idle) return;
    const ended = await look().catch(() => { wait = LATE; return false; });
    if (!ended) setTimeout(again, wait);
  }

  document.addEventListener("visibilitychange", () => { if (idle && !document.hidden) again(); });
  again();
}
