"""A linear layer with the mistake of an article: `npnet gradcheck failing.yaml --plugin wrong.py` finds it."""

import numpy as np

from npnet.nn.layer import Activations, Array, Memory, layers
from npnet.nn.linear import Linear


@layers.add("wrong_linear")
class WrongLinear(Linear):
    """A linear layer whose gradient of the biases is divided by the number of rows twice.

    y = W x + b,  dW = dy xᵀ,  db = Σ dy / n.  The gradients dy that arrive have the 1/n of the mean loss already.
    """

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dW = dy xᵀ, whose last column is db."""
        super().grad_parameters(x, dy, m)
        np.divide(m.dW[..., -1], dy.shape[-1], out=m.dW[..., -1])
