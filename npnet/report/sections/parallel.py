"""Parallel coordinates of a sweep: a line for each trial, and what the script needs to brush them."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from npnet.plots.layout import Floats, plain, short
from npnet.plots.sweeps import AxisScale, SweepMaterial, brief, value_text
from npnet.report.chart import figure_svg, swatch
from npnet.report.elements import Markup, element, joined
from npnet.report.parts import Legend, NumberTable, counted, figure
from npnet.report.sections.trials import MOST_KEYS
from npnet.report.shapes import path, spot

MOST_LINES = 1000  # trials: of more, the best and evenly spread others
HEIGHT, TOP = 380.0, 58.0
BOTTOM = HEIGHT - 40
WIDTH, WIDE = 920.0, 130.0  # of all axes together, and of a space between two at least
BELOW = -0.07  # where the lines of trials end that are off the axis
LEGEND: Legend = [
    (swatch("c1 thin"), "a trial", ""),
    (swatch("c2"), "the best point", ""),
    (swatch("c0 dash1"), "failed or far off", ""),
]
Scale = tuple[str, AxisScale, Floats]  # the name of an axis, its scale, and a value for each trial


def parallel(material: SweepMaterial) -> tuple[Markup, dict[str, Any]]:
    """Return all trials as lines through their values to their scores, and the data of the script."""
    keys = list(material.scales) if len(material.scales) <= MOST_KEYS else material.influential(MOST_KEYS)
    names = brief(keys)
    scales = [(plain(names[key], 20), material.scales[key], material.scales[key].spread) for key in keys]
    scales.append((plain(material.score, 24), material.score_scale, material.near))
    shares = np.column_stack([scale.share(values) for _, scale, values in scales])
    rows = _shown(material)
    x: Floats = 20 + max(WIDE, (WIDTH - 110) / len(keys)) * np.arange(len(scales), dtype=np.float64)
    note = "A line is a trial, from its values to its score at the right: the stronger, the better."
    content = joined(
        _drawing(material, rows, scales, shares, x),
        element("p", counted(len(rows), "trial"), id="parallel-status", class_="note", role="status"),
        element("div", id="parallel-controls", class_="needs-js"),
    )
    title = "What was tried, and what it gave"
    made = figure("parallel", title, content, _numbers(material, keys), note, LEGEND, wide=True)
    score = material.values
    return made, {
        "names": [name for name, _, _ in scales],
        "numbers": material.number[rows].tolist(),
        "shares": [[None if value != value else round(value, 4) for value in row] for row in shares[rows].tolist()],
        "labels": [[value_text(material.cells[key][row]) for key in keys] + [short(float(score[row]))] for row in rows],
        "x": x.tolist(),
        "top": TOP,
        "bottom": BOTTOM,
        "maximizes": material.maximizes,
    }


def _drawing(material: SweepMaterial, rows: list[int], scales: list[Scale], shares: Floats, x: Floats) -> Markup:
    """Return the lines and the axes, in a box that scrolls where it is narrow."""
    where = TOP + (1 - np.nan_to_num(shares, nan=BELOW)) * (BOTTOM - TOP)
    lines = [_line(material, row, path(np.column_stack([x, where[row]]))) for row in rows]
    axes = [mark for place, (name, scale, _) in enumerate(scales) for mark in _axis(float(x[place]), name, scale)]
    names = ", ".join(name for name, _, _ in scales)
    alt = f"{len(rows)} of {len(material.number)} trials as lines through {names}."
    marks, width = joined(element("g", *lines), *axes), float(x[-1]) + 90
    svg = figure_svg(marks, width, HEIGHT, "Parallel coordinates", alt, "parallel-chart")
    label = "Chart: parallel coordinates"
    return element("div", svg, class_="scroll chart-scroll", tabindex="0", role="region", aria_label=label)


def _shown(material: SweepMaterial) -> list[int]:
    """Return the rows that are drawn, the worst first so that the best lie on top."""
    order = np.argsort(np.nan_to_num(material.goodness, nan=-1.0), kind="stable")
    if len(order) <= MOST_LINES:
        return list(map(int, order))
    best, rest = order[-MOST_LINES // 2 :], order[: -MOST_LINES // 2]
    return [*rest[np.linspace(0, len(rest) - 1, MOST_LINES // 2).astype(np.int64)].tolist(), *best.tolist()]


def _line(material: SweepMaterial, row: int, d: str) -> Markup:
    good = float(np.nan_to_num(material.goodness[row]))
    look = "c0 dash1 thin faint" if not np.isfinite(material.near[row]) else "c2" if material.best[row] else "c1 thin"
    shade = None if "c1" not in look else 0.12 + 0.88 * good**1.5
    return element(
        "path", d=d, class_=f"line trial {look}", stroke_opacity=shade, id=f"trial-{int(material.number[row])}"
    )


def _axis(x: float, name: str, scale: AxisScale) -> Iterator[Markup]:
    """Yield a vertical axis with its name and ticks."""
    bottom = BOTTOM
    yield element("path", d=f"M{spot(x)} {spot(TOP)}V{spot(bottom)}", class_="axis")
    yield element("text", name, x=x, y=TOP - 28, text_anchor="start" if x < 30 else "middle", class_="strong")
    if scale.log:
        yield element(
            "text", "log scale", x=x, y=TOP - 13, text_anchor="start" if x < 30 else "middle", class_="small muted"
        )
    for value, label in scale.ticks():
        y = TOP + (1 - float(scale.share(np.array([value]))[0])) * (bottom - TOP)
        yield element("path", d=f"M{spot(x - 3)} {spot(y)}h6", class_="axis")
        yield element("text", label, x=x + 7, y=y + 4, class_="tick halo")


def _numbers(material: SweepMaterial, keys: list[str]) -> NumberTable:
    cells = {key: [value_text(cell) for cell in material.cells[key]] for key in keys}
    return NumberTable({"trial": material.number, "point": material.point, **cells, material.score: material.values})
