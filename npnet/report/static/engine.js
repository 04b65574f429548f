/* A small engine for neural networks: npnet's, in the page, in float64 and without a library.

   Its names are npnet's. x and y are the input and the output of a layer, dx and dy the gradients of the loss by them;
   W is a matrix of parameters and dW its gradient; z are raw scores, t targets, w weights of samples; theta has all
   parameters, one after the other, and grad their gradients. Feature f of sample s of n is values[f * n + s], so that
   inner loops run along the samples. All arrays are made once; a step makes none.

       const network = new engine.Network(layers, inputs); // layers as in the data of the page
       const trainer = new engine.Trainer(network, loss, optimizer, constraints, n);
       trainer.pass.x.set(x); trainer.pass.t.set(t);
       trainer.step(0.01); // one step on n samples */
"use strict";

const engine = (() => {
const BLOCK = 512; // samples at a time, whose rows stay in the cache
const TURN = 2 * Math.PI;

// Matrix products: two rows and four terms at a time.

/** y = W [x; 1]: W has units rows of inputs + 1 numbers, the last of each its bias. */
function affine(W, x, y, units, inputs, n) {
  for (let u = 0; u < units; u++) y.fill(W[u * (inputs + 1) + inputs], u * n, (u + 1) * n);
  addRows(W, inputs + 1, 1, x, y, units, inputs, n);
}

/** dx = Wᵀ dy, for the same W. */
function affineTransposed(W, dy, dx, units, inputs, n) {
  dx.fill(0);
  addRows(W, 1, inputs + 1, dy, dx, inputs, units, n);
}

/** Add to each row of y all rows of x, row k times W[row * across + k * along]. */
function addRows(W, across, along, x, y, rows, terms, n) {
  for (let start = 0; start < n; start += BLOCK) {
    const end = Math.min(start + BLOCK, n);
    for (let row = 0; row < rows; row += 2)
      for (let k = 0; k < terms; k += 4) {
        const w = (r, t) => (row + r < rows && k + t < terms ? W[(row + r) * across + (k + t) * along] : 0);
        const a = w(0, 0), b = w(0, 1), c = w(0, 2), d = w(0, 3), e = w(1, 0), f = w(1, 1), g = w(1, 2), h = w(1, 3);
        const to = (t) => (k + t < terms ? t * n : 0), B = to(1), C = to(2), D = to(3), m = row + 1 < rows ? n : 0;
        for (let s = start, p = k * n + s, q = row * n + s; s < end; s++, p++, q++) {
          const x0 = x[p], x1 = x[p + B], x2 = x[p + C], x3 = x[p + D];
          y[q] += a * x0 + b * x1 + c * x2 + d * x3;
          y[q + m] += e * x0 + f * x1 + g * x2 + h * x3;
        }
      }
  }
}

/** dW = dy [x; 1]ᵀ, for the same W. */
function affineGradient(dW, x, dy, units, inputs, n) {
  for (let u = 0; u < units; u++) {
    const row = u * (inputs + 1);
    for (let i = 0; i < inputs; i++) dW[row + i] = dot(dy, u * n, x, i * n, n);
    dW[row + inputs] = sum(dy, u * n, n);
  }
}

function dot(a, p, b, q, n) {
  let r0 = 0, r1 = 0, r2 = 0, r3 = 0, s = 0;
  for (; s + 4 <= n; s += 4) {
    r0 += a[p + s] * b[q + s];
    r1 += a[p + s + 1] * b[q + s + 1];
    r2 += a[p + s + 2] * b[q + s + 2];
    r3 += a[p + s + 3] * b[q + s + 3];
  }
  for (; s < n; s++) r0 += a[p + s] * b[q + s];
  return r0 + r1 + (r2 + r3);
}

function sum(a, p, n) {
  let total = 0;
  for (let s = 0; s < n; s++) total += a[p + s];
  return total;
}

/* Layers. Each method gets m, the memory of one layer in one pass: x, y, dx, dy, n, inputs, outputs, the options o,
   its parameters W, ... and their gradients dW, ..., running statistics, and the arrays that `scratch` names. */

/** A layer that is a function of one number: value(x) and slope(x, y), the derivative; o are the options. */
const elementwise = (value, slope) => ({
  forward({ x, y, o }) {
    for (let k = 0; k < x.length; k++) y[k] = value(x[k], o);
  },
  gradInput({ x, y, dx, dy, o }) {
    for (let k = 0; k < x.length; k++) dx[k] = dy[k] * slope(x[k], y[k], o);
  },
});

// exp and tanh: faster than those of Math

const PIECES = 64, TABLE = Float64Array.from({ length: PIECES }, (_, k) => 2 ** (k / PIECES));
const POWERS = Float64Array.from({ length: 2048 }, (_, k) => 2 ** (k - 1023));
const HIGH = Math.fround(Math.LN2 / PIECES), LOW = Math.LN2 / PIECES - HIGH; // k · HIGH has no rounding error

/** exp(x) = 2^(k / 64) exp(r), with |r| < 0.006. */
function exp(x) {
  if (!(Math.abs(x) < 700)) return Math.exp(x);
  const k = Math.floor(x * (PIECES / Math.LN2) + 0.5), r = x - k * HIGH - k * LOW;
  return POWERS[(k >> 6) + 1023] * TABLE[k & 63] * (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r / 120)))));
}

