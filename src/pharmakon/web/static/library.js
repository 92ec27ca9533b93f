// A library: its list, its filters, its plot and the selection that the server keeps.
import { send } from "./app.js";
import "./library_copies.js";
import { List, make, shownUnit } from "./library_list.js";
import { Plot, histogram, three } from "./library_plot.js";

const $ = (id) => document.getElementById(id);
const told = JSON.parse($("library").dataset.told), path = `/api/v1/libraries/${told.id}`;
const byName = new Map(told.columns.map((column) => [column.name, column]));
const numbers = told.columns.filter((column) => ["number", "estimate"].includes(column.kind));
const query = new URLSearchParams(location.search);
const state = { filter: told.filter, sort: query.get("sort") ?? "", down: query.get("down") === "true", shown: told.shown };
const selected = new Uint8Array(told.rows);
const kept = new Map(); // column -> its numbers
let left = null, loading = 0, changes = 0, busy = 0;

const source = {
  path, total: 0, selects: told.selects,
  get columns() {
    const found = state.shown.map((name) => byName.get(name)).filter(Boolean);
    return state.filter.similar ? [{ name: "similarity", title: "Similarity", kind: "number" }, ...found] : found;
  },
  get sort() { return state.sort; },
  get down() { return state.down; },
  selected: (row) => Boolean(selected[row]),
  toggle: (row, on) => select({ rows: [row], mode: on ? "add" : "remove" }, () => { selected[row] = on ? 1 : 0; }),
  all: () => $("selectall").click(),
  order(name) { state.down = state.sort === name ? !state.down : true; state.sort = name; load(); },
  async block(offset, limit) { return (await page(offset, limit)).items; },
  cell(item, column) {
    const value = item.values[column.name];
    return value === null || value === undefined ? "" : typeof value === "number" ? (column.unit === "count" || column.group === "input" ? String(Number(value.toPrecision(6))) : three(value)) : String(value);
  },
  look(item, column) {
    const verdict = { good: "isgood", poor: "ispoor" }[item.verdicts?.[column.name]] ?? "";
    return item.outside?.includes(column.name) ? "isoutside" : verdict;
  },
};
const list = new List($("list"), source);
const plot = new Plot($("canvas"), (rows, add) => select({ rows, mode: add ? "add" : "replace" }, () => {
  if (!add) selected.fill(0);
  for (const row of rows) selected[row] = 1;
}));

/** The filter without what says nothing, as the API takes it. */
function filterText() {
  const told = Object.fromEntries(Object.entries(state.filter).filter(([name, value]) =>
    !(value === "" || value === null || value === "any" || (typeof value === "object" && !Object.keys(value).length))));
  return Object.keys(told).length ? JSON.stringify(told) : "";
}

function parameters(more) {
  const made = new URLSearchParams({ filter: filterText(), sort: state.sort, down: state.down, ...more });
  for (const name of state.shown) made.append("columns", name);
  return made;
}

async function page(offset, limit) {
  const answer = await fetch(`${path}/rows?${parameters({ offset, limit })}`);
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.detail);
  return found;
}

/** Mark the field that a refusal is about; none without one. */
function blame(message) {
  $("smarts").setAttribute("aria-invalid", /SMARTS|substructure/.test(message));
  $("similar").setAttribute("aria-invalid", /compare with/.test(message));
}

/** Ask again for everything that depends on the filter and the order. */
async function load(keep = false) {
  const mine = ++loading;
  const address = new URLSearchParams({ filter: filterText(), sort: state.sort, down: state.down, columns: JSON.stringify(state.shown) });
  history.replaceState(null, "", `?${address}`);
  try {
    const first = await page(0, list.size);
    if (mine !== loading) return;
    source.total = first.total;
    list.none = first.to_search ? "None found so far." : "No molecule meets the filter.";
    list.refresh(keep);
    list.blocks.set(0, first.items);
    list.draw();
    const going = first.to_search ? `: ${first.searched.toLocaleString("en")} of ${first.to_search.toLocaleString("en")} searched` : "";
    $("count").textContent = `${first.total.toLocaleString("en")} of ${told.rows.toLocaleString("en")} ${told.rows === 1 ? "molecule" : "molecules"}`;
    $("searching").textContent = going ? `Searching${going}` : "";
    blame("");
    $("direction").setAttribute("aria-pressed", state.down);
    $("sort").value = state.sort;
    $("selectall").disabled = !told.selects || Boolean(going); // a part of what is searched for is no answer
    left = going ? new Uint8Array(told.rows) : filterText() ? await mask(filterText()) : null;
    if (mine !== loading) return;
    marks();
    if (going) setTimeout(() => mine === loading && load(true), 700);
  } catch (error) {
    if (mine !== loading) return;
    $("count").textContent = list.none = error.message;
    $("searching").textContent = "";
    $("selectall").disabled = true;
    blame(error.message);
    source.total = 0;
    left = new Uint8Array(told.rows);
    list.refresh();
    marks();
  }
  exporting();
}

