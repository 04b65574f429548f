"""The simple recurrent layer, of Elman."""

from typing import Literal

import numpy as np
from pydantic import Field

from npnet.nn.layer import Memory, Scratch, layers
from npnet.nn.sequence.recurrent import Recurrent
from npnet.nn.shape import Shape


@layers.add("rnn")
class RNN(Recurrent):
    """Recurrent layer: the state is an activation of the input and the state before.

    h_t = tanh(W x_t + b + U h_(t-1) + c),  h_0 = 0;
    dz_t = dh_t (1 - h_t²),  dh_(t-1) = dy_(t-1) + Uᵀ dz_t;  dW = Σ_t dz_t x_tᵀ,  dU = Σ_t dz_t h_(t-1)ᵀ.
    weight_ih_l0 (units, features) is W, weight_hh_l0 (units, units) is U, bias_ih_l0 b, bias_hh_l0 c.
    Elman (1990), Finding structure in time.  Truncated gradients: Williams and Peng (1990).
    PyTorch: the same; its weights start in U(±1/√units), here W is glorot_uniform, U orthogonal, and biases are 0.
    """

    gates = 1
    halved = (1.0,)

    by_gate = (*Recurrent.by_gate, "positive")

    activation: Literal["tanh", "relu"] = Field("tanh", description="The function of the pre-activations.")

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the arrays of all steps, and of one."""
        found = super().scratch(inputs, columns)
        return found if self.activation == "tanh" else {**found, "positive": (found["gates"][0], bool)}

    def advance(self, t: int, before: int, after: int, d: Memory) -> None:
        """Write h_t = tanh(z_t + U h_(t-1))."""
        h = d.gates[..., t, :, :]
        np.matmul(d.halved_U[..., :-1], d.h[..., before, :, :], out=h)
        np.add(h, d.z[..., t, :, :], out=h)
        if self.activation == "tanh":
            np.tanh(h, out=h)
        else:
            np.maximum(h, 0.0, out=h)
        if d.mask is not None:
            np.multiply(h, d.mask[..., t, :, :], out=h)
        np.copyto(d.h[..., after, :, :], h)

    def derive(self, d: Memory, before: slice) -> None:
        """Write 1 - h², or 1 where h > 0."""
        if self.activation == "relu":
            np.greater(d.gates, 0.0, out=d.positive)
            np.copyto(d.slopes, d.positive)
            return
        np.multiply(d.gates, d.gates, out=d.slopes)
        np.subtract(1.0, d.slopes, out=d.slopes)

    def retreat(self, t: int, d: Memory, *, first: bool, carry: bool) -> None:
        """Write dz_t = dh_t (1 - h_t²), and dh_(t-1) = Uᵀ dz_t."""
        if d.mask is not None:
            np.multiply(d.dh, d.mask[..., t, :, :], out=d.dh)
        dz = d.z[..., t, :, :]
        np.multiply(d.dh, d.slopes[..., t, :, :], out=dz)
        if carry:
            np.matmul(d.U[..., :-1].mT, dz, out=d.dh)
