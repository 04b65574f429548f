"""Metrics of two classes against the threshold, with a slider that moves a confusion matrix."""

from typing import Any

import numpy as np

from npnet.plots.kinds import Material
from npnet.plots.layout import plain, short
from npnet.plots.threshold import above, by_threshold, chooser, divided
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup, element, joined
from npnet.report.parts import NumberTable, figure
from npnet.report.sections.predictions.class_figures import LOOKS
from npnet.report.sections.predictions.confusion import drawing
from npnet.report.shapes import spot

STEPS = 200  # of the slider


def threshold(material: Material) -> tuple[Markup, dict[str, Any]] | None:
    """Return the figure with its slider, and the counts by which its script moves it; None without two classes."""
    if divided(material) is not None:
        return None
    part = chooser(material) or ""
    judged = material.predictions[part]
    cuts = np.union1d(np.linspace(0, 1, STEPS + 1), material.threshold)
    chosen = int(np.searchsorted(cuts, material.threshold))
    positive, chance = judged.target == 1, judged.probabilities[:, 1]
    right, wrong = (above(chance[rows], cuts).astype(int) for rows in (positive, ~positive))
    ones, zeros = int(positive.sum()), int((~positive).sum())
    count = np.array([[zeros - wrong[chosen], wrong[chosen]], [ones - right[chosen], right[chosen]]])
    scores = by_threshold(judged, cuts)
    chart, place = _chart(material, cuts, scores)
    alt = ", ".join(f"{name} {short(float(values[chosen]))}" for name, values in scores.items())
    words = "Metrics by threshold", f"At the threshold {material.threshold:.4g}: {alt}."
    both = element("div", chart.svg(*words, "threshold-chart"), drawing(material.classes, count, "cell"), class_="pair")
    legend = [
        (swatch(look), name, element("span", short(float(values[chosen])), id=f"threshold-{name}"))
        for look, (name, values) in zip(LOOKS, scores.items(), strict=False)
    ]
    note = f"What another threshold would give on the {part} set: it moves the matrix and the numbers below."
    made = figure(
        "threshold-figure",
        "Metrics by threshold",
        joined(_slider(len(cuts), chosen, material.threshold), both),
        NumberTable({"threshold": cuts[::10], **{name: values[::10] for name, values in scores.items()}}),
        note,
        legend,
        wide=True,
    )
    counts = {"cuts": cuts.tolist(), "right": right.tolist(), "wrong": wrong.tolist(), "ones": ones, "zeros": zeros}
    return made, counts | place


def _chart(material: Material, cuts: Any, scores: Any) -> tuple[Chart, dict[str, float]]:
    """Return the curves, and where the mark of the slider moves along."""
    name = plain(material.classes[1], 30)
    chart = Chart(Axis.between(0, 1, f"threshold: “{name}” above it"), Axis.between(0, 1.02), height=330)
    chart.rule("best", x=material.threshold, note=f"{material.threshold:.4g} decides")
    for look, values in zip(LOOKS, scores.values(), strict=False):
        chart.line(cuts, values, look)
    (low, _), (high, _) = chart.at([0, 1], [0, 0])
    line = f"M{spot(low)} {spot(chart.top)}V{spot(chart.bottom)}"
    chart.add("path", d=line, class_="edge needs-js", id="threshold-mark")
    return chart, {"width": round(float(high - low), 1)}


def _slider(count: int, chosen: int, value: float) -> Markup:
    ends = {"min": "0", "max": str(count - 1), "step": "1", "value": str(chosen)}
    return element(
        "div",
        element("label", "Threshold", for_="threshold"),
        element("input", type="range", id="threshold", class_="slider", autocomplete="off", **ends),
        element("output", f"{value:.4g}", for_="threshold", id="threshold-value", class_="value"),
        class_="controls needs-js",
    )
