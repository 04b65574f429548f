/* The lines of weights: curves from one unit to another, solid or in dashes, as pixels; and how far a place is from one.
   A page that plays draws thousands of them a second, for which the strokes of a canvas are slow. */
"use strict";

const networkCurves = (() => {
  const DASHED = 0.6; // share of a period that a dash fills
  const ROUNDS = 6; // of Newton's method
  const FINE = 32; // distances that are told apart within a pixel
  const REACH = 4.5; // pixels from a curve to the farthest that a line covers
  const [RED_BLUE, GREEN] = [0xff00ff, 0x00ff00];
  const [HALF_RED_BLUE, HALF_GREEN] = [0x800080, 0x8000]; // by which divisions are rounded

  /* A curve from (a, b) to (c, d) leaves and arrives level: with t from 0 to 1, its x is a + (c - a) · along(t), its y
     b + (d - b) · across(t). */
  const along = (t) => 1.5 * t - 1.5 * t * t + t ** 3;
  const alongSlope = (t) => 1.5 - 3 * t + 3 * t * t;
  const across = (t) => 3 * t * t - 2 * t ** 3;
  const acrossSlope = (t) => 6 * t - 6 * t * t;

  /** Return the t at which a curve has a share of its way along. */
  function parameterAt(share) {
    let t = share;
    for (let round = 0; round < ROUNDS; round++) t -= (along(t) - share) / alongSlope(t);
    return t;
  }

  /** Return how far above or below a curve a place is. */
  const distance = ([a, b, c, d], x, y) => Math.abs(b + (d - b) * across(parameterAt((x - a) / (c - a))) - y);

  const bounded = (share) => Math.max(0, Math.min(1, share));

  /* The pixels near a curve that goes `width` to the right and `rise` down, the nearest first: `places` in a picture of
     some columns, from the pixel where the curve begins; `steps`, their distances in parts of a pixel; and where they
     are along the curve. `ends[step]` counts the pixels up to a distance. */
  class Shape {
    constructor(width, rise, columns) {
      const rings = Array.from({ length: FINE * REACH + 1 }, () => []);
      this.length = 0;
      for (let i = 0; i < width; i++) {
        const t = parameterAt((i + 0.5) / width);
        const y = rise * across(t);
        const slope = (rise * acrossSlope(t)) / (width * alongSlope(t));
        const size = Math.hypot(1, slope);
        const middle = this.length + size / 2;
        this.length += size;
        for (let j = Math.ceil(y - REACH * size); j + 0.5 < y + REACH * size; j++) {
          const off = (j + 0.5 - y) / size;
          const step = Math.round(FINE * Math.abs(off));
          rings[step]?.push([j * columns + i, middle + off * slope]);
        }
      }
      const every = rings.flat();
      this.places = Int32Array.from(every, ([place]) => place);
      this.middles = Float32Array.from(every, ([, middle]) => middle);
      this.steps = Uint8Array.from(rings.flatMap((ring, step) => ring.map(() => step)));
      this.ends = rings.map((ring) => ring.length);
      for (let step = 1; step < rings.length; step++) this.ends[step] += this.ends[step - 1];
      this.dashes = new Map();
    }

    /** Return how much of each pixel, in 256ths, dashes leave that are about `period` pixels apart. */
    dashed(period) {
      if (!this.dashes.has(period)) this.dashes.set(period, this.dashesOf(period));
      return this.dashes.get(period);
    }

    dashesOf(period) {
      const size = this.length / Math.max(2, Math.round(this.length / period));
      return Uint16Array.from(this.middles, (middle) => {
        const at = middle - size * Math.floor(middle / size);
        return 256 * Math.max(bounded(Math.min(at, DASHED * size - at) + 0.5), bounded(at - size + 0.5));
      });
    }
  }

  /** Return how much of a pixel, in 256ths, a line of some width covers, by distance in parts of a pixel. */
  function coverage(width, strength) {
    const found = Array.from({ length: FINE * REACH + 1 }, (_, step) => {
      const off = step / FINE;
      return 256 * strength * bounded(Math.min(off + 0.5, width / 2) - Math.max(off - 0.5, -width / 2));
    });
    return Uint16Array.from(found.filter((share) => share >= 1));
  }

  /* A picture of curves on a plain ground. */
  class CurveMap {
    constructor(columns, rows) {
      this.columns = columns;
      this.image = new ImageData(columns, rows);
      this.pixels = new Uint32Array(this.image.data.buffer);
      this.shapes = new Map();
    }

    clear(colour) {
      this.pixels.fill(colour);
    }

    shapeOf(width, rise) {
      const key = `${width} ${rise}`;
      if (!this.shapes.has(key)) this.shapes.set(key, new Shape(width, rise, this.columns));
      return this.shapes.get(key);
    }

    /** Draw a curve in a colour, with a table of `coverage`, and dashes `period` pixels apart or none. */
    draw(ends, colour, cover, period) {
      const [a, b, c, d] = ends.map(Math.round);
      const shape = this.shapeOf(c - a, d - b);
      const first = b * this.columns + a;
      const last = cover.length ? shape.ends[cover.length - 1] : 0;
      if (period) this.blendDashes(shape, first, last, colour, cover, shape.dashed(period));
      else this.blend(shape, first, last, colour, cover);
    }

    blend({ places, steps }, first, last, colour, cover) {
      for (let k = 0; k < last; k++) this.mix(first + places[k], colour, cover[steps[k]]);
    }

    blendDashes({ places, steps }, first, last, colour, cover, dashes) {
      for (let k = 0; k < last; k++) this.mix(first + places[k], colour, (cover[steps[k]] * dashes[k]) >> 8);
    }

    /** Move a pixel towards a colour by a share, in 256ths; red and blue at once. */
    mix(at, colour, share) {
      const old = this.pixels[at];
      const rest = 256 - share;
      const redBlue = (Math.imul(old & RED_BLUE, rest) + Math.imul(colour & RED_BLUE, share) + HALF_RED_BLUE) >>> 8;
      const green = (Math.imul(old & GREEN, rest) + Math.imul(colour & GREEN, share) + HALF_GREEN) >>> 8;
      this.pixels[at] = (255 << 24) | (redBlue & RED_BLUE) | (green & GREEN);
    }
  }

  return { CurveMap, coverage, distance };
})();
