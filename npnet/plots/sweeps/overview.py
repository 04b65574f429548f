"""One page of a sweep: the best point, all trials in order, and the parameters that matter."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.kinds import Drawing, Numbers, sweep_plot
from npnet.plots.layout import BLUE, GREY, INK, PALE, Box, Look, plain, sheet, short
from npnet.plots.sweeps import BEST, SweepMaterial, brief, has_trials, score_axis, value_text
from npnet.plots.sweeps.slices import dot, paint_off, paint_slice

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SLICES = 3
ROWS = 10  # points in the table
COLUMNS = 4  # parameters in the table
HEADING: Look = {"fontsize": 10.5, "fontweight": "bold"}


@sweep_plot("overview", needs=has_trials)
def overview(material: SweepMaterial) -> Drawing:
    """One page of a sweep: the best point, all trials in order, the score by parameter."""
    page = sheet(material, plain(f"Sweep: {material.score}", 60), 11.69, 7.2)
    page.write(_sentence(material), 0.2, 0.16, fontsize=10.5, color=BEST)
    top = page.inner(0.1, 0.1, page.height - 3.2, 0.35)
    paint_order(top.inner(0, top.width / 2, 0, 0), material)
    paint_table(top.inner(top.width / 2, 0, 0, 0), material)
    keys = material.influential(SLICES)
    below = page.inner(0.1, 0.1, 0.1, 3.3)
    many = len(keys) > 1
    below.write(f"The score by parameter{', most influential first' if many else ''}", 0.2, 0.25, **HEADING)
    cells = below.inner(0, 0, 0, 0.35).grid(len(keys), len(keys))
    for cell, key in zip(cells, keys, strict=True):
        paint_slice(cell, material, key)
    return Drawing(page.figure, numbers(material))


def _sentence(material: SweepMaterial) -> str:
    """Return the best point in words."""
    if not material.means:
        return "every point has a failed trial: there is no best one"
    point, mean, deviation = material.means[0]
    repeats = np.count_nonzero(material.point == point)
    spread = f" ± {deviation:.2g}, the mean of {repeats} trials," if np.isfinite(deviation) else ""
    return f"best: {short(mean)}{spread} with {plain(material.text(point), 90)}"


def paint_order(box: Box, material: SweepMaterial) -> None:
    """Draw the score of each trial in order, and the best so far as a line."""
    box.write("Trial by trial, and the best until then", 0.2, 0.2, **HEADING)
    if material.off:
        box.write(f"× {material.off}", box.width - 0.3, 0.2, fontsize=8.5, color=GREY, ha="right")
    axes = box.axes(left=0.75, right=0.3, bottom=0.5, top=0.4)
    score_axis(axes, material)
    x, near = material.number, np.isfinite(material.near)
    axes.plot(x[near], material.values[near], "o", color=BLUE, markersize=dot(near.sum()), alpha=0.6, markeredgewidth=0)
    axes.plot(x, material.running_best, drawstyle="steps-post", color=INK, linewidth=1.2)
    axes.plot(x[material.best], material.values[material.best], "o", color=BEST, markersize=5.5)
    paint_off(axes, x[~near], material.maximizes)
    trial_axis(axes, int(x.max()))
    axes.set_ylabel(plain(material.score, 28))


def trial_axis(axes: "Axes", last: int) -> None:
    """Label the x axis with whole numbers from 1."""
    from matplotlib.ticker import MaxNLocator

    margin = 0.03 * last + 0.3
    axes.set_xlim(max(0.4, 1 - margin), last + margin)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True, min_n_ticks=1))
    axes.set_xlabel("trial")


def paint_table(box: Box, material: SweepMaterial) -> None:
    """Write the best points, a row each: their values, the mean and deviation of their score."""
    shown = material.means[:ROWS]
    box.write("The best points", 0.3, 0.2, **HEADING)
    axes = box.inner(0.3, 0.25, 0.1, 0.35).bare()
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(box.height - 0.45, 0))
    keys = material.influential(COLUMNS)
    names, rows = brief(list(material.cells)), []
    for point, mean, deviation in shown:
        row = int(np.flatnonzero(material.point == point)[0])
        spread = [f"± {deviation:.2g}" if np.isfinite(deviation) else ""]
        rows.append([*(plain(value_text(material.cells[key][row]), 14) for key in keys), short(mean), *spread])
    heads = [*(plain(names[key], 16) for key in keys), plain(material.score.partition(".")[2], 14), ""]
    right = [0.84 * (index + 1) / (len(keys) + 1) for index in range(len(keys) + 1)] + [1.0]
    for index, line in enumerate([heads, *rows]):
        y = 0.225 * (index + 0.6)
        axes.axhline(y + 0.1125, color=GREY if index == 0 else PALE, linewidth=0.9)
        colour = BEST if index == 1 else INK
        for x, text in zip(right, line, strict=True):
            weight = "normal" if index else "bold"
            axes.text(x, y, text, va="center", ha="right", fontsize=8.5, color=colour, fontweight=weight)


def numbers(material: SweepMaterial) -> Numbers:
    """Return the trials in order, with the best score so far."""
    running = (np.fmax if material.maximizes else np.fmin).accumulate(material.values)
    return {"number": material.number, "point": material.point, material.score: material.values, "best": running}
