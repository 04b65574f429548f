"""The registry of metrics, and scoring by name, of one model or a whole stack at once.

Shapes: target is (samples,) class codes, (samples, labels) of several labels, or (samples, targets) of a regression;
output is (models, outputs, samples): the probability of class 1 (binary, one output), of every class (multiclass), or
values in the target's units. weight, where given, is (samples,); rows of weight 0 do not count. Undefined scores are
NaN: a ROC of one class, the score of an output that is not finite, a score beyond the range of float64.

A decision is the most probable class, in a tie the lower one: class 1 of two where its probability is above 0.5.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.errors import UsageError
from npnet.registry import Registry

Array = NDArray[Any]
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Goal = Literal["maximize", "minimize"]

CLASSES = ("binary", "multiclass", "multilabel")
REGRESSION = ("regression", "counts")
CHUNK = 1 << 20
"""Numbers that one score works on at a time, so that its memory does not grow with rows times classes."""

Scoring = Callable[..., Floats]  # (target, output, weight=None) -> (models,)
Lack = Callable[[Array], str | None]  # what a target lacks for the score to be defined


@dataclass(frozen=True)
class Metric:
    """A metric; its formula(target, output, weight) only sees rows that count and finite outputs."""

    name: str
    goal: Goal
    tasks: tuple[str, ...]
    formula: Scoring
    lack: Lack | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.formula.__doc__)

    def scores(self, target: Array, output: Array, weight: Array | None = None) -> Floats:
        """Return the score of every model (models,), NaN where it is undefined."""
        if weight is not None and not (weight > 0).all():
            rows = np.flatnonzero(weight > 0)
            target, output, weight = target[rows], output[..., rows], weight[rows]
        found = np.full(len(output), np.nan)
        with np.errstate(all="ignore"):
            # A finite sum shows in one fast call that all values are; a sum that is not may just be too large.
            finite = slice(None) if np.isfinite(output.sum()) else np.isfinite(output).all(axis=(1, 2))
            if len(target) and len(found[finite]):
                found[finite] = self.formula(target, output[finite], weight)
        return np.where(np.isfinite(found), found, np.nan)


metrics: Registry[Metric] = Registry("metric", "metrics")


def add(name: str, goal: Goal, tasks: tuple[str, ...], lack: Lack | None = None) -> Callable[[Scoring], Metric]:
    """Register a function as the formula of a metric."""
    return lambda formula: metrics.add(name)(Metric(name, goal, tasks, formula, lack))


def for_task(task: str) -> list[str]:
    """Return the names of the metrics of a task, the usual one first."""
    return [name for name, metric in metrics.items() if task in metric.tasks]


def evaluate(
    target: Array, output: Array, task: str, names: Sequence[str] | None = None, weight: Array | None = None
) -> dict[str, float]:
    """Score one model by its outputs (outputs, samples): the named metrics, or all of the task.

    Raise UsageError for a name that is not a metric of the task.
    """
    known = for_task(task)
    chosen = known if names is None else names
    for name in chosen:
        if name not in known:
            raise UsageError(f'"{name}" is no metric of a {task} task', f"these are: {', '.join(known)}")
    return {name: float(measure(name, target, output[np.newaxis], task, weight)[0]) for name in chosen}


def measure(name: str, target: Array, output: Array, task: str, weight: Array | None = None) -> Floats:
    """Score every model of a stack (models,) by outputs (models, outputs, samples).

    The score of several labels is the mean over the labels.
    """
    if task != "multilabel":
        return metrics[name].scores(target, output, weight)
    each = [metrics[name].scores(y, output[:, n : n + 1], weight) for n, y in enumerate(target.T)]
    return np.asarray(np.mean(each, axis=0))


def lacking(name: str, target: Array, task: str) -> str | None:
    """Return what a target lacks for a metric to be defined on it, as in "two classes", or None."""
    lack = metrics[name].lack
    columns = target.T if task == "multilabel" else [target]
    return next(filter(None, map(lack, columns)), None) if lack else None


def decide(output: Array) -> Codes:
    """Return the codes (..., samples) of probabilities (..., outputs, samples), lowest in ties."""
    if output.shape[-2] == 1:
        return np.asarray(output[..., 0, :] > 0.5, np.int64)
    return np.asarray(output.argmax(axis=-2), np.int64)


def chunks_of(count: int, width: int) -> list[slice]:
    """Cut `count` things, each `width` numbers wide, into chunks of about `CHUNK` numbers."""
    size = max(1, CHUNK // width)
    return [slice(start, start + size) for start in range(0, count, size)]


def mean(values: Array, weight: Array | None) -> Floats:
    """Return the mean over the samples, the last axis, weighted where there are weights."""
    return np.asarray(values.mean(axis=-1) if weight is None else values @ weight / weight.sum())
