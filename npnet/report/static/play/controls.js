/* Fields of the page: ranges with their value, choices, numbers and switches, each with its label. */
"use strict";

const playControls = (() => {
  const { make, short } = networkElements;

  let made = 0; // fields so far, each with an id of its own

  /** Return a field: its label, what stands beside the label, and what is set. */
  function field(label, input, beside = null, look = "field") {
    input.id = `play-field-${++made}`;
    const head = make("span", { className: "head" }, make("label", { htmlFor: input.id }, label));
    if (beside) head.append(beside);
    return make("div", { className: look }, head, input);
  }

  /** Return a range with its value beside its label; `act(value, done)` is called while it moves and at its end. */
  function range(label, { min, max, step, value, format = short }, act) {
    const shown = make("span", { className: "shown" }, format(value));
    const input = make("input", { type: "range", className: "slider", min, max, step, value });
    input.setAttribute("aria-valuetext", format(value));
    const show = () => {
      shown.textContent = format(Number(input.value));
      input.setAttribute("aria-valuetext", shown.textContent);
    };
    input.addEventListener("input", () => {
      show();
      act(Number(input.value));
    });
    return field(label, input, shown, "field ranged");
  }

  /** Return a choice between [value, text, title] triples. */
  function choice(label, options, value, act) {
    const texts = options.map(([key, text, title = ""]) => make("option", { value: key, title }, text));
    const input = make("select", { className: "button" }, ...texts);
    input.value = String(value);
    input.addEventListener("change", () => act(input.value));
    return field(label, input);
  }

  /** Return a choice between numbers, the current one among them. */
  function numbers(label, values, value, act) {
    const every = [...new Set([...values, value])].sort((a, b) => a - b);
    return choice(
      label,
      every.map((one) => [String(one), String(one)]),
      value,
      (text) => act(Number(text)),
    );
  }

  /** Return a field of a whole number or of a decimal. */
  function number(label, { min, max, step = 1, value }, act) {
    const input = make("input", { type: "number", min, max, step, value });
    input.addEventListener("change", () => {
      const given = input.valueAsNumber;
      const fits = Number.isFinite(given)
        ? Math.max(min, Math.min(max, step === 1 ? Math.round(given) : given))
        : value;
      input.value = fits;
      act(fits);
    });
    return field(label, input);
  }

  /** Return a switch. */
  function check(label, value, act, title = "") {
    const input = make("input", { type: "checkbox", checked: value });
    input.addEventListener("change", () => act(input.checked));
    return make("label", { className: "check", title }, input, make("span", {}, label));
  }

  /** Replace the content of an element; the field that had the focus there gives it to the one in its place. */
  function refill(element, ...children) {
    const fields = () => [...element.querySelectorAll("input, select, button")];
    const at = fields().indexOf(document.activeElement);
    element.replaceChildren(...children);
    if (at >= 0) fields()[at]?.focus();
  }

  return { range, choice, numbers, number, check, refill };
})();
