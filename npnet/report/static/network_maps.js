/* Pictures on canvases: maps of values over a plane, their contours, and the rows of the data as points. Colours are
   those of the page's style, read anew when the theme changes; no meaning is in a colour alone. */
"use strict";

const networkMaps = (() => {
  const SHADES = 256;
  const POINTS = { train: 1000, validation: 400, test: 400 }; // shown at most
  const SHAPES = ["circle", "square", "triangle", "diamond", "down", "cross", "plus"];

  /** Colours of the style: of classes, of maps, of signs, and what lines and text have. */
  function palette() {
    const style = getComputedStyle(document.documentElement),
      of = (name) => style.getPropertyValue(`--${name}`).trim();
    const colours = {
      classes: [1, 2, 3, 4, 5, 6, 7].map((k) => of(`c${k}`)),
      ink: of("ink"),
      muted: of("muted"),
      panel: of("panel"),
      line: of("line"),
      positive: of("positive"),
      negative: of("negative"),
      accent: of("accent"),
      sunken: of("sunken"),
    };
    const [low, middle, high, panel] = ["map-low", "map-middle", "map-high", "panel"].map((name) => rgb(of(name)));
    colours.diverging = shades((share) =>
      share < 0.5 ? mixed(low, middle, share * 2) : mixed(middle, high, share * 2 - 1),
    );
    colours.classShades = colours.classes.map((colour) =>
      shades((share) => mixed(panel, rgb(colour), 0.12 + 0.5 * share)),
    );
    return colours;
  }

  function rgb(text) {
    const digits = text.replace("#", ""),
      long = digits.length < 6 ? [...digits].map((digit) => digit + digit).join("") : digits;
    return [0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16));
  }

  const mixed = (a, b, share) => a.map((value, k) => value + (b[k] - value) * share);

  /** A table of colours as a pixel of a canvas has them. */
  const shades = (colour) =>
    Uint32Array.from({ length: SHADES }, (_, k) => {
      const [red, green, blue] = colour(k / (SHADES - 1));
      return ((255 << 24) | (Math.round(blue) << 16) | (Math.round(green) << 8) | Math.round(red)) >>> 0;
    });

  /* A canvas of pixels that maps are written to, and drawn from at any size. */
  class PixelMap {
    constructor(columns, rows) {
      this.columns = columns;
      this.rows = rows;
      this.canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
      this.context = this.canvas.getContext("2d");
      this.image = this.context.createImageData(columns, rows);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }

    /** Write values from `low` to `high` as shades, n of them from `offset` on, to pixels from `at` on. */
    write(values, offset, n, low, high, table, at = 0) {
      const factor = SHADES / (high - low || 1),
        { pixels } = this;
      for (let k = 0; k < n; k++) {
        const shade = ((values[offset + k] - low) * factor) | 0;
        pixels[at + k] = table[shade < 0 ? 0 : shade > SHADES - 1 ? SHADES - 1 : shade];
      }
    }

    /** Write the most probable class of probabilities (classes, n), the stronger the larger its margin. */
    writeClasses(values, n, tables, at = 0) {
      for (let s = 0; s < n; s++) {
        let best = 0,
          second = 0,
          code = 0;
        for (let k = s, row = 0; k < values.length; k += n, row++) {
          if (values[k] > best) [second, best, code] = [best, values[k], row];
          else if (values[k] > second) second = values[k];
        }
        this.pixels[at + s] = tables[code % tables.length][Math.min(SHADES - 1, ((best - second) * SHADES) | 0)];
      }
    }

    flush() {
      this.context.putImageData(this.image, 0, 0);
    }
  }

  /** Write the values of one unit, negative to positive around 0, or from 0 up. */
  function writeUnit(map, values, offset, n, colours) {
    let size = 0;
    for (let k = offset; k < offset + n; k++) size = Math.max(size, Math.abs(values[k]));
    map.write(values, offset, n, -size || -1, size || 1, colours.diverging);
    map.flush();
  }

  /** Trace the lines at which values (rows, columns) have a level: marching squares, in shares of the picture. */
  function contour(values, offset, columns, rows, level, line) {
    const cross = (a, b) => (level - a) / (b - a);
    for (let j = 0; j + 1 < rows; j++)
      for (let i = 0; i + 1 < columns; i++) {
        const at = offset + j * columns + i;
        const a = values[at],
          b = values[at + 1],
          c = values[at + columns + 1],
          d = values[at + columns];
        const inside = (a > level) + 2 * (b > level) + 4 * (c > level) + 8 * (d > level);
        if (inside === 0 || inside === 15) continue;
        const ends = [];
        if (a > level !== b > level) ends.push([i + cross(a, b), j]);
        if (b > level !== c > level) ends.push([i + 1, j + cross(b, c)]);
        if (d > level !== c > level) ends.push([i + cross(d, c), j + 1]);
        if (a > level !== d > level) ends.push([i, j + cross(a, d)]);
        for (let k = 0; k + 1 < ends.length; k += 2)
          line(
            (ends[k][0] + 0.5) / columns,
            (ends[k][1] + 0.5) / rows,
            (ends[k + 1][0] + 0.5) / columns,
            (ends[k + 1][1] + 0.5) / rows,
          );
      }
  }

  /** Trace where the most probable of several classes changes. */
  function classEdges(values, columns, rows, line) {
    const n = columns * rows,
      codes = new Uint8Array(n);
    for (let s = 0; s < n; s++)
      for (let k = s, row = 0, best = -1; k < values.length; k += n, row++)
        if (values[k] > best) [best, codes[s]] = [values[k], row];
    for (let j = 0; j < rows; j++)
      for (let i = 0; i < columns; i++) {
        const code = codes[j * columns + i];
        if (i + 1 < columns && codes[j * columns + i + 1] !== code)
          line((i + 1) / columns, j / rows, (i + 1) / columns, (j + 1) / rows);
        if (j + 1 < rows && codes[(j + 1) * columns + i] !== code)
          line(i / columns, (j + 1) / rows, (i + 1) / columns, (j + 1) / rows);
      }
  }

  /** Trace a marker of a point. */
  function trace(context, shape, x, y, r) {
    if (shape === "circle") {
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, 2 * Math.PI);
    } else if (shape === "square") context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
    else if (shape === "cross" || shape === "plus") {
      const d = shape === "cross" ? r : 0,
        e = shape === "cross" ? r : r * 1.2;
      context.moveTo(x - e, y - d);
      context.lineTo(x + e, y + d);
      context.moveTo(x - d, y + e);
      context.lineTo(x + d, y - e);
    } else {
      const sign = shape === "down" ? -1 : 1;
      context.moveTo(x, y - sign * r * 1.2);
      context.lineTo(x + r * 1.1, y + (shape === "diamond" ? 0 : sign * r * 0.9));
      if (shape === "diamond") context.lineTo(x, y + r * 1.2);
      context.lineTo(x - r * 1.1, y + (shape === "diamond" ? 0 : sign * r * 0.9));
      context.closePath();
    }
  }

  /** Return the indices of at most `most` of n rows, evenly spread. */
  function spread(n, most) {
    return n <= most
      ? Array.from({ length: n }, (_, k) => k)
      : Array.from({ length: most }, (_, k) => Math.floor((k * n) / most));
  }

  /** Set the pixels of a canvas to those of its place, and return its context in CSS pixels. */
  function fitted(canvas, width, height) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return context;
  }

  return { palette, PixelMap, writeUnit, contour, classEdges, trace, spread, fitted, SHAPES, POINTS };
})();
