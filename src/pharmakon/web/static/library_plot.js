// A scatter plot of any two columns on a canvas: what the filter leaves, what is selected, and a box to select by.
const ROOM = { left: 58, right: 12, top: 12, bottom: 44 };

export class Plot {
  /** `pick(rows, add)` is called with the rows in a box. */
  constructor(canvas, pick) {
    this.canvas = canvas;
    this.pick = pick;
    this.box = null;
    canvas.addEventListener("pointerdown", (event) => {
      if (!this.x) return;
      canvas.setPointerCapture(event.pointerId);
      this.box = [event.offsetX, event.offsetY, event.offsetX, event.offsetY];
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.box) return;
      [this.box[2], this.box[3]] = [event.offsetX, event.offsetY];
      this.overlay();
    });
    canvas.addEventListener("pointerup", (event) => this.end(event.shiftKey));
    canvas.addEventListener("pointercancel", () => { this.box = null; this.draw(); });
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  /** The numbers of both columns, by row, and what they are called. */
  show(x, y, xname, yname) {
    [this.x, this.y, this.xname, this.yname] = [x, y, xname, yname];
    this.xspan = span(x);
    this.yspan = span(y);
    this.draw();
  }

  /** Which rows the filter leaves and which are selected: 1 or 0 by row. */
  mark(left, selected) {
    [this.left, this.selected] = [left, selected];
    this.draw();
  }

  draw() {
    const { canvas } = this, ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width || !this.x) return;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const tone = (name) => getComputedStyle(canvas).getPropertyValue(name).trim();
    this.axes(pen, width, height, tone);
    const n = this.x.length, size = n > 20000 ? 2 : n > 2000 ? 3 : 5;
    const [x0, x1] = this.xspan, [y0, y1] = this.yspan;
    const kx = (width - ROOM.left - ROOM.right) / (x1 - x0), ky = (height - ROOM.top - ROOM.bottom) / (y1 - y0);
    const points = (colour, alpha, wanted) => {
      pen.fillStyle = colour;
      pen.globalAlpha = alpha;
      for (let i = 0; i < n; i += 1) {
        if (!wanted(i)) continue;
        const px = ROOM.left + (this.x[i] - x0) * kx, py = height - ROOM.bottom - (this.y[i] - y0) * ky;
        if (px === px && py === py) pen.fillRect(px - size / 2, py - size / 2, size, size);
      }
      pen.globalAlpha = 1;
    };
    const { left, selected } = this;
    if (left) points(tone("--line-strong"), n > 20000 ? 0.12 : 0.25, (i) => !left[i]);
    points(tone("--accent"), n > 20000 ? 0.35 : 0.7, (i) => (!left || left[i]) && !selected?.[i]);
    if (selected) points(tone("--picked"), 0.95, (i) => selected[i]);
    this.kept = null;
  }

  axes(pen, width, height, tone) {
    pen.clearRect(0, 0, width, height);
    pen.strokeStyle = tone("--line");
    pen.fillStyle = tone("--soft");
    pen.font = "12px system-ui, sans-serif";
    pen.textAlign = "center";
    const inner = width - ROOM.left - ROOM.right, tall = height - ROOM.top - ROOM.bottom;
    for (const tick of ticks(...this.xspan, inner / 70)) {
      const place = ROOM.left + ((tick - this.xspan[0]) / (this.xspan[1] - this.xspan[0])) * inner;
      line(pen, place, ROOM.top, place, height - ROOM.bottom);
      pen.fillText(short(tick), place, height - ROOM.bottom + 16);
    }
    pen.textAlign = "right";
    for (const tick of ticks(...this.yspan, tall / 40)) {
      const place = height - ROOM.bottom - ((tick - this.yspan[0]) / (this.yspan[1] - this.yspan[0])) * tall;
      line(pen, ROOM.left, place, width - ROOM.right, place);
      pen.fillText(short(tick), ROOM.left - 6, place + 4);
    }
    pen.fillStyle = tone("--ink");
    pen.textAlign = "center";
    pen.fillText(this.xname, ROOM.left + inner / 2, height - 8);
    pen.save();
    pen.translate(12, ROOM.top + tall / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(this.yname, 0, 0);
    pen.restore();
    this.canvas.setAttribute("aria-label", `Scatter plot of ${this.yname} over ${this.xname}, ${this.x.length.toLocaleString("en")} molecules`);
  }

  overlay() {
    const { canvas } = this, pen = canvas.getContext("2d"), [a, b, c, d] = this.box;
    this.kept ??= pen.getImageData(0, 0, canvas.width, canvas.height);
    pen.putImageData(this.kept, 0, 0);
    pen.strokeStyle = getComputedStyle(canvas).getPropertyValue("--picked").trim();
    pen.lineWidth = 1.5;
    pen.strokeRect(Math.min(a, c), Math.min(b, d), Math.abs(c - a), Math.abs(d - b));
  }

  end(add) {
    if (!this.box) return;
    const [a, b, c, d] = this.box, width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    this.box = null;
    if (Math.abs(c - a) < 4 && Math.abs(d - b) < 4) return this.draw();
    const across = (px) => this.xspan[0] + ((px - ROOM.left) / (width - ROOM.left - ROOM.right)) * (this.xspan[1] - this.xspan[0]);
    const up = (py) => this.yspan[0] + ((height - ROOM.bottom - py) / (height - ROOM.top - ROOM.bottom)) * (this.yspan[1] - this.yspan[0]);
    const [x0, x1] = [across(Math.min(a, c)), across(Math.max(a, c))], [y0, y1] = [up(Math.max(b, d)), up(Math.min(b, d))];
    const rows = [];
    for (let i = 0; i < this.x.length; i += 1) {
      if (this.x[i] >= x0 && this.x[i] <= x1 && this.y[i] >= y0 && this.y[i] <= y1 && (!this.left || this.left[i])) rows.push(i);
    }
    this.pick(rows, add);
  }
}

