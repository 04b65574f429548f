"""A gallery of wrong gradients: the article's defects as subclasses, and what the gradient check says of each.

`python -m docs.gallery` prints it.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from npnet import config
from npnet.engine.batches import Samples
from npnet.engine.gradcheck import TensorCheck, check_gradients, hint
from npnet.engine.network import Network
from npnet.engine.scoring import Scorer
from npnet.nn.activations import logistic
from npnet.nn.layer import Activations, Array, Layers, Memory, Scratch
from npnet.nn.linear import Linear
from npnet.nn.losses import BinaryCrossEntropy, Loss
from npnet.nn.losses.regression import MeanSquaredError

CONFIG = Path(__file__).parent.parent / "configs" / "article" / "circles.yaml"
SAMPLES = 200


class ShyBias(Linear):
    """A linear layer whose bias gradient is divided by the number of samples twice."""

    def grad_parameters(self, x: Activations, dy: Array, m: Memory) -> None:
        """Write dW, its last column, db, n times too small."""
        super().grad_parameters(x, dy, m)
        np.divide(m.dW[..., -1], dy.shape[-1], out=m.dW[..., -1])


class OneNumber(MeanSquaredError):
    """A mean squared error whose gradient is averaged over the samples: the same number for all of them."""

    def scratch(self, outputs: int, batch: int) -> Scratch:
        """Arrays to work in: shape, and dtype or None for the network's own."""
        return {"mean": ((outputs, 1), None)}

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write the mean of z - t."""
        super().derivative(z, t, dz, m)
        np.add.reduce(dz, axis=-1, keepdims=True, out=m.mean)
        np.divide(m.mean, dz.shape[-1], out=m.mean)
        np.copyto(dz, m.mean)


class NanSum(Loss):
    """A binary cross-entropy as it stands in books, summed as by `np.nansum`, which counts NaN as 0."""

    def scratch(self, outputs: int, batch: int) -> Scratch:
        """Arrays to work in: shape, and dtype or None for the network's own."""
        return {"a": ((outputs, batch), None), "rest": ((outputs, batch), None)}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write -t ln a - (1 - t) ln(1 - a), NaN as 0; a = σ(z)."""
        logistic(z, m.a)
        np.log(m.a, out=out)
        np.multiply(out, t, out=out)
        np.subtract(1.0, m.a, out=m.a)
        np.log(m.a, out=m.a)
        np.subtract(1.0, t, out=m.rest)
        np.multiply(m.rest, m.a, out=m.rest)
        np.add(out, m.rest, out=out)
        np.negative(out, out=out)
        np.fmax(out, 0.0, out=out)  # the larger one that is a number

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write σ(z) - t."""
        logistic(z, dz)
        np.subtract(dz, t, out=dz)


def shy(layers: Layers) -> Layers:
    """Return the same layers with the article's bias gradient."""
    return tuple(ShyBias(**dict(layer)) if isinstance(layer, Linear) else layer for layer in layers)


def gallery() -> Iterator[tuple[str, str]]:
    """Return the title of each exhibit, and its table of checks."""
    experiment = config.load(CONFIG, [f"dataset.circles.samples={SAMPLES}"]).experiment
    layers, dataset = experiment.layers[:-1], experiment.dataset.load(CONFIG.parent, 0)  # the loss has the sigmoid
    X, y, usual = dataset.X, dataset.y, BinaryCrossEntropy()
    yield "As it is in npnet", table(check(layers, usual, X, y))
    yield "A bias gradient n times too small", table(check(shy(layers), usual, X, y))
    yield "A mean squared error whose gradient is one number", table(check(layers, OneNumber(), X, y))
    X[0, 0] = np.nan
    losses = f"loss by nansum {mean_loss(layers, NanSum(), X, y):.4f}, by npnet {mean_loss(layers, usual, X, y)}"
    yield "nansum, and a gap in the data", f"{losses}\n{table(check(layers, NanSum(), X, y))}"


def check(layers: Layers, loss: Loss, X: Array, y: Array) -> list[TensorCheck]:
    """Return the gradient check of a network on these rows, in float64."""
    with np.errstate(invalid="ignore"):
        return check_gradients(_network(layers), loss, _samples(loss, X, y))


def mean_loss(layers: Layers, loss: Loss, X: Array, y: Array) -> float:
    """Return the mean loss of a network on these rows."""
    with np.errstate(invalid="ignore"):
        return float(Scorer(_network(layers), loss, _samples(loss, X, y)).run()[0])


def table(checks: list[TensorCheck]) -> str:
    """Return a row for each tensor: name, largest error relative to the largest gradient, and what is wrong."""
    lines = [
        f"{one.name:<16} {'ok   ' if one.passed else 'WRONG'}  error {one.error:<7.1g} {hint(one, SAMPLES)}".rstrip()
        for one in checks
    ]
    return "\n".join(lines)


def _network(layers: Layers) -> Network:
    return Network([layers], 2, dtype=np.float64)


def _samples(loss: Loss, X: Array, y: Array) -> Samples:
    return Samples.of(X, loss.encode(y, 2), dtype=np.float64)


if __name__ == "__main__":
    for title, rows in gallery():
        print(f"{title}\n{rows}\n")
