"""Upsampling: every position several times."""

from itertools import product
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from npnet.nn.layer import Activations, Array, Layer, Memory, layers, require_positions
from npnet.nn.shape import Shape, by_position


@layers.add("upsample")
class Upsample(Layer):
    """Repeats each position: an image becomes `factor` times as high and wide.

    y at p = x at ⌊p / factor⌋;  dx = Σ dy over the copies.
    PyTorch: the same as Upsample(scale_factor=factor, mode="nearest").
    """

    reads_output = False
    takes_ragged = False
    needs_positions: ClassVar[bool] = True

    factor: int = Field(2, ge=1, le=100, description="How often each position is repeated, along each axis.")

    def shape(self, inputs: Shape) -> Shape:
        """Return the features at `factor` times the positions."""
        require_positions(self, inputs)
        return Shape(inputs.features, tuple(size * self.factor for size in inputs.positions))

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write x into each of its copies."""
        for copy in self._copies(y.values, x.positions):
            np.copyto(copy, x.by_position)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write the sum of the gradients of the copies."""
        target = by_position(dx, x.positions)
        for number, copy in enumerate(self._copies(dy, x.positions)):
            if number:
                np.add(target, copy, out=target)
            else:
                np.copyto(target, copy)

    def _copies(self, values: Array, positions: tuple[int, ...]) -> list[Array]:
        """View every factor-th position of the output, for each start."""
        each = by_position(values, tuple(size * self.factor for size in positions))
        starts = product((slice(start, None, self.factor) for start in range(self.factor)), repeat=len(positions))
        indices: list[Any] = [(..., *along, slice(None)) for along in starts]
        return [each[index] for index in indices]
