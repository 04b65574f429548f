/* The network drawn with every weight: a column for each layer, a map of the plane for each unit, lines as thick as the
   weights, solid and orange for positive, dashed and blue for negative ones, and a dot at a corner for the bias. */
"use strict";

const networkDiagram = (() => {
  const { make, narrowed } = networkElements;
  const MOST_UNITS = 32; // of a column; of larger layers those with the largest weights
  const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const HEAD = 24; // pixels above the units, for the names of the layers
  const ROOM = [0.22, 0.18]; // the largest shares of the width for the names of inputs and of outputs
  const LONGEST = 150; // pixels of a name
  const APART = 8; // pixels between a unit and its name

  class Diagram {
    /** `acts` has choose(column, unit), point(edge or null) and edit(edge), where an edge is what `edges.at` returns. */
    constructor(model, acts) {
      this.model = model;
      this.acts = acts;
      this.columns = model.columns.map((column, index) => ({ ...column, index, shown: this.strongest(column, index) }));
      this.edges = new networkEdges.Edges(this.columns);
      this.edges.measure(model.entries);
      this.canvas = make("canvas", { "aria-hidden": "true" });
      this.units = make("div", {
        className: "units",
        role: "group",
        "aria-label": "Units; arrow keys move between them",
      });
      this.element = make("div", { className: "diagram" }, this.canvas, this.units);
      this.buttons = this.columns.map((column) => column.shown.map((unit) => this.button(column, unit)));
      this.listen();
    }

    listen() {
      const at = (event) => this.edges.at(event.offsetX, event.offsetY);
      this.canvas.addEventListener("pointermove", (event) => this.acts.point(at(event)));
      this.canvas.addEventListener("pointerleave", () => this.acts.point(null));
      this.canvas.addEventListener("click", (event) => {
        const edge = at(event);
        if (edge) this.acts.edit(edge);
      });
      this.units.addEventListener("keydown", (event) => this.move(event));
    }

    /** Return the units of a column that are drawn: all, or those whose weights to the next layer are largest. */
    strongest(column, index) {
      const every = Array.from({ length: column.width }, (_, unit) => unit);
      const next = this.model.columns[index + 1];
      if (column.width <= MOST_UNITS) return every;
      const { theta } = this.model.entries[Math.max(0, this.model.best)];
      const sizes = new Float64Array(column.width);
      if (next?.step.type === "linear") {
        const { at, rows, columns } = next.step.parameters[0];
        for (let row = 0; row < rows; row++)
          for (const unit of every) sizes[unit] += Math.abs(theta[at + row * columns + unit]);
      }
      const first = every.sort((a, b) => sizes[b] - sizes[a]).slice(0, MOST_UNITS);
      return first.sort((a, b) => a - b);
    }

    button(column, unit) {
      const last = column.index === this.columns.length - 1;
      const place = column.index ? (last ? "output" : `layer ${column.index}, unit ${unit + 1}`) : "input";
      const label = `${column.names[unit]}, ${place}`;
      const button = make("button", {
        className: "unit",
        type: "button",
        "aria-label": label,
        title: label,
        "aria-pressed": "false",
      });
      button.addEventListener("click", () => this.acts.choose(column.index, unit));
      button.tabIndex = last && unit === 0 ? 0 : -1;
      this.units.append(button);
      return button;
    }

    /** Move the focus to a neighbour by an arrow key. */
    move(event) {
      const step = ARROWS[event.key];
      const at = this.buttons.findIndex((column) => column.includes(event.target));
      const next = step && this.buttons[at + step[0]];
      if (!next) return;
      const unit = this.buttons[at].indexOf(event.target) + step[1];
      next[Math.max(0, Math.min(next.length - 1, unit))].focus();
      event.preventDefault();
    }

    /** Mark a unit {column, unit} as chosen, or none. */
    choose(chosen) {
      this.chosen = chosen;
      this.buttons.forEach((column, index) =>
        column.forEach((button, k) => {
          const is = chosen?.column === index && chosen.unit === this.columns[index].shown[k];
          button.setAttribute("aria-pressed", String(is));
          if (chosen) button.tabIndex = is ? 0 : -1;
        }),
      );
    }

    /** Place the columns and units in a width. */
    layout(width) {
      const most = Math.max(...this.columns.map((column) => column.shown.length));
      this.narrow = width < 560;
      const [room, largest] = this.narrow ? [500, 34] : [640, 46];
      const [left, right] = this.fitNames(width);
      const across = (width - left - right) / this.columns.length - 18;
      this.size = Math.floor(Math.max(14, Math.min(largest, room / most - 5, across)));
      const pitch = this.size + Math.max(4, Math.min(10, Math.round(this.size * 0.22)));
      [this.width, this.height] = [width, most * pitch + HEAD + 10];
      const span = (width - left - right - this.size) / Math.max(1, this.columns.length - 1);
      this.places = this.columns.map((column, index) => {
        const top = HEAD + ((most - column.shown.length) * pitch) / 2;
        return column.shown.map((_, k) => [Math.round(left + index * span), Math.round(top + k * pitch)]);
      });
      this.buttons.forEach((column, index) =>
        column.forEach((button, k) => {
          const [x, y] = this.places[index][k];
          const [side, style] = [`${this.size}px`, button.style];
          [style.left, style.top, style.width, style.height] = [`${x}px`, `${y}px`, side, side];
        }),
      );
      this.edges.layout(this.places, this.size, HEAD, this.height - HEAD);
      this.element.style.height = `${this.height}px`;
    }

    /** Shorten the names of the inputs and outputs to the room beside them; return how much of the width they take. */
    fitNames(width) {
      const context = this.canvas.getContext("2d");
      context.font = this.nameFont = `${this.narrow ? 11 : 12}px ${getComputedStyle(document.body).fontFamily}`;
      const measured = (text) => context.measureText(text).width;
      const ends = [this.columns[0], this.columns.at(-1)];
      this.names = ends.map(({ shown, names }, k) => {
        const room = Math.min(LONGEST, width * ROOM[k]);
        return shown.map((unit) => narrowed(names[unit], (text) => measured(text) <= room));
      });
      return this.names.map((names) => Math.ceil(Math.max(...names.map(measured))) + APART + 4);
    }

    /** Draw everything. `grid` is {pass, columns, rows} or null, `dead` flags units by column. */
    draw(theta, grid, colours, dead) {
      const context = networkMaps.cleared(this.canvas, this.width, this.height);
      [this.theta, this.colours, this.context] = [theta, colours, context];
      this.edges.draw(context, theta, this.chosen, colours);
      const maps = grid && this.mapsOf(grid);
      let number = 0;
      this.columns.forEach((column, index) => {
        this.drawHeading(column, index);
        column.shown.forEach((unit, k) => {
          this.drawUnit(column, unit, this.places[index][k], maps, number++, Boolean(dead?.[index]?.[unit]));
        });
        if (!index || index === this.columns.length - 1) this.drawNames(index);
      });
    }

    /** Write the maps of all units, as finely as they are drawn. */
    mapsOf(grid) {
      const stride = Math.max(1, Math.floor(grid.columns / (this.size * networkMaps.density())));
      if (this.atlas?.stride !== stride || this.atlas.grid[0] !== grid.columns || this.atlas.grid[1] !== grid.rows)
        this.atlas = new networkMaps.Atlas(grid, stride, this.buttons.flat().length);
      let number = 0;
      for (const column of this.columns)
        for (const unit of column.shown) {
          const offset = unit * grid.columns * grid.rows;
          this.atlas.write(number++, grid.pass.nodes[column.node], offset, this.colours.diverging);
        }
      this.atlas.flush();
      return this.atlas;
    }

    drawHeading(column, index) {
      const { context, narrow, size } = this;
      const [x] = this.places[index][0];
      const last = index === this.columns.length - 1;
      const function_ = (last && this.model.data.activation) || column.functions.at(-1)?.type || column.step?.type;
      const few = column.shown.length < column.width ? ` ${column.shown.length} of ${column.width}` : "";
      context.font = `${narrow ? 10.5 : 11.5}px ${this.colours.font}`;
      context.fillStyle = this.colours.muted;
      context.textAlign = "center";
      const text = (index ? function_.replace("_", " ") : "inputs") + few;
      const half = context.measureText(text).width / 2;
      context.fillText(text, Math.max(half, Math.min(this.width - half, x + size / 2)), 12);
    }

    drawUnit(column, unit, [x, y], maps, number, dead) {
      const { context, colours, size, chosen } = this;
      const isChosen = chosen?.column === column.index && chosen.unit === unit;
      context.fillStyle = colours.sunken;
      context.fillRect(x, y, size, size);
      context.globalAlpha = dead ? 0.25 : 1;
      maps?.draw(context, number, x, y, size, size);
      context.globalAlpha = 1;
      context.lineWidth = isChosen ? 3 : 1;
      context.strokeStyle = isChosen ? colours.accent : colours.muted;
      context.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
      if (dead) {
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(x + size, y + size);
        context.stroke();
      }
      if (column.step?.type === "linear") this.drawBias(column, unit, x, y + size);
    }

    /** A dot, the larger the bias the larger, with its sign in it. */
    drawBias(column, unit, x, y) {
      const { context, colours } = this;
      const { at, columns } = column.step.parameters[0];
      const bias = this.theta[at + (unit + 1) * columns - 1];
      const radius = 2.5 + 4 * Math.min(1, Math.abs(bias) / this.edges.largest[column.index]);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = bias < 0 ? colours.negative : colours.positive;
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = colours.panel;
      context.moveTo(x - radius * 0.5, y);
      context.lineTo(x + radius * 0.5, y);
      if (bias >= 0) {
        context.moveTo(x, y - radius * 0.5);
        context.lineTo(x, y + radius * 0.5);
      }
      context.stroke();
    }

    /** Write the names of the inputs or the outputs beside them. */
    drawNames(index) {
      const { context, size, colours, names, nameFont } = this;
      [context.font, context.fillStyle, context.textAlign] = [nameFont, colours.ink, index ? "left" : "right"];
      this.places[index].forEach(([x, y], k) =>
        context.fillText(names[index ? 1 : 0][k], index ? x + size + APART : x - APART, y + size / 2 + 4),
      );
    }
  }

  return { Diagram };
})();
