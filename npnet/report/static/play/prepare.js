/* From a table to what a network takes: the task, the inputs as npnet prepares them, and the rows of each split. */
"use strict";

const playPrepare = (() => {
  const MOST_INPUTS = 400;
  const MOST_PAIRS = 100; // as npnet's product has them
  const MOST_CLASSES = 20; // of whole numbers that are taken for classes
  const FEWEST_ROWS = 4;

  const { counted, plain } = networkElements;

  const isNumbers = (column) => column.kind === "number";

  /** Return a quantile of ordered numbers, interpolated linearly. */
  function quantile(ordered, share) {
    const at = share * (ordered.length - 1);
    const low = Math.floor(at);
    const high = Math.min(low + 1, ordered.length - 1);
    return ordered[low] + (at - low) * (ordered[high] - ordered[low]);
  }

  /** Return {fill, center, scale, clip} of numbers, NaN where missing: npnet's Scaling. */
  function scalingOf(values, { numbers, clip }) {
    const ordered = values.filter((value) => !Number.isNaN(value)).sort();
    if (!ordered.length) return { fill: 0, center: 0, scale: 0, clip: false };
    const [low, first, median, third, high] = [0, 0.25, 0.5, 0.75, 1].map((share) => quantile(ordered, share));
    const found = { fill: median, clip: clip && numbers !== "none" && numbers !== "min_max" };
    if (numbers === "none") return { ...found, center: 0, scale: 1 };
    if (low === high) return { ...found, center: low, scale: 0 };
    if (numbers === "min_max") return { ...found, center: low, scale: high - low };
    if (numbers === "robust") return { ...found, center: median, scale: third - first || (high - low) / 2 };
    const mean = ordered.reduce((sum, value) => sum + value, 0) / ordered.length;
    const variance = ordered.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ordered.length;
    return { ...found, center: mean, scale: Math.sqrt(variance) || high - low };
  }

  /** Return the rows that have a target, and their targets with the task and the classes. */
  function targetOf(table, settings) {
    const column = table.columns.find(({ name }) => name === settings.target);
    if (!column) throw new playTable.TableError(`There is no column ${plain(settings.target)}.`);
    const every = isNumbers(column) ? column.values : column.codes;
    const known = (value) => (isNumbers(column) ? Number.isFinite(value) : value >= 0);
    const rows = Array.from(every.keys()).filter((row) => known(every[row]));
    if (rows.length < FEWEST_ROWS)
      throw new playTable.TableError(`${plain(column.name)} has a value in ${counted(rows.length, "row")}: too few to learn from.`);
    const values = rows.map((row) => every[row]);
    const found = { name: column.name, rows, gaps: every.length - rows.length, isNumbers: isNumbers(column) };
    const distinct = [...new Set(values)].sort((a, b) => a - b);
    if (distinct.length < 2)
      throw new playTable.TableError(`${plain(column.name)} is the same in every row: choose another target.`);
    if (isRegression(column, distinct, values.length, settings.task, table))
      return { ...found, task: "regression", classes: [], y: values };
    if (distinct.length > MOST_INPUTS / 4 || distinct.length > values.length / 2)
      throw new playTable.TableError(
        `${plain(column.name)} has ${distinct.length} classes in ${values.length} rows: choose another target.`,
      );
    let order = distinct;
    const names = (code) =>
      table.drawn ? table.classes[code] : isNumbers(column) ? String(code) : column.levels[code];
    if (distinct.length === 2 && names(distinct[0]) === String(table.config?.positive_class))
      order = [distinct[1], distinct[0]];
    const codes = new Map(order.map((value, code) => [value, code]));
    const task = order.length > 2 ? "multiclass" : "binary";
    return { ...found, task, classes: order.map(names), y: values.map((value) => codes.get(value)) };
  }

  /** Whether a target is values and not classes, by npnet's rule unless the task is chosen. */
  function isRegression(column, distinct, count, task, table) {
    if (!isNumbers(column) || (table.drawn && table.classes.length)) return false;
    const whole = distinct.every(Number.isInteger);
    if (task === "regression" || task === "counts" || !whole) return true;
    if (task !== null) return false;
    return distinct.length > 2 && distinct.length > Math.min(MOST_CLASSES, Math.floor(count / 20));
  }

  /** Return the rows of each split as positions: a share for test and validation, the rest for training. */
  function splitOf(count, { test, validation, seed }) {
    const random = playDrawn.randomOf(seed, 1);
    const order = Array.from({ length: count }, (_, k) => k);
    for (let k = count - 1; k > 0; k--) {
      const other = Math.floor(random() * (k + 1));
      [order[k], order[other]] = [order[other], order[k]];
    }
    const sizes = { test: Math.round(count * test), validation: Math.round(count * validation) };
    const train = Math.max(2, count - sizes.test - sizes.validation);
    const found = { train: order.slice(sizes.test + sizes.validation).slice(0, train) };
    if (found.train.length < 2) throw new playTable.TableError("The shares held out leave no rows to train on.");
    if (sizes.validation) found.validation = order.slice(sizes.test, sizes.test + sizes.validation);
    if (sizes.test) found.test = order.slice(0, sizes.test);
    return found;
  }

  /* Return the inputs that a column becomes, each with `of(row)`, its number before scaling, or its value. */
  function inputsOf(column, train, every, prepare) {
    if (column.kind === "datetime") return playDates.inputsOf(column, train, every, prepare);
    return isNumbers(column) ? numbersOf(column, train, every, prepare) : levelsOf(column, train, every, prepare);
  }

  function numbersOf(column, train, every, prepare) {
    const { name, values } = column;
    const gaps = every.some((row) => Number.isNaN(values[row]));
    const varies = new Set(every.map((row) => values[row]).filter((value) => !Number.isNaN(value))).size > 1;
    const found = [];
    if (every.every((row) => Number.isNaN(values[row])) && prepare.constant !== "keep") return found;
    if (varies || prepare.constant === "keep") {
      const scaling = scalingOf(
        Float64Array.from(train, (row) => values[row]),
        prepare,
      );
      found.push({ name, block: "numbers", column: name, ...scaling, of: (row) => values[row] });
    }
    if (gaps)
      found.push({
        name: `${name} is missing`,
        block: "indicators",
        column: name,
        of: (row) => Number(Number.isNaN(values[row])),
      });
    return found;
  }

  function levelsOf({ name, levels, codes }, train, every, { rare, embed_above: most }) {
    const counts = new Int32Array(levels.length);
    for (const row of every) if (codes[row] >= 0) counts[codes[row]] += 1;
    const there = levels.flatMap((_, code) => (counts[code] ? [code] : []));
    const kept = there.filter((code) => counts[code] >= rare);
    const pooled = kept.length < there.length;
    const gaps = every.some((row) => codes[row] < 0);
    const input = (text, of) => ({ name: text, block: "levels", column: name, of });
    if (kept.length > most) return [codesOf(name, codes, kept, gaps)];
    const missing = gaps ? [input(`${name} is missing`, (row) => Number(codes[row] < 0))] : [];
    if (!pooled && kept.length === 2) {
      const [first, second] = kept;
      return [
        input(`${name} = ${levels[second]}`, (row) => Number(codes[row] === second) - Number(codes[row] === first)),
        ...missing,
      ];
    }
    if (!pooled && kept.length < 2) return missing;
    const places = kept.map((code) => input(`${name} = ${levels[code]}`, (row) => Number(codes[row] === code)));
    const known = new Set(kept);
    const other =
      pooled && kept.length
        ? [input(`${name} = (other)`, (row) => Number(codes[row] >= 0 && !known.has(codes[row])))]
        : [];
    return [...places, ...other, ...missing];
  }

  /** Return the input of a column of many texts: the number of each, for an embedding; 0 stands for rare ones. */
  function codesOf(name, codes, kept, gaps) {
    const places = new Map(kept.map((code, k) => [code, k + 1]));
    const of = (row) => (codes[row] < 0 && gaps ? kept.length + 1 : (places.get(codes[row]) ?? 0));
    return { name, block: "codes", column: name, size: kept.length + 1 + Number(gaps), of };
  }

  /** Return the inputs that the chosen features add, each with its type and the columns that it is made of. */
  function featuresOf(inputs, features, train, prepare) {
    const numbers = inputs.flatMap((input, index) => (input.block === "numbers" && !input.isPart ? [index] : []));
    const made = [];
    const add = (type, name, columns) => {
      const value = networkModel.FEATURES[type];
      const fill = (row) => columns.map((at) => filled(inputs[at], row));
      const of = (row) => value(...fill(row));
      const scaling = scalingOf(Float64Array.from(train, of), prepare);
      const source = { type, columns };
      made.push({ name, block: "numbers", column: null, ...scaling, of, source });
    };
    for (const type of features) {
      if (type === "product") refusePairs(numbers.length);
      if (type === "product")
        for (let a = 0; a < numbers.length; a++)
          for (let b = a + 1; b < numbers.length; b++)
            add(type, `${inputs[numbers[a]].name}·${inputs[numbers[b]].name}`, [numbers[a], numbers[b]]);
      else
        for (const at of numbers) {
          const { name } = inputs[at];
          if (type === "square") add(type, `${name}²`, [at]);
          if (type === "sine") add(type, `sin ${name}`, [at]);
        }
    }
    return made;
  }

  /** Throw TableError where npnet refuses the products of some columns. */
  function refusePairs(columns) {
    const pairs = (columns * (columns - 1)) / 2;
    if (!pairs) throw new playTable.TableError("A product needs two columns of numbers: take it out of the features.");
    if (pairs > MOST_PAIRS)
      throw new playTable.TableError(
        `${columns} columns of numbers have ${pairs} products; npnet takes ${MOST_PAIRS}. Leave columns out.`,
      );
  }

  function filled(input, row) {
    const value = input.of(row);
    return Number.isNaN(value) ? input.fill : value;
  }

  /** Return the rows of a split as the data of the page have them. */
  function rowsOf(inputs, positions, target) {
    const width = inputs.length;
    const values = new Float64Array(positions.length * width);
    positions.forEach((position, k) => {
      const row = target.rows[position];
      inputs.forEach((input, f) => {
        values[k * width + f] =
          input.block === "numbers" ? networkRows.toInput(input, filled(input, row)) : input.of(row);
      });
    });
    const count = positions.length;
    const row = Int32Array.from(positions, (position) => target.rows[position] + 1);
    const y = Float64Array.from(positions, (position) => target.y[position]);
    return { count, row: { data: row }, inputs: { data: values }, y: { data: y }, weight: null };
  }

  /** Return how columns become inputs: those of a single value are kept where npnet has named the columns. */
  function optionsOf({ prepare, prepared: given }, table) {
    return given ? prepare : { ...prepare, constant: table.drawn || table.fixed ? "keep" : "drop" };
  }

  /** Return task, classes, inputs and rows by the settings; throw TableError where nothing can be learned. */
  function prepared(table, settings) {
    const target = targetOf(table, settings);
    const split = splitOf(target.rows.length, settings);
    const train = split.train.map((position) => target.rows[position]);
    const options = optionsOf(settings, table);
    const columns = table.columns.filter(
      ({ name }) => name !== target.name && (table.drawn || !settings.skipped.includes(name)),
    );
    const embeds = settings.before.some(({ type }) => type === "embedding");
    const [left, coded] = [[], []]; // columns that become no input, and those that only an embedding takes
    const each = columns.map((column) => {
      const found = inputsOf(column, train, target.rows, options);
      const codes = found.some(({ block }) => block === "codes");
      if (codes) coded.push(column.name);
      else if (!found.length) left.push(column.name);
      return codes && !embeds ? [] : found;
    });
    const all = each.flat();
    const inBlocks = ["numbers", "indicators", "levels", "codes"].map((block) =>
      all.filter((input) => input.block === block),
    );
    const made = featuresOf(inBlocks[0], settings.features, train, options);
    const [numbers, ...others] = inBlocks;
    const inputs = [numbers, made, ...others].flat();
    if (!inputs.length) throw new playTable.TableError("No column is left to learn from: choose another one.");
    if (inputs.length > MOST_INPUTS)
      throw new playTable.TableError(
        `The columns become ${inputs.length} inputs; this page trains up to ${MOST_INPUTS}. Leave columns out.`,
      );
    const rows = Object.fromEntries(
      Object.entries(split).map(([name, chosen]) => [name, rowsOf(inputs, chosen, target)]),
    );
    const shown = inputs.map(({ name, block, center, scale, clip, size, source }) => ({
      name,
      block,
      size,
      center,
      scale,
      clip,
      ...(source && { of: source }),
    }));
    return { ...target, inputs: shown, rows, left, coded, trained: split.train.map((position) => target.y[position]) };
  }

  return { prepared, scalingOf, optionsOf };
})();
