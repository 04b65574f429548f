/* The weights of a network as lines between its units: as thick as the weights, solid and orange for positive, dashed
   and blue for negative ones. */
"use strict";

const networkEdges = (() => {
  const { short } = networkElements;
  const WIDTHS = [0.35, 0.7, 1.1, 1.6, 2.2, 2.9, 3.8]; // of lines, from the smallest weights to the largest
  const CROWD = 300; // weights of a layer from which on lines get thinner
  const STRENGTHS = [0.35, 0.55, 0.7, 0.8, 0.85, 0.9, 0.95];
  const FADED = 0.1; // strength of the lines that do not belong to the chosen unit
  const DASHES = [16, 13, 9, 9, 9, 9, 9]; // pixels from one dash to the next
  const NEAR = 5; // pixels at which the pointer is on a line

  class Edges {
    /** `columns` are those of the model, with the indices of their units that are `shown`. */
    constructor(columns) {
      this.columns = columns;
    }

    /** Find the largest weight of each layer in some states, so that the lines of two of them can be compared. */
    measure(entries) {
      this.largest = this.columns.map((column) => {
        let largest = 1e-9;
        if (column.step?.type !== "linear") return largest;
        const { at, rows, columns } = column.step.parameters[0];
        for (const { theta } of entries)
          for (let k = 0; k < rows * columns; k++)
            if ((k + 1) % columns) largest = Math.max(largest, Math.abs(theta[at + k]));
        return largest;
      });
    }

    /** Take the places [x, y] of units by column, their size, and the height of the drawing from `top` on. */
    layout(places, size, top, height) {
      Object.assign(this, { places, size, top });
      this.left = places[0][0][0] + size;
      this.room = [Math.max(1, places.at(-1)[0][0] - this.left), height];
    }

    /** Call visit(j, k, at, source, unit) for each weight between drawn units, where j and k count these. */
    each(column, index, visit) {
      if (column.step?.type !== "linear") return;
      const { at, columns } = column.step.parameters[0];
      column.shown.forEach((unit, k) =>
        this.columns[index - 1].shown.forEach((source, j) => visit(j, k, at + unit * columns + source, source, unit)),
      );
    }

    /** Return the place of a line, from the unit before to the unit. */
    ends(index, j, k) {
      const [a, b] = this.places[index - 1][j];
      const [c, d] = this.places[index][k];
      return [a + this.size, b + this.size / 2, c, d + this.size / 2];
    }

    /** Draw all weights, of `chosen` {column, unit} the strongest. */
    draw(context, theta, chosen, colours) {
      this.theta = theta;
      const ratio = networkMaps.density();
      const [columns, rows] = this.room.map((size) => Math.ceil(size * ratio));
      if (this.map?.image.width !== columns || this.map.image.height !== rows)
        this.map = new networkCurves.CurveMap(columns, rows);
      this.map.clear(colours.pixels.panel);
      this.columns.forEach((column, index) => this.drawLayer(column, index, chosen, colours.pixels, ratio));
      context.putImageData(this.map.image, Math.round(this.left * ratio), Math.round(this.top * ratio));
    }

    /** Draw the weights of a layer, the thin ones first. */
    drawLayer(column, index, chosen, colours, ratio) {
      const levels = WIDTHS.length;
      const looks = Array.from({ length: 4 * levels }, () => []);
      this.each(column, index, (j, k, at, source, unit) => {
        const weight = this.theta[at];
        const level = Math.min(levels - 1, Math.floor((Math.abs(weight) / this.largest[index]) * levels));
        const own =
          (chosen?.column === index && chosen.unit === unit) ||
          (chosen?.column === index - 1 && chosen.unit === source);
        looks[(own ? 2 * levels : 0) + 2 * level + (weight < 0)].push(j, k);
      });
      const count = column.shown.length * (this.columns[index - 1]?.shown.length ?? 0);
      const thinner = ratio * Math.min(1, Math.sqrt(CROWD / Math.max(count, 1)));
      looks.forEach((lines, look) => {
        if (!lines.length) return;
        const level = Math.floor((look % (2 * levels)) / 2);
        const strength = chosen ? (look < 2 * levels ? FADED : 1) : STRENGTHS[level];
        const cover = networkCurves.coverage(WIDTHS[level] * thinner, strength);
        const [colour, dash] = look % 2 ? [colours.negative, DASHES[level] * ratio] : [colours.positive, 0];
        for (let k = 0; k < lines.length; k += 2) {
          const [a, b, c, d] = this.ends(index, lines[k], lines[k + 1]);
          const [left, top] = [this.left, this.top];
          this.map.draw([a - left, b - top, c - left, d - top].map((place) => place * ratio), colour, cover, dash);
        }
      });
    }

    /** Return the weight whose line is at a place, {column, unit, source, at}, or null. */
    at(x, y) {
      const between = (places, k) => k > 0 && x <= places[0][0] && x >= this.places[k - 1][0][0] + this.size;
      const index = this.places.findIndex(between);
      let found = null;
      let nearest = NEAR;
      if (index < 1) return found;
      this.each(this.columns[index], index, (j, k, at, source, unit) => {
        const distance = networkCurves.distance(this.ends(index, j, k), x, y);
        const strength = Math.abs(this.theta[at] / this.largest[index]); // of two near ones the thicker
        if (distance - strength < nearest)
          [nearest, found] = [distance - strength, { column: index, unit, source, at }];
      });
      return found;
    }

    /** Return a weight in words. */
    words({ column, unit, source, at }) {
      const [from, to] = [this.columns[column - 1].names[source], this.columns[column].names[unit]];
      return `Weight from ${from} to ${to}: ${short(this.theta[at])}. Click to edit it.`;
    }
  }

  return { Edges };
})();
