"""Preparation in ONNX: from columns to the inputs of the models of a fold, in float64."""

from collections.abc import Callable
from typing import Any

import numpy as np

from npnet.data.preprocessing.scaling import HALF, TAIL, Scaling, unit_of
from npnet.data.preprocessing.steps import CYCLES, CategoryStep, DatePart, DateStep, NumberStep, on_circle
from npnet.export.document import FoldPreparation
from npnet.export.normal import CENTER, TAILS
from npnet.export.onnx_code.columns import ColumnInputs
from npnet.export.onnx_code.graph import DOUBLE, INT64, OnnxGraph


def inputs_of(columns: ColumnInputs, preparation: FoldPreparation) -> str:
    """Return the inputs of the models of a fold, (rows, inputs) in float64."""
    graph = columns.graph
    outputs: list[str] = []
    for step in preparation.steps:
        if preparation.missing == "error":
            columns.refused.append(columns.missing[step.column])
        outputs.append(STEPS[step.kind](columns, step))
    for derived in preparation.derived:
        x = [filled(columns, name, fill) for name, fill in zip(derived.columns, derived.fills, strict=True)]
        outputs.append(scaled(graph, FEATURES[derived.feature](graph, *x), derived.scaling))
    together = graph.add("Concat", *outputs, axis=1)
    return graph.add("Gather", together, np.array(preparation.order), axis=1)


def filled(columns: ColumnInputs, name: str, fill: float) -> str:
    """Return a column of numbers with its gaps filled."""
    return columns.graph.add("Where", columns.missing[name], fill, columns.values[name])


def number_step(columns: ColumnInputs, step: NumberStep) -> str:
    """Return a column of numbers scaled, and where it is missing."""
    outputs = [scaled(columns.graph, columns.values[step.column], step.scaling)] if step.scaling else []
    return together(columns, step.column, outputs, step.gaps)


def date_step(columns: ColumnInputs, step: DateStep) -> str:
    """Return the parts of dates scaled, where they are missing, and the circles of parts that recur."""
    graph, parts = columns.graph, {name: columns.part(step.column, name) for name in step.parts}
    outputs = [scaled(graph, parts[name], scaling) for name, scaling in step.parts.items()]
    numbers = together(columns, step.column, outputs, step.gaps)
    circles = [circle(columns, step.column, name) for name in parts if name in CYCLES]
    return graph.add("Concat", numbers, *circles, axis=1)


def circle(columns: ColumnInputs, column: str, name: DatePart) -> str:
    """Return sine and cosine of a part of dates on its circle, 0 where they are missing."""
    add, last = columns.graph.add, CYCLES[name] + 1  # months count from 1 to 12
    known = add("Where", columns.missing[column], float(last), add("Floor", columns.part(column, name)))
    table = on_circle(np.array([*range(last), np.nan]), name)
    return add("Reshape", add("Gather", table, add("Cast", known, to=INT64)), np.array([-1, 2]))


def category_step(columns: ColumnInputs, step: CategoryStep) -> str:
    """Return a column of categories as 0 and 1 for each level, as -1 and 1, or as codes."""
    graph, levels = columns.graph, len(step.levels)
    gap = levels + 1 if step.gaps else 0
    known = next(one.known for one in columns.document.columns if one.name == step.column)
    places = np.array([0, gap, *(step.places.get(text, 0) for text in known)])
    place = graph.add("Gather", places, columns.values[step.column])
    if step.coding == "codes":
        return graph.add("Cast", place, to=DOUBLE)
    shown = [*range(1, levels + 1), *[0] * step.pooled] if step.coding == "one_hot" else []
    outputs = [is_place(graph, place, shown)] if shown else []
    if step.coding == "signs":
        outputs = [graph.add("Sub", is_place(graph, place, [2]), is_place(graph, place, [1]))]
    return together(columns, step.column, outputs, step.gaps)


def is_place(graph: OnnxGraph, place: str, places: list[int]) -> str:
    """Return 1 in the column of the place of each row, else 0, (rows, places)."""
    return graph.add("Cast", graph.add("Equal", place, np.array([places])), to=DOUBLE)


