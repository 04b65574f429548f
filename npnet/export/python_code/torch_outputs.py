"""Outputs in PyTorch exports: from the scores of a model to probabilities or values, in float64."""

from typing import Any

import torch
from torch import Tensor

Output = dict[str, Any]


def softmax_of(z: Tensor) -> Tensor:
    """Return exp(z) divided by its sum over the scores of a row."""
    return z.softmax(dim=1)


def identity_of(z: Tensor) -> Tensor:
    """Return the scores."""
    return z


def undo_log(f: Tensor, smearing: Tensor | None) -> Tensor:
    """Return exp(f), times the mean of exp(error) in training."""
    return f.exp() if smearing is None else f.exp() * smearing[:, 0]


def undo_square_root(f: Tensor, smearing: Tensor | None) -> Tensor:
    """Return f squared, plus what the errors in training add on average."""
    f = f.clamp(min=0)
    return f**2 if smearing is None else f**2 + 2 * f * smearing[:, 0] + smearing[:, 1]


def output_of(z: Tensor, model: Output, output: Output) -> Tensor:
    """Return the outputs of a model, (rows, outputs), from its scores (rows, scores) in float64.

    Of quantiles all, those of a target side by side.
    """
    y = LINKS[output["link"]](z)
    if output["task"] in ("regression", "counts"):
        return value_of(y, model, output)
    if output["link"] == "identity":
        y = y.clamp(0, 1)
        total = y.sum(dim=1, keepdim=True)
        y = y if y.shape[1] == 1 else torch.where(total > 0, y / total, 1 / y.shape[1])
    return y[:, 1:] if output["task"] == "binary" and y.shape[1] == 2 else y


def value_of(y: Tensor, model: Output, output: Output) -> Tensor:
    """Return values in the units of the target."""
    targets, several = len(output["targets"]), max(len(output["quantiles"]), 1)
    y = y.view(len(y), targets, several)
    if output["scales"]:
        unit = output["scales"][model["fold"]]
        y = y * tensor_of(unit["scale"])[:, None] + tensor_of(unit["mean"])[:, None]
    y = y.flatten(1)
    if output["transform"]:
        smearing = None if model["smearing"] is None else tensor_of(model["smearing"])
        y = TRANSFORMS[output["transform"]](y, smearing)
    return y.view(len(y), targets, several).sort(dim=2).values.flatten(1)


def calibrated(p: Tensor, output: Output) -> Tensor:
    """Return probabilities whose logits are divided by the temperature."""
    if output["temperature"] == 1:
        return p
    p = p.clamp(1e-12, 1 - 1e-12)
    if output["task"] == "multiclass":
        return (p.log() / output["temperature"]).softmax(dim=1)
    return ((p.log() - (-p).log1p()) / output["temperature"]).sigmoid()


def tensor_of(numbers: list[Any]) -> Tensor:
    """Return numbers in float64."""
    return torch.tensor(numbers, dtype=torch.float64)


LINKS: Any = {"sigmoid": torch.sigmoid, "softmax": softmax_of, "exp": torch.exp, "identity": identity_of}
TRANSFORMS: Any = {"log": undo_log, "square_root": undo_square_root}
