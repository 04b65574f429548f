/* The editor of the layers: for each hidden layer its units, its activation, and what else follows it. */
"use strict";

const playLayers = (() => {
  const { make, button } = networkElements;
  const MOST_LAYERS = 8;
  const MOST_UNITS = 128;
  const EXTRAS = ["batch_norm", "layer_norm", "dropout"];

  const FIRST = [
    ["periodic", "periodic: learned waves of each number"],
    ["embedding", "embedding: learned values of texts of many kinds"],
  ];

  class LayerEditor {
    /** `change(blocks)` is called with other hidden layers, `begin(before)` with others that take the inputs. */
    constructor(catalog, change, begin) {
      Object.assign(this, { catalog, change, begin });
      this.first = make("fieldset", { className: "checks first" });
      this.list = make("ol", { className: "layers" });
      this.add = button("+ Add a layer", () => this.append());
      this.element = make("div", { className: "layer-editor" }, this.first, this.list, this.add);
    }

    /** Show the layers of the settings. */
    show(blocks) {
      const key = JSON.stringify(blocks);
      if (key === this.key) return;
      this.key = key;
      this.blocks = blocks;
      const none = make("li", { className: "note" }, "No hidden layer: a linear model.");
      playControls.refill(
        this.list,
        ...(blocks.length ? blocks.map((block, index) => this.item(block, index)) : [none]),
      );
      this.add.disabled = blocks.length >= MOST_LAYERS;
    }

    /** Offer the layers that take the inputs: waves of numbers, and values of texts of many kinds where there are some. */
    showFirst(before, coded) {
      const offered = FIRST.filter(([type]) => this.catalog.layers.some(({ name }) => name === type));
      const has = (type) => before.some((layer) => layer.type === type);
      const boxes = offered
        .filter(([type]) => type !== "embedding" || coded.length || has(type))
        .map(([type, text]) => {
          const { purpose } = playNetwork.find(this.catalog.layers, type);
          return playControls.check(text, has(type), (is) => this.begin(this.withFirst(before, type, is)), purpose);
        });
      playControls.refill(this.first, make("legend", {}, "Layers of the inputs"), ...boxes);
    }

    /** Return the layers of the inputs with one more or less; an embedding comes first, as npnet requires. */
    withFirst(before, type, is) {
      const others = before.filter((layer) => layer.type !== type);
      if (!is) return others;
      return type === "embedding" ? [this.layerOf(type), ...others] : [...others, this.layerOf(type)];
    }

    item(block, index) {
      const change = (patch) => this.change(this.blocks.map((one, k) => (k === index ? { ...one, ...patch } : one)));
      const name = `Layer ${index + 1}`;
      const units = make("input", { type: "number", min: 1, max: MOST_UNITS, value: block.units });
      units.setAttribute("aria-label", `Units of layer ${index + 1}`);
      units.addEventListener("change", () => {
        const given = Math.round(units.valueAsNumber);
        const size = Number.isFinite(given) ? Math.max(1, Math.min(MOST_UNITS, given)) : block.units;
        units.value = size;
        change({ units: size, after: playNetwork.fitted(block.after, size) });
      });
      const activation = this.select(
        this.activations,
        this.activationOf(block),
        `Activation of layer ${index + 1}`,
        (type) => change({ after: this.withActivation(block, type) }),
      );
      const extra = this.select(["", ...EXTRAS], this.extraOf(block), `After layer ${index + 1}`, (type) =>
        change({ after: this.withExtra(block, type) }),
      );
      const remove = button(
        "×",
        () => this.change(this.blocks.filter((_, k) => k !== index)),
        `Remove layer ${index + 1}`,
      );
      const parts = [make("b", {}, name), units, activation, extra, remove];
      const rest = this.restOf(block);
      if (rest.length) parts.push(make("span", { className: "chip" }, rest.join(", ")));
      return make("li", {}, ...parts);
    }

    select(names, value, label, act) {
      const plus = names.includes("") ? "+ " : ""; // what follows the activation
      const text = (name) => `${plus}${name ? name.replaceAll("_", " ") : "nothing"}`;
      const options = names.map((name) => make("option", { value: name }, text(name)));
      const element = make("select", { className: "button", "aria-label": label }, ...options);
      element.value = value;
      element.addEventListener("change", () => act(element.value));
      return element;
    }

    get activations() {
      return ["linear", ...this.catalog.layers.filter((one) => one.activation).map((one) => one.name)];
    }

    isActivation({ type }) {
      return playNetwork.find(this.catalog.layers, type)?.activation;
    }

    activationOf({ after }) {
      return after.find((layer) => this.isActivation(layer))?.type ?? "linear";
    }

    extraOf({ after }) {
      return after.find((layer) => EXTRAS.includes(layer.type))?.type ?? "";
    }

    /** Names of the layers of a block that the two choices do not show. */
    restOf(block) {
      const shown = [this.activationOf(block), this.extraOf(block)];
      const left = block.after.map((layer) => layer.type);
      for (const name of shown) if (left.includes(name)) left.splice(left.indexOf(name), 1);
      return left;
    }

    layerOf(type) {
      return { type, options: playNetwork.find(this.catalog.layers, type).options };
    }

    withActivation(block, type) {
      const at = block.after.findIndex((layer) => this.isActivation(layer));
      const made = type === "linear" ? [] : [this.layerOf(type)];
      const after = [...block.after];
      if (at >= 0) after.splice(at, 1, ...made);
      else after.push(...made);
      return after;
    }

    /** Batches are normalized before the activation, the others stand after it. */
    withExtra(block, type) {
      const after = block.after.filter((layer) => !EXTRAS.includes(layer.type));
      if (!type) return after;
      return type === "dropout" ? [...after, this.layerOf(type)] : [this.layerOf(type), ...after];
    }

    append() {
      const last = this.blocks.at(-1) ?? { units: 4, after: [this.layerOf("tanh")] };
      this.change([...this.blocks, { ...last, after: [...last.after] }]);
    }
  }

  return { LayerEditor };
})();
