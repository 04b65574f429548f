"""A learned scale for each feature: the network says how much of each it wants to see."""

from typing import Any

import numpy as np
from pydantic import Field

from npnet.nn.initializers import Zeros
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, Shape, layers


@layers.add("scale")
class Scale(Layer):
    """Multiplies each feature by a learned factor that starts at 1.

    y = f x,  f = 1 + speed · s,  ds = speed · Σ dy x,  dx = f dy;  weight s (inputs,).
    An optimizer like Adam moves every parameter by about its learning rate; the factors, `speed` times as far.
    Holzmüller, Grinsztajn and Steinwart (2024), Better by default, who train the scale at 6 times the rate.
    """

    speed: float = Field(6.0, gt=0, le=1e4, description="How much faster than other parameters a factor moves.")

    def parameters(self, inputs: int) -> dict[str, Parameter]:
        """The way s of each factor from 1, a column (inputs, 1)."""
        return {"s": Parameter((inputs, 1), (Piece("weight", np.s_[:, 0], Zeros()),))}

    def scratch(self, inputs: int, batch: int) -> dict[str, tuple[Shape, type | None]]:
        """The factors."""
        return {"factor": ((inputs, 1), None)}

    def constants(self, inputs: int, batch: int) -> dict[str, Any]:
        """The speed."""
        return {"speed": self.speed}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = (1 + speed s) x."""
        np.multiply(m.s, m.speed, out=m.factor)
        np.add(m.factor, 1.0, out=m.factor)
        np.multiply(x.values, m.factor, out=y.values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write ds = speed Σ dy x."""
        np.vecdot(dy, x.values, out=m.ds[..., 0])
        np.multiply(m.ds, m.speed, out=m.ds)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = f dy."""
        np.multiply(dy, m.factor, out=dx)
