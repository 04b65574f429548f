/* A trained network as the page has it: its data decoded, planes through its inputs, and predictions from scores.

   Nothing here draws; `engine` calculates, and the data are those of npnet/report/network_data.py. */
"use strict";

const networkModel = (() => {
  const TYPES = {
    float32: Float32Array,
    float64: Float64Array,
    int32: Int32Array,
    uint16: Uint16Array,
    uint8: Uint8Array,
  };
  const STRUCTURE = ["linear", "periodic", "embedding"]; // layers that make units of their own; others change values
  const MARGIN = 0.56; // half of a plane, in shares of the span of the data
  const MOST_COMPONENTS = 200; // inputs up to which principal components are calculated

  /** Return the numbers of an array in the data of the page. */
  function numbersOf({ dtype, data }) {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    return dtype === "float16" ? halves(new Uint16Array(bytes.buffer)) : new TYPES[dtype](bytes.buffer);
  }

  /** Return the values of float16 numbers, given their bits. */
  function halves(bits) {
    return Float32Array.from(bits, (half) => {
      const exponent = (half >> 10) & 31,
        fraction = half & 1023,
        sign = half >> 15 ? -1 : 1;
      return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
    });
  }

  function interpolated(x, from, to) {
    const last = from.length - 1;
    if (x <= from[0]) return to[0];
    if (x >= from[last]) return to[last];
    let k = 1;
    while (from[k] < x) k++;
    return to[k - 1] + ((to[k] - to[k - 1]) * (x - from[k - 1])) / (from[k] - from[k - 1]);
  }

  /** Return a number in units of the data as an input of the network: scaled, and perhaps clipped smoothly. */
  function toInput(input, x) {
    if (input.knots) return interpolated(x, ...input.knots);
    if (!input.scale) return input.scale === 0 ? 0 : x;
    const z = (x - input.center) / input.scale;
    return input.clip ? z / Math.hypot(1, z / 3) : z;
  }

  /** Return an input of the network in units of the data. */
  function toUnits(input, z) {
    if (input.knots) return interpolated(z, input.knots[1], input.knots[0]);
    if (!input.scale) return input.scale === 0 ? input.center : z;
    const bounded = Math.max(-2.999, Math.min(2.999, z));
    return (input.clip ? bounded / Math.sqrt(1 - (bounded / 3) ** 2) : z) * input.scale + input.center;
  }

  /* The rows of a split: inputs (count, width) row by row, y (count, targets), the numbers of the rows, weights or null.
   Rows can be added and changed. */
  class Rows {
    constructor(data, width, targets) {
      this.width = width;
      this.targets = targets;
      this.total = data ? data.count : 0;
      this.inputs = data ? Array.from(numbersOf(data.inputs)) : [];
      this.y = data ? Array.from(numbersOf(data.y)) : [];
      this.rows = data ? Array.from(numbersOf(data.row)) : [];
      this.weight = data?.weight ? Array.from(numbersOf(data.weight)) : null;
    }

    get count() {
      return this.rows.length;
    }

    inputsOf(index) {
      return this.inputs.slice(index * this.width, (index + 1) * this.width);
    }

    targetsOf(index) {
      return this.y.slice(index * this.targets, (index + 1) * this.targets);
    }

    add(inputs, y) {
      this.inputs.push(...inputs);
      this.y.push(...y);
      this.rows.push(0); // a row of the reader's has no number in the data
      this.weight?.push(1);
    }

    /** Write some rows into x (width, n), one column after another. */
    gather(order, start, n, x) {
      for (let s = 0; s < n; s++)
        for (let f = 0; f < this.width; f++) x[f * n + s] = this.inputs[order[start + s] * this.width + f];
    }

    copy() {
      const other = Object.create(Rows.prototype);
      const { inputs, y, rows, weight } = this;
      return Object.assign(other, this, {
        inputs: [...inputs],
        y: [...y],
        rows: [...rows],
        weight: weight && [...weight],
      });
    }
  }

  /* A plane through the inputs of a network: two columns of numbers, with all other inputs as in `base`; or two
   directions (principal components) from a middle. A network of one number has a line. `limits` are [low, high] of
   each axis, in units of the data or of the components. */
  class Plane {
    constructor(model, base, axes, directions = null) {
      this.model = model;
      this.base = Float64Array.from(base);
      this.axes = axes;
      this.directions = directions;
      this.names = directions
        ? ["principal component 1", "principal component 2"]
        : axes.map((axis) => model.inputs[axis].name);
      this.limits = limitsOf(this.spans());
    }

    get flat() {
      return this.directions === null && this.axes.length < 2;
    }

    /** Return [low, high] of the shown rows along each axis; without rows, of what the scaling makes -2 and 2. */
    spans() {
      const { rows } = this.model,
        places = [];
      for (const split of Object.values(rows))
        for (let index = 0; index < split.count; index++) places.push(this.place(split.inputsOf(index)));
      const axes = this.directions ? [0, 1] : this.axes;
      return axes.map((axis, k) => {
        if (!places.length) return this.directions ? [-3, 3] : [-2, 2].map((z) => toUnits(this.model.inputs[axis], z));
        return [
          places.reduce((low, at) => Math.min(low, at[k]), Infinity),
          places.reduce((high, at) => Math.max(high, at[k]), -Infinity),
        ];
      });
    }

    /** Return where inputs lie in the plane, [u, v]. */
    place(inputs) {
      if (this.directions)
        return this.directions.map((direction) =>
          direction.reduce((sum, d, f) => sum + d * (inputs[f] - this.base[f]), 0),
        );
      const found = this.axes.map((axis) => toUnits(this.model.inputs[axis], inputs[axis]));
      return found.length < 2 ? [found[0], 0] : found;
    }

    /** Return the inputs at a place; what the plane does not change is as in `from`. */
    inputsAt(u, v, from = this.base) {
      const found = Float64Array.from(from);
      if (this.directions) {
        const [a, b] = this.place(from);
        this.directions.forEach((direction, k) =>
          direction.forEach((d, f) => {
            found[f] += d * ([u, v][k] - [a, b][k]);
          }),
        );
      } else
        this.axes.forEach((axis, k) => {
          found[axis] = toInput(this.model.inputs[axis], [u, v][k]);
        });
      return this.model.derive(found);
    }

    /** Write the inputs of a grid into x (inputs, columns · rows), the top row first; `first` to `last` of its rows. */
    fill(x, columns, rows, first = 0, last = rows) {
      const n = columns * (last - first),
        width = this.base.length;
      const [left, right] = this.limits[0],
        [low, high] = this.limits[1] ?? [0, 0];
      for (let f = 0; f < width; f++) x.fill(this.base[f], f * n, (f + 1) * n);
      const us = Float64Array.from({ length: columns }, (_, i) => left + ((i + 0.5) / columns) * (right - left));
      const vs = Float64Array.from(
        { length: last - first },
        (_, j) => high - ((first + j + 0.5) / rows) * (high - low),
      );
      if (this.directions)
        for (let f = 0; f < width; f++)
          for (let j = 0, k = f * n; j < vs.length; j++)
            for (let i = 0; i < columns; i++, k++)
              x[k] += this.directions[0][f] * us[i] + this.directions[1][f] * vs[j];
      else
        this.axes.forEach((axis, which) => {
          const scaled = (which ? vs : us).map((value) => toInput(this.model.inputs[axis], value));
          for (let j = 0, k = axis * n; j < vs.length; j++)
            for (let i = 0; i < columns; i++, k++) x[k] = scaled[which ? j : i];
        });
      this.model.deriveAll(x, n);
    }
  }

  /** Return the limits of axes with a margin; nearly equal spans become equal. */
  function limitsOf(spans) {
    const halves = spans.map(([low, high]) => (high > low ? MARGIN * (high - low) : 0.5));
    const most = Math.max(...halves),
      alike = most < 1.3 * Math.min(...halves);
    return spans.map(([low, high], k) => {
      const middle = (low + high) / 2,
        half = alike ? most : halves[k];
      return [middle - half, middle + half];
    });
  }

  /** Return the two directions in which rows (n, width) vary most, by power iteration on their covariance. */
  function principalComponents(inputs, n, width, mean, fixed) {
    const covariance = new Float64Array(width * width);
    for (let row = 0; row < n; row++)
      for (let a = 0; a < width; a++) {
        const difference = fixed.has(a) ? 0 : inputs[row * width + a] - mean[a];
        if (difference)
          for (let b = 0; b < width; b++)
            if (!fixed.has(b)) covariance[a * width + b] += (difference * (inputs[row * width + b] - mean[b])) / n;
      }
    const found = [];
    for (let which = 0; which < 2; which++) {
      let direction = Array.from({ length: width }, (_, f) => (fixed.has(f) ? 0 : 1 + ((f * 7 + which) % 5)));
      for (let round = 0; round < 200; round++) {
        let next = direction.map((_, a) => direction.reduce((sum, d, b) => sum + covariance[a * width + b] * d, 0));
        for (const other of found) {
          const along = next.reduce((sum, d, f) => sum + d * other[f], 0);
          next = next.map((d, f) => d - along * other[f]);
        }
        const size = Math.hypot(...next);
        if (!size) break;
        direction = next.map((d) => d / size);
      }
      found.push(direction);
    }
    return found;
  }

  /* A network of the page with its data: `inputs`, `rows` by split, the `entries` (states of its weights in the order
   of the training), `columns` (what is drawn as a column of units). */
  class Model {
    constructor(data) {
      this.data = data;
      this.inputs = data.inputs;
      this.width = data.inputs.length;
      this.task = data.task;
      this.targets = data.targets.length;
      const targets = data.classes.length && data.task !== "multilabel" ? 1 : this.targets;
      this.rows = Object.fromEntries(
        Object.entries(data.rows).map(([split, rows]) => [split, new Rows(rows, this.width, targets)]),
      );
      this.classes = data.task === "multilabel" ? 2 : data.classes.length;
      this.network = this.another();
      this.columns = columnsOf(this.network, data);
      this.entries = entriesOf(data);
      this.numbers = this.inputs.flatMap((input, index) => (isAxis(input) ? [index] : []));
      this.base = this.medians();
    }

    /** Return another network of the same layers, with weights of its own. */
    another() {
      return new engine.Network(this.data.layers, this.width);
    }

    /** Whether the task has values, not classes. */
    get hasValues() {
      return this.task === "regression" || this.task === "counts";
    }

    /** Names of what can be shown: the labels or the targets; of classes there is one picture. */
    get shownNames() {
      return this.task === "multilabel" || this.hasValues ? this.data.targets : [this.data.targets[0]];
    }

    /** The training rows, or those of another split where the page has none. */
    get training() {
      return this.rows.train ?? new Rows(null, this.width, this.targets);
    }

    /** Medians of numbers and most frequent other inputs, over the training rows. */
    medians() {
      const { count } = this.training;
      const found = this.inputs.map((input, f) => {
        const values = Array.from({ length: count }, (_, row) => this.training.inputs[row * this.width + f]).sort(
          (a, b) => a - b,
        );
        return values[count >> 1] ?? 0;
      });
      return this.derive(Float64Array.from(found));
    }

    plane(x, y, base = this.base) {
      return new Plane(this, base, y === null || y === undefined ? [x] : [x, y]);
    }

    /** Return the plane of the first two principal components of the training rows; null where there are none. */
    components(base = null) {
      const { inputs, count } = this.training,
        width = this.width;
      const free = this.inputs.filter((input) => input.block !== "codes" && !input.of).length;
      if (count < 3 || width > MOST_COMPONENTS || free < 2) return null;
      const fixed = new Set(this.inputs.flatMap((input, f) => (input.block === "codes" || input.of ? [f] : [])));
      const mean = this.inputs.map((_, f) => {
        if (fixed.has(f)) return this.base[f];
        let sum = 0;
        for (let row = 0; row < count; row++) sum += inputs[row * width + f];
        return sum / count;
      });
      return new Plane(this, base ?? mean, [], principalComponents(inputs, count, width, mean, fixed));
    }

    /** Fill in the inputs that are calculated from others. */
    derive(inputs) {
      this.deriveAll(inputs, 1);
      return inputs;
    }

    deriveAll(x, n) {
      this.inputs.forEach((input, f) => {
        if (!input.of) return;
        const sources = input.of.columns.map((column) => this.inputs[column]),
          value = FEATURES[input.of.type];
        for (let s = 0; s < n; s++)
          x[f * n + s] = toInput(
            input,
            value(...input.of.columns.map((column, k) => toUnits(sources[k], x[column * n + s]))),
          );
      });
    }

    /* Predictions. `shown` turns raw scores z (outputs, n) into what a picture shows: the probability of the second of two
     classes or of a label, probabilities (classes, n) of several, or values in units of the target. */
    shown(z, n, which, out) {
      const { output, loss, classes, targets } = this.data,
        { link } = loss;
      const scores = out.subarray(0, z.length);
      scores.set(z);
      engine.links[link](scores, n);
      if (this.hasValues) return this.values(scores, n, which);
      if (link === "identity") for (let k = 0; k < scores.length; k++) scores[k] = Math.max(0, Math.min(1, scores[k]));
      if (link === "identity" && classes.length > 1 && scores.length > n && this.task !== "multilabel")
        asShares(scores, n);
      if (this.task === "multiclass") return tempered(scores, n, output.temperature);
      const row = this.task === "multilabel" ? which : scores.length / n - 1,
        found = scores.subarray(row * n, (row + 1) * n);
      if (output.temperature !== 1)
        for (let k = 0; k < n; k++)
          found[k] = 1 / (1 + Math.exp(Math.log((1 - found[k]) / found[k]) / output.temperature));
      return found;
    }

    /** Return the values of a target: of several quantiles the one nearest to the median. */
    values(scores, n, which) {
      const several = engine.quantilesOf(this.data.loss),
        each = Math.max(1, several.length);
      const row = several.length
        ? several.reduce((best, q, k) => (Math.abs(q - 0.5) < Math.abs(several[best] - 0.5) ? k : best), 0)
        : 0;
      const { mean, scale, transform, moments } = this.data.output,
        [first, second] = moments?.[which] ?? [];
      const found = scores.subarray((which * each + row) * n, (which * each + row + 1) * n);
      for (let k = 0; k < n; k++) {
        let value = found[k];
        if (each > 1) {
          const ordered = several.map((_, q) => scores[(which * each + q) * n + k]).sort((a, b) => a - b);
          value = ordered[row];
        }
        value = value * scale[which] + mean[which];
        if (transform === "log") value = Math.exp(value) * (first ?? 1);
        if (transform === "square_root") {
          value = Math.max(0, value);
          value = value * value + 2 * value * (first ?? 0) + (second ?? 0);
        }
        found[k] = value;
      }
      return found;
    }

    /** Return targets y (n, targets) as the loss takes them: (outputs, n). */
    encode(y) {
      const { mean, scale, transform } = this.data.output,
        forward = { log: Math.log, square_root: Math.sqrt }[transform];
      const targets = this.training.targets;
      const scaled = this.hasValues
        ? y.map((value, k) => ((forward ? forward(value) : value) - mean[k % targets]) / scale[k % targets])
        : y;
      return engine.encode(this.data.loss, scaled, targets, this.classes, this.network.outputs);
    }
  }

  /** Inputs that are calculated from columns of numbers. */
  const FEATURES = {
    square: (a) => a * a,
    product: (a, b) => a * b,
    sine: (a) => Math.sin(a),
    cosine: (a) => Math.cos(a),
  };

  /** Whether an input can be an axis: a number that varies and is not calculated from others. */
  const isAxis = (input) => input.block === "numbers" && input.scale !== 0 && !input.of;

  function asShares(scores, n) {
    const classes = scores.length / n;
    for (let s = 0; s < n; s++) {
      let total = 0;
      for (let k = s; k < scores.length; k += n) total += scores[k];
      for (let k = s; k < scores.length; k += n) scores[k] = total > 0 ? scores[k] / total : 1 / classes;
    }
  }

  function tempered(scores, n, temperature) {
    if (temperature === 1) return scores;
    for (let k = 0; k < scores.length; k++) scores[k] = Math.max(scores[k], 1e-12) ** (1 / temperature);
    asShares(scores, n);
    return scores;
  }

  /* The columns of units of a network: the inputs, and the units of each layer that makes new ones. Layers that change
   values one by one belong to the column before them: `node` is where its last values are, `functions` are the steps. */
  function columnsOf(network, data) {
    const columns = [
      { node: 0, width: network.inputs, names: data.inputs.map((input) => input.name), functions: [], added: 0 },
    ];
    for (const step of network.steps) {
      const last = columns[columns.length - 1];
      if (step.fork) continue;
      if (step.sum) {
        last.added += 1;
        last.node = step.y;
      } else if (STRUCTURE.includes(step.type)) {
        const width = network.widths[step.y],
          layer = columns.length;
        const names = Array.from({ length: width }, (_, unit) => `h${layer}.${unit + 1}`);
        columns.push({ node: step.y, width, names, step, functions: [], added: 0 });
      } else {
        last.functions.push(step);
        last.node = step.y;
      }
    }
    const outputs = columns[columns.length - 1];
    if (columns.length > 1) outputs.names = outputNames(data, outputs.width);
    return columns;
  }

  function outputNames(data, width) {
    const names = data.task === "multiclass" || (data.task === "binary" && width === 2) ? data.classes : data.targets;
    if (width === names.length) return data.task === "binary" && width === 1 ? [data.classes[1]] : names;
    return Array.from({ length: width }, (_, k) => `output ${k + 1}`);
  }

  /** Return the states of the weights that the page has, in the order of the training. */
  function entriesOf(data) {
    const entries = [];
    const one = (kind, { epoch, theta, state, slots, steps }) => ({
      kind,
      epoch,
      label: `epoch ${epoch}`,
      theta: numbersOf(theta),
      state: numbersOf(state),
      step: steps ?? null,
      slots: slots
        ? Object.fromEntries(Object.entries(slots).map(([name, values]) => [name, numbersOf(values)]))
        : null,
    });
    const best = data.best && { ...one("best", data.best), best: true },
      last = data.last && one("last", data.last);
    if (data.frames) {
      const theta = numbersOf(data.frames.theta),
        state = numbersOf(data.frames.state),
        count = data.frames.step.length;
      const size = theta.length / count,
        width = state.length / count;
      for (let k = 0; k < count; k++)
        entries.push({
          kind: "frame",
          epoch: data.frames.epoch[k],
          step: data.frames.step[k],
          label: data.frames.label[k],
          slots: null,
          theta: theta.subarray(k * size, (k + 1) * size),
          state: state.subarray(k * width, (k + 1) * width),
          best: k === data.frames.best,
        });
    }
    // The weights in full precision, in place of the frames of the same epochs
    for (const state of [best, last]) {
      if (!state) continue;
      const at = entries.findIndex((entry) => entry.label === state.label);
      if (at >= 0)
        entries[at] = {
          ...state,
          step: entries[at].step,
          best: entries[at].best || state.best,
          slots: state.slots ?? entries[at].slots,
        };
      else {
        const later = entries.findIndex((entry) => entry.epoch > state.epoch);
        entries.splice(later < 0 ? entries.length : later, 0, state);
      }
    }
    return entries;
  }

  return { Model, Rows, Plane, numbersOf, toInput, toUnits };
})();
