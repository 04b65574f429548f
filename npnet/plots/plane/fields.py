"""The outputs of a network over the plane of two features, and the points of the data in it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npnet.plots.kinds import Material
from npnet.plots.layout import Floats

NODES = 201  # of the grid, on each axis
MOST_VALUES = 1 << 22  # that are predicted at a time
MOST_POINTS = {"train": 1000, "validation": 400, "test": 400}  # more would hide the field


@dataclass(frozen=True)
class Field:
    """The network's outputs (nodes, nodes, outputs) over x and y (nodes,), first axis up.

    Of more classes than a picture shows, `values` has those shown, and last the largest of the others.
    """

    x: Floats
    y: Floats
    values: Floats

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom and top, as imshow takes them."""
        return float(self.x[0]), float(self.x[-1]), float(self.y[0]), float(self.y[-1])


@dataclass(frozen=True)
class SplitPoints:
    """The points of a split that are drawn, spread evenly over its `rows`."""

    split: str
    X: Floats
    y: NDArray[np.int64] | Floats
    rows: int

    @property
    def label(self) -> str:
        """Name of the split, and how many of its rows are drawn where not all are."""
        return self.split if len(self.X) == self.rows else f"{self.split} ({len(self.X):,} of {self.rows:,})"


def field_of(material: Material, points: list[SplitPoints], nodes: int = NODES) -> Field:
    """Return the outputs over the plane that holds the points, at so many nodes along each axis."""
    x, y = (np.linspace(low, high, nodes) for low, high in limits(np.concatenate([one.X for one in points])))
    plane = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return Field(x, y, outputs_at(material, plane).reshape(nodes, nodes, -1))


def shown_points(material: Material) -> list[SplitPoints]:
    """Return the training and test points, or validation points where there is no test set."""
    found = []
    for split in ("train", "test" if "test" in material.points else "validation"):
        X, y = material.points.get(split, (np.empty((0, 1)), np.empty(0)))
        if len(X):
            rows = np.linspace(0, len(X) - 1, min(len(X), MOST_POINTS[split])).astype(np.int64)
            found.append(SplitPoints(split, X[rows], y[rows], len(X)))
    return found


def limits(X: Floats) -> list[tuple[float, float]]:
    """Return low and high of each column with a margin; nearly equal spans become equal."""
    low, high = X.min(axis=0), X.max(axis=0)
    half = np.where(high > low, 0.56 * (high - low), 0.5)
    if half.max() < 1.3 * half.min():
        half[:] = half.max()
    middle = (low + high) / 2
    return list(zip((middle - half).tolist(), (middle + half).tolist(), strict=True))


def outputs_at(material: Material, X: Floats) -> Floats:
    """Return the outputs that a picture shows, (rows, outputs), predicted in blocks."""
    if material.predict is None:
        raise ValueError("the material cannot predict")
    size, blocks = max(1, MOST_VALUES // max(len(material.classes), 1)), []
    for start in range(0, len(X), size):
        outputs = material.predict(X[start : start + size])
        if material.few:
            others = np.delete(outputs, material.shown, axis=1).max(axis=1, keepdims=True)
            outputs = np.concatenate([outputs[:, material.shown], others], axis=1)
        blocks.append(outputs)
    return np.concatenate(blocks)
