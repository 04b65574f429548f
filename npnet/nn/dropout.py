"""Dropout: units left out at random while training."""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from npnet.nn.layer import Activations, Array, Layer, Memory, Shape, layers


@layers.add("dropout")
class Dropout(Layer):
    """Leaves out a share of the values at random while training, and none at prediction.

    y = x · mask / (1 - rate),  mask ~ Bernoulli(1 - rate);  dx = dy · mask / (1 - rate).
    Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting.
    PyTorch: the same, with rate called p.
    """

    draws: ClassVar[bool] = True
    reads_output: ClassVar[bool] = False

    rate: float = Field(0.5, ge=0, lt=1, description="Share of the values that is left out.")

    def scratch(self, inputs: int, batch: int) -> dict[str, tuple[Shape, type | None]]:
        """The drawn numbers, what they keep, and the factor of each value."""
        size = (inputs, batch)
        return {"drawn": (size, None), "kept": (size, bool), "mask": (size, None)}

    def constants(self, inputs: int, batch: int) -> dict[str, Any]:
        """The factor of what is kept."""
        return {"factor": 1.0 / (1.0 - self.rate), "rate": self.rate}

    def draw(self, m: Memory) -> None:
        """Draw the mask of this step, each model from its own stream."""
        for drawn, stream in zip(m.drawn, m.streams, strict=True):
            stream.random(out=drawn, dtype=drawn.dtype)
        np.greater_equal(m.drawn, m.rate, out=m.kept)
        np.copyto(m.mask, m.kept)
        np.multiply(m.mask, m.factor, out=m.mask)

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = x · mask."""
        np.multiply(x.values, m.mask, out=y.values)

    def infer(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = x: nothing is left out at prediction."""
        np.copyto(y.values, x.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy · mask."""
        np.multiply(dy, m.mask, out=dx)
