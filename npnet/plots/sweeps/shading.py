"""How scores of trials are coloured: pale is bad, dark is good, the best point has a colour of its own."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.style import BLUE, INK, VERMILLION
from npnet.plots.sweeps.trials import Floats, Scale, SweepMaterial, spans

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap

BEST, FAILED = VERMILLION, "#9A9A9A"
DECADES = 100.0  # scores that span more have a logarithmic axis
WORST = 0.1  # this share of the trials, the worst, has the palest colour whatever its scores are


def ramp() -> "LinearSegmentedColormap":
    """From pale over blue to nearly black."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("scores", ["#CFE0EC", "#56B4E9", BLUE, "#00243D"])


def goodness(material: SweepMaterial) -> Floats:
    """How good each trial is among all, 0 to 1; NaN where it failed or is far off."""
    there = np.isfinite(material.near)
    values = material.near[there] * (1 if material.maximizes else -1)
    found = np.full(len(there), np.nan)
    if len(values):
        low, high = np.quantile(values, WORST), values.max()
        found[there] = np.clip((values - low) / (high - low), 0, 1) if high > low else 1.0
    return found


def score_scale(material: SweepMaterial) -> Scale:
    """The scores along an axis."""
    return Scale(material.near, log=spans(material.near, DECADES), listed=False)


def score_axis(axes: "Axes", material: SweepMaterial, which: str = "y") -> None:
    """An axis of scores with room at both ends, logarithmic where they span decades."""
    scale = score_scale(material)
    low, high = scale.limits
    axis = axes.yaxis if which == "y" else axes.xaxis
    if scale.log:
        margin = (high / low) ** 0.05
        ends = low / margin, high * margin
        (axes.set_yscale if which == "y" else axes.set_xscale)("log")
    else:
        margin = 0.06 * (high - low)
        ends = low - margin, high + margin
    (axes.set_ylim if which == "y" else axes.set_xlim)(*ends)
    ticks = scale.ticks()
    if scale.log:
        axis.set_ticks([place for place, _ in ticks], [text for _, text in ticks])
        axis.set_ticks([], minor=True)
    axis.label.set_color(INK)
