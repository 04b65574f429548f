"""Positions on a page in inches (automatic layouts are slow), and texts of limited length."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING, Any, TypeAlias
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from npnet.plots.style import GREY, Look, styled
from npnet.text import escaped

if TYPE_CHECKING:
    import matplotlib.artist
    import matplotlib.axes
    import matplotlib.colors
    import matplotlib.figure

Artist: TypeAlias = "matplotlib.artist.Artist"
Axes: TypeAlias = "matplotlib.axes.Axes"
Colormap: TypeAlias = "matplotlib.colors.Colormap"
Figure: TypeAlias = "matplotlib.figure.Figure"
NOTEBOOK_DPI = 110  # dots per inch: the picture is kept in the file of the notebook
Labels = list[tuple[str, Artist]]  # the entries of a legend
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def plain(text: str, limit: int = 60) -> str:
    """Return a name fit to be drawn: unprintable letters escaped, the middle of a long one cut, blanks in quotes.

    >>> plain("a\\tb"), plain("a very long name of a class", 16), plain(" ")
    ('a\\\\tb', 'a very lon…class', '" "')
    """
    whole = escaped(text) if text.strip() or not text else f'"{text}"'
    if len(fitting(whole, limit)) == len(whole):
        return whole
    tail = fitting(whole[::-1], limit // 3)[::-1]
    return f"{fitting(whole, limit - limit // 3 - 1)}…{tail}"


def fitting(text: str, room: int) -> str:
    """Return the beginning of a text that fits; a wide letter (日) counts as two."""
    ends = list(accumulate(2 if east_asian_width(letter) in "WF" else 1 for letter in text))
    return text[: bisect_right(ends, room)]


def short(value: float | None) -> str:
    """Return a number with four decimals, or with four digits where it is large or tiny."""
    if value is None or not np.isfinite(value):
        return "–"
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e3 else tidy(f"{value:.4g}")


def tidy(number: str) -> str:
    """Return a number without the zeros of its exponent: 1e-05 as 1e-5."""
    return number.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


@dataclass(frozen=True)
class Box:
    """A rectangle of a figure, in inches from its lower left corner."""

    figure: Figure
    left: float
    bottom: float
    width: float
    height: float

    def axes(self, left: float = 0.75, right: float = 0.2, bottom: float = 0.5, top: float = 0.25) -> Axes:
        """Return axes within these margins, which hold ticks and labels."""
        return self.inner(left, right, bottom, top).bare()

    def inner(self, left: float, right: float, bottom: float, top: float) -> "Box":
        """Return the box within these margins."""
        width, height = self.width - left - right, self.height - bottom - top
        return Box(self.figure, self.left + left, self.bottom + bottom, width, height)

    def bare(self) -> Axes:
        """Return axes that fill the box."""
        wide, high = self.figure.get_size_inches()
        return self.figure.add_axes((self.left / wide, self.bottom / high, self.width / wide, self.height / high))

    def square(self, left: float = 0.8, bottom: float = 0.55, right: float = 1.6) -> "Box":
        """Return the largest square at the upper left within these margins."""
        side = min(self.height - bottom - 0.1, self.width - left - right)
        return self.inner(left, self.width - left - side, self.height - 0.1 - side, 0.1)

    def grid(self, count: int, columns: int) -> list["Box"]:
        """Return equal boxes, row by row from the top."""
        rows = ceil(count / columns)
        width, height = self.width / columns, self.height / rows
        places = [(index // columns, index % columns) for index in range(count)]
        top = self.bottom + self.height
        return [Box(self.figure, self.left + c * width, top - (r + 1) * height, width, height) for r, c in places]

    def write(self, text: str, x: float, y: float, **look: Any) -> None:
        """Write text at x inches from the left and y inches from the top of the box."""
        wide, high = self.figure.get_size_inches()
        self.figure.text((self.left + x) / wide, (self.bottom + self.height - y) / high, text, **look)

    def note(self, text: str, x: float = 0.2, **look: Any) -> None:
        """Write a small grey line at the bottom of the box, x inches from the left."""
        self.write(text, x, self.height - 0.14, **({"fontsize": 8.5, "color": GREY} | look))


@cache
def figure_type() -> "type[Figure]":
    """Return matplotlib's Figure, which as the value of a notebook's cell shows itself, also without pyplot."""
    import matplotlib.figure

    class ShownFigure(matplotlib.figure.Figure):
        """A figure that a notebook shows as a PNG."""

        def _repr_png_(self) -> bytes:
            buffer = BytesIO()
            with styled():
                self.savefig(buffer, format="png", dpi=NOTEBOOK_DPI)
            return buffer.getvalue()

    return ShownFigure


def page(heading: str, notes: Sequence[str], width: float, height: float) -> Box:
    """Return the free box of a new figure with a heading and notes below it."""
    whole = Box(figure_type()(figsize=(width, height)), 0, 0, width, height)
    whole.write(heading, 0.2, 0.32, fontsize=12, fontweight="bold")
    names = [plain(note, int(width * 6.5)) for note in notes if note]
    whole.write("  ·  ".join(names), 0.2, 0.54, fontsize=8.5, color=GREY)
    return whole.inner(0, 0, 0, 0.62)


def legend(axes: Axes, labels: Labels, title: str | None = None) -> None:
    """Draw a legend to the right of the axes."""
    place: Look = {"loc": "upper left", "bbox_to_anchor": (1.05, 1), "alignment": "left", "title": title}
    axes.legend([artist for _, artist in labels], [label for label, _ in labels], **place)


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Move heights as little as needed to be `gap` apart, in the same order.

    >>> spread([0.5, 0.5], 0.25)
    [0.375, 0.625]
    """
    order = np.argsort(heights, kind="stable")
    wanted, steps = np.asarray(heights)[order], gap * np.arange(len(heights))
    apart = np.maximum.accumulate(wanted - steps) + steps
    apart -= (apart - wanted).mean()
    return [float(apart[rank]) for rank in np.argsort(order)]
