"""Charts as SVG: two axes with ticks, and marks between them, all coloured by the classes of style.css."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from npnet.plots.layout import Floats, plain
from npnet.plots.sweeps import SCORE_DECADES, AxisScale, spans
from npnet.report.elements import Child, Markup, element, joined, number
from npnet.report.shapes import letters, outline, path, simplified, spot, spots, thinned

WIDTH, HEIGHT = 460, 300
LETTER = 7.4  # units that a letter of a tick needs, also where phones show it larger
CLOSE = 0.12  # units that a line may miss a point by
FEW, MANY = 60, 800  # points: fewer are drawn larger, more smaller


@dataclass(frozen=True)
class Axis:
    """A quantity along a side of a chart: its scale, its label, and whether its ticks are drawn."""

    scale: AxisScale
    label: str = ""
    shown: bool = True
    counts: bool = False  # whole numbers

    @classmethod
    def of(
        cls, values: Floats | Sequence[float], label: str = "", margin: float = 0.04, log: bool | None = None
    ) -> "Axis":
        """Return the axis that holds values; logarithmic, unless `log` decides, where they span two decades."""
        found = np.asarray(values, float)
        found = found[np.isfinite(found)]
        log = spans(found, SCORE_DECADES) if log is None else log
        ends = AxisScale(found, log=log).limits_with_margin(margin)
        return cls(AxisScale(np.array(ends), log=log, listed=False), f"{label} (log scale)" if log else label)

    @classmethod
    def whole(cls, values: Floats, label: str = "", margin: float = 0.02) -> "Axis":
        """Return the linear axis that holds whole numbers, such as epochs."""
        return replace(cls.of(values, label, margin, log=False), counts=True)

    @classmethod
    def between(cls, low: float, high: float, label: str = "", shown: bool = True) -> "Axis":
        """Return a linear axis from one end to the other."""
        return cls(AxisScale(np.array([low, high]), listed=False), label, shown)

    @classmethod
    def named(cls, names: Sequence[str], label: str = "") -> "Axis":
        """Return an axis with a name at 0, 1, 2, ..."""
        return cls(AxisScale(np.arange(len(names), dtype=float), tuple(names)), label)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Values that are marked, with their texts."""
        found = self.scale.ticks(5) if self.shown else []
        return [(value, name) for value, name in found if value == round(value)] if self.counts else found


