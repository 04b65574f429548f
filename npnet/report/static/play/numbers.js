/* How the numbers of a table are written: decimal sign, separators of thousands, units and percent signs. It reads what
   npnet reads by the same options: npnet/data/columns/number_style.py. */
"use strict";

const playNumbers = (() => {
  const BLANK = "[ \\u00a0\\u2009\\u202f]";
  const SEPARATORS = { ".": "\\.", ",": ",", " ": BLANK, "'": "['\\u2019]" };
  const PLAIN = { decimal: ".", thousands: null };
  const CONVENTIONS = [
    [".", null],
    [",", null],
    [".", ","],
    [",", "."],
    [",", " "],
    [".", " "],
    [".", "'"],
    [",", "'"],
  ].map(([decimal, thousands]) => ({ decimal, thousands }));
  const SYMBOL =
    "R\\$|US\\$|[ACN]\\$|NZ\\$|[$\\u20ac\\u00a3\\u00a5\\u20b9\\u20bd\\u20a9\\u20ba]|" +
    "EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|CAD|AUD|BRL|Rs\\.?|Fr\\.?|kr\\.?";
  const UNIT = "\\p{L}{1,6}(?:/\\p{L}{1,4})?[\\u00b2\\u00b3]?|\\u00b0[CFK]?|\\u2030";
  const WRITTEN = new RegExp(
    `^\\(?[+\\-\\u2212]?(?<before>${SYMBOL})?${BLANK}?[+\\-\\u2212]?` +
      `(?<core>(?:\\d[\\d.,'\\u2019 \\u00a0\\u2009\\u202f]*)?\\d[.,]?|[.,]\\d+)(?<exponent>e[+-]?\\d+)?` +
      `${BLANK}?(?<behind>%|${SYMBOL}|${UNIT})?\\)?-?$`,
    "iu",
  );
  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i; // which npnet counts as numbers, and refuses
  const MULTIPLES = /^([kmbgtexhsd]|bn|mn|mio\.?|mrd\.?|tsd\.?|st|nd|rd|th|min|am|pm)$/i; // factors and ranks: no units
  const [SHARE, DOUBT] = [0.9, 0.5]; // of the cells that are numbers
  const LARGEST = 3.4e38; // of the numbers of a network
  const EXACT = 2 ** 53;

  const known = new Map();

  /** Return the pattern of numbers of a style {decimal, thousands, unit, percent}. */
  function patternOf({ decimal, thousands, unit = "", percent = false }) {
    const key = [decimal, thousands, unit, percent].join("\n");
    if (!known.has(key)) known.set(key, made(SEPARATORS[decimal], thousands, RegExp.escape?.(unit) ?? quoted(unit), percent));
    return known.get(key);
  }

  const quoted = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

  function made(point, thousands, unit, percent) {
    const india = thousands === "," ? "\\d{1,2}(?:,\\d\\d)+,\\d{3}|" : "";
    const groups = thousands
      ? `(?:${india}\\d{1,3}(?<sep>${SEPARATORS[thousands]})\\d{3}(?:\\k<sep>\\d{3})*|\\d+)`
      : "\\d+";
    const [before, behind] = unit ? [`(?:${unit}${BLANK}?)?`, `(?:${BLANK}?${unit})?`] : ["", ""];
    const share = percent ? `(?<percent>${BLANK}?%)?` : "";
    const number = `(?=${point}?\\d)(?<whole>${groups})?(?:${point}(?<fraction>\\d*))?(?<exponent>e[+-]?\\d+)?`;
    return new RegExp(`^(?<sign>[+-]?)${before}(?<inner>[+-]?)${number}${share}${behind}(?<after>-?)$`, "iu");
  }

  /** Return the number of a text in a style, NaN where it is none. */
  function valueOf(given, style) {
    if (style.decimal === "." && NUMBER.test(given)) return Number(given);
    const text = given.replaceAll("\u2212", "-");
    if (/^\(.*\)$/.test(text) && (style.unit || style.thousands)) {
      const inner = text.slice(1, -1).trim();
      return /^[+-]/.test(inner) ? NaN : -valueOf(inner, style);
    }
    const found = patternOf(style).exec(text)?.groups;
    if (!found || [found.sign, found.inner, found.after].filter(Boolean).length > 1) return NaN;
    const whole = (found.whole ?? "").replace(/\D/g, "");
    const sign = found.sign || found.inner || found.after;
    const digits = `${sign}${whole}${found.fraction ? `.${found.fraction}` : ""}`;
    if (found.percent) return found.exponent ? NaN : Number(`${digits}e-2`);
    return Number(`${digits}${found.exponent ?? ""}`);
  }

  const isNumber = (text) => CONVENTIONS.some((style) => !Number.isNaN(valueOf(text, style)));

  /** Whether a text is a number in any style, with a currency sign or a percent sign. */
  function isWritten(text) {
    const found = WRITTEN.exec(text)?.groups;
    if (!found) return false;
    const sign = found.before ?? found.behind ?? "";
    return isNumber(text) || sign === "%" || new RegExp(`^(${SYMBOL})$`, "iu").test(sign);
  }

  /** Return how the numbers of the file are written: the convention in which most columns are numbers. */
  function styleOf(columns, delimiter) {
    const cores = columns.flatMap((cells) => {
      const filled = cells.filter(Boolean);
      const found = filled.flatMap((cell) => {
        const shape = WRITTEN.exec(cell)?.groups;
        return shape ? [shape.core + (shape.exponent ?? "")] : [];
      });
      return found.length && found.length >= DOUBT * filled.length ? [found] : [];
    });
    if (cores.flat().every((core) => NUMBER.test(core))) return PLAIN;
    const [plain, comma, ...others] = CONVENTIONS;
    const order = delimiter === "," ? [plain, others[0], comma, ...others.slice(1)] : CONVENTIONS;
    const scores = order.map((style) => {
      const shares = cores.map(
        (column) => column.filter((core) => !Number.isNaN(valueOf(core, style))).length / column.length,
      );
      return shares.filter((share) => share >= SHARE).length + shares.reduce((sum, share) => sum + share, 0) / 1e4;
    });
    return order[scores.indexOf(Math.max(...scores))];
  }

  /** Return the style of a column: that of the file with the unit and the percent sign of its cells; null for texts. */
  function ofColumn(cells, style) {
    const finite = cells.filter((cell) => !NOT_FINITE.test(cell));
    const shapes = finite.map((cell) => WRITTEN.exec(cell)?.groups).filter(Boolean);
    if (shapes.length + cells.length - finite.length < DOUBT * cells.length) return null;
    const signs = shapes.map(({ before, behind }) => before ?? behind ?? "");
    const units = [...new Set(signs)].filter((sign) => sign && sign !== "%");
    const carrying = signs.filter((sign) => units.includes(sign)).length;
    const rare = !shapes.some(({ before }) => before) && carrying < SHARE * shapes.length;
    if (units.length > 1 || (units.length && (MULTIPLES.test(units[0]) || rare))) return null;
    return { ...style, unit: units[0] ?? "", percent: signs.includes("%") };
  }

  /** Whether digits are codes and no numbers: they begin with zeros, all or those of texts of one length. */
  function areCodes(cells) {
    const digits = cells.filter((cell) => /^\+?\d+([-/ ]\d+)*$/.test(cell));
    if (digits.length < DOUBT * cells.length) return false;
    const heads = digits.map((cell) => cell.split(/[-/ ]/)[0]);
    const zeros = heads.filter((head) => /^[0+]./.test(head));
    const same = new Set(heads.map((head) => head.length)).size === 1;
    const tooLong = digits.some((cell) => Number(cell) >= EXACT);
    return tooLong || (zeros.length === heads.length && heads.length > 1) || (zeros.length > 0 && same);
  }

  /** Whether npnet takes a number: it is finite, in the precision of a network too. */
  const isUsable = (value) => Math.abs(value) <= LARGEST;

  const isNotFinite = (text) => NOT_FINITE.test(text);

  return { isNotFinite, isNumber, isWritten, styleOf, ofColumn, areCodes, valueOf, isUsable };
})();
