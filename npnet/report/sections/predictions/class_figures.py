"""Figures of predicted classes: ROC, precision and recall, and calibration."""

import numpy as np
from numpy.typing import NDArray

from npnet.plots.class_curves import (
    ClassCurve,
    Trace,
    binned,
    claims,
    class_curves,
    names_of,
    needs_probabilities,
    precision_recall_points,
    roc_points,
    traceable,
)
from npnet.plots.kinds import Material
from npnet.plots.layout import plain, short
from npnet.report.chart import Axis, Chart, swatch
from npnet.report.elements import Markup
from npnet.report.parts import NumberTable, figure
from npnet.report.shapes import spot

LOOKS = ("c1", "c2 dash1", "c3 dash2", "c4 dash3", "c5", "c6 dash1", "c7 dash2")
MOST_CURVES = len(LOOKS)  # classes with a curve: of more, those with the smallest areas
BARS, GAP = 20, 0.002  # of a histogram of probabilities
UNSURE = 0.2  # distance from 0 and 1 of a probability that is not sure
SAMPLED = 12  # points of a curve in the table of numbers


def roc(material: Material) -> Markup | None:
    """Return the ROC curve of each split or class."""
    axes = Axis.between(0, 1, "false positive rate"), Axis.between(0, 1, "true positive rate")
    return _curves(material, roc_points, ("ROC curve", "area under the curve"), axes)


def precision_recall(material: Material) -> Markup | None:
    """Return precision against recall of each split or class."""
    axes = Axis.between(0, 1, "recall"), Axis.between(0, 1.02, "precision")
    return _curves(material, precision_recall_points, ("Precision and recall", "average precision"), axes)


def _curves(material: Material, trace: Trace, words: tuple[str, str], axes: tuple[Axis, Axis]) -> Markup | None:
    if not traceable(material):
        return None
    (title, area), binary = words, material.task == "binary"
    found = class_curves(material, trace)
    smallest = sorted(found, key=lambda curve: curve.area)[:MOST_CURVES]
    shown = found if binary else sorted(smallest, key=lambda curve: curve.code)
    names = [curve.split if binary else plain(names_of(material)[curve.code], 24) for curve in shown]
    chart, legend = Chart(*axes, square=True), []
    if trace is roc_points:
        chart.diagonal()
    for curve, name, look in zip(shown, names, LOOKS, strict=False):
        chart.line(curve.x[curve.needed], curve.y[curve.needed], look)
        legend.append((swatch(look), name, short(curve.area)))
    labels = material.task == "multilabel"
    each = "" if binary else "Each label. " if labels else "Each class against the rest. "
    note = f"{each}The {area} is 1 at best."
    what = "labels" if labels else "classes"
    note += f" Shown: the {len(shown)} of {len(found)} {what} with the smallest." if len(shown) < len(found) else ""
    alt = "; ".join(f"{name}: {area} {short(curve.area)}" for curve, name in zip(shown, names, strict=True))
    where = "roc" if trace is roc_points else "precision-recall"
    drawing = chart.svg(title, alt, f"{where}-chart")
    return figure(where, title, drawing, _numbers(shown, names, axes), note, legend)


def _numbers(shown: list[ClassCurve], names: list[str], axes: tuple[Axis, Axis]) -> NumberTable:
    each = [_sampled(curve) for curve in shown]
    columns = zip(
        *((curve.x[rows], curve.y[rows], curve.thresholds[rows]) for curve, rows in zip(shown, each, strict=True)),
        strict=True,
    )
    x, y, thresholds = (np.concatenate(column) for column in columns)
    named = [name for name, rows in zip(names, each, strict=True) for _ in rows]
    return NumberTable({"curve": named, axes[0].label: x, axes[1].label: y, "threshold": thresholds})


def _sampled(curve: ClassCurve) -> NDArray[np.intp]:
    """Return the numbers of up to 12 points of a curve."""
    rows = np.flatnonzero(curve.needed)
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), SAMPLED)).astype(np.int64))]


def calibration(material: Material) -> Markup | None:
    """Return how often events predicted with a probability occur."""
    if not material.judged or needs_probabilities(material):
        return None
    predicted, true = claims(material)
    mean, share, low, high, rows = binned(predicted, true)
    what = f"“{plain(material.classes[1], 24)}”" if material.task == "binary" else "the chosen class"
    axes = Axis.between(0, 1, f"predicted probability of {what}"), Axis.between(0, 1, "share that is true")
    chart = Chart(*axes, square=True)
    chart.diagonal()
    for x, bottom, top in zip(mean, low, high, strict=True):
        (across, ends), (_, up) = chart.at([x, x], [bottom, top])
        chart.add("path", d=f"M{spot(across)} {spot(ends)}V{spot(up)}", class_="whisker c1")
    chart.line(mean, share, "c1 thin")
    chart.markers(mean, share, 0, "c1")
    error = short(float(np.sum(rows * np.abs(mean - share)) / rows.sum()))
    numbers = NumberTable({"predicted": mean, "observed": share, "from": low, "to": high, "rows": rows.astype(int)})
    note = f"Equal groups of the {material.judged} set with 95 % intervals. On the diagonal, probabilities are right."
    legend = [(swatch("c1", 0), "network, mean difference", error), (swatch("c0 dash2"), "perfect", "")]
    drawing = chart.svg("Calibration", f"Mean difference between predicted and observed: {error}.", "calibration-chart")
    return figure("calibration", "Calibration", drawing, numbers, note, legend)


def probabilities(material: Material) -> Markup | None:
    """Return how the predicted probabilities are distributed, by what is true."""
    if not material.judged or needs_probabilities(material):
        return None
    predicted, true = claims(material)
    if material.task == "binary":
        what, names = f"“{plain(material.classes[1], 24)}”", [plain(name, 24) for name in material.classes]
        parts = dict(zip(names, (~true, true), strict=True))
    else:
        what, parts = "the chosen class", {"right": true, "wrong": ~true}
    edges = np.linspace(0, 1, BARS + 1)
    counts = {name: np.histogram(predicted[rows], edges)[0] for name, rows in parts.items()}
    largest = max(int(np.sum([*counts.values()], axis=0).max()), 1)
    axes = Axis.between(0, 1, f"predicted probability of {what}"), Axis.between(0, largest * 1.05, "rows")
    chart, below = Chart(*axes, square=True), np.zeros(BARS)
    for look, rows in zip(("c1", "c2"), counts.values(), strict=True):
        boxes = [(a, b, low, low + n) for a, b, low, n in zip(edges[:-1], edges[1:], below, rows, strict=True) if n]
        chart.bars([(float(a) + GAP, float(b) - GAP, float(low), float(high)) for a, b, low, high in boxes], look)
        below = below + rows
    legend = [(swatch(f"{look} block"), name, "") for look, name in zip(("c1", "c2"), counts, strict=True)]
    unsure = 100 * float(((predicted > UNSURE) & (predicted < 1 - UNSURE)).mean())
    alt = f"{unsure:.1f} % of the rows have a probability between {UNSURE:g} and {1 - UNSURE:g}."
    numbers = NumberTable({"from": edges[:-1], "to": edges[1:], **counts})
    title = "Predicted probabilities"
    drawing = chart.svg(title, alt, "probabilities-chart")
    return figure("probabilities", title, drawing, numbers, f"The {material.judged} set. {alt}", legend)
