/* Tables of the page: a CSV that was dropped or chosen, or one that came with it. Columns are numbers or texts, as
   npnet reads them; `config` has the options by which npnet reads the same file the same way. */
"use strict";

const playTable = (() => {
  const { counted, plain } = networkElements;
  const MOST_BYTES = 20e6;
  const MOST_ROWS = 5000; // that are kept, evenly spread
  const MOST_COLUMNS = 100;
  const MOST_LEVELS = 1000; // of a column of texts
  const DELIMITERS = [",", ";", "\t", "|"];
  const SAMPLE = 50; // lines from which the delimiter is found
  const SHARE = 0.9; // of the cells of a column that make it one of numbers
  const MOST_ODD = 10; // texts in a column of numbers that are taken for gaps
  const ROW_NUMBERS = /^(row|rows|row_?names?|row_?(number|id)|index|id|nr|no)$/i;
  const WORDS = /^(true|false|yes|no|na|n\/a|nan|null|none)$/i; // cells that are no free text

  /** An error that the reader of the page can mend. */
  class TableError extends Error {}

  /** Return the text of a file and its encoding, null for UTF-8. */
  function decoded(bytes) {
    if (bytes.length > MOST_BYTES)
      throw new TableError(`The file is larger than ${MOST_BYTES / 1e6} MB. npnet play FILE samples a larger one.`);
    const [a, b] = bytes;
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff))
      return [new TextDecoder(a === 0xff ? "utf-16le" : "utf-16be").decode(bytes), "utf-16"];
    if (bytes.subarray(0, 65536).includes(0))
      throw new TableError(
        "This file is no text: a spreadsheet or an archive? Save it as CSV, or use npnet play FILE.",
      );
    try {
      return [new TextDecoder("utf-8", { fatal: true }).decode(bytes), null];
    } catch {
      return [new TextDecoder("windows-1252").decode(bytes), "cp1252"];
    }
  }

  /** Return the rows of a text as lists of cells, each with the number of its line; blank lines are left out. */
  function cut(text, delimiter, most = Infinity) {
    const rows = [];
    let cells = [];
    let at = 0;
    let line = 1;
    let start = 1;
    while (at < text.length && rows.length < most) {
      let cell = "";
      let blank = at;
      while (text[blank] === " ") blank++;
      if (text[blank] === '"') {
        at = blank + 1;
        for (;;) {
          const end = text.indexOf('"', at);
          if (end < 0) throw new TableError(`Line ${start}: a quote is not closed.`);
          cell += text.slice(at, end);
          at = end + 1;
          if (text[at] !== '"') break;
          cell += '"';
          at++;
        }
        line += cell.split("\n").length - 1;
      }
      let end = at;
      while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") end++;
      cells.push((cell + text.slice(at, end)).trim());
      at = end + 1;
      if (end < text.length && text[end] === delimiter) {
        if (at === text.length) cells.push("");
        else continue;
      }
      if (text[end] === "\r" && text[at] === "\n") at++;
      if (cells.length > 1 || cells[0]) rows.push({ cells, line: start });
      cells = [];
      line++;
      start = line;
    }
    return rows;
  }

  const isTyped = (cell) => cell === "" || WORDS.test(cell) || playNumbers.isWritten(cell) || playDates.isDate(cell);

  /** Return the sign that cuts most lines into equally many cells, most of them numbers. */
  function delimiterOf(text) {
    const start = text.slice(0, 200_000);
    const score = (sign) => {
      let rows;
      try {
        rows = cut(start, sign, SAMPLE + 1).slice(0, SAMPLE);
      } catch {
        return 0; // a quote that this sign does not close
      }
      const counts = new Map();
      for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
      const [width, count] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [1, 0];
      if (width < 2) return 0;
      const cells = rows
        .slice(1)
        .filter((row) => row.cells.length === width)
        .flatMap((row) => row.cells);
      const head = rows[0].cells.length === width ? 1 : 0.5; // else the names would not fit the columns
      return head * (count / rows.length) * (0.5 + cells.filter(isTyped).length / Math.max(cells.length, 1));
    };
    const scores = DELIMITERS.map(score);
    const best = scores.indexOf(Math.max(...scores));
    return scores[best] > 0 ? DELIMITERS[best] : ",";
  }

  /** Whether the first row is data: its numbers stand above numbers, or most of its texts come again below. */
  function isHeaderless(rows) {
    if (rows.length < 3) return false;
    const [first, ...others] = rows.map((row) => row.cells);
    const numeric = first.flatMap((_, k) => {
      const cells = others
        .slice(0, 200)
        .map((row) => row[k])
        .filter(Boolean);
      return cells.length && cells.filter(isNumeric).length >= SHARE * cells.length ? [k] : [];
    });
    const again = first.filter((cell, k) => cell && others.some((row) => row[k] === cell)).length;
    if (!numeric.length) return again > first.length / 2;
    if (!numeric.every((k) => isNumeric(first[k]))) return false;
    const heads = numeric.map((k) => Number(first[k]));
    const steps = new Set(heads.slice(1).map((value, k) => value - heads[k])); // years are names
    return !(heads.length > 1 && heads.every(Number.isInteger) && steps.size === 1 && !steps.has(0));
  }

  const isNumeric = (cell) => playNumbers.isWritten(cell);

  /** Return the names of the columns; of unnamed ones null. */
  function namesOf(head, headerless, name) {
    if (headerless) return head.cells.map((_, k) => `column_${k + 1}`);
    const seen = new Set();
    return head.cells.map((text) => {
      if (text && seen.has(text))
        throw new TableError(`${plain(name)}: two columns are called ${plain(text)}. Give each a name of its own.`);
      seen.add(text);
      return text || null;
    });
  }

  /** Return a column by its cells, with the texts that mean missing; {reason} for one that the page does not show. */
  function columnOf(name, cells, style) {
    const filled = cells.filter((cell) => cell !== "");
    const [form, other] = playDates.formsOf(filled);
    if (other) return { name, reason: `the days and months of its dates, such as ${plain(filled[0])}, can be either` };
    if (form) return datesOf(name, cells, form);
    return numbersOf(name, cells, filled, style) ?? textsOf(name, cells, filled);
  }

  function datesOf(name, cells, form) {
    const values = Float64Array.from(cells, (cell) => playDates.secondsOf(cell, form));
    const missing = [...new Set(cells.filter((cell, k) => cell !== "" && Number.isNaN(values[k])))];
    if (missing.length > MOST_ODD) return { name, reason: `dates among other texts such as ${plain(missing[0])}` };
    return { name, kind: "datetime", values, missing, form };
  }

  /** Return a column of numbers; those that are not finite are gaps. Null for texts. */
  function numbersOf(name, cells, filled, style) {
    const own = playNumbers.ofColumn(filled, style);
    if (!own || playNumbers.areCodes(filled)) return null;
    const valueOf = (cell) => {
      const value = playNumbers.valueOf(cell, own);
      return playNumbers.isUsable(value) ? value : NaN;
    };
    const values = Float64Array.from(cells, valueOf);
    const odd = [...new Set(cells.filter((cell, k) => cell !== "" && Number.isNaN(values[k])))];
    const isNumber = (cell) => playNumbers.isNotFinite(cell) || !Number.isNaN(playNumbers.valueOf(cell, own));
    const numbers = filled.filter(isNumber).length;
    if (numbers < SHARE * filled.length && !(numbers >= filled.length / 2 && odd.length === 1)) return null;
    if (odd.length > MOST_ODD) return { name, reason: `numbers among other texts such as ${plain(odd[0])}` };
    return { name, kind: "number", values, missing: odd, unit: own.unit, percent: own.percent };
  }

  function textsOf(name, cells, filled) {
    const levels = [...new Set(filled)].sort();
    if (levels.length > MOST_LEVELS) return { name, reason: `more than ${MOST_LEVELS} different texts` };
    const codes = new Map(levels.map((level, code) => [level, code]));
    return {
      name,
      kind: "category",
      levels,
      codes: Int32Array.from(cells, (cell) => codes.get(cell) ?? -1),
      digits: filled.length > 0 && filled.filter((cell) => /\d/.test(cell) || playNumbers.isNotFinite(cell)).length >= filled.length / 2,
    };
  }

  /** Return the table of a file's bytes; throw TableError with a sentence for the reader. */
  function parse(bytes, name) {
    const [raw, encoding] = decoded(bytes);
    const text = raw.replace(/^\ufeff/, "");
    const delimiter = delimiterOf(text);
    const rows = cut(text, delimiter);
    if (rows.length < 2)
      throw new TableError(
        `${plain(name)} has ${rows.length ? "a single line" : "no line"}: a table has a row for each sample.`,
      );
    const headerless = isHeaderless(rows);
    const names = namesOf(rows[0], headerless, name);
    const body = headerless ? rows : rows.slice(1);
    const wrong = body.find(({ cells }) => cells.length !== names.length);
    if (wrong) {
      const has = `${counted(wrong.cells.length, "cell")}, where the first line has ${names.length}`;
      const sign = delimiter === "\t" ? "a tab" : `"${delimiter}"`;
      const advice = `The delimiter seems to be ${sign}; npnet play FILE reads other layouts too.`;
      throw new TableError(`${plain(name)}, line ${wrong.line}: ${has}. ${advice}`);
    }
    const kept = body.length > MOST_ROWS ? spread(body, MOST_ROWS) : body;
    const cells = names.map((_, k) => kept.map((row) => row.cells[k]));
    const config = { path: name };
    if (encoding) config.encoding = encoding;
    if (delimiter !== (/\.(tsv|tab)$/i.test(name) ? "\t" : ",")) config.delimiter = delimiter;
    if (headerless) config.header = false;
    return tableOf(name, names, cells, config, playNumbers.styleOf(cells, delimiter), body.length);
  }

  const spread = (rows, most) => Array.from({ length: most }, (_, k) => rows[Math.floor((k * rows.length) / most)]);

  function tableOf(name, names, cells, config, style, total) {
    const every = names.map((label, k) =>
      label === null ? { name: "", reason: "it has no name" } : numbersRows(label, columnOf(label, cells[k], style), total),
    );
    const usable = every.filter((column) => !column.reason);
    const columns = usable.length > MOST_COLUMNS ? [...usable.slice(0, MOST_COLUMNS - 1), usable.at(-1)] : usable;
    const dropped = every.filter((column) => !columns.includes(column)).map((one) => one.name);
    if (columns.length < 2)
      throw new TableError(
        `${plain(name)} has ${counted(columns.length, "column")} that the page can use; it needs a target and one more.`,
      );
    addOptions(config, style, columns);
    const rows = columns[0].values?.length ?? columns[0].codes.length;
    const notes = playNotes.of(every, usable, columns, style);
    const few = `The page trains on ${rows.toLocaleString("en")} of ${total.toLocaleString("en")} rows, evenly spread.`;
    if (rows < total) notes.push(few);
    return { name, config, dropped, columns, total, notes, target: targetOf(columns) };
  }

  /** Return a column, or why it is left out where it numbers the rows and is called so. */
  function numbersRows(name, column, total) {
    const { values, kind } = column;
    if (kind !== "number" || !ROW_NUMBERS.test(name)) return column;
    const isPlace = (value, k) => value - values[0] === Math.floor((k * total) / values.length);
    return values.every(isPlace) ? { name, reason: "it numbers the rows" } : column;
  }

  /** Write into the options of the table how npnet reads the columns in the same way. */
  function addOptions(config, { decimal, thousands }, columns) {
    const named = (key, value) => {
      const found = columns.filter((column) => value(column)).map((column) => [column.name, value(column)]);
      if (found.length) config[key] = Object.fromEntries(found);
    };
    const numbers = columns.filter(({ kind }) => kind === "number");
    if (decimal !== ".") config.decimal = decimal;
    if (thousands) config.thousands = thousands;
    const units = [...new Set(numbers.map(({ unit }) => unit).filter(Boolean))];
    if (units.length) config.units = units;
    if (numbers.some(({ percent }) => percent)) config.percent = true;
    named("na_values", ({ missing }) => missing?.length && missing);
    named("datetime", ({ form }) => form !== playDates.ISO_FORM && form);
    const texts = columns.filter((column) => column.digits);
    if (texts.length) config.categorical = texts.map((column) => column.name);
  }

  /** Return the column that is most likely the target: by its name, else the last one that can be learned. */
  function targetOf(columns) {
    const known = columns.find(({ name, kind }) => kind !== "datetime" && /^(target|class|label|y|species|outcome|diagnosis)$/i.test(name));
    const differs = ({ kind, values, levels, codes }) =>
      kind === "datetime"
        ? false
        : kind === "number"
        ? new Set(values).size > 1
        : levels.length > 1 && levels.length <= Math.min(codes.length / 2, 100);
    return (known ?? columns.findLast(differs) ?? columns.at(-1)).name;
  }

  /** Return the table that came with the page. */
  function embedded(data) {
    const columns = data.columns.map((column) =>
      column.kind !== "category"
        ? { ...column, values: Float64Array.from(networkRows.numbersOf(column.values)) }
        : { ...column, codes: networkRows.numbersOf(column.codes) },
    );
    const config = typeof data.config === "object" && data.config.table ? { ...data.config.table } : data.config;
    return { ...data, columns, config, notes: [] };
  }

  return { TableError, parse, embedded };
})();
