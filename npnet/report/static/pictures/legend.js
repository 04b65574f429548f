/* The legend of the pictures: classes with their colours and shapes, and what else marks tell. */
"use strict";

const networkLegend = (() => {
  const { make, short } = networkElements;
  const MOST = 12; // classes
  const SCALE = 90; // pixels of the scale of values
  const [WIDTH, HEIGHT, RADIUS] = [16, 14, 5];

  class Legend {
    constructor(model) {
      const names = model.hasValues ? [] : model.task === "multilabel" ? ["no", "yes"] : model.data.classes;
      this.marks = names.slice(0, MOST).map(() => make("canvas", { "aria-hidden": "true" }));
      const items = this.marks.map((mark, code) => make("li", {}, mark, names[code]));
      if (names.length > MOST) items.push(make("li", {}, `and ${names.length - MOST} more`));
      this.scale = model.hasValues && model.width > 1 ? make("canvas", { "aria-hidden": "true" }) : null;
      this.ends = [make("span"), make("span")];
      if (this.scale) {
        items.push(make("li", {}, this.ends[0], this.scale, this.ends[1]));
        items.push(make("li", {}, "▲ the target is above the surface, ▼ below; the larger the farther"));
      }
      const [, other] = networkPoints.splitsOf(model);
      if (other) items.push(make("li", {}, `hollow: ${other} set`));
      this.element = make("ul", { className: "legend" }, ...items);
    }

    /** Draw the marks, and the scale of values from `low` to `high`. */
    draw(colours, [low, high]) {
      if (this.scale) {
        const context = networkMaps.cleared(this.scale, SCALE, HEIGHT);
        for (let x = 0; x < SCALE; x++) {
          context.fillStyle = colours.shade(x / (SCALE - 1));
          context.fillRect(x, 1, 1, HEIGHT - 2);
        }
        this.ends.forEach((end, k) => {
          end.textContent = short([low, high][k]);
        });
      }
      this.marks.forEach((mark, code) => {
        const context = networkMaps.cleared(mark, WIDTH, HEIGHT);
        const shape = networkMaps.SHAPES[code % networkMaps.SHAPES.length];
        context.beginPath();
        networkMaps.trace(context, shape, WIDTH / 2, HEIGHT / 2, RADIUS);
        context.fillStyle = context.strokeStyle = colours.classes[code % colours.classes.length];
        context.lineWidth = 1.6;
        if (!networkMaps.isOpen(shape)) context.fill();
        context.stroke();
      });
    }
  }

  return { Legend };
})();