async function mask(filter) {
  const answer = await fetch(`${path}/mask?${new URLSearchParams({ filter })}`);
  if (!answer.ok) throw new Error((await answer.json()).detail);
  const bits = new Uint8Array(await answer.arrayBuffer()), found = new Uint8Array(told.rows);
  for (let i = 0; i < told.rows; i += 1) found[i] = (bits[i >> 3] >> (7 - (i & 7))) & 1;
  return found;
}

async function values(name) {
  if (!kept.has(name)) {
    kept.set(name, fetch(`${path}/values?${new URLSearchParams({ column: name })}`).then(async (answer) => new Float32Array(await answer.arrayBuffer())));
  }
  return kept.get(name);
}

function marks() {
  const count = selected.reduce((sum, one) => sum + one, 0);
  $("selected").textContent = count ? `${count.toLocaleString("en")} selected` : "Nothing is selected";
  plot.mark(left, count ? selected : null);
  for (const place of document.querySelectorAll("[data-histogram]")) {
    values(place.dataset.histogram).then((numbers) => place.replaceChildren(histogram(numbers, left)));
  }
}

/** Change the selection here at once, and on the server; what the server refuses is taken back here. */
async function select(change, now) {
  if (!told.selects) return;
  const before = selected.slice();
  changes += 1;
  busy += 1;
  now();
  marks();
  list.draw();
  try {
    try { await send("PUT", `${path}/selections`, change); } finally { busy -= 1; }
    if (change.filter || change.mode === "replace") await selections(Boolean(change.filter));
  } catch (error) {
    selected.set(before);
    marks();
    list.draw();
    $("selected").textContent = error.message;
  }
}

/** The selections that the server keeps; `again` takes the working one as it stands there, perhaps from another tab. */
async function selections(again = false) {
  const at = changes, found = await (await fetch(`${path}/selections`)).json();
  const own = found.find((one) => one.name === "" && one.own);
  const there = again && own?.count ? await mask(JSON.stringify({ selection: own.id })) : null;
  if (again && !busy && at === changes) { // what was picked here meanwhile is newer
    if (there) selected.set(there); else selected.fill(0);
    marks();
    list.draw();
  }
  const items = found.filter((one) => one.name).map((one) => {
    const row = make("div", "saved"), use = make("button", "", `${one.name} (${one.count.toLocaleString("en")})`), filter = make("button", "", "Filter");
    use.type = filter.type = "button";
    use.title = "Select these";
    filter.title = `Show ${one.name} alone`;
    use.disabled = !told.selects;
    use.addEventListener("click", async () => {
      const rows = await mask(JSON.stringify({ selection: one.id }));
      select({ filter: { selection: one.id } }, () => selected.set(rows));
    });
    filter.addEventListener("click", () => { state.filter.selection = one.id; load(); });
    row.append(use, filter);
    if (one.own) {
      const forget = make("button", "danger", "Delete");
      forget.type = "button";
      forget.setAttribute("aria-label", `Delete the selection ${one.name}`);
      forget.addEventListener("click", async () => { await send("DELETE", `${path}/selections/${one.id}`); selections(); });
      row.append(forget);
    }
    return row;
  });
  const typed = $("selections").querySelector("input"), typing = typed && typed === document.activeElement;
  const name = make("input"), save = make("button", "primary", "Save the selection"), form = make("form", "saver");
  name.required = true;
  name.maxLength = 200;
  name.setAttribute("aria-label", "Name of the selection");
  name.placeholder = "Name";
  name.value = typed?.value ?? "";
  form.append(name, save);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const rows = [];
    selected.forEach((one, row) => { if (one) rows.push(row); });
    await send("PUT", `${path}/selections`, { name: name.value, rows });
    name.value = "";
    selections();
  });
  $("selections").replaceChildren(...(told.selects ? [form] : []), ...items);
  if (typing) name.focus();
  $("export").dataset.own = own?.count ? own.id : "";
  exporting();
}

