"""Reliability diagram: predicted probabilities against observed frequencies."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from npnet.plots.kinds import Drawing, plot
from npnet.plots.layout import BLUE, Labels, Look, legend, plain, sheet, short
from npnet.plots.material import Floats, Material, needs_classes
from npnet.plots.ranking import CHANCE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 10
WIDE = 1.96  # standard deviations of a 95 % interval


@plot("calibration", needs=needs_classes)
def calibration(material: Material) -> Drawing:
    """Reliability diagram: how often events predicted with probability p occur."""
    predicted, true = claims(material)
    what = f"“{plain(material.classes[1], 24)}”" if material.task == "binary" else "the chosen class"
    page = sheet(material, f"Calibration of {what}, {material.judged} set", 6.6, 5.6)
    square = page.inner(0, 0, 1.15, 0).square()
    axes = square.bare()
    axes.set(xlim=(-0.015, 1.015), ylim=(-0.015, 1.015), ylabel="how often it is true")
    axes.tick_params(labelbottom=False)
    bins = binned(predicted, true)
    legend(axes, paint_bins(axes, bins), f"{BINS} groups of equal size")
    below = page.inner(square.left - page.left, page.width - (square.left - page.left) - square.width, 0.55, 0)
    bars = type(page)(page.figure, below.left, below.bottom, below.width, 0.75).bare()
    bars.hist(predicted, bins=np.linspace(0, 1, 41).tolist(), color=BLUE, alpha=0.75)
    bars.set(xlim=(-0.015, 1.015), xlabel=f"probability of {what}", ylabel="rows")
    bars.locator_params(axis="y", nbins=2)
    names = ("predicted", "observed", "low", "high", "rows")
    return Drawing(page.figure, dict(zip(names, bins, strict=True)))


def claims(material: Material) -> tuple[Floats, NDArray[np.bool_]]:
    """Return probabilities (n,) of class 1 or of the chosen class, and whether each is true."""
    judged = material.predictions[material.judged or ""]
    if material.task == "binary":
        return judged.probabilities[:, 1], judged.target == 1
    return judged.probabilities.max(axis=1), judged.probabilities.argmax(axis=1) == judged.target


def binned(predicted: Floats, true: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return equally large groups: mean probability, observed share, its interval, rows.

    Equal probabilities stay together. Intervals hold 95 %: Wilson (1927).
    """
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, BINS + 1)[1:-1]))
    group = np.searchsorted(edges, predicted, side="left")
    rows = np.bincount(group).astype(np.float64)
    filled = rows > 0
    rows = rows[filled]
    mean, share = (np.bincount(group, values)[filled] / rows for values in (predicted, true.astype(np.float64)))
    centre = (share + WIDE**2 / (2 * rows)) / (1 + WIDE**2 / rows)
    half = WIDE * np.sqrt(share * (1 - share) / rows + (WIDE / (2 * rows)) ** 2) / (1 + WIDE**2 / rows)
    return mean, share, np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1), rows


def paint_bins(axes: "Axes", bins: tuple[Floats, Floats, Floats, Floats, Floats]) -> Labels:
    """Draw the groups with their intervals, beside the diagonal of perfect calibration."""
    predicted, true, low, high, rows = bins
    labels: Labels = [("perfect", axes.axline((0, 0), (1, 1), **CHANCE))]
    whiskers = axes.vlines(predicted, low, high, color=BLUE, alpha=0.55, linewidth=1.3)
    look: Look = {"color": BLUE, "markersize": 5.5, "linewidth": 1.3, "clip_on": False}
    (line,) = axes.plot(predicted, true, "o-", **look)
    error = float(np.sum(rows * np.abs(predicted - true)) / rows.sum())
    labels += [("network", line), ("95 % interval", whiskers)]
    return [*labels, (f"mean error {short(error)}", axes.plot([], [], alpha=0)[0])]
