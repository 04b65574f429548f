"""A learned scale for each feature: the network says how much of each it wants to see."""

import numpy as np

from npnet.nn.initializers import Ones
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, layers


@layers.add("scale")
class Scale(Layer):
    """Multiplies each feature by a learned factor that starts at 1.

    y = s x,  ds = Σ dy x,  dx = s dy;  weight (inputs,).
    Holzmüller, Grinsztajn and Steinwart (2024), Better by default, for the features of tables.
    """

    def parameters(self, inputs: int) -> dict[str, Parameter]:
        """s, a column (inputs, 1)."""
        return {"s": Parameter((inputs, 1), (Piece("weight", np.s_[:, 0], Ones()),))}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = s x."""
        np.multiply(x.values, m.s, out=y.values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write ds = Σ dy x."""
        np.vecdot(dy, x.values, out=m.ds[..., 0])

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = s dy."""
        np.multiply(dy, m.s, out=dx)
