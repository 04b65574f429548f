"""Positional values: what tells one position from another."""

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from npnet.nn.initializers import Normal
from npnet.nn.layer import Activations, Array, Layer, Memory, Parameter, Piece, layers
from npnet.nn.shape import Shape, by_position

LONGEST = 10_000.0
"""How much longer the slowest wave is than the fastest."""


@layers.add("positional")
class Positional(Layer):
    """Adds values to each position that depend on the position alone: learned, or waves.

    y = x + P_p,  dP_p = Σ dy over the batch;  weight (positions, features).
    sinusoidal: P_p = sin(p / 10000^(2i / features)) for feature 2i, cos for 2i + 1.
    Vaswani et al. (2017), Attention is all you need.  Rotary positions are an option of `attention`.
    PyTorch: learned ones are an Embedding of 0, 1, 2, ..., from N(0, 1); here from N(0, 0.02²).
    """

    reads_output = False
    needs_positions: ClassVar[bool] = True

    kind: Literal["learned", "sinusoidal"] = Field("learned", description="Whether the values are learned, or waves.")

    def parameters(self, inputs: Shape) -> dict[str, Parameter]:
        """Return P (positions, features), if it is learned."""
        if self.kind != "learned":
            return {}
        return {"P": Parameter((inputs.count, inputs.features), (Piece("weight", np.s_[...], Normal(deviation=0.02)),))}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return P (positions, features), if it is not learned."""
        return {} if self.kind == "learned" else {"P": _waves(inputs.count, inputs.features)}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write y = x + P."""
        count = (m.P.shape[-2],)
        np.add(by_position(x.values, count), m.P.mT[..., np.newaxis], out=by_position(y.values, count))

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dP = Σ dy over the batch."""
        np.add.reduce(by_position(dy, (m.P.shape[-2],)), axis=-1, out=m.dP.mT)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write dx = dy."""
        np.copyto(dx, dy)


def _waves(count: int, features: int) -> Array:
    """Return sines in the even features and cosines in the odd ones, (positions, features)."""
    feature = np.arange(features)
    phase = np.arange(count)[:, np.newaxis] / LONGEST ** (feature // 2 * 2 / features)
    return np.asarray(np.where(feature % 2, np.cos(phase), np.sin(phase)))


def rotations(count: int, features: int) -> tuple[Array, Array]:
    """Return cosines and sines of the angles of rotary positions, (features / 2, positions)."""
    angle = np.arange(count) / LONGEST ** (np.arange(0, features, 2)[:, np.newaxis] / features)
    return np.cos(angle), np.sin(angle)
