"""Where things stand on a sheet, in inches: automatic layouts cost more than the drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from npnet.plots.style import GREY, Look, plain

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Labels = list[tuple[str, "Artist"]]  # the entries of a legend


@dataclass(frozen=True)
class Box:
    """A rectangle of a figure, in inches from its lower left corner."""

    figure: "Figure"
    left: float
    bottom: float
    width: float
    height: float

    def axes(self, left: float = 0.75, right: float = 0.2, bottom: float = 0.5, top: float = 0.25) -> "Axes":
        """Axes that leave these margins, for ticks and labels."""
        return self.inner(left, right, bottom, top).bare()

    def inner(self, left: float, right: float, bottom: float, top: float) -> "Box":
        """The box within these margins."""
        width, height = self.width - left - right, self.height - bottom - top
        return Box(self.figure, self.left + left, self.bottom + bottom, width, height)

    def bare(self) -> "Axes":
        """Axes that fill the box."""
        wide, high = self.figure.get_size_inches()
        return self.figure.add_axes((self.left / wide, self.bottom / high, self.width / wide, self.height / high))

    def square(self, left: float = 0.8, bottom: float = 0.55, right: float = 1.6) -> "Box":
        """The largest square at the upper left within these margins; legends stand at its right."""
        side = min(self.height - bottom - 0.1, self.width - left - right)
        return self.inner(left, self.width - left - side, self.height - 0.1 - side, 0.1)

    def grid(self, count: int, columns: int) -> list["Box"]:
        """That many equal boxes, row by row from the top."""
        rows = ceil(count / columns)
        width, height = self.width / columns, self.height / rows
        places = [(index // columns, index % columns) for index in range(count)]
        top = self.bottom + self.height
        return [Box(self.figure, self.left + c * width, top - (r + 1) * height, width, height) for r, c in places]

    def write(self, text: str, x: float, y: float, **look: Any) -> None:
        """Put text at x inches from the left and y inches from the top of the box."""
        wide, high = self.figure.get_size_inches()
        self.figure.text((self.left + x) / wide, (self.bottom + self.height - y) / high, text, **look)


class Titled(Protocol):
    """What stands below the heading of a sheet."""

    @property
    def title(self) -> str:
        """The name of what is shown."""

    @property
    def subtitle(self) -> str:
        """Which one it is."""


def sheet(material: Titled, heading: str, width: float = 6.4, height: float = 4.4) -> Box:
    """A new figure with its heading, title and subtitle; the rest of the page as a box."""
    return page(heading, (material.title, material.subtitle), width, height)


def page(heading: str, notes: Sequence[str], width: float, height: float) -> Box:
    """A new figure with its heading and the notes below it; the rest as a box."""
    from matplotlib.figure import Figure

    whole = Box(Figure(figsize=(width, height)), 0, 0, width, height)
    whole.write(heading, 0.2, 0.32, fontsize=12, fontweight="bold")
    names = [plain(note, int(width * 6.5)) for note in notes if note]
    whole.write("  ·  ".join(names), 0.2, 0.54, fontsize=8.5, color=GREY)
    return whole.inner(0, 0, 0, 0.62)


def legend(axes: "Axes", labels: Labels, title: str | None = None) -> None:
    """What is drawn beside its label, in the column to the right of the axes."""
    place: Look = {"loc": "upper left", "bbox_to_anchor": (1.05, 1), "alignment": "left", "title": title}
    axes.legend([artist for _, artist in labels], [label for label, _ in labels], **place)


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Heights moved as little as needed to be `gap` apart, in the same order.

    >>> spread([0.5, 0.5], 0.25)
    [0.375, 0.625]
    """
    order = np.argsort(heights, kind="stable")
    wanted, steps = np.asarray(heights)[order], gap * np.arange(len(heights))
    apart = np.maximum.accumulate(wanted - steps) + steps
    apart -= (apart - wanted).mean()
    return [float(apart[rank]) for rank in np.argsort(order)]
