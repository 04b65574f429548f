/* Values of the inside of a network, a byte each (npnet/report/inside_data.py): what they are, and their colours. */
"use strict";

const insideFields = (() => {
  const [LEVELS, ABSENT] = [254, 255];

  /* An array (rows, parts, lines, columns); it is decoded when it is first shown. */
  class Field {
    constructor(data) {
      Object.assign(this, data);
      [, this.parts, this.lines, this.columns] = data.values.shape;
      this.limits = new Map();
    }

    get bytes() {
      this.decoded ??= networkRows.numbersOf(this.values);
      return this.decoded;
    }

    valueOf(byte) {
      return byte === ABSENT ? NaN : this.low + (this.high - this.low) * (byte / LEVELS) ** this.power;
    }

    at(row, part, line, column) {
      return this.valueOf(this.bytes[((row * this.parts + part) * this.lines + line) * this.columns + column]);
    }

    /** Return the smallest and the largest value of a row, which its colours reach to; those of gates are fixed. */
    limitsOf(row) {
      if (this.middle) return [this.low, this.high];
      if (!this.limits.has(row)) {
        const size = this.parts * this.lines * this.columns;
        const known = this.bytes.subarray(row * size, (row + 1) * size).filter((byte) => byte !== ABSENT);
        this.limits.set(row, networkElements.extremes(known).map((byte) => this.valueOf(byte)));
      }
      return this.limits.get(row);
    }

    /** Return the pixel of each byte of a row: its middle is white, of powers roots are shown. */
    shades(row, { signed, absent }) {
      const [low, high] = this.limitsOf(row);
      const size = Math.max(high - this.middle, this.middle - low) || 1;
      const last = signed.length - 1;
      const pixel = (byte) => {
        const share = Math.max(-1, Math.min(1, (this.valueOf(byte) - this.middle) / size));
        return signed[Math.round((0.5 + 0.5 * (this.power === 1 ? share : Math.sqrt(share))) * last)];
      };
      return Uint32Array.from({ length: 256 }, (_, byte) => (byte === ABSENT ? absent : pixel(byte)));
    }

    /** Return a canvas of one part, a pixel for each value. */
    picture(row, part, colours) {
      const map = new networkMaps.PixelMap(this.columns, this.lines);
      const first = (row * this.parts + part) * this.lines * this.columns;
      const shades = this.shades(row, colours);
      for (let k = 0; k < map.pixels.length; k++) map.pixels[k] = shades[this.bytes[first + k]];
      map.flush();
      return map.canvas;
    }

    /** Return a canvas of an image: in ink on paper, or as the picture that it is, of three parts in colours. */
    image(row, isPicture, { inks }) {
      const map = new networkMaps.PixelMap(this.columns, this.lines);
      const count = this.lines * this.columns;
      const first = row * this.parts * count;
      const colourOf = (parts) => (255 << 24) | (parts[2] << 16) | (parts[1] << 8) | parts[0];
      for (let k = 0; k < count; k++) {
        const each = [0, 1, 2].map((part) => this.bytes[first + (this.parts === 3 ? part * count : 0) + k]);
        map.pixels[k] = isPicture ? colourOf(each) >>> 0 : inks[each[0]];
      }
      map.flush();
      return map.canvas;
    }

    /** Return a colour bar of a row, as a list of pixels. */
    bar(row, colours) {
      const shades = this.shades(row, colours);
      const [low, high] = this.limitsOf(row);
      const root = (value) => (((value - this.low) / (this.high - this.low)) ** (1 / this.power)) * LEVELS;
      const [first, last] = [root(low), root(high)];
      return Uint32Array.from({ length: 64 }, (_, k) => shades[Math.round(first + ((last - first) * k) / 63)]);
    }

    /** Return the numbers of a line or a column, as "7", or "7 to 9" where they were averaged. */
    place(axis, index) {
      const every = this.every[axis];
      return every === 1 ? `${index + 1}` : `${index * every + 1} to ${(index + 1) * every}`;
    }
  }

  return { Field };
})();
