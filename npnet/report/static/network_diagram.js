/* The network drawn with every weight: a column for each layer, a map of the plane for each unit, lines as thick as the
   weights, solid and orange for positive, dashed and blue for negative ones, and a badge for the bias. */
"use strict";

const networkDiagram = (() => {
  const MOST_UNITS = 32; // of a column; of larger layers those with the largest weights
  const THICKNESSES = 7;
  const NEAR = 5; // pixels at which the pointer is on a line

  /** Make an element with properties, attributes (names with a hyphen) and children. */
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
      else element[name] = value;
    }
    element.append(...children);
    return element;
  }

  /** A number with three digits, short enough for a label. */
  function short(value) {
    if (!Number.isFinite(value)) return "–";
    const size = Math.abs(value);
    if (size >= 1e5 || (size > 0 && size < 1e-3)) return value.toExponential(1).replace("-", "−").replace("e+", "e");
    return value.toLocaleString("en", { maximumSignificantDigits: 3 }).replace("-", "−");
  }

  class Diagram {
    /** `select(column, unit)` is called for a unit that is chosen, `point(weight or null)` for the line under the pointer. */
    constructor(model, select, point, edit) {
      this.model = model;
      this.select = select;
      this.columns = model.columns.map((column, index) => ({ ...column, index, shown: this.strongest(column, index) }));
      this.canvas = make("canvas", { "aria-hidden": "true" });
      this.units = make("div", {
        className: "units",
        role: "group",
        "aria-label": "Units: arrow keys move between them",
      });
      this.element = make("div", { className: "diagram" }, this.canvas, this.units);
      this.buttons = this.columns.map((column) => column.shown.map((unit) => this.button(column, unit)));
      this.largest = this.columns.map((column) => this.largestOf(column));
      this.canvas.addEventListener("pointermove", (event) => point(this.edgeAt(event.offsetX, event.offsetY)));
      this.canvas.addEventListener("pointerleave", () => point(null));
      this.canvas.addEventListener("click", (event) => {
        const edge = this.edgeAt(event.offsetX, event.offsetY);
        if (edge) edit(edge);
      });
      this.units.addEventListener("keydown", (event) => this.move(event));
    }

    /** Return the units of a column that are drawn: all, or those whose weights to the next layer are largest. */
    strongest(column, index) {
      const every = Array.from({ length: column.width }, (_, unit) => unit),
        next = this.model.columns[index + 1];
      if (column.width <= MOST_UNITS) return every;
      const theta = (this.model.entries.find((entry) => entry.best) ?? this.model.entries[0])?.theta;
      const sizes = new Float64Array(column.width),
        parameter = next?.step?.type === "linear" ? next.step.parameters[0] : null;
      if (theta && parameter)
        for (let row = 0; row < parameter.rows; row++)
          for (const unit of every) sizes[unit] += Math.abs(theta[parameter.at + row * parameter.columns + unit]);
      return every
        .sort((a, b) => sizes[b] - sizes[a])
        .slice(0, MOST_UNITS)
        .sort((a, b) => a - b);
    }

    /** Return the largest weight of a layer in all frames, so that lines of two frames can be compared. */
    largestOf(column) {
      if (column.step?.type !== "linear") return 1;
      const { at, rows, columns } = column.step.parameters[0];
      let largest = 1e-9;
      for (const { theta } of this.model.entries)
        for (let row = 0; row < rows; row++)
          for (let k = at + row * columns; k < at + (row + 1) * columns - 1; k++)
            largest = Math.max(largest, Math.abs(theta[k]));
      return largest;
    }

    button(column, unit) {
      const name = column.names[unit];
      const where = column.index
        ? column.index === this.columns.length - 1
          ? "output"
          : `layer ${column.index}, unit ${unit + 1}`
        : "input";
      const button = make("button", {
        className: "unit",
        type: "button",
        "aria-label": `${name}, ${where}`,
        tabIndex: -1,
      });
      button.addEventListener("click", () => this.select(column.index, unit));
      this.units.append(button);
      return button;
    }

    /** Move the focus to a neighbour by an arrow key. */
    move(event) {
      const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
      if (!step) return;
      const at = this.buttons.findIndex((column) => column.includes(event.target)),
        unit = this.buttons[at]?.indexOf(event.target);
      const next = this.buttons[at + step[0]];
      if (at < 0 || !next) return;
      next[Math.max(0, Math.min(next.length - 1, unit + step[1]))].focus();
      event.preventDefault();
    }

    /** Place the columns and units in a width. */
    layout(width) {
      const most = Math.max(...this.columns.map((column) => column.shown.length)),
        narrow = width < 560;
      const left = narrow ? 4 : 96,
        right = narrow ? 4 : 84,
        room = narrow ? 500 : 640;
      this.size = Math.max(
        14,
        Math.min(narrow ? 34 : 46, (room - 20) / most - 5, (width - left - right) / this.columns.length - 18),
      );
      this.gap = Math.max(3, Math.min(10, this.size * 0.22));
      this.height = most * (this.size + this.gap) + 34;
      this.width = width;
      const span = (width - left - right - this.size) / Math.max(1, this.columns.length - 1);
      this.places = this.columns.map((column, index) => {
        const top = 24 + (this.height - 30 - column.shown.length * (this.size + this.gap)) / 2;
        return column.shown.map((_, k) => [left + index * span, top + k * (this.size + this.gap)]);
      });
      this.narrow = narrow;
      this.buttons.forEach((column, index) =>
        column.forEach((button, k) => {
          const [x, y] = this.places[index][k];
          Object.assign(button.style, {
            left: `${x}px`,
            top: `${y}px`,
            width: `${this.size}px`,
            height: `${this.size}px`,
          });
        }),
      );
      this.element.style.height = `${this.height}px`;
    }

    /** Return a canvas of pixels for a unit, made at the first call. */
    map(index, k, columns, rows) {
      const key = `${index}.${k}`;
      this.maps ??= new Map();
      let found = this.maps.get(key);
      if (!found || found.columns !== columns || found.rows !== rows)
        this.maps.set(key, (found = new networkMaps.PixelMap(columns, rows)));
      return found;
    }

    /** Draw everything. `grid` is {pass, columns, rows} or null, `dead` flags units by column, `chosen` {column, unit}. */
    draw(network, grid, colours, dead, chosen) {
      const context = networkMaps.fitted(this.canvas, this.width, this.height);
      context.clearRect(0, 0, this.width, this.height);
      this.theta = network.theta;
      this.columns.forEach((column, index) => this.drawEdges(context, column, index, colours, chosen));
      this.columns.forEach((column, index) => {
        this.heading(context, column, index, colours);
        column.shown.forEach((unit, k) => {
          const isDead = Boolean(dead?.[index]?.[unit]),
            isChosen = chosen && chosen.column === index && chosen.unit === unit;
          this.drawUnit(context, column, index, unit, k, grid, colours, isDead, isChosen);
        });
      });
      this.buttons.forEach((column, index) =>
        column.forEach((button, k) => {
          const isChosen = Boolean(chosen && chosen.column === index && chosen.unit === this.columns[index].shown[k]);
          button.setAttribute("aria-pressed", isChosen);
          button.tabIndex = isChosen || (!chosen && index === this.columns.length - 1 && k === 0) ? 0 : -1;
        }),
      );
    }

    heading(context, column, index, colours) {
      const [x] = this.places[index][0],
        names = column.functions.map((step) => step.type),
        last = this.columns.length - 1;
      if (index === last && this.model.data.activation) names.push(this.model.data.activation);
      const text = index ? (names.at(-1) ?? column.step.type) : "inputs";
      context.font = `${this.narrow ? 10.5 : 11.5}px ${getComputedStyle(document.body).fontFamily}`;
      context.fillStyle = colours.muted;
      context.textAlign = this.narrow && index === last ? "right" : this.narrow && !index ? "left" : "center";
      const at = context.textAlign === "center" ? x + this.size / 2 : context.textAlign === "right" ? x + this.size : x;
      const few = column.shown.length < column.width ? ` ${column.shown.length} of ${column.width}` : "";
      context.fillText(text.replace("_", " ") + few, at, 12);
    }

    /** Call visit(from, to, k) for the weights of a layer between drawn units: their places, and where they are in theta. */
    eachEdge(column, index, visit) {
      if (column.step?.type !== "linear") return;
      const { at, columns } = column.step.parameters[0],
        before = this.columns[index - 1];
      column.shown.forEach((unit, k) =>
        before.shown.forEach((source, j) => visit(j, k, at + unit * columns + source, source, unit)),
      );
    }

    drawEdges(context, column, index, colours, chosen) {
      const largest = this.largest[index],
        groups = new Map();
      this.eachEdge(column, index, (j, k, at, source, unit) => {
        const weight = this.theta[at],
          level = Math.min(THICKNESSES - 1, Math.floor((Math.abs(weight) / largest) * THICKNESSES));
        const near =
          chosen &&
          ((chosen.column === index && chosen.unit === unit) ||
            (chosen.column === index - 1 && chosen.unit === source));
        const key = `${weight < 0 ? "n" : "p"}${level}${chosen ? (near ? "1" : "0") : ""}`;
        if (!groups.has(key)) groups.set(key, []);
        groups.get(key).push(j, k);
      });
      for (const key of [...groups.keys()].sort((a, b) => (a.slice(2) + a[1]).localeCompare(b.slice(2) + b[1]))) {
        const lines = groups.get(key),
          level = Number(key[1]);
        context.beginPath();
        for (let k = 0; k < lines.length; k += 2) this.curve(context, index, lines[k], lines[k + 1]);
        context.strokeStyle = key[0] === "n" ? colours.negative : colours.positive;
        context.setLineDash(key[0] === "n" ? [5, 3] : []);
        context.lineWidth = [0.35, 0.7, 1.1, 1.6, 2.2, 2.9, 3.8][level];
        context.globalAlpha =
          key[2] === "0" ? 0.1 : key[2] === "1" ? 0.95 : [0.35, 0.55, 0.7, 0.8, 0.85, 0.9, 0.95][level];
        context.stroke();
      }
      context.setLineDash([]);
      context.globalAlpha = 1;
    }

    ends(index, j, k) {
      const [a, b] = this.places[index - 1][j],
        [c, d] = this.places[index][k],
        half = this.size / 2;
      return [a + this.size, b + half, c, d + half];
    }

    curve(context, index, j, k) {
      const [a, b, c, d] = this.ends(index, j, k),
        middle = (a + c) / 2;
      context.moveTo(a, b);
      context.bezierCurveTo(middle, b, middle, d, c, d);
    }

    drawUnit(context, column, index, unit, k, grid, colours, isDead, isChosen) {
      const [x, y] = this.places[index][k],
        { size } = this;
      if (grid && size) {
        const n = grid.columns * grid.rows,
          map = this.map(index, k, grid.columns, grid.rows);
        networkMaps.writeUnit(map, grid.pass.nodes[column.node], unit * n, n, colours);
        context.globalAlpha = isDead ? 0.25 : 1;
        context.drawImage(map.canvas, x, y, size, size);
        context.globalAlpha = 1;
      } else {
        context.fillStyle = colours.sunken;
        context.fillRect(x, y, size, size);
      }
      context.lineWidth = isChosen ? 2.5 : 1;
      context.strokeStyle = isChosen ? colours.accent : colours.muted;
      context.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
      if (isDead) {
        context.beginPath();
        context.moveTo(x, y);
        context.lineTo(x + size, y + size);
        context.stroke();
      }
      if (column.step?.type === "linear") this.badge(context, column, unit, x, y + size, colours);
      if (!this.narrow) this.label(context, column, index, unit, x, y, colours);
    }

    /** A dot at the corner of a unit, the larger the bias the larger, with its sign in it. */
    badge(context, column, unit, x, y, colours) {
      const { at, columns } = column.step.parameters[0],
        bias = this.theta[at + (unit + 1) * columns - 1];
      const radius = 2.5 + 4 * Math.min(1, Math.abs(bias) / this.largest[this.columns.indexOf(column)]);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = bias < 0 ? colours.negative : colours.positive;
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = colours.panel;
      context.stroke();
      if (radius < 3.5) return;
      context.beginPath();
      context.moveTo(x - radius * 0.5, y);
      context.lineTo(x + radius * 0.5, y);
      if (bias >= 0) {
        context.moveTo(x, y - radius * 0.5);
        context.lineTo(x, y + radius * 0.5);
      }
      context.stroke();
    }

    label(context, column, index, unit, x, y, colours) {
      const last = index === this.columns.length - 1;
      if (index && !last) return;
      const name = column.names[unit],
        text = name.length > 13 ? `${name.slice(0, 12)}…` : name;
      context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
      context.fillStyle = colours.ink;
      context.textAlign = last ? "left" : "right";
      context.fillText(text, last ? x + this.size + 8 : x - 8, y + this.size / 2 + 4);
    }

    /** Return the weight whose line is under a place: {column, unit, source, at}, or null. */
    edgeAt(x, y) {
      let found = null,
        nearest = NEAR;
      const index = this.places.findIndex(
        (places, k) => k > 0 && x <= places[0][0] && x >= this.places[k - 1][0][0] + this.size,
      );
      if (index < 1) return null;
      this.eachEdge(this.columns[index], index, (j, k, at, source, unit) => {
        const [a, b, c, d] = this.ends(index, j, k),
          share = (x - a) / (c - a);
        let t = share; // along the curve: x = 1.5 t - 1.5 t² + t³
        for (let round = 0; round < 6; round++)
          t -= (1.5 * t - 1.5 * t * t + t ** 3 - share) / (1.5 - 3 * t + 3 * t * t);
        const distance =
          Math.abs(b + (d - b) * (3 * t * t - 2 * t ** 3) - y) - Math.abs(this.theta[at] / this.largest[index]);
        if (distance < nearest) [nearest, found] = [distance, { column: index, unit, source, at }];
      });
      return found;
    }
  }

  return { Diagram, make, short };
})();
