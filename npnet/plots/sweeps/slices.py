"""Slices: the score against each parameter, whatever the others are."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.kinds import Drawing, sweep_plot
from npnet.plots.layout import Box, sheet
from npnet.plots.style import BLUE, GREY, INK, plain
from npnet.plots.sweeps.parallel import spread_names
from npnet.plots.sweeps.shading import BEST, FAILED, score_axis
from npnet.plots.sweeps.trials import FEW, Floats, Ints, Scale, SweepMaterial, has_trials, influence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 12  # parameters that one sheet shows
ROOM = 34  # letters below an axis


@sweep_plot("slices", needs=has_trials)
def slices(material: SweepMaterial) -> Drawing:
    """The score of each trial against each parameter, means as a line, the best point marked."""
    keys = list(material.scales) if len(material.scales) <= MOST else influence(material)[:MOST]
    columns = min(len(keys), 3)
    rows = -(-len(keys) // columns)
    width = 7.6 if columns == 1 else 3.7 * columns
    page = sheet(material, f"{material.scored} by parameter", width, (4.6 if columns == 1 else 0.95 + 2.9 * rows))
    explain(page, material, len(material.scales) - len(keys))
    for box, key in zip(page.inner(0, 0, 0.25, 0).grid(len(keys), columns), keys, strict=True):
        paint_slice(box, material, key)
    named = {key: np.array(material.cells[key], dtype=object) for key in material.cells}
    return Drawing(page.figure, {"number": material.number, **named, material.score: material.values})


def paint_slice(box: Box, material: SweepMaterial, key: str) -> None:
    """One parameter: a point each trial, a line through the means of values that come back."""
    axes, scale = box.axes(left=0.75, right=0.2, bottom=0.55, top=0.15), material.scales[key]
    score_axis(axes, material)
    parameter_axis(axes, scale, plain(key, 34))
    axes.set_ylabel(plain(material.score, 28))
    there, x = np.isfinite(material.near), spread_names(scale)
    dense = float(np.clip(60 / max(there.sum(), 1), 0.25, 0.75))
    others = there & ~material.best
    axes.plot(
        x[others], material.values[others], "o", color=BLUE, markersize=dot(there.sum()), alpha=dense, markeredgewidth=0
    )
    paint_off(axes, x[~there], material.maximizes)
    paint_means(axes, scale, material.near)
    axes.plot(x[material.best], material.values[material.best], "o", color=BEST, markersize=5.5, zorder=5)


def paint_off(axes: "Axes", x: Floats | Ints, maximizes: bool) -> None:
    """Crosses at the worse end of the axis, for trials without a place on it."""
    height = np.full(len(x), 0.03 if maximizes else 0.97)
    axes.plot(x, height, "x", color=FAILED, markersize=5, transform=axes.get_xaxis_transform(), zorder=4)


def dot(trials: int) -> float:
    """The size of a trial's mark: smaller where there are many."""
    return 5.5 if trials <= 20 else 4


def paint_means(axes: "Axes", scale: Scale, values: Floats) -> None:
    """A line through the mean of each value, where there are few of them and they come back."""
    there = np.isfinite(values)
    distinct, codes = np.unique(scale.values[there], return_inverse=True)
    if 1 < len(distinct) <= FEW and len(distinct) < there.sum():
        means = np.bincount(codes, values[there]) / np.bincount(codes)
        axes.plot(distinct, means, "-_", color=INK, linewidth=1.1, markersize=13, markeredgewidth=1.8, zorder=4)


def parameter_axis(axes: "Axes", scale: Scale, label: str) -> None:
    """The axis of a parameter with room at its ends."""
    low, high = scale.limits
    if scale.log:
        axes.set_xscale("log")
        margin = (high / low) ** 0.06
        axes.set_xlim(low / margin, high * margin)
        label += " (log scale)"
    else:
        margin = 0.0 if scale.names else 0.06 * (high - low)
        axes.set_xlim(low - margin, high + margin)
    ticks = scale.ticks()
    crowded = max(len(text) for _, text in ticks) * len(ticks) > ROOM
    texts = [plain(text, max(5, ROOM // len(ticks))) if crowded else text for _, text in ticks]
    axes.set_xticks([place for place, _ in ticks], texts, fontsize=7.5 if crowded else 9)
    axes.set_xticks([], minor=True)
    axes.set_xlabel(label)


def explain(page: Box, material: SweepMaterial, left_out: int) -> None:
    """What the marks are, below."""
    page.write("● best point", 0.2, page.height - 0.14, fontsize=8.5, color=BEST)
    words = ["● a trial", "– mean of a value"] + ([f"× {material.off}"] if material.off else [])
    words += [f"{left_out} keys that tell less of the score are left out"] if left_out else []
    page.write("    ".join(words), 1.25, page.height - 0.14, fontsize=8.5, color=GREY)
