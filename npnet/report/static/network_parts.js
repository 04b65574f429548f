/* The parts of the player of a network: the boundary or surface with the data, the unit that is looked at, and the lane
   of update ratios. Each is made once, and drawn again for each state of the weights. */
"use strict";

const networkParts = (() => {
  const { make, short } = networkDiagram;
  const GRID = 100,
    LINE = 200; // nodes of a map on each axis while it moves; nodes of a line
  const FINEST = 480; // nodes on each axis at rest
  const STRIP = 8192; // nodes that are calculated at a time at rest
  const SVG = "http://www.w3.org/2000/svg";

  function svg(tag, attributes = {}, ...children) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  /** Return round numbers between two limits, about `count` of them. */
  function ticks(low, high, count = 4) {
    const rough = (high - low) / count,
      power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((k) => k * power).find((one) => one >= rough) ?? rough,
      found = [];
    for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-9; value += step)
      found.push(Math.abs(value) < step * 1e-9 ? 0 : value);
    return found;
  }

  /* The picture of one network over a plane: probabilities with the line of the threshold, regions of classes with their
   margins, or a surface with residuals; of one input a curve. */
  class Boundary {
    constructor(model, network) {
      this.model = model;
      this.network = network;
      this.which = 0;
      this.canvas = make("canvas", { role: "img" });
      this.overlay = make("canvas", { className: "points", "aria-hidden": "true" });
      this.element = make("div", { className: "boundary" }, this.canvas, this.overlay);
      this.fine = null;
      this.chosen = [];
      const { y } = model.training,
        largest = y.reduce((most, value) => Math.max(most, value), -Infinity);
      const smallest = y.reduce((least, value) => Math.min(least, value), Infinity);
      this.range = model.hasValues && y.length ? [smallest, Math.max(largest, smallest + 1e-9)] : [0, 1];
    }

    setPlane(plane) {
      this.plane = plane;
      const [columns, rows] = plane.flat ? [LINE, 1] : [GRID, GRID];
      if (this.columns !== columns) {
        [this.columns, this.rows] = [columns, rows];
        this.pass = new engine.Pass(this.network, columns * rows);
        this.values = new Float64Array(this.network.outputs * columns * rows);
        this.map = new networkMaps.PixelMap(columns, rows);
      }
      plane.fill(this.pass.x, columns, rows);
    }

    /** Calculate every unit over the plane. */
    forward() {
      this.pass.forward();
      this.fine = null;
      this.shown = this.model.shown(this.pass.z, this.columns * this.rows, this.which, this.values);
    }

    layout(width) {
      this.width = width;
      this.height = Math.round(this.plane.flat ? width * 0.62 : width - 14);
      [this.left, this.top, this.right, this.bottom] = [46, 8, 8, 40];
      this.inner = [width - this.left - this.right, this.height - this.top - this.bottom];
      this.element.style.height = `${this.height}px`;
    }

    get limits() {
      if (!this.plane.flat) return this.plane.limits;
      const [low, high] = this.range,
        margin = 0.08 * (high - low);
      return [this.plane.limits[0], [low - margin, high + margin]];
    }

    /** Return the place of a value pair in pixels, and back. */
    toPixels(u, v) {
      const [[left, right], [low, high]] = this.limits,
        [width, height] = this.inner;
      return [this.left + ((u - left) / (right - left)) * width, this.top + ((high - v) / (high - low)) * height];
    }

    toPlane(x, y) {
      const [[left, right], [low, high]] = this.limits,
        [width, height] = this.inner;
      return [left + ((x - this.left) / width) * (right - left), high - ((y - this.top) / height) * (high - low)];
    }

    draw(colours) {
      this.colours = colours;
      const context = networkMaps.fitted(this.canvas, this.width, this.height);
      context.clearRect(0, 0, this.width, this.height);
      if (this.plane.flat) this.drawCurve(context);
      else
        this.drawMap(
          context,
          this.fine ?? { map: this.map, values: this.shown, columns: this.columns, rows: this.rows },
        );
      this.drawAxes(context);
      if (this.model.hasValues) this.drawPoints();
    }

    drawMap(context, { map, values, columns, rows }) {
      const { colours } = this,
        [width, height] = this.inner;
      if (map === this.map) this.write(map, values, 0, columns * rows);
      map.flush();
      context.imageSmoothingEnabled = true;
      context.drawImage(map.canvas, this.left, this.top, width, height);
      context.beginPath();
      const line = (a, b, c, d) => {
        context.moveTo(this.left + a * width, this.top + b * height);
        context.lineTo(this.left + c * width, this.top + d * height);
      };
      context.strokeStyle = colours.ink;
      context.lineWidth = this.model.hasValues ? 0.6 : 1.6;
      if (this.model.task === "multiclass") networkMaps.classEdges(values, columns, rows, line);
      else for (const level of this.levels()) networkMaps.contour(values, 0, columns, rows, level, line);
      context.stroke();
    }

    levels() {
      if (!this.model.hasValues) return [this.model.task === "binary" ? this.model.data.output.threshold : 0.5];
      const [low, high] = this.range;
      return [1, 2, 3, 4, 5].map((k) => low + ((high - low) * k) / 6);
    }

    write(map, values, at, n) {
      if (this.model.task === "multiclass") map.writeClasses(values, n, this.colours.classShades, at);
      else map.write(values, 0, n, ...this.range, this.colours.diverging, at);
    }

    /** Calculate the picture at the resolution of its place, strip by strip, unless something changes meanwhile. */
    async refine(isCurrent) {
      if (this.plane.flat) return;
      const ratio = Math.min(window.devicePixelRatio || 1, 2),
        side = Math.min(FINEST, Math.round(this.inner[0] * ratio));
      const rows = Math.max(1, Math.floor(STRIP / side)),
        n = side * rows;
      if (side <= GRID) return;
      if (this.strip?.n !== n) this.strip = new engine.Pass(this.network, n);
      const map = new networkMaps.PixelMap(side, side),
        outputs = this.model.task === "multiclass" ? this.network.outputs : 1;
      const values = new Float64Array(outputs * side * side),
        work = new Float64Array(this.network.outputs * n);
      for (let first = 0; first < side; first += rows) {
        await new Promise((resolve) => setTimeout(resolve));
        if (!isCurrent()) return;
        const from = Math.min(first, side - rows); // the last strip overlaps the one before
        this.plane.fill(this.strip.x, side, side, from, from + rows);
        const found = this.model.shown(this.strip.forward(), n, this.which, work);
        this.write(map, found, from * side, n);
        for (let row = 0; row < outputs; row++)
          values.set(found.subarray(row * n, (row + 1) * n), row * side * side + from * side);
      }
      this.fine = { map, values, columns: side, rows: side };
      this.draw(this.colours);
    }

    drawCurve(context) {
      const { colours, shown, columns, model } = this,
        n = columns;
      const curves = model.task === "multiclass" ? shown.length / n : 1,
        [left, right] = this.plane.limits[0];
      if (model.task === "binary") {
        const [, y] = this.toPixels(left, model.data.output.threshold);
        context.setLineDash([2, 3]);
        context.strokeStyle = colours.muted;
        context.beginPath();
        context.moveTo(this.left, y);
        context.lineTo(this.left + this.inner[0], y);
        context.stroke();
      }
      for (let row = 0; row < curves; row++) {
        context.beginPath();
        for (let k = 0; k < n; k++) {
          const [x, y] = this.toPixels(left + ((k + 0.5) / n) * (right - left), shown[row * n + k]);
          context[k ? "lineTo" : "moveTo"](x, y);
        }
        context.setLineDash([[], [6, 3], [2, 3], [8, 3, 2, 3]][row % 4]);
        context.lineWidth = 2.2;
        context.strokeStyle = curves > 1 ? colours.classes[row % colours.classes.length] : colours.positive;
        context.stroke();
      }
      context.setLineDash([]);
    }

    drawAxes(context) {
      const { colours } = this,
        [width, height] = this.inner,
        [[left, right], [low, high]] = this.limits;
      context.strokeStyle = colours.muted;
      context.lineWidth = 1;
      context.strokeRect(this.left + 0.5, this.top + 0.5, width - 1, height - 1);
      context.font = `11.5px ${getComputedStyle(document.body).fontFamily}`;
      context.fillStyle = colours.muted;
      context.textAlign = "center";
      for (const value of ticks(left, right))
        context.fillText(short(value), this.toPixels(value, low)[0], this.height - 25);
      context.textAlign = "right";
      for (const value of ticks(low, high))
        context.fillText(short(value), this.left - 5, this.toPixels(left, value)[1] + 4);
      context.fillStyle = colours.ink;
      context.textAlign = "center";
      const cut = (text) => (text.length > 40 ? `${text.slice(0, 39)}…` : text);
      context.fillText(cut(this.plane.names[0]), this.left + width / 2, this.height - 8);
      context.save();
      context.translate(11, this.top + height / 2);
      context.rotate(-Math.PI / 2);
      context.fillText(cut(this.plane.names[1] ?? this.valueName), 0, 0);
      context.restore();
    }

    get valueName() {
      const { data, task } = this.model;
      return this.model.hasValues
        ? data.targets[this.which]
        : task === "binary"
          ? `probability of ${data.classes[1]}`
          : "probability";
    }

    /** The splits whose rows are drawn: training, and test or else validation. */
    get splits() {
      const { rows } = this.model;
      return ["train", rows.test ? "test" : "validation"].filter((split) => rows[split]?.count);
    }

    /** Draw the rows of the data: those of the training set full, of the test set hollow. */
    drawPoints() {
      const context = networkMaps.fitted(this.overlay, this.width, this.height),
        { model, colours } = this;
      context.clearRect(0, 0, this.width, this.height);
      context.save();
      context.beginPath();
      context.rect(this.left, this.top, ...this.inner);
      context.clip();
      this.points = [];
      const many = this.splits.reduce(
        (sum, split) => sum + Math.min(model.rows[split].count, networkMaps.POINTS[split]),
        1,
      );
      const radius = Math.max(2.4, Math.min(4.5, 6.6 - 1.3 * Math.log10(many))) * (this.width < 380 ? 0.85 : 1);
      for (const split of this.splits) {
        const rows = model.rows[split],
          shown = networkMaps.spread(rows.count, networkMaps.POINTS[split]);
        if (split === "train" && shown.length < rows.count)
          shown.push(...added(rows).filter((index) => !shown.includes(index)));
        const predictions = model.hasValues ? this.predict(split, rows, shown) : null;
        shown.forEach((index, k) => {
          const [u, v] = this.plane.place(rows.inputsOf(index)),
            y = rows.targetsOf(index)[model.targets > 1 ? this.which : 0];
          const value = this.plane.flat
            ? model.hasValues
              ? y
              : model.task === "binary"
                ? y
                : (y + 0.5) / model.classes
            : v;
          const [x, top] = this.toPixels(u, value);
          this.drawPoint(context, { split, index, x, y: top, radius, target: y, prediction: predictions?.[k] });
          if (split === "train") this.points.push([x, top, index]);
        });
      }
      context.restore();
      context.strokeStyle = colours.accent;
      context.lineWidth = 2;
      for (const index of this.chosen) {
        const [u, v] = this.plane.place(model.training.inputsOf(index)),
          [x, y] = this.toPixels(u, v);
        if (this.plane.flat) continue;
        context.beginPath();
        context.arc(x, y, 8, 0, 2 * Math.PI);
        context.stroke();
      }
    }

    drawPoint(context, { split, x, y, radius, target, prediction }) {
      const { model, colours } = this,
        hollow = split !== "train";
      let colour = colours.classes[target % colours.classes.length],
        shape = networkMaps.SHAPES[target % networkMaps.SHAPES.length],
        r = radius;
      if (model.hasValues) {
        const [low, high] = this.range,
          residual = (target - prediction) / (high - low);
        shape = residual > 0 ? "triangle" : "down";
        r = radius * Math.min(2.2, 0.7 + 4 * Math.abs(residual));
        const shade = colours.diverging[Math.max(0, Math.min(255, Math.round((255 * (target - low)) / (high - low))))];
        colour = `rgb(${shade & 255} ${(shade >> 8) & 255} ${(shade >> 16) & 255})`;
        if (this.plane.flat) {
          [shape, r, colour] = ["circle", radius, colours.classes[0]];
          context.beginPath();
          context.moveTo(x, y);
          context.lineTo(x, this.toPixels(0, prediction)[1]);
          context.strokeStyle = colours.line;
          context.lineWidth = 1;
          context.stroke();
        }
      }
      context.beginPath();
      networkMaps.trace(context, shape, x, y, r);
      const open = shape === "cross" || shape === "plus";
      context.fillStyle = hollow ? colours.panel : colour;
      context.strokeStyle = hollow || open ? colour : model.hasValues && !this.plane.flat ? colours.ink : colours.panel;
      context.lineWidth = hollow || open ? 1.5 : 0.6;
      if (!open) context.fill();
      context.stroke();
    }

    /** Return the predictions of some rows. */
    predict(split, rows, shown) {
      this.passes ??= {};
      const n = shown.length,
        width = this.network.inputs;
      if (this.passes[split]?.n !== n) this.passes[split] = new engine.Pass(this.network, n);
      const pass = this.passes[split];
      rows.gather(shown, 0, n, pass.x);
      return this.model.shown(pass.forward(), n, this.which, new Float64Array(this.network.outputs * n + width));
    }

    /** Return the index of the training row at a place, or null. */
    pointAt(x, y) {
      let found = null,
        nearest = 9;
      for (const [a, b, index] of this.points ?? []) {
        const distance = Math.hypot(a - x, b - y);
        if (distance < nearest) [nearest, found] = [distance, index];
      }
      return found;
    }

    /** Return what is at a place of the picture, in words; "" outside. */
    words(x, y) {
      const [u, v] = this.toPlane(x, y),
        [[left, right], [low, high]] = this.limits;
      if (u < left || u > right || v < low || v > high) return "";
      const { model } = this;
      this.single ??= new engine.Pass(this.network, 1);
      this.single.x.set(this.plane.inputsAt(u, v));
      const found = model.shown(this.single.forward(), 1, this.which, new Float64Array(this.network.outputs));
      const place = this.plane.names.map((name, k) => `${name} ${short([u, v][k])}`).join(", ");
      if (model.hasValues) return `${place}: ${model.data.targets[this.which]} ${short(found[0])}`;
      if (model.task === "multiclass") {
        const best = found.reduce((most, p, k) => (p > found[most] ? k : most), 0);
        return `${place}: ${model.data.classes[best]}, probability ${short(found[best])}`;
      }
      return `${place}: ${this.valueName === "probability" ? `probability of ${model.data.targets[this.which]}` : this.valueName} ${short(found[0])}`;
    }
  }

  /** Return the indices of rows that the reader added. */
  const added = (rows) => rows.rows.flatMap((row, index) => (row === 0 ? [index] : []));

  /* The unit that is looked at: its equation with numbers, the histogram of its values on the training rows, the rows that
   excite it most, and its weights to edit. */
  class UnitPanel {
    constructor(model, edit) {
      this.model = model;
      this.edit = edit;
      this.title = make("h3");
      this.note = make("p", { className: "note" });
      this.canvas = make("canvas", { role: "img" });
      this.equation = make("p", { className: "equation" });
      this.histogram = svg("svg", { class: "chart", viewBox: "0 0 300 104", role: "img" });
      this.table = make("div", {
        className: "scroll",
        tabIndex: 0,
        role: "region",
        "aria-label": "Rows that excite the unit most",
      });
      this.fields = make("div", { className: "weights" });
      this.editor = make("details", { className: "numbers" }, make("summary", {}, "Edit the weights"), this.fields);
      this.element = make(
        "figure",
        { className: "card wide unit-panel" },
        make("figcaption", {}, this.title, this.note),
        make("div", { className: "unit-top" }, this.canvas, make("div", {}, this.equation, this.histogram)),
        this.table,
        this.editor,
      );
    }

    /** Show a unit: `grid` has the plane, `data` a pass over the training rows, `since` the label where it died. */
    show({ column, unit }, network, grid, data, colours, since) {
      const { model } = this,
        found = model.columns[column],
        isInput = column === 0;
      this.title.textContent = isInput
        ? `Input ${found.names[unit]}`
        : column === model.columns.length - 1
          ? `Output ${found.names[unit]}`
          : `Unit ${found.names[unit]}`;
      this.note.textContent = since ? `Dead since ${since}: 0 on every training row, so it does not learn.` : "";
      this.note.hidden = !since;
      const values = data ? data.nodes[found.node].subarray(unit * data.n, (unit + 1) * data.n) : null;
      this.drawMap(found, unit, grid, colours);
      this.equation.textContent = this.equationOf(column, unit, network);
      this.drawHistogram(values, found.names[unit]);
      this.listRows(values);
      this.listWeights(column, unit, network);
    }

    drawMap(found, unit, grid, colours) {
      this.canvas.hidden = !grid;
      if (!grid) return;
      const side = 150,
        n = grid.columns * grid.rows;
      if (this.map?.columns !== grid.columns || this.map?.rows !== grid.rows)
        this.map = new networkMaps.PixelMap(grid.columns, grid.rows);
      networkMaps.writeUnit(this.map, grid.pass.nodes[found.node], unit * n, n, colours);
      const context = networkMaps.fitted(this.canvas, side, side);
      context.drawImage(this.map.canvas, 0, 0, side, side);
      context.strokeStyle = colours.muted;
      context.strokeRect(0.5, 0.5, side - 1, side - 1);
      this.canvas.setAttribute("aria-label", `Map of ${found.names[unit]} over the plane`);
    }

    /** Return the equation of a unit with its numbers; of many terms the largest. */
    equationOf(column, unit, network) {
      const { model } = this,
        found = model.columns[column],
        before = model.columns[column - 1],
        name = found.names[unit];
      if (!column) return `${name}: an input, scaled as in the training.`;
      const wrap = found.functions.map((step) => step.type);
      if (column === model.columns.length - 1 && model.data.activation) wrap.push(model.data.activation);
      const opened = [...wrap]
          .reverse()
          .map((type) => `${type}(`)
          .join(""),
        closed = ")".repeat(wrap.length);
      const sum = found.added ? ` + ${found.added} earlier value${found.added > 1 ? "s" : ""}` : "";
      if (found.step.type !== "linear")
        return `${name} = ${opened}${found.step.type} of ${before.names.length} values${closed}${sum}`;
      const { at, columns } = found.step.parameters[0],
        start = at + unit * columns;
      const terms = before.names.map((source, k) => [network.theta[start + k], source]);
      const kept = terms.length > 12 ? [...terms].sort((a, b) => Math.abs(b[0]) - Math.abs(a[0])).slice(0, 10) : terms;
      const written = kept.map(
        ([weight, source], k) =>
          `${weight < 0 ? (k ? " − " : "−") : k ? " + " : ""}${short(Math.abs(weight))}·${source}`,
      );
      const rest = terms.length > kept.length ? ` + … ${terms.length - kept.length} more` : "";
      const bias = network.theta[start + columns - 1];
      return `${name} = ${opened}${written.join("")}${rest} ${bias < 0 ? "−" : "+"} ${short(Math.abs(bias))}${closed}${sum}`;
    }

    drawHistogram(values, name) {
      this.histogram.replaceChildren();
      this.histogram.setAttribute("display", values?.length ? "inline" : "none");
      if (!values?.length) return;
      const low = values.reduce((least, value) => Math.min(least, value), Infinity),
        high = values.reduce((most, value) => Math.max(most, value), -Infinity);
      const bins = new Array(30).fill(0),
        span = high - low || 1;
      for (const value of values) bins[Math.min(29, Math.floor(((value - low) / span) * 30))] += 1;
      const most = Math.max(...bins);
      bins.forEach((count, k) =>
        this.histogram.append(
          svg("rect", {
            x: 5 + (k * 290) / 30,
            width: 290 / 30 - 1,
            y: 78 - (74 * count) / most,
            height: (74 * count) / most,
            class: "bar c1",
          }),
        ),
      );
      this.histogram.append(svg("path", { d: "M5 78.5H295", class: "axis" }));
      const text = (x, anchor, words) => {
        const element = svg("text", { x, y: 96, "text-anchor": anchor, class: "tick" });
        element.textContent = words;
        return element;
      };
      this.histogram.append(
        text(5, "start", short(low)),
        text(150, "middle", "values on the training rows"),
        text(295, "end", short(high)),
      );
      this.histogram.setAttribute(
        "aria-label",
        `Histogram of ${name} on ${values.length} training rows, from ${short(low)} to ${short(high)}`,
      );
    }

    listRows(values) {
      const { model } = this,
        rows = model.training;
      this.excited = [];
      this.table.replaceChildren();
      if (!values?.length) return;
      const order = Array.from(values, (_, k) => k)
        .sort((a, b) => values[b] - values[a])
        .slice(0, 5);
      this.excited = order;
      const inputs = model.inputs.slice(0, 4),
        target = model.data.targets[0];
      const head = make(
        "tr",
        {},
        ...["row", "value", ...inputs.map((input) => input.name), target].map((name) =>
          make("th", { scope: "col" }, name),
        ),
      );
      const body = order.map((index) => {
        const own = rows.inputsOf(index),
          y = rows.targetsOf(index)[0];
        const cells = [rows.rows[index] ? String(rows.rows[index]) : "yours", short(values[index])];
        inputs.forEach((input, k) =>
          cells.push(input.block === "numbers" ? short(networkModel.toUnits(input, own[k])) : short(own[k])),
        );
        cells.push(model.hasValues ? short(y) : model.task === "multilabel" ? short(y) : model.data.classes[y]);
        return make("tr", {}, ...cells.map((cell) => make("td", {}, cell)));
      });
      this.table.append(
        make(
          "table",
          {},
          make("caption", {}, "Rows that excite it most"),
          make("thead", {}, head),
          make("tbody", {}, ...body),
        ),
      );
    }

    listWeights(column, unit, network) {
      const found = this.model.columns[column],
        key = `${column}.${unit}`;
      this.editor.hidden = found.step?.type !== "linear";
      if (this.editor.hidden) return;
      const { at, columns } = found.step.parameters[0],
        names = [...this.model.columns[column - 1].names, "bias"];
      if (this.key !== key) {
        this.key = key;
        this.inputs = names.map((name, k) => {
          const field = make("input", { type: "number", step: "any" });
          field.addEventListener("change", () => {
            if (Number.isFinite(field.valueAsNumber)) this.edit(at + unit * columns + k, field.valueAsNumber);
          });
          return field;
        });
        this.fields.replaceChildren(
          ...names.map((name, k) => make("label", {}, make("span", {}, name), this.inputs[k])),
        );
      }
      this.inputs.forEach((field, k) => {
        if (field !== document.activeElement)
          field.value = Number(network.theta[at + unit * columns + k].toPrecision(5));
      });
    }

    /** Open the editor, and put the focus into the field of a weight. */
    focus(source) {
      this.editor.open = true;
      this.inputs?.[source]?.focus();
    }
  }

  /* The lane: for each layer, by how much a step changes its weights, in shares of their size, over the frames. */
  class Lane {
    constructor(model, seek) {
      this.model = model;
      this.seek = seek;
      this.chart = svg("svg", { class: "chart wide", viewBox: "0 0 620 190", role: "img" });
      this.legend = make("ul", { className: "legend" });
      this.element = make(
        "figure",
        { className: "card wide lane" },
        make(
          "figcaption",
          {},
          make("h3", {}, "Updates against weights"),
          make(
            "p",
            { className: "note" },
            "Size of the change in a step over the size of the weights, mean between two frames. Around one in a thousand is usual; a layer far below hardly learns.",
          ),
        ),
        this.chart,
        this.legend,
      );
      this.chart.addEventListener("click", (event) => {
        const box = this.chart.getBoundingClientRect(),
          x = ((event.clientX - box.left) / box.width) * 620;
        seek(Math.round(((x - 52) / 556) * (model.entries.length - 1)));
      });
      this.layers = model.columns.filter((column) => column.step).map((column) => column.step);
      this.draw();
    }

    /** Return the ratios of a layer, one for each frame but the first; null where steps are not known. */
    ratios(step) {
      const { entries } = this.model,
        start = Math.min(...step.parameters.map((one) => one.at));
      const end = Math.max(...step.parameters.map((one) => one.at + one.size));
      return entries.slice(1).map((entry, k) => {
        const before = entries[k],
          steps = entry.step - before.step;
        if (entry.step === null || before.step === null || steps <= 0) return null;
        let change = 0,
          size = 0;
        for (let at = start; at < end; at++) {
          change += (entry.theta[at] - before.theta[at]) ** 2;
          size += before.theta[at] ** 2;
        }
        return size && change ? Math.sqrt(change / size) / steps : null;
      });
    }

    draw() {
      const lines = this.layers.map((step) => this.ratios(step)),
        known = lines.flat().filter((value) => value !== null);
      this.element.hidden = known.length < 2;
      if (this.element.hidden) return;
      const low = Math.floor(Math.log10(Math.min(...known))),
        high = Math.ceil(Math.log10(Math.max(...known)));
      const last = this.model.entries.length - 1;
      this.x = (k) => 52 + (556 * k) / last;
      const y = (value) => 162 - (150 * (Math.log10(value) - low)) / (high - low || 1);
      for (let power = low; power <= high; power++) {
        this.chart.append(svg("path", { d: `M52 ${y(10 ** power)}H608`, class: "gridline" }));
        const label = svg("text", { x: 46, y: y(10 ** power) + 4, "text-anchor": "end", class: "tick" });
        label.textContent =
          power < -3 || power > 3
            ? `1e${String(power).replace("-", "−")}`
            : String(Number((10 ** power).toPrecision(1)));
        this.chart.append(label);
      }
      lines.forEach((values, k) => {
        let d = "",
          open = false;
        values.forEach((value, at) => {
          if (value === null) return (open = false);
          d += `${open ? "L" : "M"}${this.x(at + 1).toFixed(1)} ${y(value).toFixed(1)}`;
          open = true;
        });
        const look = `line c${(k % 7) + 1} ${["", "dash1", "dash2", "dash3"][k % 4]}`;
        this.chart.append(svg("path", { d, class: look }));
        const swatch = svg(
          "svg",
          { class: "swatch", viewBox: "0 0 26 12", "aria-hidden": "true" },
          svg("path", { d: "M0 6H26", class: look }),
        );
        this.legend.append(make("li", {}, swatch, `layer ${k + 1}`));
      });
      this.names(last);
      this.mark = svg("path", { class: "edge" });
      this.chart.append(this.mark);
      this.chart.setAttribute(
        "aria-label",
        `Ratio of update to weight of ${lines.length} layers over ${last + 1} frames`,
      );
    }

    names(last) {
      const { entries } = this.model,
        best = entries.findIndex((entry) => entry.best);
      if (best >= 0) this.chart.append(svg("path", { d: `M${this.x(best)} 12V162`, class: "best" }));
      for (const [k, anchor] of [
        [0, "start"],
        [best, "middle"],
        [last, "end"],
      ]) {
        if (k < 0 || (k === best && (best < last * 0.15 || best > last * 0.85))) continue;
        const label = svg("text", { x: this.x(k), y: 182, "text-anchor": anchor, class: "tick" });
        label.textContent = k === best ? "best" : entries[k].label;
        this.chart.append(label);
      }
    }

    /** Mark the frame that is shown. */
    show(index) {
      if (this.mark) this.mark.setAttribute("d", `M${this.x(index)} 8V162`);
    }
  }

  return { Boundary, UnitPanel, Lane, added };
})();
