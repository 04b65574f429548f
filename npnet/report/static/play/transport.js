/* The bar that stays in view: buttons of the training, epochs and scores, and what a picture follows. */
"use strict";

const playTransport = (() => {
  const { make, button, short } = networkElements;
  const SPEEDS = [
    ["1", "a step"],
    ["epoch", "an epoch"],
    ["fast", "as many as fit"],
  ];

  class Transport {
    /** `acts` has toggle(), step(), epoch() and reset(). */
    constructor(acts) {
      this.speed = "epoch";
      this.trainButton = button("▶ Train", () => acts.toggle());
      this.trainButton.classList.add("main");
      this.buttons = [
        this.trainButton,
        button("Step", () => acts.step(), "One step of the optimizer"),
        button("Epoch", () => acts.epoch(), "To the end of the epoch"),
        button("Reset", () => acts.reset(), "Back to the initial weights"),
      ];
      this.counts = make("dl", { className: "counts" });
      const speed = playControls.choice("Per picture", SPEEDS, this.speed, (value) => (this.speed = value));
      const copy = make("button", { className: "button", type: "button" }, "Copy as config");
      copy.dataset.copy = "play-config";
      const buttons = make("div", { className: "buttons" }, ...this.buttons);
      const look = { className: "transport", role: "group", "aria-label": "Training" };
      this.element = make("div", look, buttons, this.counts, speed, copy);
    }

    /** Show whether the training goes on. */
    turn(isOn) {
      this.trainButton.textContent = isOn ? "❚❚ Pause" : "▶ Train";
    }

    disable(is) {
      for (const one of this.buttons) one.disabled = is;
    }

    /** Show the epochs of a session and its scores. */
    show({ epochs, model }, scores) {
      const pair = (term, value) => make("div", {}, make("dt", {}, term), make("dd", {}, value));
      const { split, score } = scores.at(-1);
      this.counts.replaceChildren(
        pair("epoch", epochs.toFixed(epochs < 10 ? 1 : 0)),
        ...scores.map((one) => pair(`${one.split} loss`, short(one.loss))),
        model.hasValues
          ? pair(`${split} R²`, short(score))
          : pair(`${split} accuracy`, `${(100 * score).toFixed(1)} %`),
      );
    }
  }

  return { Transport };
})();
