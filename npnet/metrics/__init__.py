"""Metrics: every score by its name, of a whole stack at once or of one model by scikit-learn."""

from npnet.metrics import classes, values
from npnet.metrics.classes import DECIDED, OF_POSITIVE
from npnet.metrics.metric import Metric, decide, evaluate, for_task, lacking, measure, metrics

__all__ = [
    "DECIDED",
    "OF_POSITIVE",
    "Metric",
    "classes",
    "decide",
    "evaluate",
    "for_task",
    "lacking",
    "measure",
    "metrics",
    "values",
]
