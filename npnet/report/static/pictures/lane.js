/* The lane of updates: for each layer, by how much a step changes its weights, in shares of their size. */
"use strict";

const networkLane = (() => {
  const { make, svg } = networkElements;
  const [LEFT, RIGHT, TOP, HEIGHT, BOTTOM] = [52, 12, 12, 150, 28];
  const DASHES = ["", "dash1", "dash2", "dash3"];
  const NOTE =
    "Size of the change in a step over the size of the weights, mean between two frames. One in a thousand is usual; " +
    "a layer far below hardly learns.";

  class Lane {
    /** `seek(index)` is called for a frame that is clicked. */
    constructor(model, seek) {
      this.model = model;
      this.last = model.entries.length - 1;
      this.steps = model.columns.filter((column) => column.step).map((column) => column.step);
      this.ratios = this.steps.map((step) => this.ratiosOf(step));
      const known = this.ratios.flat().filter((value) => value !== null);
      this.powers = [Math.floor(Math.log10(Math.min(...known))), Math.ceil(Math.log10(Math.max(...known)))];
      this.chart = svg("svg", { class: "chart wide", role: "img", "aria-label": this.words() });
      this.legend = make("ul", { className: "legend" }, ...this.steps.map((_, k) => this.sample(k)));
      const caption = make(
        "figcaption",
        {},
        make("h3", {}, "Updates against weights"),
        make("p", { className: "note" }, NOTE),
      );
      this.element = make("figure", { className: "card wide lane" }, caption, this.chart, this.legend);
      this.element.hidden = this.last < 2 || known.length < 2; // a line needs two points
      this.chart.addEventListener("click", (event) => {
        const share = (event.clientX - this.chart.getBoundingClientRect().left - LEFT) / (this.width - LEFT - RIGHT);
        seek(Math.round(share * this.last));
      });
    }

    /** Return the ratios of a layer, one for each frame but the first; null where steps are not known. */
    ratiosOf(step) {
      const { entries } = this.model;
      const parts = step.parameters.map((one) => [one.at, one.at + one.size]);
      return entries.slice(1).map((entry, k) => {
        const before = entries[k];
        const steps = entry.step - before.step;
        if (entry.step === null || before.step === null || steps <= 0) return null;
        let change = 0;
        let size = 0;
        for (const [start, end] of parts)
          for (let at = start; at < end; at++) {
            change += (entry.theta[at] - before.theta[at]) ** 2;
            size += before.theta[at] ** 2;
          }
        return size && change ? Math.sqrt(change / size) / steps : null;
      });
    }

    look(k) {
      return `line c${(k % 7) + 1} ${DASHES[k % DASHES.length]}`;
    }

    sample(k) {
      const line = svg("path", { d: "M0 6H26", class: this.look(k) });
      return make(
        "li",
        {},
        svg("svg", { class: "swatch", viewBox: "0 0 26 12", "aria-hidden": "true" }, line),
        `layer ${k + 1}`,
      );
    }

    words() {
      return `Ratio of update to weight of ${this.steps.length} layers over ${this.last + 1} frames`;
    }

    /** Draw the lane in a width. */
    layout(width) {
      if (this.element.hidden || width === this.width) return;
      this.width = width;
      this.chart.setAttribute("viewBox", `0 0 ${width} ${TOP + HEIGHT + BOTTOM}`);
      this.chart.replaceChildren(...this.axis(), ...this.lines(), ...this.names());
      this.mark = svg("path", { class: "edge" });
      this.chart.append(this.mark);
      this.show(this.index ?? 0);
    }

    x(k) {
      return LEFT + ((this.width - LEFT - RIGHT) * k) / this.last;
    }

    y(value) {
      const [low, high] = this.powers;
      return TOP + HEIGHT - (HEIGHT * (Math.log10(value) - low)) / (high - low || 1);
    }

    axis() {
      const [low, high] = this.powers;
      const powers = Array.from({ length: high - low + 1 }, (_, k) => low + k);
      return powers.flatMap((power) => {
        const y = this.y(10 ** power);
        const text = power < -3 ? `1e−${-power}` : String(Number((10 ** power).toPrecision(1)));
        const label = svg("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end", class: "tick" }, text);
        return [svg("path", { d: `M${LEFT} ${y}H${this.width - RIGHT}`, class: "gridline" }), label];
      });
    }

    lines() {
      return this.ratios.map((values, k) => {
        const points = values.map((value, at) => {
          if (value === null) return "";
          const move = at && values[at - 1] !== null ? "L" : "M";
          return `${move}${this.x(at + 1).toFixed(1)} ${this.y(value).toFixed(1)}`;
        });
        return svg("path", { d: points.join(""), class: this.look(k) });
      });
    }

    names() {
      const { entries, best } = this.model;
      const label = (k, anchor, text) =>
        svg("text", { x: this.x(k), y: TOP + HEIGHT + 20, "text-anchor": anchor, class: "tick" }, text);
      const found = [label(0, "start", entries[0].label), label(this.last, "end", entries[this.last].label)];
      if (best < 0) return found;
      found.push(svg("path", { d: `M${this.x(best)} ${TOP}V${TOP + HEIGHT}`, class: "best" }));
      const apart = Math.min(this.x(best) - this.x(0), this.x(this.last) - this.x(best)) > 90;
      return apart ? [...found, label(best, "middle", "best")] : found;
    }

    /** Mark the frame that is shown. */
    show(index) {
      this.index = index;
      this.mark?.setAttribute("d", `M${this.x(index)} ${TOP - 4}V${TOP + HEIGHT}`);
    }
  }

  return { Lane };
})();
