"""Readout: from raw scores to what is predicted, and from predictions to decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data import Scaler, Task
from npnet.data.datasets import VALUES
from npnet.metrics.calibration import DecisionRule
from npnet.nn.losses import Loss

Floats = NDArray[np.float64]
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class OutputTransform:
    """From raw scores to what is predicted: probabilities, or values in the target's units."""

    loss: Loss
    task: Task
    target_scaler: Scaler

    def encode(self, y: NDArray[Any], classes: int) -> Floats:
        """Targets as the loss takes them, those of a regression scaled."""
        if self.task in VALUES and self.loss.scales_target:
            y = self.target_scaler.transform(y)
        return self.loss.encode(y, classes)

    def __call__(self, z: NDArray[Any]) -> Floats:
        """Outputs (models, outputs, samples); of two classes one row, the probability of the second."""
        if self.loss.quantiles:
            return self.quantiles(z)[..., int(np.argmin(np.abs(np.array(self.loss.quantiles) - 0.5))), :]
        output = self.loss.predict(z)
        if self.task in VALUES:
            unit = self.target_scaler if self.loss.scales_target else Scaler.none(1)
            return np.asarray(unit.inverse(output.mT).mT)
        if self.loss.link == "identity":
            output = np.clip(output, 0.0, 1.0)
            output = shares(output) if output.shape[-2] > 1 else output
        return output[..., 1:, :] if self.task == "binary" and output.shape[-2] == 2 else output

    def quantiles(self, z: NDArray[Any]) -> Floats:
        """The quantiles of each target, in order and in its units: (models, targets, quantiles, samples)."""
        several = self.loss.predict(z).reshape(len(z), -1, len(self.loss.quantiles), z.shape[-1])
        unit = self.target_scaler
        return np.sort(several * unit.scale[:, np.newaxis, np.newaxis] + unit.mean[:, np.newaxis, np.newaxis], axis=-2)


def shares(output: Floats) -> Floats:
    """Outputs of at least 0, (..., classes, samples), over their sum; where all are 0, the classes share evenly."""
    total = output.sum(axis=-2, keepdims=True)
    evenly = np.full_like(output, 1 / output.shape[-2])
    return np.asarray(np.divide(output, total, out=evenly, where=total > 0))


@dataclass(frozen=True)
class Calibration:
    """What is done with probabilities: a temperature that makes them honest, a threshold that decides.

    `chosen_for` is the metric for which the validation part chose the threshold, None where it was given.
    """

    temperature: float = 1.0
    threshold: float = 0.5
    chosen_for: str | None = None

    def apply_temperature(self, output: Floats, task: Task) -> Floats:
        """Probabilities (outputs, samples) whose logits are divided by the temperature.

        Guo et al. (2017), On calibration of modern neural networks.
        """
        if self.temperature == 1.0 or task in VALUES:
            return output
        z = logits(output, task) / self.temperature
        if task == "multiclass":
            e = np.exp(z - z.max(axis=0))
            return np.asarray(e / e.sum(axis=0))
        return np.asarray(np.exp(-np.logaddexp(0.0, -z)))

    def rule(self, task: Task, classes: Sequence[str]) -> DecisionRule | None:
        """How two classes are decided; None for any other task."""
        return DecisionRule(classes[1], self.threshold, self.chosen_for) if task == "binary" else None

    def apply_threshold(self, output: Floats, task: Task) -> Floats:
        """Outputs whose decisions at one half are those at the threshold: 0 or 1 for two classes, NaN stays."""
        return np.where(np.isnan(output), output, output > self.threshold) if task == "binary" else output


def logits(output: Floats, task: Task) -> Floats:
    """Logits of probabilities (outputs, samples): logarithms of several classes, log odds of two or of labels."""
    p = np.clip(output, TINY, 1.0 - TINY)
    return np.asarray(np.log(p) if task == "multiclass" else np.log(p) - np.log1p(-p))
