"""Scores of classes: of their order, of decisions, and of probabilities."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.metrics.metric import CLASSES, Array, Codes, Floats, add, by_decisions, chunks_of, decide, in_chunks, mean

DECIDED = ("accuracy", "balanced_accuracy", "f1", "precision", "recall")
"""The metrics that look at decisions alone, and so depend on the threshold."""
OF_POSITIVE = ("f1", "precision", "recall")
"""Those that of two classes look at the second one, the positive class."""


def _over_classes(_: Array, output: Array) -> dict[str, Any]:
    return {"labels": [1] if len(output) == 1 else None, "average": "macro", "zero_division": 0}


def _over_present(target: Array, _: Array) -> dict[str, Any]:
    return {"labels": np.unique(target), "average": "macro"}


def _roc_auc_score(target: Array, output: Array, weight: Array | None = None) -> float:
    from sklearn.metrics import roc_auc_score

    classes = _judged(target, output[None])
    if len(classes) == 0:
        return float("nan")
    scores = output if len(output) == 1 else output[classes]
    return float(roc_auc_score(target[:, None] == classes, scores.T, average="macro", sample_weight=weight))


def _log_loss(target: Array, output: Array, weight: Array | None = None) -> float:
    from sklearn.metrics import log_loss

    given = _of_all_classes(output)
    return float(log_loss(target, given.T, labels=range(len(given)), sample_weight=weight))


def _brier_score(target: Array, output: Array, weight: Array | None = None) -> float:
    from sklearn.metrics import brier_score_loss

    each = zip(_classes(output[None]), output.astype(np.float64), strict=True)
    return float(sum(brier_score_loss(target == code, given, sample_weight=weight) for code, given in each))


def _one_class(target: Array) -> str | None:
    return None if (target != target[0]).any() else "rows of two classes"


@add("roc_auc", "maximize", CLASSES, _roc_auc_score, _one_class)
def roc_auc(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """The chance that a row of a class is scored above one of another; a tie counts half.

    AUC = (pairs in order + tied pairs / 2) / pairs, of class 1 for two classes, else the mean over the classes that
    occur, each against all others. From scores, never from decisions. Hanley and McNeil, 1982.
    """
    classes = _judged(target, output)
    if len(classes) == 0:
        return np.full(len(output), np.nan)
    chunks = [classes[chunk] for chunk in chunks_of(len(classes), len(output) * len(target))]
    areas = [_areas(target, output[:, some] if output.shape[1] > 1 else output, some, weight) for some in chunks]
    return np.asarray(np.concatenate(areas, axis=1).mean(axis=1))


@add("accuracy", "maximize", CLASSES, by_decisions("accuracy_score"))
def accuracy(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Share of the rows whose decision is right."""
    right = decide(output) == target
    return np.count_nonzero(right, axis=-1) / len(target) if weight is None else mean(right, weight)


