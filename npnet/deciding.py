"""Deciding: what the validation part says of probabilities, and the figures that depend on it."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.data import Task
from npnet.decisions import choose_threshold, fit_temperature
from npnet.metrics import DECIDED, evaluate
from npnet.readout import Decisions, logits

Floats = NDArray[np.float64]


def chosen(experiment: Experiment, task: Task, y: NDArray[Any], output: Floats) -> Decisions:
    """The temperature and the threshold that the experiment asks for, from outputs (outputs, samples) for targets y.

    Outputs that are not finite choose nothing.
    """
    decisions = Decisions(threshold=experiment.given_threshold)
    if not np.isfinite(output).all():
        return decisions
    if experiment.temperature:
        decisions = replace(decisions, temperature=fit_temperature(logits(output, task), y))
        output = decisions.tempered(output, task)
    if isinstance(experiment.threshold, str):
        metric = experiment.threshold
        decisions = replace(decisions, threshold=choose_threshold(y, output[0], metric).value, chosen_for=metric)
    return decisions


def figures(y: NDArray[Any], output: Floats, task: Task, decisions: Decisions) -> dict[str, float]:
    """All metrics of outputs (outputs, samples), by scikit-learn, decisions taken at the threshold."""
    found = evaluate(y, output, task)
    if decisions.threshold == 0.5:
        return found
    return found | evaluate(y, decisions.moved(output, task), task, DECIDED)
