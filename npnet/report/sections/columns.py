"""Small charts of columns: their values against the target, and their means over time."""

from collections.abc import Sequence

import numpy as np

from npnet.data.checks.distributions import PERIODS, Distribution
from npnet.plots.layout import Floats, plain, short
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup
from npnet.report.parts import Legend, NumberTable, figure

SMALL = (340.0, 190.0)  # units across and up
MOST_COLOURS = 7  # classes with a colour
NAME = 18
GAP = 0.04  # of a bar


def column_figure(one: Distribution, classes: Sequence[str], target: str, id: str) -> Markup:  # noqa: A002 - the attribute
    """Return how a column is distributed on the training set, and what the target is in each bin."""
    stacked = one.target.ndim == 2
    rows = one.counts["train"].astype(float)
    shares = rows / max(rows.sum(), 1)
    chart = _named_chart(one, shares) if one.names else _edged_chart(one, shares)
    _bars(chart, one, shares, stacked)
    if not stacked:
        _target_line(chart, one, target)
    name = plain(one.column.name, 40)
    gaps = one.missing["train"] / max(one.missing["train"] + rows.sum(), 1)
    note = f"{one.column.kind}{f', {100 * gaps:.1f} % missing' if gaps else ''}"
    note += f"; explains {100 * one.association:.0f} % of {plain(target, 24)}"
    alt = f"Distribution of {name} over {len(rows)} bins; {note}."
    drawing = chart.svg(f"Distribution of {name}", alt, f"{id}-chart")
    return figure(id, name, drawing, _numbers(one, classes, target), note)


def class_legend(classes: Sequence[str]) -> Legend:
    """Return the colours of classes; the last one stands for all further classes."""
    names = [*classes[: MOST_COLOURS - 1], "others"] if len(classes) > MOST_COLOURS else classes
    return [(swatch(f"c{code + 1} block"), plain(name, 24), "") for code, name in enumerate(names)]


def time_figure(one: Distribution, index: int) -> Markup:
    """Return the mean of a column, or the share of its commonest level, over equally large periods."""
    x = np.arange(1, len(one.over_time) + 1, dtype=float)
    title = f"{plain(one.column.name, 40)} over time"
    chart = Chart(Axis.whole(x), Axis.of(one.over_time, log=False), *SMALL)
    chart.line(x, one.over_time, "c1")
    chart.markers(x, one.over_time, 0, "c1", 3)
    note = "mean" if one.column.kind != "category" else f"share of “{plain(_commonest(one), 24)}”"
    alt = f"From {short(float(one.over_time[0]))} in the first period to {short(float(one.over_time[-1]))} in the last."
    drawing = chart.svg(title, alt, f"time-{index}-chart")
    numbers = NumberTable({"period": np.arange(1, len(x) + 1), note: one.over_time})
    return figure(f"time-{index}", title, drawing, numbers, f"{note}, in {PERIODS} periods of equally many rows")


def _commonest(one: Distribution) -> str:
    counts = one.column.level_counts()
    return counts.most_common(1)[0][0] if counts else ""


def _named_chart(one: Distribution, shares: Floats) -> Chart:
    names = [plain(name, NAME) for name in reversed(one.names)]
    height = 34.0 + 19 * len(names)
    return Chart(
        Axis.between(0, float(shares.max()) * 1.02 or 1, "share of rows"), Axis.named(names), SMALL[0], height + 14
    )


def _edged_chart(one: Distribution, shares: Floats) -> Chart:
    low, high = float(one.edges[0]), float(one.edges[-1])
    dated = one.column.kind == "datetime"
    axis = Axis.between(low, high, shown=not dated)
    chart = Chart(axis, Axis.between(0, float(shares.max()) * 1.04 or 1, shown=False), *SMALL)
    if dated:
        for value, x, anchor in ((low, chart.left, "start"), (high, chart.right, "end")):
            chart.words(str(np.datetime64(int(value), "s"))[:10], x, chart.bottom + 17, anchor, "tick")
    return chart


def _bars(chart: Chart, one: Distribution, shares: Floats, stacked: bool) -> None:
    """Draw the bins, their length the share of the rows, cut by class in the order of the legend."""
    boxes: dict[str, list[tuple[float, float, float, float]]] = {}
    for place, share in enumerate(shares.tolist()):
        parts = _merged(one.target[place]) if stacked else np.ones(1)
        ends = share * np.cumsum(parts) / max(parts.sum(), 1)
        starts = np.concatenate([[0.0], ends[:-1]])
        if one.names:
            row = len(one.names) - 1 - place
            across = row - 0.5 + 3 * GAP, row + 0.5 - 3 * GAP
        else:
            low, high = one.edges[place : place + 2].tolist()
            across = low + GAP * (high - low), high - GAP * (high - low)
        for code in np.flatnonzero(ends > starts).tolist():
            along = float(starts[code]), float(ends[code])
            box = (*along, *across) if one.names else (*across, *along)
            boxes.setdefault(f"c{code + 1}" if stacked else "c1 pale", []).append(box)
    for look, several in boxes.items():
        chart.bars(several, look)


def _target_line(chart: Chart, one: Distribution, target: str) -> None:
    """Draw the mean target of each bin, from its least to its largest over the length of the axis."""
    known = np.flatnonzero(np.isfinite(one.target))
    if not len(known):
        return
    low, high = float(one.target[known].min()), float(one.target[known].max())
    heights = (one.target[known] - low) / ((high - low) or 1)
    ends = (chart.x if one.names else chart.y).scale.limits
    values = ends[0] + (0.05 + 0.9 * heights) * (ends[1] - ends[0])
    middles = len(one.names) - 1.0 - known if one.names else (one.edges[known] + one.edges[known + 1]) / 2
    x, y = (np.asarray(along, np.float64) for along in ((values, middles) if one.names else (middles, values)))
    if not one.names:  # categories have no order
        chart.line(x, y, "c2")
    chart.markers(x, y, 0, "c2", 3)
    chart.words(f"mean {plain(target, 16)}: {short(low)} to {short(high)}", chart.right, 9, "end", "small muted")


def _merged(classes: Floats) -> Floats:
    """Return the counts of classes; from the seventh on, all together."""
    if len(classes) <= MOST_COLOURS:
        return classes
    return np.append(classes[: MOST_COLOURS - 1], classes[MOST_COLOURS - 1 :].sum())


def _numbers(one: Distribution, classes: Sequence[str], target: str) -> NumberTable:
    """Return the rows of each set in each bin, and the target there."""
    if one.names:
        bins: dict[str, list[str]] = {"value": list(one.names)}
    elif one.column.kind == "datetime":
        bins = {"from": [str(np.datetime64(int(edge), "s"))[:16] for edge in one.edges[:-1]]}
    else:
        bins = {"from": [f"{edge:.4g}" for edge in one.edges[:-1]], "to": [f"{edge:.4g}" for edge in one.edges[1:]]}
    counts = {f"{split} rows": values for split, values in one.counts.items()}
    if one.target.ndim == 1:
        return NumberTable({**bins, **counts, f"mean {plain(target, 30)}": one.target})
    shares = one.target / np.maximum(one.target.sum(axis=1, keepdims=True), 1)
    each = {f"share of {plain(name, 24)}": shares[:, code] for code, name in enumerate(classes[:MOST_COLOURS])}
    return NumberTable({**bins, **counts, **each})
