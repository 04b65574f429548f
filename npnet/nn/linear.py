"""The linear layer: one matrix product, the bias folded in as a column of W."""

import numpy as np
from pydantic import Field

from npnet.errors import AdvisedError
from npnet.nn.initializers import HeUniform, InitializerSpec, Zeros
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, layers
from npnet.nn.shape import Shape


@layers.add("linear")
class Linear(Layer):
    """Affine map y = W x + b: every output is a weighted sum of every input.

    y = W x + b,  dW = dy xᵀ,  db = Σ dy,  dx = Wᵀ dy;  weight (units, inputs), bias (units,).
    PyTorch: Linear draws weights and biases from U(±1/√inputs); here weights are he_uniform, √6 times as wide, and
    biases 0.
    In memory W carries b as its last column and x a row of ones, so that one product does both.
    """

    reads_output = False
    keeps_features = False

    units: int | None = Field(None, ge=1, le=10**7, description="Number of outputs; left out, the target's size.")
    init: InitializerSpec = Field(HeUniform(), description="Initial values of the weights.")
    bias_init: InitializerSpec = Field(Zeros(), description="Initial values of the biases.")

    def shape(self, inputs: Shape) -> Shape:
        """Return `units` features; raise AdvisedError where it is left out."""
        if self.units is None:
            raise AdvisedError("only the last layer may be linear without units", "write linear: 16, or another size")
        return inputs.with_features(self.units)

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return W (units, inputs + 1): the weights, and in the last column the biases."""
        weight = Piece("weight", np.s_[..., :-1], self.init, decays=True)
        bias = Piece("bias", np.s_[..., -1], self.bias_init)
        return {"W": Parameter((self.shape(inputs).features, inputs.features + 1), (weight, bias))}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = W x + b."""
        np.matmul(m.W, x.with_ones, out=y.values)

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dW = dy xᵀ, whose last column is db."""
        np.matmul(dy, x.with_ones.mT, out=m.dW)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = Wᵀ dy."""
        np.matmul(m.W[..., :-1].mT, dy, out=dx)
