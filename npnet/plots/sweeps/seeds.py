"""Repeats: how much the score of a point depends on its seed."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.kinds import Drawing, Numbers, sweep_plot
from npnet.plots.layout import BLUE, INK, PALE, plain, sheet
from npnet.plots.sweeps import BEST, SweepMaterial

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 20  # points
ROOM = 6  # times the distance from the best mean to the median: worse trials are drawn at the edge


def repeated(material: SweepMaterial) -> str | None:
    """Require points that were trained more than once."""
    several = any(np.isfinite(deviation) for _, _, deviation in material.means)
    return None if several else "needs points that were trained more than once; --seeds 3 does so"


@sweep_plot("seeds", needs=repeated)
def seeds(material: SweepMaterial) -> Drawing:
    """Best points of a sweep with all their repeats, mean and deviation, the best on top."""
    shown = material.means[:MOST]
    page = sheet(material, f"The best {len(shown)} points and their repeats", 8.2, 1.6 + 0.27 * len(shown))
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


def paint_point(axes: "Axes", row: int, values: np.ndarray, mean: float, deviation: float) -> None:
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