function exporting() {
  const links = [];
  for (const [title, filter] of [["What the filter leaves", filterText()], ["The selection", $("export").dataset.own ? JSON.stringify({ selection: $("export").dataset.own }) : null]]) {
    const line = make("p", "", `${title}: `);
    if (filter === null) line.append(make("span", "hint", "nothing is selected"));
    else for (const format of ["csv", "sdf", "parquet"]) {
      const link = make("a", "", format.toUpperCase()), asked = parameters({ format });
      asked.set("filter", filter);
      asked.delete("columns"); // all of them
      link.href = `${path}/export?${asked}`;
      link.download = "";
      line.append(link, " ");
    }
    links.push(line);
  }
  $("export").replaceChildren(...links);
}

/** A select of columns, grouped. */
function choices(select, columns, first = []) {
  const groups = new Map();
  for (const column of columns) {
    if (!groups.has(column.group)) groups.set(column.group, []);
    const option = make("option", "", column.title + (shownUnit(column) ? ` (${shownUnit(column)})` : ""));
    option.value = column.name;
    groups.get(column.group).push(option);
  }
  select.append(...first, ...[...groups].map(([name, options]) => {
    const group = make("optgroup");
    group.label = name === "input" ? "of the file" : name;
    group.append(...options);
    return group;
  }));
}

function option(value, text) { const made = make("option", "", text); made.value = value; return made; }

/** The controls of a filter by one property. */
function property(name) {
  const column = byName.get(name), place = make("fieldset", "property"), legend = make("legend", "", column.title);
  if (shownUnit(column)) legend.append(make("span", "unit", ` ${shownUnit(column)}`));
  const drawn = make("div");
  drawn.dataset.histogram = name;
  const bounds = make("div", "bounds");
  const changed = () => {
    const [low, high] = [...bounds.querySelectorAll("input")].map((box) => (box.value === "" ? null : Number(box.value)));
    if (low === null && high === null) delete state.filter.ranges[name]; else state.filter.ranges[name] = [low, high];
    later();
  };
  ["at least", "at most"].forEach((text, i) => {
    const box = make("input");
    box.type = "number";
    box.step = "any";
    box.placeholder = text;
    box.setAttribute("aria-label", `${column.title}: ${text}`);
    box.value = state.filter.ranges[name]?.[i] ?? "";
    box.addEventListener("input", changed);
    bounds.append(box);
  });
  place.append(legend, drawn, bounds);
  if (column.kind === "estimate") {
    const verdicts = make("div", "verdicts");
    for (const verdict of ["good", "poor", "don't know"]) {
      const label = make("label", "inline"), box = make("input");
      box.type = "checkbox";
      box.checked = state.filter.verdicts[name]?.includes(verdict) ?? false;
      box.addEventListener("change", () => {
        const now = new Set(state.filter.verdicts[name] ?? []);
        if (box.checked) now.add(verdict); else now.delete(verdict);
        if (now.size) state.filter.verdicts[name] = [...now]; else delete state.filter.verdicts[name];
        later();
      });
      label.append(box, ` ${verdict}`);
      verdicts.append(label);
    }
    const label = make("label", "inline"), inside = make("input");
    inside.type = "checkbox";
    inside.checked = state.filter.in_domain.includes(name);
    inside.addEventListener("change", () => {
      state.filter.in_domain = state.filter.in_domain.filter((one) => one !== name);
      if (inside.checked) state.filter.in_domain.push(name);
      later();
    });
    label.append(inside, " only where the model knows the molecule");
    if (column.threshold != null) place.append(verdicts);
    place.append(label);
  }
  const away = make("button", "small", "Remove");
  away.type = "button";
  away.setAttribute("aria-label", `Remove the filter by ${column.title}`);
  away.addEventListener("click", () => {
    delete state.filter.ranges[name];
    delete state.filter.verdicts[name];
    state.filter.in_domain = state.filter.in_domain.filter((one) => one !== name);
    place.remove();
    load();
  });
  place.append(away);
  $("properties").append(place);
  values(name).then((numbers) => drawn.replaceChildren(histogram(numbers, left)));
  return place;
}

