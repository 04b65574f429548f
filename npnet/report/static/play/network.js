/* From settings to a network of the page: described as in npnet/report/network_data.py, with its initial values. */
"use strict";

const playNetwork = (() => {
  const EMBEDDED = 0.3; // deviation of the first values of codes
  /** Return the entry of a name in a list of the catalog. */
  const find = (entries, name) => entries.find((entry) => entry.name === name);

  /** Whether a loss of the catalog fits the target: its task, and no negative values where it takes their logarithm. */
  function fits({ tasks, link }, { task, y }) {
    return tasks.includes(task) && (link !== "exp" || y.every((value) => value >= 0));
  }

  /** Return the loss of the settings, or the usual one where that does not fit the target. */
  function lossOf({ loss }, prepared, catalog) {
    const entry = loss && find(catalog.losses, loss.type);
    if (entry && fits(entry, prepared)) return { ...loss, link: entry.link };
    const usual = find(catalog.losses, catalog.usual_loss[prepared.task]);
    return { type: usual.name, options: usual.options, link: usual.link };
  }

  /** Return the number of scores of a network: one, or one for each class. */
  function outputsOf(entry, prepared) {
    if (prepared.task === "multiclass") return prepared.classes.length;
    return prepared.task === "binary" ? entry.binary_outputs : 1;
  }

  /** Return the layers; those before the first linear one take as many numbers and codes as the data have. */
  function layersOf(settings, outputs, inputs) {
    const of = (block) => inputs.filter((input) => input.block === block);
    const sizes = { periodic: { numbers: of("numbers").length }, embedding: { codes: of("codes").map((one) => one.size) } };
    const every = settings.before.map((layer) => ({ ...layer, options: { ...layer.options, ...sizes[layer.type] } }));
    for (const { units, after } of settings.blocks) every.push({ type: "linear", options: { units } }, ...after);
    every.push({ type: "linear", options: { units: outputs } });
    return every.map((layer, k) => ({ ...layer, name: `layers.${k}` }));
  }

  /** Return layers that follow a linear one of some units: a residual block ends with as many. */
  function fitted(layers, units) {
    return layers.map((layer) => {
      if (!layer.layers) return layer;
      const last = layer.layers.findLastIndex(({ type }) => type === "linear");
      const inner = layer.layers.map((one, k) => (k === last ? { ...one, options: { units } } : one));
      return { ...layer, layers: inner };
    });
  }

  /** Throw TableError where npnet refuses a batch of one row. */
  function refuseSmallBatches({ before, blocks, batch_size: size }, rows) {
    const every = [before, ...blocks.map(({ after }) => after)]
      .flat()
      .flatMap((layer) => [layer, ...(layer.layers ?? [])]);
    const each = size === "all" ? rows : Math.min(size, rows);
    if (every.every(({ type }) => type !== "batch_norm") || Math.min(each, rows % each || each) > 1) return;
    const words = `${rows} training rows in batches of ${each} leave one row for the last`;
    throw new playTable.TableError(`batch_norm needs two rows in each batch, and ${words}: take another batch size.`);
  }

  /** Return the data of an untrained network, as the page of a run has them, with initial values drawn by the seed. */
  function dataOf(settings, prepared, catalog) {
    const loss = lossOf(settings, prepared, catalog);
    refuseSmallBatches(settings, prepared.rows.train.count);
    const entry = find(catalog.losses, loss.type);
    const optimizer = settings.optimizer;
    const scales = prepared.task === "regression" && settings.prepare.numbers !== "none" && entry.scales_target;
    const target = scales ? playPrepare.scalingOf(Float64Array.from(prepared.trained), { numbers: "standard" }) : null;
    const output = {
      mean: [target?.center ?? 0],
      scale: [target?.scale || 1],
      transform: null,
      moments: null,
      threshold: 0.5,
      temperature: 1,
    };
    const { l1, l2, max_norm, clip_norm, clip_value } = settings;
    const data = {
      layers: layersOf(settings, outputsOf(entry, prepared), prepared.inputs),
      activation: { sigmoid: "sigmoid", softmax: "softmax" }[loss.link] ?? null,
      loss,
      optimizer,
      constraints: { l1, l2, max_norm, clip_norm, clip_value },
      learning_rate: settings.learning_rate ?? find(catalog.optimizers, optimizer.type).rate,
      batch_size: settings.batch_size === "all" ? null : settings.batch_size,
      task: prepared.task,
      classes: prepared.classes,
      negatives: [],
      targets: [prepared.name],
      output,
      inputs: prepared.inputs,
      rows: prepared.rows,
      frames: null,
      last: null,
      lacking: [],
      maps: null,
    };
    const network = initial(new engine.Network(data.layers, data.inputs.length), settings);
    data.parameters = network.size;
    data.best = { epoch: 0, theta: { data: network.theta }, state: { data: network.state } };
    return data;
  }

  /** Draw the initial values of a network by npnet's initializers; return it. */
  function initial(network, { init, bias_init, seed }) {
    const random = playDrawn.randomOf(seed, 2);
    const normal = playDrawn.normalOf(random);
    for (const step of network.steps) {
      if (step.type === "periodic" || step.type === "embedding") drawInputs(network.theta, step, random, normal);
      if (step.type !== "linear") continue;
      const [{ at, rows, columns }] = step.parameters;
      const weights = initializers[init.type](init.options, rows, columns - 1, random, normal);
      const biases = initializers[bias_init.type](bias_init.options, rows, 1, random, normal);
      for (let row = 0; row < rows; row++) {
        network.theta.set(weights.subarray(row * (columns - 1), (row + 1) * (columns - 1)), at + row * columns);
        network.theta[at + (row + 1) * columns - 1] = biases[row];
      }
    }
    return network;
  }

  /** Draw what npnet draws for a layer of inputs: frequencies and their weights, or the values of codes. */
  function drawInputs(theta, { type, parameters, o }, random, normal) {
    for (const { name, at, rows, columns } of parameters) {
      const waves = name === "W" && initializers.lecun_uniform({ gain: 1 }, rows, columns - 1, random, normal);
      for (let row = 0; row < rows; row++)
        for (let k = 0; k < columns; k++) {
          const place = at + row * columns + k;
          if (type === "embedding") theta[place] = k ? EMBEDDED * normal() : 0; // code 0 is of rare texts
          else if (!waves) theta[place] = o.sigma * normal();
          else theta[place] = k < columns - 1 ? waves[row * (columns - 1) + k] : 0;
        }
    }
  }

  const uniform = (variance) => (o, rows, columns, random) =>
    Float64Array.from(
      { length: rows * columns },
      () => (2 * random() - 1) * Math.sqrt(3 * o.gain ** 2 * variance(rows, columns)),
    );
  const gaussian = (variance) => (o, rows, columns, random, normal) =>
    Float64Array.from({ length: rows * columns }, () => normal() * o.gain * Math.sqrt(variance(rows, columns)));
  const he = (rows, columns) => 2 / columns;
  const glorot = (rows, columns) => 2 / (rows + columns);
  const lecun = (rows, columns) => 1 / columns;

  /* npnet's initializers: each returns the values of an array (rows, columns) in rows. */
  const initializers = {
    he_uniform: uniform(he),
    he_normal: gaussian(he),
    glorot_uniform: uniform(glorot),
    glorot_normal: gaussian(glorot),
    lecun_uniform: uniform(lecun),
    lecun_normal: gaussian(lecun),
    orthogonal,
    uniform: ({ low, high }, rows, columns, random) =>
      Float64Array.from({ length: rows * columns }, () => low + (high - low) * random()),
    normal: ({ mean, deviation }, rows, columns, _, normal) =>
      Float64Array.from({ length: rows * columns }, () => mean + deviation * normal()),
    zeros: (_, rows, columns) => new Float64Array(rows * columns),
    ones: (_, rows, columns) => new Float64Array(rows * columns).fill(1),
  };

  /** Orthonormal rows or columns, whichever are fewer, by Gram and Schmidt. */
  function orthogonal({ gain }, rows, columns, random, normal) {
    const [few, many] = [Math.min(rows, columns), Math.max(rows, columns)];
    const found = [];
    while (found.length < few) {
      let vector = Float64Array.from({ length: many }, normal);
      for (const other of found) {
        const along = vector.reduce((sum, value, k) => sum + value * other[k], 0);
        vector = vector.map((value, k) => value - along * other[k]);
      }
      const size = Math.hypot(...vector);
      if (size > 1e-9) found.push(vector.map((value) => value / size));
    }
    const value = (row, column) => gain * (rows <= columns ? found[row][column] : found[column][row]);
    return Float64Array.from({ length: rows * columns }, (_, k) => value(Math.floor(k / columns), k % columns));
  }

  return { dataOf, find, fits, fitted, initializers };
})();
