/* The rows of the data on a picture of a network: training rows full, test rows hollow; classes differ in colour and
   shape, residuals of a surface in direction and size. */
"use strict";

const networkPoints = (() => {
  const MOST = { train: 1000, validation: 400, test: 400 }; // rows of a split that are drawn
  const RING = 8;

  /** The splits whose rows are drawn: training, and test or else validation. */
  function splitsOf(model) {
    return ["train", model.rows.test ? "test" : "validation"].filter((split) => model.rows[split]?.count);
  }

  /** Return the rows of a split that are drawn: many spread evenly, and all that the reader added. */
  function drawnOf(rows, split) {
    const found = networkMaps.spread(rows.count, MOST[split]);
    return found.length < rows.count ? [...new Set([...found, ...rows.added])] : found;
  }

  /** Draw all rows, and rings around the chosen ones; return the places [x, y, index] of training rows. */
  function draw(context, boundary) {
    const { model } = boundary;
    const drawn = splitsOf(model).map((split) => [split, drawnOf(model.rows[split], split)]);
    const many = drawn.reduce((sum, [, indices]) => sum + indices.length, 1);
    const radius = Math.max(2.4, Math.min(4.5, 6.6 - 1.3 * Math.log10(many))) * (boundary.width < 380 ? 0.85 : 1);
    const places = [];
    context.save();
    boundary.traceInside(context);
    context.clip();
    for (const [split, indices] of drawn) {
      const rows = model.rows[split];
      const predictions = model.hasValues ? predicted(boundary, split, indices) : null;
      indices.forEach((index, k) => {
        const target = rows.targetsOf(index)[model.targets > 1 ? boundary.which : 0];
        const [x, y] = placeOf(boundary, rows.inputsOf(index), target);
        const look = model.hasValues ? lookOfValue(boundary, target, predictions[k]) : lookOfClass(boundary, target);
        drawRow(context, boundary, { x, y, radius, hollow: split !== "train", ...look });
        if (split === "train") places.push([x, y, index]);
      });
    }
    context.restore();
    drawRings(context, boundary);
    return places;
  }

  /** Return where a row is drawn; on a curve, at its target. */
  function placeOf(boundary, inputs, target) {
    const { model, plane } = boundary;
    const [u, v] = plane.place(inputs);
    if (!plane.flat) return boundary.toPixels(u, v);
    return boundary.toPixels(u, model.task === "multiclass" ? (target + 0.5) / model.classes : target);
  }

  function lookOfClass({ colours }, target) {
    const shape = networkMaps.SHAPES[target % networkMaps.SHAPES.length];
    return { shape, colour: colours.classes[target % colours.classes.length], size: 1 };
  }

  /** Return the look of a row of a regression: the colour of its target, and its residual as direction and size. */
  function lookOfValue({ plane, range, colours }, target, prediction) {
    if (plane.flat) return { shape: "circle", colour: colours.classes[0], size: 1, prediction };
    const [low, high] = range;
    const residual = (target - prediction) / (high - low);
    const size = Math.min(2.2, 0.7 + 4 * Math.abs(residual));
    return {
      shape: residual > 0 ? "triangle" : "down",
      colour: colours.shade((target - low) / (high - low)),
      size,
      rim: true,
    };
  }

  function drawRow(context, boundary, { x, y, radius, hollow, shape, colour, size, prediction, rim }) {
    const { colours } = boundary;
    if (prediction !== undefined) {
      const [, end] = boundary.toPixels(0, prediction);
      boundary.stroke(
        context,
        [
          [x, y],
          [x, end],
        ],
        colours.line,
        1,
        [],
      );
    }
    const open = networkMaps.isOpen(shape);
    context.beginPath();
    networkMaps.trace(context, shape, x, y, radius * size);
    context.fillStyle = hollow ? colours.panel : colour;
    context.strokeStyle = hollow || open ? colour : rim ? colours.ink : colours.panel;
    context.lineWidth = hollow || open ? 1.5 : 0.6;
    if (!open) context.fill();
    context.stroke();
  }

  /** Draw rings around the rows that excite the chosen unit most. */
  function drawRings(context, boundary) {
    const { training, targets } = boundary.model;
    context.strokeStyle = boundary.colours.accent;
    context.lineWidth = 2;
    for (const index of boundary.chosen) {
      const target = training.targetsOf(index)[targets > 1 ? boundary.which : 0];
      const [x, y] = placeOf(boundary, training.inputsOf(index), target);
      context.beginPath();
      context.arc(x, y, RING, 0, 2 * Math.PI);
      context.stroke();
    }
  }

  /** Return the predictions of some rows. */
  function predicted(boundary, split, indices) {
    const { model, network, which } = boundary;
    const n = indices.length;
    boundary.passes ??= {};
    if (boundary.passes[split]?.n !== n) boundary.passes[split] = new engine.Pass(network, n);
    const pass = boundary.passes[split];
    model.rows[split].gather(indices, 0, n, pass.x);
    return model.shown(pass.forward(), n, which, new Float64Array(network.outputs * n));
  }

  return { draw, splitsOf };
})();
