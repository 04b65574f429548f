"""All trials of a sweep: as parallel coordinates, by the rungs of a halving, and the repeats of its points."""

import numpy as np

from npnet.plots.kinds import Drawing, Numbers, sheet, sweep_plot
from npnet.plots.layout import Axes, plain
from npnet.plots.style import BLUE, GREY, INK, PALE
from npnet.plots.sweeps import BEST, FAILED, Curves, SweepMaterial, brief, has_trials
from npnet.text import plural

MOST_KEYS = 9  # parameters whose ticks have room
HALO = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.8}
BELOW = -0.09  # where the lines of failed trials end, below the axis of scores
OUT = "#B5BFC7"  # of trials that ended early
CLOSE = 1.25  # a rung nearer to the next than this ratio has no label
MOST_RATIO = 4  # of the last rung to the first on a linear axis
MOST_POINTS = 20  # points
ROOM = 6  # times the distance from the best mean to the median: worse trials are drawn at the edge


@sweep_plot("parallel", needs=has_trials)
def parallel(material: SweepMaterial) -> Drawing:
    """Parallel coordinates: a line per trial, through its values to its score; dark is good."""
    keys = list(material.scales) if len(material.scales) <= MOST_KEYS else material.influential(MOST_KEYS)
    page = sheet(material, "What was tried, and what it gave", max(7.6, 1.45 * (len(keys) + 1) + 1.1), 4.8)
    axes = page.inner(0.6, 1.05, 0.8, 0.75).bare()
    paint_lines(axes, material, keys)
    paint_scales(axes, material, keys)
    left_out = len(material.scales) - len(keys)
    more = f"  Left out: {plural(left_out, 'key')} with less influence." if left_out else ""
    page.note(f"Darker: a better score ({'high' if material.maximizes else 'low'}).{more}")
    if material.means:
        best = f"best: {plain(material.text(material.means[0][0]), int(page.width * 9))}"
        page.note(best, page.width - 0.2, color=BEST, ha="right")
    columns = {key: np.array(cells, dtype=object) for key, cells in material.cells.items()}
    drawn = {"number": material.number, "point": material.point, **columns, material.score: material.values}
    return Drawing(page.figure, drawn)


def paint_lines(axes: Axes, material: SweepMaterial, keys: list[str]) -> None:
    """Draw the lines, the best on top; those off the axis dashed, below the scores."""
    from matplotlib.collections import LineCollection
    from matplotlib.colors import LinearSegmentedColormap

    pale_to_dark = LinearSegmentedColormap.from_list("scores", ["#CFE0EC", "#56B4E9", BLUE, "#00243D"])
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
    axes.add_collection(LineCollection(lines, colors=pale_to_dark(good[order]), linewidths=1.1, alpha=dense))
    failed = [np.column_stack([x, heights[row]]) for row in np.flatnonzero(off)]
    axes.add_collection(
        LineCollection(failed, colors=FAILED, linewidths=0.9, linestyles="--", alpha=0.8, clip_on=False)
    )
    best = [np.column_stack([x, heights[row]]) for row in np.flatnonzero(material.best)]
    axes.add_collection(LineCollection(best, colors=BEST, linewidths=2.2, zorder=3))


def paint_scales(axes: Axes, material: SweepMaterial, keys: list[str]) -> None:
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


def climbed(material: SweepMaterial) -> str | None:
    """Require rungs, and the score by epoch."""
    if not material.rungs:
        return "needs rungs; --method halving has them"
    part, _, score = material.score.partition(".")
    return None if material.curves() else f"needs {part}_{score} in the histories of the trials"


@sweep_plot("rungs", needs=climbed)
def rungs(material: SweepMaterial) -> Drawing:
    """Score of every trial of a halving by epoch, those that continued in colour."""
    page = sheet(material, "Which trials went on", 8.2, 4.8)
    axes, curves = page.axes(left=0.85, right=0.3, bottom=0.85, top=0.4), material.curves()
    axes.set_ylabel(plain(material.scored, 50))
    axes.set_ylim(*room(material, curves))
    paint_rungs(axes, material)
    paint_curves(axes, material, curves)
    for text, x, colour in (("ended early", 0.2, GREY), ("reached the last rung", 1.15, BLUE), ("the best", 2.7, BEST)):
        page.note(text, x, color=colour)
    found = list(curves.items())
    return Drawing(
        page.figure,
        {
            "number": np.concatenate([np.full(len(epochs), trial) for trial, (epochs, _) in found]),
            "epoch": np.concatenate([epochs for _, (epochs, _) in found]),
            material.score: np.concatenate([values for _, (_, values) in found]),
        },
    )


def room(material: SweepMaterial, curves: Curves) -> tuple[float, float]:
    """Return the ends of the axis: all final scores, and curves as far as near them."""
    low, high = np.nanmin(material.near), np.nanmax(material.near)
    reach = high - low
    every = np.concatenate([values for _, values in curves.values()])
    low, high = max(low - reach, every.min()), min(high + reach, every.max())
    margin = 0.05 * (high - low) or 0.5
    return float(low - margin), float(high + margin)


