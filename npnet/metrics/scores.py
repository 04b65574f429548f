"""The metrics: scores of rankings, decisions, probabilities, and of regressions."""

import numpy as np
from numpy.typing import NDArray

from npnet.metrics.metric import CLASSES, REGRESSION, Array, Codes, Floats, add, chunks_of, decide, mean

DECIDED = ("accuracy", "balanced_accuracy", "f1", "precision", "recall")
"""Metrics of decisions alone, which depend on the threshold."""
OF_POSITIVE = ("f1", "precision", "recall")
"""Metrics that score the positive class alone, the second of two."""
LARGE = 1e150
"""Above it, and below its inverse, values are scored in another unit, a power of 2: their squares would overflow."""


def _one_class(target: Array) -> str | None:
    return None if (target != target[0]).any() else "rows of two classes"


@add("roc_auc", "maximize", CLASSES, _one_class)
def roc_auc(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Probability that a row of a class is scored above a row of another class; ties count half.

    AUC = (pairs in order + tied pairs / 2) / pairs, of class 1 for two classes, else the mean over the classes that
    occur, each against the rest. Computed from scores, never from decisions. Hanley and McNeil, 1982.
    """
    classes = _classes(output)
    counts = np.bincount(target, minlength=classes[-1] + 1)[classes]
    classes = classes[(counts > 0) & (counts < len(target))]
    if len(classes) == 0:
        return np.full(len(output), np.nan)
    chunks = [classes[chunk] for chunk in chunks_of(len(classes), len(output) * len(target))]
    areas = [_areas(target, output[:, part] if output.shape[1] > 1 else output, part, weight) for part in chunks]
    return np.asarray(np.concatenate(areas, axis=1).mean(axis=1))


@add("accuracy", "maximize", CLASSES)
def accuracy(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Share of the rows that are classified correctly."""
    right = decide(output) == target
    return np.count_nonzero(right, axis=-1) / len(target) if weight is None else mean(right, weight)


@add("balanced_accuracy", "maximize", CLASSES)
def balanced_accuracy(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Recall averaged over the classes that occur.

    For two classes it is the area under the ROC of the decisions. Brodersen et al., 2010.
    """
    right, _, actual = _counts(target, output, weight)
    return np.asarray((right[:, actual > 0] / actual[actual > 0]).mean(axis=-1))


@add("f1", "maximize", CLASSES)
def f1(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Harmonic mean of precision and recall: 2 TP / (predicted + actual).

    Of class 1 for two classes, else the mean over the classes that occur or are predicted; 0 where the denominator
    is 0. van Rijsbergen, 1979.
    """
    right, predicted, actual = _counts(target, output, weight)
    return _macro(2 * right, predicted + actual, predicted + actual > 0, output)


@add("precision", "maximize", CLASSES)
def precision(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Share of the rows predicted as a class that belong to it; averaged over classes as f1."""
    right, predicted, actual = _counts(target, output, weight)
    return _macro(right, predicted, predicted + actual > 0, output)


@add("recall", "maximize", CLASSES)
def recall(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Share of the rows of a class that are predicted as it; averaged over classes as f1."""
    right, predicted, actual = _counts(target, output, weight)
    return _macro(right, np.broadcast_to(actual, right.shape), predicted + actual > 0, output)


@add("log_loss", "minimize", CLASSES)
def log_loss(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Mean of -log of the predicted probability of the true class.

    In nats; probabilities are clipped to 2.2e-16 from 0 and 1. Good, 1952.
    """
    given = output[:, 0].astype(np.float64)
    if output.shape[1] == 1:
        given = np.where(target == 1, given, 1 - given)
    else:
        given = output[:, target, np.arange(len(target))].astype(np.float64) / output.sum(axis=1, dtype=np.float64)
    smallest = np.finfo(np.float64).eps
    return -mean(np.log(given.clip(smallest, 1 - smallest)), weight)


@add("brier", "minimize", CLASSES)
def brier(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Mean squared distance between the predicted probability and the truth, 0 or 1.

    Of class 1 alone for two classes, else summed over the classes. Brier, 1950.
    """
    classes, squares = _classes(output)[:, None], np.empty((len(output), len(target)))
    for rows in chunks_of(len(target), output[..., 0].size):
        squares[:, rows] = np.square(output[..., rows].astype(np.float64) - (target[rows] == classes)).sum(axis=1)
    return mean(squares, weight)


def _classes(output: Array) -> Codes:
    return np.arange(output.shape[1]) if output.shape[1] > 1 else np.array([1])


def _areas(target: Array, scores: Array, classes: Codes, weight: Array | None) -> Floats:
    """Return areas (models, classes) against the rest of scores (models, classes, samples)."""
    order = scores.argsort(axis=-1)
    positive = (target[order] == classes[:, None]).astype(np.float64)
    negative = 1.0 - positive
    if weight is not None:
        positive, negative = positive * weight[order], negative * weight[order]
    below = through = negative.cumsum(axis=-1)
    ordered = np.take_along_axis(scores, order, axis=-1)
    differs = ordered[..., 1:] != ordered[..., :-1]
    if not differs.all():
        # Negatives below a score and half of those tied; right at positive rows only, which is all that a ROC needs.
        edge = np.ones((*scores.shape[:-1], 1), bool)
        starts, ends = np.concatenate([edge, differs], axis=-1), np.concatenate([differs, edge], axis=-1)
        before = np.maximum.accumulate(np.where(starts, through - negative, 0), axis=-1)
        after = np.minimum.accumulate(np.where(ends, through, np.inf)[..., ::-1], axis=-1)[..., ::-1]
        below = (before + after) / 2
    return np.asarray(np.vecdot(positive, below) / (positive.sum(axis=-1) * negative.sum(axis=-1)))


def _counts(target: Array, output: Array, weight: Array | None) -> tuple[Floats, Floats, Floats]:
    """Count true positives and predictions (models, classes), and actual rows (classes,)."""
    decided = decide(output)
    models, classes = len(output), max(output.shape[1], 2)
    cell = decided + classes * np.arange(models)[:, None]

    found = [np.bincount(target, weight, classes).astype(np.float64)]
    for rows in (decided == target, slice(None)):
        weights = None if weight is None else np.broadcast_to(weight, decided.shape)[rows].ravel()
        counts = np.bincount(cell[rows].ravel(), weights, models * classes)
        found.append(counts.reshape(models, classes).astype(np.float64))
    actual, right, predicted = found
    return right, predicted, actual


def _macro(part: Floats, whole: Floats, counted: NDArray[np.bool_], output: Array) -> Floats:
    """Divide (models, classes) by classes: take class 1 of two, else average those counted."""
    ratio = np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
    if output.shape[1] == 1:
        return ratio[:, 1]
    return np.asarray(ratio.sum(axis=1, where=counted) / counted.sum(axis=1))


def _one_row(target: Array) -> str | None:
    return None if len(target) > 1 else "two rows"


@add("r2", "maximize", REGRESSION, _one_row)
def r2(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Explained share of the target's variance, averaged over the targets.

    1 - sum (y - output)^2 / sum (y - mean y)^2; for a constant target 1 if it is predicted exactly, else 0.
    Undefined for a single row. Wright, 1921.
    """
    if len(target) < 2:
        return np.full(len(output), np.nan)
    unit = _units(target.T, output)
    y = target.T / unit
    left = mean(np.square(y - output / unit), weight)
    spread = np.where((target == target[0]).all(axis=0), 0, mean(np.square(y - mean(y, weight)[..., None]), weight))
    share = np.divide(left, spread, out=np.sign(left), where=spread > 0)
    return np.asarray((1 - share).mean(axis=-1))


@add("rmse", "minimize", REGRESSION)
def rmse(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Root of the mean squared error, in units of the target, averaged over the targets."""
    unit = _units(target.T, output)
    return np.asarray((np.sqrt(mean(np.square(target.T / unit - output / unit), weight)) * unit[..., 0]).mean(axis=-1))


@add("mae", "minimize", REGRESSION)
def mae(target: Array, output: Array, weight: Array | None = None) -> Floats:
    """Mean absolute error, in units of the target, averaged over the targets."""
    unit = _units(target.T, output)
    return np.asarray((mean(np.abs(target.T / unit - output / unit), weight) * unit[..., 0]).mean(axis=-1))


def _units(target: Array, output: Array) -> Floats:
    """Return the unit of each target (..., targets, 1): 1 unless values are huge or tiny."""
    largest = np.maximum(np.abs(target).max(axis=-1), np.abs(output).max(axis=-1)).astype(np.float64)
    extreme = (largest > LARGE) | ((largest < 1 / LARGE) & (largest > 0))
    power = np.ldexp(1.0, np.frexp(largest)[1] - 1)
    return np.where(extreme, power, 1.0)[..., np.newaxis]
