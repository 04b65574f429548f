"""Outputs of the network over its inputs: decision boundary, fitted curve or surface."""

import numpy as np
from numpy.typing import NDArray

from npnet.plots.kinds import Drawing, Material, Numbers, plot, sheet
from npnet.plots.layout import Axes, Box, Floats, plain
from npnet.plots.plane.fields import Field, SplitPoints, field_of, limits, outputs_at, shown_points
from npnet.plots.plane.labels import of_label
from npnet.plots.plane.painting import marks, paint_plane
from npnet.plots.style import BLUE, INK, VERMILLION, Look

CURVE = 501  # of a curve
STEP = 4  # every fourth node goes into the CSV: 2,601 rows instead of 40,401
MOST_LABELS = 6  # with a boundary of their own


def drawable(material: Material) -> str | None:
    """Require two features, or one feature and one target value."""
    features = len(material.features)
    if material.task == "regression" and len(material.targets) > 1:
        return f"needs one target; there are {len(material.targets)}"
    if features != 2 and not (features == 1 and material.task == "regression"):
        return f"needs two features; there {'is' if features == 1 else 'are'} {features}"
    if not shown_points(material):
        return material.missing or "needs points of the training or test set"
    return None if material.predict is not None else "needs features that are numbers, without gaps"


@plot("boundary", needs=drawable)
def boundary(material: Material) -> Drawing:
    """Decision boundary in the plane of two features, or the curve or surface of a regression."""
    curve = len(material.features) == 1
    if material.task == "multilabel":
        return _labels(material)
    heading = {"binary": "Decision boundary", "multiclass": "Decision regions"}.get(material.task, "Fitted surface")
    box = sheet(material, "Fitted curve" if curve else heading, 6.4 if curve else 6.9, 4.6 if curve else 5.2)
    return Drawing(box.figure, paint_boundary(box, material))


def _labels(material: Material) -> Drawing:
    """Draw the boundary of each label, or of the first ones."""
    shown = [of_label(material, index) for index in range(min(len(material.targets), MOST_LABELS))]
    columns = min(len(shown), 3)
    few = f" (first {MOST_LABELS} of {len(material.targets)})" if len(material.targets) > MOST_LABELS else ""
    page = sheet(
        material, f"Decision boundary of each label{few}", 5.2 * columns, 0.7 + 3.9 * -(-len(shown) // columns)
    )
    numbers: dict[str, NDArray[np.generic]] = {}
    for one, box in zip(shown, page.grid(len(shown), columns), strict=False):
        (name,) = one.targets
        found = dict(paint_boundary(box, one))
        chance = found.pop(f"probability_{name}")
        del found[f"probability_not {name}"]
        targets = found.pop("target")
        numbers = numbers or found
        numbers |= {f"target_{name}": targets, f"probability_{name}": chance}
    return Drawing(page.figure, numbers)


def paint_boundary(box: Box, material: Material) -> Numbers:
    """Draw the picture that fits the task, of several labels the first; return the field and the points."""
    material = of_label(material, 0)
    if len(material.features) == 1:
        return _paint_fit(box, material)
    points = shown_points(material)
    area = field_of(material, points)
    paint_plane(box.square().bare(), material, area, points)
    if material.task == "regression":
        return _columns(material, area, ["prediction"], points)
    names = [f"probability_{material.classes[code]}" for code in material.shown]
    return _columns(material, area, [*names, "largest_of_others"] if material.few else names, points)


def fitted_curve(material: Material, points: list[SplitPoints]) -> tuple[Floats, Floats]:
    """Return the feature along the range of the points, (nodes,), and the prediction there."""
    ((low, high),) = limits(np.concatenate([one.X for one in points]))
    x = np.linspace(low, high, CURVE)
    return x, outputs_at(material, x[:, None])[:, 0]


def paint_curve(axes: Axes, material: Material, points: list[SplitPoints]) -> tuple[Floats, Floats]:
    """Draw the fitted curve of one feature over the points; return the feature and the prediction along it."""
    x, fitted = fitted_curve(material, points)
    for one, mark in marks(points):
        look: Look = {"color": BLUE, "marker": "o"} if one.split == "train" else {"color": INK, "marker": "D"}
        axes.plot(one.X[:, 0], one.y.ravel(), label=one.label, **(look | mark))
    axes.plot(x, fitted, color=VERMILLION, linewidth=2.2, label="prediction")
    axes.set(xlabel=plain(material.features[0], 50), ylabel=plain(material.targets[0], 34), xlim=(x[0], x[-1]))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1.02), ncols=3)
    return x, fitted


def _paint_fit(box: Box, material: Material) -> Numbers:
    """Draw the fitted curve of a regression on one feature, over its points."""
    axes, points = box.axes(right=0.3), shown_points(material)
    x, fitted = paint_curve(axes, material, points)
    return {
        "part": np.concatenate([["prediction"] * len(x), *([one.split] * len(one.X) for one in points)]),
        f"x: {material.features[0]}": np.concatenate([x, *(one.X[:, 0] for one in points)]),
        f"y: {material.targets[0]}": np.concatenate([fitted, *(one.y.ravel() for one in points)]),
    }


def _columns(material: Material, area: Field, names: list[str], points: list[SplitPoints]) -> Numbers:
    """Return the field at every fourth node, then the points that are drawn with their targets."""
    x, y = (grid[::STEP, ::STEP].ravel() for grid in np.meshgrid(area.x, area.y))
    values = area.values[::STEP, ::STEP].reshape(len(x), -1)
    X = np.concatenate([np.stack([x, y], axis=1), *(one.X for one in points)])
    targets = np.concatenate([one.y.ravel() for one in points])
    if material.classes:
        targets = np.array(material.classes, object)[targets]
    blank = np.full((len(X) - len(x), values.shape[1]), np.nan)
    found: dict[str, NDArray[np.generic]] = {
        "part": np.concatenate([["field"] * len(x), *([one.split] * len(one.X) for one in points)]),
        f"x: {material.features[0]}": X[:, 0],
        f"y: {material.features[1]}": X[:, 1],
        "target": np.concatenate([np.full(len(x), "", dtype=object), targets.astype(object)]),
    }
    return found | dict(zip(names, np.concatenate([values, blank]).T, strict=True))
