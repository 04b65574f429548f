/* The unit that is looked at: its map, its equation with numbers, the histogram of its values on the training rows, the
   rows that excite it most, and its weights to edit. */
"use strict";

const networkUnit = (() => {
  const { make, svg, short, extremes } = networkElements;
  const SIDE = 150; // pixels of the map
  const MOST_TERMS = 12; // of an equation
  const BINS = 30;
  const MOST_ROWS = 5;
  const MOST_INPUTS = 4; // columns of the table of rows

  class UnitPanel {
    /** `edit(at, value)` is called with the place in theta of a weight that was changed. */
    constructor(model, edit) {
      this.model = model;
      this.edit = edit;
      this.title = make("h3");
      this.note = make("p", { className: "note" });
      this.canvas = make("canvas", { role: "img" });
      this.equation = make("p", { className: "equation" });
      this.histogram = svg("svg", { class: "chart", viewBox: "0 0 300 104", role: "img" });
      const region = { tabIndex: 0, role: "region", "aria-label": "Rows that excite the unit most" };
      this.table = make("div", { className: "scroll", ...region });
      this.fields = make("div", { className: "weights" });
      this.editor = make("details", { className: "numbers" }, make("summary", {}, "Edit the weights"), this.fields);
      const words = make("div", {}, this.equation, this.histogram);
      const top = make("div", { className: "unit-top" }, this.canvas, words);
      const caption = make("figcaption", {}, this.title, this.note);
      this.element = make("figure", { className: "card wide unit-panel" }, caption, top, this.table, this.editor);
      this.element.hidden = true;
    }

    /** Show a unit: `grid` has the plane or is null, `data` a pass over the training rows or null, `since` the label of
        the frame in which it died or "". */
    show(chosen, theta, grid, data, colours, since) {
      const { column, unit } = chosen;
      const found = this.model.columns[column];
      const kind = column === 0 ? "Input" : column === this.model.columns.length - 1 ? "Output" : "Unit";
      this.title.textContent = `${kind} ${found.names[unit]}`;
      this.note.textContent = since ? `Dead since ${since}: 0 on every training row, so it does not learn.` : "";
      this.note.hidden = !since;
      const values = data ? data.nodes[found.node].subarray(unit * data.n, (unit + 1) * data.n) : [];
      this.drawMap(found, unit, grid, colours);
      this.equation.textContent = this.equationOf(column, unit, theta);
      this.drawHistogram(values, found.names[unit]);
      this.listRows(values);
      this.listWeights(column, unit, theta);
    }

    drawMap(found, unit, grid, colours) {
      this.canvas.hidden = !grid;
      if (!grid) return;
      const atlas = new networkMaps.Atlas(grid, 1, 1);
      atlas.write(0, grid.pass.nodes[found.node], unit * grid.columns * grid.rows, colours.diverging);
      atlas.flush();
      atlas.draw(networkMaps.cleared(this.canvas, SIDE, SIDE), 0, 0, 0, SIDE, SIDE);
      this.canvas.setAttribute("aria-label", `Map of ${found.names[unit]}: blue below 0, orange above`);
    }

    /** Return the equation of a unit with its numbers; of many terms the largest. */
    equationOf(column, unit, theta) {
      const { model } = this;
      const found = model.columns[column];
      if (!column) return `${found.names[unit]}: an input, prepared as in the training.`;
      const functions = found.functions.map((step) => step.type);
      if (column === model.columns.length - 1 && model.data.activation) functions.push(model.data.activation);
      const opened = functions
        .map((type) => `${type}(`)
        .reverse()
        .join("");
      const inside =
        found.step.type === "linear" ? this.sumOf(column, unit, theta) : `${found.step.type} of the inputs`;
      const added = found.added ? " + the values before the block" : "";
      return `${found.names[unit]} = ${opened}${inside}${")".repeat(functions.length)}${added}`;
    }

    sumOf(column, unit, theta) {
      const { at, columns } = this.model.columns[column].step.parameters[0];
      const first = at + unit * columns;
      const every = this.model.columns[column - 1].names.map((name, k) => [theta[first + k], name]);
      const bySize = [...every].sort((a, b) => Math.abs(b[0]) - Math.abs(a[0]));
      const terms = every.length > MOST_TERMS ? bySize.slice(0, MOST_TERMS - 2) : every;
      const written = terms.map(([weight, name], k) => {
        const sign = weight < 0 ? (k ? " − " : "−") : k ? " + " : "";
        return `${sign}${short(Math.abs(weight))}·${name}`;
      });
      const rest = every.length > terms.length ? ` + … ${every.length - terms.length} more` : "";
      const bias = theta[first + columns - 1];
      return `${written.join("")}${rest} ${bias < 0 ? "−" : "+"} ${short(Math.abs(bias))}`;
    }

    drawHistogram(values, name) {
      this.histogram.replaceChildren();
      this.histogram.setAttribute("display", values.length ? "inline" : "none");
      if (!values.length) return;
      const [low, high] = extremes(values);
      const counts = new Array(BINS).fill(0);
      for (const value of values)
        counts[Math.min(BINS - 1, Math.floor(((value - low) / (high - low || 1)) * BINS))] += 1;
      const most = Math.max(...counts);
      counts.forEach((count, k) => {
        const height = (74 * count) / most;
        const place = { x: 5 + (k * 290) / BINS, width: 290 / BINS - 1, y: 78 - height, height };
        this.histogram.append(svg("rect", { ...place, class: "bar c1" }));
      });
      this.histogram.append(svg("path", { d: "M5 78.5H295", class: "axis" }));
      const ends = [
        [5, "start", short(low)],
        [150, "middle", "values on the training rows"],
        [295, "end", short(high)],
      ];
      for (const [x, anchor, words] of ends)
        this.histogram.append(svg("text", { x, y: 96, "text-anchor": anchor, class: "tick" }, words));
      const range = `from ${short(low)} to ${short(high)}`;
      this.histogram.setAttribute("aria-label", `Histogram of ${name} on ${values.length} training rows, ${range}`);
    }

    /** List the rows with the largest values; `excited` has their positions. */
    listRows(values) {
      const { model } = this;
      const order = Array.from(values, (_, k) => k).sort((a, b) => values[b] - values[a]);
      this.excited = order.slice(0, MOST_ROWS);
      this.table.hidden = !values.length;
      if (!values.length) return;
      const inputs = model.inputs.slice(0, MOST_INPUTS);
      const names = ["row", "value", ...inputs.map((input) => input.name), model.data.targets[0]];
      const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col", title: name }, name)));
      const body = this.excited.map((index) => {
        const own = model.training.inputsOf(index);
        const cells = [model.training.rows[index] || "yours", short(values[index])];
        inputs.forEach((input, k) => cells.push(short(networkRows.toUnits(input, own[k]))));
        cells.push(this.targetText(model.training.targetsOf(index)[0]));
        return make("tr", {}, ...cells.map((cell) => make("td", {}, String(cell))));
      });
      const caption = make("caption", {}, "Rows that excite it most, ringed in the picture");
      this.table.replaceChildren(make("table", {}, caption, make("thead", {}, head), make("tbody", {}, ...body)));
    }

    targetText(y) {
      const { data, hasValues, task } = this.model;
      return hasValues || task === "multilabel" ? short(y) : data.classes[y];
    }

    listWeights(column, unit, theta) {
      const found = this.model.columns[column];
      this.editor.hidden = found.step?.type !== "linear";
      if (this.editor.hidden) return;
      const { at, columns } = found.step.parameters[0];
      const first = at + unit * columns;
      if (this.first !== first) this.makeFields(first, [...this.model.columns[column - 1].names, "bias"]);
      this.inputs.forEach((field, k) => {
        if (field !== document.activeElement) field.value = Number(theta[first + k].toPrecision(5));
      });
    }

    makeFields(first, names) {
      this.first = first;
      this.inputs = names.map((_, k) => {
        const field = make("input", { type: "number", step: "any" });
        field.addEventListener("change", () => {
          if (Number.isFinite(field.valueAsNumber)) this.edit(first + k, field.valueAsNumber);
        });
        return field;
      });
      const labels = names.map((name, k) => make("label", {}, make("span", {}, name), this.inputs[k]));
      this.fields.replaceChildren(...labels);
    }

    /** Open the editor, with the focus on the weight of a unit before. */
    focus(source) {
      this.editor.open = true;
      this.inputs?.[source]?.focus();
    }
  }

  return { UnitPanel };
})();
