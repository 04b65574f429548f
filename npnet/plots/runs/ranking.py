"""How well the probabilities rank: ROC and precision-recall, of one class or each."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.kinds import Drawing, Numbers, plot
from npnet.plots.layout import Box, Labels, legend, sheet
from npnet.plots.material import Material
from npnet.plots.runs.traces import Curve, curves, precision_recall_points, roc_points, traceable
from npnet.plots.style import BLACK, CLASS_COLOURS, GREY, LINES, PART_COLOURS, PART_LINES, Look, plain, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

LABELLED = 10  # classes with a colour of their own in a picture; beyond, those with the smallest areas
CHANCE: Look = {"color": GREY, "linestyle": (0, (1, 2)), "linewidth": 1.2, "zorder": 1}


def ranked(material: Material) -> str | None:
    """Needs probabilities of a part in which a class is both there and not the only one."""
    if material.task == "regression":
        return "needs classes; this target has values"
    if material.missing and not material.predictions:
        return material.missing
    return None if traceable(material) else "needs predictions of a part with more than one class"


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
    axes = square_axes(box, "recall", "precision")
    labels = paint_curves(axes, material, shown)
    if material.task == "binary":
        share = float(np.mean(material.predictions[shown[0].part].target == 1))
        labels.append(("chance", axes.axhline(share, **CHANCE)))
    legend(axes, labels, title(material, shown, "average precision"))
    return Drawing(box.figure, columns(material, shown, "recall", "precision"))


def paint_roc(box: Box, material: Material) -> Numbers:
    """The ROC curves with the diagonal of chance; gives their points."""
    shown = curves(material, roc_points)
    axes = square_axes(box, "false positive rate", "true positive rate")
    labels = paint_curves(axes, material, shown)
    labels.append(("chance", axes.axline((0, 0), (1, 1), **CHANCE)))
    legend(axes, labels, title(material, shown, "area under the curve"))
    return columns(material, shown, "false_positive_rate", "true_positive_rate")


def against(material: Material) -> str:
    """What the heading says of the classes."""
    return f" of “{plain(material.classes[1], 24)}”" if material.task == "binary" else ", each class against the rest"


def square_axes(box: Box, across: str, up: str) -> "Axes":
    """Square axes of two shares."""
    axes = box.square().bare()
    axes.set(xlim=(-0.015, 1.015), ylim=(-0.015, 1.015), xlabel=across, ylabel=up)
    return axes


def paint_curves(axes: "Axes", material: Material, shown: list[Curve]) -> Labels:
    """The curves themselves, of each part or of each class; gives the legend."""
    return paint_parts(axes, material, shown) if material.task == "binary" else paint_classes(axes, material, shown)


def paint_parts(axes: "Axes", material: Material, shown: list[Curve]) -> Labels:
    """The curve of each part, and the point of the first one where the threshold divides."""
    labels: Labels = []
    for curve in shown:
        look: Look = {"color": PART_COLOURS[curve.part], "linestyle": PART_LINES[curve.part], "zorder": 3}
        labels.append((f"{curve.part} {short(curve.points.area)}", paint_one(axes, curve, look)))
    points = shown[0].points
    above = int(np.sum(points.thresholds > material.threshold))
    place = slice(above - 1, above) if above else slice(0, 0)
    ring: Look = {"color": BLACK, "markerfacecolor": "white", "markersize": 6.5, "linestyle": "", "zorder": 4}
    (mark,) = axes.plot(points.x[place], points.y[place], "o", clip_on=False, **ring)
    where = shown[0].part if above else f"{shown[0].part}: none above"
    return [*labels, (f"threshold {material.threshold:.4g} ({where})", mark)]


def paint_classes(axes: "Axes", material: Material, shown: list[Curve]) -> Labels:
    """The curve of each class; of many, those with the smallest areas, the others in grey."""
    by_area = sorted(shown, key=lambda curve: curve.points.area)
    labels: Labels = []
    for curve in sorted(by_area[:LABELLED], key=lambda curve: curve.code):
        colour, line = CLASS_COLOURS[curve.code % len(CLASS_COLOURS)], LINES[curve.code % len(LINES)]
        name = f"{plain(material.classes[curve.code], 14)} {short(curve.points.area)}"
        labels.append((name, paint_one(axes, curve, {"color": colour, "linestyle": line, "zorder": 3})))
    pale: Look = {"color": GREY, "alpha": 0.5, "linewidth": 0.8}
    others = [paint_one(axes, curve, pale) for curve in by_area[LABELLED:]]
    labels += [(f"{len(others)} others", other) for other in others[:1]]
    mean = float(np.mean([curve.points.area for curve in shown]))
    return [*labels, (f"mean of {len(shown)} classes {short(mean)}", axes.plot([], [], alpha=0)[0])]


def paint_one(axes: "Axes", curve: Curve, look: Look) -> "Line2D":
    """One curve."""
    keep = curve.points.keep
    (line,) = axes.plot(curve.points.x[keep], curve.points.y[keep], clip_on=False, **look)
    return line


def title(material: Material, shown: list[Curve], area: str) -> str:
    """What the numbers in the legend are, and which where they are not all."""
    few = f"\n{material.few}" if material.few else ""
    return f"{area}{few}" if len(shown) <= LABELLED else f"{area},\nthe {LABELLED} smallest{few and ' of the'}{few}"


def columns(material: Material, shown: list[Curve], across: str, up: str) -> Numbers:
    """The points of all curves, one below the other."""
    lengths = [int(curve.points.keep.sum()) for curve in shown]
    kept = [(curve.points, curve.points.keep) for curve in shown]
    return {
        "part": np.repeat([curve.part for curve in shown], lengths),
        "class": np.repeat([material.classes[curve.code] for curve in shown], lengths),
        across: np.concatenate([points.x[keep] for points, keep in kept]),
        up: np.concatenate([points.y[keep] for points, keep in kept]),
        "threshold": np.concatenate([points.thresholds[keep] for points, keep in kept]),
    }
