"""Deciding: what the validation part says of probabilities, and the figures that depend on it."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.data import Task
from npnet.metrics import DECIDED, evaluate
from npnet.metrics.calibration import choose_threshold, fit_temperature
from npnet.model.output_transform import Calibration, logits

Floats = NDArray[np.float64]


def chosen(experiment: Experiment, task: Task, y: NDArray[Any], output: Floats) -> Calibration:
    """The temperature and the threshold that the experiment asks for, from outputs (outputs, samples) for targets y.

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


def figures(y: NDArray[Any], output: Floats, task: Task, calibration: Calibration) -> dict[str, float]:
    """Score outputs (outputs, samples) by all metrics, decisions taken at the threshold."""
    found = evaluate(y, output, task)
    if calibration.threshold == 0.5:
        return found
    return found | evaluate(y, calibration.apply_threshold(output, task), task, DECIDED)
