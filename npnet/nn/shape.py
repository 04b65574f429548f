"""The shape of activations: features, at the positions of a sequence or an image."""

from dataclasses import dataclass, replace
from math import prod
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True)
class Shape:
    """Features and positions: no positions for a row of a table, (24,) for a sequence, (8, 8) for an image.

    Positions are columns of an activation: column p · batch + b is position p of sample b, positions of an image
    counted row by row. Where they are `ragged`, the last positions of a sample may not exist.
    """

    features: int
    positions: tuple[int, ...] = ()
    ragged: bool = False

    @property
    def count(self) -> int:
        """The number of positions, 1 without any."""
        return prod(self.positions)

    @property
    def values(self) -> int:
        """The number of values of one sample."""
        return self.features * self.count

    def with_features(self, features: int) -> "Shape":
        """Return the same positions with other features."""
        return replace(self, features=features)

    def text(self, times: str = " x ") -> str:
        """Return the shape as text: 16 x 8 x 8 are 16 features at 8 x 8 positions."""
        return times.join(map(str, (self.features, *self.positions)))


def by_position(values: NDArray[Any], positions: tuple[int, ...]) -> NDArray[Any]:
    """View columns by their positions: (..., features, columns) as (..., features, *positions, batch)."""
    *front, columns = values.shape
    return values.reshape(*front, *positions, columns // prod(positions), copy=False)
