"""Metrics: every score by its name, computed by NumPy for all models of a stack at once."""

from npnet.metrics.metric import Metric, decide, evaluate, for_task, lacking, measure, metrics
from npnet.metrics.scores import DECIDED, OF_POSITIVE

__all__ = ["DECIDED", "OF_POSITIVE", "Metric", "decide", "evaluate", "for_task", "lacking", "measure", "metrics"]
