"""Calibration: the decision threshold of two classes, and the temperature of logits.

Both are chosen on the validation set and stored with the run: rows whose probability is above the threshold are of
class 1, and probabilities are computed from logits / temperature.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from npnet.errors import DataError, UsageError
from npnet.registry import nearest

Array = NDArray[Any]
Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

HOTTEST = 100.0  # temperatures are between 1 / 100 and 100: without a wrong row the best one would be 0
STEPS = 64  # each at least halves the interval: more than a float64 has bits


class DecisionRule(NamedTuple):
    """The decision of two classes: `positive_class` if its probability is above `threshold`.

    `chosen_for` is the metric that the threshold maximizes on the validation set, None for a given threshold.
    """

    positive_class: str
    threshold: float
    chosen_for: str | None = None


class Threshold(NamedTuple):
    """A threshold, and the value of the metric with it on the rows that it was chosen on."""

    value: float
    score: float


def choose_threshold(target: Codes, probability: Array, metric: str, weight: Array | None = None) -> Threshold:
    """Choose the threshold that maximizes a metric.

    target (samples,) of 0 and 1; probability (samples,) of class 1. Candidates are the midpoints between neighbouring
    probabilities, 0 and 1; of equally good thresholds the nearest to 0.5 is chosen. Raise UsageError for a metric
    that does not depend on a threshold, DataError for rows of one class only.
    """
    if metric not in RATES:
        near = nearest(metric, list(RATES))
        hint = f"did you mean {near}?" if near else f"one is chosen for {', '.join(RATES)}"
        raise UsageError(f'no threshold is chosen for "{metric}"', hint)
    weights = np.ones(len(target)) if weight is None else weight.astype(np.float64)
    ones, zeros = float(weights @ (target == 1)), float(weights @ (target == 0))
    if not (ones and zeros):
        raise DataError("the rows that choose a threshold are of one class only", "a larger validation set?")
    cuts, right, wrong = _candidates(target, probability, weights)
    scores = RATES[metric](right, wrong, ones, zeros)
    best = np.flatnonzero(scores == scores.max())
    chosen = best[np.argmin(np.abs(cuts[best].astype(np.float64) - 0.5))]
    return Threshold(float(cuts[chosen]), float(scores[chosen]))


def fit_temperature(logits: Array, target: Array, weight: Array | None = None) -> float:
    """Fit the temperature T, 0.01 to 100, that minimizes the log loss of softmax(logits / T).

    logits (outputs, samples): one output for two classes, else one for each class with target (samples,) codes, or
    one for each label with target (samples, labels) of 0 and 1. The loss is convex in 1 / T: Newton's method, with
    bisection where a step leaves the interval. Guo et al., 2017.
    """
    z, codes, weights = _as_classes(logits.astype(np.float64), target, weight)
    low, high = 1 / HOTTEST, HOTTEST
    cold = 1.0  # 1 / T
    for _ in range(STEPS):
        slope, curve = _derivatives(z * cold, z, codes, weights)
        low, high = (cold, high) if slope < 0 else (low, cold)
        step = cold - slope / curve if curve > 0 else high if slope < 0 else low
        following = step if low < step < high else float(np.sqrt(low * high))
        if slope == 0 or abs(following - cold) <= 1e-12 * cold:
            break
        cold = following
    return 1 / cold


def _accuracy(right: Floats, wrong: Floats, ones: float, zeros: float) -> Floats:
    return (right + zeros - wrong) / (ones + zeros)


def _balanced_accuracy(right: Floats, wrong: Floats, ones: float, zeros: float) -> Floats:
    return (right / ones + (zeros - wrong) / zeros) / 2


def _f1(right: Floats, wrong: Floats, ones: float, _: float) -> Floats:
    return 2 * right / (right + wrong + ones)


RATES: dict[str, Callable[[Floats, Floats, float, float], Floats]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "f1": _f1,
}
"""Metrics from the weights of true and false positives at each threshold, and of all rows of class 1 and class 0."""


def _candidates(target: Codes, probability: Array, weights: Floats) -> tuple[Array, Floats, Floats]:
    """Return thresholds from 1 down, with the true and false positives above each."""
    order = np.argsort(-probability, kind="stable")
    ordered = probability[order]
    last = np.flatnonzero(ordered[1:] != ordered[:-1])  # the last row of each run of equal probabilities
    above, below = ordered[last], ordered[last + 1]
    middle = below + (above - below) / 2
    cuts = np.where(middle < above, middle, below)  # rounding may take the middle of neighbours up
    counted = [np.cumsum(weights[order] * (target[order] == code)) for code in (1, 0)]
    right, wrong = (np.r_[0.0, sums[last], sums[-1]] for sums in counted)
    all_above = ordered[-1] > 0  # else no threshold from 0 to 1 has all rows above it
    valid = slice(None) if all_above else slice(-1)
    return np.concatenate([[1], cuts, [0]]).astype(ordered.dtype)[valid], right[valid], wrong[valid]


def _as_classes(logits: Floats, target: Array, weight: Array | None) -> tuple[Floats, Codes, Floats]:
    """Return logits (classes, samples), codes and weights; a single logit is of class 1."""
    weights = np.ones(len(target)) if weight is None else weight.astype(np.float64)
    if target.ndim == 2:
        weights = np.repeat(weights[None], len(logits), axis=0).ravel()
        logits, target = logits.reshape(1, -1), target.T.ravel()
    z = np.concatenate([np.zeros_like(logits), logits]) if len(logits) == 1 else logits
    return z, target.astype(np.int64), weights / weights.sum()


def _derivatives(scaled: Floats, z: Floats, codes: Codes, weights: Floats) -> tuple[float, float]:
    """Return the derivatives of the log loss by 1 / T: error and variance of the mean logit."""
    p = np.exp(scaled - scaled.max(axis=0))
    p /= p.sum(axis=0)
    mean = (p * z).sum(axis=0)
    variance = (p * np.square(z - mean)).sum(axis=0)
    return float((mean - z[codes, np.arange(len(codes))]) @ weights), float(variance @ weights)
