"""Leakage: how well a single column predicts the target; close to 1 is too good to be true."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.checks.levels import Codes, Floats, Levels, ordered_codes

FEWEST = 30  # rows: with fewer a column may fit by chance
SUSPICIOUS_RANKS = 0.995  # area under the ROC, or rank correlation
SUSPICIOUS_LEVELS = 0.98  # share of the errors or of the variance that knowing the level removes


def suspicion(column: Levels, y: NDArray[Any], classes: int) -> str | None:
    """Return why a column looks like the target itself, None where it does not.

    y (rows,) are class codes, or values where `classes` is 0. Numbers against two classes: area under the ROC, one
    way or the other, of at least 0.995. Numbers against numbers: rank correlation of at least 0.995 in size. Against
    more classes, and for categories: the levels, or numbers in up to 1000 ranges, remove 98 % of the errors or of the
    variance of the ranks. Only rows with a value count; whether the column is missing is judged as a column of two
    levels.
    """
    known = column.codes >= 0
    if np.count_nonzero(known) >= FEWEST:
        found = _by_value(column, column.codes[known], y[known], classes)
        if found:
            return found
    missing = len(known) - np.count_nonzero(known)
    if FEWEST <= missing <= len(known) - FEWEST:
        share = _by_levels(known.astype(np.int64), y, classes)
        if share >= SUSPICIOUS_LEVELS:
            return f"where it is missing tells {_what(share, classes)}"
    return None


def roc_area(codes: Codes, positive: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve, ties counted half; 0.5 for a single class."""
    counts = np.bincount(codes)
    ones = np.bincount(codes, positive, len(counts))
    zeros = counts - ones
    if not (ones.any() and zeros.any()):
        return 0.5
    below = np.cumsum(zeros) - zeros / 2
    return float(ones @ below / (ones.sum() * zeros.sum()))


def errors_removed(codes: Codes, y: Codes) -> float:
    """Return the share of errors removed by predicting the commonest class of each level.

    Compared with predicting the commonest class of all rows. A row of each level is not counted, as it is needed to
    learn the class, so that levels of a single row prove nothing.
    """
    classes = int(y.max()) + 1
    pairs, counts = np.unique(codes * classes + y, return_counts=True)
    levels = pairs // classes
    starts = np.flatnonzero(np.r_[True, levels[1:] != levels[:-1]])
    used = len(starts)
    if len(codes) - used < FEWEST:
        return 0.0
    right = (int(np.maximum.reduceat(counts, starts).sum()) - used) / (len(codes) - used)
    commonest = int(np.bincount(y).max()) / len(y)
    return 0.0 if commonest == 1 else (right - commonest) / (1 - commonest)


def variance_removed(codes: Codes, values: Floats) -> float:
    """Return the share of variance removed by the mean of each level: 1 - s_within^2 / s^2."""
    counts = np.bincount(codes)
    used = int(np.count_nonzero(counts))
    total = float(np.square(values - values.mean()).sum())
    if len(codes) - used < FEWEST or total == 0:
        return 0.0
    means = np.bincount(codes, values) / np.maximum(counts, 1)
    within = float(np.square(values - means[codes]).sum())
    return 1 - (within / (len(codes) - used)) / (total / (len(codes) - 1))


def _by_value(column: Levels, codes: Codes, y: NDArray[Any], classes: int) -> str | None:
    ordered = column.column.kind != "category"
    if ordered and classes == 2:
        area = roc_area(codes, y == 1)
        area = max(area, 1 - area)
        return f"alone it has ROC-AUC {area:.4f}" if area >= SUSPICIOUS_RANKS else None
    if ordered and classes == 0:
        size = abs(_correlation(column.ranks[codes], _ranks(y)))
        return f"its rank correlation with the target is {size:.4f}" if size >= SUSPICIOUS_RANKS else None
    share = _by_levels(_ranges(codes, column.distinct) if ordered else codes, y, classes)
    return f"alone it tells {_what(share, classes)}" if share >= SUSPICIOUS_LEVELS else None


def _by_levels(codes: Codes, y: NDArray[Any], classes: int) -> float:
    return errors_removed(codes, y) if classes else variance_removed(codes, _ranks(y))


def _what(share: float, classes: int) -> str:
    return f"{share:.1%} of the {'classes beyond the commonest' if classes else 'variance of the ranks'}"


def _ranges(codes: Codes, distinct: int) -> Codes:
    """Merge ascending codes to ranges of about ten rows or more, 1000 at most."""
    ranges = max(min(distinct, len(codes) // 10, 1000), 1)
    if ranges == distinct:
        return codes
    through = np.cumsum(np.bincount(codes)) - 1
    return (through * ranges // len(codes))[codes]


def _ranks(values: NDArray[Any]) -> Floats:
    """Return the rank of each value, ties the mean of theirs; whole numbers are codes from 0."""
    codes = np.asarray(values) if values.dtype == np.int64 else ordered_codes(values)[0]
    counts = np.bincount(codes)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[codes])


def _correlation(x: Floats, y: Floats) -> float:
    x, y = x - x.mean(), y - y.mean()
    spread = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / spread if spread else 0.0
