// What every page needs of a script; without it, each page still works.
const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

/** A request of the API that changes something. Throws the server's sentence where it refuses. */
export async function send(method, path, body, headers = {}) {
  const answer = await fetch(path, {
    method,
    headers: { "X-CSRF-Token": csrf, ...(body instanceof FormData ? {} : { "Content-Type": "application/json" }), ...headers },
    body: body === undefined ? undefined : body instanceof FormData ? body : JSON.stringify(body),
  });
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? `the server answered ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.parentElement.querySelector("code").textContent;
  await navigator.clipboard.writeText(text);
  const before = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = before), 1500);
});

const box = document.querySelector("#smiles"), live = document.querySelector("#live");
if (box && live) {
  let waiting = 0;
  const draw = () => {
    live.hidden = !box.value.trim();
    if (!live.hidden) live.src = `/depict.svg?width=120&height=80&smiles=${encodeURIComponent(box.value.trim())}`;
  };
  box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(draw, 150); });
}
