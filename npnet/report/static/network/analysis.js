/* What the training rows show of a state of the weights: the mean loss, the dead units, and the values of units. */
"use strict";

const networkAnalysis = (() => {
  const MOST = 3000; // rows that are calculated

  class Analysis {
    /** `split` names the rows; without it they are those of the training set. */
    constructor(model, split = null) {
      this.model = model;
      this.split = split;
      this.network = model.another();
      this.refresh();
    }

    /** Take the rows of the model again, after they were changed. */
    refresh() {
      const { model, split } = this;
      const rows = split ? model.rows[split] : model.training;
      this.found = new Map();
      this.order = networkMaps.spread(rows.count, MOST);
      const n = this.order.length;
      this.pass = n ? new engine.Pass(this.network, n, model.data.loss) : null;
      if (!n) return;
      rows.gather(this.order, 0, n, this.pass.x);
      this.pass.t.set(model.encode(this.order.flatMap((index) => rows.targetsOf(index))));
      this.pass.w = rows.weightsOf(this.order);
    }

    /** Calculate every unit on the rows; return the pass, or null without rows. */
    run({ theta, state }) {
      if (!this.pass) return null;
      this.network.theta.set(theta);
      this.network.state.set(state);
      this.pass.forward();
      return this.pass;
    }

    /** Return {loss, dead} of a state; what is found is kept under a key, where there is one. */
    of(state, key = null) {
      if (this.found.has(key)) return this.found.get(key);
      const pass = this.run(state);
      const found = {
        loss: pass && pass.meanLoss(),
        dead: pass && this.model.columns.map((column) => this.deadOf(column)),
      };
      if (key !== null) this.found.set(key, found);
      return found;
    }

    /** Flag the units of a column with relu that are 0 on every row; null for other columns. */
    deadOf(column) {
      const relu = column.functions.find((step) => step.type === "relu");
      if (!relu) return null;
      const { n, nodes } = this.pass;
      const values = nodes[relu.y];
      return Array.from(
        { length: column.width },
        (_, unit) => !values.subarray(unit * n, (unit + 1) * n).some(Boolean),
      );
    }

    /** Return, for each unit of a column, the frame from which on it is dead to the end, or -1; one frame at a time. */
    async deaths() {
      const { model } = this;
      const { entries } = model;
      if (!this.pass || !model.columns.some((column) => this.deadOf(column))) return null;
      const each = [];
      for (const [index, entry] of entries.entries()) {
        each.push(this.of(entry, index).dead);
        await new Promise((resolve) => setTimeout(resolve));
      }
      return model.columns.map((column, at) => {
        const since = (unit) => {
          let first = entries.length;
          while (first > 0 && each[first - 1][at][unit]) first--;
          return first < entries.length ? first : -1;
        };
        return each[0][at] && Array.from({ length: column.width }, (_, unit) => since(unit));
      });
    }
  }

  /** Flag the units that are dead to the end at a frame, given `deaths`. */
  const deadAt = (deaths, index) => deaths.map((column) => column?.map((since) => since >= 0 && since <= index));

  return { Analysis, deadAt };
})();
