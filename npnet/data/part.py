"""The rows of a part of the data: as they were read, as the network takes them, and their targets."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.datasets import has_target, known_targets


@dataclass(frozen=True, eq=False)
class Part:
    """The rows of a part: `frame` as they were read, and y as in the Dataset, never scaled.

    `with_ones` (n, inputs + 1) are the prepared rows as the engine takes them, with a one at the end of each. With
    `steps` each position of a row has a target, y is (n, positions). `position` numbers the positions of rows that
    `each_target` made.
    """

    frame: Frame
    with_ones: NDArray[Any]
    y: NDArray[Any]
    weight: NDArray[np.float64] | None = None
    steps: bool = False
    position: NDArray[np.int64] | None = None

    def take(self, rows: NDArray[np.int64]) -> "Part":
        """Return the part at positions of its rows."""
        weight = None if self.weight is None else self.weight[rows]
        position = None if self.position is None else self.position[rows]
        return Part(self.frame.take(rows), self.with_ones[rows], self.y[rows], weight, self.steps, position)

    @cached_property
    def each_target(self) -> "Part":
        """The part with a row for each target: where positions have targets, each position that exists, without inputs.

        Scores, and everything else about predictions, are of these rows.
        """
        if not self.steps:
            return self
        rows, place = np.nonzero(has_target(self.y))
        weight = None if self.weight is None else self.weight[rows]
        return Part(self.frame.take(rows), np.ones((len(rows), 1)), known_targets(self.y), weight, position=place + 1)

    def of_targets(self, outputs: NDArray[Any]) -> NDArray[Any]:
        """Return the outputs (..., outputs, n · positions) of rows with targets, those that exist."""
        known = has_target(self.y) if self.steps else np.ones(1, bool)
        return outputs if known.all() else outputs[..., np.flatnonzero(known)]

    @property
    def every_y(self) -> NDArray[Any]:
        """The targets of every row and position, (n · positions,) codes or (n · positions, 1) values, where they exist.

        Others are those of some other position: they have no weight.
        """
        if not self.steps:
            return self.y
        known = has_target(self.y)
        filled = np.where(known, self.y, self.y[known][0]).reshape(-1)
        return filled[:, np.newaxis] if filled.dtype.kind == "f" else filled

    @property
    def X(self) -> NDArray[Any]:  # noqa: N802 - the mathematics
        """The inputs, (n, inputs), a view."""
        return self.with_ones[:, :-1]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The numbers of the rows in their source, from 1."""
        return self.frame.rows

    @property
    def raw(self) -> NDArray[Any]:
        """The features in units of the data, (n, features), categories as codes."""
        return self.frame.matrix
