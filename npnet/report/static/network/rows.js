/* Rows of the data as a network takes them, and planes through its inputs: what a map is drawn over. The data are those
   of npnet/report/network_data.py. */
"use strict";

const networkRows = (() => {
  const TYPES = {
    float64: Float64Array,
    float32: Float32Array,
    int32: Int32Array,
    uint32: Uint32Array,
    uint16: Uint16Array,
    uint8: Uint8Array,
  };
  const MARGIN = 0.56; // half of a plane, in shares of the span of the data
  const ROUNDS = 200; // of the power iteration

  /** Return the numbers of an array in the data of the page: in base64, or as an array that was made in the page. */
  function numbersOf({ dtype, data }) {
    if (typeof data !== "string") return data;
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    if (dtype === "float16") return halves(new Uint16Array(bytes.buffer));
    if (dtype !== "bfloat16") return new TYPES[dtype](bytes.buffer);
    // The upper halves of float32
    return new Float32Array(Uint32Array.from(new Uint16Array(bytes.buffer), (bits) => bits << 16).buffer);
  }

  /** Return the values of float16 numbers, given their bits. */
  function halves(bits) {
    return Float32Array.from(bits, (half) => {
      const exponent = (half >> 10) & 31;
      const fraction = (half & 1023) / 1024;
      const size = exponent ? 2 ** (exponent - 15) * (1 + fraction) : 2 ** -14 * fraction;
      return half >> 15 ? -size : size;
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

  /* The rows of a split: inputs (count, width) row by row, y (count, targets), their numbers in the data, and weights
     or null. Rows can be added and changed; those of the reader have the number 0. */
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

    /** Return the indices of rows that the reader added. */
    get added() {
      return this.rows.flatMap((row, index) => (row === 0 ? [index] : []));
    }

    add(inputs, y) {
      this.inputs.push(...inputs);
      this.y.push(...y);
      this.rows.push(0);
      this.weight?.push(1);
    }

    /** Write some rows into x (width, n), one column after another. */
    gather(order, start, n, x) {
      for (let s = 0; s < n; s++)
        for (let f = 0; f < this.width; f++) x[f * n + s] = this.inputs[order[start + s] * this.width + f];
    }

    /** Return the weights of some rows, divided by the mean of all; null where rows have none. */
    weightsOf(order) {
      if (!this.weight) return null;
      const mean = this.weight.reduce((sum, weight) => sum + weight, 0) / this.count;
      return Float64Array.from(order, (index) => this.weight[index] / mean);
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

    /** Whether it is a line. */
    get flat() {
      return this.directions === null && this.axes.length < 2;
    }

    /** Return [low, high] of the rows along each axis; without rows, what the scaling makes -2 and 2. */
    spans() {
      const places = [];
      for (const rows of Object.values(this.model.rows))
        for (let index = 0; index < rows.count; index++) places.push(this.place(rows.inputsOf(index)));
      if (places.length)
        return (this.directions ?? this.axes).map((_, k) => networkElements.extremes(places.map((place) => place[k])));
      if (this.directions) return this.directions.map(() => [-3, 3]);
      return this.axes.map((axis) => [-2, 2].map((z) => toUnits(this.model.inputs[axis], z)));
    }

    /** Return where inputs lie in the plane, [u, v]. */
    place(inputs) {
      if (this.directions) {
        const along = (direction) => direction.reduce((sum, d, f) => sum + d * (inputs[f] - this.base[f]), 0);
        return this.directions.map(along);
      }
      const found = this.axes.map((axis) => toUnits(this.model.inputs[axis], inputs[axis]));
      return found.length < 2 ? [found[0], 0] : found;
    }

    /** Return the inputs at a place; what the plane does not change is as in `from`. */
    inputsAt(u, v, from = this.base) {
      const found = Float64Array.from(from);
      const place = [u, v];
      if (this.directions) {
        const before = this.place(from);
        this.directions.forEach((direction, k) => {
          for (let f = 0; f < found.length; f++) found[f] += direction[f] * (place[k] - before[k]);
        });
      } else
        this.axes.forEach((axis, k) => {
          found[axis] = toInput(this.model.inputs[axis], place[k]);
        });
      this.model.derive(found, 1);
      return found;
    }

    /** Write the inputs of a grid into x (inputs, n), the top row first: rows `first` to `last` of a grid. */
    fill(x, columns, rows, first = 0, last = rows) {
      const n = columns * (last - first);
      const [left, right] = this.limits[0];
      const [low, high] = this.limits[1] ?? [0, 0];
      const us = Float64Array.from({ length: columns }, (_, i) => left + ((i + 0.5) / columns) * (right - left));
      const vs = Float64Array.from(
        { length: last - first },
        (_, j) => high - ((first + j + 0.5) / rows) * (high - low),
      );
      for (let f = 0; f < this.base.length; f++) x.fill(this.base[f], f * n, (f + 1) * n);
      if (this.directions) this.fillAlong(x, us, vs);
      else
        this.axes.forEach((axis, which) => {
          const scaled = (which ? vs : us).map((value) => toInput(this.model.inputs[axis], value));
          for (let j = 0, k = axis * n; j < vs.length; j++)
            for (let i = 0; i < columns; i++, k++) x[k] = scaled[which ? j : i];
        });
      this.model.derive(x, n);
    }

    fillAlong(x, us, vs) {
      const [across, up] = this.directions;
      for (let f = 0, k = 0; f < this.base.length; f++)
        for (let j = 0; j < vs.length; j++)
          for (let i = 0; i < us.length; i++, k++) x[k] += across[f] * us[i] + up[f] * vs[j];
    }
  }

  /** Return the limits of axes with a margin; nearly equal spans become equal. */
  function limitsOf(spans) {
    const halves = spans.map(([low, high]) => (high > low ? MARGIN * (high - low) : 0.5));
    const most = Math.max(...halves);
    const alike = most < 1.3 * Math.min(...halves);
    return spans.map(([low, high], k) => {
      const middle = (low + high) / 2;
      const half = alike ? most : halves[k];
      return [middle - half, middle + half];
    });
  }

  /** Return the two directions in which rows vary most, by power iteration on the covariance of some inputs. */
  function principalComponents(rows, mean, inputs) {
    const width = mean.length;
    const covariance = new Float64Array(width * width);
    for (let row = 0; row < rows.count; row++)
      for (const a of inputs) {
        const difference = rows.inputs[row * width + a] - mean[a];
        for (const b of inputs) covariance[a * width + b] += difference * (rows.inputs[row * width + b] - mean[b]);
      }
    const found = [];
    while (found.length < 2) {
      let direction = mean.map((_, f) => (inputs.includes(f) ? 1 + ((f * 7 + found.length) % 5) : 0));
      for (let round = 0; round < ROUNDS; round++) {
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

  return { Rows, Plane, numbersOf, toInput, toUnits, principalComponents };
})();
