"""The shape of activations: features, at the positions of a sequence or an image."""

from dataclasses import dataclass, replace
from math import prod


@dataclass(frozen=True)
class Shape:
    """Features and positions: no positions for a row of a table, (24,) for a sequence, (8, 8) for an image.

    Positions are columns of an activation: column p · batch + b is position p of sample b, positions of an image
    counted row by row.
    """

    features: int
    positions: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """The number of positions, 1 without any."""
        return prod(self.positions)

    def with_features(self, features: int) -> "Shape":
        """Return the same positions with other features."""
        return replace(self, features=features)

    def text(self, times: str = " x ") -> str:
        """Return the shape as text: 16 x 8 x 8 are 16 features at 8 x 8 positions."""
        return times.join(map(str, (self.features, *self.positions)))
