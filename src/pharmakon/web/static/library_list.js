// A list of any length that holds only what is on screen: as a table, or as cards side by side.
const MOST_PIXELS = 12_000_000; // a browser's tallest element is some 30 million

export class List {
  /** `source` gives {total, columns, selects, selected(row), cell(item, column), sort, down} and `block(index)`, a promise of rows. */
  constructor(root, source) {
    this.root = root;
    this.source = source;
    this.size = 100; // rows of a block
    this.blocks = new Map();
    this.at = 0; // the row that the keyboard is on
    this.view = "table";
    this.none = ""; // what an empty list says
    this.pictures = new Map();
    this.version = 0;
    root.replaceChildren();
    root.className = "virtual";
    root.tabIndex = 0;
    root.setAttribute("role", "grid");
    root.setAttribute("aria-label", "Molecules");
    root.setAttribute("aria-multiselectable", "true");
    this.head = make("div", "vhead");
    this.head.setAttribute("role", "row");
    this.body = make("div", "vbody");
    this.body.setAttribute("role", "rowgroup");
    this.top = make("div", "vtop");
    this.top.setAttribute("role", "rowgroup");
    this.top.append(this.head);
    root.append(this.top, this.body);
    let waiting = 0;
    root.addEventListener("scroll", () => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(() => this.draw()); });
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("focus", () => this.draw());
    root.addEventListener("click", (event) => {
      const place = event.target.closest("[data-at]");
      if (!place) return;
      this.at = Number(place.dataset.at);
      if (event.target.matches("input")) this.source.toggle(Number(place.dataset.row), event.target.checked);
      else if (!event.target.closest("a")) this.root.focus({ preventScroll: true });
      this.draw();
    });
    new ResizeObserver(() => this.draw()).observe(root);
  }

  /** The rows are others, or in another order. */
  refresh(keep = false) {
    this.version += 1;
    this.blocks.clear();
    if (!keep) { this.at = 0; this.root.scrollTop = 0; }
    this.heading();
    this.draw();
  }

  get cards() { return this.view === "grid" || this.root.clientWidth < 560; }
  get perLine() { return this.cards ? Math.max(1, Math.floor(this.root.clientWidth / 230)) : 1; }
  get lineHeight() { return this.cards ? 252 : 76; }
  get lines() { return Math.ceil(this.source.total / this.perLine); }
  /** How much the scroll bar is shortened where the list would be taller than a browser allows. */
  get squeeze() { return Math.max(1, (this.lines * this.lineHeight) / MOST_PIXELS); }

  heading() {
    this.top.hidden = this.cards;
    const { columns, sort, down } = this.source;
    this.root.style.setProperty("--columns", `1.6rem 140px 9rem repeat(${columns.length}, minmax(6.6rem, 1fr))`);
    this.root.style.setProperty("--whole", `calc(140px + ${1.6 + 9 + 1.6}rem + ${columns.length} * 6.6rem + ${columns.length + 2} * .7rem)`);
    this.root.setAttribute("aria-colcount", columns.length + 3);
    this.head.replaceChildren(...[{ title: "Picked" }, { title: "Structure" }, { name: "id", title: "Id" }, ...columns].map((column) => {
      const cell = make("div", "vcell");
      cell.setAttribute("role", "columnheader");
      if (!column.name) { cell.append(make("span", column.title === "Picked" ? "hidden" : "", column.title)); return cell; }
      const button = make("button", "sorter", column.title);
      button.type = "button";
      button.tabIndex = -1;
      button.title = column.meaning ? `${column.title}: ${column.meaning}` : column.title;
      if (column.name === sort) cell.setAttribute("aria-sort", down ? "descending" : "ascending");
      button.addEventListener("click", () => this.source.order(column.name));
      cell.append(button);
      if (shownUnit(column)) cell.append(make("span", "unit", shownUnit(column)));
      return cell;
    }));
  }

  draw() {
    const { root, source } = this, height = this.lineHeight, per = this.perLine, cards = this.cards;
    if (this.top.hidden !== cards) this.heading();
    root.classList.toggle("cards", cards);
    root.setAttribute("aria-rowcount", this.lines + 1);
    const squeeze = this.squeeze, whole = this.lines * height;
    this.body.style.height = `${Math.min(whole, MOST_PIXELS)}px`;
    const seen = root.clientHeight, scroll = Math.min(root.scrollTop, Math.max(0, this.body.offsetHeight - seen));
    const span = Math.max(1, this.body.offsetHeight - seen);
    const virtual = squeeze > 1 ? (scroll / span) * (whole - seen) : scroll;
    const first = Math.max(0, Math.floor(virtual / height) - 2), last = Math.min(this.lines, Math.ceil((virtual + seen) / height) + 2);
    const shown = [];
    const wanted = new Map();
    for (let line = first; line < last; line += 1) {
      const row = make("div", "vline");
      row.setAttribute("role", "row");
      row.setAttribute("aria-rowindex", line + 2);
      row.style.top = `${line * height - virtual + scroll}px`;
      row.style.height = `${height}px`;
      for (let i = line * per; i < Math.min((line + 1) * per, source.total); i += 1) {
        const item = this.item(i);
        if (item?.smiles && !this.pictures.has(this.pictureKey(item))) wanted.set(item.row, item);
        if (cards) row.append(this.card(item, i)); else this.cells(row, item, i);
      }
      shown.push(row);
    }
    if (!source.total && this.none) {
      const row = make("div", "vnone");
      row.setAttribute("role", "row");
      row.append(cell("hint", this.none));
      shown.push(row);
    }
    this.body.replaceChildren(...shown);
    if (source.total) root.setAttribute("aria-activedescendant", `at${this.at}`); else root.removeAttribute("aria-activedescendant");
    clearTimeout(this.drawing);
    if (wanted.size) this.drawing = setTimeout(() => this.fetchPictures([...wanted.values()].slice(0, 60)), 60);
  }

  item(i) {
    const index = Math.floor(i / this.size);
    const block = this.blocks.get(index);
    if (Array.isArray(block)) return block[i - index * this.size];
    if (!block) {
      const version = this.version;
      this.blocks.set(index, "coming");
      this.source.block(index * this.size, this.size).then((rows) => {
        if (version !== this.version) return;
        this.blocks.set(index, rows);
        if (this.blocks.size > 40) this.blocks.delete([...this.blocks.keys()].find((key) => Math.abs(key - index) > 3));
        this.draw();
      }, () => { if (version === this.version) this.blocks.delete(index); });
    }
    return undefined;
  }

  cells(row, item, i) {
    row.id = `at${i}`;
    row.dataset.at = i;
    row.classList.toggle("here", i === this.at);
    if (!item) return row.append(cell("vcell"), cell("vcell"), cell("vcell", "…"));
    row.dataset.row = item.row;
    const picked = this.source.selected(item.row);
    row.setAttribute("aria-selected", picked);
    row.append(this.picker(item, picked), this.picture(item, 140, 70), this.name(item));
    for (const column of this.source.columns) row.append(this.value(item, column, "vcell"));
  }

  card(item, i) {
    const card = cell("vcard");
    card.id = `at${i}`;
    card.dataset.at = i;
    card.classList.toggle("here", i === this.at);
    if (!item) return card;
    card.dataset.row = item.row;
    const picked = this.source.selected(item.row);
    card.setAttribute("aria-selected", picked);
    const top = make("div", "vcardtop");
    top.append(this.checkbox(item, picked), this.link(item), this.number(item));
    card.append(top);
    if (item.repeat) card.append(make("p", "repeat", item.repeat));
    if (item.smiles) card.append(this.image(item, 200, 120));
    const facts = make("dl", "vfacts");
    for (const column of this.source.columns.slice(0, 3)) {
      const pair = make("div");
      const value = make("dd", this.source.look(item, column), this.source.cell(item, column));
      pair.append(make("dt", "", column.title), value);
      facts.append(pair);
    }
    card.append(item.problem ? make("p", "hint", item.problem) : facts);
    return card;
  }

  picker(item, picked) { const box = cell("vcell"); box.append(this.checkbox(item, picked)); return box; }

  checkbox(item, picked) {
    const box = make("input");
    box.type = "checkbox";
    box.checked = picked;
    box.disabled = !this.source.selects;
    box.tabIndex = -1;
    box.setAttribute("aria-label", `Select ${item.id}`);
    return box;
  }

  name(item) {
    const place = cell("vcell vname");
    place.append(this.link(item), this.number(item));
    for (const [kind, text] of [["hint", item.problem], ["repeat", item.repeat]]) if (text) { const said = make("span", kind, text); said.title = text; place.append(said); }
    return place;
  }

  number(item) {
    const said = make("span", "rownumber", `row ${item.row.toLocaleString("en")}`);
    said.title = "counted from 0, as in exports and in the API";
    return said;
  }

  link(item) {
    if (!item.smiles) return make("span", "", item.id);
    const link = make("a", "", item.id);
    link.href = `/molecule?smiles=${encodeURIComponent(item.smiles)}`;
    link.tabIndex = -1;
    link.title = `${item.id}: ${item.smiles}`;
    return link;
  }

  value(item, column, kind) {
    const text = this.source.cell(item, column), place = cell(`${kind} num ${this.source.look(item, column)}`), inside = make("span", "vtext", text);
    inside.title = text.length > 20 ? text : "";
    place.append(inside);
    return place;
  }

  pictureKey(item) { return `${item.row} ${this.cards}`; }
  picture(item, width, height) { const place = cell("vcell"); if (item.smiles) place.append(this.image(item, width, height)); return place; }

  image(item, width, height) {
    const image = make("img", "vpicture");
    image.alt = `Structure of ${item.id}`;
    image.width = width;
    image.height = height;
    const known = this.pictures.get(this.pictureKey(item));
    if (known) image.src = known;
    return image;
  }

  async fetchPictures(items) {
    const cards = this.cards, [width, height] = cards ? [200, 120] : [140, 70];
    const answer = await fetch(`${this.source.path}/drawings?rows=${items.map((item) => item.row).join(",")}&width=${width}&height=${height}`);
    if (!answer.ok) return;
    for (const [row, svg] of Object.entries(await answer.json())) {
      this.pictures.set(`${row} ${cards}`, `data:image/svg+xml,${encodeURIComponent(svg)}`);
    }
    while (this.pictures.size > 3000) this.pictures.delete(this.pictures.keys().next().value);
    this.draw();
  }

  key(event) {
    if (event.target !== this.root || !this.source.total) return;
    const page = Math.max(1, Math.floor(this.root.clientHeight / this.lineHeight) - 1) * this.perLine;
    const steps = { ArrowDown: this.perLine, ArrowUp: -this.perLine, PageDown: page, PageUp: -page, Home: -this.source.total, End: this.source.total };
    if (this.cards) Object.assign(steps, { ArrowRight: 1, ArrowLeft: -1 });
    const item = this.item(this.at);
    if (event.key in steps) this.move(this.at + steps[event.key]);
    else if (event.key === " " && item) this.source.toggle(item.row, !this.source.selected(item.row));
    else if (event.key === "Enter" && item?.smiles) location.href = `/molecule?smiles=${encodeURIComponent(item.smiles)}`;
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) this.source.all();
    else return;
    event.preventDefault();
    this.draw();
  }

  move(to) {
    this.at = Math.max(0, Math.min(this.source.total - 1, to));
    const height = this.lineHeight, whole = this.lines * height, seen = this.root.clientHeight - this.top.offsetHeight;
    const span = Math.max(1, this.body.offsetHeight - seen), squeeze = this.squeeze;
    const place = Math.floor(this.at / this.perLine) * height;
    const virtual = squeeze > 1 ? (this.root.scrollTop / span) * (whole - seen) : this.root.scrollTop;
    const target = place < virtual ? place : place + height > virtual + seen ? place + height - seen : virtual;
    this.root.scrollTop = squeeze > 1 ? (target / Math.max(1, whole - seen)) * span : target;
  }
}

/** An element with a class and a text. */
export function make(kind, classes = "", text = "") {
  const made = document.createElement(kind);
  if (classes) made.className = classes;
  if (text !== "") made.textContent = text;
  return made;
}

/** The unit of a column as it is shown: that of a count, a score or a probability says nothing. */
export function shownUnit(column) {
  return ["count", "score", "probability", undefined, ""].includes(column.unit) ? "" : column.unit;
}

function cell(classes, text = "") {
  const made = make("div", classes, text);
  made.setAttribute("role", "gridcell");
  return made;
}