const TANHS = Float64Array.from({ length: 20 * PIECES + 1 }, (_, k) => Math.tanh(k / PIECES));

/** tanh(x) = (T + t) / (1 + T t), with T = tanh(k / 64), t = tanh(r). */
function tanh(x) {
  const a = Math.abs(x);
  if (!(a < 20)) return Math.sign(x);
  const k = (a * PIECES + 0.5) | 0, r = a - k / PIECES, s = r * r;
  const T = TANHS[k], t = r * (1 - s * (1 / 3 - s * (2 / 15 - s * (17 / 315)))), y = (T + t) / (1 + T * t);
  return x < 0 ? -y : y;
}

const logistic = (x) => 0.5 * tanh(0.5 * x) + 0.5;

const SELU_SCALE = 1.0507009873554805, SELU_LOW = SELU_SCALE * 1.6732632423543772;
const GELU_ROOT = Math.sqrt(2 / Math.PI), GELU_CUBIC = 0.044715 * GELU_ROOT;
const geluBend = (x) => tanh(x * (GELU_ROOT + GELU_CUBIC * Math.min(x * x, 100)));

// tanh(ln(1 + exp(x))), from e = exp(x)
const mishGate = (e) => (e * (e + 2)) / (e * (e + 2) + 2);

const linear = {
  width: (inputs, o) => o.units,
  parameters: (inputs, o) => [{ name: "W", rows: o.units, columns: inputs + 1, decays: [0, inputs] }],
  forward(m) { affine(m.W, m.x, m.y, m.outputs, m.inputs, m.n); },
  gradParameters(m) { affineGradient(m.dW, m.x, m.dy, m.outputs, m.inputs, m.n); },
  gradInput(m) { affineTransposed(m.W, m.dy, m.dx, m.outputs, m.inputs, m.n); },
};

function softmaxOf(x, y, n) {
  for (let s = 0; s < n; s++) {
    let largest = -Infinity, total = 0;
    for (let k = s; k < x.length; k += n) largest = Math.max(largest, x[k]);
    for (let k = s; k < x.length; k += n) total += y[k] = exp(x[k] - largest);
    for (let k = s; k < x.length; k += n) y[k] /= total;
  }
}

/** Each sample's values become probabilities: exp(x) over its sum. */
const softmax = {
  forward(m) { softmaxOf(m.x, m.y, m.n); },
  gradInput({ y, dx, dy, n }) {
    for (let s = 0; s < n; s++) {
      let total = 0;
      for (let k = s; k < y.length; k += n) total += dy[k] * y[k];
      for (let k = s; k < y.length; k += n) dx[k] = y[k] * (dy[k] - total);
    }
  },
};

/** Values are set to 0 at random in training; `mask` has 0, or 1 / (1 - rate) where a value stays. */
const dropout = {
  scratch: (inputs, n) => ({ mask: inputs * n }),
  draw({ mask, o }, random) {
    for (let k = 0; k < mask.length; k++) mask[k] = random() < o.rate ? 0 : 1 / (1 - o.rate);
  },
  forward({ x, y, mask }) {
    for (let k = 0; k < x.length; k++) y[k] = x[k] * mask[k];
  },
  infer({ x, y }) { y.set(x); },
  gradInput({ dx, dy, mask }) {
    for (let k = 0; k < dx.length; k++) dx[k] = dy[k] * mask[k];
  },
};

