"""What the network has learned over one or two features: decision regions, a fitted curve or a surface."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from npnet.plots.boundary import MOST_LABELS, drawable, fitted_curve
from npnet.plots.kinds import Material
from npnet.plots.layout import Floats, plain, short
from npnet.plots.plane.fields import Field, SplitPoints, field_of, shown_points
from npnet.plots.plane.labels import of_label
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup, element
from npnet.report.parts import Legend, NumberTable, counted, figure
from npnet.report.shapes import path, simplified, spots

NODES = 81  # along each axis
FROM_HALF = (0.0, 0.1, 0.2, 0.3, 0.4, 0.48)  # distances from probability 0.5 at which a region gets darker
BANDS = 9  # of a surface
SURE = (0.0, 0.4, 0.8)  # leads of a class over the others from which its region is darker
MOST_POINTS = {"train": 300, "validation": 150, "test": 150}
TABLED = 6  # nodes along each axis in the table of numbers


def boundaries(material: Material) -> Iterator[Markup]:
    """Yield the picture that fits the task, of several labels that of each; none without numbers as features."""
    if drawable(material) is not None:
        return
    if material.task != "multilabel":
        yield _boundary(material, "Decision", "boundary")
        return
    for index, name in enumerate(material.targets[:MOST_LABELS]):
        yield _boundary(of_label(material, index), f"{plain(name, 30)}: decision", f"boundary-{index}")


def _boundary(material: Material, decision: str, id: str) -> Markup:  # noqa: A002 - the attribute
    """Return the picture over one or two features."""
    points = [_fewer(one) for one in shown_points(material)]
    if len(material.features) == 1:
        return _fit(material, points)
    area = field_of(material, points, NODES)
    left, right, bottom, top = area.extent
    names = [plain(name, 34) for name in material.features]
    chart = Chart(Axis.between(left, right, names[0]), Axis.between(bottom, top, names[1]), square=True)
    paint = {"binary": _binary, "multiclass": _classes}.get(material.task, _surface)
    legend = paint(chart, material, area, points)
    title = {"binary": f"{decision} boundary", "multiclass": "Decision regions"}.get(material.task, "Fitted surface")
    note = " ".join(
        f"Of the {one.split} set {len(one.X):,} of {one.rows:,} rows." for one in points if len(one.X) < one.rows
    )
    alt = f"The outputs of the network over {names[0]} and {names[1]}, with points of the data."
    return figure(id, title, chart.svg(title, alt, f"{id}-chart"), _numbers(material, area), note, legend)


def _fewer(one: SplitPoints) -> SplitPoints:
    rows = np.linspace(0, len(one.X) - 1, min(len(one.X), MOST_POINTS[one.split])).astype(np.int64)
    return SplitPoints(one.split, one.X[rows], one.y[rows], one.rows)


def _filled(chart: Chart, area: Field, values: Floats, levels: Any) -> Iterator[tuple[int, str]]:
    """Yield the paths of the areas between neighbouring levels."""
    from contourpy import contour_generator

    found: Any = contour_generator(area.x, area.y, np.nan_to_num(values), fill_type="OuterOffset")
    for index, (low, high) in enumerate(pairwise(levels)):
        outers, offsets = found.filled(low, high)
        rings = [
            path(simplified(chart.at(*points[start:end].T))) + "Z"
            for points, ends in zip(outers, offsets, strict=True)
            for start, end in pairwise(ends)
        ]
        if rings:
            yield index, "".join(rings)


def _edge(chart: Chart, area: Field, values: Floats, level: float) -> None:
    """Draw the line on which values have a level."""
    from contourpy import contour_generator

    lines: Any = contour_generator(area.x, area.y, np.nan_to_num(values)).lines(level)
    if lines:
        chart.add("path", d="".join(path(simplified(chart.at(*line.T))) for line in lines), class_="edge")


def _binary(chart: Chart, material: Material, area: Field, points: list[SplitPoints]) -> Legend:
    chance = area.values[..., 1]
    for look, side in (("low", 0.5 - chance), ("high", chance - 0.5)):
        for low in FROM_HALF:
            for _, d in _filled(chart, area, side, (low, 0.51)):
                chart.add("path", d=d, class_=f"map {look}", fill_rule="evenodd")
    _edge(chart, area, chance, material.threshold)
    legend = _points(chart, material, points)
    return [*legend, (swatch("c7"), f"probability {material.threshold:.4g}", "")]


def _classes(chart: Chart, material: Material, area: Field, points: list[SplitPoints]) -> Legend:
    for code in np.unique(np.nan_to_num(area.values).argmax(axis=-1)).tolist():
        lead = area.values[..., code] - np.delete(area.values, code, axis=-1).max(axis=-1)
        for low in SURE:
            for _, d in _filled(chart, area, lead, (low, 1.01)):
                chart.add("path", d=d, class_=f"region {colour(code)}", fill_rule="evenodd")
        _edge(chart, area, lead, 0.0)
    return _points(chart, material, points)


def _surface(chart: Chart, material: Material, area: Field, points: list[SplitPoints]) -> Legend:
    values = area.values[..., 0]
    every = np.concatenate([values.ravel(), *(one.y.ravel() for one in points)])
    levels = np.linspace(np.nanmin(every), np.nanmax(every) + 1e-9, BANDS + 1)
    for index, d in _filled(chart, area, values, levels):
        chart.add("path", d=d, class_="region c1", fill_opacity=0.06 + 0.8 * index / BANDS, fill_rule="evenodd")
    for one in points:
        band = np.clip(np.searchsorted(levels, one.y.ravel()) - 1, 0, BANDS - 1)
        for index in np.unique(band).tolist():
            X = one.X[band == index]
            chart.add("path", d=spots(chart.at(*X.T)), class_="dots few ring")
            chart.add("path", d=spots(chart.at(*X.T)), class_="dots few c0 base")
            chart.add("path", d=spots(chart.at(*X.T)), class_="dots few c1", stroke_opacity=0.06 + 0.8 * index / BANDS)
    target = plain(material.targets[0], 30)
    return [
        (
            swatch("c1"),
            f"{target}: the stronger, the larger",
            f"{short(float(levels[0]))} to {short(float(levels[-1]))}",
        )
    ]


def _points(chart: Chart, material: Material, points: list[SplitPoints]) -> Legend:
    """Draw points by class, those of the training set full, of others hollow; odd classes are squares."""
    legend: list[tuple[Markup, str, str]] = []
    for code, name in enumerate(material.classes[:12]):
        look = f"{colour(code)}{' square' if code % 2 else ''}"
        for one in points:
            X = one.X[one.y == code]
            if len(X):
                d = spots(chart.at(*X.T))
                chart.add("path", d=d, class_=f"dots {look} data")
                if one.split != "train":
                    chart.add("path", d=d, class_=f"dots {look} hole")
        legend.append((spot_swatch(look), plain(name, 24), ""))
    hollow = [one.split for one in points if one.split != "train"]
    return [*legend, *((spot_swatch("c0", hollow=True), f"{split} set", "") for split in hollow)]


def colour(code: int) -> str:
    """Return the class of the colour of a class."""
    return f"c{code % 7 + 1}"


def spot_swatch(look: str, hollow: bool = False) -> Markup:
    """Return the sample of a point for a legend."""
    marks = [element("path", d="M13 6h0", class_=f"dots few {look} data")]
    if hollow:
        marks.append(element("path", d="M13 6h0", class_="dots few hole"))
    return element("svg", *marks, viewBox="0 0 26 12", class_="swatch", aria_hidden="true")


def _fit(material: Material, points: list[SplitPoints]) -> Markup:
    """Return the fitted curve of a regression on one feature, over its points."""
    x, fitted = fitted_curve(material, points)
    names = plain(material.features[0], 40), plain(material.targets[0], 30)
    every = np.concatenate([fitted, *(one.y.ravel() for one in points)])
    chart, legend = Chart(Axis.of(x, names[0], log=False), Axis.of(every, names[1], log=False), height=360), []
    for one, look in zip(points, ("c1", "c7 square"), strict=False):
        chart.dots(one.X[:, 0], one.y.ravel().astype(float), look)
        legend.append((spot_swatch(look), f"{one.split} set", counted(one.rows, "row")))
    chart.line(x, fitted, "c2")
    legend.append((swatch("c2"), "prediction", ""))
    numbers = NumberTable({names[0]: x[::10], "prediction": fitted[::10]})
    alt = f"{names[1]} as predicted from {names[0]}, over the points of the data."
    return figure("boundary", "Fitted curve", chart.svg("Fitted curve", alt, "boundary-chart"), numbers, "", legend)


def _numbers(material: Material, area: Field) -> NumberTable:
    """Return the outputs at some nodes."""
    step = (NODES - 1) // (TABLED - 1)
    x, y = (grid[::step, ::step].ravel() for grid in np.meshgrid(area.x, area.y))
    values = area.values[::step, ::step].reshape(len(x), -1)
    names = (
        [f"P({plain(material.classes[code], 20)})" for code in material.shown] if material.classes else ["prediction"]
    )
    return NumberTable({material.features[0]: x, material.features[1]: y, **dict(zip(names, values.T, strict=False))})
