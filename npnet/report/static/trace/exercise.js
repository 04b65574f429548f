/* An exercise on a traced row: the results of a step are hidden, and asked one after the other. */
"use strict";

const traceExercise = (() => {
  const { make, button } = networkElements;
  const [RELATIVE, ABSOLUTE] = [5e-3, 5e-4]; // an answer was calculated with four decimals

  /** What an answer is, beside the right value: right, of the other sign, wrong, or no number. */
  function judged(text, value) {
    const answer = Number(text.trim().replace(",", ".").replace("−", "-"));
    const near = (one) => Math.abs(answer - one) <= RELATIVE * Math.abs(one) + ABSOLUTE;
    if (!text.trim() || Number.isNaN(answer)) return "none";
    if (near(value)) return "right";
    return near(-value) ? "sign" : "wrong";
  }

  const WORDS = {
    none: "Write a number, such as 0.25 or -1e-3.",
    sign: "The size is right, the sign is not.",
    wrong: "Not yet: put the numbers into the formula once more.",
  };

  /** The question for one number of a step, with a field for the answer; `done(right)` is called with the end of it. */
  class Question {
    constructor(name, value, done) {
      [this.value, this.done] = [value, done];
      this.field = make("input", { type: "text", inputMode: "decimal", autocomplete: "off", size: 10 });
      this.field.setAttribute("aria-label", `Value of ${name}`);
      this.field.className = "answer";
      this.field.addEventListener("keydown", (event) => event.key === "Enter" && this.check());
      this.words = make("span", { className: "note", "aria-live": "polite" });
      const check = button("Check", () => this.check());
      const show = button("Show it", () => this.done(false));
      this.element = make("span", { className: "question" }, this.field, " ", check, " ", show, " ", this.words);
    }

    check() {
      const verdict = judged(this.field.value, this.value);
      if (verdict === "right") this.done(true);
      else this.words.textContent = WORDS[verdict];
    }
  }

  return { judged, Question };
})();
