/* The settings of the page as the YAML that npnet train takes. */
"use strict";

const playConfig = (() => {
  const PLAIN = /^[A-Za-z_][\w.-]*( [\w.-]+)*$/;
  const WORDS = /^(true|false|null|yes|no|on|off|y|n|inf|nan|infinity)$/i;
  const PER_COLUMN = ["drop", "id", "numeric", "categorical", "datetime", "duration", "ordered", "na_values"];
  const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/gu;
  const LIMITS = ["l1", "l2", "max_norm", "clip_norm", "clip_value"];

  /** Write a value in one line of YAML. */
  function flow(value) {
    if (value === null) return "null";
    if (typeof value === "string") return PLAIN.test(value) && !WORDS.test(value) ? value : inQuotes(value);
    if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
    if (typeof value !== "object") return String(value);
    return `{${Object.entries(value)
      .map(([key, one]) => `${flow(key)}: ${flow(one)}`)
      .join(", ")}}`;
  }

  /** Write a text in quotes; what is not to be seen in it, such as a mark of direction, as YAML escapes it. */
  function inQuotes(text) {
    return JSON.stringify(text).replace(UNSEEN, (letter) => {
      const code = letter.codePointAt(0).toString(16);
      return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
    });
  }

  /** Return a registered thing as a config writes it: its name, with the options that differ from the defaults. */
  function named({ type, options }, entries, main = null) {
    const usual = playNetwork.find(entries, type)?.options ?? {};
    const changed = Object.entries(options).filter(([key, value]) => value !== usual[key]);
    if (!changed.length) return type;
    if (changed.length === 1 && changed[0][0] === main) return { [type]: changed[0][1] };
    return { [type]: Object.fromEntries(changed) };
  }

  function layersOf(settings, catalog) {
    const initial = {};
    for (const [key, usual] of [
      ["init", "he_uniform"],
      ["bias_init", "zeros"],
    ]) {
      const written = named(settings[key], catalog.initializers);
      if (written !== usual) initial[key] = written;
    }
    const drawn = Object.keys(initial).length > 0;
    const linear = (units) =>
      drawn ? { linear: { ...(units && { units }), ...initial } } : units ? { linear: units } : "linear";
    const written = (layer) => {
      if (layer.layers) return { [layer.type]: layer.layers.map(written) };
      return layer.type === "linear"
        ? linear(layer.options.units)
        : named(layer, catalog.layers, layer.type === "dropout" ? "rate" : null);
    };
    const chain = (layers) => layers.map(written);
    return [
      ...chain(settings.before),
      ...settings.blocks.flatMap(({ units, after }) => [linear(units), ...chain(after)]),
      linear(null),
    ];
  }

  /** Return the options of a table: the target, the columns that are left out, and how the file is read. */
  function tableOf(table, settings, prepared) {
    const embeds = settings.before.some(({ type }) => type === "embedding");
    const left = [...(table.dropped ?? []), ...settings.skipped, ...(embeds ? [] : prepared.coded)];
    const drop = [...new Set([...(table.config.drop ?? []), ...left])];
    const out = drop.filter((name) => name !== settings.target);
    const { path, target, ...rest } = table.config;
    const found = { path, target: settings.target };
    if (settings.target !== target) for (const key of ["positive_class", "task"]) delete rest[key];
    if (prepared.isNumbers) rest.task = prepared.task === "regression" ? (rest.task ?? "regression") : "classification";
    else delete rest.task;
    if (prepared.gaps) rest.drop_rows = true;
    for (const key of PER_COLUMN) {
      const value = key === "drop" ? out : without(rest[key], key === "id" ? [] : out);
      delete rest[key];
      if (value && Object.keys(value).length) found[key] = value;
    }
    return { ...found, ...rest };
  }

  /** Return a list or a mapping without some columns. */
  function without(value, names) {
    if (Array.isArray(value)) return value.filter((name) => !names.includes(name));
    return value && Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
  }

  function datasetLines(table, settings, prepared, catalog) {
    if (table.drawn) return [`dataset: ${flow({ [settings.data]: optionsOf(settings, catalog) })}`];
    if (table.fixed) return [`dataset: ${flow(table.config)}`];
    const options = Object.entries(tableOf(table, settings, prepared));
    return ["dataset:", "  table:", ...options.map(([key, value]) => `    ${key}: ${flow(value)}`)];
  }

  /** Return the options of a drawn data set that npnet has. */
  function optionsOf({ data, options }, catalog) {
    const known = playNetwork.find(catalog.datasets, data).options;
    return Object.fromEntries(Object.keys(known).map((key) => [key, options[key] ?? known[key]]));
  }

  function prepareLine(settings, table, catalog) {
    const { prepared, features } = settings;
    const prepare = playPrepare.optionsOf(settings, table);
    if (!prepared && !features.length) return prepare.numbers === "none" ? ["scale: none"] : [];
    const changed = Object.entries(prepare).filter(
      ([key, value]) => value !== catalog.prepare[key] && key !== "features",
    );
    return [`prepare: ${flow({ ...Object.fromEntries(changed), ...(features.length && { features }) })}`];
  }

  /** Return the config of the settings; `epochs` are those trained in the page, if any. */
  function text(settings, table, prepared, loss, catalog, epochs) {
    const rate = settings.learning_rate ?? playNetwork.find(catalog.optimizers, settings.optimizer.type).rate;
    const limits = LIMITS.filter((key) => settings[key]).map((key) => `${key}: ${settings[key]}`);
    const lines = [
      "# From npnet play. npnet draws points and weights of its own, so that its training differs from the page's.",
      ...datasetLines(table, settings, prepared, catalog),
      `split: ${flow({ test: settings.test, validation: settings.validation })}`,
      ...prepareLine(settings, table, catalog),
      "layers:",
      ...layersOf(settings, catalog).map(
        (layer) => `  - ${typeof layer === "string" ? layer : flow(layer).slice(1, -1)}`,
      ),
      `loss: ${flow(named(loss, catalog.losses))}`,
      `optimizer: ${flow(named(settings.optimizer, catalog.optimizers, "momentum"))}`,
      `learning_rate: ${rate}`,
      `epochs: ${epochs || settings.epochs}`,
      `batch_size: ${settings.batch_size}`,
      ...limits,
      `seed: ${settings.seed}`,
      ...Object.entries(settings.others).map(([key, value]) => `${key}: ${flow(value)}`),
    ];
    return `${lines.join("\n")}\n`;
  }

  return { text, flow };
})();
