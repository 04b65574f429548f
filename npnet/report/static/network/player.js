/* The player of a network: a slider over its frames, the boundary, every weight, the unit that is looked at, and
   training on. It is put into #network-player, with the data under "network" of the page's block of JSON. */
"use strict";

(() => {
  const { make } = networkElements;
  const WIDEST = 470; // pixels of a picture
  const DIAGRAM_NOTE =
    "The thicker, the larger; solid orange is positive, dashed blue negative; the dot at a corner is the bias. " +
    "Choose a unit for its equation.";

  class Player {
    constructor(data) {
      this.model = new networkModel.Model(data);
      this.entries = this.model.entries;
      this.index = Math.max(0, this.model.best);
      this.network = this.model.another();
      this.analysis = new networkAnalysis.Analysis(this.model);
      this.colours = networkMaps.palette();
      this.makeParts();
      this.makeControls();
      this.makeElement();
      this.setPlane(this.planeForm.plane);
      this.load(this.index);
      this.findDeaths();
    }

    // What it is made of

    makeParts() {
      const { model, network } = this;
      this.boundary = new networkBoundary.Boundary(model, network);
      this.diagram = new networkDiagram.Diagram(model, {
        choose: (column, unit) => this.choose({ column, unit }),
        point: (edge) => this.point(edge),
        edit: (edge) => this.editEdge(edge),
      });
      this.panel = new networkUnit.UnitPanel(model, (at, value) => this.editWeight(at, value));
      this.lane = new networkLane.Lane(model, (index) => this.seek(index));
      this.training = new networkTraining.TrainingCard(model, network, {
        start: () => this.start(),
        changed: () => this.redraw().loss,
        reset: () => this.reset(),
      });
      this.planeForm = new networkForms.PlaneForm(
        model,
        (plane) => this.setPlane(plane),
        (which) => this.setWhich(which),
      );
      this.points = new networkEditor.PointEditor(model, this.boundary, {
        changed: () => this.changedRows(),
        tell: (words) => {
          this.training.progress.textContent = words;
        },
      });
      this.training.element.append(this.points.form.element);
      this.comparison = new networkComparison.Comparison(model);
    }

    makeControls() {
      this.controls = new networkControls.ReplayControls(this.model, {
        seek: (index) => this.seek(index),
        load: (index) => this.load(index),
        stopped: () => this.redraw(),
        compare: () => this.compare(),
      });
      this.status = make("p", { className: "note status", role: "status" });
    }

    makeElement() {
      const { model } = this;
      const headings = { multiclass: "Decision regions", regression: "Fitted surface", counts: "Fitted surface" };
      const curve = model.width === 1 ? "Fitted curve" : null;
      const heading = make("h3", {}, curve ?? headings[model.task] ?? "Decision boundary");
      this.edgeNote = make("p", { className: "note" }, DIAGRAM_NOTE);
      this.legend = new networkLegend.Legend(model);
      this.picture = make(
        "figure",
        { className: "card" },
        make("figcaption", {}, heading, this.points.readout),
        this.boundary.element,
        this.legend.element,
      );
      this.drawing = make(
        "figure",
        { className: "card wide" },
        make("figcaption", {}, make("h3", {}, "Every weight"), this.edgeNote),
        this.diagram.element,
      );
      const cards = [this.picture, this.comparison.element, this.training.element, this.drawing, this.panel.element];
      const grid = make("div", { className: "grid" }, ...cards, this.lane.element);
      const printed = new networkPrint.PrintedFrames(model, () => this.printed);
      const parts = [this.controls.element, this.status, this.planeForm.element, grid, printed.element];
      this.element = make("div", { className: "player" }, ...parts);
    }

    // Planes

    setPlane(plane) {
      this.plane = plane;
      this.picture.hidden = !plane;
      this.points.setPlane(plane);
      if (plane) for (const one of this.pictures) one.setPlane(plane);
      this.layout();
    }

    setWhich(which) {
      for (const one of this.pictures) one.setWhich(which);
      this.layout();
    }

    /** What pictures on paper show. */
    get printed() {
      return { plane: this.plane, which: this.boundary.which, colours: this.colours };
    }

    get pictures() {
      return [this.boundary, this.comparison.boundary];
    }

    // Frames

    /** Show a frame, and leave what was trained or edited in the page. */
    seek(index) {
      this.training.forget();
      this.edited = false;
      this.training.allowReset(this.points.isChanged);
      this.load(Math.max(0, Math.min(this.entries.length - 1, index)));
    }

    load(index) {
      const entry = this.entries[index];
      this.index = index;
      this.network.theta.set(entry.theta);
      this.network.state.set(entry.state);
      this.controls.show(index);
      this.lane.show(index);
      this.redraw();
    }

    /** Whether what is shown is a frame, and not what the reader made of it. */
    get isRecorded() {
      return !this.training.continuation && !this.edited;
    }

    /** Calculate and draw all that depends on the weights; return what the training rows show. */
    redraw() {
      const { network, boundary, plane, colours } = this;
      const found = this.analysis.of(network, this.isRecorded ? this.index : null);
      if (!this.width) return found;
      if (plane) {
        boundary.forward();
        boundary.draw(colours);
      }
      const dead = this.isRecorded && this.deaths ? networkAnalysis.deadAt(this.deaths, this.index) : found.dead;
      this.diagram.draw(network.theta, this.grid, colours, dead);
      if (this.chosen && !this.controls.isPlaying) this.showUnit();
      if (!this.controls.isPlaying) this.tell(found.loss);
      if (plane && !this.controls.isPlaying && !this.training.isOn) boundary.refineLater();
      return found;
    }

    get grid() {
      return this.plane ? this.boundary.grid : null;
    }

    /** Find the dead units of frames: those that stay dead to the end. */
    async findDeaths() {
      this.deaths = await this.analysis.deaths();
      if (this.deaths && this.isRecorded) this.redraw();
    }

    /** Say in words what is shown. */
    tell(loss) {
      const { continuation } = this.training;
      const recorded = Boolean(this.model.data.frames);
      const words = networkStatus.words(this.entries[this.index], loss, continuation, this.edited, recorded);
      this.status.textContent = words;
      this.boundary.canvas.setAttribute("aria-label", `Predictions over ${this.plane?.names.join(" and ")}. ${words}`);
    }

    /** Show a second frame beside, or hide it; return whether it is shown. */
    compare() {
      const shown = this.comparison.toggle();
      this.training.element.classList.toggle("wide", shown); // else there is a hole beside it
      this.layout();
      return shown;
    }

    // Units and weights

    choose(chosen) {
      const same = this.chosen && this.chosen.column === chosen.column && this.chosen.unit === chosen.unit;
      this.chosen = same ? null : chosen;
      this.panel.element.hidden = same;
      this.boundary.chosen = [];
      this.diagram.choose(this.chosen);
      this.layout();
    }

    showUnit() {
      const { column, unit } = this.chosen;
      const since = this.isRecorded ? (this.deaths?.[column]?.[unit] ?? -1) : -1;
      const label = since >= 0 && since <= this.index ? this.entries[since].label : "";
      const data = this.analysis.run(this.network);
      this.panel.show(this.chosen, this.network.theta, this.grid, data, this.colours, label);
      if (!data) return;
      this.boundary.chosen = this.panel.excited.map((k) => this.analysis.order[k]);
      if (this.plane) this.boundary.drawOverlay();
    }

    point(edge) {
      this.edgeNote.textContent = edge ? this.diagram.edges.words(edge) : DIAGRAM_NOTE;
      this.diagram.canvas.classList.toggle("pointing", Boolean(edge));
    }

    editEdge({ column, unit, source }) {
      if (this.chosen?.column !== column || this.chosen.unit !== unit) this.choose({ column, unit });
      this.panel.focus(source);
    }

    editWeight(at, value) {
      this.network.theta[at] = value;
      this.edited = true;
      this.training.allowReset(true);
      this.redraw();
    }

    // Training on, and points

    /** The state from which a training begins; an edited one has no slots. */
    start() {
      this.controls.pause();
      const entry = this.entries[this.index];
      return { label: entry.label, slots: this.edited ? null : entry.slots, step: entry.step };
    }

    reset() {
      if (this.points.isChanged) {
        this.points.restore();
        this.analysis.refresh();
      }
      this.seek(this.index);
      if (this.plane) this.boundary.drawOverlay();
    }

    /** Take in that training rows were added or moved. */
    changedRows() {
      this.training.allowReset(true);
      this.training.continuation?.rowsChanged();
      this.analysis.refresh();
      this.redraw();
      this.boundary.drawOverlay();
    }

    // Sizes and colours

    /** Put the player into the page, and follow its width and theme. */
    mount(place) {
      place.append(this.element);
      new ResizeObserver(() => this.layout()).observe(this.element);
      const recolour = () => {
        this.colours = networkMaps.palette();
        this.layout();
      };
      document.documentElement.addEventListener("npnet:theme", recolour);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    }

    layout() {
      this.width = this.element.clientWidth;
      if (!this.width) return;
      if (this.plane) this.boundary.layout(Math.min(WIDEST, networkElements.insideOf(this.picture)));
      this.diagram.layout(networkElements.insideOf(this.drawing));
      this.lane.layout(networkElements.insideOf(this.drawing));
      this.redraw();
      if (this.plane) {
        this.boundary.drawOverlay();
        this.comparison.draw(this.colours, Math.min(WIDEST, networkElements.insideOf(this.picture)));
      }
      this.legend.draw(this.colours, this.boundary.range);
    }
  }

  const place = document.getElementById("network-player");
  const block = document.getElementById("npnet-data");
  const data = place && block && JSON.parse(block.textContent).network;
  const start = () => {
    window.npnetPlayer = data.lacking.length ? new networkRecorded.RecordedMaps(data) : new Player(data);
    window.npnetPlayer.mount(place);
  };
  if (data) requestAnimationFrame(() => setTimeout(start)); // after the first paint of the page
})();
