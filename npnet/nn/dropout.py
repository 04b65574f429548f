"""Dropout: values set to 0 at random during training."""

from typing import Any

import numpy as np
from pydantic import Field

from npnet.nn.layer import Activations, Array, Layer, Memory, layers
from npnet.nn.shape import Shape


@layers.add("dropout")
class Dropout(Layer):
    """Sets a random share of the values to 0 during training, and none at prediction.

    y = x · mask / (1 - rate),  mask ~ Bernoulli(1 - rate);  dx = dy · mask / (1 - rate).
    Srivastava et al. (2014), Dropout: a simple way to prevent neural networks from overfitting.
    PyTorch: the same, with rate called p.
    """

    buffers = ("drawn", "mask")
    masks = ("kept",)
    reads_output = False

    rate: float = Field(0.5, ge=0, lt=1, description="Share of the values set to 0.")

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return the factor of the values that remain."""
        return {"factor": 1.0 / (1.0 - self.rate)}

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
        """Write y = x: no value is dropped at prediction."""
        np.copyto(y.values, x.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy · mask."""
        np.multiply(dy, m.mask, out=dx)
