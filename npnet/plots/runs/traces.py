"""The points of ROC and precision-recall curves, of one class against the rest."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npnet.plots.material import Floats, Material

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Points:
    """A curve at every threshold, from the highest down; `keep` are the points it takes to draw it."""

    x: Floats
    y: Floats
    thresholds: Floats
    keep: Flags
    area: float


@dataclass(frozen=True)
class Curve:
    """The curve of one class in one part."""

    part: str
    code: int
    points: Points


def curves(material: Material, trace: Callable[[Flags, Floats], Points]) -> list[Curve]:
    """A curve per part (two classes) or per class; none of a class that is absent or alone."""
    found = []
    for part, code in traceable(material):
        judged = material.predictions[part]
        if judged.probability is not None:
            found.append(Curve(part, code, trace(judged.target == code, judged.probability[:, code])))
    return found


def traceable(material: Material) -> list[tuple[str, int]]:
    """The parts and classes of which there is a curve: rows of the class, rows of others, probabilities."""
    judged = [material.judged] if material.judged else []
    parts, codes = judged, material.shown.tolist()
    if material.task == "binary":
        parts, codes = [part for part in ("test", "validation") if part in material.predictions] or judged, [1]
    of_class = {(part, code): material.predictions[part].target == code for part in parts for code in codes}
    return [where for where, positive in of_class.items() if 0 < positive.sum() < len(positive)]


def counts(positive: Flags, score: Floats) -> tuple[Floats, Floats, Floats]:
    """Thresholds, true and false positives at every distinct score, from the highest down."""
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    true = np.cumsum(positive[order])[last]
    return ranked[last], true.astype(float), (last + 1 - true).astype(float)


def roc_points(positive: Flags, score: Floats) -> Points:
    """False and true positive rates from (0, 0) to (1, 1), the area by trapezoids; corners are kept."""
    thresholds, true, false = counts(positive, score)
    x, y = np.append(0, false / false[-1]), np.append(0, true / true[-1])
    straight = (np.diff(false, n=2, prepend=0) == 0) & (np.diff(true, n=2, prepend=0) == 0)
    keep = np.concatenate([[True], ~straight, [True]])
    return Points(x, y, np.append(np.inf, thresholds), keep, float(np.trapezoid(y, x)))


def precision_recall_points(positive: Flags, score: Floats) -> Points:
    """Recall and precision; the area is the average precision, sum of precision times gained recall."""
    thresholds, true, false = counts(positive, score)
    recall, precision = true / true[-1], true / (true + false)
    area = float(np.sum(np.diff(recall, prepend=0) * precision))
    moves = np.diff(true, prepend=-1) > 0
    return Points(recall, precision, thresholds, moves | np.append(moves[1:], True), area)