let waiting = 0;
function later() { clearTimeout(waiting); waiting = setTimeout(load, 250); }

function fields() {
  const { filter } = state;
  [$("text").value, $("smarts").value, $("problems").value] = [filter.text, filter.smarts, filter.problems];
  if ($("repeats")) $("repeats").value = filter.repeats;
  $("similar").value = filter.similar?.smiles ?? "";
  $("atleast").value = filter.similar?.at_least ?? 0.5;
  $("properties").replaceChildren();
  for (const name of new Set([...Object.keys(filter.ranges), ...Object.keys(filter.verdicts), ...filter.in_domain])) property(name);
}

function begin() {
  choices($("addproperty"), numbers);
  choices($("plotx"), numbers);
  choices($("ploty"), numbers);
  choices($("sort"), told.columns, [option("", "as in the file"), option("id", "Id"), option("similarity", "Similarity")]);
  for (const [id, name] of [["text", "text"], ["smarts", "smarts"]]) {
    $(id).addEventListener("input", () => { state.filter[name] = $(id).value.trim(); later(); });
  }
  for (const id of ["similar", "atleast"]) {
    $(id).addEventListener("input", () => {
      const smiles = $("similar").value.trim();
      state.filter.similar = smiles ? { smiles, at_least: Number($("atleast").value) || 0 } : null;
      if (smiles && !state.sort) [state.sort, state.down] = ["similarity", true];
      if (!smiles && state.sort === "similarity") state.sort = "";
      later();
    });
  }
  for (const name of ["problems", "repeats"]) $(name)?.addEventListener("change", () => { state.filter[name] = $(name).value; load(); });
  $("addproperty").addEventListener("change", () => {
    const name = $("addproperty").value;
    $("addproperty").value = "";
    if (name) property(name).querySelector("input").focus();
  });
  $("filterform").addEventListener("submit", (event) => { event.preventDefault(); load(); });
  $("clear").addEventListener("click", () => {
    state.filter = { text: "", ranges: {}, verdicts: {}, in_domain: [], problems: "any", repeats: "any", smarts: "", similar: null, selection: "" };
    if (state.sort === "similarity") state.sort = "";
    fields();
    load();
  });
  $("sort").addEventListener("change", () => { state.sort = $("sort").value; load(); });
  $("direction").addEventListener("click", () => { state.down = !state.down; load(); });
  $("views").addEventListener("change", (event) => { list.view = event.target.value; list.refresh(true); });
  $("selectall").addEventListener("click", () => select({ filter: JSON.parse(filterText() || "{}"), mode: "add" }, () => {
    for (let i = 0; i < told.rows; i += 1) if (!left || left[i]) selected[i] = 1;
  }));
  $("selectnone").addEventListener("click", () => select({ rows: [], mode: "replace" }, () => selected.fill(0)));
  $("columns").append(...told.columns.map((column) => {
    const label = make("label", "inline"), box = make("input");
    box.type = "checkbox";
    box.checked = state.shown.includes(column.name);
    box.addEventListener("change", () => {
      state.shown = box.checked ? [...state.shown, column.name] : state.shown.filter((name) => name !== column.name);
      load(true);
    });
    label.append(box, ` ${column.title}`);
    return label;
  }));
  const axis = async () => {
    const [x, y] = [$("plotx").value, $("ploty").value];
    const title = (name) => byName.get(name).title + (shownUnit(byName.get(name)) ? ` (${shownUnit(byName.get(name))})` : "");
    plot.show(await values(x), await values(y), title(x), title(y));
    marks();
  };
  for (const [id, wanted] of [["plotx", "mw"], ["ploty", "logp"]]) {
    if (byName.has(wanted)) $(id).value = wanted;
    $(id).addEventListener("change", axis);
  }
  $("plot").addEventListener("toggle", () => plot.draw());
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".tools .menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector(".tools .menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });
  window.addEventListener("focus", () => selections(true));
  if (matchMedia("(max-width: 60rem)").matches) [$("filters").open, $("plot").open] = [false, false];
  fields();
  load().then(axis).then(() => selections(true));
}

begin();
