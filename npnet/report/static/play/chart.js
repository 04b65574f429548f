/* Scores of the splits while a network learns: their loss, accuracy or R², and the curves of the loss. */
"use strict";

const playChart = (() => {
  const { make, svg, short, extremes } = networkElements;
  const MOST = 500; // points of a curve
  const ROWS = 12; // of the table of numbers
  const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [440, 210, 50, 10, 10, 34];
  const LOOKS = { train: "c1", validation: "c3 dash2", test: "c2 dash1" };
  const APART = 1.6; // ratio of two values whose labels do not meet
  const DECADES = 1.2; // of losses above which their axis is logarithmic

  /** Return the accuracy of classes or the R² of values, from the raw scores of a pass over rows. */
  function scoreOf(model, pass, targets) {
    const { n } = pass;
    const found = model.shown(pass.z, n, 0, new Float64Array(pass.z.length));
    if (model.hasValues) {
      const mean = targets.reduce((sum, y) => sum + y, 0) / n;
      let [wrong, spread] = [0, 0];
      for (let k = 0; k < n; k++) {
        wrong += (targets[k] - found[k]) ** 2;
        spread += (targets[k] - mean) ** 2;
      }
      return spread ? 1 - wrong / spread : NaN;
    }
    let right = 0;
    for (let k = 0; k < n; k++) {
      let code = Number(found[k] > 0.5);
      if (model.task === "multiclass")
        for (let row = (code = 0); row * n < found.length; row++)
          if (found[row * n + k] > found[code * n + k]) code = row;
      right += code === targets[k];
    }
    return right / n;
  }

  /* The curves: one for each split, added to as the training goes on. */
  class Curves {
    constructor() {
      this.plot = svg("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
      this.legend = make("ul", { className: "legend" });
      this.body = make("tbody");
      this.head = make("tr");
      const table = make("table", {}, make("thead", {}, this.head), this.body);
      const scroll = make(
        "div",
        { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Table: losses" },
        table,
      );
      this.numbers = make("details", { className: "numbers" }, make("summary", {}, "Numbers"), scroll);
      this.numbers.addEventListener("toggle", () => this.list());
      this.element = make("div", {}, this.plot, this.legend, this.numbers);
      this.clear([]);
    }

    clear(splits) {
      this.splits = splits;
      this.points = [];
      this.lines = splits.map((split) => svg("path", { class: `line ${LOOKS[split]}` }));
      this.legend.replaceChildren(
        ...splits.map((split) => {
          const line = svg("path", { class: `line ${LOOKS[split]}`, d: "M1 6H25" });
          const swatch = svg("svg", { class: "swatch", viewBox: "0 0 26 12", "aria-hidden": "true" }, line);
          return make("li", {}, swatch, split);
        }),
      );
      this.head.replaceChildren(...["epoch", ...splits].map((name) => make("th", { scope: "col" }, name)));
      this.draw();
    }

    /** Add the losses of all splits after some epochs. */
    add(epoch, losses) {
      const last = this.points.at(-1);
      if (last && last[0] === epoch) this.points.pop();
      this.points.push([epoch, ...losses]);
      if (this.points.length > MOST)
        this.points = this.points.filter((_, k) => k % 2 === 0 || k === this.points.length - 1);
    }

    draw() {
      const { points, lines } = this;
      const [right, bottom] = [WIDTH - RIGHT, HEIGHT - BOTTOM];
      const every = points.flatMap((point) => point.slice(1)).filter(Number.isFinite);
      const [low, high] = every.length ? extremes(every) : [0, 1];
      const log = low > 0 && Math.log10(high / low) > DECADES;
      const scale = log ? Math.log10 : (value) => value;
      const [from, to] = log ? [Math.log10(low), Math.log10(high)] : [Math.min(0, low), high || 1];
      const last = Math.max(points.at(-1)?.[0] ?? 0, 1);
      const x = (epoch) => LEFT + ((right - LEFT) * epoch) / last;
      const y = (value) => bottom - ((bottom - TOP) * (scale(value) - from)) / (to - from || 1);
      lines.forEach((line, k) => line.setAttribute("d", pathOf(points.map((point) => [x(point[0]), y(point[k + 1])]))));
      const ticks = log ? powers(low, high) : rounds(from, to);
      this.plot.replaceChildren(...axes(ticks, y, last, x, log), ...lines);
      const words = this.splits.map((split, k) => `${split} ${short(points.at(-1)?.[k + 1] ?? NaN)}`).join(", ");
      this.plot.setAttribute("aria-label", `Loss over epochs; after ${short(last)}: ${words}`);
      if (this.numbers.open) this.list();
    }

    list() {
      const { points } = this;
      const rows = networkMaps.spread(points.length, ROWS).map((k) => points[k]);
      if (points.length > ROWS) rows[ROWS - 1] = points.at(-1);
      this.body.replaceChildren(
        ...rows.map((row) =>
          make("tr", {}, ...row.map((value, k) => make(k ? "td" : "th", k ? {} : { scope: "row" }, short(value)))),
        ),
      );
    }
  }

  function pathOf(places) {
    let d = "";
    for (const [x, y] of places) if (Number.isFinite(y)) d += `${d ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    return d;
  }

  function powers(low, high) {
    const found = [];
    for (let power = Math.ceil(Math.log10(low)); power <= Math.log10(high); power++) found.push(10 ** power);
    if (found.length > 1) return found;
    const apart = (value) => found.every((power) => Math.max(value / power, power / value) > APART);
    return [low, ...found, high].filter((value) => found.includes(value) || apart(value));
  }

  function rounds(from, to) {
    const rough = (to - from) / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
    return Array.from({ length: Math.floor(to / step + 1e-9) + 1 }, (_, k) => k * step);
  }

  function axes(ticks, y, last, x, log) {
    const [right, bottom] = [WIDTH - RIGHT, HEIGHT - BOTTOM];
    const grid = ticks.map((value) => `M${LEFT} ${y(value).toFixed(1)}H${right}`).join("");
    const text = (words, place) => svg("text", { ...place }, words);
    const found = [
      svg("path", { class: "gridline", d: grid }),
      svg("path", { class: "axis", d: `M${LEFT} ${bottom}H${right}` }),
    ];
    for (const value of ticks)
      found.push(text(short(value), { x: LEFT - 7, y: y(value) + 4, "text-anchor": "end", class: "tick" }));
    found.push(text("0", { x: LEFT, y: bottom + 16, "text-anchor": "middle", class: "tick" }));
    found.push(text(short(last), { x: x(last), y: bottom + 16, "text-anchor": "end", class: "tick" }));
    const label = log ? "epoch; loss on a log scale" : "epoch";
    return [...found, text(label, { x: (LEFT + right) / 2, y: HEIGHT - 4, "text-anchor": "middle", class: "label" })];
  }

  return { Curves, scoreOf };
})();
