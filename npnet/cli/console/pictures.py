"""Pictures of a run on a terminal: its losses by epoch, and its outputs over the plane."""

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from npnet.cli.console.curves import Curve, TextStyle, curve_picture
from npnet.cli.console.field import TextPlane, beside, field_picture, legend
from npnet.cli.console.plain import short
from npnet.cli.console.screen import Output
from npnet.plots.boundary import MOST_LABELS, fitted_curve
from npnet.plots.curves import PARTS, finite_points, recorded
from npnet.plots.kinds import Material
from npnet.plots.plane.fields import limits, outputs_at, shown_points
from npnet.plots.plane.labels import of_label
from npnet.text import one_line, quoted

KINDS = ("loss", "boundary")
"""What a terminal can show of a run."""
USUAL, WIDEST, NARROWEST = 80, 100, 40
CURVE_ROWS, SIDE = 14, 48
MOST_POINTS = 150
MOST_CLASSES = 12  # in a legend
NOTES, GAP = 30, 2  # columns beside a plane, and those between
ARROWS = {True: ("→", "↑"), False: ("across", "up")}


def style_of_stream(output: Output) -> TextStyle:
    """Return what a stream can show; half blocks need more than the 16 colours of a plain terminal."""
    return TextStyle(output.color and _many_colours(), output.unicode)


def picture(kind: str, material: Material, style: TextStyle, width: int | None) -> RenderableType:
    """Return a picture of a material that `suits` its kind, in the width of a terminal or in 80 columns."""
    columns = max(NARROWEST, min(width or USUAL, WIDEST))
    lines = loss_lines(material, style, columns) if kind == "loss" else boundary_lines(material, style, columns)
    for line in lines:
        line.no_wrap, line.overflow = True, "ignore"
    return Group(*lines)


def loss_lines(material: Material, style: TextStyle, width: int) -> list[Text]:
    """Return the losses of the training and validation set by epoch, with the best epoch."""
    curves = [
        Curve(part, *finite_points(material, f"{part}_loss")) for part in PARTS if recorded(material, f"{part}_loss")
    ]
    best = material.best_epoch
    known = best is not None and any(curve.x[0] <= best <= curve.x[-1] for curve in curves)
    marked = {f"best epoch {best}": float(best)} if known and best is not None else {}
    return curve_picture(curves, "loss", style, width, CURVE_ROWS, marked)


def boundary_lines(material: Material, style: TextStyle, width: int) -> list[Text]:
    """Return the outputs over the plane of two features, for each of several labels, or the fitted curve of one."""
    if material.task == "multilabel":
        shown = range(min(len(material.targets), MOST_LABELS))
        each = [_plane_lines(of_label(material, index), style, width) for index in shown]
        return [line for lines in each for line in (*lines, Text())][:-1]
    return (_fit_lines if len(material.features) == 1 else _plane_lines)(material, style, width)


def _plane_lines(material: Material, style: TextStyle, width: int) -> list[Text]:
    side = min(SIDE, (width - NOTES) // 2 * 2)
    plane, spans = plane_of(material, side)
    notes = legend(plane, style)
    if len(notes) > MOST_CLASSES:
        notes = [*notes[:MOST_CLASSES], Text(f"and {len(notes) - MOST_CLASSES} more")]
    notes.append(Text())
    for arrow, name, (low, high) in zip(ARROWS[style.unicode], material.features, spans, strict=True):
        notes += [Text(f"{arrow} {one_line(name)}"), Text(f"  {short(low)} to {short(high)}", style="dim")]
    for note in notes:
        note.truncate(NOTES - GAP, overflow="ellipsis" if style.unicode else "crop")
    task = {"binary": "decision boundary", "multiclass": "decision regions"}.get(material.task, "fitted surface")
    return [Text(task, style="bold"), *beside(field_picture(plane, style), notes, GAP)]


def plane_of(material: Material, side: int) -> tuple[TextPlane, list[tuple[float, float]]]:
    """Return the outputs on a square of so many columns and rows, and the spans of both features."""
    points = shown_points(material)
    spans = limits(np.concatenate([one.X for one in points]))
    x, y = (np.linspace(low, high, 2 * side + 1)[1::2] for low, high in spans)  # the middle of each cell
    grid = np.stack(np.meshgrid(x, y[::-1]), axis=-1).reshape(-1, 2)
    outputs = outputs_at(material, grid).reshape(side, side, -1)
    shown = points[0]
    rows = np.linspace(0, len(shown.X) - 1, min(len(shown.X), MOST_POINTS)).astype(np.int64)
    places = np.stack([(shown.X[rows, at] - low) / (high - low) for at, (low, high) in enumerate(spans)], axis=1)
    places[:, 1] = 1 - places[:, 1]
    codes = shown.y[rows].reshape(len(rows), -1)[:, 0]
    if material.task != "regression":
        names = [material.classes[code] for code in material.shown] + (["others"] if material.few else [])
        return TextPlane(outputs, places, codes, tuple(one_line(name) for name in names)), spans
    low, high = (float(bound(outputs[np.isfinite(outputs)], initial=start)) for bound, start in _BOUNDS)
    low, high = (low, high) if high > low else (low - 0.5, low + 0.5)
    return TextPlane(outputs, places, np.clip((codes - low) / (high - low), 0, 1), (), low, high), spans


def _fit_lines(material: Material, style: TextStyle, width: int) -> list[Text]:
    points = shown_points(material)
    x, fitted = fitted_curve(material, points)
    known = np.isfinite(fitted)
    shown = points[0]
    curves = [Curve("points", shown.X[:, 0], np.asarray(shown.y, np.float64).ravel(), joined=False)]
    curves += [Curve("prediction", x[known], fitted[known])] if known.any() else []
    title = f"{quoted(material.targets[0])} by {quoted(material.features[0])}"
    return curve_picture(curves, title, style, width, CURVE_ROWS)


def _many_colours() -> bool:
    from rich.console import Console

    return Console(force_terminal=True).color_system in ("256", "truecolor")


_BOUNDS = ((np.min, np.inf), (np.max, -np.inf))


def plain_lines(kind: str, material: Material) -> list[str]:
    """Return a picture without colours in 80 columns."""
    style = TextStyle(color=False, unicode=True)
    lines = loss_lines(material, style, USUAL) if kind == "loss" else boundary_lines(material, style, USUAL)
    return [line.plain.rstrip() for line in lines]
