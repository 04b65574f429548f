/* The legend of the pictures: classes with their colours and shapes, and what else marks tell. */
"use strict";

const networkLegend = (() => {
  const { make } = networkElements;
  const MOST = 12; // classes
  const [WIDTH, HEIGHT, RADIUS] = [16, 14, 5];

  class Legend {
    constructor(model) {
      const names = model.hasValues ? [] : model.task === "multilabel" ? ["no", "yes"] : model.data.classes;
      this.marks = names.slice(0, MOST).map(() => make("canvas", { "aria-hidden": "true" }));
      const items = this.marks.map((mark, code) => make("li", {}, mark, names[code]));
      if (names.length > MOST) items.push(make("li", {}, `and ${names.length - MOST} more`));
      if (model.hasValues && model.width > 1)
        items.push(make("li", {}, "▲ the target is above the surface, ▼ below; the larger, the farther"));
      const [, other] = networkPoints.splitsOf(model);
      if (other) items.push(make("li", {}, `hollow: ${other} set`));
      this.element = make("ul", { className: "legend" }, ...items);
    }

    draw(colours) {
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