/** The parameters of both normalizations: y = gain · normal + shift. */
const normalization = {
  parameters: (inputs) => ["gain", "shift"].map((name) => ({ name, rows: inputs, columns: 1, start: name === "gain" })),
  gradParameters({ dy, normal, dgain, dshift, inputs, n }) {
    for (let f = 0; f < inputs; f++) {
      dgain[f] = dot(dy, f * n, normal, f * n, n);
      dshift[f] = sum(dy, f * n, n);
    }
  },
};

/** Each feature gets mean 0 and variance 1 over the batch; at prediction over running statistics. */
const batchNorm = {
  ...normalization,
  state: (inputs) => [{ name: "runningMean", size: inputs, start: 0 }, { name: "runningVar", size: inputs, start: 1 }],
  scratch: (inputs, n) => ({ normal: inputs * n, inverse: inputs }),
  forward({ x, y, n, inputs, o, gain, shift, normal, inverse, runningMean, runningVar }) {
    for (let f = 0; f < inputs; f++) {
      const start = f * n, mean = sum(x, start, n) / n;
      for (let s = start; s < start + n; s++) normal[s] = x[s] - mean;
      const variance = dot(normal, start, normal, start, n) / n;
      runningMean[f] += o.momentum * (mean - runningMean[f]);
      runningVar[f] += o.momentum * (variance * (n / Math.max(n - 1, 1)) - runningVar[f]);
      inverse[f] = 1 / Math.sqrt(variance + o.epsilon);
      for (let s = start; s < start + n; s++) {
        normal[s] *= inverse[f];
        y[s] = normal[s] * gain[f] + shift[f];
      }
    }
  },
  infer({ x, y, n, inputs, o, gain, shift, runningMean, runningVar }) {
    for (let f = 0; f < inputs; f++) {
      const factor = gain[f] / Math.sqrt(runningVar[f] + o.epsilon);
      for (let s = f * n; s < f * n + n; s++) y[s] = (x[s] - runningMean[f]) * factor + shift[f];
    }
  },
  gradInput({ dx, dy, n, gain, dgain, dshift, normal, inverse }) {
    for (let k = 0; k < dx.length; k++) {
      const f = Math.floor(k / n);
      dx[k] = gain[f] * inverse[f] * (dy[k] - dshift[f] / n - normal[k] * (dgain[f] / n));
    }
  },
};

/** Each sample gets mean 0 and variance 1 over its features. */
const layerNorm = {
  ...normalization,
  scratch: (inputs, n) => ({ normal: inputs * n, inverse: n }),
  forward({ x, y, n, inputs, o, gain, shift, normal, inverse }) {
    for (let s = 0; s < n; s++) {
      let mean = 0, variance = 0;
      for (let k = s; k < x.length; k += n) mean += x[k] / inputs;
      for (let k = s; k < x.length; k += n) variance += (x[k] - mean) ** 2 / inputs;
      inverse[s] = 1 / Math.sqrt(variance + o.epsilon);
      for (let k = s, f = 0; k < x.length; k += n, f++) {
        normal[k] = (x[k] - mean) * inverse[s];
        y[k] = normal[k] * gain[f] + shift[f];
      }
    }
  },
  gradInput({ dx, dy, n, inputs, gain, normal, inverse }) {
    for (let s = 0; s < n; s++) {
      let mean = 0, along = 0;
      for (let k = s, f = 0; k < dx.length; k += n, f++) {
        mean += (gain[f] * dy[k]) / inputs;
        along += (gain[f] * dy[k] * normal[k]) / inputs;
      }
      for (let k = s, f = 0; k < dx.length; k += n, f++)
        dx[k] = (gain[f] * dy[k] - mean - normal[k] * along) * inverse[s];
    }
  },
};

/** Each feature times a learned factor 1 + speed · s. */
const scale = {
  parameters: (inputs) => [{ name: "s", rows: inputs, columns: 1 }],
  forward({ x, y, n, o, s }) {
    for (let k = 0; k < x.length; k++) y[k] = x[k] * (1 + o.speed * s[Math.floor(k / n)]);
  },
  gradParameters({ x, dy, ds, n, inputs, o }) {
    for (let f = 0; f < inputs; f++) ds[f] = o.speed * dot(dy, f * n, x, f * n, n);
  },
  gradInput({ dx, dy, n, o, s }) {
    for (let k = 0; k < dx.length; k++) dx[k] = dy[k] * (1 + o.speed * s[Math.floor(k / n)]);
  },
};

