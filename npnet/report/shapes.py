"""Paths of SVG: through points, and around markers."""

from unicodedata import east_asian_width

import numpy as np

from npnet.plots.layout import Floats
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
    """Return the path through points (points, 2); with steps, each height lasts until the next point."""
    found = []
    for index, (x, y) in enumerate(where.tolist()):
        if index and steps:
            found.append(f"H{spot(x)}V{spot(y)}")
        else:
            found.append(f"{'L' if index else 'M'}{spot(x)} {spot(y)}")
    return "".join(found)


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
