"""Paths of SVG: through points, and around markers."""

from collections.abc import Iterator
from unicodedata import east_asian_width

import numpy as np

from npnet.plots.layout import Floats, Ints
from npnet.report.elements import number

MOST_POINTS = 400  # of a line
SHAPES = (
    (),  # a circle has no corners
    ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    ((0, -1.15), (1.05, 0.75), (-1.05, 0.75)),
    ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
)
"""The corners of a circle, a square, a triangle and a diamond."""


def path(where: Floats, steps: bool = False) -> str:
    """Return the path through points (points, 2); with steps, each height lasts until the next point.

    >>> path(np.array([[1.0, 2.0], [1.5, 1.0], [3.0, 1.0]])), path(np.array([[1.0, 2.0], [1.5, 1.0]]), steps=True)
    ('M1 2l.5-1 1.5 0', 'M1 2h.5v-1')
    """
    tenths = _tenths(where)
    if not len(tenths):
        return ""
    moves = np.diff(tenths, axis=0).tolist()
    head = f"M{_pair(*tenths[0].tolist())}"
    if steps:
        return head + "".join(f"h{_tenth(x)}v{_tenth(y)}" for x, y in moves)
    pairs = [_pair(x, y) for x, y in moves if x or y]
    return head + ("l" + "".join(_apart(pairs)) if pairs else "")


def spots(where: Floats) -> str:
    """Return the path of a dot at each of the points (points, 2)."""
    tenths = _tenths(where[np.isfinite(where).all(axis=1)])
    moves = np.diff(tenths, axis=0, prepend=np.zeros((1, 2), np.int64)).tolist()
    return "".join(f"m{_pair(x, y)}h0" for x, y in moves)


def _tenths(where: Floats) -> Ints:
    return np.rint(np.asarray(where, np.float64) * 10).astype(np.int64)


def _pair(x: int, y: int) -> str:
    return "".join(_apart([_tenth(x), _tenth(y)]))


def _apart(numbers: list[str]) -> Iterator[str]:
    """Yield numbers with a space between two where the second has no sign of its own."""
    for index, one in enumerate(numbers):
        yield f" {one}" if index and not one.startswith("-") else one


def _tenth(value: int) -> str:
    """Return tenths as a decimal without a needless zero: 15 as 1.5, -3 as -.3."""
    whole, part = divmod(abs(value), 10)
    digits = f"{whole or ('' if part else '0')}{f'.{part}' if part else ''}"
    return f"-{digits}" if value < 0 else digits


def thinned(where: Floats) -> Floats:
    """Return points of a line, of very many the first, lowest, highest and last of each stretch."""
    if len(where) <= MOST_POINTS:
        return where
    kept: list[int] = []
    for stretch in np.array_split(np.arange(len(where)), MOST_POINTS // 4):
        heights = where[stretch, 1]
        ends = {int(stretch[0]), int(stretch[-1])}
        kept += sorted(ends | {int(stretch[heights.argmin()]), int(stretch[heights.argmax()])})
    return where[kept]


def simplified(where: Floats, tolerance: float = 0.25) -> Floats:
    """Return the corners of a line (points, 2): every point left out is at most this far from it.

    Douglas and Peucker (1973).
    """
    if len(where) < 3:
        return where
    kept = np.zeros(len(where), bool)
    kept[[0, -1]] = True
    stretches = [(0, len(where) - 1)]
    while stretches:
        first, last = stretches.pop()
        if last - first < 2:
            continue
        along, between = where[last] - where[first], where[first + 1 : last] - where[first]
        length = float(np.hypot(*along))
        if length > 0:
            far = np.abs(along[0] * between[:, 1] - along[1] * between[:, 0]) / length
        else:  # a ring
            far = np.hypot(*between.T)
        middle = first + 1 + int(far.argmax())
        if far.max() > tolerance:
            kept[middle] = True
            stretches += [(first, middle), (middle, last)]
    return where[kept]


def outline(shape: int, x: float, y: float, size: float) -> str:
    """Return the path of a marker around a point."""
    corners = SHAPES[shape % len(SHAPES)]
    if corners:
        return path(np.array([(x + size * a, y + size * b) for a, b in corners])) + "Z"
    half = f"a{spot(size)} {spot(size)} 0 1 0 {{}} 0"
    return f"M{spot(x - size)} {spot(y)}{half.format(spot(2 * size))}{half.format(spot(-2 * size))}Z"


def spot(value: float) -> str:
    """Return a position with one decimal."""
    return number(round(value, 1))


def letters(words: str) -> int:
    """Return the width of a text in letters; wide ones count twice."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in words)
