"""What the network says over its inputs: fields, regions, a fitted curve or surface."""

from typing import TYPE_CHECKING

import numpy as np

from npnet.plots.kinds import Drawing, Numbers, plot
from npnet.plots.layout import Box, Labels, legend, sheet
from npnet.plots.material import Material
from npnet.plots.runs.plane import Field, Shown, columns, field, limits, marks, part_labels, shown
from npnet.plots.style import BLUE, CLASS_COLOURS, GREY, INK, MARKERS, VERMILLION, Look, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

LABELLED = 12  # classes in the legend
LAYERS = 4  # in which points are drawn, so that no class lies over all the others


def drawable(material: Material) -> str | None:
    """Needs two features, or one where one value is predicted."""
    features = len(material.features)
    if material.task == "regression" and len(material.targets) > 1:
        return f"needs one target; there are {len(material.targets)}"
    if features != 2 and not (features == 1 and material.task == "regression"):
        return f"needs two features; there {'is' if features == 1 else 'are'} {features}"
    if not shown(material):
        return material.missing or "needs points of the train or test part"
    return None if material.predict is not None else "needs features that are numbers, without gaps"


@plot("boundary", needs=drawable)
def boundary(material: Material) -> Drawing:
    """Decision boundary in the plane of two features, or the curve or surface of a regression."""
    curve = len(material.features) == 1
    heading = {"binary": "Decision boundary", "multiclass": "Decision regions"}.get(material.task, "Fitted surface")
    box = sheet(material, "Fitted curve" if curve else heading, 6.4 if curve else 6.9, 4.6 if curve else 5.2)
    return Drawing(box.figure, paint_boundary(box, material))


def paint_boundary(box: Box, material: Material) -> Numbers:
    """The one of four pictures that fits the task; gives the field and the points."""
    if len(material.features) == 1:
        return paint_fit(box, material)
    area, points = field(material), shown(material)
    axes = box.square().bare()
    x, y = (plain(name, 34) for name in material.features)
    axes.set(xlabel=x, ylabel=y)
    axes.grid(visible=False)
    axes.spines[:].set_visible(True)
    paint = {"binary": paint_binary, "multiclass": paint_classes}.get(material.task, paint_surface)
    labels = paint(axes, material, area, points)
    axes.set(xlim=area.extent[:2], ylim=area.extent[2:])
    legend(axes, labels)
    if material.task == "regression":
        return columns(material, area, ["prediction"], points)
    names = [f"probability_{material.classes[code]}" for code in material.shown]
    return columns(material, area, [*names, "largest_of_others"] if material.few else names, points)


def paint_binary(axes: "Axes", material: Material, area: Field, points: list[Shown]) -> Labels:
    """Probability of the second class from blue over white to orange, and the line where it is the threshold."""
    from matplotlib.colors import LinearSegmentedColormap

    diverging = LinearSegmentedColormap.from_list("blue-orange", ["#86BBDD", "#FAFAFA", "#F3CB7A"])
    chance = area.values[..., 1]
    image = axes.imshow(chance, origin="lower", extent=area.extent, aspect="auto", cmap=diverging, vmin=0, vmax=1)
    labels = paint_points(axes, material, points)
    known = chance[np.isfinite(chance)]
    if len(known) and known.min() < material.threshold < known.max():
        axes.contour(area.x, area.y, chance, levels=[material.threshold], colors=INK, linewidths=1.6)
        labels.append((f"probability {material.threshold:.4g}", axes.plot([], [], color=INK, linewidth=1.6)[0]))
    paint_bar(axes, image, f"probability of “{plain(material.classes[1], 20)}”")
    return labels


def paint_classes(axes: "Axes", material: Material, area: Field, points: list[Shown]) -> Labels:
    """The most probable class of each place in its colour, paler where the network is less sure; others are grey."""
    from matplotlib.colors import to_rgb

    classes, looks = len(material.classes), [CLASS_COLOURS[code % len(CLASS_COLOURS)] for code in material.shown]
    colours = np.array([to_rgb(colour) for colour in ([*looks, GREY] if material.few else looks)])
    winner, sure = area.values.argmax(axis=-1), area.values.max(axis=-1, keepdims=True)
    depth = 0.1 + 0.3 * np.clip((sure - 1 / classes) / (1 - 1 / classes), 0, 1)
    shades = np.where(np.isfinite(sure), 1 - depth * (1 - colours[winner]), 1.0)
    axes.imshow(shades, origin="lower", extent=area.extent, aspect="auto")
    for code in np.unique(winner):
        rest = np.delete(area.values, code, axis=-1).max(axis=-1)
        lead = area.values[..., code] - rest
        if lead.min() < 0 < lead.max():
            axes.contour(area.x, area.y, lead, levels=[0], colors=INK, linewidths=0.9)
    return paint_points(axes, material, points)


