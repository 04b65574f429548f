/* The choice of the data: drawn data sets with their pictures, a CSV of the reader's, and the columns of a table. */
"use strict";

const playData = (() => {
  const { make, extremes, counted, escaped, plain } = networkElements;
  const SIDE = 52; // pixels of the picture of a data set
  const MOST_DRAWN = 5000;
  /* Options that show a data set well, and the ends of their ranges. */
  const NICE = {
    circles: { noise: 0.08, factor: 0.5 },
    blobs: { noise: 1.5 },
    xor: { noise: 0.05 },
    playground: { shape: "spiral", noise: 0.1 },
    checkerboard: { noise: 0.05 },
  };
  const MOST_NOISE = { blobs: 6, friedman1: 6, swiss_roll: 2 };
  const SHAPES = ["circle", "xor", "gauss", "spiral", "plane", "bumps"];
  const LIMITS = {
    factor: [0, 0.95, 0.05],
    classes: [2, 7, 1],
    turns: [0.25, 4, 0.25],
    cells: [2, 8, 1],
    features: [2, 12, 1],
  };

  /** Return the options of a drawn data set that the page starts with. */
  function optionsOf(name, catalog) {
    return { ...playNetwork.find(catalog.datasets, name).options, samples: 400, ...NICE[name] };
  }

  class DataPanel {
    /** `acts` has choose(name), use(table), change(settings) and say(error). */
    constructor(catalog, acts) {
      this.catalog = catalog;
      this.acts = acts;
      this.tiles = make("div", { className: "tiles", role: "radiogroup", "aria-label": "Data set" });
      this.marks = [];
      for (const { name, purpose } of catalog.datasets) this.tiles.append(this.tile(name, purpose));
      this.own = this.tile("table", "Your own table");
      this.own.hidden = true;
      this.tiles.append(this.own);
      this.options = make("div", { className: "fields" });
      this.columns = make("div", { className: "columns" });
      this.notes = make("ul", { className: "notes" });
      this.element = make("div", {}, this.tiles, this.drop(), this.notes, this.columns, this.options);
      this.listen();
    }

    tile(name, purpose) {
      const input = make("input", { type: "radio", name: "data", value: name, className: "visually-hidden" });
      input.addEventListener("change", () => this.acts.choose(name));
      const canvas = make("canvas", { "aria-hidden": "true" });
      const text = make("span", {}, name.replaceAll("_", " "));
      if (name !== "table") this.marks.push({ name, canvas });
      return make("label", { className: "tile", title: purpose }, input, canvas, text);
    }

    drop() {
      this.file = make("input", { type: "file", accept: ".csv,.tsv,.tab,.txt,text/csv", id: "play-file" });
      this.file.addEventListener("change", () => this.take(this.file.files[0]));
      const words = make("span", {}, "Your own table: drop a CSV anywhere in this page, or choose one");
      const note = make("span", { className: "note" }, "It is read in this page and goes nowhere.");
      return make("label", { className: "drop" }, words, this.file, note);
    }

    listen() {
      const stop = (event) => event.preventDefault();
      const mark = (is) => document.documentElement.classList.toggle("dropping", is);
      addEventListener("dragover", (event) => {
        stop(event);
        mark(true);
      });
      addEventListener("dragleave", (event) => event.relatedTarget || mark(false));
      addEventListener("drop", (event) => {
        stop(event);
        mark(false);
        if (event.dataTransfer.files.length) this.take(event.dataTransfer.files[0]);
      });
    }

    async take(file) {
      if (!file) return;
      try {
        this.acts.use(playTable.parse(new Uint8Array(await file.arrayBuffer()), file.name));
      } catch (error) {
        if (error instanceof playTable.TableError) this.acts.say(error.message);
        else if (error instanceof DOMException) this.acts.say(`${plain(file.name)} cannot be read: is it a folder?`);
        else throw error;
      }
      this.file.value = "";
    }

    /** Show the settings: the options of a drawn data set, or the columns of a table. */
    show(settings, table) {
      const chosen = this.tiles.querySelector(`input[value="${settings.data}"]`);
      if (chosen) chosen.checked = true;
      this.settings = settings;
      this.notes.replaceChildren(...table.notes.map((note) => make("li", {}, note)));
      const shown = table.drawn ? settings.data : table;
      if (this.shown === shown && this.target === settings.target) return; // a field that is moved stays
      [this.shown, this.target] = [shown, settings.target];
      playControls.refill(this.columns, ...(table.drawn ? [] : this.columnFields(settings, table)));
      playControls.refill(this.options, ...(table.drawn ? this.drawnFields(settings) : []), this.testField(settings));
    }

    testField({ test: value }) {
      const format = (share) => `${Math.round(100 * share)} %`;
      const act = (test) =>
        this.acts.change({ test, validation: Math.min(this.settings.validation, Math.round(90 - 100 * test) / 100) });
      return playControls.range("Test set", { min: 0, max: 0.8, step: 0.05, value, format }, act);
    }

    /** Name the columns that become no input, and those that an embedding takes. */
    leave({ left, coded }) {
      const note = (why) => (name) => make("li", {}, `${plain(name)} is left out: ${why}.`);
      this.notes.append(...left.map(note("all its values are the same, or too rare")));
      if (this.settings.before.some(({ type }) => type === "embedding")) return;
      this.notes.append(...coded.map(note("it has many different texts; the layer embedding learns from them")));
    }

    /** Offer the table of the reader beside the drawn data sets. */
    offer(table) {
      this.own.hidden = false;
      this.own.querySelector("span").textContent = plain(table.name);
      this.own.title = escaped(table.name);
    }

    drawnFields({ data, options }) {
      const known = playNetwork.find(this.catalog.datasets, data).options;
      const change = (name) => (value) => this.acts.change({ options: { ...this.settings.options, [name]: value } });
      const most = Math.max(MOST_NOISE[data] ?? 0.5, options.noise ?? 0);
      const fields = [];
      if ("noise" in known) {
        const place = { min: 0, max: most, step: most / 50, value: options.noise };
        fields.push(playControls.range("Noise", place, change("noise")));
      }
      const samples = { min: 20, max: MOST_DRAWN, step: 1, value: Math.min(options.samples, MOST_DRAWN) };
      fields.push(playControls.number("Samples", samples, change("samples")));
      if ("shape" in known) {
        const shapes = SHAPES.map((shape) => [shape, shape]);
        fields.push(playControls.choice("Shape", shapes, options.shape, change("shape")));
      }
      for (const name of Object.keys(known)) {
        if (!LIMITS[name]) continue;
        const [min, max, step] = LIMITS[name];
        const least = data === "friedman1" ? 5 : min;
        const label = name[0].toUpperCase() + name.slice(1);
        fields.push(
          playControls.number(
            label,
            { min: least, max: Math.max(max, options[name]), step, value: options[name] },
            change(name),
          ),
        );
      }
      return fields;
    }

    columnFields(settings, table) {
      const names = table.columns
        .filter(({ kind }) => kind !== "datetime")
        .map(({ name }) => [name, plain(name), name]);
      const change = (patch) => this.acts.change(patch);
      const size = `${plain(table.name)}: ${counted(table.total, "row")}, ${counted(table.columns.length, "column")}`;
      const fields = [make("p", { className: "note" }, size)];
      if (table.fixed) return fields;
      fields.push(
        playControls.choice("Target", names, settings.target, (target) =>
          change({ target, task: null, skipped: this.settings.skipped.filter((name) => name !== target) }),
        ),
      );
      const target = table.columns.find(({ name }) => name === settings.target);
      if (target?.kind === "number" && target.values.every((value) => Number.isNaN(value) || Number.isInteger(value)))
        fields.push(this.taskField(settings));
      return [...fields, this.checks(settings, table)];
    }

    taskField({ task }) {
      const kinds = [
        ["", "as npnet decides"],
        ["classification", "classes"],
        ["regression", "values"],
      ];
      const value = task === "regression" || task === "counts" ? "regression" : task ? "classification" : "";
      return playControls.choice("Target is", kinds, value, (text) => this.acts.change({ task: text || null }));
    }

    checks({ skipped, target }, table) {
      const others = table.columns.filter(({ name }) => name !== target);
      const act = (name) => (is) => {
        const others = this.settings.skipped.filter((one) => one !== name);
        this.acts.change({ skipped: is ? others : [...others, name] });
      };
      const kinds = { number: () => "numbers", datetime: () => "dates", category: ({ levels }) => counted(levels.length, "text") };
      const boxes = others.map((column) => {
        const title = `${column.name}: ${kinds[column.kind](column)}`;
        return playControls.check(plain(column.name), !skipped.includes(column.name), act(column.name), title);
      });
      return make("fieldset", { className: "checks" }, make("legend", {}, "Columns to learn from"), ...boxes);
    }

    /** Draw the pictures of the data sets. */
    draw(colours) {
      for (const { name, canvas } of this.marks) thumbnail(canvas, name, optionsOf(name, this.catalog), colours);
    }
  }

  /** Draw a small picture of a data set: its first two inputs, or its only one against the target. */
  function thumbnail(canvas, name, options, colours) {
    const table = playDrawn.table(name, { ...options, samples: 150 }, 1);
    const [x, second] = table.columns;
    const target = table.columns.at(-1);
    const y = name === "swiss_roll" ? table.columns[2] : second;
    const context = networkMaps.cleared(canvas, SIDE, SIDE);
    const [[left, right], [low, high]] = [x, y].map(({ values }) => extremes(values));
    const middle = target.values.toSorted()[target.values.length >> 1];
    const place = (value, from, to) => 4 + ((SIDE - 8) * (value - from)) / (to - from || 1);
    target.values.forEach((value, k) => {
      context.beginPath();
      const shape = table.classes.length ? networkMaps.SHAPES[value] : "circle";
      networkMaps.trace(context, shape, place(x.values[k], left, right), SIDE - place(y.values[k], low, high), 1.7);
      const side = value > middle ? colours.positive : colours.negative;
      context.fillStyle = table.classes.length ? colours.classes[value] : side;
      context.fill();
    });
  }

  return { DataPanel, optionsOf, MOST_DRAWN };
})();
