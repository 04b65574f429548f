/* Pictures on canvases: pixels of values, their contours, and markers of points. Colours are those of the page's style,
   read anew when the theme changes; no meaning is in a colour alone. */
"use strict";

const networkMaps = (() => {
  const { make } = networkElements;
  const SHADES = 256;
  const SHAPES = ["circle", "square", "triangle", "diamond", "down", "cross", "plus"];

  /** Colours of the style: of classes, of maps, of signs, and of lines and text. */
  function palette() {
    const style = getComputedStyle(document.documentElement);
    const of = (name) => style.getPropertyValue(`--${name}`).trim();
    const names = ["ink", "muted", "panel", "line", "positive", "negative", "accent", "sunken"];
    const colours = Object.fromEntries(names.map((name) => [name, of(name)]));
    const [low, middle, high, panel] = ["map-low", "map-middle", "map-high", "panel"].map((name) => rgb(of(name)));
    const diverging = (share) => (share < 0.5 ? mixed(low, middle, share * 2) : mixed(middle, high, share * 2 - 1));
    colours.pixels = Object.fromEntries(["positive", "negative", "panel"].map((name) => [name, pixelOf(rgb(of(name)))]));
    colours.font = getComputedStyle(document.body).fontFamily;
    colours.classes = [1, 2, 3, 4, 5, 6, 7].map((k) => of(`c${k}`));
    colours.diverging = shades(diverging);
    const [negative, positive] = ["negative", "positive"].map((name) => rgb(of(name)));
    const signed = (share) => (share < 0.5 ? mixed(negative, panel, share * 2) : mixed(panel, positive, share * 2 - 1));
    colours.signed = shades(signed);
    colours.inks = shades((share) => mixed(panel, rgb(of("ink")), share));
    colours.absent = pixelOf(rgb(of("line")));
    colours.classShades = colours.classes.map((text) => shades((share) => mixed(panel, rgb(text), 0.12 + 0.5 * share)));
    colours.shade = (share) => {
      const [red, green, blue] = diverging(Math.max(0, Math.min(1, share))).map(Math.round);
      return `rgb(${red} ${green} ${blue})`;
    };
    return colours;
  }

  function rgb(text) {
    const digits = text.replace("#", "");
    const long = digits.length < 6 ? [...digits].map((digit) => digit + digit).join("") : digits;
    return [0, 2, 4].map((at) => parseInt(long.slice(at, at + 2), 16));
  }

  const mixed = (a, b, share) => a.map((value, k) => value + (b[k] - value) * share);

  /** A colour as a pixel of a canvas has it. */
  const pixelOf = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

  /** A table of colours as pixels have them. */
  const shades = (colour) =>
    Uint32Array.from({ length: SHADES }, (_, k) => pixelOf(colour(k / (SHADES - 1)).map(Math.round)));

  /* A canvas of pixels that values are written to, and drawn from at any size. */
  class PixelMap {
    constructor(columns, rows) {
      this.columns = columns;
      this.rows = rows;
      this.canvas = make("canvas", { width: columns, height: rows });
      this.context = this.canvas.getContext("2d", { willReadFrequently: true }); // keeps its pixels in memory
      this.image = this.context.createImageData(columns, rows);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }

    /** Write n values from `low` to `high` as shades to the pixels from `at` on. */
    write(values, n, low, high, table, at = 0) {
      const factor = SHADES / (high - low || 1);
      for (let k = 0; k < n; k++) this.pixels[at + k] = table[shadeOf((values[k] - low) * factor)];
    }

    /** Write the most probable class of probabilities (classes, n), the stronger the larger its margin. */
    writeClasses(values, n, tables, at = 0) {
      for (let s = 0; s < n; s++) {
        let best = 0;
        let second = 0;
        let code = 0;
        for (let k = s, row = 0; k < values.length; k += n, row++) {
          if (values[k] > best) {
            [second, best, code] = [best, values[k], row];
          } else if (values[k] > second) second = values[k];
        }
        this.pixels[at + s] = tables[code % tables.length][shadeOf((best - second) * SHADES)];
      }
    }

    flush() {
      this.context.putImageData(this.image, 0, 0);
    }
  }

  const shadeOf = (value) => (value > 0 ? (value < SHADES ? value | 0 : SHADES - 1) : 0);

  /* Small maps of many units, one below the other in one canvas; every `stride`-th node of a grid is written. */
  class Atlas {
    constructor(grid, stride, count) {
      this.stride = stride;
      this.grid = [grid.columns, grid.rows];
      this.columns = Math.ceil(grid.columns / stride);
      this.rows = Math.ceil(grid.rows / stride);
      this.map = new PixelMap(this.columns, this.rows * count);
    }

    /** Write the values of one unit as map k: blue below 0, orange above, the stronger the farther. */
    write(k, values, offset, table) {
      const [columns, rows] = this.grid;
      const { stride } = this;
      const { pixels } = this.map;
      let size = 1e-12;
      for (let j = 0; j < rows; j += stride)
        for (let i = 0, at = offset + j * columns; i < columns; i += stride)
          size = Math.max(size, Math.abs(values[at + i]));
      const factor = SHADES / 2 / size;
      for (let j = 0, p = k * this.columns * this.rows; j < rows; j += stride)
        for (let i = 0, at = offset + j * columns; i < columns; i += stride, p++)
          pixels[p] = table[shadeOf((values[at + i] + size) * factor)];
    }

    flush() {
      this.map.flush();
    }

    draw(context, k, x, y, width, height) {
      context.imageSmoothingEnabled = this.rows > 1; // a line would be mixed with those above and below it
      context.drawImage(this.map.canvas, 0, k * this.rows, this.columns, this.rows, x, y, width, height);
    }
  }

  /** Trace the lines at which values (rows, columns) have a level, by marching squares, in shares of the picture. */
  function contour(values, columns, rows, level, line) {
    const share = (a, b) => (level - a) / (b - a);
    const ends = [];
    const end = (x, y) => ends.push((x + 0.5) / columns, (y + 0.5) / rows);
    for (let j = 0; j + 1 < rows; j++)
      for (let i = 0; i + 1 < columns; i++) {
        const at = j * columns + i;
        const a = values[at];
        const b = values[at + 1];
        const c = values[at + columns + 1];
        const d = values[at + columns];
        const above = (a > level) + (b > level) + (c > level) + (d > level);
        if (above === 0 || above === 4) continue;
        ends.length = 0;
        if (a > level !== b > level) end(i + share(a, b), j);
        if (b > level !== c > level) end(i + 1, j + share(b, c));
        if (d > level !== c > level) end(i + share(d, c), j + 1);
        if (a > level !== d > level) end(i, j + share(a, d));
        for (let k = 0; k + 3 < ends.length; k += 4) line(ends[k], ends[k + 1], ends[k + 2], ends[k + 3]);
      }
  }

  /** Trace where the most probable of several classes changes, in shares of the picture. */
  function classEdges(values, columns, rows, line) {
    const n = columns * rows;
    const codes = new Uint16Array(n);
    for (let s = 0; s < n; s++)
      for (let k = s, row = 0, best = -1; k < values.length; k += n, row++)
        if (values[k] > best) [best, codes[s]] = [values[k], row];
    for (let j = 0; j < rows; j++)
      for (let i = 0; i < columns; i++) {
        const at = j * columns + i;
        const [right, down] = [(i + 1) / columns, (j + 1) / rows];
        if (i + 1 < columns && codes[at + 1] !== codes[at]) line(right, j / rows, right, down);
        if (j + 1 < rows && codes[at + columns] !== codes[at]) line(i / columns, down, right, down);
      }
  }

  /** Trace a marker of a point. */
  function trace(context, shape, x, y, r) {
    if (shape === "circle") {
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, 2 * Math.PI);
    } else if (shape === "square") context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
    else if (shape === "cross" || shape === "plus") {
      const [d, e] = shape === "cross" ? [r, r] : [0, r * 1.2];
      context.moveTo(x - e, y - d);
      context.lineTo(x + e, y + d);
      context.moveTo(x - d, y + e);
      context.lineTo(x + d, y - e);
    } else {
      const sign = shape === "down" ? -1 : 1;
      const side = shape === "diamond" ? 0 : sign * r * 0.9;
      context.moveTo(x, y - sign * r * 1.2);
      context.lineTo(x + r * 1.1, y + side);
      if (shape === "diamond") context.lineTo(x, y + r * 1.2);
      context.lineTo(x - r * 1.1, y + side);
      context.closePath();
    }
  }

  /** Whether a marker has no inside. */
  const isOpen = (shape) => shape === "cross" || shape === "plus";

  /** Return the indices of at most `most` of n rows, evenly spread. */
  function spread(n, most) {
    return Array.from({ length: Math.min(n, most) }, (_, k) => (n <= most ? k : Math.floor((k * n) / most)));
  }

  /** The pixels of a canvas for each of CSS. */
  const density = () => Math.min(window.devicePixelRatio || 1, 2);

  /** Set the pixels of a canvas to those of its place, clear it, and return its context in CSS pixels. */
  function cleared(canvas, width, height) {
    const ratio = density();
    const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== columns || canvas.height !== rows) {
      canvas.width = columns;
      canvas.height = rows;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  return { palette, PixelMap, Atlas, contour, classEdges, trace, isOpen, spread, density, cleared, SHAPES };
})();
