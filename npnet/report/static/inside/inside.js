/* Inside a network: choose a row, a layer and a part of it, and point at a value. It is put into #network-inside, with
   the data under "inside" of the page's block of JSON. */
"use strict";

(() => {
  const { make, button, select, short } = networkElements;
  const HINT = "Point at a value, or move over the picture with the arrow keys.";
  const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const PARTS = { maps: "All filters", attention: "All heads", steps: "All" };

  class Inside {
    constructor(data) {
      const field = (one) => one && new insideFields.Field(one);
      this.data = data;
      this.inputs = field(data.inputs);
      this.layers = data.layers.map((one) => ({
        ...one,
        fields: one.fields.map(field),
        kernels: field(one.kernels),
      }));
      [this.row, this.index, this.part] = [0, 0, -1];
      this.makeElement();
    }

    get layer() {
      return this.layers[this.index];
    }

    /** The names of the features at a position, null without names. */
    get features() {
      const { features } = this.data;
      return features.length ? features.map((name) => networkElements.plain(name, 24)) : null;
    }

    /** The names of the codes at the positions of the row, null without names. */
    get names() {
      const { tokens } = this.data;
      if (!tokens.length || !this.data.isSequence || this.inputs.every[1] > 1) return null;
      const code = (k) => Math.round(this.inputs.at(this.row, 0, 0, k));
      return Array.from({ length: this.inputs.columns }, (_, k) => networkElements.escaped(tokens[code(k)] ?? ""));
    }

    // Elements

    makeElement() {
      const range = { type: "range", min: 0, max: this.data.rows.length - 1, value: 0, "aria-label": "Row" };
      this.slider = make("input", { className: "slider", ...range });
      this.slider.addEventListener("input", () => this.showRow(Number(this.slider.value)));
      this.label = make("output", { className: "row-label" });
      const layers = this.layers.map(({ name, title }, k) => [k, `${name} ${title}`]);
      const layer = select("Layer", layers, 0, (event) => this.showLayer(Number(event.target.value)));
      this.choice = make("span", {});
      const rows = make(
        "div",
        { className: "controls", role: "group", "aria-label": "Choice of a row" },
        button("◀", () => this.showRow(this.row - 1), "Row before"),
        this.slider,
        button("▶", () => this.showRow(this.row + 1), "Row after"),
        this.label,
      );
      const parts = make("div", { className: "controls" }, layer.parentElement, this.choice);
      this.heading = make("h3", {});
      this.readout = make("p", { className: "note readout", "aria-live": "polite" }, HINT);
      this.canvas = make("canvas", { role: "img", tabIndex: 0 });
      this.picture = make("div", { className: "inside-picture" }, this.canvas);
      this.legend = make("ul", { className: "legend" });
      this.printed = make("p", { className: "note printed-row" });
      const caption = make("figcaption", {}, this.heading, this.printed, this.readout);
      const card = make("figure", { className: "card" }, caption, this.picture, this.legend);
      this.element = make("div", { className: "player" }, rows, parts, card);
      this.listen();
    }

    listen() {
      this.canvas.addEventListener("pointermove", (event) => this.pointAt(event.offsetX, event.offsetY));
      this.canvas.addEventListener("pointerleave", () => this.point(null));
      this.canvas.addEventListener("blur", () => this.point(null));
      this.canvas.addEventListener("click", (event) => this.chooseAt(event.offsetX, event.offsetY));
      this.canvas.addEventListener("keydown", (event) => {
        const move = MOVES[event.key];
        if (!move) return;
        event.preventDefault();
        this.move(...move);
      });
    }

    showRow(row) {
      this.row = Math.max(0, Math.min(this.data.rows.length - 1, row));
      this.slider.value = this.row;
      this.draw();
    }

    showLayer(index) {
      [this.index, this.part, this.cursor] = [index, -1, null];
      this.draw();
    }

    showPart(part) {
      [this.part, this.cursor] = [part, null];
      this.draw();
    }

    /** Put the choice of a filter, gate or head of the layer beside that of the layer. */
    makeChoice() {
      const { kind, unit, numbers, fields } = this.layer;
      const names = kind === "steps" ? fields.map(({ name }) => name) : numbers.map((number) => `${unit} ${number}`);
      this.choice.hidden = names.length < 2;
      const options = [[-1, PARTS[kind]], ...names.map((name, k) => [k, name])];
      const act = (event) => this.showPart(Number(event.target.value));
      this.choice.replaceChildren(select("Show", options, this.part, act).parentElement);
    }

    // The picture

    mount(place) {
      place.append(this.element);
      const recolour = () => {
        this.colours = null;
        this.draw();
      };
      new ResizeObserver(() => this.draw()).observe(this.element);
      document.documentElement.addEventListener("npnet:theme", recolour);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    }

    draw() {
      const width = this.picture.clientWidth;
      if (!width) return;
      this.colours ??= networkMaps.palette();
      const scene = [this.index, this.part, this.row, width, this.colours.ink].join(" ");
      if (scene !== this.scene) this.show(width);
      this.scene = scene;
      this.context = networkMaps.cleared(this.canvas, width, this.layout.height);
      this.context.imageSmoothingEnabled = false;
      for (const panel of this.layout.panels) this.drawPanel(panel);
      if (this.layout.isOverSteps) this.drawSteps();
      if (this.layout.isAttention) this.drawPositions();
      this.drawCursor();
    }

    /** Lay out another scene, and make its pictures. */
    show(width) {
      this.makeChoice();
      this.tell();
      this.layout = insideLayouts.of[this.layer.kind](this, width);
      const { colours } = this;
      for (const panel of this.layout.panels) {
        const { field, part, isImage } = panel;
        panel.row = panel.isKernel ? 0 : this.row;
        panel.picture = isImage
          ? field.image(panel.row, this.data.pictures || field.parts === 3, colours)
          : field.picture(panel.row, part, colours);
      }
      this.drawLegend();
    }

    /** Say what is shown. */
    tell() {
      const { label, correct } = this.data.rows[this.row];
      const { name, title, note } = this.layer;
      this.label.textContent = networkElements.escaped(label);
      this.printed.textContent = this.label.textContent;
      this.label.classList.toggle("wrong", correct === false);
      this.slider.setAttribute("aria-valuetext", label);
      this.heading.textContent = `${name} ${title}: ${note}`;
      this.canvas.setAttribute("aria-label", `${name} ${title}, ${label}. ${HINT}`);
    }

    drawPanel(panel) {
      const { context, colours } = this;
      const { x, y, width, height, isBeside } = panel;
      if (panel.names) this.writeNames(panel);
      else context.drawImage(panel.picture, x, y, width, height);
      context.strokeStyle = colours.line;
      context.lineWidth = 1;
      context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
      this.write(panel.title, isBeside ? x - 8 : x, isBeside ? y + height / 2 : y - 9, isBeside ? "right" : "left");
    }

    /** Write the tokens of a row, each at its step, as far as they have room. */
    writeNames({ x, y, width, height, names }) {
      const each = width / names.length;
      const size = Math.max(7, Math.min(13, each * 1.4));
      const every = Math.ceil(5 / each);
      names.forEach((name, k) => {
        if (k % every === 0) this.write(networkElements.cut(name, 3), x + (k + 0.5) * each, y + height / 2, "center", size);
      });
    }

    write(text, x, y, align = "left", size = 12) {
      const { context, colours } = this;
      context.font = `${size}px ${colours.font}`;
      context.fillStyle = colours.muted;
      context.textAlign = align;
      context.textBaseline = "middle";
      context.fillText(text, x, y);
    }

    drawSteps() {
      const { x, y, width, height } = this.layout.panels.at(-1);
      const { field } = this.layout.panels[0];
      const count = field.columns * field.every[1];
      for (const tick of insideLayouts.ticks(count, width))
        this.write(`${tick}`, x + ((tick - 0.5) / count) * width, y + height + 10, "center", 11);
      this.write("step", x + width / 2, y + height + 25, "center");
    }

    drawPositions() {
      const { panels } = this.layout;
      const { x, y, width, height, field } = panels[0];
      const lowest = Math.max(...panels.map((panel) => panel.y + panel.height));
      const names = width / field.columns >= 8 ? this.names : null;
      const count = field.columns * field.every[1];
      const ticks = names ? names.map((_, k) => k + 1) : insideLayouts.ticks(count, width);
      for (const tick of ticks) {
        const text = names ? networkElements.cut(names[tick - 1], 3) : `${tick}`;
        this.write(text, x - 5, y + ((tick - 0.5) / count) * height, "right", 11);
        for (const one of panels)
          if (one.y + one.height === lowest)
            this.write(text, one.x + ((tick - 0.5) / count) * width, lowest + 10, "center", 11);
      }
      this.write("position that is seen (key)", x, lowest + 26);
      this.context.save();
      this.context.translate(9, y + height / 2);
      this.context.rotate(-Math.PI / 2);
      this.write("asks (query)", 0, 0, "center");
      this.context.restore();
    }

    /** Draw one colour bar for each range of values. */
    drawLegend() {
      const shown = this.layout.panels.filter(({ isImage, names }) => !isImage && !names);
      const legends = new Map(shown.map((one) => [one.field.legend, one]));
      this.legend.replaceChildren(...[...legends].map(([name, { field, row }]) => this.bar(name, field, row)));
    }

    bar(name, field, row) {
      const canvas = make("canvas", { width: 64, height: 12, "aria-hidden": "true" });
      const map = new networkMaps.PixelMap(64, 1);
      map.pixels.set(field.bar(row, this.colours));
      map.flush();
      canvas.getContext("2d").drawImage(map.canvas, 0, 0, 64, 12);
      const [low, high] = field.limitsOf(row).map(short);
      return make("li", {}, make("span", {}, name), canvas, make("b", {}, `${low} to ${high}`));
    }

    // Pointing

    panelAt(x, y) {
      const inside = (one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height;
      return this.layout?.panels.findIndex(inside) ?? -1;
    }

    pointAt(x, y) {
      const index = this.panelAt(x, y);
      if (index < 0) {
        this.point(null);
        return;
      }
      const { field, ...panel } = this.layout.panels[index];
      const line = Math.floor(((y - panel.y) / panel.height) * field.lines);
      const column = Math.floor(((x - panel.x) / panel.width) * field.columns);
      this.point({ index, line, column });
    }

    /** Choose the map or the head that is clicked; a click on the only one shows all. */
    chooseAt(x, y) {
      const panel = this.layout.panels[this.panelAt(x, y)];
      if (!panel || panel.isImage || this.layout.isOverSteps) return;
      this.showPart(this.part < 0 ? panel.part : -1);
    }

    /** Move the cursor by keys, over the edge of a panel into the next one. */
    move(down, right) {
      if (!this.cursor) {
        this.point({ index: 0, line: 0, column: 0 });
        return;
      }
      const { panels, isOverSteps } = this.layout;
      let { index, line, column } = this.cursor;
      [line, column] = [line + down, column + right];
      const { field } = panels[index];
      const way = isOverSteps ? beyond(line, field.lines) : beyond(column, field.columns);
      if (panels[index + way]) index += way;
      const shown = panels[index].field;
      if (way && isOverSteps) line = way > 0 ? 0 : shown.lines - 1;
      else if (way) column = way > 0 ? 0 : shown.columns - 1;
      this.point({ index, line: within(line, shown.lines), column: within(column, shown.columns) });
    }

    point(cursor) {
      const same = (name) => this.cursor?.[name] === cursor?.[name];
      if (["index", "line", "column"].every(same)) return;
      this.cursor = cursor;
      this.draw();
    }

    /** Draw what is pointed at, and say its value. */
    drawCursor() {
      const panel = this.cursor && this.layout.panels[this.cursor.index];
      if (!panel) {
        this.readout.textContent = HINT;
        return;
      }
      const { line, column } = this.cursor;
      const { field } = panel;
      const parts = panel.isImage ? [...Array(field.parts).keys()] : [panel.part];
      const values = parts.map((part) => field.at(panel.row, part, line, column));
      const shown = values.map((value) => (Number.isNaN(value) ? "no such position" : short(value))).join(", ");
      const words = panel.names ? `“${panel.names[column]}”` : shown;
      this.readout.textContent = `${panel.words(line, column)}: ${words}`;
      this.context.strokeStyle = this.colours.ink;
      for (const one of this.layout.panels) {
        if (this.layout.isOverSteps) this.outline(one, null, (column + 0.5) / field.columns);
        else if (one.field.lines === field.lines && one.field.columns === field.columns) this.outline(one, line, column);
      }
      if (this.layout.isOverSteps) this.outline(panel, line, column);
    }

    /** Draw the edge of a value, or without a line the step at a share of the width. */
    outline({ x, y, width, height, field }, line, column) {
      const { context } = this;
      context.lineWidth = 1.5;
      if (line === null) {
        context.globalAlpha = 0.5;
        context.strokeRect(x + column * width, y, 0, height);
        context.globalAlpha = 1;
        return;
      }
      const [wide, high] = [width / field.columns, height / field.lines];
      context.strokeRect(x + column * wide - 0.5, y + line * high - 0.5, Math.max(wide, 2) + 1, Math.max(high, 2) + 1);
    }
  }

  const beyond = (place, count) => (place < 0 ? -1 : Number(place >= count));
  const within = (place, count) => Math.max(0, Math.min(count - 1, place));

  const place = document.getElementById("network-inside");
  const block = document.getElementById("npnet-data");
  const data = place && block && JSON.parse(block.textContent).inside;
  const start = () => {
    window.npnetInside = new Inside(data);
    window.npnetInside.mount(place);
  };
  if (data) requestAnimationFrame(() => setTimeout(start)); // after the first paint of the page
})();