/** The last inputs are codes, which become `size` learned values each; the others pass. */
const embedding = {
  width: (inputs, { codes = [], size }) => inputs + codes.length * (size - 1),
  parameters: (inputs, { codes = [], size }) =>
    codes.map((columns, j) => ({ name: `E${j}`, rows: size, columns, decays: [1, columns] })),
  /** Call visit(j, k, place) for each value k of y that code j became; place is the one in its table. */
  each({ x, n, inputs, o: { codes = [], size } }, visit) {
    const passed = inputs - codes.length;
    for (let j = 0; j < codes.length; j++)
      for (let s = 0; s < n; s++) {
        const code = x[(passed + j) * n + s];
        if (!Number.isInteger(code) || code < 0 || code >= codes[j]) continue;
        for (let v = 0; v < size; v++) visit(j, (passed + j * size + v) * n + s, v * codes[j] + code);
      }
  },
  forward(m) {
    const { x, y, n, inputs, o: { codes = [] } } = m, end = (inputs - codes.length) * n;
    for (let k = 0; k < y.length; k++) y[k] = k < end ? x[k] : 0;
    embedding.each(m, (j, k, place) => { y[k] = m[`E${j}`][place]; });
  },
  gradParameters(m) {
    for (let j = 0; m[`dE${j}`]; j++) m[`dE${j}`].fill(0);
    embedding.each(m, (j, k, place) => { m[`dE${j}`][place] += m.dy[k]; });
  },
  gradInput({ dx, dy, n, inputs, o: { codes = [] } }) {
    const end = (inputs - codes.length) * n;
    for (let k = 0; k < dx.length; k++) dx[k] = k < end ? dy[k] : 0;
  },
};

/** Part j of an array of equal parts. */
const part = (values, j, size) => values.subarray(j * size, (j + 1) * size);

/** y = [e, x]: of each number j, e = max(0, W [sin(2π c x), cos(2π c x)] + b), before the inputs themselves. */
const periodic = {
  numbers: (inputs, o) => o.numbers ?? inputs,
  width: (inputs, o) => inputs + periodic.numbers(inputs, o) * o.size,
  parameters(inputs, o) {
    const numbers = periodic.numbers(inputs, o), k = o.frequencies;
    if (!numbers) return [];
    const W = { name: "W", rows: numbers * o.size, columns: 2 * k + 1, decays: [0, 2 * k] };
    return [{ name: "c", rows: numbers, columns: k }, W];
  },
  /** The waves of a number: k sines, then k cosines; and of its outputs the gradient where they are positive. */
  scratch(inputs, n, o) {
    const numbers = periodic.numbers(inputs, o), waves = numbers * 2 * o.frequencies * n;
    return { waves, dwaves: waves, bent: numbers * o.size * n };
  },
  forward({ x, y, n, inputs, o, c, W, waves }) {
    const numbers = periodic.numbers(inputs, o), k = o.frequencies, values = numbers * o.size * n;
    for (let j = 0; j < numbers; j++) {
      const own = part(waves, j, 2 * k * n);
      for (let f = 0; f < k; f++)
        for (let s = 0; s < n; s++) {
          const phase = TURN * c[j * k + f] * x[j * n + s];
          own[f * n + s] = Math.sin(phase);
          own[(k + f) * n + s] = Math.cos(phase);
        }
      affine(part(W, j, o.size * (2 * k + 1)), own, part(y, j, o.size * n), o.size, 2 * k, n);
    }
    for (let p = 0; p < y.length; p++) y[p] = p < values ? Math.max(0, y[p]) : x[p - values];
  },
  gradParameters({ x, y, dy, n, inputs, o, W, dW, dc, waves, dwaves, bent }) {
    const k = o.frequencies, rows = o.size * (2 * k + 1);
    for (let p = 0; p < bent.length; p++) bent[p] = y[p] > 0 ? dy[p] : 0;
    for (let j = 0; j < periodic.numbers(inputs, o); j++) {
      const own = part(waves, j, 2 * k * n), down = part(dwaves, j, 2 * k * n), slopes = part(bent, j, o.size * n);
      affineGradient(part(dW, j, rows), own, slopes, o.size, 2 * k, n);
      affineTransposed(part(W, j, rows), slopes, down, o.size, 2 * k, n);
      for (let f = 0; f < k; f++) {
        for (let s = 0, p = f * n, q = (k + f) * n; s < n; s++, p++, q++) down[p] = down[p] * own[q] - down[q] * own[p];
        dc[j * k + f] = TURN * dot(down, f * n, x, j * n, n);
      }
    }
  },
  gradInput({ dx, dy, n, inputs, o, c, dwaves, bent }) {
    const k = o.frequencies;
    for (let p = 0; p < dx.length; p++) dx[p] = dy[bent.length + p];
    for (let j = 0; j < periodic.numbers(inputs, o); j++)
      for (let f = 0; f < k; f++)
        for (let s = 0; s < n; s++) dx[j * n + s] += TURN * c[j * k + f] * dwaves[(2 * k * j + f) * n + s];
  },
};

