/* Trace a row: choose one, and read every number of its step, or be asked for the next. It is put into #row-trace, with
   the data under "trace" of the page's block of JSON. */
"use strict";

(() => {
  const { make, button, select } = networkElements;
  const { numberText, bracketed, Numbers } = traceNumbers;
  const HIDDEN = "…";
  const FIRST = 1; // the part to begin with: the forward pass

  class Trace {
    constructor(data) {
      [this.data, this.numbers, this.row] = [data, new Numbers(data), 0];
      this.lines = data.parts.flatMap(({ stages }) => stages.flatMap(({ lines }) => lines));
      [this.at, this.right, this.shown] = [null, 0, 0]; // the line that is asked for, null without an exercise
      this.makeElement();
      this.show();
    }

    makeElement() {
      const rows = this.data.rows.map((number, k) => [k, `row ${number}`]);
      const row = select("Row", rows, 0, ({ target }) => this.choose(Number(target.value)));
      const parts = this.data.parts.map(({ name }, k) => [k, name]);
      this.part = select("Part", parts, FIRST, () => this.goTo());
      this.start = button("Exercise", () => this.toggle());
      this.status = make("p", { className: "note", "aria-live": "polite" });
      const controls = make("div", { className: "controls" }, row.parentElement, this.part.parentElement, this.start);
      this.body = make("div", { className: "steps" });
      this.element = make("div", { className: "player trace" }, controls, this.status, this.body);
    }

    choose(row) {
      this.row = row;
      if (this.at !== null) this.begin();
      this.show();
    }

    /** Show another part; an exercise goes on with its first number. */
    goTo() {
      if (this.at !== null) this.begin();
      this.show();
    }

    toggle() {
      if (this.at === null) this.begin();
      else this.at = null;
      this.show();
      this.focus();
    }

    begin() {
      const before = this.data.parts.slice(0, Number(this.part.value));
      const first = before.flatMap(({ stages }) => stages.flatMap(({ lines }) => lines)).length;
      [this.at, this.right, this.shown] = [first, 0, 0];
      this.follow();
    }

    /** Show the part with the number that is asked for. */
    follow() {
      let end = 0;
      const found = this.data.parts.findIndex(({ stages }) => {
        for (const { lines } of stages) end += lines.length;
        return this.at < end;
      });
      if (found >= 0) this.part.value = found;
    }

    /** Go on with the next number, which may be in the next part. */
    answered(right) {
      if (right) this.right += 1;
      else this.shown += 1;
      this.at += 1;
      this.follow();
      this.show();
      this.focus();
    }

    focus() {
      this.element.querySelector(".answer")?.focus();
    }

    get done() {
      return this.at !== null && this.at >= this.lines.length;
    }

    // What is shown

    show() {
      const part = this.data.parts[Number(this.part.value)];
      this.start.textContent = this.at === null ? "Exercise" : "End the exercise";
      const { loss, optimizer, rate } = this.data;
      const settings = `${loss}, ${optimizer}, learning rate ${numberText(rate)}. ${part.note}`;
      this.status.textContent = this.at === null ? settings : this.score();
      this.line = 0; // the number of the next line that is made
      for (const one of this.data.parts.slice(0, Number(this.part.value))) {
        for (const { lines } of one.stages) this.line += lines.length;
      }
      this.body.replaceChildren(...part.stages.map((stage) => this.stage(stage)));
    }

    score() {
      const count = `${this.right} right, ${this.shown} shown`;
      const rest = this.lines.length - this.at;
      if (this.done) return `The step is complete: ${count}.`;
      return `Calculate with four decimals. ${count}; ${networkElements.counted(rest, "number")} to go.`;
    }

    stage({ name, title, note, formulas, reads, lines, tables }) {
      const head = make("div", { className: "head" }, make("h3", {}, `${name}: ${title}`));
      if (note) head.append(make("p", { className: "note" }, note));
      const card = make("div", { className: "card wide" }, head);
      if (formulas.length) card.append(code(formulas.join("\n")));
      card.append(...reads.map((grid) => this.table(grid, `${name}, ${title}`)));
      if (lines.length) card.append(this.written(lines));
      card.append(...tables.map((grid) => this.table(grid, `${name}, ${title}`)));
      return card;
    }

    written(lines) {
      const block = make("div", { className: "lines" });
      for (const [name, expression, result] of lines) {
        const index = this.line;
        this.line += 1;
        const value = this.numbers.at(this.row, result);
        const text = make("span", {}, `${name} = ${this.expression(expression, index)} = `);
        const line = make("div", {}, text);
        if (index === this.at) {
          line.append(new traceExercise.Question(name, value, (right) => this.answered(right)).element);
        } else {
          line.append(make("b", {}, this.at !== null && index > this.at ? HIDDEN : numberText(value)));
        }
        block.append(line);
      }
      return block;
    }

    /** An expression with its numbers; in an exercise without the results that are still to come. */
    expression(pieces, index) {
      const hides = this.at !== null && index > this.at;
      return pieces.map((piece, k) => {
        if (typeof piece === "string") return piece;
        if (hides && piece < 0) return HIDDEN;
        const value = this.numbers.at(this.row, piece);
        return value < 0 && bracketed(pieces, k) ? `(${numberText(value)})` : numberText(value);
      }).join("");
    }

    table({ name, rows, columns, values }, stage) {
      const hides = this.at !== null && this.line > this.at;
      const cell = (place) => (hides && place < 0 ? HIDDEN : numberText(this.numbers.at(this.row, place)));
      const head = make("tr", {}, ...[name, ...columns].map((text) => make("th", { scope: "col" }, text || "value")));
      const lines = values.map((row, k) => {
        const first = make("th", { scope: "row" }, rows[k] || name);
        return make("tr", {}, first, ...row.map((place) => make("td", { className: "n" }, cell(place))));
      });
      const table = make("table", { className: "nums" }, make("thead", {}, head), make("tbody", {}, ...lines));
      const label = `Table: ${name || "parameters"} of ${stage}`;
      return make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": label }, table);
    }
  }

  const code = (text) => make("pre", { tabIndex: 0 }, make("code", {}, make("span", {}, ...lined(text))));
  const lined = (text) => text.split("\n").flatMap((line, k) => (k ? [document.createElement("br"), line] : [line]));

  const place = document.getElementById("row-trace");
  const block = document.getElementById("npnet-data");
  const data = place && block && JSON.parse(block.textContent).trace;
  const start = () => {
    window.npnetTrace = new Trace(data);
    place.append(window.npnetTrace.element);
  };
  if (data) requestAnimationFrame(() => setTimeout(start)); // after the first paint of the page
})();
