"""Snake, a layer as a plugin: `npnet train circles.yaml --plugin snake.py layers.1=snake`; see docs/plugins.md."""

import numpy as np

from npnet.nn.initializers import Ones
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, layers
from npnet.nn.shape import Shape


@layers.add("snake")
class Snake(Layer):
    """A line with ripples, whose frequency is learned for each feature.

    y = x + sin²(a x) / a,  dx = dy (1 + sin(2 a x)),  da = Σ dy (x sin(2 a x) - sin²(a x) / a) / a.
    Ziyin, Hartwig and Ueda (2020).
    """

    reads_output = False
    buffers = ("sine", "double", "work")

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return a frequency a for each feature, which starts at 1."""
        return {"a": Parameter((inputs.features, 1), (Piece("frequency", np.s_[..., 0], Ones()),))}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = x + sin²(a x) / a, and keep sin²(a x) and sin(2 a x)."""
        np.multiply(x.values, m.a, out=m.work)
        np.sin(m.work, out=m.sine)
        np.multiply(m.sine, m.sine, out=m.sine)
        np.add(m.work, m.work, out=m.work)
        np.sin(m.work, out=m.double)
        np.divide(m.sine, m.a, out=y.values)
        np.add(y.values, x.values, out=y.values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write da, a sum over the batch."""
        np.multiply(x.values, m.double, out=m.work)
        np.divide(m.sine, m.a, out=m.sine)
        np.subtract(m.work, m.sine, out=m.work)
        np.vecdot(dy, m.work, out=m.da[..., 0])
        np.divide(m.da, m.a, out=m.da)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy (1 + sin(2 a x))."""
        np.add(m.double, 1.0, out=m.double)
        np.multiply(dy, m.double, out=dx)
