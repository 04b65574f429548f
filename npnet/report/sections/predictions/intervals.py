"""Intervals of a regression that predicts quantiles: how wide they are, and how many true values they hold."""

from collections.abc import Iterator

import numpy as np

from npnet.plots.kinds import fits_axis
from npnet.plots.layout import Floats, plain, short
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup
from npnet.report.parts import NumberTable, figure
from npnet.report.view import RunView
from npnet.rundir.table import endings

QUANTILE = "quantile_"
MOST_POINTS = 600
MOST_TARGETS = 4


def intervals(view: RunView) -> Iterator[Markup]:
    """Yield the intervals of each target on the judged split, where the run has predicted quantiles."""
    judged = view.material.judged
    if judged not in view.run.predicted:
        return
    columns = view.run.predictions(judged)
    for index, (name, end) in enumerate(zip(view.material.targets, endings(view.material.targets), strict=False)):
        found = {}
        for column in columns:
            level = column.removeprefix(QUANTILE).removesuffix(end) if column.startswith(QUANTILE) else ""
            if level and column == f"{QUANTILE}{level}{end}":
                found[float(level)] = columns[column]
        if len(found) > 1 and index < MOST_TARGETS:
            yield _figure(name, index, columns[f"target{end}"], dict(sorted(found.items())))


def _figure(name: str, index: int, true: Floats, quantiles: dict[float, Floats]) -> Markup:
    levels, values = list(quantiles), np.stack(list(quantiles.values()))
    known = fits_axis(values).all(axis=0) & fits_axis(true)
    values, true = values[:, known], true[known]
    low, high = values[0], values[-1]
    order = np.argsort(values[len(levels) // 2], kind="stable")
    order = order[np.unique(np.linspace(0, len(order) - 1, min(len(order), MOST_POINTS)).astype(np.int64))]
    x = np.arange(len(order), dtype=np.float64)
    axes = Axis.whole(x, "rows, sorted by the prediction"), Axis.of(np.concatenate([low, high, true]), plain(name, 30))
    chart = Chart(*axes, height=340)
    chart.band(x, low[order], high[order], "c1")
    chart.line(x, values[len(levels) // 2][order], "c1")
    chart.dots(x, true[order], "c2")
    inside = 100 * float(((true >= low) & (true <= high)).mean())
    wanted = 100 * (levels[-1] - levels[0])
    title = f"Intervals of {plain(name, 30)}"
    alt = f"{inside:.1f} % of the true values lie in intervals made for {wanted:.4g} %."
    below = [100 * float((true <= one).mean()) for one in values]
    table = NumberTable(
        {"quantile": levels, "true values below it, %": below, "mean width to the median": _widths(values)}
    )
    legend = [
        (swatch("c1 block"), f"from quantile {levels[0]:g} to {levels[-1]:g}", ""),
        (swatch("c2", 0, False), "true value", ""),
    ]
    drawing = chart.svg(title, alt, f"intervals-{index}-chart")
    return figure(
        f"intervals-{index}", title, drawing, table, f"{alt} Mean width: {short(float((high - low).mean()))}.", legend
    )


def _widths(values: Floats) -> list[float]:
    middle = values[len(values) // 2]
    return [float(np.abs(one - middle).mean()) for one in values]
