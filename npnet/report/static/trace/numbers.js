/* The numbers of a traced row, and how a step writes them; the same text as that of `npnet explain-step`. */
"use strict";

const traceNumbers = (() => {
  const [SMALLEST, LARGEST, DECIMALS, EXACT] = [1e-3, 1e5, 4, 2e-7];
  const ALONE = ["(", "|", ", ", "= ", "if ", "where "]; // ends of a text before a number that needs no brackets

  /** A number with at most four decimals, or as a power of ten where it is tiny or huge. */
  function numberText(value) {
    const size = Math.abs(value);
    if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    if (value === 0) return "0";
    if (size >= SMALLEST && size < LARGEST) {
      const text = value.toFixed(DECIMALS);
      const exact = Math.abs(Number(text) - value) <= EXACT * Math.max(Math.abs(Number(text)), size);
      return exact ? text.replace(/\.?0+$/, "") : text;
    }
    const [mantissa, exponent] = value.toExponential(3).split("e");
    return `${mantissa.replace(/\.?0+$/, "")}e${Number(exponent)}`;
  }

  /** Whether a number in an expression needs brackets when it is negative: beside another sign, or a power. */
  function bracketed(expression, index) {
    const before = index ? expression[index - 1] : "(";
    const after = index + 1 < expression.length ? expression[index + 1] : ")";
    return !ALONE.some((end) => String(before).endsWith(end)) || ["²", "³"].includes(String(after)[0]);
  }

  /** The numbers of the rows of a page: `at(row, place)`, where ~place is that of a result. */
  class Numbers {
    constructor({ positions, numbers }) {
      [this.positions, this.values] = [networkRows.numbersOf(positions), networkRows.numbersOf(numbers)];
      this.width = numbers.shape[1];
    }

    at(row, place) {
      return this.values[row * this.width + this.positions[place < 0 ? ~place : place]];
    }
  }

  return { numberText, bracketed, Numbers };
})();
