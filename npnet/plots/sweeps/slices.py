"""Slices: the score against each parameter, whatever the others are."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.kinds import Drawing, sweep_plot
from npnet.plots.layout import BLUE, INK, Box, plain, sheet
from npnet.plots.sweeps import BEST, FAILED, FEW, AxisScale, Floats, Ints, SweepMaterial, has_trials, score_axis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 12  # parameters on one page
ROOM = 34  # letters below an axis


@sweep_plot("slices", needs=has_trials)
def slices(material: SweepMaterial) -> Drawing:
    """Score of each trial against each parameter, means as a line, the best point marked."""
    keys = list(material.scales) if len(material.scales) <= MOST else material.influential(MOST)
    columns = min(len(keys), 3)
    rows = -(-len(keys) // columns)
    size = (7.6, 4.6) if columns == 1 else (3.7 * columns, 0.95 + 2.9 * rows)
    page = sheet(material, f"{material.scored} by parameter", *size)
    _explain(page, material, len(material.scales) - len(keys))
    for box, key in zip(page.inner(0, 0, 0.25, 0).grid(len(keys), columns), keys, strict=True):
        paint_slice(box, material, key)
    cells = {key: np.array(material.cells[key], dtype=object) for key in material.cells}
    return Drawing(page.figure, {"number": material.number, **cells, material.score: material.values})


def paint_slice(box: Box, material: SweepMaterial, key: str) -> None:
    """Draw one parameter: a point for each trial, a line through the means of repeated values."""
    axes, scale = box.axes(left=0.75, right=0.2, bottom=0.55, top=0.15), material.scales[key]
    score_axis(axes, material)
    _parameter_axis(axes, scale, plain(key, 34))
    axes.set_ylabel(plain(material.score, 28))
    near, x, y = np.isfinite(material.near), scale.spread, material.values
    dense = float(np.clip(60 / max(near.sum(), 1), 0.25, 0.75))
    others = near & ~material.best
    axes.plot(x[others], y[others], "o", color=BLUE, markersize=dot(near.sum()), alpha=dense, markeredgewidth=0)
    paint_off(axes, x[~near], material.maximizes)
    _paint_means(axes, scale, material.near)
    axes.plot(x[material.best], y[material.best], "o", color=BEST, markersize=5.5, zorder=5)


def paint_off(axes: "Axes", x: Floats | Ints, maximizes: bool) -> None:
    """Draw crosses at the worse end of the axis, for trials that are not on it."""
    height = np.full(len(x), 0.03 if maximizes else 0.97)
    axes.plot(x, height, "x", color=FAILED, markersize=5, transform=axes.get_xaxis_transform(), zorder=4)


def dot(trials: int) -> float:
    """Return the size of a trial's mark, smaller where there are many."""
    return 5.5 if trials <= 20 else 4


def _paint_means(axes: "Axes", scale: AxisScale, values: Floats) -> None:
    """Draw a line through the mean of each value, where there are few values and they repeat."""
    finite = np.isfinite(values)
    distinct, codes = np.unique(scale.values[finite], return_inverse=True)
    if 1 < len(distinct) <= FEW and len(distinct) < finite.sum():
        means = np.bincount(codes, values[finite]) / np.bincount(codes)
        axes.plot(distinct, means, "-_", color=INK, linewidth=1.1, markersize=13, markeredgewidth=1.8, zorder=4)


def _parameter_axis(axes: "Axes", scale: AxisScale, label: str) -> None:
    if scale.log:
        axes.set_xscale("log")
        label += " (log scale)"
    axes.set_xlim(*(scale.limits if scale.names else scale.limits_with_margin(0.06)))
    ticks = scale.ticks()
    crowded = max(len(text) for _, text in ticks) * len(ticks) > ROOM
    texts = [plain(text, max(5, ROOM // len(ticks))) if crowded else text for _, text in ticks]
    axes.set_xticks([value for value, _ in ticks], texts, fontsize=7.5 if crowded else 9)
    axes.set_xticks([], minor=True)
    axes.set_xlabel(label)


def _explain(page: Box, material: SweepMaterial, left_out: int) -> None:
    """Write the meaning of the marks, below."""
    page.note("● best point", color=BEST)
    words = ["● a trial", "– mean of a value"] + ([f"× {material.off}"] if material.off else [])
    words += [f"{left_out} keys with less influence are left out"] if left_out else []
    page.note("    ".join(words), 1.25)
