/* What is printed of a replay: twelve frames side by side, made when the page is printed and taken away after it. */
"use strict";

const networkPrint = (() => {
  const { make } = networkElements;
  const MOST = 12;
  const SIZE = 210; // pixels of a picture

  class PrintedFrames {
    /** `look()` returns {plane, which, colours} of the picture in the page. */
    constructor(model, look) {
      this.model = model;
      this.look = look;
      this.element = make("div", { className: "printed-frames" });
      addEventListener("beforeprint", () => this.fill());
      addEventListener("afterprint", () => this.element.replaceChildren());
    }

    /** Draw frames evenly spread over the training, the best among them. */
    fill() {
      const { entries, best } = this.model;
      const { plane, which, colours } = this.look();
      if (!plane || entries.length < 2) return;
      const last = entries.length - 1;
      const count = Math.min(MOST, entries.length);
      const chosen = Array.from({ length: count }, (_, k) => Math.round((k * last) / (count - 1)));
      const nearest = chosen.reduce(
        (near, index, k) => (Math.abs(index - best) < Math.abs(chosen[near] - best) ? k : near),
        0,
      );
      if (best >= 0) chosen[nearest] = best;
      const network = this.model.another();
      const boundary = (this.boundary ??= new networkBoundary.Boundary(this.model, network));
      boundary.setWhich(which);
      boundary.setPlane(plane);
      boundary.layout(SIZE);
      const figures = chosen.map((index) => this.figure(boundary, entries[index], colours));
      this.element.replaceChildren(...figures);
    }

    /** Return a copy of the picture of a frame. */
    figure(boundary, entry, colours) {
      boundary.network.theta.set(entry.theta);
      boundary.network.state.set(entry.state);
      boundary.forward();
      boundary.draw(colours);
      boundary.drawOverlay();
      const canvas = make("canvas", { role: "img", "aria-label": `Predictions at ${entry.label}` });
      const context = networkMaps.cleared(canvas, boundary.width, boundary.height);
      for (const source of [boundary.canvas, boundary.overlay])
        context.drawImage(source, 0, 0, boundary.width, boundary.height);
      return make("figure", {}, canvas, make("figcaption", {}, entry.label + (entry.best ? ", the best" : "")));
    }
  }

  return { PrintedFrames };
})();
