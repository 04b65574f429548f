/* A second frame beside the first, with a slider of its own; and the legend of the pictures. */
"use strict";

const networkComparison = (() => {
  const { make } = networkElements;

  class Comparison {
    constructor(model) {
      this.model = model;
      this.network = model.another();
      this.boundary = new networkBoundary.Boundary(model, this.network);
      this.label = make("h3");
      const range = { type: "range", min: 0, max: model.entries.length - 1, value: 0, "aria-label": "Second frame" };
      this.slider = make("input", { className: "slider", ...range });
      this.slider.addEventListener("input", () => this.draw(this.colours, this.width));
      const caption = make("figcaption", {}, this.label, make("div", { className: "controls" }, this.slider));
      this.element = make("figure", { className: "card", hidden: true }, caption, this.boundary.element);
    }

    /** Show it or hide it; return whether it is shown. */
    toggle() {
      this.element.hidden = !this.element.hidden;
      return !this.element.hidden;
    }

    draw(colours, width) {
      [this.colours, this.width] = [colours, width];
      if (this.element.hidden) return;
      const { network, boundary } = this;
      const entry = this.model.entries[Number(this.slider.value)];
      network.theta.set(entry.theta);
      network.state.set(entry.state);
      this.label.textContent = `Beside it: ${entry.label}`;
      this.slider.setAttribute("aria-valuetext", entry.label);
      boundary.layout(width);
      boundary.forward();
      boundary.draw(colours);
      boundary.drawOverlay();
      boundary.refineLater();
      boundary.canvas.setAttribute("aria-label", `Predictions at ${entry.label}`);
    }
  }

  return { Comparison };
})();