const layers = {
  linear,
  relu: elementwise((x) => Math.max(0, x), (x, y) => (y > 0 ? 1 : 0)),
  leaky_relu: elementwise((x, o) => Math.max(x, o.slope * x), (x, y, o) => (x > 0 ? 1 : o.slope)),
  elu: elementwise((x, o) => (x > 0 ? x : o.alpha * Math.expm1(x)), (x, y, o) => (x > 0 ? 1 : y + o.alpha)),
  selu: elementwise(
    (x) => (x > 0 ? SELU_SCALE * x : SELU_LOW * Math.expm1(x)), (x, y) => (x > 0 ? SELU_SCALE : y + SELU_LOW)),
  tanh: elementwise(tanh, (x, y) => 1 - y * y),
  sigmoid: elementwise(logistic, (x, y) => y * (1 - y)),
  softplus: elementwise((x) => Math.max(x, 0) + Math.log1p(exp(-Math.abs(x))), (x, y) => -Math.expm1(-y)),
  softmax,
  gelu: elementwise((x) => 0.5 * x * (1 + geluBend(x)), (x) => {
    const bend = geluBend(x), inner = GELU_ROOT + 3 * GELU_CUBIC * Math.min(x * x, 100);
    return 0.5 * (1 + bend + x * (1 - bend * bend) * inner);
  }),
  silu: elementwise((x) => x * logistic(x), (x, y) => logistic(x) + y * (1 - logistic(x))),
  mish: elementwise((x) => x * mishGate(exp(Math.min(x, 20))), (x, y) => {
    const e = exp(Math.min(x, 20)), gate = mishGate(e);
    return gate + (x - y * gate) * (e / (1 + e));
  }),
  dropout,
  batch_norm: batchNorm,
  layer_norm: layerNorm,
  scale,
  embedding,
  periodic,
  residual: {}, // its layers are steps of the network, and a sum
};

/* Losses. `values` and `slopes` write the loss of each score, and its derivative by the score, for a pass m;
   `encode(y, o, classes)` turns class 0 or 1, or a value, into a target. */

/** A loss that is a function of one score z and its target t; q is the quantile of the score. */
const perScore = (value, slope, encode = (y) => y) => {
  const each = (f) => (z, t, out, { n, loss, quantiles }) => {
    for (let k = 0; k < out.length; k++) out[k] = f(z[k], t[k], loss.options, quantiles[Math.floor(k / n)]);
  };
  return { encode, values: each(value), slopes: each(slope) };
};

const smoothed = (y, o, classes) => y * (1 - o.label_smoothing) + o.label_smoothing / classes;

const losses = {
  binary_cross_entropy: perScore(
    (z, t) => Math.max(z, 0) - t * z + Math.log1p(exp(-Math.abs(z))), (z, t) => logistic(z) - t,
    (y, o) => smoothed(y, o, 2)),
  cross_entropy: {
    perSample: true,
    encode: smoothed,
    values(z, t, out, { n }) {
      for (let s = 0; s < n; s++) {
        let largest = -Infinity, total = 0, score = 0;
        for (let k = s; k < z.length; k += n) largest = Math.max(largest, z[k]);
        for (let k = s; k < z.length; k += n) {
          total += exp(z[k] - largest);
          score += t[k] * (z[k] - largest);
        }
        out[s] = Math.log(total) - score;
      }
    },
    slopes(z, t, dz, { n }) {
      softmaxOf(z, dz, n);
      for (let k = 0; k < dz.length; k++) dz[k] -= t[k];
    },
  },
  hinge: perScore((z, t) => Math.max(0, 1 - t * z), (z, t) => (t * z < 1 ? -t : 0), (y) => 2 * y - 1),
  mean_squared_error: perScore((z, t) => (z - t) ** 2, (z, t) => 2 * (z - t)),
  mean_absolute_error: perScore((z, t) => Math.abs(z - t), (z, t) => Math.sign(z - t)),
  huber: perScore(
    (z, t, o) => {
      const size = Math.abs(z - t), bounded = Math.min(size, o.delta);
      return bounded * (size - bounded / 2);
    },
    (z, t, o) => Math.max(-o.delta, Math.min(o.delta, z - t))),
  log_cosh: perScore(
    (z, t) => Math.abs(z - t) + Math.log1p(exp(-2 * Math.abs(z - t))) - Math.LN2, (z, t) => tanh(z - t)),
  quantile: perScore(
    (z, t, o, q) => Math.max(q * (t - z), (q - 1) * (t - z)), (z, t, o, q) => 0.5 * Math.sign(z - t) + 0.5 - q),
  poisson: perScore((z, t) => exp(z) - t * z, (z, t) => exp(z) - t),
};

