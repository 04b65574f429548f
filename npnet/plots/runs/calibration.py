"""How honest probabilities are: what is said beside what happens."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from npnet.plots.kinds import Drawing, plot
from npnet.plots.layout import Labels, legend, sheet
from npnet.plots.material import Floats, Material
from npnet.plots.runs.ranking import CHANCE
from npnet.plots.style import BLUE, Look, plain, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 10
WIDE = 1.96  # standard deviations of a 95 % interval


def chancy(material: Material) -> str | None:
    """Needs probabilities."""
    if material.task == "regression":
        return "needs classes; this target has values"
    return None if material.judged else material.unpredicted


@plot("calibration", needs=chancy)
def calibration(material: Material) -> Drawing:
    """Reliability diagram: how often what is said with a probability comes true."""
    said, true = claims(material)
    what = f"“{plain(material.classes[1], 24)}”" if material.task == "binary" else "the chosen class"
    page = sheet(material, f"Calibration of {what}, {material.judged} part", 6.6, 5.6)
    square = page.inner(0, 0, 1.15, 0).square()
    axes = square.bare()
    axes.set(xlim=(-0.015, 1.015), ylim=(-0.015, 1.015), ylabel="how often it is true")
    axes.tick_params(labelbottom=False)
    bins = binned(said, true)
    legend(axes, paint_bins(axes, bins), f"{BINS} groups of equal size")
    below = page.inner(square.left - page.left, page.width - (square.left - page.left) - square.width, 0.55, 0)
    bars = type(page)(page.figure, below.left, below.bottom, below.width, 0.75).bare()
    bars.hist(said, bins=np.linspace(0, 1, 41).tolist(), color=BLUE, alpha=0.75)
    bars.set(xlim=(-0.015, 1.015), xlabel=f"probability of {what}", ylabel="rows")
    bars.locator_params(axis="y", nbins=2)
    names = ("said", "true", "low", "high", "rows")
    return Drawing(page.figure, dict(zip(names, bins, strict=True)))


def claims(material: Material) -> tuple[Floats, NDArray[np.bool_]]:
    """Probabilities (n,) of class 1 of two, else of the chosen class, and whether each came true."""
    judged = material.predictions[material.judged or ""]
    assert judged.probability is not None
    if material.task == "binary":
        return judged.probability[:, 1], judged.target == 1
    return judged.probability.max(axis=1), judged.probability.argmax(axis=1) == judged.target


def binned(said: Floats, true: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Groups of about equally many rows by what was said: its mean, the share that came true, its interval, rows.

    Equal probabilities stay together. Intervals hold 95 %: Wilson (1927).
    """
    edges = np.unique(np.quantile(said, np.linspace(0, 1, BINS + 1)[1:-1]))
    group = np.searchsorted(edges, said, side="left")
    rows = np.bincount(group).astype(np.float64)
    kept = rows > 0
    rows = rows[kept]
    mean, share = (np.bincount(group, values)[kept] / rows for values in (said, true.astype(np.float64)))
    centre = (share + WIDE**2 / (2 * rows)) / (1 + WIDE**2 / rows)
    half = WIDE * np.sqrt(share * (1 - share) / rows + (WIDE / (2 * rows)) ** 2) / (1 + WIDE**2 / rows)
    return mean, share, np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1), rows


def paint_bins(axes: "Axes", bins: tuple[Floats, Floats, Floats, Floats, Floats]) -> Labels:
    """The groups with their intervals, beside the diagonal of honesty."""
    said, true, low, high, rows = bins
    labels: Labels = [("honest", axes.axline((0, 0), (1, 1), **CHANCE))]
    whiskers = axes.vlines(said, low, high, color=BLUE, alpha=0.55, linewidth=1.3)
    look: Look = {"color": BLUE, "markersize": 5.5, "linewidth": 1.3, "clip_on": False}
    (line,) = axes.plot(said, true, "o-", **look)
    error = float(np.sum(rows * np.abs(said - true)) / rows.sum())
    labels += [("as it is", line), ("95 % interval", whiskers)]
    return [*labels, (f"mean error {short(error)}", axes.plot([], [], alpha=0)[0])]