/** A histogram as SVG: all rows behind, those of the filter before. */
export function histogram(values, left, bins = 36) {
  const [low, high] = span(values), all = new Float64Array(bins), some = new Float64Array(bins);
  for (let i = 0; i < values.length; i += 1) {
    if (values[i] !== values[i]) continue;
    const bin = Math.min(bins - 1, Math.max(0, Math.floor(((values[i] - low) / (high - low)) * bins)));
    all[bin] += 1;
    if (!left || left[i]) some[bin] += 1;
  }
  const top = Math.max(1, ...all), svg = element("svg", { viewBox: `0 0 ${bins * 6} 44`, class: "histogram", "aria-hidden": "true", preserveAspectRatio: "none" });
  for (const [counts, kind] of [[all, "behind"], [some, "before"]]) {
    counts.forEach((count, i) => {
      const tall = Math.sqrt(count / top) * 42;
      if (tall) svg.append(element("rect", { x: i * 6, y: 44 - tall, width: 5, height: tall, class: kind }));
    });
  }
  return svg;
}

/** A number as short as it can be with three digits. */
function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(1);
  return String(Number(value.toPrecision(size >= 1000 ? 6 : 3)));
}

/** A number with three digits, also where they are zeros. */
export function three(value) {
  const size = Math.abs(value);
  if (value === 0) return "0";
  return size >= 1e6 || size < 1e-3 ? value.toExponential(2) : size >= 1000 ? String(Math.round(value)) : value.toPrecision(3);
}

/** The lowest and the highest of some numbers without the outermost thousandth, or all that there is. */
export function span(values) {
  const known = values.filter((value) => Number.isFinite(value)).sort();
  if (!known.length) return [0, 1];
  const cut = Math.floor(known.length / 1000);
  let [low, high] = [known[cut], known[known.length - 1 - cut]];
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const room = (high - low) * 0.03;
  return [low - room, high + room];
}

function ticks(low, high, about) {
  const rough = (high - low) / Math.max(2, about), power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((k) => k * power >= rough) * power, found = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) found.push(Number(at.toPrecision(12)));
  return found;
}

function line(pen, x0, y0, x1, y1) { pen.beginPath(); pen.moveTo(x0, y0); pen.lineTo(x1, y1); pen.stroke(); }

function element(kind, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", kind);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
