"use strict";
/* The slider of the threshold: it moves the mark in the chart, the metrics below it and the confusion matrix. */
(() => {
  const data = JSON.parse(document.getElementById("npnet-data").textContent).threshold;
  const slider = document.getElementById("threshold");
  if (!data || !slider) return;
  const byId = (id) => document.getElementById(id);
  const mark = byId("threshold-mark"), value = byId("threshold-value");
  const short = (x) => Number.isFinite(x) ? x.toFixed(4) : "–";
  const rates = {
    accuracy: (tp, fp) => (tp + data.zeros - fp) / (data.ones + data.zeros),
    balanced_accuracy: (tp, fp) => (tp / data.ones + (data.zeros - fp) / data.zeros) / 2,
    f1: (tp, fp) => 2 * tp / (tp + fp + data.ones),
    precision: (tp, fp) => tp / (tp + fp),
    recall: (tp) => tp / data.ones,
  };
  const show = () => {
    const at = Number(slider.value), tp = data.right[at], fp = data.wrong[at], cut = data.cuts[at];
    value.textContent = String(Number(cut.toPrecision(4)));
    slider.setAttribute("aria-valuetext", `threshold ${value.textContent}`);
    mark.setAttribute("transform", `translate(${cut * data.width} 0)`);
    for (const [name, rate] of Object.entries(rates)) {
      const cell = byId(`threshold-${name}`);
      if (cell) cell.textContent = short(rate(tp, fp));
    }
    const counts = [[data.zeros - fp, fp], [data.ones - tp, tp]];
    counts.forEach((row, i) => row.forEach((count, j) => {
      const share = count / Math.max(row[0] + row[1], 1), on = share > 0.45;
      byId(`cell-${i}-${j}`).setAttribute("fill-opacity", 0.05 + 0.95 * share);
      byId(`cell-${i}-${j}-count`).textContent = count.toLocaleString("en");
      byId(`cell-${i}-${j}-share`).textContent = `${(100 * share).toFixed(1)} %`;
      for (const name of ["count", "share"]) byId(`cell-${i}-${j}-${name}`).classList.toggle("on", on);
    }));
  };
  slider.addEventListener("input", show);
  show();
})();
