"""Curves on a terminal: braille dots in colours, dotted and solid without colours; letters where only ASCII shows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from npnet.cli.console.plain import short

Floats = NDArray[np.float64]
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""The bit of each dot of a braille letter, by row and column."""
LOOKS = {
    "train": ("cyan", "*"),
    "validation": ("magenta", "o"),
    "prediction": ("magenta", "o"),
    "points": ("cyan", "."),
}
LABEL = 9  # columns for the numbers beside the axis
BARS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Curve:
    """The values of one curve by x, all finite; `joined` is False for points on their own."""

    name: str
    x: Floats
    y: Floats
    joined: bool = True


@dataclass(frozen=True)
class TextStyle:
    """What a terminal can show: colours, letters beyond ASCII."""

    color: bool
    unicode: bool

    @property
    def blocks(self) -> bool:
        """Whether half blocks in two colours can be shown."""
        return self.color and self.unicode


def curve_picture(
    curves: Sequence[Curve],
    title: str,
    style: TextStyle,
    width: int,
    height: int,
    marked: Mapping[str, float] | None = None,
) -> list[Text]:
    """Return a picture of curves with its axes: a title with the last values, and `marked` positions below it."""
    columns = width - LABEL - 2
    values = np.concatenate([curve.y for curve in curves])
    log = bool(values.min() > 0 and values.max() > 100 * values.min())
    scaled = [np.log10(curve.y) if log else curve.y for curve in curves]
    low, high = _span(np.concatenate(scaled))
    left, right = _span(np.concatenate([curve.x for curve in curves]))
    dots = (2, 4) if style.unicode else (1, 1)
    canvas = np.full((height * dots[1], columns * dots[0]), -1)
    for number, (curve, y) in enumerate(zip(curves, scaled, strict=True)):
        across = (curve.x - left) / (right - left) * (canvas.shape[1] - 1)
        down = (high - y) / (high - low) * (canvas.shape[0] - 1)
        rows, places = _rasterized(across, down) if curve.joined else (down.round(), across.round())
        shown = slice(None)
        if number == 0 and len(curves) > 1 and not style.color and style.unicode and curve.joined:
            shown = places % 4 < 2  # type: ignore[assignment]  # dotted
        canvas[rows.astype(int)[shown], places.astype(int)[shown]] = number
    inside = _letters(canvas, curves, style, dots)
    ends = {0: high, height // 2: (high + low) / 2, height - 1: low}
    lines = [_title(curves, f"{title} (log scale)" if log else title, style)]
    for row, line in enumerate(inside):
        label = short(float(10 ** ends[row] if log else ends[row])) if row in ends else ""
        axis = ("┤" if label else "│") if style.unicode else "|"
        lines.append(Text.assemble((f"{label:>{LABEL}} {axis}", "dim"), line))
    return [*lines, *_axis(left, right, columns, style, marked or {})]


def sparklines(series: Sequence[Sequence[float]], style: TextStyle) -> list[str]:
    """Return each series as bars on one scale, logarithmic if all are positive; a space for what is not finite.

    >>> sparklines([[8, 2, 1], [4, float("nan"), 0.5]], TextStyle(False, True))
    ['█▅▃', '▆ ▁']
    """
    values = [np.asarray(one, np.float64) for one in series]
    finite = np.concatenate([one[np.isfinite(one)] for one in values])
    if not len(finite):
        return [" " * len(one) for one in values]
    if finite.min() > 0:
        with np.errstate(all="ignore"):
            values, finite = [np.log10(one) for one in values], np.log10(finite)
    low, high = _span(finite)
    bars = BARS if style.unicode else "_.-=*#"
    return ["".join(map(_bar, ((one - low) / (high - low)).tolist(), repeat(bars))) for one in values]


def _bar(share: float, bars: str) -> str:
    return bars[round(share * (len(bars) - 1))] if math.isfinite(share) else " "


def style_of(name: str, style: TextStyle) -> str:
    """Return the colour of a curve, "" without colours."""
    return LOOKS[name][0] if style.color else ""


def _span(values: Floats) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _rasterized(across: Floats, down: Floats) -> tuple[Floats, Floats]:
    """Return the rows and columns of the dots of a line through points; of many in one column, their span."""
    places = across.round()
    if len(places) > 2 and len(places) > 2 * (places[-1] - places[0]):
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        ends = [down[starts], np.minimum.reduceat(down, starts), np.maximum.reduceat(down, starts)]
        ends.append(down[np.append(starts[1:], len(down)) - 1])
        across, down = np.repeat(places[starts], 4), np.stack(ends, axis=1).ravel()
    rows, columns = [down[:1]], [across[:1]]
    for number in range(len(across) - 1):
        steps = int(max(abs(across[number + 1] - across[number]), abs(down[number + 1] - down[number]))) + 2
        rows.append(np.linspace(down[number], down[number + 1], steps))
        columns.append(np.linspace(across[number], across[number + 1], steps))
    return np.concatenate(rows).round(), np.concatenate(columns).round()


def _letters(canvas: NDArray[np.int64], curves: Sequence[Curve], style: TextStyle, dots: tuple[int, int]) -> list[Text]:
    """Return the lines of a canvas, in which each dot has the number of its curve, or -1."""
    wide, high = dots
    cells = canvas.reshape(len(canvas) // high, high, -1, wide).transpose(0, 2, 1, 3)
    owner = cells.max(axis=(2, 3))
    bits = ((cells >= 0) * DOTS).sum(axis=(2, 3)) if style.unicode else owner
    lines = []
    for row, codes in enumerate(bits.tolist()):
        line = Text()
        for column, code in enumerate(codes):
            curve = int(owner[row, column])
            letter = (chr(0x2800 + code) if style.unicode else LOOKS[curves[curve].name][1]) if curve >= 0 else " "
            line.append(letter, style_of(curves[curve].name, style) if curve >= 0 else "")
        lines.append(line)
    return lines


def _title(curves: Sequence[Curve], title: str, style: TextStyle) -> Text:
    line = Text.assemble((title, "bold"))
    for number, curve in enumerate(curves):
        sample = ("⠒⠒" if style.color or number else "⠂⠂") if style.unicode else LOOKS[curve.name][1]
        line.append("   ")
        line.append(sample, style_of(curve.name, style))
        line.append(f" {curve.name}{f' {short(float(curve.y[-1]))}' if curve.joined else ''}")
    return line


def _axis(left: float, right: float, columns: int, style: TextStyle, marked: Mapping[str, float]) -> list[Text]:
    """Return the axis, its ends, and a mark for each position between them."""
    corner, line, mark = ("└", "─", "┴") if style.unicode else ("+", "-", "^")
    axis, below = [line] * columns, [" "] * columns
    ends = {0: f"{left:,.4g}", columns: f"{right:,.4g}"}
    for name, x in marked.items():
        at = round((x - left) / (right - left) * (columns - 1))
        axis[at] = mark
        first = min(max(at - len(name) // 2, len(ends[0]) + 2), columns - len(ends[columns]) - 2 - len(name))
        below[first : first + len(name)] = name
    below[: len(ends[0])] = ends[0]
    below[columns - len(ends[columns]) :] = ends[columns]
    head = f"{'':{LABEL}} "
    return [Text(f"{head}{corner}{''.join(axis)}", style="dim"), Text(f"{head} {''.join(below).rstrip()}", style="dim")]
