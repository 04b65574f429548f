"""Parallel coordinates of a sweep."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.kinds import Drawing, sweep_plot
from npnet.plots.layout import GREY, INK, Box, plain, sheet
from npnet.plots.sweeps import BEST, FAILED, SweepMaterial, brief, has_trials, ramp

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 9  # parameters whose ticks have room
HALO = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8}
BELOW = -0.09  # where the lines of failed trials end, below the axis of scores


@sweep_plot("parallel", needs=has_trials)
def parallel(material: SweepMaterial) -> Drawing:
    """Parallel coordinates: a line per trial, through its values to its score; dark is good."""
    keys = list(material.scales) if len(material.scales) <= MOST else material.influential(MOST)
    page = sheet(material, "What was tried, and what it gave", max(7.6, 1.45 * (len(keys) + 1) + 1.1), 4.8)
    axes = page.inner(0.6, 1.05, 0.8, 0.75).bare()
    paint_lines(axes, material, keys)
    paint_scales(axes, material, keys)
    explain(page, material, len(material.scales) - len(keys))
    columns = {key: np.array(cells, dtype=object) for key, cells in material.cells.items()}
    numbers = {"number": material.number, "point": material.point, **columns, material.score: material.values}
    return Drawing(page.figure, numbers)


def paint_lines(axes: "Axes", material: SweepMaterial, keys: list[str]) -> None:
    """Draw the lines, the best on top; those off the axis dashed, below the scores."""
    from matplotlib.collections import LineCollection

    heights = np.column_stack(
        [material.scales[key].share(material.scales[key].spread) for key in keys]
        + [material.score_scale.share(material.near)]
    )
    off = np.isnan(material.near)
    heights[off, -1] = BELOW
    good, x = material.goodness, np.arange(len(keys) + 1)
    order = [int(row) for row in np.argsort(good, kind="stable") if not off[row]]
    lines = [np.column_stack([x, heights[row]]) for row in order]
    dense = float(np.clip(30 / len(lines), 0.3, 0.9))
    axes.add_collection(LineCollection(lines, colors=ramp()(good[order]), linewidths=1.1, alpha=dense))
    failed = [np.column_stack([x, heights[row]]) for row in np.flatnonzero(off)]
    axes.add_collection(
        LineCollection(failed, colors=FAILED, linewidths=0.9, linestyles="--", alpha=0.8, clip_on=False)
    )
    best = [np.column_stack([x, heights[row]]) for row in np.flatnonzero(material.best)]
    axes.add_collection(LineCollection(best, colors=BEST, linewidths=2.2, zorder=3))


def paint_scales(axes: "Axes", material: SweepMaterial, keys: list[str]) -> None:
    """Draw the vertical axes with their names and ticks, the score last."""
    names = brief(keys)
    scales = [(plain(names[key], 20), material.scales[key]) for key in keys]
    scales.append((plain(material.score, 24), material.score_scale))
    axes.set(xlim=(0, len(keys)), ylim=(0, 1))
    axes.set_axis_off()
    for x, (name, scale) in enumerate(scales):
        axes.plot([x, x], [0, 1], color=INK, linewidth=1, clip_on=False, zorder=4)
        last = x == len(keys)
        note = "log scale" if scale.log else ""
        axes.text(x, 1.1, name, ha="center", va="bottom", fontweight="bold" if last else "normal", color=INK)
        axes.text(x, 1.045, note, ha="center", va="bottom", fontsize=7.5, color=GREY)
        for value, text in scale.ticks():
            height = float(scale.share(np.array([value]))[0])
            axes.plot([x, x + 0.02], [height, height], color=INK, linewidth=1, clip_on=False, zorder=4)
            axes.text(x + 0.04, height, text, va="center", fontsize=8, color=INK, bbox=None if last else HALO, zorder=5)
    if material.off:
        axes.text(len(keys) + 0.04, BELOW, material.off, va="center", fontsize=8, color=GREY)


def explain(page: Box, material: SweepMaterial, left_out: int) -> None:
    """Write how to read the picture, below."""
    more = f"  {left_out} keys with less influence are left out." if left_out else ""
    better = "high" if material.maximizes else "low"
    text = f"Darker: a better score ({better}).{more}"
    page.note(text)
    if material.means:
        best = f"best: {plain(material.text(material.means[0][0]), int(page.width * 9))}"
        page.note(best, page.width - 0.2, color=BEST, ha="right")
