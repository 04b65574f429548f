"""Figures of a sweep: the best points, parallel coordinates, the score by parameter, and trial by trial."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from npnet.plots.layout import Floats, plain, short
from npnet.plots.sweeps import AxisScale, SweepMaterial, brief, value_text
from npnet.plots.sweeps.overview import best_so_far
from npnet.report.chart import Axis, Chart, figure_svg, swatch
from npnet.report.elements import Markup, element, joined
from npnet.report.parts import Legend, NumberTable, figure
from npnet.report.shapes import path, spot

BEST_POINTS = 12
MOST_KEYS = 9  # parameters with an axis or a slice
MOST_LINES = 1000  # trials in the parallel coordinates: of more, the best and evenly spread others
HEIGHT, TOP = 380.0, 58.0
WIDTH, WIDE = 920.0, 130.0  # of all axes together, and of a space between two at least
Link = Callable[[int], str]
LEGEND: Legend = [
    (swatch("c1 thin"), "a trial", ""),
    (swatch("c2"), "the best point", ""),
    (swatch("c0 dash1"), "failed or far off", ""),
]


def best_table(material: SweepMaterial, link: Link) -> Markup:
    """Return the best points, a row each, with links to their trials."""
    keys, names = list(material.cells), brief(list(material.cells))
    heads = ["", *(plain(names[key], 24) for key in keys), plain(material.score, 30), "±", "trials"]
    head = element(
        "tr",
        *(
            element("th", name or "rank", scope="col", class_="n" if name in (material.score, "±") else None)
            for name in heads
        ),
    )
    lines = []
    for rank, (point, mean, deviation) in enumerate(material.means[:BEST_POINTS], 1):
        rows = np.flatnonzero(material.point == point)
        cells = [element("td", plain(value_text(material.cells[key][rows[0]]), 40)) for key in keys]
        spread = short(deviation) if np.isfinite(deviation) else ""
        links = [
            joined(" " if place else "", trial_link(int(material.number[row]), link))
            for place, row in enumerate(rows.tolist())
        ]
        scores = [element("td", short(mean), class_="n"), element("td", spread, class_="n"), element("td", *links)]
        lines.append(
            element("tr", element("th", str(rank), scope="row"), *cells, *scores, class_="best" if rank == 1 else None)
        )
    made = element("table", element("thead", head), element("tbody", *lines))
    return element("div", made, class_="scroll", tabindex="0", role="region", aria_label="Table: the best points")


def trial_link(number: int, link: Link) -> Markup:
    """Return a link to a trial."""
    return element("a", f"{number:04d}", href=link(number))


def parallel(material: SweepMaterial) -> tuple[Markup, dict[str, Any]]:
    """Return all trials as lines through their values to their scores, and what its script needs to brush them."""
    keys = list(material.scales) if len(material.scales) <= MOST_KEYS else material.influential(MOST_KEYS)
    names = brief(keys)
    scales = [(plain(names[key], 20), material.scales[key], material.scales[key].spread) for key in keys]
    scales.append((plain(material.score, 24), material.score_scale, material.near))
    shares = np.column_stack([scale.share(values) for _, scale, values in scales])
    rows = _shown(material)
    step = max(WIDE, (WIDTH - 110) / len(keys))
    x = 20 + step * np.arange(len(scales))
    where = TOP + (1 - np.nan_to_num(shares, nan=-0.07)) * (HEIGHT - TOP - 40)
    lines = [_line(material, row, path(np.column_stack([x, where[row]]))) for row in rows]
    axes = [mark for place, (name, scale, _) in enumerate(scales) for mark in _axis(float(x[place]), name, scale)]
    alt = f"{len(rows)} of {len(material.number)} trials as lines through {', '.join(name for name, _, _ in scales)}."
    svg = figure_svg(
        joined(element("g", *lines), *axes),
        110 + step * len(keys),
        HEIGHT,
        "Parallel coordinates",
        alt,
        "parallel-chart",
    )
    box = element(
        "div", svg, class_="scroll chart-scroll", tabindex="0", role="region", aria_label="Chart: parallel coordinates"
    )
    status = element("p", f"{len(rows)} trials", id="parallel-status", class_="note", role="status")
    place = element("div", id="parallel-controls", class_="needs-js")
    numbers = _numbers(material, keys)
    note = "A line is a trial, from its values to its score at the right: the stronger, the better."
    made = figure(
        "parallel", "What was tried, and what it gave", joined(box, status, place), numbers, note, LEGEND, wide=True
    )
    data = {
        "names": [name for name, _, _ in scales],
        "numbers": material.number[rows].tolist(),
        "shares": [[None if value != value else round(value, 4) for value in row] for row in shares[rows].tolist()],
        "labels": [
            [value_text(material.cells[key][row]) for key in keys] + [short(float(material.values[row]))]
            for row in rows
        ],
        "x": x.tolist(),
        "top": TOP,
        "bottom": HEIGHT - 40,
        "maximizes": material.maximizes,
    }
    return made, data


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
    bottom = HEIGHT - 40
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


def slices(material: SweepMaterial) -> list[Markup]:
    """Return the score of each trial against each parameter."""
    keys = list(material.scales) if len(material.scales) <= MOST_KEYS else material.influential(MOST_KEYS)
    return [_slice(material, key, index) for index, key in enumerate(keys)]


def _slice(material: SweepMaterial, key: str, index: int) -> Markup:
    scale, near = material.scales[key], np.isfinite(material.near)
    axis = Axis(scale, plain(key, 40)) if scale.names else Axis.of(scale.values, plain(key, 40), 0.06, scale.log)
    score = Axis.of(material.near[near], plain(material.score, 28), 0.06)
    chart = Chart(axis, score, height=280)
    others = near & ~material.best
    chart.dots(scale.spread[others], material.values[others], "c1")
    _means(chart, scale, material.near)
    chart.markers(scale.spread[material.best], material.values[material.best], 3, "c2", 4.5)
    title = f"{plain(material.score, 30)} by {plain(brief(list(material.scales))[key], 30)}"
    where = np.flatnonzero(material.best)
    at = f"; the best point is at {value_text(material.cells[key][int(where[0])])}" if len(where) else ""
    alt = f"{int(near.sum())} trials{at}."
    numbers = NumberTable(
        {
            "trial": material.number,
            key: [value_text(cell) for cell in material.cells[key]],
            material.score: material.values,
        }
    )
    legend = [
        (swatch("c1", 0, False), "a trial", ""),
        (swatch("c2", 3, False), "the best point", ""),
        (swatch("c7 thin"), "mean of a value", ""),
    ]
    return figure(f"slice-{index}", title, chart.svg(title, alt, f"slice-{index}-chart"), numbers, legend=legend)


def _means(chart: Chart, scale: AxisScale, values: Floats) -> None:
    """Draw a line through the mean of each value, where values repeat."""
    finite = np.isfinite(values)
    distinct, codes = np.unique(scale.values[finite], return_inverse=True)
    if 1 < len(distinct) < finite.sum():
        chart.line(distinct, np.bincount(codes, values[finite]) / np.bincount(codes), "c7 thin")


def order(material: SweepMaterial) -> Markup:
    """Return the score of each trial in order, and the best until then."""
    near = np.isfinite(material.near)
    numbers = material.number.astype(float)
    chart = Chart(
        Axis.whole(numbers, "trial", 0.03),
        Axis.of(material.near[near], plain(material.score, 28), 0.06),
        height=280,
    )
    chart.dots(numbers[near], material.values[near], "c1")
    running = best_so_far(material, material.near)
    chart.line(numbers, running, "c7 thin", steps=True)
    chart.markers(numbers[material.best], material.values[material.best], 3, "c2", 4.5)
    last = short(float(running[-1]))
    alt = f"The best score after all trials is {last}."
    table = NumberTable({"trial": material.number, material.score: material.values, "best until then": running})
    legend = [(swatch("c1", 0, False), "a trial", ""), (swatch("c7 thin"), "best until then", last)]
    return figure("order", "Trial by trial", chart.svg("Trial by trial", alt, "order-chart"), table, legend=legend)
