/* One network of the page with its data: what is drawn of it, and its training. A change of the data or of the network
   makes another session. The parts are those that show the network of a report. */
"use strict";

const playSession = (() => {
  const { make } = networkElements;
  const WIDEST = 470; // pixels of a picture
  const NODES = 72; // of a map on each axis while it moves; at rest it is as fine as its place
  const OFTEN = 100; // milliseconds between two scores while pictures move
  const NOTE =
    "Solid orange is positive, dashed blue negative; the dot at a corner is the bias. Choose a unit for its equation.";

  class Session {
    constructor(data, curves) {
      this.data = data;
      this.curves = curves;
      this.model = new networkModel.Model(data);
      this.network = this.model.another();
      this.start = this.model.entries[0];
      this.splits = ["train", "validation", "test"].filter((split) => this.model.rows[split]?.count);
      this.analyses = this.splits.map((split) => new networkAnalysis.Analysis(this.model, split));
      this.targets = this.analyses.map(({ order }, k) =>
        order.map((index) => this.model.rows[this.splits[k]].targetsOf(index)[0]),
      );
      this.colours = networkMaps.palette();
      this.scored = 0;
      this.makeParts();
      this.reset();
    }

    makeParts() {
      const { model, network } = this;
      this.boundary = new networkBoundary.Boundary(model, network, NODES);
      this.diagram = new networkDiagram.Diagram(model, {
        choose: (column, unit) => this.choose({ column, unit }),
        point: (edge) => this.point(edge),
        edit: (edge) => this.edit(edge),
      });
      this.diagramNote = make("p", { className: "note" }, NOTE);
      this.panel = new networkUnit.UnitPanel(model, (at, value) => {
        network.theta[at] = value;
        this.changed();
      });
      this.planeForm = new networkForms.PlaneForm(
        model,
        (plane) => this.setPlane(plane),
        () => {},
      );
      this.legend = new networkLegend.Legend(model);
      this.readout = make("p", { className: "note readout" });
      this.listen();
    }

    listen() {
      const area = this.boundary.element;
      const hint = "Point at a place for its prediction.";
      this.readout.textContent = hint;
      area.addEventListener("pointermove", (event) => {
        const box = area.getBoundingClientRect();
        const words = this.plane ? this.boundary.words(event.clientX - box.left, event.clientY - box.top) : "";
        this.readout.textContent = words || hint;
      });
      area.addEventListener("pointerleave", () => {
        this.readout.textContent = hint;
      });
    }

    // Training

    /** Go back to the initial weights. */
    reset() {
      this.network.theta.set(this.start.theta);
      this.network.state.set(this.start.state);
      this.training = new networkTraining.Continuation(this.model, this.network, {});
      this.curves.clear(this.splits);
    }

    /** The passes over the training rows so far, with the share of the one that is not complete. */
    get epochs() {
      const { steps, batch, order } = this.training;
      const each = Math.ceil(order.length / batch);
      return Math.floor(steps / each) + Math.min(1, ((steps % each) * batch) / order.length);
    }

    /** Take steps until `isEnough(steps)`. */
    train(rate, isEnough) {
      let steps = 0;
      do this.training.step(rate);
      while (!isEnough(++steps));
    }

    /** Return the steps to the end of the current epoch. */
    get stepsLeft() {
      const { at, batch, order } = this.training;
      const left = Math.ceil((order.length - at) / batch);
      return left || Math.ceil(order.length / batch);
    }

    /** Return the loss and the score of each split. */
    scores() {
      return this.analyses.map((analysis, k) => {
        const pass = analysis.run(this.network);
        return {
          split: this.splits[k],
          loss: pass.meanLoss(),
          score: playChart.scoreOf(this.model, pass, this.targets[k]),
        };
      });
    }

    // Pictures

    setPlane(plane) {
      this.plane = plane;
      if (plane) this.boundary.setPlane(plane);
      this.layout();
    }

    choose(chosen) {
      const same = this.chosen && this.chosen.column === chosen.column && this.chosen.unit === chosen.unit;
      this.chosen = same ? null : chosen;
      this.panel.element.hidden = !this.chosen;
      this.boundary.chosen = [];
      this.diagram.choose(this.chosen);
      this.layout();
    }

    point(edge) {
      this.diagramNote.textContent = edge ? this.diagram.edges.words(edge) : NOTE;
      this.diagram.canvas.classList.toggle("pointing", Boolean(edge));
    }

    edit({ column, unit, source }) {
      if (this.chosen?.column !== column || this.chosen.unit !== unit) this.choose({ column, unit });
      this.panel.focus(source);
    }

    /** Draw what depends on the weights; return the scores, or null where `moving` pictures leave them for later. */
    draw(moving) {
      const now = performance.now();
      const scores = moving && now - this.scored < OFTEN ? null : this.scores();
      if (scores) {
        this.scored = now;
        this.curves.add(
          this.epochs,
          scores.map((one) => one.loss),
        );
        this.curves.draw();
      }
      if (!this.width) return scores;
      if (this.plane) {
        this.boundary.forward();
        this.boundary.draw(this.colours);
      }
      const { theta } = this.network;
      const grid = this.plane ? this.boundary.grid : null;
      const { dead } = this.analyses[0].of(this.network);
      this.model.entries = [{ ...this.start, theta }]; // of which the largest weight gives the thickness of lines
      this.diagram.edges.measure(this.model.entries);
      this.diagram.draw(theta, grid, this.colours, dead);
      if (this.chosen && !moving) this.showUnit(grid);
      if (this.plane && !moving) this.boundary.refineLater();
      return scores;
    }

    showUnit(grid) {
      const data = this.analyses[0].run(this.network);
      this.panel.show(this.chosen, this.network.theta, grid, data, this.colours, "");
      this.boundary.chosen = this.panel.excited.map((k) => this.analyses[0].order[k]);
      if (this.plane) this.boundary.drawOverlay();
    }

    /** Fit everything to the places that it has. */
    layout() {
      const [picture, drawing] = [this.boundary.element.parentElement, this.diagram.element.parentElement];
      this.width = picture?.clientWidth;
      if (!this.width || !drawing) return;
      if (this.plane) this.boundary.layout(Math.min(WIDEST, this.width));
      this.diagram.layout(drawing.clientWidth);
      this.changed();
      if (this.plane) this.boundary.drawOverlay();
      this.legend.draw(this.colours, this.boundary.range);
    }

    recolour() {
      this.colours = networkMaps.palette();
      this.layout();
    }

    /** Called where something was changed that is to be drawn. */
    changed() {
      this.onChange?.();
    }
  }

  return { Session };
})();
