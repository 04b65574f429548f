"""Outputs of the network over its inputs: decision boundary, fitted curve or surface."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npnet.plots.kinds import Drawing, Material, Numbers, plot, sheet
from npnet.plots.layout import Axes, Box, Floats, Labels, legend, plain
from npnet.plots.style import BLUE, CLASS_COLOURS, GREY, INK, MARKERS, VERMILLION, Look

NODES = 201  # of the grid, on each axis
CURVE = 501  # of a curve
MOST_VALUES = 1 << 22  # that are predicted at a time
STEP = 4  # every fourth node goes into the CSV: 2,601 rows instead of 40,401
MOST_POINTS = {"train": 1000, "validation": 400, "test": 400}  # more would hide the field
LABELLED = 12  # classes in the legend
LAYERS = 4  # in which points are drawn, so that no class lies over all the others


@dataclass(frozen=True)
class Field:
    """The network's outputs (nodes, nodes, outputs) over x and y (nodes,), first axis up.

    Of more classes than a picture shows, `values` has those shown, and last the largest of the others.
    """

    x: Floats
    y: Floats
    values: Floats

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top, as imshow takes them."""
        return float(self.x[0]), float(self.x[-1]), float(self.y[0]), float(self.y[-1])


@dataclass(frozen=True)
class SplitPoints:
    """The points of a split that are drawn, spread evenly over its `rows`."""

    split: str
    X: Floats
    y: NDArray[np.int64] | Floats
    rows: int

    @property
    def label(self) -> str:
        """Name of the split, and how many of its rows are drawn where not all are."""
        return self.split if len(self.X) == self.rows else f"{self.split} ({len(self.X):,} of {self.rows:,})"


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
    heading = {"binary": "Decision boundary", "multiclass": "Decision regions"}.get(material.task, "Fitted surface")
    box = sheet(material, "Fitted curve" if curve else heading, 6.4 if curve else 6.9, 4.6 if curve else 5.2)
    return Drawing(box.figure, paint_boundary(box, material))


def paint_boundary(box: Box, material: Material) -> Numbers:
    """Draw the picture that fits the task; return the field and the points."""
    if len(material.features) == 1:
        return _paint_fit(box, material)
    points = shown_points(material)
    area = field_of(material, points)
    paint_plane(box.square().bare(), material, area, points)
    if material.task == "regression":
        return _columns(material, area, ["prediction"], points)
    names = [f"probability_{material.classes[code]}" for code in material.shown]
    return _columns(material, area, [*names, "largest_of_others"] if material.few else names, points)


def paint_plane(axes: Axes, material: Material, area: Field, points: list[SplitPoints]) -> None:
    """Draw the outputs over the plane, the points, and a legend."""
    axes.set(xlabel=plain(material.features[0], 34), ylabel=plain(material.features[1], 34))
    axes.grid(visible=False)
    axes.spines[:].set_visible(True)
    paint = {"binary": _paint_binary, "multiclass": _paint_classes}.get(material.task, _paint_surface)
    labels = paint(axes, material, area, points)
    axes.set(xlim=area.extent[:2], ylim=area.extent[2:])
    legend(axes, labels)


def field_of(material: Material, points: list[SplitPoints], nodes: int = NODES) -> Field:
    """Return the outputs over the plane that holds the points, at so many nodes along each axis."""
    x, y = (np.linspace(low, high, nodes) for low, high in limits(np.concatenate([one.X for one in points])))
    plane = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return Field(x, y, outputs_at(material, plane).reshape(nodes, nodes, -1))


def fitted_curve(material: Material, points: list[SplitPoints]) -> tuple[Floats, Floats]:
    """Return the feature along the range of the points, (nodes,), and the prediction there."""
    ((low, high),) = limits(np.concatenate([one.X for one in points]))
    x = np.linspace(low, high, CURVE)
    return x, outputs_at(material, x[:, None])[:, 0]


def shown_points(material: Material) -> list[SplitPoints]:
    """Return the training and test points, or validation points where there is no test set."""
    found = []
    for split in ("train", "test" if "test" in material.points else "validation"):
        X, y = material.points.get(split, (np.empty((0, 1)), np.empty(0)))
        if len(X):
            rows = np.linspace(0, len(X) - 1, min(len(X), MOST_POINTS[split])).astype(np.int64)
            found.append(SplitPoints(split, X[rows], y[rows], len(X)))
    return found


