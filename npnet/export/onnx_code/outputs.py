"""Outputs in ONNX: from the scores of all models to labels, probabilities and values, in float64."""

from collections.abc import Callable

import numpy as np

from npnet.data.preprocessing.scaling import HALF
from npnet.export.document import Document, ExportedModel
from npnet.export.onnx_code.graph import BOOL, DOUBLE, INT64, STRING, OnnxGraph
from npnet.model.outputs import TINY

ROWS = "rows"


def output_of(graph: OnnxGraph, z: str, model: ExportedModel, document: Document) -> str:
    """Return the outputs of a model from its scores in float64; of quantiles (rows, targets, quantiles)."""
    add, output = graph.add, document.output
    y = LINKS[output.link](graph, z)
    if output.has_values:
        return value_of(graph, y, model, document)
    if output.link == "identity":
        y = add("Clip", y, 0.0, 1.0)
        if document.scores > 1:
            total = add("ReduceSum", y, np.array([1]), keepdims=1)
            some = add("Greater", total, 0.0)
            y = add("Where", some, add("Div", y, add("Where", some, total, 1.0)), 1 / document.scores)
    return add("Gather", y, np.array([1]), axis=1) if output.task == "binary" and document.scores == 2 else y


def value_of(graph: OnnxGraph, y: str, model: ExportedModel, document: Document) -> str:
    """Return values in the units of the target, (rows, targets, quantiles) or (rows, targets, 1)."""
    add, output = graph.add, document.output
    several = max(len(output.quantiles), 1)
    y = add("Reshape", y, np.array([-1, len(output.targets), several]))
    if output.scales:
        mean, scale = (np.array(getattr(output.scales[model.fold], name))[:, np.newaxis] for name in ("mean", "scale"))
        quarter = np.where(scale > HALF, 0.25, 1.0)
        y = add("Add", add("Mul", y, scale * quarter), mean * quarter)
        y = add("Div", y, quarter) if (quarter < 1).any() else y
    if output.transform:
        y = TRANSFORMS[output.transform](graph, y, model.smearing)
    if several == 1:
        return y
    return add("TopK", y, np.array([several]), axis=2, largest=0)


def undo_log(graph: OnnxGraph, f: str, smearing: tuple[tuple[float, ...], ...] | None) -> str:
    """Return exp(f), times the mean of exp(error) in training."""
    value = graph.add("Exp", f)
    return value if smearing is None else graph.add("Mul", value, np.array(smearing)[:, :1])


def undo_square_root(graph: OnnxGraph, f: str, smearing: tuple[tuple[float, ...], ...] | None) -> str:
    """Return f squared, plus what the errors in training add on average."""
    add, f = graph.add, graph.add("Max", f, 0.0)
    square = add("Mul", f, f)
    if smearing is None:
        return square
    means = np.array(smearing)
    return add("Add", add("Add", square, add("Mul", add("Mul", f, 2.0), means[:, :1])), means[:, 1:])


def sigmoid_of(graph: OnnxGraph, z: str) -> str:
    """Return 1 / (1 + exp(-z))."""
    return graph.add("Div", 1.0, graph.add("Add", graph.add("Exp", graph.add("Neg", z)), 1.0))


def softmax_of(graph: OnnxGraph, z: str) -> str:
    """Return exp(z) divided by its sum over the scores of a row."""
    e = graph.add("Exp", graph.add("Sub", z, graph.add("ReduceMax", z, axes=[1], keepdims=1)))
    return graph.add("Div", e, graph.add("ReduceSum", e, np.array([1]), keepdims=1))


def calibrated(graph: OnnxGraph, p: str, document: Document) -> str:
    """Return probabilities whose logits are divided by the temperature."""
    add, output = graph.add, document.output
    if output.temperature == 1:
        return p
    p = add("Clip", p, TINY, 1 - TINY)
    logits = add("Log", p)
    if output.task == "multiclass":
        return softmax_of(graph, add("Div", logits, output.temperature))
    odds = add("Sub", logits, add("Log", add("Sub", 1.0, p)))
    return sigmoid_of(graph, add("Div", odds, output.temperature))


def any_of(graph: OnnxGraph, flags: str) -> str:
    """Return whether any flag of a row is true, (rows, 1)."""
    numbers = graph.add("Cast", flags, to=DOUBLE)
    return graph.add("Cast", graph.add("ReduceMax", numbers, axes=[1], keepdims=1), to=BOOL)


def write_outputs(graph: OnnxGraph, y: str, refused: str, document: Document) -> None:
    """Add the outputs: label and probabilities, or value and quantiles; refused rows have none."""
    add, output = graph.add, document.output
    if output.has_values:
        bad = add("Unsqueeze", refused, np.array([2]))
        y = add("Where", add("Or", bad, is_not_finite(graph, y)), np.nan, y)
        middle = add("Gather", y, np.array(output.middle or 0), axis=2)
        graph.identity(middle, "value", DOUBLE, [ROWS, len(output.targets)])
        if output.quantiles:
            graph.identity(y, "quantiles", DOUBLE, [ROWS, len(output.targets), len(output.quantiles)])
        return
    bad = is_not_finite(graph, y)
    if output.task != "multilabel":
        bad = any_of(graph, bad)
    p = add("Where", add("Or", refused, bad), np.nan, y)
    if output.task == "multilabel":
        label = words(graph, p, output.negatives, output.classes)
        graph.identity(label, "label", STRING, [ROWS, len(output.classes)])
        graph.identity(p, "probabilities", DOUBLE, [ROWS, len(output.classes)])
        return
    if output.task == "binary":
        code = add("Cast", add("Greater", p, output.threshold), to=INT64)
    else:
        code = add("ArgMax", p, axis=1, keepdims=1)
    label = add("Gather", np.array(output.classes, object), code)
    gone = add("IsNaN", add("ReduceMax", p, axes=[1], keepdims=1))
    named = add("Where", gone, np.array("", object), label)
    graph.identity(add("Reshape", named, np.array([-1])), "label", STRING, [ROWS])
    p = add("Concat", add("Sub", 1.0, p), p, axis=1) if output.task == "binary" else p
    graph.identity(p, "probabilities", DOUBLE, [ROWS, len(output.classes)])


def is_not_finite(graph: OnnxGraph, y: str) -> str:
    """Return where values are infinite or no number."""
    return graph.add("Or", graph.add("IsNaN", y), graph.add("IsInf", y))


def words(graph: OnnxGraph, p: str, negatives: tuple[str, ...], classes: tuple[str, ...]) -> str:
    """Return the word of each label; empty where it has no probability."""
    yes, no = (np.array(texts, object)[np.newaxis] for texts in (classes, negatives))
    word = graph.add("Where", graph.add("Greater", p, 0.5), yes, no)
    return graph.add("Where", graph.add("IsNaN", p), np.array("", object), word)


LINKS: dict[str, Callable[[OnnxGraph, str], str]] = {
    "sigmoid": sigmoid_of,
    "softmax": softmax_of,
    "exp": lambda graph, z: graph.add("Exp", z),
    "identity": lambda _, z: z,
}
TRANSFORMS: dict[str, Callable[[OnnxGraph, str, tuple[tuple[float, ...], ...] | None], str]] = {
    "log": undo_log,
    "square_root": undo_square_root,
}
