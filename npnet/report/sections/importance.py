"""Permutation importance: what the score loses when a column is shuffled."""

import numpy as np

from npnet.plots.importance import MOST_COLUMNS
from npnet.plots.layout import plain, short
from npnet.report.chart import Axis, Chart
from npnet.report.elements import element
from npnet.report.page import Section
from npnet.report.parts import NumberTable, figure, grid, table_of
from npnet.report.view import RunView

NAME = 24


def section(view: RunView) -> Section | None:
    """Return the importance of the columns; None without rows that did not train."""
    if view.material.importance is None:
        return None
    found = view.material.importance()
    mean, deviation = found.drop.mean(axis=1), found.drop.std(axis=1)
    order = np.argsort(-mean, kind="stable")
    shown = order[:MOST_COLUMNS][::-1]
    names = [plain(found.columns[index], NAME) for index in shown]
    reach = np.concatenate([[0.0], mean + deviation, mean - deviation])
    chart = Chart(Axis.of(reach, f"loss of {found.metric}", log=False), Axis.named(names), height=64 + 26 * len(names))
    for row, index in enumerate(shown.tolist()):
        chart.bar(0, float(mean[index]), row - 0.3, row + 0.3, "c1")
        ends = np.array([mean[index] - deviation[index], mean[index] + deviation[index]])
        chart.line(ends, np.array([row, row]), "c7 thin")
    chart.rule("axis", x=0.0)
    numbers = NumberTable(
        {"column": [found.columns[index] for index in order], "importance": mean[order], "deviation": deviation[order]}
    )
    first = order[0]
    alt = f"Most important is {plain(found.columns[first], 40)}, worth {short(float(mean[first]))} of {found.metric}."
    note = f"{found.metric} of the {found.part} set is {short(found.score)}. Bars: what it loses; lines: ± a deviation."
    note += f" The first {len(shown)} of {len(order)} columns." if len(shown) < len(order) else ""
    drawing = chart.svg("Importance of columns", alt, "importance-chart")
    lede = "Each column shuffled in turn: the more the score falls, the more the network relies on it."
    beside = element("div", drawing, table_of(numbers, "importance of columns"), class_="pair start")
    made = figure("importance-figure", "Importance of columns", beside, note=note, wide=True)
    return Section("importance", "Importance", lede, grid(made))
