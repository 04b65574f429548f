/* The picture of a network over a plane: probabilities with the line of the threshold, regions of classes with their
   margins, or a surface with residuals; of one input a curve. The map is one canvas, axes and rows are another. */
"use strict";

const networkBoundary = (() => {
  const { make, short, cut, extremes } = networkElements;
  const GRID = 100; // nodes of a map on each axis while it moves
  const LINE = 200; // nodes of a line
  const FINEST = 480; // nodes on each axis at rest
  const REST = 160; // milliseconds without a change after which the map is refined
  const STRIP = 8192; // nodes that are calculated at a time at rest
  const LEVELS = 6; // bands of a surface
  const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3]];
  const EDGES = { left: 46, top: 8, right: 8, bottom: 40 };

  /** Return round numbers between two limits, about `count` of them. */
  function ticks(low, high, count = 4) {
    const rough = (high - low) / count;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
    const first = Math.ceil(low / step);
    const last = Math.floor(high / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
  }

  /** Draw the axes around a picture: names, and round numbers between the limits [[low, high], [low, high]]. */
  function drawAxes(context, colours, { left, top, width, height }, names, limits) {
    const [[first, last], [low, high]] = limits;
    context.strokeStyle = colours.muted;
    context.lineWidth = 1;
    context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    context.font = `11.5px ${colours.font}`;
    context.fillStyle = colours.muted;
    context.textAlign = "right";
    for (const value of ticks(low, high))
      context.fillText(short(value), left - 5, top + ((high - value) / (high - low)) * height + 4);
    context.textAlign = "center";
    for (const value of ticks(first, last))
      context.fillText(short(value), left + ((value - first) / (last - first)) * width, top + height + 15);
    context.fillStyle = colours.ink;
    context.fillText(cut(names[0], 40), left + width / 2, top + height + 32);
    context.save();
    context.translate(11, top + height / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(cut(names[1], 40), 0, 0);
    context.restore();
  }

  class Boundary {
    /** `nodes` are those of a map on each axis while it moves. */
    constructor(model, network, nodes = GRID) {
      this.model = model;
      this.nodes = nodes;
      this.network = network;
      this.canvas = make("canvas", { role: "img" });
      this.overlay = make("canvas", { className: "points", "aria-hidden": "true" });
      this.element = make("div", { className: "boundary" }, this.canvas, this.overlay);
      this.single = new engine.Pass(network, 1);
      this.chosen = []; // indices of the training rows that are ringed
      this.setWhich(0);
    }

    /** Choose which label or target is shown. */
    setWhich(which) {
      const { model } = this;
      this.which = which;
      const [low, high] = extremes(model.training.y.filter((_, k) => k % model.targets === which));
      this.range = model.hasValues && high >= low ? [low, Math.max(high, low + 1e-9)] : [0, 1];
    }

    setPlane(plane) {
      const [columns, rows] = plane.flat ? [LINE, 1] : [this.nodes, this.nodes];
      this.plane = plane;
      if (this.grid?.columns !== columns) {
        this.grid = { columns, rows, pass: new engine.Pass(this.network, columns * rows) };
        this.values = new Float64Array(this.network.outputs * columns * rows);
        this.map = new networkMaps.PixelMap(columns, rows);
      }
      plane.fill(this.grid.pass.x, columns, rows);
    }

    /** Calculate every unit over the plane. */
    forward() {
      this.version = (this.version ?? 0) + 1; // counts what changed the map
      const { pass, columns, rows } = this.grid;
      this.shown = this.model.shown(pass.forward(), columns * rows, this.which, this.values);
    }

    layout(width) {
      this.width = width;
      this.height = Math.round(
        this.plane.flat ? width * 0.62 : width - EDGES.left - EDGES.right + EDGES.top + EDGES.bottom,
      );
      this.inner = [width - EDGES.left - EDGES.right, this.height - EDGES.top - EDGES.bottom];
      this.element.style.height = `${this.height}px`;
    }

    /** [low, high] of both axes of the picture; of a curve the second is the value. */
    get limits() {
      if (!this.plane.flat) return this.plane.limits;
      const [low, high] = this.range;
      const margin = 0.08 * (high - low);
      return [this.plane.limits[0], [low - margin, high + margin]];
    }

    toPixels(u, v) {
      const [[left, right], [low, high]] = this.limits;
      const [width, height] = this.inner;
      return [EDGES.left + ((u - left) / (right - left)) * width, EDGES.top + ((high - v) / (high - low)) * height];
    }

    toPlane(x, y) {
      const [[left, right], [low, high]] = this.limits;
      const [width, height] = this.inner;
      return [left + ((x - EDGES.left) / width) * (right - left), high - ((y - EDGES.top) / height) * (high - low)];
    }

    /** Draw the map, and what lies on it where that depends on the weights. */
    draw(colours) {
      this.colours = colours;
      const { columns, rows } = this.grid;
      const context = networkMaps.cleared(this.canvas, this.width, this.height);
      if (this.plane.flat) this.drawCurve(context);
      else {
        this.write(this.map, this.shown, columns * rows, 0);
        this.drawMap(context, this.map, this.shown);
      }
      if (this.model.hasValues) this.drawOverlay();
    }

    write(map, values, n, at) {
      if (this.model.task === "multiclass") map.writeClasses(values, n, this.colours.classShades, at);
      else map.write(values, n, ...this.range, this.colours.diverging, at);
    }

    drawMap(context, map, values) {
      const { columns, rows } = map;
      const [width, height] = this.inner;
      map.flush();
      context.drawImage(map.canvas, EDGES.left, EDGES.top, width, height);
      context.beginPath();
      const line = (a, b, c, d) => {
        context.moveTo(EDGES.left + a * width, EDGES.top + b * height);
        context.lineTo(EDGES.left + c * width, EDGES.top + d * height);
      };
      if (this.model.task === "multiclass") networkMaps.classEdges(values, columns, rows, line);
      else for (const level of this.levels) networkMaps.contour(values, columns, rows, level, line);
      context.strokeStyle = this.colours.ink;
      context.lineWidth = this.model.hasValues ? 0.6 : 1.6;
      context.stroke();
    }

    /** The values at which lines are drawn: the threshold, or the edges of bands. */
    get levels() {
      if (this.model.task === "binary") return [this.model.data.output.threshold];
      if (!this.model.hasValues) return [0.5];
      const [low, high] = this.range;
      return Array.from({ length: LEVELS - 1 }, (_, k) => low + ((high - low) * (k + 1)) / LEVELS);
    }

    /** Calculate the map at the resolution of its place once nothing has changed for a while. */
    refineLater() {
      const { version } = this;
      clearTimeout(this.rest);
      this.rest = setTimeout(() => this.refine(() => version === this.version), REST);
    }

    /** Calculate the map at the resolution of its place, strip by strip, as long as it is current. */
    async refine(isCurrent) {
      const side = Math.min(FINEST, Math.round(this.inner[0] * networkMaps.density()));
      if (this.plane.flat || side <= this.nodes || !isCurrent()) return;
      const { model, network } = this;
      const rows = Math.floor(STRIP / side);
      const n = side * rows;
      if (this.strip?.n !== n) this.strip = new engine.Pass(network, n);
      const outputs = model.task === "multiclass" ? network.outputs : 1;
      const [map, values] = [new networkMaps.PixelMap(side, side), new Float64Array(outputs * side * side)];
      const work = new Float64Array(network.outputs * n);
      for (let first = 0; first < side; first += rows) {
        await new Promise((resolve) => setTimeout(resolve));
        if (!isCurrent()) return;
        const from = Math.min(first, side - rows); // the last strip overlaps the one before
        this.plane.fill(this.strip.x, side, side, from, from + rows);
        const found = model.shown(this.strip.forward(), n, this.which, work);
        this.write(map, found, n, from * side);
        for (let row = 0; row < outputs; row++)
          values.set(found.subarray(row * n, (row + 1) * n), (row * side + from) * side);
      }
      this.drawMap(networkMaps.cleared(this.canvas, this.width, this.height), map, values);
    }

    /** Draw predictions over one input, and the line of the threshold. */
    drawCurve(context) {
      const { colours, shown, model } = this;
      const n = this.grid.columns;
      const [left, right] = this.plane.limits[0];
      if (model.task === "binary") {
        const [, y] = this.toPixels(left, model.data.output.threshold);
        this.stroke(
          context,
          [
            [EDGES.left, y],
            [EDGES.left + this.inner[0], y],
          ],
          colours.muted,
          1,
          DASHES[2],
        );
      }
      for (let row = 0; row < shown.length / n; row++) {
        const at = (k) => this.toPixels(left + ((k + 0.5) / n) * (right - left), shown[row * n + k]);
        const colour = shown.length > n ? colours.classes[row % colours.classes.length] : colours.positive;
        this.stroke(
          context,
          Array.from({ length: n }, (_, k) => at(k)),
          colour,
          2.2,
          DASHES[row % DASHES.length],
        );
      }
    }

    stroke(context, points, colour, width, dash) {
      context.beginPath();
      for (const point of points) context.lineTo(...point);
      context.setLineDash(dash);
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.stroke();
      context.setLineDash([]);
    }

    /** Draw the axes, and the rows of the data. */
    drawOverlay() {
      const context = networkMaps.cleared(this.overlay, this.width, this.height);
      this.places = networkPoints.draw(context, this);
      const [width, height] = this.inner;
      const names = [this.plane.names[0], this.plane.names[1] ?? this.valueName];
      drawAxes(context, this.colours, { left: EDGES.left, top: EDGES.top, width, height }, names, this.limits);
    }

    /** The area of the picture inside its axes, as a path. */
    traceInside(context) {
      context.beginPath();
      context.rect(EDGES.left, EDGES.top, ...this.inner);
    }

    get valueName() {
      const { data, task, hasValues } = this.model;
      if (hasValues) return data.targets[this.which];
      if (task === "multiclass") return "probability";
      return `probability of ${task === "binary" ? data.classes[1] : data.targets[this.which]}`;
    }

    /** Return the index of the training row at a place, or null. */
    rowAt(x, y) {
      let found = null;
      let nearest = 9;
      for (const [a, b, index] of this.places ?? []) {
        const distance = Math.hypot(a - x, b - y);
        if (distance < nearest) [nearest, found] = [distance, index];
      }
      return found;
    }

    /** Return what is at a place of the picture, in words; "" outside. */
    words(x, y) {
      const [u, v] = this.toPlane(x, y);
      const [[left, right], [low, high]] = this.limits;
      if (u < left || u > right || v < low || v > high) return "";
      const { model } = this;
      this.single.x.set(this.plane.inputsAt(u, v));
      const found = model.shown(this.single.forward(), 1, this.which, new Float64Array(this.network.outputs));
      const place = this.plane.names.map((name, k) => `${name} ${short([u, v][k])}`).join(", ");
      if (model.task !== "multiclass") return `${place}: ${this.valueName} ${short(found[0])}`;
      const best = found.indexOf(Math.max(...found));
      return `${place}: ${model.data.classes[best]}, probability ${short(found[best])}`;
    }
  }

  return { Boundary, drawAxes };
})();
