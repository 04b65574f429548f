"""Slices, which show the score against each parameter, and one page of a sweep, with the best of them."""

import numpy as np

from npnet.plots.kinds import Drawing, sheet, sweep_plot
from npnet.plots.layout import Axes, Box, Floats, Ints, plain, short
from npnet.plots.style import BLUE, GREY, INK, PALE, Look
from npnet.plots.sweeps import BEST, FAILED, FEW, AxisScale, SweepMaterial, brief, has_trials, score_axis, value_text
from npnet.text import plural

MOST_SLICES = 12  # parameters on one page
ROOM = 34  # letters below an axis
SHOWN_SLICES = 3
ROWS = 10  # points in the table
COLUMNS = 4  # parameters in the table
HEADING: Look = {"fontsize": 10.5, "fontweight": "bold"}


@sweep_plot("slices", needs=has_trials)
def slices(material: SweepMaterial) -> Drawing:
    """Score of each trial against each parameter, means as a line, the best point marked."""
    keys = list(material.scales) if len(material.scales) <= MOST_SLICES else material.influential(MOST_SLICES)
    columns = min(len(keys), 3)
    rows = -(-len(keys) // columns)
    size = (7.6, 4.6) if columns == 1 else (3.7 * columns, 0.95 + 2.9 * rows)
    page = sheet(material, f"{material.scored} by parameter", *size)
    page.note("● best point", color=BEST)
    words = ["● a trial", "– mean of a value"] + ([f"× {material.off}"] if material.off else [])
    if left_out := len(material.scales) - len(keys):
        words.append(f"left out: {plural(left_out, 'key')} with less influence")
    page.note("    ".join(words), 1.25)
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


def paint_off(axes: Axes, x: Floats | Ints, maximizes: bool) -> None:
    """Draw crosses at the worse end of the axis, for trials that are not on it."""
    height = np.full(len(x), 0.03 if maximizes else 0.97)
    axes.plot(x, height, "x", color=FAILED, markersize=5, transform=axes.get_xaxis_transform(), zorder=4)


def dot(trials: int) -> float:
    """Return the size of a trial's mark, smaller where there are many."""
    return 5.5 if trials <= 20 else 4


def _paint_means(axes: Axes, scale: AxisScale, values: Floats) -> None:
    """Draw a line through the mean of each value, where there are few values and they repeat."""
    finite = np.isfinite(values)
    distinct, codes = np.unique(scale.values[finite], return_inverse=True)
    if 1 < len(distinct) <= FEW and len(distinct) < finite.sum():
        means = np.bincount(codes, values[finite]) / np.bincount(codes)
        axes.plot(distinct, means, "-_", color=INK, linewidth=1.1, markersize=13, markeredgewidth=1.8, zorder=4)


def _parameter_axis(axes: Axes, scale: AxisScale, label: str) -> None:
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


@sweep_plot("overview", needs=has_trials)
def overview(material: SweepMaterial) -> Drawing:
    """One page of a sweep: the best point, all trials in order, the score by parameter."""
    page = sheet(material, plain(f"Sweep: {material.score}", 60), 11.69, 7.2)
    page.write(best_sentence(material), 0.2, 0.16, fontsize=10.5, color=BEST)
    top = page.inner(0.1, 0.1, page.height - 3.2, 0.35)
    paint_order(top.inner(0, top.width / 2, 0, 0), material)
    paint_table(top.inner(top.width / 2, 0, 0, 0), material)
    keys = material.influential(SHOWN_SLICES)
    below = page.inner(0.1, 0.1, 0.1, 3.3)
    many = len(keys) > 1
    below.write(f"The score by parameter{', most influential first' if many else ''}", 0.2, 0.25, **HEADING)
    cells = below.inner(0, 0, 0, 0.35).grid(len(keys), len(keys))
    for cell, key in zip(cells, keys, strict=True):
        paint_slice(cell, material, key)
    running = best_so_far(material, material.values)
    columns = {"number": material.number, "point": material.point, material.score: material.values, "best": running}
    return Drawing(page.figure, columns)


def best_sentence(material: SweepMaterial) -> str:
    """Return the best point and its score in words."""
    if not material.means:
        return "every point has a failed trial: there is no best one"
    point, mean, deviation = material.means[0]
    repeats = np.count_nonzero(material.point == point)
    spread = f" ± {deviation:.2g}, the mean of {repeats} trials," if np.isfinite(deviation) else ""
    return f"best: {short(mean)}{spread} with {plain(material.text(point), 90)}"


def paint_order(box: Box, material: SweepMaterial) -> None:
    """Draw the score of each trial in order, and the best so far as a line."""
    from matplotlib.ticker import MaxNLocator

    box.write("Trial by trial, and the best until then", 0.2, 0.2, **HEADING)
    if material.off:
        box.write(f"× {material.off}", box.width - 0.3, 0.2, fontsize=8.5, color=GREY, ha="right")
    axes = box.axes(left=0.75, right=0.3, bottom=0.5, top=0.4)
    score_axis(axes, material)
    x, near = material.number, np.isfinite(material.near)
    axes.plot(x[near], material.values[near], "o", color=BLUE, markersize=dot(near.sum()), alpha=0.6, markeredgewidth=0)
    axes.plot(x, best_so_far(material, material.near), drawstyle="steps-post", color=INK, linewidth=1.2)
    axes.plot(x[material.best], material.values[material.best], "o", color=BEST, markersize=5.5)
    paint_off(axes, x[~near], material.maximizes)
    margin = 0.03 * int(x.max()) + 0.3
    axes.set_xlim(max(0.4, 1 - margin), int(x.max()) + margin)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True, min_n_ticks=1))
    axes.set(xlabel="trial", ylabel=plain(material.score, 28))


def best_so_far(material: SweepMaterial, scores: Floats) -> Floats:
    """Return the best of the scores up to each trial."""
    return np.asarray((np.fmax if material.maximizes else np.fmin).accumulate(scores))


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
