"""How well the probabilities rank: ROC and precision-recall, of one class or each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from npnet.plots.kinds import Drawing, Numbers, plot
from npnet.plots.layout import Box, legend, sheet
from npnet.plots.material import Floats, Material, Predictions
from npnet.plots.style import BLACK, CLASS_COLOURS, GREY, LINES, PART_COLOURS, PART_LINES, Look, plain, short

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

LABELLED = 10  # classes with a colour of their own in a picture; beyond, those with the smallest areas

Labels = dict[str, "Artist"]
Trace = Callable[[NDArray[np.bool_], Floats], tuple[Floats, Floats, Floats, float]]


@dataclass(frozen=True)
class Curve:
    """One class against the rest in one part: the points, the threshold of each, the area below."""

    part: str
    code: int
    x: Floats
    y: Floats
    thresholds: Floats
    area: float


def ranked(material: Material) -> str | None:
    """Needs probabilities of a part in which a class is both there and not the only one."""
    if material.task == "regression":
        return "needs classes; this target has values"
    if not curves(material, roc_points):
        return "needs predictions of a part with more than one class"
    return None


@plot("roc", needs=ranked)
def roc(material: Material) -> Drawing:
    """ROC curve with its area: true against false positive rate over all thresholds."""
    box = sheet(material, f"ROC{against(material)}")
    return Drawing(box.figure, paint_roc(box, material))


@plot("precision_recall", needs=ranked)
def precision_recall(material: Material) -> Drawing:
    """Precision against recall over all thresholds, with the average precision."""
    box = sheet(material, f"Precision and recall{against(material)}")
    shown = curves(material, precision_recall_points)
    axes, labels = start(box, "recall", "precision")
    paint_curves(axes, labels, material, shown)
    share = (material.predictions[shown[0].part].target == 1).mean() if material.task == "binary" else None
    if share is not None:
        axes.axhline(share, color=GREY, linestyle=(0, (1, 2)), linewidth=1.2)
        labels["chance"] = axes.plot([], [], color=GREY, linestyle=(0, (1, 2)), linewidth=1.2)[0]
    legend(axes, labels, title(shown, "average precision"))
    return Drawing(box.figure, columns(material, shown, "recall", "precision"))


def paint_roc(box: Box, material: Material) -> Numbers:
    """The ROC curves with the diagonal of chance; gives their points."""
    shown = curves(material, roc_points)
    axes, labels = start(box, "false positive rate", "true positive rate")
    paint_curves(axes, labels, material, shown)
    (labels["chance"],) = axes.plot([0, 1], [0, 1], color=GREY, linestyle=(0, (1, 2)), linewidth=1.2, zorder=1)
    legend(axes, labels, title(shown, "area under the curve"))
    return columns(material, shown, "false_positive_rate", "true_positive_rate")


def against(material: Material) -> str:
    """What the heading says of the classes."""
    return f" of “{plain(material.classes[1], 24)}”" if material.task == "binary" else ", each class against the rest"


def curves(material: Material, trace: Trace) -> list[Curve]:
    """A curve per part (two classes) or per class; none of a class that is absent or alone."""
    binary = material.task == "binary"
    parts = [part for part in ("test", "validation") if part in material.predictions] if binary else [material.judged]
    found = []
    for part in parts or [material.judged]:
        for code in range(1, 2) if binary else range(len(material.classes)):
            if part and (curve := one_curve(material.predictions[part], part, code, trace)):
                found.append(curve)
    return found


def one_curve(predictions: Predictions, part: str, code: int, trace: Trace) -> Curve | None:
    """The curve of one class; None where there are no rows of it, or none of the others."""
    positive = predictions.target == code
    if predictions.probability is None or not 0 < positive.sum() < len(positive):
        return None
    return Curve(part, code, *trace(positive, predictions.probability[:, code]))


def counts(positive: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats, Floats]:
    """Thresholds, true and false positives at every distinct score, from the highest down."""
    order = np.argsort(-score, kind="stable")
    ranked_scores = score[order]
    last = np.flatnonzero(np.append(ranked_scores[1:] != ranked_scores[:-1], True))
    true = np.cumsum(positive[order])[last]
    return ranked_scores[last], true.astype(float), (last + 1 - true).astype(float)


def roc_points(positive: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats, Floats, float]:
    """False and true positive rates from (0, 0) to (1, 1), corners only; the area by trapezoids."""
    thresholds, true, false = counts(positive, score)
    x = np.append(0, false / false[-1])
    y = np.append(0, true / true[-1])
    straight = (np.diff(false, n=2, prepend=0) == 0) & (np.diff(true, n=2, prepend=0) == 0)
    keep = np.concatenate([[True], ~straight, [True]])
    return x[keep], y[keep], np.append(np.inf, thresholds)[keep], float(np.trapezoid(y, x))


def precision_recall_points(positive: NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats, Floats, float]:
    """Recall and precision at each threshold; the area sums precision times gained recall."""
    thresholds, true, false = counts(positive, score)
    recall, precision = true / true[-1], true / (true + false)
    area = float(np.sum(np.diff(recall, prepend=0) * precision))
    moves = np.diff(true, prepend=-1) > 0
    keep = moves | np.append(moves[1:], True)
    return recall[keep], precision[keep], thresholds[keep], area


def start(box: Box, across: str, up: str) -> tuple["Axes", Labels]:
    """Square axes of two shares, and a legend to be filled: label -> what is drawn."""
    axes = box.square().bare()
    axes.set(xlim=(-0.015, 1.015), ylim=(-0.015, 1.015), xlabel=across, ylabel=up)
    return axes, {}


def paint_curves(axes: "Axes", labels: Labels, material: Material, shown: list[Curve]) -> None:
    """The curves themselves, of each part or of each class."""
    if material.task == "binary":
        paint_parts(axes, labels, shown)
    else:
        paint_classes(axes, labels, material, shown)


def paint_parts(axes: "Axes", labels: Labels, shown: list[Curve]) -> None:
    """The curve of each part, and the point of the first one where 0.5 divides."""
    for curve in shown:
        look: Look = {"color": PART_COLOURS[curve.part], "linestyle": PART_LINES[curve.part]}
        (line,) = axes.plot(curve.x, curve.y, clip_on=False, zorder=3, **look)
        labels[f"{curve.part} {short(curve.area)}"] = line
    curve = shown[0]
    half = max(int(np.sum(curve.thresholds >= 0.5)) - 1, 0)
    ring: Look = {"color": BLACK, "markerfacecolor": "white", "linestyle": "", "clip_on": False, "zorder": 4}
    (labels[f"threshold 0.5 ({curve.part})"],) = axes.plot(curve.x[half], curve.y[half], "o", markersize=6.5, **ring)


def paint_classes(axes: "Axes", labels: Labels, material: Material, shown: list[Curve]) -> None:
    """The curve of each class; of many, those with the smallest areas, the others in grey."""
    by_area = sorted(shown, key=lambda curve: curve.area)
    for curve in by_area[LABELLED:]:
        (line,) = axes.plot(curve.x, curve.y, color=GREY, alpha=0.5, linewidth=0.8, clip_on=False)
        labels[f"{len(shown) - LABELLED} others"] = line
    for curve in sorted(by_area[:LABELLED], key=lambda curve: curve.code):
        look: Look = {
            "color": CLASS_COLOURS[curve.code % len(CLASS_COLOURS)],
            "linestyle": LINES[curve.code % len(LINES)],
        }
        (line,) = axes.plot(curve.x, curve.y, clip_on=False, zorder=3, **look)
        labels[f"{plain(material.classes[curve.code], 14)} {short(curve.area)}"] = line
    mean = float(np.mean([curve.area for curve in shown]))
    labels[f"mean of {len(shown)} classes {short(mean)}"] = axes.plot([], [], alpha=0)[0]


def title(shown: list[Curve], area: str) -> str:
    """What the numbers in the legend are, and which where they are not all."""
    return area if len(shown) <= LABELLED else f"{area},\nthe {LABELLED} smallest"


def columns(material: Material, shown: list[Curve], across: str, up: str) -> Numbers:
    """All points of all curves, one below the other."""
    lengths = [len(curve.x) for curve in shown]
    return {
        "part": np.repeat([curve.part for curve in shown], lengths),
        "class": np.repeat([material.classes[curve.code] for curve in shown], lengths),
        across: np.concatenate([curve.x for curve in shown]),
        up: np.concatenate([curve.y for curve in shown]),
        "threshold": np.concatenate([curve.thresholds for curve in shown]),
    }
