"""Outputs in NumPy exports: from the scores of a model to probabilities or values."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Output = dict[str, Any]


def sigmoid_of(z: Floats) -> Floats:
    """Return 1 / (1 + exp(-z))."""
    return np.exp(-np.logaddexp(0, -z))


def softmax_of(z: Floats) -> Floats:
    """Return exp(z) divided by its sum over the scores of a row."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def identity_of(z: Floats) -> Floats:
    """Return the scores."""
    return z


def undo_log(f: Floats, smearing: Floats | None) -> Floats:
    """Return exp(f), times the mean of exp(error) in training."""
    return np.exp(f) if smearing is None else np.exp(f) * smearing[:, 0]


def undo_square_root(f: Floats, smearing: Floats | None) -> Floats:
    """Return f squared, plus what the errors in training add on average."""
    f = np.maximum(f, 0)
    return f**2 if smearing is None else f**2 + 2 * f * smearing[:, 0] + smearing[:, 1]


def output_of(z: Floats, model: Output, output: Output) -> Floats:
    """Return the outputs of a model, (rows, outputs), from its scores (rows, scores) in float64.

    Of quantiles all, those of a target side by side.
    """
    y = LINKS[output["link"]](z)
    if output["task"] in ("regression", "counts"):
        return value_of(y, model, output)
    if output["link"] == "identity":
        y = np.clip(y, 0, 1)
        total = y.sum(axis=1, keepdims=True)
        y = y if y.shape[1] == 1 else np.divide(y, total, out=np.full_like(y, 1 / y.shape[1]), where=total > 0)
    return y[:, 1:] if output["task"] == "binary" and y.shape[1] == 2 else y


def value_of(y: Floats, model: Output, output: Output) -> Floats:
    """Return values in the units of the target."""
    targets, several = len(output["targets"]), max(len(output["quantiles"]), 1)
    y = y.reshape(len(y), targets, several)
    if output["scales"]:
        unit = output["scales"][model["fold"]]
        y = y * np.array(unit["scale"])[:, None] + np.array(unit["mean"])[:, None]
    y = y.reshape(len(y), -1)
    if output["transform"]:
        smearing = None if model["smearing"] is None else np.array(model["smearing"])
        y = TRANSFORMS[output["transform"]](y, smearing)
    return np.sort(y.reshape(len(y), targets, several)).reshape(len(y), -1)


def calibrated(p: Floats, output: Output) -> Floats:
    """Return probabilities whose logits are divided by the temperature."""
    if output["temperature"] == 1:
        return p
    p = np.clip(p, 1e-12, 1 - 1e-12)
    if output["task"] == "multiclass":
        return softmax_of(np.log(p) / output["temperature"])
    return sigmoid_of((np.log(p) - np.log1p(-p)) / output["temperature"])


LINKS: Any = {"sigmoid": sigmoid_of, "softmax": softmax_of, "exp": np.exp, "identity": identity_of}
TRANSFORMS: Any = {"log": undo_log, "square_root": undo_square_root}
