"""Calibration: temperature and threshold, fitted on the validation set, and the scores that depend on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.data import Task
from npnet.data.datasets import VALUES
from npnet.metrics import DECIDED, evaluate
from npnet.metrics.calibration import DecisionRule, choose_threshold, fit_temperature

Floats = NDArray[np.float64]
TINY = 1e-12


@dataclass(frozen=True)
class Calibration:
    """A temperature that calibrates probabilities, and the threshold that decides between two classes.

    `chosen_for` is the metric for which the validation set chose the threshold, None where the config gives it.
    """

    temperature: float = 1.0
    threshold: float = 0.5
    chosen_for: str | None = None

    def apply_temperature(self, output: Floats, task: Task) -> Floats:
        """Return probabilities (outputs, samples) whose logits are divided by the temperature.

        Guo et al. (2017), On calibration of modern neural networks.
        """
        if self.temperature == 1.0 or task in VALUES:
            return output
        z = logits(output, task) / self.temperature
        if task == "multiclass":
            e = np.exp(z - z.max(axis=0))
            return np.asarray(e / e.sum(axis=0))
        return np.asarray(np.exp(-np.logaddexp(0.0, -z)))

    def apply_threshold(self, output: Floats, task: Task) -> Floats:
        """Return the decisions between two classes as 0 and 1, NaN for NaN; outputs of other tasks unchanged."""
        return np.where(np.isnan(output), output, output > self.threshold) if task == "binary" else output

    def rule(self, task: Task, classes: Sequence[str]) -> DecisionRule | None:
        """Return how two classes are decided; None for any other task."""
        return DecisionRule(classes[1], self.threshold, self.chosen_for) if task == "binary" else None


def logits(output: Floats, task: Task) -> Floats:
    """Return the logits of probabilities (outputs, samples): log p of several classes, log odds of two."""
    p = np.clip(output, TINY, 1.0 - TINY)
    return np.asarray(np.log(p) if task == "multiclass" else np.log(p) - np.log1p(-p))


def fit_calibration(experiment: Experiment, task: Task, y: NDArray[Any], output: Floats) -> Calibration:
    """Fit the temperature and threshold of an experiment to outputs (outputs, samples) and targets y.

    Outputs that are not finite choose nothing.
    """
    calibration = Calibration(threshold=experiment.given_threshold)
    if not np.isfinite(output).all():
        return calibration
    if experiment.temperature:
        calibration = replace(calibration, temperature=fit_temperature(logits(output, task), y))
        output = calibration.apply_temperature(output, task)
    if isinstance(experiment.threshold, str):
        metric = experiment.threshold
        calibration = replace(calibration, threshold=choose_threshold(y, output[0], metric).value, chosen_for=metric)
    return calibration


def score_outputs(y: NDArray[Any], output: Floats, task: Task, calibration: Calibration) -> dict[str, float]:
    """Return all metrics of outputs (outputs, samples), with decisions taken at the threshold."""
    found = evaluate(y, output, task)
    if calibration.threshold == 0.5:
        return found
    return found | evaluate(y, calibration.apply_threshold(output, task), task, DECIDED)