def paint_curves(axes: Axes, material: SweepMaterial, curves: Curves) -> None:
    """Draw the trials that ended early, then those of the last rung, then the best."""
    last = dict(zip(material.number.tolist(), material.epochs.tolist(), strict=True))
    best = set(material.number[material.best].tolist())
    final = material.rungs[-2][0] if len(material.rungs) > 1 else 0
    for trial, (epochs, values) in sorted(curves.items(), key=lambda item: (last[item[0]], item[0] in best)):
        survivor = last[trial] > final
        colour = BEST if trial in best else BLUE if survivor else OUT
        width = 2.2 if trial in best else 1.5 if survivor else 0.8
        axes.plot(epochs, values, color=colour, linewidth=width, alpha=1 if survivor else 0.8)
        axes.plot(epochs[-1:], values[-1:], "o", color=colour, markersize=4 if survivor else 3)


def paint_rungs(axes: Axes, material: SweepMaterial) -> None:
    """Draw a dashed line at the end of each rung, with its number of trials."""
    ends = [epoch for epoch, _ in material.rungs]
    if ends[-1] > MOST_RATIO * ends[0]:
        axes.set_xscale("log")
        axes.set_xlim(0.9, ends[-1] * 1.12)
        axes.set_xlabel("epoch (log scale)")
    else:
        axes.set_xlabel("epoch")
    apart = [end * CLOSE < after for end, after in zip(ends, [*ends[1:], np.inf], strict=True)]
    axes.set_xticks(ends, [f"{end:,}" if room else "" for end, room in zip(ends, apart, strict=True)])
    axes.set_xticks([], minor=True)
    for index, (epoch, trials) in enumerate(material.rungs):
        axes.axvline(epoch, color=GREY, linestyle=(0, (4, 3)), linewidth=1, zorder=1)
        text = f"{trials:,} trials" if index == 0 else f"{trials:,}" if apart[index] else ""
        axes.text(epoch, 1.02, text, transform=axes.get_xaxis_transform(), ha="center", fontsize=8.5, color=INK)


def repeated(material: SweepMaterial) -> str | None:
    """Require points that were trained more than once."""
    several = any(np.isfinite(deviation) for _, _, deviation in material.means)
    return None if several else "needs points that were trained more than once; --seeds 3 does so"


@sweep_plot("seeds", needs=repeated)
def seeds(material: SweepMaterial) -> Drawing:
    """Best points of a sweep with all their repeats, mean and deviation, the best on top."""
    shown = material.means[:MOST_POINTS]
    page = sheet(
        material,
        "The best point and its repeats" if len(shown) == 1 else f"The best {len(shown)} points and their repeats",
        8.2,
        1.6 + 0.27 * len(shown),
    )
    labels = [plain(material.text(point), 46) for point, _, _ in shown]
    axes = page.axes(left=0.3 + 0.068 * max(map(len, labels)), right=1.3, bottom=0.8, top=0.05)
    ends = limits(material, [point for point, _, _ in shown])
    axes.set_xlim(*ends)
    for row, (point, mean, deviation) in enumerate(shown):
        paint_point(axes, row, np.clip(material.values[material.point == point], *ends), mean, deviation)
    axes.set(ylim=(len(shown) - 0.5, -0.5), yticks=range(len(shown)), xlabel=plain(material.scored, 60))
    axes.set_yticklabels(labels)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    page.note("● a trial    | mean    band: ± deviation    ◂ ▸ beyond the axis")
    return Drawing(page.figure, numbers(material))


def limits(material: SweepMaterial, points: list[int]) -> tuple[float, float]:
    """Return the ends of the axis: all trials of these points, unless a few are far worse."""
    values = material.values[np.isin(material.point, points)]
    means = [mean for point, mean, _ in material.means if point in points]
    low, high = float(values.min()), float(values.max())
    reach = ROOM * abs(float(np.median(means)) - means[0])
    if 0 < 3 * reach < high - low:
        low, high = (means[0] - reach, high) if material.maximizes else (low, means[0] + reach)
    margin = 0.04 * (high - low) or 0.5
    return low - margin, high + margin


def paint_point(axes: Axes, row: int, values: np.ndarray, mean: float, deviation: float) -> None:
    """Draw a row: the trials of a point, their mean, a band of one deviation, and both as text."""
    colour = BLUE if row else BEST
    axes.axhline(row, color=PALE, linewidth=0.6, zorder=0)
    axes.plot([mean - deviation, mean + deviation], [row, row], color=colour, linewidth=5, alpha=0.3)
    axes.plot(values, [row] * len(values), "o", color=colour, markersize=3.5, alpha=0.8)
    low, high = axes.get_xlim()
    if not low < mean < high:
        mark = "<" if mean <= low else ">"
        axes.plot([min(max(mean, low), high)], [row], mark, color=INK, markersize=6, clip_on=False)
    axes.plot([mean], [row], "|", color=INK, markersize=11, markeredgewidth=1.8)
    text = f"{mean:.4g} ± {deviation:.2g}" if np.isfinite(deviation) else f"{mean:.4g}"
    axes.text(1.02, row, text, transform=axes.get_yaxis_transform(), va="center", fontsize=8.5, color=INK)


def numbers(material: SweepMaterial) -> Numbers:
    """Return all points without a failed trial, the best first."""
    first = [int(np.flatnonzero(material.point == point)[0]) for point, _, _ in material.means]
    cells = {key: np.array([some[row] for row in first], dtype=object) for key, some in material.cells.items()}
    points, means, deviations = (np.array(column) for column in zip(*material.means, strict=True))
    trials = np.array([np.count_nonzero(material.point == point) for point in points])
    return {"point": points, "trials": trials, **cells, material.score: means, "deviation": deviations}
