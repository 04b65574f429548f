/* Points that the reader adds to the training rows of a page or moves, by the pointer or by numbers. */
"use strict";

const networkEditor = (() => {
  const { make, counted } = networkElements;

  class PointEditor {
    /** `acts` has changed(), called after rows were added or moved, and tell(words) for what was added. */
    constructor(model, boundary, acts) {
      Object.assign(this, { model, boundary, acts });
      this.isChanged = false; // whether rows were added or moved
      this.readout = make("p", { className: "note readout" });
      const mode = (value) => boundary.element.classList.toggle("editing", value !== "look");
      this.form = new networkForms.PointForm(model, mode, (u, v) => this.add(u, v));
      networkPointer.follow(boundary, {
        mode: () => this.form.mode.value,
        words: (text) => {
          this.readout.textContent = text || this.hint;
        },
        add: (u, v) => this.add(u, v),
        move: (index, u, v) => this.move(index, u, v),
        moved: () => this.changed(),
      });
    }

    /** Take the plane of the picture, or null. */
    setPlane(plane) {
      this.plane = plane;
      this.readout.textContent = this.hint;
    }

    get hint() {
      if (this.model.width > 2 && this.plane && !this.plane.directions)
        return "Rows are where their two columns put them; the other inputs of the map are fixed.";
      return "Point at a place for its prediction.";
    }

    add(u, v) {
      if (!this.plane || !Number.isFinite(u) || !(this.plane.flat || Number.isFinite(v))) return;
      this.model.training.add(this.plane.inputsAt(u, v), [this.form.y]);
      this.changed();
      this.acts.tell(`Added a point; ${counted(this.model.training.added.length, "point")} of yours.`);
    }

    move(index, u, v) {
      const rows = this.model.training;
      this.plane.inputsAt(u, v, rows.inputsOf(index)).forEach((value, f) => {
        rows.inputs[index * rows.width + f] = value;
      });
      this.boundary.drawOverlay();
    }

    changed() {
      this.isChanged = true;
      this.acts.changed();
    }

    /** Take back what was added and moved. */
    restore() {
      this.model.restoreRows();
      this.isChanged = false;
    }
  }

  return { PointEditor };
})();
