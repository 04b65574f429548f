/* The pointer in the picture of a network: it looks at values, moves points or adds them. */
"use strict";

const networkPointer = (() => {
  /** `acts` has mode(), which is "look", "move" or "add", words(text), add(u, v), move(index, u, v) and moved(). */
  function follow(boundary, acts) {
    const area = boundary.element;
    let held = null; // the index of the row that is moved
    const at = (event) => {
      const box = area.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    area.addEventListener("pointerdown", (event) => {
      const mode = boundary.plane?.flat ? "look" : acts.mode();
      if (mode === "add") acts.add(...boundary.toPlane(...at(event)));
      if (mode !== "move") return;
      held = boundary.rowAt(...at(event));
      if (held !== null) area.setPointerCapture(event.pointerId);
    });
    area.addEventListener("pointermove", (event) => {
      if (held !== null) acts.move(held, ...boundary.toPlane(...at(event)));
      else acts.words(boundary.words(...at(event)));
    });
    area.addEventListener("pointerup", () => {
      if (held !== null) acts.moved();
      held = null;
    });
    area.addEventListener("pointerleave", () => acts.words(""));
  }

  return { follow };
})();
