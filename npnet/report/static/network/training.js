/* Training on in the page, from a state of the weights, on the training rows that the page has. */
"use strict";

const networkTraining = (() => {
  const { make, button, short, counted } = networkElements;
  const BUDGET = 14; // milliseconds of training between two pictures
  const MOST_LOSSES = 600; // points of the curve of the loss
  const HEIGHT = 90; // pixels of the curve

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

  /* A training from the weights of a network, with the optimizer's slots or with fresh ones. */
  class Continuation {
    constructor(model, network, { slots, step }) {
      const { loss, optimizer, constraints, batch_size: batch } = model.data;
      this.model = model;
      this.batch = Math.min(batch ?? Infinity, model.training.count);
      this.trainer = new engine.Trainer(network, loss, optimizer, constraints, this.batch);
      this.random = randomOf(1);
      this.steps = 0;
      this.rowsChanged();
      if (!slots) return;
      for (const name of Object.keys(this.trainer.slots)) this.trainer.slots[name].set(slots[name]);
      this.trainer.count = step ?? 0;
    }

    /** Take the rows of the model again, in a new order. */
    rowsChanged() {
      const { count, y } = this.model.training;
      this.t = this.model.encode(y);
      this.order = Array.from({ length: count }, (_, k) => k);
      this.at = count;
    }

    get epochs() {
      return (this.steps * this.batch) / this.order.length;
    }

    /** Take one step on the next batch. */
    step(rate) {
      const rows = this.model.training;
      const count = this.order.length;
      if (this.at >= count) this.shuffle();
      const n = Math.min(this.batch, count - this.at);
      const pass = this.trainer.passOf(n);
      rows.gather(this.order, this.at, n, pass.x);
      for (let k = 0; k < pass.t.length; k++)
        pass.t[k] = this.t[Math.floor(k / n) * count + this.order[this.at + (k % n)]];
      if (rows.weight) pass.w = rows.weightsOf(this.order.slice(this.at, this.at + n));
      this.trainer.step(rate, pass, this.random);
      this.at += n;
      this.steps += 1;
    }

    shuffle() {
      const { order } = this;
      for (let k = order.length - 1; k > 0; k--) {
        const other = Math.floor(this.random() * (k + 1));
        [order[k], order[other]] = [order[other], order[k]];
      }
      this.at = 0;
    }
  }

  /* The card that trains on. `acts` has start(), which returns the state to begin from with its label; changed(), which
     draws and returns the loss; reset(). */
  class TrainingCard {
    constructor(model, network, acts) {
      this.model = model;
      this.network = network;
      this.acts = acts;
      this.continuation = null;
      this.toggleButton = button("Train on from here", () => (this.isOn ? this.pause() : this.run()));
      this.resetButton = button("Back to the recording", acts.reset);
      this.progress = make("p", { className: "note", role: "status" });
      this.curve = make("canvas", { className: "curve", role: "img", hidden: true });
      const buttons = [this.toggleButton, button("One step", () => this.one()), this.resetButton];
      this.element = make(
        "figure",
        { className: "card training" },
        make("figcaption", {}, make("h3", {}, "Train on"), make("p", { className: "note" }, this.note())),
        make("div", { className: "controls" }, ...buttons),
        this.rateSlider(),
        this.progress,
        this.curve,
      );
      this.element.hidden = !model.training.count;
      this.allowReset(false);
    }

    note() {
      const { count, total } = this.model.training;
      const rows =
        count < total
          ? `${counted(count, "row")} of the ${counted(total, "training row")}`
          : `all ${counted(count, "training row")}`;
      const batch = this.model.data.batch_size ? `batches of ${this.model.data.batch_size}` : "one batch";
      return `On ${rows}, in ${batch}, at a constant learning rate, in an order of its own: not the recorded training.`;
    }

    rateSlider() {
      const value = make("output", { className: "value" });
      const start = Math.log10(this.model.data.learning_rate ?? 0.01);
      const range = { type: "range", min: start - 4, max: start + 3, step: 0.05, value: start };
      this.slider = make("input", { className: "slider", ...range, "aria-label": "Learning rate" });
      const show = () => {
        value.textContent = short(this.rate);
        this.slider.setAttribute("aria-valuetext", value.textContent);
      };
      this.slider.addEventListener("input", show);
      show();
      return make(
        "div",
        { className: "controls" },
        make("span", { className: "muted" }, "learning rate"),
        this.slider,
        value,
      );
    }

    get rate() {
      return 10 ** Number(this.slider.value);
    }

    allowReset(allowed) {
      this.resetButton.disabled = !allowed;
    }

    begin() {
      this.allowReset(true);
      if (this.continuation) return;
      const start = this.acts.start();
      this.continuation = new Continuation(this.model, this.network, start);
      const has = this.continuation.trainer.rule.slots.length;
      const slots = start.slots
        ? ", with the optimizer's slots as they were"
        : has
          ? ", with fresh slots of the optimizer"
          : "";
      this.from = `From ${start.label}${slots}`;
      this.losses = [];
    }

    run() {
      this.begin();
      this.isOn = true;
      this.toggleButton.textContent = "Pause";
      const tick = () => {
        if (!this.isOn) return;
        const until = performance.now() + BUDGET;
        do this.continuation.step(this.rate);
        while (performance.now() < until);
        this.show();
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    }

    one() {
      this.pause();
      this.begin();
      this.continuation.step(this.rate);
      this.show();
    }

    show() {
      const { continuation } = this;
      const loss = this.acts.changed();
      this.losses.push([continuation.steps, loss]);
      if (this.losses.length > MOST_LOSSES) this.losses = this.losses.filter((_, k) => k % 2 === 0);
      this.progress.textContent = `${this.from}: ${counted(continuation.steps, "step")}, loss ${short(loss)}.`;
      this.drawCurve();
      if (Number.isFinite(loss)) return;
      this.pause();
      this.progress.textContent += " It diverged: go back to the recording, and take a lower learning rate.";
    }

    /** Draw the loss so far, on a logarithmic axis. */
    drawCurve() {
      const { losses, curve } = this;
      curve.hidden = losses.length < 2;
      if (curve.hidden) return;
      const width = Math.max(120, this.progress.clientWidth);
      const context = networkMaps.cleared(curve, width, HEIGHT);
      const logs = losses.map(([, loss]) => Math.log(Math.max(loss, 1e-12)));
      const [low, high] = networkElements.extremes(logs.filter(Number.isFinite));
      const [first, last] = [losses[0][0], losses.at(-1)[0]];
      context.beginPath();
      logs.forEach((log, k) => {
        const x = 4 + ((width - 8) * (losses[k][0] - first)) / (last - first || 1);
        context.lineTo(x, 6 + ((HEIGHT - 12) * (high - log)) / (high - low || 1));
      });
      context.strokeStyle = networkMaps.palette().classes[1];
      context.lineWidth = 2;
      context.stroke();
      const range = `from ${short(losses[0][1])} to ${short(losses.at(-1)[1])}`;
      curve.setAttribute("aria-label", `Loss in this page, on a logarithmic axis, ${range}`);
    }

    pause() {
      if (!this.isOn) return;
      this.isOn = false;
      this.toggleButton.textContent = "Train on";
      this.acts.changed();
    }

    /** Leave what was trained. */
    forget() {
      this.isOn = false;
      this.continuation = null;
      this.toggleButton.textContent = "Train on from here";
      this.curve.hidden = true;
      this.progress.textContent = "";
    }
  }

  return { TrainingCard, Continuation, randomOf };
})();
