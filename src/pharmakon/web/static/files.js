// Uploads by drag and drop, each with its progress; without it, the form sends them.
const drop = document.querySelector("#drop"), list = document.querySelector("#uploads");
const csrf = document.querySelector("meta[name=csrf]").content;

function send(file) {
  const line = document.createElement("li"), bar = document.createElement("progress"), name = document.createElement("span");
  name.textContent = file.name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Upload of ${file.name}`);
  line.append(name, bar);
  list.append(line);
  return new Promise((done) => {
    const request = new XMLHttpRequest(), body = new FormData();
    body.append("patient", document.querySelector("#patient")?.checked ? "true" : "false");
    body.append("file", file);
    request.open("POST", "/api/v1/files");
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
    request.addEventListener("loadend", () => {
      if (request.status === 201) return done(true);
      let said = "the connection was lost";
      try { said = JSON.parse(request.responseText).detail; } catch { /* no sentence came back */ }
      name.textContent = `${file.name}: ${said}`;
      bar.remove();
      done(false);
    });
    request.send(body);
  });
}

async function take(files) {
  const ends = [];
  for (const file of files) ends.push(await send(file));
  if (ends.length && ends.every(Boolean)) location.reload();
}

if (drop) {
  drop.addEventListener("submit", (event) => { event.preventDefault(); take(document.querySelector("#file").files); });
  drop.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); drop.classList.remove("over"); take(event.dataTransfer.files); });
}
document.addEventListener("submit", (event) => {
  const question = event.target.dataset?.ask;
  if (question && !confirm(question)) event.preventDefault();
});
