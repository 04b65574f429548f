"""The plane of two features: what the network says at each node of a grid, and the points."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from npnet.plots.kinds import Numbers
from npnet.plots.layout import Labels
from npnet.plots.material import Floats, Material
from npnet.plots.style import GREY, Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NODES = 201  # of the grid, on each axis
VALUES = 1 << 22  # that are predicted at a time
KEPT = 4  # every fourth node goes into the CSV: 2,601 rows tell the same as 40,401
MOST = {"train": 1000, "validation": 400, "test": 400}  # points drawn; more would hide the field


@dataclass(frozen=True)
class Field:
    """The network's outputs (nodes, nodes, outputs) over x and y (nodes,), first axis up.

    Of more classes than a picture shows the outputs are theirs, and last the largest of the others.
    """

    x: Floats
    y: Floats
    values: Floats

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top, as imshow takes them."""
        return float(self.x[0]), float(self.x[-1]), float(self.y[0]), float(self.y[-1])


@dataclass(frozen=True)
class Shown:
    """The points of one part that are drawn: rows spread evenly over all of them."""

    part: str
    X: Floats
    y: NDArray[np.int64] | Floats
    rows: int

    @property
    def label(self) -> str:
        """The part, and how many of its rows are drawn where that is not all."""
        return self.part if len(self.X) == self.rows else f"{self.part} ({len(self.X):,} of {self.rows:,})"


def shown(material: Material) -> list[Shown]:
    """Train and test points (validation points where there is no test part)."""
    parts = ["train", "test" if "test" in material.points else "validation"]
    found = []
    for part in parts:
        X, y = material.points.get(part, (np.empty((0, 1)), np.empty(0)))
        picked = np.linspace(0, len(X) - 1, min(len(X), MOST[part])).astype(np.int64)
        if len(X):
            found.append(Shown(part, X[picked], y[picked], len(X)))
    return found


def field(material: Material) -> Field:
    """The network's outputs over the plane that its points cover, many nodes at a time."""
    spans = limits(np.concatenate([points.X for points in shown(material)]))
    x, y = (np.linspace(low, high, NODES) for low, high in spans)
    assert material.predict is not None
    nodes = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    size = max(1, VALUES // max(len(material.classes), 1))
    each = [kept(material, material.predict(nodes[start : start + size])) for start in range(0, len(nodes), size)]
    return Field(x, y, np.concatenate(each).reshape(NODES, NODES, -1))


def kept(material: Material, outputs: Floats) -> Floats:
    """The outputs that a picture shows, (nodes, outputs)."""
    if not material.few:
        return outputs
    others = np.delete(outputs, material.shown, axis=1).max(axis=1, keepdims=True)
    return np.concatenate([outputs[:, material.shown], others], axis=1)


def limits(X: Floats) -> list[tuple[float, float]]:
    """Low and high of each column with a margin; nearly equal spans become equal."""
    low, high = X.min(axis=0), X.max(axis=0)
    half = np.where(high > low, 0.56 * (high - low), 0.5)
    if half.max() < 1.3 * half.min():
        half[:] = half.max()
    middle = (low + high) / 2
    return list(zip((middle - half).tolist(), (middle + half).tolist(), strict=True))


def marks(points: list[Shown]) -> Iterator[tuple[Shown, Look]]:
    """Each part with its look: train filled, the other one hollow; smaller where they are many."""
    most = max((len(part.X) for part in points), default=1)
    size = float(np.clip(7.4 - 1.8 * np.log10(most / 20), 3, 6.5))
    for part in points:
        filled = part.part == "train"
        rim: Look = {"markeredgecolor": "white", "markeredgewidth": 0.35}
        hollow: Look = {"markerfacecolor": "white", "markeredgewidth": 1.1}
        yield part, {"linestyle": "", "markersize": size if filled else size + 0.4} | (rim if filled else hollow)


def part_labels(axes: "Axes", points: list[Shown]) -> Labels:
    """Entries of a legend that say which points are of which part."""
    hollow: Look = {"markerfacecolor": "white", "markeredgecolor": GREY, "markeredgewidth": 1.1}
    looks: list[Look] = [{"color": GREY} if part.part == "train" else hollow for part in points]
    drawn = [axes.plot([], [], "o", markersize=6, **look)[0] for look in looks]
    return [(part.label, mark) for part, mark in zip(points, drawn, strict=True)]


def columns(material: Material, area: Field, names: list[str], points: list[Shown]) -> Numbers:
    """The field at every fourth node, below it the points that are drawn with their targets."""
    x, y = (grid[::KEPT, ::KEPT].ravel() for grid in np.meshgrid(area.x, area.y))
    values = area.values[::KEPT, ::KEPT].reshape(len(x), -1)
    X = np.concatenate([np.stack([x, y], axis=1), *(part.X for part in points)])
    drawn = len(X) - len(x)
    targets = np.concatenate([part.y.ravel() for part in points])
    if material.classes:
        targets = np.array(material.classes)[targets]
    blank = np.full((drawn, values.shape[1]), np.nan)
    found: dict[str, NDArray[np.generic]] = {
        "part": np.concatenate([["field"] * len(x), *([part.part] * len(part.X) for part in points)]),
        f"x: {material.features[0]}": X[:, 0],
        f"y: {material.features[1]}": X[:, 1],
        "target": np.concatenate([np.full(len(x), "", dtype=object), targets.astype(object)]),
    }
    return found | dict(zip(names, np.concatenate([values, blank]).T, strict=True))
