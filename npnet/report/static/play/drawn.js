/* The drawn data sets of npnet, by the formulas of npnet/data/datasets. The random numbers are the page's own, so that
   the same formula gives other points than npnet draws. */
"use strict";

const playDrawn = (() => {
  const TURN = 2 * Math.PI;

  /** Return a generator of numbers from 0 to 1, the same for the same seed and purpose. */
  const randomOf = (seed, purpose = 0) =>
    networkTraining.randomOf(Math.imul(seed, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b));

  /** Return a generator of draws from the standard normal distribution (Box and Muller). */
  function normalOf(random) {
    return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(TURN * random());
  }

  const polar = (radius, angle) => [radius * Math.cos(angle), radius * Math.sin(angle)];

  /** Return rows made one by one: `row(k)` is [inputs, target]. */
  const rowsOf = (samples, row) => Array.from({ length: samples }, (_, k) => row(k));

  /** Return two numbers, each moved by a uniform draw of at most some size. */
  const moved = (x, most, random) => x.map((value) => value + most * (2 * random() - 1));
  const square = (half, random) => moved([0, 0], half, random);
  const MIDDLES = [
    [-4, 2.5],
    [0, 2.5],
    [4, 2.5],
    [-4, -2.5],
    [0, -2.5],
    [4, -2.5],
  ];

  /* The shapes of TensorFlow Playground: each gets the class, the share of its rows before this one, the noise, and a
     uniform and a normal generator, and returns [inputs, target]. */
  const shapes = {
    circle(code, _, noise, random) {
      const radius = code ? 2.5 * random() : 3.5 + 1.5 * random();
      const x = polar(radius, TURN * random());
      return [x, Number(Math.hypot(...moved(x, 5 * noise, random)) < 2.5)];
    },
    xor(code, _, noise, random) {
      const x = square(5, random).map((value) => value + (value > 0 ? 0.3 : -0.3));
      const [a, b] = moved(x, 5 * noise, random);
      return [x, Number(a * b >= 0)];
    },
    gauss: (code, _, noise, random, normal) => [
      [0, 0].map(() => (code ? 2 : -2) + Math.sqrt(0.5 + 7 * noise) * normal()),
      code,
    ],
    spiral(code, share, noise, random) {
      const angle = 1.75 * TURN * share + (code ? 0 : Math.PI);
      return [moved([5 * share * Math.sin(angle), 5 * share * Math.cos(angle)], noise, random), code];
    },
    plane(code, _, noise, random) {
      const x = square(6, random);
      const [a, b] = moved(x, 6 * noise, random);
      return [x, (a + b) / 10];
    },
    bumps(code, _, noise, random) {
      const x = square(6, random);
      const [a, b] = moved(x, 6 * noise, random);
      const distances = MIDDLES.map(([u, v]) => Math.hypot(a - u, b - v));
      const nearest = distances.indexOf(Math.min(...distances));
      return [x, (nearest % 2 ? -1 : 1) * Math.max(1 - distances[nearest] / 2, 0)];
    },
  };

  /* Each gets the options, a uniform and a normal generator, and returns rows [inputs, target]. Where the rows have no
     noise of their own, `noise` is added to the inputs of classes and to the target of curves. */
  const datasets = {
    circles: {
      task: "binary",
      rows({ samples, factor }) {
        const outer = samples >> 1;
        return rowsOf(samples, (k) =>
          k < outer ? [polar(1, (TURN * k) / outer), 0] : [polar(factor, (TURN * (k - outer)) / (samples - outer)), 1],
        );
      },
    },
    moons: {
      task: "binary",
      rows({ samples }) {
        const first = samples >> 1;
        return rowsOf(samples, (k) => {
          if (k < first) return [polar(1, (Math.PI * k) / Math.max(first - 1, 1)), 0];
          const [x, y] = polar(1, (Math.PI * (k - first)) / Math.max(samples - first - 1, 1));
          return [[1 - x, 0.5 - y], 1];
        });
      },
    },
    blobs: {
      task: "classes",
      rows({ samples, classes, features }, random) {
        const centres = rowsOf(classes, () => rowsOf(features, () => 20 * random() - 10));
        return rowsOf(samples, (k) => {
          const code = Math.floor((k * classes) / samples);
          return [[...centres[code]], code];
        });
      },
    },
    spirals: {
      task: "classes",
      rows: ({ samples, classes, turns }) =>
        rowsOf(samples, (k) => {
          const radius = (k + 1) / samples;
          return [polar(radius, TURN * (turns * radius + (k % classes) / classes)), k % classes];
        }),
    },
    xor: {
      task: "binary",
      rows: ({ samples }, random) =>
        rowsOf(samples, () => {
          const x = [2 * random() - 1, 2 * random() - 1];
          return [x, Number(x[0] > 0 !== x[1] > 0)];
        }),
    },
    checkerboard: {
      task: "binary",
      rows: ({ samples, cells }, random) =>
        rowsOf(samples, () => {
          const x = [cells * random(), cells * random()];
          return [x, (Math.floor(x[0]) + Math.floor(x[1])) % 2];
        }),
    },
    gaussian_quantiles: {
      task: "classes",
      rows({ samples, classes, features }, random, normal) {
        const points = rowsOf(samples, () => rowsOf(features, normal));
        points.sort((a, b) => Math.hypot(...a) - Math.hypot(...b));
        return points.map((x, k) => [x, Math.floor((k * classes) / samples)]);
      },
    },
    swiss_roll: {
      task: "regression",
      target: "t",
      noisyInputs: true,
      rows: ({ samples }, random) =>
        rowsOf(samples, () => {
          const t = 1.5 * Math.PI * (1 + 2 * random());
          return [[t * Math.cos(t), 21 * random(), t * Math.sin(t)], t];
        }),
    },
    friedman1: {
      task: "regression",
      target: "y",
      rows: ({ samples, features }, random) =>
        rowsOf(samples, () => {
          const x = rowsOf(features, random);
          const y = 10 * Math.sin(Math.PI * x[0] * x[1]) + 20 * (x[2] - 0.5) ** 2 + 10 * x[3] + 5 * x[4];
          return [x, y];
        }),
    },
    playground: {
      task: ({ shape }) => (shape === "plane" || shape === "bumps" ? "regression" : "binary"),
      target: "label",
      noisy: true,
      rows({ samples, shape, noise }, random, normal) {
        const half = samples >> 1;
        return rowsOf(samples, (k) => {
          const share = k < half ? k / half : (k - half) / (samples - half);
          return shapes[shape](Number(k >= half), share, noise, random, normal);
        });
      },
    },
    noisy_sine: {
      task: "regression",
      target: "y",
      rows: ({ samples }, random) =>
        rowsOf(samples, () => {
          const x = random();
          return [[x], Math.sin(TURN * x)];
        }),
    },
  };

  /** Draw a data set as a table: columns of numbers x1, x2, ... and the target. */
  function table(name, options, seed) {
    const { rows, task: kind, target, noisyInputs, noisy } = datasets[name];
    const task = typeof kind === "function" ? kind(options) : kind;
    const random = randomOf(seed);
    const normal = normalOf(random);
    const drawn = rows(options, random, normal);
    const noise = noisy ? 0 : (options.noise ?? 0);
    const isCurve = task === "regression" && !noisyInputs;
    for (const row of drawn)
      if (isCurve) row[1] += noise * normal();
      else row[0] = row[0].map((value) => value + noise * normal());
    const inputs = drawn[0][0].map((_, f) => Float64Array.from(drawn, ([x]) => x[f]));
    const columns = inputs.map((values, f) => ({ name: `x${f + 1}`, kind: "number", values }));
    const y = Float64Array.from(drawn, (row) => row[1]);
    columns.push({ name: target ?? "class", kind: "number", values: y });
    const count = options.classes ?? 2;
    const classes = task === "regression" ? [] : rowsOf(count, String);
    return { name, drawn: true, columns, classes, target: target ?? "class", total: drawn.length, notes: [] };
  }

  return { datasets, table, randomOf, normalOf };
})();