/** The quantiles of the loss `quantile` in ascending order, one for each score of a target; [] for other losses. */
const quantilesOf = (loss) => [loss.options.quantile ?? []].flat().sort((a, b) => a - b);

/** The encoded targets (outputs, n) of y (n, targets): classes as 0, 1, ..., or values in the units of training. */
function encode(loss, y, targets, classes, outputs) {
  const n = y.length / targets, t = new Float64Array(outputs * n), oneHot = classes && outputs > targets;
  for (let k = 0; k < t.length; k++) {
    const row = Math.floor(k / n), value = y[(k % n) * targets + (oneHot ? 0 : Math.floor((row * targets) / outputs))];
    t[k] = losses[loss.type].encode(oneHot ? +(value === row) : value, loss.options, classes);
  }
  return t;
}

/** What links turn raw scores (outputs, n) into, in place: probabilities, rates or values. */
const links = {
  sigmoid(z) { for (let k = 0; k < z.length; k++) z[k] = logistic(z[k]); },
  softmax(z, n) { softmaxOf(z, z, n); },
  exp(z) { for (let k = 0; k < z.length; k++) z[k] = exp(z[k]); },
  identity() {},
};

/* Optimizers: theta ← theta - rate · step. Slots are arrays like theta, 0 at the start; s has the numbers of a step.
   `step(k, g, slots, s, o)` updates the slots of parameter k by its gradient g, and returns its step. */

const rule = (slots, step, scalars = (rate) => ({ rate })) => ({
  slots,
  scalars,
  update(theta, grad, own, s, o) {
    for (let k = 0; k < theta.length; k++) theta[k] -= s.rate * step(k, grad[k], own, s, o);
  },
});

/** The numbers of step t of Adam, whose slots hold m / (1 - β₁) and s / (1 - β₂). */
function adamScalars(rate, t, o) {
  const root = Math.sqrt((1 - o.beta2 ** t) / (1 - o.beta2));
  const ahead = (o.beta1 * (1 - o.beta1 ** t)) / (1 - o.beta1 ** (t + 1)); // of NAdam
  return { rate: ((rate * (1 - o.beta1)) / (1 - o.beta1 ** t)) * root, epsilon: o.epsilon * root, ahead };
}

function adamAverages(k, g, { mean, squares }, s, o) {
  mean[k] = o.beta1 * mean[k] + g;
  squares[k] = o.beta2 * squares[k] + g * g;
  return Math.sqrt(squares[k]) + s.epsilon;
}

const adam = rule(["mean", "squares"], (k, g, own, s, o) => {
  const root = adamAverages(k, g, own, s, o);
  return own.mean[k] / root;
}, adamScalars);

const optimizers = {
  sgd: rule([], (k, g) => g),
  momentum: rule(["velocity"], (k, g, { velocity: v }, s, o) => (v[k] = o.momentum * v[k] + g)),
  nesterov: rule(["velocity"], (k, g, { velocity: v }, s, o) => {
    v[k] = o.momentum * v[k] + g;
    return g + o.momentum * v[k];
  }),
  adagrad: rule(["squares"], (k, g, { squares }, s, o) => {
    squares[k] += g * g;
    return g / (Math.sqrt(squares[k]) + o.epsilon);
  }),
  rmsprop: rule(["squares"], (k, g, { squares }, s, o) => {
    squares[k] = o.rho * squares[k] + (1 - o.rho) * g * g;
    return g / (Math.sqrt(squares[k]) + o.epsilon);
  }),
  adam,
  adamw: adam, // with weight decay
  nadam: rule(["mean", "squares"], (k, g, own, s, o) => {
    const root = adamAverages(k, g, own, s, o);
    return (s.ahead * own.mean[k] + g) / root;
  }, adamScalars),
  lion: rule(["mean"], (k, g, { mean: m }, s, o) => {
    const direction = Math.sign(o.beta1 * m[k] + (1 - o.beta1) * g);
    m[k] = o.beta2 * m[k] + (1 - o.beta2) * g;
    return direction;
  }),
};