class Chart:
    """A chart in the making: marks are added in the order in which they are drawn."""

    def __init__(
        self, x: Axis, y: Axis, width: float = WIDTH, height: float = HEIGHT, square: bool = False, right: float = 14
    ) -> None:
        self.x, self.y, self.width = x, y, width
        widest = max((letters(label) for _, label in y.ticks), default=0)
        self.left = 10 + LETTER * widest + (22 if y.label else 0)
        self.right, self.top = width - right, 14.0
        if square:
            height = self.right - self.left + self.top + (46 if x.label else 28)
        self.height = height
        self.bottom = height - (46 if x.label else 28 if x.shown else 8)
        self.marks: list[Markup] = []

    def at(self, x: Floats | Sequence[float], y: Floats | Sequence[float]) -> Floats:
        """Return the positions of points, (points, 2)."""
        with np.errstate(all="ignore"):
            across, up = self.x.scale.share(np.asarray(x, float)), self.y.scale.share(np.asarray(y, float))
        return np.column_stack(
            [self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top)]
        )

    def add(self, tag: str, *children: Child, **attributes: str | float | None) -> None:
        """Add an element at positions that `at` gave."""
        self.marks.append(element(tag, *children, **attributes))

    def line(self, x: Floats, y: Floats, look: str, steps: bool = False) -> None:
        """Draw a line through points; of very many, enough to show every peak."""
        where = self.at(x, y)
        where = thinned(where[np.isfinite(where).all(axis=1)])
        self.add("path", d=path(where if steps else simplified(where, CLOSE), steps), class_=f"line {look}")

    def band(self, x: Floats, low: Floats, high: Floats, look: str) -> None:
        """Fill the space between two lines."""
        ring = np.concatenate([self.at(x, low), self.at(x, high)[::-1]])
        self.add("path", d=path(ring[np.isfinite(ring).all(axis=1)]) + "Z", class_=f"band {look}")

    def dots(self, x: Floats, y: Floats, look: str) -> None:
        """Draw points as round dots, smaller where there are many."""
        where = self.at(x, y)
        size = " few" if len(where) <= FEW else " many" if len(where) > MANY else ""
        self.add("path", d=spots(where), class_=f"dots{size} {look}")

    def markers(self, x: Floats, y: Floats, shape: int, look: str, size: float = 4.2) -> None:
        """Draw points with one of four shapes."""
        self.add("path", d="".join(outline(shape, a, b, size) for a, b in self.at(x, y)), class_=f"marker {look}")

    def bar(self, x0: float, x1: float, y0: float, y1: float, look: str) -> None:
        """Draw a bar between two values on each axis."""
        (left, low), (right, high) = self.at([x0, x1], [y0, y1])
        size = {"width": abs(right - left), "height": abs(low - high)}
        self.add("rect", x=min(left, right), y=min(low, high), **size, class_=f"bar {look}", rx=1.5)

    def bars(self, boxes: Sequence[tuple[float, float, float, float]], look: str) -> None:
        """Draw many bars of one look as one path; each is from x0 to x1 and from y0 to y1."""
        ends = np.array(boxes, np.float64).reshape(-1, 4)
        corners = np.concatenate([self.at(ends[:, 0], ends[:, 2]), self.at(ends[:, 1], ends[:, 3])], axis=1)
        found = [f"M{spot(a)} {spot(b)}V{spot(d)}H{spot(c)}V{spot(b)}Z" for a, b, c, d in corners.tolist()]
        self.add("path", d="".join(found), class_=f"bar {look}")

    def rule(self, look: str, x: float | None = None, y: float | None = None, note: str = "") -> None:
        """Draw a line across the chart at a value of one axis, with a note at its end."""
        if x is not None:
            across = float(self.at([x], [self.y.scale.limits[0]])[0, 0])
            self.add("path", d=f"M{spot(across)} {spot(self.top)}V{spot(self.bottom)}", class_=look)
            anchor = "start" if across < self.left + 60 else "end" if across > self.right - 60 else "middle"
            self.words(note, across, self.top - 4, anchor, "small muted")
        if y is not None:
            up = float(self.at([self.x.scale.limits[0]], [y])[0, 1])
            self.add("path", d=f"M{spot(self.left)} {spot(up)}H{spot(self.right)}", class_=look)
            self.words(note, self.right, up - 4, "end", "small muted")

    def diagonal(self, low: float = 0.0, high: float = 1.0) -> None:
        """Draw the line on which both axes agree."""
        self.add("path", d=path(self.at([low, high], [low, high])), class_="chance")

    def words(self, words: str, x: float, y: float, anchor: str = "start", look: str = "") -> None:
        """Write text at a position."""
        if words:
            self.add("text", words, x=x, y=y, text_anchor=None if anchor == "start" else anchor, class_=look or None)

    def svg(self, title: str, description: str, id: str) -> Markup:  # noqa: A002 - the attribute
        """Return the chart; the title and the description are read out in place of it."""
        return figure_svg(joined(self._axes(), *self.marks), self.width, self.height, title, description, id)

    def _axes(self) -> Markup:
        lines, labels = [], []
        most = max(
            2, int((self.right - self.left) / (LETTER * 1.2 * max([letters(t) for _, t in self.x.ticks] or [1])))
        )
        ticks = self.x.ticks[:: max(1, -(-len(self.x.ticks) // most))]
        for value, name in ticks:
            across = float(self.at([value], [self.y.scale.limits[0]])[0, 0])
            labels.append(element("text", name, x=across, y=self.bottom + 17, text_anchor="middle", class_="tick"))
            if not self.x.scale.names:
                lines.append(f"M{spot(across)} {spot(self.top)}V{spot(self.bottom)}")
        for value, name in self.y.ticks:
            up = float(self.at([self.x.scale.limits[0]], [value])[0, 1])
            labels.append(element("text", name, x=self.left - 7, y=up + 4, text_anchor="end", class_="tick"))
            if not self.y.scale.names:
                lines.append(f"M{spot(self.left)} {spot(up)}H{spot(self.right)}")
        if self.x.label:
            place = {"x": (self.left + self.right) / 2, "y": self.height - 7}
            labels.append(element("text", plain(self.x.label, 48), **place, text_anchor="middle", class_="label"))
        if self.y.label:
            turn = f"translate(13 {spot((self.top + self.bottom) / 2)}) rotate(-90)"
            labels.append(
                element("text", plain(self.y.label, 34), transform=turn, text_anchor="middle", class_="label")
            )
        frame = f"M{spot(self.left)} {spot(self.bottom)}H{spot(self.right)}"
        return joined(
            element("path", d="".join(lines), class_="gridline"), element("path", d=frame, class_="axis"), *labels
        )


def figure_svg(content: Markup, width: float, height: float, title: str, description: str, id: str) -> Markup:  # noqa: A002
    """Return a drawing with the title and the description that are read out in place of it."""
    return element(
        "svg",
        element("title", title, id=f"{id}-t"),
        element("desc", description, id=f"{id}-d"),
        content,
        viewBox=f"0 0 {number(width)} {number(height)}",
        class_="chart",
        role="img",
        aria_labelledby=f"{id}-t {id}-d",
    )


def swatch(look: str, shape: int | None = None, line: bool = True) -> Markup:
    """Return the sample of a line, or of a marker, for a legend."""
    if "block" in look:
        return element(
            "svg",
            element("rect", x=6, width=14, height=12, rx=2, class_=f"bar {look}"),
            viewBox="0 0 26 12",
            class_="swatch",
            aria_hidden="true",
        )
    marks = [element("path", d="M1 6H25", class_=f"line {look}")] if line else []
    if shape is not None:
        marks.append(element("path", d=outline(shape, 13, 6, 4.2), class_=f"marker {look}"))
    return element("svg", *marks, viewBox="0 0 26 12", class_="swatch", aria_hidden="true")
