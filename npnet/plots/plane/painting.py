"""The plane of two features as it is painted: shades of the outputs, lines between classes, points, a legend."""

from collections.abc import Iterator

import numpy as np

from npnet.plots.kinds import Material
from npnet.plots.layout import Axes, Floats, Labels, legend, plain
from npnet.plots.plane.fields import Field, SplitPoints
from npnet.plots.style import CLASS_COLOURS, GREY, INK, MARKERS, Look

LABELLED = 12  # classes in the legend
LAYERS = 4  # in which points are drawn, so that no class lies over all the others
BELOW_POINTS = 1.5  # where lines between classes are drawn, above the shades


def paint_plane(axes: Axes, material: Material, area: Field, points: list[SplitPoints]) -> None:
    """Draw the outputs over the plane, the points, and a legend."""
    axes.set(xlabel=plain(material.features[0], 34), ylabel=plain(material.features[1], 34))
    axes.grid(visible=False)
    axes.spines[:].set_visible(True)
    paint = {"binary": _paint_binary, "multiclass": _paint_classes}.get(material.task, _paint_surface)
    labels = paint(axes, material, area, points)
    axes.set(xlim=area.extent[:2], ylim=area.extent[2:])
    legend(axes, labels)


def repaint_plane(axes: Axes, material: Material, area: Field) -> bool:
    """Draw other outputs over a plane of classes that `paint_plane` has drawn; return whether there are lines."""
    for old in list(axes.collections):
        old.remove()
    axes.images[0].set_data(_shades(material, area))
    return _paint_lines(axes, material, area)


def _paint_binary(axes: Axes, material: Material, area: Field, points: list[SplitPoints]) -> Labels:
    """Draw the probability of the second class, and the line where it is the threshold."""
    from matplotlib.colors import LinearSegmentedColormap

    diverging = LinearSegmentedColormap.from_list("blue-orange", ["#86BBDD", "#FAFAFA", "#F3CB7A"])
    look: Look = {"aspect": "auto", "cmap": diverging, "vmin": 0, "vmax": 1}
    axes.imshow(_shades(material, area), origin="lower", extent=area.extent, **look)
    labels = _paint_points(axes, material, points)
    if _paint_lines(axes, material, area):
        labels.append((f"probability {material.threshold:.4g}", axes.plot([], [], color=INK, linewidth=1.6)[0]))
    _paint_bar(axes, f"probability of “{plain(material.classes[1], 20)}”")
    return labels


def _paint_classes(axes: Axes, material: Material, area: Field, points: list[SplitPoints]) -> Labels:
    """Draw the most probable class in its colour, paler where it is less probable."""
    axes.imshow(_shades(material, area), origin="lower", extent=area.extent, aspect="auto")
    _paint_lines(axes, material, area)
    return _paint_points(axes, material, points)


def _shades(material: Material, area: Field) -> Floats:
    """Return the probability of the second of two classes, (nodes, nodes), or the colours of several classes."""
    from matplotlib.colors import to_rgb

    if material.task == "binary":
        return area.values[..., 1]
    classes, looks = len(material.classes), [CLASS_COLOURS[code % len(CLASS_COLOURS)] for code in material.shown]
    colours = np.array([to_rgb(colour) for colour in ([*looks, GREY] if material.few else looks)])
    winner, sure = area.values.argmax(axis=-1), area.values.max(axis=-1, keepdims=True)
    depth = 0.1 + 0.3 * np.clip((sure - 1 / classes) / (1 - 1 / classes), 0, 1)
    return np.where(np.isfinite(sure), 1 - depth * (1 - colours[winner]), 1.0)


def _paint_lines(axes: Axes, material: Material, area: Field) -> bool:
    """Draw the lines between the classes; return whether there are any."""
    if material.task == "binary":
        chance = area.values[..., 1]
        known = chance[np.isfinite(chance)]
        found = bool(len(known)) and known.min() < material.threshold < known.max()
        if found:
            axes.contour(area.x, area.y, chance, levels=[material.threshold], colors=INK, linewidths=1.6)
        return bool(found)
    winner, found = area.values.argmax(axis=-1), False
    for code in np.unique(winner):
        lead = area.values[..., code] - np.delete(area.values, code, axis=-1).max(axis=-1)
        if lead.min() < 0 < lead.max():
            found = True
            below = axes.contour(area.x, area.y, lead, levels=[0], colors=INK, linewidths=0.9)
            below.set_zorder(BELOW_POINTS)
    return found


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
    for one, mark in marks(points):
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


def marks(points: list[SplitPoints]) -> Iterator[tuple[SplitPoints, Look]]:
    """Yield each split with its look: train filled, others hollow, smaller where many."""
    most = max((len(one.X) for one in points), default=1)
    size = float(np.clip(7.4 - 1.8 * np.log10(most / 20), 3, 6.5))
    for one in points:
        filled = one.split == "train"
        rim: Look = {"markeredgecolor": "white", "markeredgewidth": 0.35}
        hollow: Look = {"markerfacecolor": "white", "markeredgewidth": 1.1}
        yield one, {"linestyle": "", "markersize": size if filled else size + 0.4} | (rim if filled else hollow)


def _paint_bar(axes: Axes, label: str) -> None:
    """Draw a colour bar to the right of the axes, in the lower half."""
    bar = axes.figure.colorbar(axes.images[0], cax=axes.inset_axes((1.06, 0, 0.035, 0.46)))
    bar.ax.grid(visible=False)
    bar.set_label(label)