/** Return an entry of a table; throw an error that names what the engine does not have. */
function find(table, kind, name) {
  if (!Object.hasOwn(table, name)) throw new Error(`the engine of this page has no ${kind} ${name}`);
  return table[name];
}

/* A network: theta, grad and state (running statistics) as flat arrays in npnet's order. Its layers become steps
   between numbered nodes, node 0 the inputs; a residual block becomes its layers and a sum. */
class Network {
  constructor(description, inputs) {
    this.inputs = inputs;
    this.widths = [inputs];
    this.steps = [];
    this.parameters = [];
    this.statistics = [];
    this.size = this.stateSize = 0;
    this.append(description, 0);
    this.outputs = this.widths.at(-1);
    this.theta = new Float64Array(this.size);
    this.grad = new Float64Array(this.size);
    this.state = new Float64Array(this.stateSize);
    for (const { at, size, start } of this.statistics) this.state.fill(start, at, at + size);
    for (const { at, size, start } of this.parameters) if (start) this.theta.fill(1, at, at + size);
  }

  /** Append layers that read node x; return the node of their output. */
  append(description, x) {
    for (const { type, name, options: o, layers: inner } of description) {
      const layer = find(layers, "layer", type), inputs = this.widths[x];
      if (inner) {
        const fork = { fork: true, x };
        this.steps.push(fork);
        const last = this.append(inner, x);
        fork.y = this.node(inputs);
        this.steps.push({ sum: true, name, type, x: last, skip: x, y: fork.y });
        x = fork.y;
        continue;
      }
      const step = { layer, type, name, o, inputs, x, y: this.node(layer.width ? layer.width(inputs, o) : inputs) };
      step.parameters = (layer.parameters?.(inputs, o) ?? []).map((one) => {
        const size = one.rows * one.columns;
        return { ...one, size, at: (this.size += size) - size };
      });
      step.statistics = (layer.state?.(inputs) ?? []).map((one) =>
        ({ ...one, at: (this.stateSize += one.size) - one.size }));
      this.parameters.push(...step.parameters);
      this.statistics.push(...step.statistics);
      this.steps.push(step);
      x = step.y;
    }
    return x;
  }

  node(width) {
    return this.widths.push(width) - 1;
  }
}

/* A pass: the arrays of one number of samples n. `x` takes the inputs (inputs, n); `forward` leaves raw scores in
   `z`. A training pass also takes targets `t` and perhaps weights `w`, and `train` leaves the gradient of the mean
   loss in the grad of the network. `nodes` has the values of every node. */
class Pass {
  constructor(network, n, loss = null) {
    this.network = network;
    this.n = n;
    this.loss = loss;
    this.nodes = network.widths.map((width) => new Float64Array(width * n));
    this.x = this.nodes[0];
    this.z = this.nodes.at(-1);
    this.slopes = loss ? network.widths.map((width) => new Float64Array(width * n)) : [];
    this.memories = network.steps.map((step) => (step.layer ? this.memory(step) : step));
    if (!loss) return;
    this.rule = find(losses, "loss", loss.type);
    this.terms = this.rule.perSample ? 1 : network.outputs;
    this.t = new Float64Array(network.outputs * n);
    this.w = null;
    this.losses = new Float64Array(this.terms * n);
    const several = quantilesOf(loss);
    this.quantiles = Array.from({ length: network.outputs }, (_, row) => several[row % several.length]);
  }

  memory(step) {
    const { network, n, nodes, slopes } = this, { x, y, o, inputs } = step;
    const m = { step, n, o, inputs, outputs: network.widths[y] };
    Object.assign(m, { x: nodes[x], y: nodes[y], dx: slopes[x], dy: slopes[y] });
    for (const { name, at, size } of step.parameters) {
      m[name] = network.theta.subarray(at, at + size);
      m[`d${name}`] = network.grad.subarray(at, at + size);
    }
    for (const { name, at, size } of step.statistics) m[name] = network.state.subarray(at, at + size);
    const scratch = step.layer.scratch?.(inputs, n, o) ?? {};
    for (const name in scratch) m[name] = new Float64Array(scratch[name]);
    return m;
  }

