"""Scores: each once as array operations over a whole stack of models, once by scikit-learn.

`stacked` is for every epoch, `score` for the final figures; tests hold them equal. Shapes: target is (samples,) class
codes, or (samples, targets) of a regression; output is (models, outputs, samples) for `stacked` and (outputs,
samples) for `score`: the probability of class 1 (binary, one output), of every class (multiclass), or values in the
target's units. weight, where given, is (samples,); rows of weight 0 do not count. What is undefined is NaN from both: a
ROC of one class, a score of an output that is not finite, a score that no float holds.

A decision is the most probable class, in a tie the lower one: class 1 of two where its probability is above 0.5.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
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
CHUNK = 1 << 20  # numbers
MOST_CLASSES = 50  # that scikit-learn scores one by one

Stacked = Callable[..., Floats]  # (target, output, weight=None), of every model: (models,)
Score = Callable[..., float]  # the same of one model
Lack = Callable[[Array], str | None]  # what a target lacks for the score to be defined


@dataclass(frozen=True)
class Metric:
    """A score by its name, documented by its function `stacked`."""

    name: str
    goal: Goal
    tasks: tuple[str, ...]
    stacked: Stacked
    score: Score
    lack: Lack | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "__doc__", self.stacked.__doc__)


metrics: Registry[Metric] = Registry("metric", "metrics")


def for_task(task: str) -> list[str]:
    """The names of the metrics of a task, the usual one first."""
    return [name for name, metric in metrics.items() if task in metric.tasks]


def evaluate(
    target: Array, output: Array, task: str, names: Sequence[str] | None = None, weight: Array | None = None
) -> dict[str, float]:
    """The final figures of one model, outputs (outputs, samples): those named, or all of its task.

    scikit-learn goes class by class and takes seconds for hundreds: of more than `MOST_CLASSES`, or labels, the stack's
    functions score, which are held equal. UsageError for a name that is no metric of the task.
    """
    known = for_task(task)
    chosen = known if names is None else names
    for name in chosen:
        if name not in known:
            raise UsageError(f'"{name}" is no metric of a {task} task', f"these are: {', '.join(known)}")
    if task in ("multiclass", "multilabel") and len(output) > MOST_CLASSES:
        return {name: float(measure(name, target, output[np.newaxis], task, weight)[0]) for name in chosen}
    if task != "multilabel":
        return {name: metrics[name].score(target, output, weight) for name in chosen}
    pairs = list(zip(target.T, output, strict=True))
    return {name: float(np.mean([metrics[name].score(y, p[np.newaxis], weight) for y, p in pairs])) for name in chosen}


def measure(name: str, target: Array, output: Array, task: str, weight: Array | None = None) -> Floats:
    """Score every model of a stack, (models,), by its outputs (models, outputs, samples); of labels the mean."""
    if task != "multilabel":
        return metrics[name].stacked(target, output, weight)
    each = [metrics[name].stacked(y, output[:, n : n + 1], weight) for n, y in enumerate(target.T)]
    return np.asarray(np.mean(each, axis=0))


def lacking(name: str, target: Array, task: str) -> str | None:
    """What a target lacks for a metric to be defined on it, as in "two classes"; None where it is."""
    lack = metrics[name].lack
    columns = target.T if task == "multilabel" else [target]
    return next(filter(None, map(lack, columns)), None) if lack else None


def decide(output: Array) -> Codes:
    """The class codes (..., samples) that probabilities (..., outputs, samples) decide for; a tie takes the lower."""
    if output.shape[-2] == 1:
        return np.asarray(output[..., 0, :] > 0.5, np.int64)
    return np.asarray(output.argmax(axis=-2), np.int64)


def add(
    name: str, goal: Goal, tasks: tuple[str, ...], score: Score, lack: Lack | None = None
) -> Callable[[Stacked], Metric]:
    """Register the scoring of a stack as a metric, beside its score of one model."""

    def register(stacked: Stacked) -> Metric:
        return metrics.add(name)(Metric(name, goal, tasks, _of_a_stack(stacked), _of_one(score), lack))

    return register


def _of_a_stack(stacked: Stacked) -> Stacked:
    """The same of the rows that count, for the models whose outputs are finite; NaN for the others."""

    @wraps(stacked)
    def guarded(target: Array, output: Array, weight: Array | None = None) -> Floats:
        target, output, weight = _that_count(target, output, weight)
        with np.errstate(all="ignore"):
            if not len(target):
                return np.full(len(output), np.nan)
            if np.isfinite(output.sum()):
                found = stacked(target, output, weight)
            else:
                finite = np.isfinite(output).all(axis=(1, 2))
                found = np.full(len(output), np.nan)
                if finite.any():
                    found[finite] = stacked(target, output[finite], weight)
        return np.where(np.isfinite(found), found, np.nan)

    return guarded


def _of_one(score: Score) -> Score:
    """The same of the rows that count, where the outputs are finite; else NaN."""

    @wraps(score)
    def guarded(target: Array, output: Array, weight: Array | None = None) -> float:
        target, output, weight = _that_count(target, output, weight)
        if not len(target) or not np.isfinite(output).all():
            return np.nan
        with np.errstate(all="ignore"):
            found = score(target, output, weight)
        return found if np.isfinite(found) else np.nan

    return guarded


def _that_count(target: Array, output: Array, weight: Array | None) -> tuple[Array, Array, Array | None]:
    """The rows of positive weight."""
    if weight is None or (weight > 0).all():
        return target, output, weight
    rows = np.flatnonzero(weight > 0)
    return target[rows], output[..., rows], weight[rows]


def by_decisions(function: str, options: Callable[..., dict[str, Any]] | None = None) -> Score:
    """The score of one model by a function of scikit-learn that looks at targets and decisions alone.

    It is given each pair of them once, weighted by how often it occurs: many rows, and all the same sums.
    """

    def score(target: Array, output: Array, weight: Array | None = None) -> float:
        from sklearn import metrics as reference

        classes = max(len(output), 2)
        found, place = np.unique(target * classes + decide(output), return_inverse=True)
        actual, decided = np.divmod(found, classes)
        more = options(actual, output) if options else {}
        return float(getattr(reference, function)(actual, decided, sample_weight=np.bincount(place, weight), **more))

    return score


def in_chunks(score: Score) -> Score:
    """A score that is a mean over rows, taken over chunks of many: what scikit-learn copies of them stays small."""

    def whole(target: Array, output: Array, weight: Array | None = None) -> float:
        chunks = chunks_of(len(target), len(output))
        if len(chunks) < 2:
            return score(target, output, weight)
        sizes = [len(target[rows]) if weight is None else float(weight[rows].sum()) for rows in chunks]
        each = [score(target[rows], output[:, rows], None if weight is None else weight[rows]) for rows in chunks]
        return float(np.average(each, weights=sizes))

    return whole


def chunks_of(count: int, width: int) -> list[slice]:
    """As many as `CHUNK` numbers at a time, of so many things that are each some numbers wide."""
    size = max(1, CHUNK // width)
    return [slice(start, start + size) for start in range(0, count, size)]


def mean(values: Array, weight: Array | None) -> Floats:
    """The mean over the samples, weighted where there are weights."""
    return np.asarray(values.mean(axis=-1) if weight is None else values @ weight / weight.sum())
