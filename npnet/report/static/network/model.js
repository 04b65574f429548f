/* A trained network of the page: its layers, the states of its weights, its rows, and predictions from raw scores. */
"use strict";

const networkModel = (() => {
  const { plain } = networkElements;
  const { Rows, Plane, numbersOf, toInput, toUnits, principalComponents } = networkRows;
  const STRUCTURE = ["linear", "periodic", "embedding"]; // layers that make units; others change values one by one
  const MOST_COMPONENTS = 200; // inputs up to which principal components are calculated

  /** Inputs that are calculated from columns of numbers. */
  const FEATURES = { square: (a) => a * a, product: (a, b) => a * b, sine: Math.sin };

  /* `inputs` are those of the data, `rows` the rows by split, `entries` the states of the weights in the order of the
     training, `columns` what is drawn as a column of units, `numbers` the inputs that can be axes. */
  class Model {
    constructor(given) {
      const data = named(given);
      this.data = data;
      this.inputs = data.inputs;
      this.width = data.inputs.length;
      this.task = data.task;
      this.targets = data.targets.length;
      this.classes = data.task === "multilabel" ? 2 : data.classes.length;
      this.hasValues = data.task === "regression" || data.task === "counts";
      this.rows = Object.fromEntries(Object.keys(data.rows).map((split) => [split, this.rowsOf(split)]));
      this.training = this.rows.train ?? new Rows(null, this.width, this.targets);
      this.network = this.another();
      this.columns = columnsOf(this.network, data);
      this.entries = entriesOf(data);
      this.best = this.entries.findIndex((entry) => entry.best);
      this.numbers = this.inputs.flatMap((input, index) => (isAxis(input) ? [index] : []));
      this.base = this.medians();
    }

    /** Return another network of the same layers, with weights of its own. */
    another() {
      return new engine.Network(this.data.layers, this.width);
    }

    /** Return the rows of a split as they are in the data. */
    rowsOf(split) {
      return new Rows(this.data.rows[split], this.width, this.targets);
    }

    /** Leave what the reader changed of the training rows. */
    restoreRows() {
      this.rows.train = this.training = this.rowsOf("train");
    }

    /** Names of what one picture cannot show together: labels, or targets. */
    get shownNames() {
      return this.task === "multilabel" || this.hasValues ? this.data.targets : this.data.targets.slice(0, 1);
    }

    /** The inputs that can be axes, those with the largest weights to the first layer first. */
    get byStrength() {
      const step = this.columns[1]?.step;
      const { theta, epoch } = this.entries[Math.max(0, this.best)];
      if (step?.type !== "linear" || this.width !== step.inputs || epoch === 0) return this.numbers;
      const { at, rows, columns } = step.parameters[0];
      const sizes = this.numbers.map((input) => {
        const weights = Array.from({ length: rows }, (_, row) => theta[at + row * columns + input]);
        return [input, Math.hypot(...weights)];
      });
      return sizes.sort((a, b) => b[1] - a[1]).map(([input]) => input);
    }

    /** The median of each input over the training rows. */
    medians() {
      const { count, inputs } = this.training;
      const found = Float64Array.from(this.inputs, (_, f) => {
        const values = Float64Array.from({ length: count }, (_, row) => inputs[row * this.width + f]).sort();
        return values[count >> 1] ?? 0;
      });
      this.derive(found, 1);
      return found;
    }

    /** Return the plane of two columns, or the line of one. */
    plane(x, y, base) {
      return new Plane(this, base ?? this.base, y === null ? [x] : [x, y]);
    }

    /** Return the plane of the first two principal components of the training rows; null where there are none. */
    components(base) {
      const { training: rows, width } = this;
      const free = this.inputs.flatMap((input, f) => (input.block === "codes" || input.of ? [] : [f]));
      if (rows.count < 3 || width > MOST_COMPONENTS || free.length < 2) return null;
      const mean = Array.from(this.base);
      for (const f of free) {
        mean[f] = 0;
        for (let row = 0; row < rows.count; row++) mean[f] += rows.inputs[row * width + f] / rows.count;
      }
      this.directions ??= principalComponents(rows, mean, free);
      return new Plane(this, base ?? mean, [], this.directions);
    }

    /** Fill in the inputs (inputs, n) that are calculated from others. */
    derive(x, n) {
      this.inputs.forEach((input, f) => {
        if (!input.of) return;
        const { type, columns } = input.of;
        for (let s = 0; s < n; s++) {
          const values = columns.map((column) => toUnits(this.inputs[column], x[column * n + s]));
          x[f * n + s] = toInput(input, FEATURES[type](...values));
        }
      });
    }

    /* Return what a picture shows of raw scores z (outputs, n): the probability of the second of two classes or of a
       label, probabilities (classes, n) of several classes, or values in units of the target. `out` is overwritten. */
    shown(z, n, which, out) {
      const { output, loss, classes } = this.data;
      const scores = out.subarray(0, z.length);
      scores.set(z);
      engine.links[loss.link](scores, n);
      if (this.hasValues) return this.values(scores, n, which);
      if (loss.link === "identity") {
        for (let k = 0; k < scores.length; k++) scores[k] = Math.max(0, Math.min(1, scores[k]));
        if (this.task !== "multilabel" && scores.length === n * classes.length) asShares(scores, n);
      }
      if (this.task === "multiclass") return tempered(scores, n, output.temperature);
      const row = this.task === "multilabel" ? which : scores.length / n - 1;
      const found = scores.subarray(row * n, (row + 1) * n);
      if (output.temperature !== 1)
        for (let k = 0; k < n; k++)
          found[k] = 1 / (1 + Math.exp(Math.log((1 - found[k]) / found[k]) / output.temperature));
      return found;
    }

    /** Return the values of a target, in its units: of several quantiles the one nearest to the median. */
    values(scores, n, which) {
      const several = engine.quantilesOf(this.data.loss);
      const each = Math.max(1, several.length);
      const nearest = Math.min(...several.map((q) => Math.abs(q - 0.5)));
      const row = Math.max(
        0,
        several.findIndex((q) => Math.abs(q - 0.5) === nearest),
      );
      const found = scores.subarray((which * each + row) * n, (which * each + row + 1) * n);
      for (let k = 0; k < n; k++) {
        const ordered =
          each > 1 ? several.map((_, q) => scores[(which * each + q) * n + k]).sort((a, b) => a - b) : null;
        found[k] = this.unscaled(ordered ? ordered[row] : found[k], which);
      }
      return found;
    }

    unscaled(score, which) {
      const { mean, scale, transform, moments } = this.data.output;
      const value = score * scale[which] + mean[which];
      const [first, second] = moments?.[which] ?? [];
      if (transform === "log") return Math.exp(value) * (first ?? 1);
      if (transform !== "square_root") return value;
      const root = Math.max(0, value);
      return root * root + 2 * root * (first ?? 0) + (second ?? 0);
    }

    /** Return targets y (n, targets) as the loss takes them, (outputs, n). */
    encode(y) {
      const { mean, scale, transform } = this.data.output;
      const forward = { log: Math.log, square_root: Math.sqrt }[transform] ?? ((value) => value);
      const targets = this.classes && this.task !== "multilabel" ? 1 : this.targets;
      const scaled = this.hasValues
        ? y.map((value, k) => (forward(value) - mean[k % targets]) / scale[k % targets])
        : y;
      return engine.encode(this.data.loss, scaled, targets, this.classes, this.network.outputs);
    }
  }

  /** Return the data with names as the page shows them. */
  function named(data) {
    const shown = (names) => names.map((name) => plain(name));
    const inputs = data.inputs.map((input) => ({ ...input, name: plain(input.name) }));
    return { ...data, inputs, classes: shown(data.classes), targets: shown(data.targets) };
  }

  /** Whether an input can be an axis: a number that varies and is not calculated from others. */
  const isAxis = (input) => input.block === "numbers" && input.scale !== 0 && !input.of;

  function asShares(scores, n) {
    for (let s = 0; s < n; s++) {
      let total = 0;
      for (let k = s; k < scores.length; k += n) total += scores[k];
      for (let k = s; k < scores.length; k += n) scores[k] = total > 0 ? scores[k] / total : n / scores.length;
    }
  }

  function tempered(scores, n, temperature) {
    if (temperature === 1) return scores;
    for (let k = 0; k < scores.length; k++) scores[k] = Math.max(scores[k], 1e-12) ** (1 / temperature);
    asShares(scores, n);
    return scores;
  }

  /* Return the columns of units of a network: the inputs, and the units of each layer that makes new ones. Layers that
     change values one by one belong to the column before them: `node` has its last values, `functions` the steps. */
  function columnsOf(network, data) {
    const inputs = data.inputs.map((input) => input.name);
    const columns = [{ node: 0, width: network.inputs, names: inputs, functions: [], added: 0 }];
    for (const step of network.steps) {
      const last = columns.at(-1);
      if (step.fork) continue;
      if (STRUCTURE.includes(step.type)) {
        const width = network.widths[step.y];
        const names = Array.from({ length: width }, (_, unit) => `h${columns.length}.${unit + 1}`);
        columns.push({ node: step.y, width, names, step, functions: [], added: 0 });
        continue;
      }
      if (step.sum) last.added += 1;
      else if (step.type !== "dropout") last.functions.push(step); // at prediction it changes nothing
      last.node = step.y;
    }
    if (columns.length > 1) columns.at(-1).names = outputNames(data, columns.at(-1).width);
    return columns;
  }

  function outputNames(data, width) {
    if (data.task === "binary" && width === 1) return [data.classes[1]];
    const names = data.task === "multiclass" || data.task === "binary" ? data.classes : data.targets;
    return width === names.length ? names : Array.from({ length: width }, (_, k) => `output ${k + 1}`);
  }

  /** Return the states of the weights that the page has, in the order of the training. */
  function entriesOf(data) {
    const entries = framesOf(data.frames);
    for (const state of [stateOf(data.best, true), stateOf(data.last, false)]) {
      if (!state) continue;
      // The weights in full precision, in place of a frame of the same epoch
      const at = entries.findIndex((entry) => entry.label === state.label);
      if (at >= 0) {
        const { step, best, slots } = entries[at];
        entries[at] = { ...state, step: step ?? state.step, best: best || state.best, slots: state.slots ?? slots };
      } else {
        const later = entries.findIndex((entry) => entry.epoch > state.epoch);
        entries.splice(later < 0 ? entries.length : later, 0, state);
      }
    }
    return entries;
  }

  function framesOf(frames) {
    if (!frames) return [];
    const count = frames.step.length;
    const [theta, state] = [numbersOf(frames.theta), numbersOf(frames.state)];
    const part = (values, k) => values.subarray((k * values.length) / count, ((k + 1) * values.length) / count);
    return frames.step.map((step, k) => ({
      epoch: frames.epoch[k],
      step,
      label: frames.label[k],
      slots: null,
      theta: part(theta, k),
      state: part(state, k),
      best: k === frames.best,
    }));
  }

  function stateOf(state, best) {
    if (!state) return null;
    const { epoch, theta, state: statistics, steps, slots } = state;
    const arrays = Object.entries(slots ?? {}).map(([name, values]) => [name, numbersOf(values)]);
    return {
      epoch,
      step: steps ?? null,
      label: epoch === null ? "the best weights" : epoch ? `epoch ${epoch}` : "step 0",
      slots: slots ? Object.fromEntries(arrays) : null,
      theta: numbersOf(theta),
      state: numbersOf(statistics),
      best,
    };
  }

  return { Model, FEATURES };
})();
