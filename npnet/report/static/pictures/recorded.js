/* Recorded maps of a network that the page cannot compute: a slider over frames, and the predictions at each as they
   were when the report was written. */
"use strict";

const networkRecorded = (() => {
  const { make, button } = networkElements;
  const [SIZE, LEFT, BOTTOM] = [430, 46, 40]; // pixels of the picture, and what axes take of it
  const RADIUS = 3;

  class RecordedMaps {
    constructor(data) {
      this.data = data;
      this.maps = data.maps && { ...data.maps, names: data.maps.names.map((name) => networkElements.plain(name)) };
      const why = `This page cannot compute the network (${data.lacking.join(", ")}). `;
      const note = make("p", { className: "callout" }, why);
      this.element = make("div", { className: "player" }, note);
      if (!this.maps) {
        note.append("Its predictions are in the figures above.");
        return;
      }
      note.append("The maps below were recorded: they show its predictions as they were, and cannot be trained on.");
      this.values = networkRows.numbersOf(this.maps.values);
      this.codes = this.maps.codes && networkRows.numbersOf(this.maps.codes);
      this.side = this.maps.values.shape[1];
      this.pixels = new networkMaps.PixelMap(this.side, this.side);
      this.makeElement();
    }

    makeElement() {
      const { labels, best, names } = this.maps;
      const range = {
        type: "range",
        min: 0,
        max: labels.length - 1,
        value: best,
        "aria-label": "Frame of the training",
      };
      this.slider = make("input", { className: "slider", ...range });
      this.label = make("output", { className: "value" });
      const go = (index) => {
        this.slider.value = index;
        this.draw();
      };
      this.slider.addEventListener("input", () => this.draw());
      const controls = make(
        "div",
        { className: "controls", role: "group", "aria-label": "Replay" },
        button("◀", () => go(Number(this.slider.value) - 1), "One frame back"),
        this.slider,
        button("▶", () => go(Number(this.slider.value) + 1), "One frame on"),
        this.label,
        button("★ Best", () => go(best), "Go to the best epoch"),
      );
      controls.hidden = labels.length < 2;
      this.canvas = make("canvas", { role: "img" });
      const caption = make("figcaption", {}, make("h3", {}, `Recorded maps over ${names.join(" and ")}`));
      this.picture = make("div", { className: "boundary" }, this.canvas);
      this.element.append(controls, make("figure", { className: "card" }, caption, this.picture));
    }

    /** Put it into the page, and follow its width and theme. */
    mount(place) {
      place.append(this.element);
      if (!this.maps) return;
      const draw = () => this.draw();
      new ResizeObserver(draw).observe(this.picture);
      document.documentElement.addEventListener("npnet:theme", draw);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
      draw();
    }

    draw() {
      const size = Math.min(SIZE, this.picture.clientWidth);
      if (size < 2 * LEFT) return;
      const index = Number(this.slider.value);
      this.colours = networkMaps.palette();
      this.label.textContent = this.maps.labels[index];
      this.slider.setAttribute("aria-valuetext", this.label.textContent);
      this.canvas.setAttribute(
        "aria-label",
        `Predictions over ${this.maps.names.join(" and ")}, ${this.label.textContent}`,
      );
      this.picture.style.height = `${size - LEFT + BOTTOM}px`;
      this.context = networkMaps.cleared(this.canvas, size, size - LEFT + BOTTOM);
      this.inner = size - LEFT - 8;
      this.write(index);
      this.context.drawImage(this.pixels.canvas, LEFT, 8, this.inner, this.inner);
      for (const [split, points] of Object.entries(this.maps.points)) this.drawPoints(split, points);
      this.drawAxes();
    }

    /** Write the pixels of a frame. */
    write(index) {
      const { side, pixels, colours } = this;
      const first = index * side * side;
      for (let k = 0; k < side * side; k++) {
        const table = this.codes
          ? colours.classShades[this.codes[first + k] % colours.classShades.length]
          : colours.diverging;
        pixels.pixels[k] = table[this.values[first + k]];
      }
      pixels.flush();
    }

    drawPoints(split, { u, v, y }) {
      const [[left, right], [low, high]] = this.maps.limits;
      const { context, colours, inner } = this;
      const places = [u, v, y].map((values) => networkRows.numbersOf(values));
      const hasClasses = this.data.classes.length > 0;
      places[0].forEach((value, k) => {
        const code = hasClasses ? places[2][k] : 0;
        const x = LEFT + ((value - left) / (right - left)) * inner;
        const top = 8 + ((high - places[1][k]) / (high - low)) * inner;
        const shape = networkMaps.SHAPES[code % networkMaps.SHAPES.length];
        const [smallest, largest] = this.maps.range;
        const colour = hasClasses
          ? colours.classes[code % colours.classes.length]
          : colours.shade((places[2][k] - smallest) / (largest - smallest));
        context.beginPath();
        networkMaps.trace(context, shape, x, top, RADIUS);
        context.fillStyle = split === "train" ? colour : colours.panel;
        context.strokeStyle = split === "train" ? colours.panel : colour;
        context.lineWidth = split === "train" ? 0.6 : 1.5;
        if (!networkMaps.isOpen(shape)) context.fill();
        context.stroke();
      });
    }

    drawAxes() {
      const { context, colours, inner } = this;
      const { names, limits } = this.maps;
      networkBoundary.drawAxes(context, colours, { left: LEFT, top: 8, width: inner, height: inner }, names, limits);
    }
  }

  return { RecordedMaps };
})();
