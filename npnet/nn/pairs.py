"""Pairs of rows: how near each other two are, and a loss that pulls equal ones together and pushes others apart."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from npnet.errors import AdvisedError
from npnet.nn.layer import Activations, Array, Layer, Memory, Scratch, layers, require_positions
from npnet.nn.losses import Encoded, Loss, losses
from npnet.nn.shape import Shape

SMALLEST = 1e-12
"""What is added to a squared distance, so that its root has a slope at 0."""
_margin = Field(1.0, gt=0, le=1e6, description="The distance from which on two rows that differ are far enough apart.")


@layers.add("similarity")
class Similarity(Layer):
    """Compares the features at two positions: half the margin, minus their distance.

    y = margin / 2 - d,  d = √(‖a - b‖² + 10⁻¹²);  da = -dy (a - b) / d,  db = -da.
    The layers before it work on both positions with the same weights: a siamese network.
    Bromley et al. (1993), Signature verification using a siamese time delay neural network.
    PyTorch: the same as margin / 2 - PairwiseDistance, which adds 10⁻⁶ to each difference instead.
    """

    axes = 1
    reads_output = False
    keeps_features = False
    takes_ragged = False

    margin: float = _margin

    def shape(self, inputs: Shape) -> Shape:
        """Return a single feature; raise AdvisedError for other than two positions."""
        if inputs.positions != (2,):
            without = "" if inputs.positions else " values without positions"
            message = f"similarity compares two positions and gets {inputs.text()}{without}"
            raise AdvisedError(message, "write positions: 2 as the first layer, for rows that hold a pair")
        require_positions(self, inputs)
        return Shape(1)

    def looks_ahead(self, inputs: Shape) -> bool:
        """Return True: the second position counts as much as the first."""
        return True

    def scratch(self, inputs: Shape, columns: int) -> Scratch:
        """Return the differences and their squares, the distance, and the gradient by it."""
        batch = columns // 2
        full, row = ((inputs.features, batch), None), ((1, batch), None)
        return {"difference": full, "square": full, "distance": row, "slope": row}

    def constants(self, inputs: Shape, columns: int) -> dict[str, Any]:
        """Return half the margin."""
        return {"half": self.margin / 2}

    def forward(self, x: Activations, y: Activations, m: Memory) -> None:
        """Write margin / 2 - d."""
        batch = y.values.shape[-1]
        np.subtract(x.values[..., :batch], x.values[..., batch:], out=m.difference)
        np.multiply(m.difference, m.difference, out=m.square)
        np.add.reduce(m.square, axis=-2, keepdims=True, out=m.distance)
        np.add(m.distance, SMALLEST, out=m.distance)
        np.sqrt(m.distance, out=m.distance)
        np.subtract(m.half, m.distance, out=y.values)

    def grad_input(self, x: Activations, y: Activations, dy: Array, dx: Array, m: Memory) -> None:
        """Write da = -dy (a - b) / d, and db = -da."""
        batch = dy.shape[-1]
        np.divide(dy, m.distance, out=m.slope)
        np.multiply(m.difference, m.slope, out=dx[..., batch:])
        np.negative(dx[..., batch:], out=dx[..., :batch])


@losses.add("contrastive")
class Contrastive(Loss):
    """Pulls the rows of a pair together where the target is 1, and pushes others apart.

    L = ((1 + t) d² + (1 - t) · max(0, margin - d)²) / 4,  d = margin / 2 - z,
    dL/dz = ((1 - t) · max(0, margin - d) - (1 + t) d) / 2;  t = -1 or +1, z from the layer
    `similarity`, d the distance of a pair.
    Hadsell, Chopra and LeCun (2006), Dimensionality reduction by learning an invariant mapping.
    σ(z) is above 1/2 where a pair is nearer than half the margin; it ranks pairs and is no calibrated probability.
    PyTorch: no equivalent; its HingeEmbeddingLoss has d in place of d² / 2.
    """

    tasks = ("binary",)
    link = "sigmoid"

    margin: float = _margin

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """Return -1 or +1."""
        return super().encode(y, classes) * 2.0 - 1.0

    def scratch(self, outputs: int, batch: int) -> Scratch:
        """Return the arrays to calculate in."""
        return {**super().scratch(outputs, batch), "near": ((outputs, batch), None)}

    def constants(self, outputs: int) -> dict[str, Any]:
        """Return half the margin."""
        return {"half": self.margin / 2}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write ((1 + t) d² + (1 - t) max(0, margin - d)²) / 4."""
        self._amounts(z, t, out, m)
        np.multiply(out, out, out=out)
        np.multiply(m.near, m.near, out=m.near)
        np.add(out, m.near, out=out)
        np.multiply(out, 0.5, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write ((1 - t) max(0, margin - d) - (1 + t) d) / 2."""
        self._amounts(z, t, dz, m)
        np.subtract(dz, m.near, out=dz)

    @staticmethod
    def _amounts(z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write (1 - t)/2 max(0, margin - d) into out, and (1 + t)/2 d into m.near."""
        np.add(z, m.half, out=out)
        np.maximum(out, 0.0, out=out)
        np.multiply(out, t, out=m.work)
        np.subtract(out, m.work, out=out)
        np.multiply(out, 0.5, out=out)
        np.subtract(m.half, z, out=m.near)
        np.multiply(m.near, t, out=m.work)
        np.add(m.near, m.work, out=m.near)
        np.multiply(m.near, 0.5, out=m.near)
