"""ROC and precision-recall curves, of one class or of each against the rest, and the reliability diagram."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from npnet.plots.kinds import Drawing, Material, Numbers, Predictions, needs_classes, plot, sheet
from npnet.plots.layout import Artist, Axes, Box, Flags, Floats, Labels, legend, plain, short
from npnet.plots.plane.labels import EVEN
from npnet.plots.style import BLACK, BLUE, CLASS_COLOURS, GREY, LINES, PART_COLOURS, PART_LINES, Look

Points = tuple[Floats, Floats, Floats, Flags, float]  # x, y, thresholds, needed and area, as in ClassCurve
Trace = Callable[[Flags, Floats], Points]

BINS = 10
WIDE = 1.96  # standard deviations of a 95 % interval
LABELLED = 10  # classes with a colour of their own: of more, those with the smallest areas
CHANCE: Look = {"color": GREY, "linestyle": (0, (1, 2)), "linewidth": 1.2, "zorder": 1}


@dataclass(frozen=True)
class ClassCurve:
    """The curve of a class on a split, a point per threshold; `needed` points are drawn."""

    split: str
    code: int
    x: Floats
    y: Floats
    thresholds: Floats
    needed: Flags
    area: float


def ranked(material: Material) -> str | None:
    """Require probabilities on a split with more than one class."""
    if material.task == "regression":
        return "needs classes; this target has values"
    if material.missing and not material.predictions:
        return material.missing
    if (reason := needs_probabilities(material)) is not None:
        return reason
    return None if traceable(material) else "needs predictions of a set with more than one class"


def needs_probabilities(material: Material) -> str | None:
    """Require the probability of each class, which the predictions of a text do not keep."""
    if material.judged and material.predictions[material.judged].lacks_probabilities:
        return "needs the probability of every class, and predictions of a text keep that of the target alone"
    return None


@plot("roc", needs=ranked)
def roc(material: Material) -> Drawing:
    """ROC curve with its area: true against false positive rate over all thresholds."""
    box = sheet(material, f"ROC{_classes_text(material)}")
    return Drawing(box.figure, paint_roc(box, material))


@plot("precision_recall", needs=ranked)
def precision_recall(material: Material) -> Drawing:
    """Precision against recall over all thresholds, with the average precision."""
    box = sheet(material, f"Precision and recall{_classes_text(material)}")
    return Drawing(box.figure, _paint(box, material, precision_recall_points, "recall", "precision"))


def paint_roc(box: Box, material: Material) -> Numbers:
    """Draw the ROC curves with the diagonal of chance; return their points."""
    return _paint(box, material, roc_points, "false positive rate", "true positive rate")


def _paint(box: Box, material: Material, trace: Trace, across: str, up: str) -> Numbers:
    """Draw the curves of a kind with their legend and the line of chance; return the points of all curves."""
    shown = class_curves(material, trace)
    axes = box.square().bare()
    axes.set(xlim=(-0.015, 1.015), ylim=(-0.015, 1.015), xlabel=across, ylabel=up)
    labels = (_paint_splits if material.task == "binary" else _paint_classes)(axes, material, shown)
    area = "area under the curve"
    if trace is roc_points:
        labels.append(("chance", axes.axline((0, 0), (1, 1), **CHANCE)))
    else:
        area = "average precision"
        if material.task == "binary":
            share = float(np.mean(material.predictions[shown[0].split].target == 1))
            labels.append(("chance", axes.axhline(share, **CHANCE)))
    few = f"\n{material.few}" if material.few else ""
    some = f",\nthe {LABELLED} smallest{few and ' of the'}" if len(shown) > LABELLED else ""
    legend(axes, labels, f"{area}{some}{few}")
    lengths = [int(curve.needed.sum()) for curve in shown]
    return {
        "part": np.repeat([curve.split for curve in shown], lengths),
        "class": np.repeat([names_of(material)[curve.code] for curve in shown], lengths),
        across.replace(" ", "_"): np.concatenate([curve.x[curve.needed] for curve in shown]),
        up.replace(" ", "_"): np.concatenate([curve.y[curve.needed] for curve in shown]),
        "threshold": np.concatenate([curve.thresholds[curve.needed] for curve in shown]),
    }


def class_curves(material: Material, trace: Trace) -> list[ClassCurve]:
    """Return a curve for each split (two classes) or class, where it has other classes too."""
    found = []
    for split, code in traceable(material):
        positive = _positive(material, split, code)
        found.append(ClassCurve(split, code, *trace(positive, _score(material.predictions[split], code))))
    return found


def _positive(material: Material, split: str, code: int) -> Flags:
    """Return which rows of a split have a class, or a label."""
    target = material.predictions[split].target
    return target[:, code] > EVEN if material.task == "multilabel" else target == code


def _score(found: Predictions, code: int) -> Floats:
    """Return the probability of a class, or of a label."""
    return np.asarray(found.prediction if found.probability is None else found.probability, np.float64)[:, code]


def traceable(material: Material) -> list[tuple[str, int]]:
    """Return the splits and classes that have a curve: rows of the class and of others, with their probabilities."""
    judged = [] if not material.judged or needs_probabilities(material) else [material.judged]
    splits, codes = judged, material.shown.tolist()
    if material.task == "binary":
        splits, codes = [split for split in ("test", "validation") if split in material.predictions] or judged, [1]
    if material.task == "multilabel":
        codes = list(range(len(material.targets)))
    of_class = {(split, code): _positive(material, split, code) for split in splits for code in codes}
    return [where for where, positive in of_class.items() if 0 < positive.sum() < len(positive)]


def roc_points(positive: Flags, score: Floats) -> Points:
    """Return false and true positive rates from (0, 0) to (1, 1); area by trapezoids."""
    thresholds, true, false = _counts(positive, score)
    x, y = np.append(0, false / false[-1]), np.append(0, true / true[-1])
    straight = (np.diff(false, n=2, prepend=0) == 0) & (np.diff(true, n=2, prepend=0) == 0)
    needed = np.concatenate([[True], ~straight, [True]])
    return x, y, np.append(np.inf, thresholds), needed, float(np.trapezoid(y, x))


def precision_recall_points(positive: Flags, score: Floats) -> Points:
    """Return recall and precision; the area is the sum of precision times gained recall."""
    thresholds, true, false = _counts(positive, score)
    recall, precision = true / true[-1], true / (true + false)
    moves = np.diff(true, prepend=-1) > 0
    area = float(np.sum(np.diff(recall, prepend=0) * precision))
    return recall, precision, thresholds, moves | np.append(moves[1:], True), area


def _counts(positive: Flags, score: Floats) -> tuple[Floats, Floats, Floats]:
    """Return thresholds, true and false positives at every distinct score, highest first."""
    order = np.argsort(-score, kind="stable")
    ranked = score[order]
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    true = np.cumsum(positive[order])[last]
    return ranked[last], true.astype(float), (last + 1 - true).astype(float)


def _classes_text(material: Material) -> str:
    if material.task == "multilabel":
        return ", each label"
    return f" of “{plain(material.classes[1], 24)}”" if material.task == "binary" else ", each class against the rest"


def names_of(material: Material) -> tuple[str, ...]:
    """Return the names of what has a curve: the classes, or the labels."""
    return material.targets if material.task == "multilabel" else material.classes


def _paint_splits(axes: Axes, material: Material, shown: list[ClassCurve]) -> Labels:
    """Draw the curve of each split, and a ring on the first where the threshold lies."""
    labels: Labels = []
    for curve in shown:
        look: Look = {"color": PART_COLOURS[curve.split], "linestyle": PART_LINES[curve.split], "zorder": 3}
        labels.append((f"{curve.split} {short(curve.area)}", _paint_curve(axes, curve, look)))
    first = shown[0]
    above = int(np.sum(first.thresholds > material.threshold))
    ringed = slice(above - 1, above) if above else slice(0, 0)
    ring: Look = {"color": BLACK, "markerfacecolor": "white", "markersize": 6.5, "linestyle": "", "zorder": 4}
    (mark,) = axes.plot(first.x[ringed], first.y[ringed], "o", clip_on=False, **ring)
    where = first.split if above else f"{first.split}: none above"
    return [*labels, (f"threshold {material.threshold:.4g} ({where})", mark)]


def _paint_classes(axes: Axes, material: Material, shown: list[ClassCurve]) -> Labels:
    """Draw the curve of each class; of many, the smallest areas in colour, others in grey."""
    by_area = sorted(shown, key=lambda curve: curve.area)
    labels: Labels = []
    for curve in sorted(by_area[:LABELLED], key=lambda curve: curve.code):
        colour, line = CLASS_COLOURS[curve.code % len(CLASS_COLOURS)], LINES[curve.code % len(LINES)]
        name = f"{plain(names_of(material)[curve.code], 14)} {short(curve.area)}"
        labels.append((name, _paint_curve(axes, curve, {"color": colour, "linestyle": line, "zorder": 3})))
    pale: Look = {"color": GREY, "alpha": 0.5, "linewidth": 0.8}
    others = [_paint_curve(axes, curve, pale) for curve in by_area[LABELLED:]]
    labels += [(f"{len(others)} others", other) for other in others[:1]]
    mean = float(np.mean([curve.area for curve in shown]))
    return [
        *labels,
        (
            f"mean of {len(shown)} {'labels' if material.task == 'multilabel' else 'classes'} {short(mean)}",
            axes.plot([], [], alpha=0)[0],
        ),
    ]


def _paint_curve(axes: Axes, curve: ClassCurve, look: Look) -> Artist:
    (line,) = axes.plot(curve.x[curve.needed], curve.y[curve.needed], clip_on=False, **look)
    return line


def claimed(material: Material) -> str | None:
    """Require predicted classes with their probabilities."""
    return needs_classes(material) or needs_probabilities(material)


@plot("calibration", needs=claimed)
def calibration(material: Material) -> Drawing:
    """Reliability diagram: how often events predicted with probability p occur."""
    predicted, true = claims(material)
    what = f"“{plain(material.classes[1], 24)}”" if material.task == "binary" else "the chosen class"
    page = sheet(material, f"Calibration of {what}, {material.judged} set", 6.6, 5.6)
    square = page.inner(0, 0, 1.15, 0).square()
    axes = square.bare()
    axes.set(xlim=(-0.015, 1.015), ylim=(-0.015, 1.015), ylabel="how often it is true")
    axes.tick_params(labelbottom=False)
    bins = binned(predicted, true)
    legend(axes, paint_bins(axes, bins), f"{BINS} groups of equal size")
    below = page.inner(square.left - page.left, page.width - (square.left - page.left) - square.width, 0.55, 0)
    bars = Box(page.figure, below.left, below.bottom, below.width, 0.75).bare()
    bars.hist(predicted, bins=np.linspace(0, 1, 41).tolist(), color=BLUE, alpha=0.75)
    bars.set(xlim=(-0.015, 1.015), xlabel=f"probability of {what}", ylabel="rows")
    bars.locator_params(axis="y", nbins=2)
    names = ("predicted", "observed", "low", "high", "rows")
    return Drawing(page.figure, dict(zip(names, bins, strict=True)))


def claims(material: Material) -> tuple[Floats, Flags]:
    """Return probabilities (n,) of class 1 or of the chosen class, and whether each is true."""
    judged = material.predictions[material.judged or ""]
    if material.task == "binary":
        return judged.probabilities[:, 1], judged.target == 1
    return judged.probabilities.max(axis=1), judged.probabilities.argmax(axis=1) == judged.target


def binned(predicted: Floats, true: Flags) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return equally large groups: mean probability, observed share, its interval, rows.

    Equal probabilities stay together. Intervals hold 95 %: Wilson (1927).
    """
    edges = np.unique(np.quantile(predicted, np.linspace(0, 1, BINS + 1)[1:-1]))
    group = np.searchsorted(edges, predicted, side="left")
    rows = np.bincount(group).astype(np.float64)
    filled = rows > 0
    rows = rows[filled]
    mean, share = (np.bincount(group, values)[filled] / rows for values in (predicted, true.astype(np.float64)))
    centre = (share + WIDE**2 / (2 * rows)) / (1 + WIDE**2 / rows)
    half = WIDE * np.sqrt(share * (1 - share) / rows + (WIDE / (2 * rows)) ** 2) / (1 + WIDE**2 / rows)
    return mean, share, np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1), rows


def paint_bins(axes: Axes, bins: tuple[Floats, Floats, Floats, Floats, Floats]) -> Labels:
    """Draw the groups with their intervals, beside the diagonal of perfect calibration."""
    predicted, true, low, high, rows = bins
    labels: Labels = [("perfect", axes.axline((0, 0), (1, 1), **CHANCE))]
    whiskers = axes.vlines(predicted, low, high, color=BLUE, alpha=0.55, linewidth=1.3)
    look: Look = {"color": BLUE, "markersize": 5.5, "linewidth": 1.3, "clip_on": False}
    (line,) = axes.plot(predicted, true, "o-", **look)
    error = float(np.sum(rows * np.abs(predicted - true)) / rows.sum())
    labels += [("network", line), ("95 % interval", whiskers)]
    return [*labels, (f"mean error {short(error)}", axes.plot([], [], alpha=0)[0])]