@add("balanced_accuracy", "maximize", CLASSES, by_decisions("recall_score", _over_present))
def balanced_accuracy(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Mean over the classes that occur of the share of their rows whose decision is right.

    For two classes it is the area under the ROC of the decisions. Brodersen et al., 2010.
    """
    right, _, actual = _counts(target, output, weight)
    return np.asarray((right[:, actual > 0] / actual[actual > 0]).mean(axis=-1))


@add("f1", "maximize", CLASSES, by_decisions("f1_score", _over_classes))
def f1(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Harmonic mean of precision and recall: 2 right / (decided for + actual).

    Of class 1 for two classes, else the mean over the classes that occur or are decided for; 0 where there is
    nothing to divide by. van Rijsbergen, 1979.
    """
    right, decided, actual = _counts(target, output, weight)
    return _macro(2 * right, decided + actual, decided + actual > 0, output)


@add("precision", "maximize", CLASSES, by_decisions("precision_score", _over_classes))
def precision(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Share of the rows decided for a class that are of it; over classes as f1."""
    right, decided, actual = _counts(target, output, weight)
    return _macro(right, decided, decided + actual > 0, output)


@add("recall", "maximize", CLASSES, by_decisions("recall_score", _over_classes))
def recall(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Share of the rows of a class that are decided for it; over classes as f1."""
    right, decided, actual = _counts(target, output, weight)
    return _macro(right, np.broadcast_to(actual, right.shape), decided + actual > 0, output)


@add("log_loss", "minimize", CLASSES, in_chunks(_log_loss))
def log_loss(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Mean of -log of the probability that was given to the true class.

    In nats; probabilities are kept 2.2e-16 away from 0 and 1. Good, 1952.
    """
    given = output[:, 0].astype(np.float64)
    if output.shape[1] == 1:
        given = np.where(target == 1, given, 1 - given)
    else:
        given = output[:, target, np.arange(len(target))].astype(np.float64) / output.sum(axis=1, dtype=np.float64)
    smallest = np.finfo(np.float64).eps
    return -mean(np.log(given.clip(smallest, 1 - smallest)), weight)


@add("brier", "minimize", CLASSES, in_chunks(_brier_score))
def brier(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Mean squared distance of the probabilities from the truth, 0 or 1.

    Of class 1 alone for two classes, else summed over the classes. Brier, 1950.
    """
    classes, squares = _classes(output)[:, None], np.empty((len(output), len(target)))
    for rows in chunks_of(len(target), output[..., 0].size):
        squares[:, rows] = np.square(output[..., rows].astype(np.float64) - (target[rows] == classes)).sum(axis=1)
    return mean(squares, weight)


def _classes(output: Array) -> Codes:
    return np.arange(output.shape[1]) if output.shape[1] > 1 else np.array([1])


def _of_all_classes(output: Array) -> Floats:
    """Probabilities (outputs, samples) of all classes, also of two, in float64 and adding up to 1 in it."""
    given = output.astype(np.float64)
    if output.shape[-2] == 1:
        return np.concatenate([1 - given, given], axis=-2)
    return np.asarray(given / given.sum(axis=-2, keepdims=True))


def _judged(target: Array, output: Array) -> Codes:
    """The classes with a probability of their own that some rows belong to and some do not."""
    classes = _classes(output)
    counts = np.bincount(target, minlength=classes[-1] + 1)[classes]
    return classes[(counts > 0) & (counts < len(target))]


def _areas(target: Array, scores: Array, classes: Codes, weight: Array | None) -> Floats:
    """The area of each class against the rest, (models, classes), by its scores (models, classes, samples)."""
    order = scores.argsort(axis=-1)
    positive = (target[order] == classes[:, None]).astype(np.float64)
    negative = 1.0 - positive
    if weight is not None:
        positive, negative = positive * weight[order], negative * weight[order]
    below = _negatives_below(np.take_along_axis(scores, order, axis=-1), negative)
    return np.asarray(np.vecdot(positive, below) / (positive.sum(axis=-1) * negative.sum(axis=-1)))


def _negatives_below(scores: Array, negative: Floats) -> Floats:
    """The weight of the negatives below each of the ascending scores and half of those tied with it.

    Right only for rows that are not negative themselves, which is all that a ROC asks for.
    """
    through = negative.cumsum(axis=-1)
    differs = scores[..., 1:] != scores[..., :-1]
    if differs.all():
        return through
    edge = np.ones((*scores.shape[:-1], 1), bool)
    starts, ends = np.concatenate([edge, differs], axis=-1), np.concatenate([differs, edge], axis=-1)
    before = np.maximum.accumulate(np.where(starts, through - negative, 0), axis=-1)
    after = np.minimum.accumulate(np.where(ends, through, np.inf)[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray((before + after) / 2)


def _counts(target: Array, output: Array, weight: Array | None) -> tuple[Floats, Floats, Floats]:
    """Rows by class: decided rightly and decided for, both (models, classes), and truly of it, (classes,)."""
    decided = decide(output)
    models, classes = len(output), max(output.shape[1], 2)
    cell = decided + classes * np.arange(models)[:, None]

    def total(rows: NDArray[np.bool_] | slice) -> Floats:
        weights = None if weight is None else np.broadcast_to(weight, decided.shape)[rows].ravel()
        counts = np.bincount(cell[rows].ravel(), weights, models * classes)
        return counts.reshape(models, classes).astype(np.float64)

    actual = np.bincount(target, weight, classes).astype(np.float64)
    return total(decided == target), total(slice(None)), actual


def _macro(part: Floats, whole: Floats, counted: NDArray[np.bool_], output: Array) -> Floats:
    """The ratio of class 1 for two classes, else the mean over those counted; all are (models, classes)."""
    ratio = np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
    if output.shape[1] == 1:
        return ratio[:, 1]
    return np.asarray(ratio.sum(axis=1, where=counted) / counted.sum(axis=1))
