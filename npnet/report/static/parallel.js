"use strict";
/* Brushing of parallel coordinates: a range on each axis, dragged along the axis or set by two sliders below. */
(() => {
  const data = JSON.parse(document.getElementById("npnet-data").textContent).parallel;
  const svg = document.querySelector("#parallel svg.chart"), place = document.getElementById("parallel-controls");
  if (!data || !svg || !place) return;
  const NS = "http://www.w3.org/2000/svg", STEPS = 100, FIRST = 8;
  const { names, numbers, shares, labels, x, top, bottom } = data, last = names.length - 1;
  const ranges = names.map(() => [0, 1]);
  const lines = numbers.map((number) => document.getElementById(`trial-${number}`));
  const status = document.getElementById("parallel-status");
  const brushes = [], sliders = [];

  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };

  const isOpen = ([low, high]) => low <= 0 && high >= 1;
  const inside = (row) => row.every((share, axis) =>
    isOpen(ranges[axis]) || (share !== null && share >= ranges[axis][0] - 1e-6 && share <= ranges[axis][1] + 1e-6));

  const table = make("table", {});
  const button = make("button", { type: "button", class: "button" }, "Select all");

  const update = () => {
    const chosen = [];
    shares.forEach((row, index) => {
      const on = inside(row);
      if (on) chosen.push(index);
      lines[index].classList.toggle("off", !on);
    });
    ranges.forEach(([low, high], axis) => {
      const brush = brushes[axis], open = isOpen(ranges[axis]);
      brush.setAttribute("y", top + (1 - high) * (bottom - top));
      brush.setAttribute("height", Math.max((high - low) * (bottom - top), 2));
      brush.classList.toggle("open", open);
      sliders[axis].forEach((slider, end) => { slider.value = Math.round(ranges[axis][end] * STEPS); });
    });
    const ranked = chosen.filter((index) => shares[index][last] !== null)
      .sort((a, b) => (shares[b][last] - shares[a][last]) * (data.maximizes ? 1 : -1));
    const best = ranked.length ? `; the best is trial ${numbers[ranked[0]]} with ${labels[ranked[0]][last]}` : "";
    status.textContent = `${chosen.length} of ${numbers.length} trials selected${best}`;
    const head = make("tr", {}, ...["trial", ...names].map((name) => make("th", { scope: "col" }, name)));
    const rows = ranked.slice(0, FIRST).map((index) => make("tr", {},
      make("th", { scope: "row" }, String(numbers[index])), ...labels[index].map((label) => make("td", {}, label))));
    table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
    button.disabled = ranges.every(isOpen);
  };

  const point = (event) => {
    const matrix = svg.getScreenCTM().inverse();
    const y = matrix.b * event.clientX + matrix.d * event.clientY + matrix.f;
    return Math.min(1, Math.max(0, (bottom - y) / (bottom - top)));
  };

  names.forEach((name, axis) => {
    const brush = document.createElementNS(NS, "rect"), catcher = document.createElementNS(NS, "rect");
    brush.setAttribute("class", "brush");
    brush.setAttribute("x", x[axis] - 8);
    brush.setAttribute("width", 16);
    brush.setAttribute("rx", 3);
    catcher.setAttribute("class", "catcher");
    for (const [key, value] of [["x", x[axis] - 14], ["width", 28], ["y", top - 6], ["height", bottom - top + 12]]) {
      catcher.setAttribute(key, value);
    }
    let start = null;
    catcher.addEventListener("pointerdown", (event) => {
      start = point(event);
      catcher.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    catcher.addEventListener("pointermove", (event) => {
      if (start === null) return;
      const end = point(event);
      if (Math.abs(end - start) > 0.01) {
        ranges[axis] = [Math.min(start, end), Math.max(start, end)];
        update();
      }
    });
    catcher.addEventListener("pointerup", (event) => {
      if (start !== null && Math.abs(point(event) - start) <= 0.01) {   // a click opens the axis again
        ranges[axis] = [0, 1];
        update();
      }
      start = null;
    });
    svg.append(brush, catcher);
    brushes.push(brush);

    const both = ["from", "to"].map((word, end) => {
      const slider = make("input", {
        type: "range", min: 0, max: STEPS, value: end * STEPS, class: "slider", autocomplete: "off",
        "aria-label": `${name}, ${word}`,
      });
      slider.addEventListener("input", () => {
        const value = Number(slider.value) / STEPS;
        ranges[axis] = end ? [Math.min(ranges[axis][0], value), value] : [value, Math.max(ranges[axis][1], value)];
        update();
      });
      return slider;
    });
    sliders.push(both);
  });

  button.addEventListener("click", () => {
    ranges.forEach((_, axis) => { ranges[axis] = [0, 1]; });
    update();
  });
  const rows = names.map((name, axis) =>
    make("div", { class: "range" }, make("span", { class: "muted" }, name), ...sliders[axis]));
  const hint = make("p", { class: "note" }, "Drag along an axis to select trials, or use the sliders; a click on an axis takes its range away.");
  const fold = make("details", { class: "numbers" }, make("summary", {}, "Sliders"), ...rows);
  const box = make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table: the best of the trials selected" }, table);
  place.append(hint, make("div", { class: "controls" }, button), fold, box);
  update();
})();