def together(columns: ColumnInputs, name: str, outputs: list[str], gaps: bool) -> str:
    """Return outputs side by side, with an indicator of gaps."""
    outputs = [*outputs, columns.graph.add("Cast", columns.missing[name], to=DOUBLE)] if gaps else outputs
    return columns.graph.add("Concat", *outputs, axis=1)


def scaled(graph: OnnxGraph, x: str, scaling: Scaling) -> str:
    """Return numbers with gaps filled, as distances from the center in units of the scale."""
    add = graph.add
    x = add("Where", add("IsNaN", x), scaling.fill, x)
    if not scaling.scale:
        return add("Mul", add("Cast", add("IsNaN", x), to=DOUBLE), 0.0)
    if scaling.quantiles:
        return deviate(graph, share_below(graph, x, np.array(scaling.quantiles)))
    quarter = 0.25 if scaling.scale > HALF else 1.0
    z = add("Sub", add("Mul", x, quarter), scaling.center * quarter) if quarter < 1 else add("Sub", x, scaling.center)
    z = add("Div", z, scaling.scale * quarter)
    if not scaling.clip:
        return z
    z = add("Clip", z, -1e100, 1e100)  # the square of larger numbers would overflow
    third = add("Div", z, 3.0)
    return add("Div", z, add("Sqrt", add("Add", add("Mul", third, third), 1.0)))


def share_below(graph: OnnxGraph, x: str, quantiles: Any) -> str:
    """Return the share of quantiles below numbers: a sum of ramps, and of steps where quantiles coincide."""
    add, unit = graph.add, unit_of(quantiles)
    knots, first, counts = np.unique(quantiles / unit, return_index=True, return_counts=True)
    x, last, every = add("Div", x, float(unit)), first + counts - 1, len(quantiles) - 1
    ramps = np.append((first[1:] - last[:-1]) / every, 0.0)[np.newaxis]
    widths = np.append(np.diff(knots), 1.0)[np.newaxis]
    ramp = add("Clip", add("Div", add("Sub", x, knots[np.newaxis]), widths), 0.0, 1.0)
    share = add("ReduceSum", add("Mul", ramp, ramps), np.array([1]), keepdims=1)
    if (counts > 1).any():
        steps = knots[np.newaxis, counts > 1]
        heights = (counts[counts > 1] - 1)[np.newaxis] / every / 2
        above, beside = (add("Cast", add(op, x, steps), to=DOUBLE) for op in ("Greater", "GreaterOrEqual"))
        jumps = add("Mul", add("Add", above, beside), heights)
        share = add("Add", share, add("ReduceSum", jumps, np.array([1]), keepdims=1))
    return add("Clip", share, TAIL, 1 - TAIL)


def deviate(graph: OnnxGraph, share: str) -> str:
    """Return the normal deviates of shares."""
    add = graph.add
    q = add("Sub", share, 0.5)
    r = add("Sub", 0.180625, add("Mul", q, q))
    center = add("Mul", q, add("Div", horner(graph, r, CENTER[0]), horner(graph, r, CENTER[1])))
    tail = add("Sqrt", add("Neg", add("Log", add("Min", share, add("Sub", 1.0, share)))))
    r = add("Sub", tail, 1.6)
    far = add("Mul", add("Sign", q), add("Div", horner(graph, r, TAILS[0]), horner(graph, r, TAILS[1])))
    return add("Where", add("LessOrEqual", add("Abs", q), 0.425), center, far)


def horner(graph: OnnxGraph, x: str, coefficients: tuple[float, ...]) -> str:
    """Return a polynomial of x, its coefficients from the highest power."""
    value = graph.add("Add", graph.add("Mul", x, coefficients[0]), coefficients[1])
    for one in coefficients[2:]:
        value = graph.add("Add", graph.add("Mul", value, x), one)
    return value


STEPS: dict[str, Callable[[ColumnInputs, Any], str]] = {
    "number": number_step,
    "datetime": date_step,
    "category": category_step,
}
FEATURES: dict[str, Callable[..., str]] = {
    "square": lambda graph, x: graph.add("Mul", x, x),
    "product": lambda graph, x, y: graph.add("Mul", x, y),
    "sine": lambda graph, x: graph.add("Sin", x),
}