def limits(X: Floats) -> list[tuple[float, float]]:
    """Return low and high of each column with a margin; nearly equal spans become equal."""
    low, high = X.min(axis=0), X.max(axis=0)
    half = np.where(high > low, 0.56 * (high - low), 0.5)
    if half.max() < 1.3 * half.min():
        half[:] = half.max()
    middle = (low + high) / 2
    return list(zip((middle - half).tolist(), (middle + half).tolist(), strict=True))


def outputs_at(material: Material, X: Floats) -> Floats:
    """Return the outputs that a picture shows, (rows, outputs), predicted in blocks."""
    if material.predict is None:
        raise ValueError("the material cannot predict")
    size, blocks = max(1, MOST_VALUES // max(len(material.classes), 1)), []
    for start in range(0, len(X), size):
        outputs = material.predict(X[start : start + size])
        if material.few:
            others = np.delete(outputs, material.shown, axis=1).max(axis=1, keepdims=True)
            outputs = np.concatenate([outputs[:, material.shown], others], axis=1)
        blocks.append(outputs)
    return np.concatenate(blocks)


def _paint_binary(axes: Axes, material: Material, area: Field, points: list[SplitPoints]) -> Labels:
    """Draw the probability of the second class, and the line where it is the threshold."""
    from matplotlib.colors import LinearSegmentedColormap

    diverging = LinearSegmentedColormap.from_list("blue-orange", ["#86BBDD", "#FAFAFA", "#F3CB7A"])
    chance = area.values[..., 1]
    axes.imshow(chance, origin="lower", extent=area.extent, aspect="auto", cmap=diverging, vmin=0, vmax=1)
    labels = _paint_points(axes, material, points)
    known = chance[np.isfinite(chance)]
    if len(known) and known.min() < material.threshold < known.max():
        axes.contour(area.x, area.y, chance, levels=[material.threshold], colors=INK, linewidths=1.6)
        labels.append((f"probability {material.threshold:.4g}", axes.plot([], [], color=INK, linewidth=1.6)[0]))
    _paint_bar(axes, f"probability of “{plain(material.classes[1], 20)}”")
    return labels


def _paint_classes(axes: Axes, material: Material, area: Field, points: list[SplitPoints]) -> Labels:
    """Draw the most probable class in its colour, paler where it is less probable."""
    from matplotlib.colors import to_rgb

    classes, looks = len(material.classes), [CLASS_COLOURS[code % len(CLASS_COLOURS)] for code in material.shown]
    colours = np.array([to_rgb(colour) for colour in ([*looks, GREY] if material.few else looks)])
    winner, sure = area.values.argmax(axis=-1), area.values.max(axis=-1, keepdims=True)
    depth = 0.1 + 0.3 * np.clip((sure - 1 / classes) / (1 - 1 / classes), 0, 1)
    shades = np.where(np.isfinite(sure), 1 - depth * (1 - colours[winner]), 1.0)
    axes.imshow(shades, origin="lower", extent=area.extent, aspect="auto")
    for code in np.unique(winner):
        lead = area.values[..., code] - np.delete(area.values, code, axis=-1).max(axis=-1)
        if lead.min() < 0 < lead.max():
            axes.contour(area.x, area.y, lead, levels=[0], colors=INK, linewidths=0.9)
    return _paint_points(axes, material, points)


def _paint_surface(axes: Axes, material: Material, area: Field, points: list[SplitPoints]) -> Labels:
    """Draw the prediction as a field, and true values as points in the same colours."""
    values = np.concatenate([area.values.ravel(), *(one.y.ravel() for one in points)])
    span: Look = {"vmin": float(np.nanmin(values)), "vmax": float(np.nanmax(values)), "cmap": "cividis"}
    axes.imshow(area.values[..., 0], origin="lower", extent=area.extent, aspect="auto", **span)
    labels: Labels = []
    for one in points:
        shape, rim = ("o", "white") if one.split == "train" else ("D", "black")
        look: Look = {"linewidths": 0.6, "s": float(np.clip(4000 / len(one.X), 12, 26))}
        axes.scatter(one.X[:, 0], one.X[:, 1], c=one.y.ravel(), marker=shape, edgecolors=rim, **look, **span)
        labels.append((one.label, axes.plot([], [], shape, color=GREY, markeredgecolor=rim)[0]))
    _paint_bar(axes, plain(material.targets[0], 30))
    return labels


def _paint_points(axes: Axes, material: Material, points: list[SplitPoints]) -> Labels:
    """Draw points with a colour and shape per class, hollow outside train; return the legend."""
    looks: list[Look] = []
    for code in range(len(material.classes)):
        colour = CLASS_COLOURS[code % len(CLASS_COLOURS)]
        looks.append({"color": colour, "markeredgecolor": colour, "marker": MARKERS[code % len(MARKERS)]})
    for one, mark in _marks(points):
        for rows in np.array_split(np.arange(len(one.X)), LAYERS):
            for code in np.unique(one.y[rows]):
                of_class = one.X[rows][one.y[rows] == code]
                axes.plot(of_class[:, 0], of_class[:, 1], **(looks[code] | mark))
    labels: Labels = []
    for look, name in zip(looks[:LABELLED], material.classes, strict=False):
        labels.append((plain(name, 18), axes.plot([], [], linestyle="", markersize=6, **look)[0]))
    if len(looks) > LABELLED:
        labels.append((f"and {len(looks) - LABELLED} more", axes.plot([], [], alpha=0)[0]))
    if material.few:
        labels.append((f"coloured: {material.few}", axes.plot([], [], alpha=0)[0]))
    hollow: Look = {"markerfacecolor": "white", "markeredgecolor": GREY, "markeredgewidth": 1.1}
    for one in points:
        look = {"color": GREY} if one.split == "train" else hollow
        labels.append((one.label, axes.plot([], [], "o", markersize=6, **look)[0]))
    return labels


def _marks(points: list[SplitPoints]) -> Iterator[tuple[SplitPoints, Look]]:
    """Yield each split with its look: train filled, others hollow, smaller where many."""
    most = max((len(one.X) for one in points), default=1)
    size = float(np.clip(7.4 - 1.8 * np.log10(most / 20), 3, 6.5))
    for one in points:
        filled = one.split == "train"
        rim: Look = {"markeredgecolor": "white", "markeredgewidth": 0.35}
        hollow: Look = {"markerfacecolor": "white", "markeredgewidth": 1.1}
        yield one, {"linestyle": "", "markersize": size if filled else size + 0.4} | (rim if filled else hollow)


def paint_curve(axes: Axes, material: Material, points: list[SplitPoints]) -> tuple[Floats, Floats]:
    """Draw the fitted curve of one feature over the points; return the feature and the prediction along it."""
    x, fitted = fitted_curve(material, points)
    for one, mark in _marks(points):
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


def _paint_bar(axes: Axes, label: str) -> None:
    """Draw a colour bar to the right of the axes, in the lower half."""
    bar = axes.figure.colorbar(axes.images[0], cax=axes.inset_axes((1.06, 0, 0.035, 0.46)))
    bar.ax.grid(visible=False)
    bar.set_label(label)


def _columns(material: Material, area: Field, names: list[str], points: list[SplitPoints]) -> Numbers:
    """Return the field at every fourth node, then the points that are drawn with their targets."""
    x, y = (grid[::STEP, ::STEP].ravel() for grid in np.meshgrid(area.x, area.y))
    values = area.values[::STEP, ::STEP].reshape(len(x), -1)
    X = np.concatenate([np.stack([x, y], axis=1), *(one.X for one in points)])
    targets = np.concatenate([one.y.ravel() for one in points])
    if material.classes:
        targets = np.array(material.classes)[targets]
    blank = np.full((len(X) - len(x), values.shape[1]), np.nan)
    found: dict[str, NDArray[np.generic]] = {
        "part": np.concatenate([["field"] * len(x), *([one.split] * len(one.X) for one in points)]),
        f"x: {material.features[0]}": X[:, 0],
        f"y: {material.features[1]}": X[:, 1],
        "target": np.concatenate([np.full(len(x), "", dtype=object), targets.astype(object)]),
    }
    return found | dict(zip(names, np.concatenate([values, blank]).T, strict=True))
