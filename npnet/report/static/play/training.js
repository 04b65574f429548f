/* The settings of the training: loss, optimizer, learning rate, batches, penalties, initial weights and the seed. */
"use strict";

const playTraining = (() => {
  const { make } = networkElements;
  const RATES = [1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3];
  const PENALTIES = [0, 1e-5, 1e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1];
  const BATCHES = [1, 8, 16, 32, 64, 128, 256];
  const REGULARIZATIONS = [
    ["", "none"],
    ["l1", "L1"],
    ["l2", "L2"],
    ["weight_decay", "weight decay"],
  ];
  const USUAL = 0.001; // strength of a penalty that is chosen

  class TrainingPanel {
    /** `acts` has change(settings), which begins anew, and adjust(settings), which a training in progress follows. */
    constructor(catalog, acts) {
      this.catalog = catalog;
      this.acts = acts;
      this.element = make("div", { className: "fields training-fields" });
    }

    /** Show the settings, with the loss and the learning rate of the data of a network. */
    show(settings, prepared, data) {
      Object.assign(this, { settings, prepared, data });
      this.draw();
    }

    draw() {
      const { settings, catalog, data } = this;
      const { choice, number, numbers } = playControls;
      const entries = (list) => list.map(({ name, purpose }) => [name, name.replaceAll("_", " "), purpose]);
      const set = (list, key) => (type) => this.acts.change({ [key]: this.named(list, type) });
      const losses = catalog.losses.filter((entry) => playNetwork.fits(entry, this.prepared));
      const optimizer = (type) => {
        const { rate } = playNetwork.find(catalog.optimizers, type);
        this.acts.change({ optimizer: this.named(catalog.optimizers, type), learning_rate: rate });
      };
      const rate = (learning_rate) => this.acts.adjust({ learning_rate });
      const batch = (text) => this.acts.change({ batch_size: Number(text) || text });
      playControls.refill(
        this.element,
        choice("Loss", entries(losses), data.loss.type, set(catalog.losses, "loss")),
        choice("Optimizer", entries(catalog.optimizers), settings.optimizer.type, optimizer),
        numbers("Learning rate", RATES, data.learning_rate, rate),
        choice("Batch size", this.batches(), settings.batch_size, batch),
        ...this.regularization(),
        choice("Initial weights", entries(catalog.initializers), settings.init.type, set(catalog.initializers, "init")),
        number("Seed", { min: 0, max: 2 ** 31, value: settings.seed }, (seed) => this.acts.change({ seed })),
      );
    }

    named(list, type) {
      return { type, options: { ...playNetwork.find(list, type).options } };
    }

    batches() {
      const sizes = [...new Set([...BATCHES, this.settings.batch_size])].filter(Number).sort((a, b) => a - b);
      return [...sizes.map((size) => [String(size), String(size)]), ["all", "all rows"]];
    }

    /** Return the choice of a penalty and its strength. */
    regularization() {
      const { l1, l2, optimizer } = this.settings;
      const strengths = { l1, l2, weight_decay: optimizer.options.weight_decay };
      const kind = Object.keys(strengths).find((key) => strengths[key]) ?? "";
      const strength = playControls.numbers("Strength", PENALTIES, strengths[kind] ?? 0, (value) =>
        this.penalize(kind, value),
      );
      strength.querySelector("select").disabled = !kind;
      const choose = (name) => this.penalize(name, name ? strengths[kind] || USUAL : 0);
      return [playControls.choice("Regularization", REGULARIZATIONS, kind, choose), strength];
    }

    penalize(name, strength) {
      const { type, options } = this.settings.optimizer;
      this.acts.adjust({
        l1: name === "l1" ? strength : 0,
        l2: name === "l2" ? strength : 0,
        optimizer: { type, options: { ...options, weight_decay: name === "weight_decay" ? strength : 0 } },
      });
      this.draw();
    }
  }

  return { TrainingPanel };
})();
