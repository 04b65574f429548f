/* The controls of a replay: a slider over the frames, buttons to step and play, the best epoch marked. */
"use strict";

const networkControls = (() => {
  const { make, button } = networkElements;
  const PAUSE = 80; // milliseconds between two frames of a replay; a slow page shows them later
  const CALM = 600; // the same where the reader wants little motion

  class ReplayControls {
    /** `acts` has seek(index) for a frame that the reader chooses, load(index) for the next one while playing,
        stopped(), and compare(), which returns whether a second frame is shown. */
    constructor(model, acts) {
      this.acts = acts;
      this.entries = model.entries;
      this.last = model.entries.length - 1;
      this.isPlaying = false;
      this.playButton = button("▶ Play", () => (this.isPlaying ? this.pause() : this.play()), "Play the training");
      this.back = button("◀", () => acts.seek(this.index - 1), "One frame back");
      this.forth = button("▶", () => acts.seek(this.index + 1), "One frame on");
      this.label = make("output", { className: "value" });
      const best = button("★ Best", () => acts.seek(model.best), "Go to the best epoch");
      best.hidden = model.best < 0;
      const parts = [this.playButton, this.back, this.track(model.best), this.forth, this.label, best, this.compare()];
      this.element = make("div", { className: "controls", role: "group", "aria-label": "Replay" }, ...parts);
      this.element.hidden = this.last < 1;
    }

    /** The slider, with a star at the best epoch. */
    track(best) {
      const range = { type: "range", min: 0, max: this.last, "aria-label": "Frame of the training" };
      this.slider = make("input", { className: "slider", ...range });
      this.slider.addEventListener("input", () => this.acts.seek(Number(this.slider.value)));
      const star = make("span", { className: "best-mark", "aria-hidden": "true" }, "★");
      star.style.left = `calc(8px + (100% - 16px) * ${this.last > 0 ? best / this.last : 0})`;
      star.hidden = best < 0;
      return make("div", { className: "track" }, this.slider, star);
    }

    compare() {
      const act = () => found.setAttribute("aria-pressed", String(this.acts.compare()));
      const found = button("Compare", act, "Show a second frame beside");
      found.setAttribute("aria-pressed", "false");
      return found;
    }

    /** Show which frame is shown. */
    show(index) {
      const { label } = this.entries[index];
      this.index = index;
      this.slider.value = index;
      this.slider.setAttribute("aria-valuetext", label);
      this.label.textContent = label;
      this.back.disabled = index === 0;
      this.forth.disabled = index === this.last;
    }

    /** Play from the frame that is shown; from the first one after the last. */
    play() {
      this.acts.seek(this.index === this.last ? 0 : this.index);
      this.name("❚❚ Pause", "Pause");
      this.isPlaying = true;
      const pause = matchMedia("(prefers-reduced-motion: reduce)").matches ? CALM : PAUSE;
      let shown = performance.now();
      const tick = (now) => {
        if (!this.isPlaying) return;
        if (this.index === this.last) return this.pause();
        if (now - shown >= pause) {
          shown = now;
          this.acts.load(this.index + 1);
        }
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    }

    pause() {
      if (!this.isPlaying) return;
      this.isPlaying = false;
      this.name("▶ Play", "Play the training");
      this.acts.stopped();
    }

    name(text, label) {
      this.playButton.textContent = text;
      this.playButton.setAttribute("aria-label", label);
    }
  }

  return { ReplayControls };
})();
