"""Metrics of two classes against the threshold that divides them."""

import numpy as np
from numpy.typing import NDArray

from npnet.metrics.calibration import RATES
from npnet.plots.kinds import Drawing, Material, Predictions, plot, sheet
from npnet.plots.layout import Floats, Labels, legend, plain, short
from npnet.plots.style import BLACK, BLUE, GREEN, GREY, LINES, ORANGE, PURPLE, VERMILLION, Look

COLOURS = (BLUE, VERMILLION, GREEN, ORANGE, PURPLE)
STEPS = 500


def divided(material: Material) -> str | None:
    """Require two classes, and rows of both."""
    if material.task != "binary":
        return "needs two classes"
    part = chooser(material)
    if part is None:
        return material.unpredicted
    target = material.predictions[part].target
    return None if 0 < np.count_nonzero(target == 1) < len(target) else "needs rows of both classes"


@plot("threshold", needs=divided)
def threshold(material: Material) -> Drawing:
    """Metrics of two classes against the threshold, with the one that decides marked."""
    part = chooser(material) or ""
    cuts = np.union1d(np.linspace(0, 1, STEPS + 1), material.threshold)
    scores = by_threshold(material.predictions[part], cuts)
    page = sheet(material, f"Metrics by threshold, {part} set", 7.2, 4.4)
    axes = page.axes(0.8, 2.3, 0.6, 0.1)
    chosen = int(np.searchsorted(cuts, material.threshold))
    mark = axes.axvline(material.threshold, color=BLACK, linewidth=1, linestyle=(0, (5, 3)))
    labels: Labels = [(f"threshold {short(material.threshold)}", mark)]
    for (name, values), colour, line in zip(scores.items(), COLOURS, (*LINES, LINES[0]), strict=True):
        look: Look = {"color": colour, "linestyle": line}
        (curve,) = axes.plot(cuts, values, **look)
        axes.plot(cuts[chosen], values[chosen], "o", color=colour, markersize=4.5, clip_on=False)
        labels.append((f"{name} {short(float(values[chosen]))}", curve))
    name = plain(material.classes[1], 30)
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel=f"threshold: “{name}” above it", ylabel="metric")
    axes.tick_params(color=GREY)
    legend(axes, labels)
    return Drawing(page.figure, {"threshold": cuts, **scores})


def chooser(material: Material) -> str | None:
    """Return the split on which a threshold is chosen: validation, else the judged split."""
    return "validation" if "validation" in material.predictions else material.judged


def by_threshold(judged: Predictions, cuts: Floats) -> dict[str, Floats]:
    """Return each metric at every threshold, (cuts,); NaN where it is undefined."""
    chance, positive = judged.probabilities[:, 1], judged.target == 1
    right, wrong = (above(chance[rows], cuts) for rows in (positive, ~positive))
    ones, zeros = float(np.count_nonzero(positive)), float(np.count_nonzero(~positive))
    with np.errstate(invalid="ignore"):
        precision = right / (right + wrong)
    rates = {name: rate(right, wrong, ones, zeros) for name, rate in RATES.items()}
    return {**rates, "precision": precision, "recall": right / ones}


def above(chance: Floats, cuts: Floats) -> NDArray[np.float64]:
    """Count the probabilities above each threshold."""
    return np.asarray(len(chance) - np.searchsorted(np.sort(chance), cuts, side="right"), np.float64)
