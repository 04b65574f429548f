/* The player of a network: a slider over its frames, the boundary, every weight, the unit that is looked at, and
   training on in the page. It is put into #network-player, with the data under "network" of the page's JSON block. */
"use strict";

(() => {
  const { make, short } = networkDiagram;
  const MILLISECONDS = 80; // between two frames of a replay; a slow page shows fewer
  const BUDGET = 14; // milliseconds of training between two pictures
  const ANALYSED = 3000; // training rows from which loss, dead units and histograms are calculated, at most
  const REST = 160; // milliseconds without a change before the picture is refined

  /** Return a generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
  function randomOf(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /* What the training rows say of one state of the weights: the mean loss, and which units are dead. */
  class Analysis {
    constructor(model) {
      this.model = model;
      this.found = new Map();
      this.refresh();
    }

    /** Take the rows anew, after they were changed. */
    refresh() {
      const { model } = this,
        rows = model.training;
      this.found.clear();
      this.order = networkMaps.spread(rows.count, ANALYSED);
      this.network = model.another();
      this.pass = this.order.length ? new engine.Pass(this.network, this.order.length, model.data.loss) : null;
      if (!this.pass) return;
      rows.gather(this.order, 0, this.order.length, this.pass.x);
      this.pass.t.set(model.encode(this.order.flatMap((index) => rows.targetsOf(index))));
      if (rows.weight) this.pass.w = weightsOf(rows, this.order);
    }

    /** Return {loss, dead} of the state of a network, which is kept under a key if there is one. */
    of(theta, state, key = null) {
      if (key !== null && this.found.has(key)) return this.found.get(key);
      if (!this.pass) return { loss: null, dead: null };
      this.run(theta, state);
      const { model, pass } = this,
        found = { loss: pass.meanLoss(), dead: null };
      found.dead = model.columns.map((column) => {
        const relu = column.functions.find((step) => step.type === "relu");
        if (!relu) return null;
        const values = pass.nodes[relu.y],
          flags = new Uint8Array(column.width);
        for (let unit = 0; unit < column.width; unit++) {
          flags[unit] = 1;
          for (let k = unit * pass.n; flags[unit] && k < (unit + 1) * pass.n; k++) if (values[k] > 0) flags[unit] = 0;
        }
        return flags;
      });
      if (key !== null) this.found.set(key, found);
      return found;
    }

    /** Calculate all nodes on the training rows; return the pass. */
    run(theta, state) {
      if (!this.pass) return null;
      this.network.theta.set(theta);
      this.network.state.set(state);
      this.pass.forward();
      return this.pass;
    }
  }

  /** Return the weights of some rows, divided by the mean of all. */
  function weightsOf(rows, order) {
    const mean = rows.weight.reduce((sum, weight) => sum + weight, 0) / rows.count;
    return Float64Array.from(order, (index) => rows.weight[index] / mean);
  }

  /* Training in the page, from a state of the weights, on the training rows that the page has. */
  class Continuation {
    constructor(model, network, slots, steps) {
      this.model = model;
      this.network = network;
      const { loss, optimizer, constraints, batch_size: batch } = model.data,
        count = model.training.count;
      this.batch = Math.min(batch ?? count, count);
      this.trainer = new engine.Trainer(network, loss, optimizer, constraints, this.batch);
      this.random = randomOf(1);
      this.fresh = !slots;
      if (slots) {
        for (const [name, values] of Object.entries(slots)) this.trainer.slots[name]?.set(values);
        this.trainer.count = steps ?? 0;
      }
      this.steps = 0;
      this.losses = [];
      this.order = [];
      this.at = 0;
    }

    get epochs() {
      return (this.steps * this.batch) / this.model.training.count;
    }

    /** Take one step. */
    step(rate) {
      const rows = this.model.training;
      if (this.at >= this.order.length || this.order.length !== rows.count) this.shuffle(rows.count);
      const n = Math.min(this.batch, this.order.length - this.at),
        pass = this.trainer.passOf(n);
      rows.gather(this.order, this.at, n, pass.x);
      const chosen = this.order.slice(this.at, this.at + n);
      pass.t.set(this.model.encode(chosen.flatMap((index) => rows.targetsOf(index))));
      pass.w = rows.weight ? weightsOf(rows, chosen) : null;
      this.trainer.step(rate, pass, this.random);
      this.at += n;
      this.steps += 1;
    }

    shuffle(count) {
      this.order = Array.from({ length: count }, (_, k) => k);
      for (let k = count - 1; k > 0; k--) {
        const other = Math.floor(this.random() * (k + 1));
        [this.order[k], this.order[other]] = [this.order[other], this.order[k]];
      }
      this.at = 0;
    }
  }

  class Player {
    constructor(place, data) {
      this.place = place;
      this.model = new networkModel.Model(data);
      this.data = data;
      this.entries = this.model.entries;
      this.network = this.model.another();
      this.index = Math.max(
        0,
        this.entries.findIndex((entry) => entry.best),
      );
      this.analysis = new Analysis(this.model);
      this.boundary = new networkParts.Boundary(this.model, this.network);
      this.other = null; // the second picture, beside the first
      this.version = 0; // counts what changed the picture
      this.chosen = null;
      this.continuation = null;
      this.colours = networkMaps.palette();
      this.makeControls();
      this.makePictures();
      this.makeTraining();
      this.planes();
      place.append(this.element);
      new ResizeObserver(() => this.layout()).observe(this.element);
      for (const change of ["npnet:theme"]) document.documentElement.addEventListener(change, () => this.recolour());
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour());
      this.show(this.index);
      this.findDeaths();
    }

    // What the player is made of

    makeControls() {
      const button = (text, label, act) => {
        const element = make("button", { className: "button", type: "button", "aria-label": label }, text);
        element.addEventListener("click", act);
        return element;
      };
      const last = this.entries.length - 1;
      this.playButton = button("▶ Play", "Play the training", () => this.toggle());
      this.back = button("◀", "One frame back", () => this.seek(this.index - 1));
      this.forth = button("▶|", "One frame on", () => this.seek(this.index + 1));
      this.bestButton = button("★ Best", "Go to the best epoch", () =>
        this.seek(this.entries.findIndex((entry) => entry.best)),
      );
      this.slider = make("input", {
        type: "range",
        className: "slider",
        min: 0,
        max: last,
        value: this.index,
        "aria-label": "Frame of the training",
      });
      this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
      this.label = make("output", { className: "value" });
      this.compare = button("Compare", "Show a second frame beside", () => this.toggleCompare());
      this.compare.setAttribute("aria-pressed", "false");
      const marks = make("span", { className: "best-mark", "aria-hidden": "true" }, "★");
      const best = this.entries.findIndex((entry) => entry.best);
      marks.style.left = `calc(8px + (100% - 16px) * ${last ? best / last : 0})`;
      marks.hidden = best < 0;
      this.track = make("div", { className: "track" }, this.slider, marks);
      this.controls = make(
        "div",
        { className: "controls player-controls", role: "group", "aria-label": "Replay" },
        this.back,
        this.playButton,
        this.forth,
        this.track,
        this.label,
        this.bestButton,
        this.compare,
      );
      this.controls.hidden = last < 1;
      this.status = make("p", { className: "note status", role: "status" });
    }

    makePictures() {
      const { model } = this;
      this.heading = make(
        "h3",
        {},
        model.hasValues ? "Fitted surface" : model.task === "multiclass" ? "Decision regions" : "Decision boundary",
      );
      this.readout = make("p", { className: "note readout" });
      this.picture = make(
        "figure",
        { className: "card" },
        make("figcaption", {}, this.heading, this.readout),
        this.boundary.element,
        this.legend(),
      );
      this.second = make("figure", { className: "card", hidden: true });
      this.diagram = new networkDiagram.Diagram(
        model,
        (column, unit) => this.choose(column, unit),
        (edge) => this.point(edge),
        (edge) => this.editEdge(edge),
      );
      this.edgeNote = make("p", { className: "note" });
      this.drawing = make(
        "figure",
        { className: "card wide" },
        make("figcaption", {}, make("h3", {}, "Every weight"), this.edgeNote),
        this.diagram.element,
      );
      this.panel = new networkParts.UnitPanel(model, (at, value) => this.editWeight(at, value));
      this.panel.element.hidden = true;
      this.lane = new networkParts.Lane(model, (index) => this.seek(index));
      this.axesForm = make("div", { className: "controls axes" });
      this.trainingCard = make("figure", { className: "card training" });
      this.element = make(
        "div",
        { className: "player" },
        this.controls,
        this.status,
        this.axesForm,
        make(
          "div",
          { className: "grid" },
          this.picture,
          this.second,
          this.trainingCard,
          this.drawing,
          this.panel.element,
          this.lane.element,
        ),
      );
      this.point(null);
      this.listen();
    }

    legend() {
      const { model } = this,
        list = make("ul", { className: "legend" });
      const mark = (draw) => {
        const canvas = make("canvas", { className: "mark", "aria-hidden": "true" });
        this.marks = [
          ...(this.marks ?? []),
          () => {
            const context = networkMaps.fitted(canvas, 16, 14);
            context.clearRect(0, 0, 16, 14);
            context.beginPath();
            draw(context, this.colours);
          },
        ];
        return canvas;
      };
      const point = (code, hollow = false) =>
        mark((context, colours) => {
          const colour = colours.classes[code % colours.classes.length];
          networkMaps.trace(context, networkMaps.SHAPES[code % networkMaps.SHAPES.length], 8, 7, 5);
          context.fillStyle = hollow ? colours.panel : colour;
          context.strokeStyle = colour;
          context.lineWidth = 1.6;
          context.fill();
          context.stroke();
        });
      const names = model.task === "multilabel" ? ["no", "yes"] : this.data.classes;
      names.slice(0, 12).forEach((name, code) => list.append(make("li", {}, point(code), name)));
      if (model.hasValues && model.width > 1)
        list.append(make("li", {}, "▲ the target is above the surface, ▼ below; the larger, the farther"));
      if (this.boundary.splits.length > 1) list.append(make("li", {}, `hollow: ${this.boundary.splits[1]} set`));
      return list;
    }

    /** Make the choice of the plane: two columns and what the others are, or principal components. */
    planes() {
      const { model } = this,
        { numbers } = model;
      const components = model.components();
      const select = (label, options, value, act) => {
        const element = make(
          "select",
          { className: "button" },
          ...options.map(([key, text]) => make("option", { value: key }, text)),
        );
        element.value = value;
        element.addEventListener("change", act);
        this.axesForm.append(make("label", {}, `${label} `, element));
        return element;
      };
      const columns = numbers.map((index) => [String(index), model.inputs[index].name]);
      if (!columns.length && !components) return this.withoutPlane();
      const across = [...columns, ...(components ? [["components", "principal components"]] : [])];
      const change = () => this.setPlane();
      this.xChoice = select("across", across, columns.length ? columns[0][0] : "components", change);
      this.yChoice = select("up", columns.length > 1 ? columns : [["", "nothing"]], columns[1]?.[0] ?? "", change);
      this.othersField = make("input", {
        type: "number",
        min: 1,
        className: "button",
        placeholder: "median",
        "aria-label": "Row whose other inputs are taken; empty for the median",
      });
      this.othersField.addEventListener("change", change);
      this.othersLabel = make("label", {}, "others as in row ", this.othersField);
      if (model.width > 2) this.axesForm.append(this.othersLabel);
      if (model.shownNames.length > 1)
        this.whichChoice = select(
          "shown",
          model.shownNames.map((name, k) => [String(k), name]),
          "0",
          () => this.setWhich(Number(this.whichChoice.value)),
        );
      this.axesForm.hidden = model.width <= 2 && model.shownNames.length < 2;
      this.setPlane();
    }

    withoutPlane() {
      this.plane = null;
      this.picture.hidden = true;
      this.axesForm.hidden = true;
    }

    setPlane() {
      const { model } = this,
        x = this.xChoice.value,
        row = model.training.rows.indexOf(this.othersField.valueAsNumber);
      const base = row >= 0 ? model.training.inputsOf(row) : null;
      this.yChoice.parentElement.hidden = x === "components" || model.numbers.length < 2;
      if (x === "components") this.plane = model.components(base);
      else {
        if (this.yChoice.value === x)
          this.yChoice.value = String(model.numbers.find((index) => String(index) !== x) ?? "");
        const y = this.yChoice.value;
        this.plane = model.plane(Number(x), y === "" ? null : Number(y), base ?? model.base);
      }
      this.boundary.setPlane(this.plane);
      this.other?.boundary.setPlane(this.plane);
      this.layout();
    }

    setWhich(which) {
      this.boundary.which = which;
      const y = this.model.training.y.filter((_, k) => k % this.model.targets === which);
      if (this.model.hasValues && y.length)
        this.boundary.range = [y.reduce((a, b) => Math.min(a, b)), y.reduce((a, b) => Math.max(a, b), -Infinity)];
      if (this.other) Object.assign(this.other.boundary, { which, range: this.boundary.range });
      this.redraw();
    }

    makeTraining() {
      const card = this.trainingCard,
        { data, model } = this;
      if (!model.training.count) {
        card.hidden = true;
        return;
      }
      const button = (text, act) => {
        const element = make("button", { className: "button", type: "button" }, text);
        element.addEventListener("click", act);
        return element;
      };
      this.trainButton = button("Train on from here", () => this.toggleTraining());
      this.stepButton = button("One step", () => this.trainSteps(1));
      this.resetButton = button("Back to the recording", () => this.reset());
      this.resetButton.disabled = true;
      const exponent = Math.log10(data.learning_rate ?? 0.01);
      this.rate = make("input", {
        type: "range",
        className: "slider",
        min: -6,
        max: 1,
        step: 0.05,
        value: exponent,
        "aria-label": "Learning rate",
      });
      this.rateValue = make("output", { className: "value" });
      const show = () => {
        this.rateValue.textContent = short(this.learningRate);
        this.rate.setAttribute("aria-valuetext", this.rateValue.textContent);
      };
      this.rate.addEventListener("input", show);
      this.progress = make("p", { className: "note", role: "status" });
      this.curve = make("canvas", { className: "curve", role: "img", hidden: true });
      card.append(
        make("figcaption", {}, make("h3", {}, "Train on"), make("p", { className: "note" }, this.trainingNote())),
        make("div", { className: "controls" }, this.trainButton, this.stepButton, this.resetButton),
        make("div", { className: "controls" }, make("label", {}, "learning rate"), this.rate, this.rateValue),
        this.progress,
        this.curve,
        this.pointForm(),
      );
      show();
    }

    trainingNote() {
      const { count, total } = this.model.training,
        { batch_size: batch } = this.data;
      const rows =
        count < total
          ? `${count.toLocaleString("en")} of the ${total.toLocaleString("en")} training rows, all that the page has`
          : `all ${count.toLocaleString("en")} training rows`;
      return `This page trains on ${rows}, in batches of ${batch ?? "all rows"}, at a constant learning rate, in an order of its own: it is another training than the recorded one.`;
    }

    get learningRate() {
      return 10 ** Number(this.rate.value);
    }

    /** The form that adds a point; points are also added and moved by pointer, in the picture. */
    pointForm() {
      const { model } = this,
        form = make("form", { className: "controls point-form" });
      this.mode = make(
        "select",
        { className: "button" },
        ...[
          ["look", "look at values"],
          ["move", "move points"],
          ["add", "add points"],
        ].map(([value, text]) => make("option", { value }, text)),
      );
      this.mode.addEventListener("change", () =>
        this.boundary.element.classList.toggle("editing", this.mode.value !== "look"),
      );
      const target =
        model.hasValues || model.task === "multilabel"
          ? make("input", { type: "number", step: "any", value: 0, className: "button" })
          : make(
              "select",
              { className: "button" },
              ...this.data.classes.map((name, code) => make("option", { value: code }, name)),
            );
      this.pointTarget = target;
      const field = (label) =>
        make("input", { type: "number", step: "any", required: true, className: "button", "aria-label": label });
      [this.pointX, this.pointY] = [field("Place of the point across"), field("Place of the point up")];
      const add = make("button", { className: "button" }, "Add");
      form.append(
        make("label", {}, "the pointer serves to ", this.mode),
        make("label", {}, model.hasValues ? "value " : "class ", target),
        make("label", {}, "at ", this.pointX),
        this.pointY,
        add,
      );
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.addPoint(this.pointX.valueAsNumber, this.pointY.valueAsNumber);
      });
      if (model.task === "multilabel" || (model.hasValues && model.targets > 1)) form.hidden = true;
      return form;
    }

    // The pointer in the picture

    listen() {
      const area = this.boundary.element;
      let held = null;
      const at = (event) => {
        const box = area.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
      };
      area.addEventListener("pointerdown", (event) => {
        if (!this.plane || this.plane.flat || !this.mode || this.mode.value === "look") return;
        const [x, y] = at(event),
          point = this.boundary.pointAt(x, y);
        if (this.mode.value === "move" && point !== null) {
          held = point;
          area.setPointerCapture(event.pointerId);
        } else if (this.mode.value === "add") this.addPoint(...this.boundary.toPlane(x, y));
        event.preventDefault();
      });
      area.addEventListener("pointermove", (event) => {
        const [x, y] = at(event);
        if (held === null) this.readout.textContent = (this.plane && this.boundary.words(x, y)) || this.hint();
        else this.movePoint(held, ...this.boundary.toPlane(x, y));
      });
      area.addEventListener("pointerup", () => {
        if (held !== null) this.rowsChanged();
        held = null;
      });
      area.addEventListener("pointerleave", () => {
        this.readout.textContent = this.hint();
      });
      this.readout.textContent = this.hint();
    }

    hint() {
      const others = this.model.width > 2 && this.plane && !this.plane.directions;
      return others
        ? "Rows are drawn where their two columns put them; the other inputs of the map are fixed."
        : "Point at a place for its prediction.";
    }

    movePoint(index, u, v) {
      const rows = this.model.training,
        inputs = this.plane.inputsAt(u, v, rows.inputsOf(index));
      inputs.forEach((value, f) => {
        rows.inputs[index * rows.width + f] = value;
      });
      this.boundary.drawPoints();
      this.changedRows = true;
    }

    addPoint(u, v) {
      if (!this.plane || !Number.isFinite(u) || (!this.plane.flat && !Number.isFinite(v))) return;
      this.model.training.add(this.plane.inputsAt(u, v), [Number(this.pointTarget.value)]);
      this.rowsChanged();
      this.progress.textContent = `Added a point; ${networkParts.added(this.model.training).length} are yours.`;
    }

    rowsChanged() {
      this.changedRows = true;
      this.analysis.refresh();
      this.resetButton.disabled = false;
      this.redraw();
    }

    // Frames

    /** Show a frame, and end a training that goes on in the page. */
    seek(index) {
      this.pauseTraining();
      if (this.continuation || this.edited) this.forget();
      this.show(Math.max(0, Math.min(this.entries.length - 1, index)));
    }

    show(index) {
      this.index = index;
      const entry = this.entries[index];
      this.network.theta.set(entry.theta);
      this.network.state.set(entry.state);
      this.slider.value = index;
      this.slider.setAttribute("aria-valuetext", entry.label);
      this.label.textContent = entry.label;
      this.back.disabled = index === 0;
      this.forth.disabled = index === this.entries.length - 1;
      this.lane.show(index);
      this.redraw();
    }

    /** The key under which the analysis of what is shown is kept; null for what is no frame. */
    get key() {
      return this.continuation || this.edited ? null : this.index;
    }

    /** Calculate and draw all that depends on the weights. */
    redraw() {
      this.version += 1;
      const { network, boundary, plane, colours } = this;
      if (!this.width) return;
      if (plane) {
        boundary.forward();
        boundary.draw(colours);
        this.describe();
      }
      this.grid = plane ? { pass: boundary.pass, columns: boundary.columns, rows: boundary.rows } : null;
      const analysis = this.analysis.of(network.theta, network.state, this.key);
      this.diagram.draw(network, this.grid, colours, this.deadNow(analysis), this.chosen);
      if (this.chosen && !this.playing) this.showUnit();
      this.tell(analysis);
      if (!this.playing && !this.isTraining) this.refineLater();
    }

    refineLater() {
      const { version } = this;
      clearTimeout(this.rest);
      this.rest = setTimeout(() => {
        const isCurrent = () => version === this.version;
        if (this.plane && isCurrent()) this.boundary.refine(isCurrent);
      }, REST);
    }

    /** Dead units of what is shown: of frames, those that stay dead to the end. */
    deadNow(analysis) {
      if (this.key === null || !this.deaths) return analysis.dead;
      return this.deaths.map((column) => column && column.map((since) => since >= 0 && since <= this.index));
    }

    /** Find, a few frames at a time, from which frame on a unit is dead to the end. */
    async findDeaths() {
      const { entries, model } = this;
      if (
        !model.columns.some((column) => column.functions.some((step) => step.type === "relu")) ||
        !model.training.count
      )
        return;
      const each = [];
      for (let index = 0; index < entries.length; index++) {
        each.push(this.analysis.of(entries[index].theta, entries[index].state, index).dead);
        await new Promise((resolve) => setTimeout(resolve));
      }
      this.deaths = model.columns.map(
        (column, at) =>
          each[0][at] &&
          Array.from({ length: column.width }, (_, unit) => {
            let since = entries.length;
            while (since > 0 && each[since - 1][at][unit]) since--;
            return since < entries.length ? since : -1;
          }),
      );
      this.redraw();
    }

    /** Say what is shown. */
    tell({ loss }) {
      const entry = this.entries[this.index],
        lossText = loss === null ? "" : `, loss ${short(loss)} on the training rows of the page`;
      if (this.continuation) {
        const { steps, epochs } = this.continuation;
        this.status.textContent = `Trained on in this page for ${steps.toLocaleString("en")} steps (${epochs.toFixed(1)} epochs) from ${entry.label}${lossText}. This is not the recorded training.`;
      } else if (this.edited)
        this.status.textContent = `Weights edited from ${entry.label}${lossText}. This is not the recorded training.`;
      else if (!this.playing)
        this.status.textContent = `${entry.label[0].toUpperCase()}${entry.label.slice(1)}${entry.best ? ", the best" : ""}${lossText}.${this.entries.length < 2 ? " This run recorded no frames: train with record: true for a replay." : ""}`;
    }

    describe() {
      const what = this.model.hasValues ? "Surface" : "Boundary";
      this.boundary.canvas.setAttribute(
        "aria-label",
        `${what} over ${this.plane.names.join(" and ")}, ${this.entries[this.index].label}`,
      );
    }

    // Playing

    toggle() {
      if (this.playing) return this.pause();
      this.pauseTraining();
      if (this.continuation || this.edited) this.forget();
      if (this.index === this.entries.length - 1) this.show(0);
      this.playing = true;
      this.playButton.textContent = "❚❚ Pause";
      this.playButton.setAttribute("aria-label", "Pause");
      let shown = performance.now();
      const pause = matchMedia("(prefers-reduced-motion: reduce)").matches ? 600 : MILLISECONDS;
      const tick = (now) => {
        if (!this.playing) return;
        if (now - shown >= pause) {
          shown = now;
          if (this.index >= this.entries.length - 1) return this.pause();
          this.show(this.index + 1);
        }
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    }

    pause() {
      this.playing = false;
      this.playButton.textContent = "▶ Play";
      this.playButton.setAttribute("aria-label", "Play the training");
      this.redraw();
    }

    // A second frame beside the first

    toggleCompare() {
      if (this.other) {
        this.other = null;
        this.second.hidden = true;
        this.second.replaceChildren();
      } else {
        const network = this.model.another(),
          boundary = new networkParts.Boundary(this.model, network);
        Object.assign(boundary, { which: this.boundary.which, range: this.boundary.range });
        const slider = make("input", {
          type: "range",
          className: "slider",
          min: 0,
          max: this.entries.length - 1,
          value: 0,
          "aria-label": "Second frame",
        });
        const label = make("h3");
        this.other = { network, boundary, slider, label };
        slider.addEventListener("input", () => this.drawOther());
        this.second.append(
          make("figcaption", {}, label, make("div", { className: "controls" }, slider)),
          boundary.element,
        );
        this.second.hidden = !this.plane;
        if (this.plane) boundary.setPlane(this.plane);
      }
      this.compare.setAttribute("aria-pressed", String(Boolean(this.other)));
      this.layout();
    }

    drawOther() {
      const { network, boundary, slider, label } = this.other,
        entry = this.entries[Number(slider.value)];
      if (!this.plane) return;
      network.theta.set(entry.theta);
      network.state.set(entry.state);
      label.textContent = `Beside it: ${entry.label}`;
      slider.setAttribute("aria-valuetext", entry.label);
      boundary.layout(this.pictureWidth(this.second));
      boundary.forward();
      boundary.draw(this.colours);
      boundary.drawPoints();
      boundary.canvas.setAttribute("aria-label", `Second frame, ${entry.label}`);
    }

    // Units and weights

    choose(column, unit) {
      const same = this.chosen && this.chosen.column === column && this.chosen.unit === unit;
      this.chosen = same ? null : { column, unit };
      this.panel.element.hidden = same;
      if (same) this.boundary.chosen = [];
      this.layout();
    }

    showUnit() {
      const { column, unit } = this.chosen,
        data = this.analysis.run(this.network.theta, this.network.state);
      const since = this.key === null ? null : (this.deaths?.[column]?.[unit] ?? -1);
      const label = since !== null && since >= 0 && since <= this.index ? this.entries[since].label : "";
      this.panel.show(this.chosen, this.network, this.grid, data, this.colours, label);
      this.boundary.chosen = this.panel.excited.map((k) => this.analysis.order[k]);
      if (this.plane) this.boundary.drawPoints();
    }

    point(edge) {
      const names = edge && [
        this.model.columns[edge.column - 1].names[edge.source],
        this.model.columns[edge.column].names[edge.unit],
      ];
      this.edgeNote.textContent = edge
        ? `Weight from ${names[0]} to ${names[1]}: ${short(this.network.theta[edge.at])}. Click to edit it.`
        : "The thicker, the larger; solid orange is positive, dashed blue negative; the dot at a corner is the bias. Choose a unit for its equation.";
      this.diagram.canvas.classList.toggle("pointing", Boolean(edge));
    }

    editEdge({ column, unit, source }) {
      if (!this.chosen || this.chosen.column !== column || this.chosen.unit !== unit) this.choose(column, unit);
      this.panel.focus(source);
    }

    editWeight(at, value) {
      this.pauseTraining();
      this.network.theta[at] = value;
      this.edited = true;
      if (this.resetButton) this.resetButton.disabled = false;
      this.redraw();
    }

    // Training on

    toggleTraining() {
      if (this.isTraining) return this.pauseTraining();
      if (this.playing) this.pause();
      this.begin();
      this.isTraining = true;
      this.trainButton.textContent = "Pause";
      const tick = () => {
        if (!this.isTraining) return;
        const until = performance.now() + BUDGET;
        do this.continuation.step(this.learningRate);
        while (performance.now() < until);
        this.trained();
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    }

    trainSteps(count) {
      if (this.isTraining) this.pauseTraining();
      if (this.playing) this.pause();
      this.begin();
      for (let step = 0; step < count; step++) this.continuation.step(this.learningRate);
      this.trained();
    }

    begin() {
      if (this.continuation) return;
      const entry = this.entries[this.index],
        slots = this.edited ? null : entry.slots;
      this.continuation = new Continuation(this.model, this.network, slots, entry.step ?? this.data.last?.steps);
      this.resetButton.disabled = false;
      this.begun = slots
        ? "with the optimizer's slots as they were"
        : this.continuation.trainer.rule.slots.length
          ? "with fresh slots of the optimizer"
          : "";
    }

    trained() {
      const { continuation } = this;
      this.redraw();
      const { loss } = this.analysis.of(this.network.theta, this.network.state);
      continuation.losses.push([continuation.steps, loss]);
      if (continuation.losses.length > 600) continuation.losses = continuation.losses.filter((_, k) => k % 2 === 0);
      this.progress.textContent = `From ${this.entries[this.index].label}${this.begun ? `, ${this.begun}` : ""}: ${continuation.steps.toLocaleString("en")} steps, loss ${short(loss)}.`;
      this.drawLosses(continuation.losses);
      if (!Number.isFinite(loss)) {
        this.pauseTraining();
        this.progress.textContent += " It diverged: lower the learning rate, and go back to the recording.";
      }
    }

    drawLosses(losses) {
      this.curve.hidden = losses.length < 2;
      if (losses.length < 2) return;
      const width = Math.max(120, this.trainingCard.clientWidth - 40),
        height = 90,
        context = networkMaps.fitted(this.curve, width, height);
      const known = losses.map(([, loss]) => Math.log(Math.max(loss, 1e-12))).filter(Number.isFinite),
        low = Math.min(...known),
        high = Math.max(...known);
      context.clearRect(0, 0, width, height);
      context.beginPath();
      losses.forEach(([step, loss], k) => {
        const x = 4 + ((width - 8) * (step - losses[0][0])) / (losses.at(-1)[0] - losses[0][0] || 1);
        context[k ? "lineTo" : "moveTo"](
          x,
          6 + ((height - 12) * (high - Math.log(Math.max(loss, 1e-12)))) / (high - low || 1),
        );
      });
      context.strokeStyle = this.colours.classes[1];
      context.lineWidth = 2;
      context.stroke();
      this.curve.setAttribute(
        "aria-label",
        `Loss in this page, on a logarithmic scale, from ${short(losses[0][1])} to ${short(losses.at(-1)[1])}`,
      );
    }

    pauseTraining() {
      if (!this.isTraining) return;
      this.isTraining = false;
      this.trainButton.textContent = "Train on";
      this.redraw();
    }

    /** Leave what was trained or edited in the page. */
    forget() {
      this.continuation = null;
      this.edited = false;
      if (!this.resetButton) return;
      this.trainButton.textContent = "Train on from here";
      this.curve.hidden = true;
      this.progress.textContent = "";
      this.resetButton.disabled = !this.changedRows;
    }

    reset() {
      this.pauseTraining();
      this.forget();
      if (this.changedRows) {
        this.model.rows.train = new networkModel.Rows(
          this.data.rows.train,
          this.model.width,
          this.model.training.targets,
        );
        this.changedRows = false;
        this.analysis.refresh();
        this.resetButton.disabled = true;
      }
      this.show(this.index);
      if (this.plane) this.boundary.drawPoints();
    }

    // Sizes and colours

    pictureWidth(figure) {
      const style = getComputedStyle(figure);
      return Math.min(470, figure.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
    }

    layout() {
      this.width = this.element.clientWidth;
      if (!this.width) return;
      if (this.plane) this.boundary.layout(this.pictureWidth(this.picture));
      const style = getComputedStyle(this.drawing);
      this.diagram.layout(this.drawing.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
      this.redraw();
      if (this.plane) this.boundary.drawPoints();
      if (this.other) this.drawOther();
      for (const mark of this.marks ?? []) mark();
    }

    recolour() {
      this.colours = networkMaps.palette();
      this.layout();
    }
  }

  const place = document.getElementById("network-player"),
    block = document.getElementById("npnet-data");
  const data = place && block ? JSON.parse(block.textContent).network : null;
  if (data) window.npnetPlayer = new Player(place, data);
})();