def paint_surface(axes: "Axes", material: Material, area: Field, points: list[Shown]) -> Labels:
    """The prediction as a field, true values as points in the same colours: good fits vanish."""
    values = np.concatenate([area.values.ravel(), *(part.y.ravel() for part in points)])
    span: Look = {"vmin": float(np.nanmin(values)), "vmax": float(np.nanmax(values)), "cmap": "cividis"}
    image = axes.imshow(area.values[..., 0], origin="lower", extent=area.extent, aspect="auto", **span)
    labels: Labels = []
    for part in points:
        shape, rim = ("o", "white") if part.part == "train" else ("D", "black")
        look: Look = {"linewidths": 0.6, "s": float(np.clip(4000 / len(part.X), 12, 26))}
        axes.scatter(part.X[:, 0], part.X[:, 1], c=part.y.ravel(), marker=shape, edgecolors=rim, **look, **span)
        labels.append((part.label, axes.plot([], [], shape, color=GREY, markeredgecolor=rim)[0]))
    paint_bar(axes, image, plain(material.targets[0], 30))
    return labels


def paint_points(axes: "Axes", material: Material, points: list[Shown]) -> Labels:
    """Points, a colour and shape per class, filled for train, hollow for test; the legend."""
    looks = [class_look(code) for code in range(len(material.classes))]
    for part, mark in marks(points):
        for rows in np.array_split(np.arange(len(part.X)), LAYERS):
            for code in np.unique(part.y[rows]):
                here = part.X[rows][part.y[rows] == code]
                axes.plot(here[:, 0], here[:, 1], **(looks[code] | mark))
    labels: Labels = []
    for look, name in zip(looks[:LABELLED], material.classes, strict=False):
        labels.append((plain(name, 18), axes.plot([], [], linestyle="", markersize=6, **look)[0]))
    if len(looks) > LABELLED:
        labels.append((f"and {len(looks) - LABELLED} more", axes.plot([], [], alpha=0)[0]))
    if material.few:
        labels.append((f"coloured: {material.few}", axes.plot([], [], alpha=0)[0]))
    return labels + part_labels(axes, points)


def class_look(code: int) -> Look:
    """The colour and the shape of a class."""
    colour = CLASS_COLOURS[code % len(CLASS_COLOURS)]
    return {"color": colour, "markeredgecolor": colour, "marker": MARKERS[code % len(MARKERS)]}


def paint_fit(box: Box, material: Material) -> Numbers:
    """The fitted curve of a regression on one feature, over its points."""
    axes, points = box.axes(right=0.3), shown(material)
    ((low, high),) = limits(np.concatenate([part.X for part in points]))
    x = np.linspace(low, high, 501)
    assert material.predict is not None
    fitted = material.predict(x[:, None])[:, 0]
    for part, mark in marks(points):
        look: Look = {"color": BLUE, "marker": "o"} if part.part == "train" else {"color": INK, "marker": "D"}
        axes.plot(part.X[:, 0], part.y.ravel(), label=part.label, **(look | mark))
    axes.plot(x, fitted, color=VERMILLION, linewidth=2.2, label="prediction")
    axes.set(xlabel=plain(material.features[0], 50), ylabel=plain(material.targets[0], 34), xlim=(low, high))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1.02), ncols=3)
    parts = [["prediction"] * len(x), *([part.part] * len(part.X) for part in points)]
    return {
        "part": np.concatenate(parts),
        f"x: {material.features[0]}": np.concatenate([x, *(part.X[:, 0] for part in points)]),
        f"y: {material.targets[0]}": np.concatenate([fitted, *(part.y.ravel() for part in points)]),
    }


def paint_bar(axes: "Axes", image: "AxesImage", label: str) -> None:
    """A colour bar to the right of the axes, in the lower half."""
    bar = axes.figure.colorbar(image, cax=axes.inset_axes((1.06, 0, 0.035, 0.46)))
    bar.ax.grid(visible=False)
    bar.set_label(label)