  /** Calculate all nodes from x: as in training, or as at prediction. */
  forward(training = false) {
    for (const m of this.memories) {
      if (m.sum) add(this.nodes[m.x], this.nodes[m.skip], this.nodes[m.y]);
      else if (m.step) m.step.layer[!training && m.step.layer.infer ? "infer" : "forward"](m);
    }
    return this.z;
  }

  /** Draw what is random, and calculate nodes and gradient. */
  train(random = Math.random) {
    for (const m of this.memories) if (m.step?.layer.draw) m.step.layer.draw(m, random);
    this.forward(true);
    this.backward();
  }

  backward() {
    this.slopeOfLoss(this.slopes.at(-1));
    for (let k = this.memories.length - 1; k >= 0; k--) {
      const m = this.memories[k];
      if (m.sum) this.slopes[m.x].set(this.slopes[m.y]);
      else if (m.fork) add(this.slopes[m.x], this.slopes[m.y], this.slopes[m.x]);
      else {
        m.step.layer.gradParameters?.(m);
        m.step.layer.gradInput(m);
      }
    }
  }

  /** Write the gradient of the mean loss by the raw scores. */
  slopeOfLoss(dz) {
    this.rule.slopes(this.z, this.t, dz, this);
    for (let k = 0; k < dz.length; k++) dz[k] *= (this.w ? this.w[k % this.n] : 1) / (this.n * this.terms);
  }

  /** Return the mean loss of the last raw scores. */
  meanLoss() {
    const { losses: each, w, n } = this;
    this.rule.values(this.z, this.t, each, this);
    let total = 0;
    for (let k = 0; k < each.length; k++) total += each[k] * (w ? w[k % n] : 1);
    return total / each.length;
  }
}

function add(a, b, out) {
  for (let k = 0; k < out.length; k++) out[k] = a[k] + b[k];
}

/* The training of a network on batches of n samples: penalties and limits, weight decay, the optimizer with its
   slots, and `count`, the steps done. */
class Trainer {
  constructor(network, loss, optimizer, constraints, n) {
    this.network = network;
    this.rule = find(optimizers, "optimizer", optimizer.type);
    this.options = optimizer.options;
    this.constraints = constraints;
    this.passes = {};
    this.loss = loss;
    this.slots = Object.fromEntries(this.rule.slots.map((name) => [name, new Float64Array(network.size)]));
    this.count = 0;
    this.pass = this.passOf(n);
  }

  /** Return the pass of a number of samples, made at the first call. */
  passOf(n) {
    return (this.passes[n] ??= new Pass(this.network, n, this.loss));
  }

  /** Move theta once, along the gradient of the samples in a pass. */
  step(rate, pass = this.pass, random = Math.random) {
    pass.train(random);
    this.move(rate);
  }

  /** Move theta once, along the gradient in network.grad. */
  move(rate) {
    const { theta, grad } = this.network;
    const { l1, l2, clip_value: bound, clip_norm: most, max_norm: norm } = this.constraints;
    this.count += 1;
    if (l2) this.eachWeight((k) => { grad[k] += l2 * theta[k]; });
    if (l1) this.eachWeight((k) => { grad[k] += l1 * Math.sign(theta[k]); });
    if (bound) for (let k = 0; k < grad.length; k++) grad[k] = Math.max(-bound, Math.min(bound, grad[k]));
    if (most) shrink(grad, 0, grad.length, most);
    const decay = rate * (this.options.weight_decay || 0);
    if (decay) this.eachWeight((k) => { theta[k] -= decay * theta[k]; });
    this.rule.update(theta, grad, this.slots, this.rule.scalars(rate, this.count, this.options), this.options);
    if (norm) this.eachRow((start, end) => shrink(theta, start, end, norm));
  }

  /** Call visit(start, end) for the weights into each unit: those that penalties and decay apply to. */
  eachRow(visit) {
    for (const { at, rows, columns, decays } of this.network.parameters)
      for (let row = 0, p = at; decays && row < rows; row++, p += columns) visit(p + decays[0], p + decays[1]);
  }

  eachWeight(visit) {
    this.eachRow((start, end) => { for (let k = start; k < end; k++) visit(k); });
  }
}

/** Scale a part of an array so that its norm is at most a bound. */
function shrink(values, start, end, bound) {
  const factor = bound / Math.max(bound, Math.sqrt(dot(values, start, values, start, end - start)));
  for (let k = start; k < end; k++) values[k] *= factor;
}

return { Network, Pass, Trainer, layers, losses, optimizers, links, encode, quantilesOf };
})();
