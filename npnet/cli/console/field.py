"""The outputs of a network over the plane on a terminal: half blocks in colours, shades without."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from rich.style import Style
from rich.text import Text

from npnet.cli.console.curves import Floats, TextStyle
from npnet.plots.style import CLASS_COLOURS

Colours = NDArray[np.float64]
SHADES, ASCII_SHADES = " ░▒▓█", " .:=#"
MARKS = "ox+*vsdp"
LEVELS = 12  # of each colour: neighbours that look alike become one piece of text
DIVERGING = ("#86BBDD", "#FAFAFA", "#F3CB7A")
SURFACE = ("#00204C", "#7C7B78", "#FFE945")
DEPTH = 0.25, 0.5  # of the colour of a class, where it is as probable as the others, and what certainty adds


@dataclass(frozen=True)
class TextPlane:
    """Outputs (rows, columns, outputs), the first row on top: probabilities of classes, or a value.

    `points` (n, 2) are fractions of the width and height from the upper left; `codes` their classes, or values as
    fractions of the span `low` to `high`.
    """

    outputs: Floats
    points: Floats
    codes: NDArray[np.generic]
    classes: tuple[str, ...]
    low: float = 0.0
    high: float = 1.0


def field_picture(plane: TextPlane, style: TextStyle) -> list[Text]:
    """Return a plane as text: with colours two rows of outputs in each line, without colours every other row."""
    return _blocks(plane) if style.blocks else _shades(plane, style)


def legend(plane: TextPlane, style: TextStyle) -> list[Text]:
    """Return what stands for each class, or for the lowest and the highest value."""
    if not plane.classes:
        return _scale(plane, style)
    lines = []
    for code, name in enumerate(plane.classes):
        letters = f"{_shade_of(code, len(plane.classes), style)}{MARKS[code % len(MARKS)]} "
        colour = Style(color=CLASS_COLOURS[code % len(CLASS_COLOURS)])
        lines.append(Text.assemble(("██ ", colour) if style.blocks else letters, name))
    return lines


def colours_of(plane: TextPlane) -> Colours:
    """Return the colour of each output as red, green and blue from 0 to 255, (rows, columns, 3)."""
    outputs = np.nan_to_num(plane.outputs, nan=0.5)
    if not plane.classes:
        return _gradient(SURFACE, (outputs[..., 0] - plane.low) / (plane.high - plane.low))
    if len(plane.classes) == 2:
        return _gradient(DIVERGING, outputs[..., 1])
    winner, sure = outputs.argmax(axis=-1), outputs.max(axis=-1, keepdims=True)
    chance = 1 / len(plane.classes)
    depth = DEPTH[0] + DEPTH[1] * np.clip((sure - chance) / (1 - chance), 0, 1)
    colours = np.array([_rgb(CLASS_COLOURS[code % len(CLASS_COLOURS)]) for code in range(outputs.shape[-1])])
    return np.asarray(255 - depth * (255 - colours[winner]))


def _blocks(plane: TextPlane) -> list[Text]:
    colours = _stepped(colours_of(plane))
    codes = colours @ (1 << 16, 1 << 8, 1)
    lines = []
    for row in range(0, len(codes) - 1, 2):
        line, marks = Text(), _marks(plane, row, row + 2)
        cells = zip(codes[row].tolist(), codes[row + 1].tolist(), strict=True)
        keys = [(top, bottom, marks.get(column)) for column, (top, bottom) in enumerate(cells)]
        for (top, bottom, point), equal in groupby(keys):
            colour = None if point is None else _point_colour(plane, point)
            line.append(("▀" if point is None else "●") * len(list(equal)), _cell_style(top, bottom, colour))
        lines.append(line)
    return lines


@cache
def _cell_style(top: int, bottom: int, point: str | None) -> Style:
    """Return the style of a cell of two pixels, or of a point before the upper one."""
    return Style(color=f"#{top:06x}" if point is None else point, bgcolor=f"#{bottom if point is None else top:06x}")


def _shades(plane: TextPlane, style: TextStyle) -> list[Text]:
    shades = SHADES if style.unicode else ASCII_SHADES
    outputs = np.nan_to_num(plane.outputs, nan=0.5)
    if len(plane.classes) > 2:
        levels = outputs.argmax(axis=-1) % len(shades)
    else:
        share = outputs[..., 1] if plane.classes else (outputs[..., 0] - plane.low) / (plane.high - plane.low)
        levels = np.clip(share * len(shades), 0, len(shades) - 1).astype(int)
    lines = []
    for row in range(0, len(levels) - 1, 2):
        marks = _marks(plane, row, row + 2) if plane.classes else {}
        letters = [shades[level] for level in levels[row].tolist()]
        for column, place in marks.items():
            letters[column] = MARKS[int(plane.codes[place]) % len(MARKS)]
        lines.append(Text("".join(letters)))
    return lines


def _marks(plane: TextPlane, first: int, stop: int) -> dict[int, int]:
    """Return the number of a point by column, for the rows from `first` to `stop`."""
    rows, columns = plane.outputs.shape[:2]
    y, x = (plane.points[:, 1] * rows).astype(int), (plane.points[:, 0] * columns).astype(int)
    inside = np.flatnonzero((y >= first) & (y < stop) & (x >= 0) & (x < columns))
    return dict(zip(x[inside].tolist(), inside.tolist(), strict=True))


def _point_colour(plane: TextPlane, place: int) -> str:
    if plane.classes:
        return str(CLASS_COLOURS[int(plane.codes[place]) % len(CLASS_COLOURS)])
    return _name(_gradient(SURFACE, np.array([float(plane.codes[place])]))[0])


def _shade_of(code: int, classes: int, style: TextStyle) -> str:
    shades = SHADES if style.unicode else ASCII_SHADES
    return shades[(0, -1)[code]] if classes == 2 else shades[code % len(shades)]


def _scale(plane: TextPlane, style: TextStyle) -> list[Text]:
    """Return the lowest, the middle and the highest value with their looks."""
    shades, found = (SHADES if style.unicode else ASCII_SHADES), []
    for share in (1.0, 0.5, 0.0):
        value = plane.low + share * (plane.high - plane.low)
        colour = Style(color=_name(_gradient(SURFACE, np.array([share]))[0]))
        sample = ("██ ", colour) if style.blocks else (f"{shades[round(share * (len(shades) - 1))]} ", "")
        found.append(Text.assemble(sample, f"{value:.4g}"))
    return found


def _gradient(colours: Sequence[str], share: Floats) -> Colours:
    """Return colours between some, for shares from 0 to 1."""
    known = np.array([_rgb(colour) for colour in colours])
    places = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(share, places, known[:, channel]) for channel in range(3)], axis=-1)


def _stepped(colours: Colours) -> NDArray[np.int64]:
    return (colours / 255 * LEVELS).round().astype(np.int64) * 255 // LEVELS


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _name(colour: NDArray[np.generic]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*(int(one) for one in colour))


def beside(picture: Sequence[Text], notes: Sequence[Text], gap: int) -> Iterator[Text]:
    """Yield a picture with notes at its right."""
    for row, line in enumerate(picture):
        yield Text.assemble(line, " " * gap, notes[row]) if row < len(notes) else line
