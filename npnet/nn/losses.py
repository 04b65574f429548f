"""Losses: what a network is trained to make small, from raw scores and encoded targets.

Each is the mean over the samples (weighted, where there are weights) and over the outputs. Shapes:
z and t (outputs, batch), model axis in front; a target is encoded once, before training.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from npnet.nn.activations import softmax
from npnet.nn.layer import Array, Memory, Shape
from npnet.registry import Registry
from npnet.spec import Named, Spec

Link = Literal["sigmoid", "softmax", "exp", "identity"]
Encoded = NDArray[np.float64]


class Loss(Spec):
    """A loss: the value of each sample, and its derivative by the raw scores.

    `link` turns raw scores into predictions; `tasks` are those it fits; `scales_target` says whether the targets
    of a regression are brought to mean 0 and variance 1 for the training. `factor` is what `derivative` leaves
    out: a pass multiplies it in with the mean over the batch.
    """

    tasks: ClassVar[tuple[str, ...]] = ("regression",)
    link: ClassVar[Link] = "identity"
    scales_target: ClassVar[bool] = True
    factor: ClassVar[float] = 1.0

    def outputs(self, targets: int, classes: int) -> int:
        """How many scores it needs: one per class, per target, or one for two classes."""
        return classes if classes > 2 else targets

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """Targets as numbers, (samples, outputs): one-hot for several classes, else as they are."""
        if classes > 2:
            return np.asarray(np.eye(classes)[y])
        return np.asarray(y, dtype=np.float64).reshape(len(y), -1)

    def terms(self, outputs: int) -> int:
        """How many losses a sample has, whose mean is taken: one per score."""
        return outputs

    def scratch(self, outputs: int, batch: int) -> dict[str, tuple[Shape, type | None]]:
        """Arrays to work in: shape, and dtype or None for the network's own."""
        return {"work": ((outputs, batch), None), "row": ((1, batch), None), "mask": ((outputs, batch), bool)}

    @property
    def quantiles(self) -> tuple[float, ...]:
        """The quantiles of each target that it predicts, where there are several; else nothing."""
        return ()

    def constants(self, outputs: int) -> dict[str, Any]:
        """Numbers made of the options, cast once to the network's dtype."""
        return {}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write the losses of each sample into out (terms, batch)."""
        raise TypeError(f"{type(self).__name__} has no values")

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write the derivative of the loss of each sample by z, over `factor`, into dz."""
        raise TypeError(f"{type(self).__name__} has no derivative")

    def predict(self, z: NDArray[Any]) -> NDArray[np.float64]:
        """Predictions in float64 from raw scores, by the link: probabilities, rates or the values."""
        return LINKS[self.link](z.astype(np.float64))


losses: Registry[type[Loss]] = Registry("loss", "losses")
LossSpec = Annotated[Loss, Named(losses)]


def _expit(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.exp(-np.logaddexp(0.0, -z)))


def _softmax(z: NDArray[np.float64]) -> NDArray[np.float64]:
    e = np.exp(z - z.max(axis=-2, keepdims=True))
    return np.asarray(e / e.sum(axis=-2, keepdims=True))


LINKS: dict[Link, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "sigmoid": _expit,
    "softmax": _softmax,
    "exp": np.exp,
    "identity": np.asarray,
}
_smoothing = Field(0.0, ge=0, lt=1, description="Share of each target that is spread evenly over the classes.")


@losses.add("binary_cross_entropy")
class BinaryCrossEntropy(Loss):
    """Minus the log of the probability given to the right one of two classes.

    L = ln(1 + exp(-|z|)) + max(z, 0) - t z,  dL/dz = σ(z) - t;  t = 0 or 1, smoothed t (1 - s) + s/2.
    The stable form on raw scores z of -t ln σ(z) - (1 - t) ln(1 - σ(z)).  Cox (1958).
    In memory a target is u = 2t - 1:  L = ln(1 + exp(-|z|)) + (|z| - u z)/2,  dL/dz = (tanh(z/2) - u)/2.
    PyTorch: BCEWithLogitsLoss, which has no label_smoothing; BCELoss is of probabilities.
    """

    tasks: ClassVar[tuple[str, ...]] = ("binary", "multilabel")
    link: ClassVar[Link] = "sigmoid"
    factor: ClassVar[float] = 0.5

    label_smoothing: float = _smoothing

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """-1 or +1, moved towards 0 by the smoothing."""
        return (super().encode(y, classes) * 2.0 - 1.0) * (1.0 - self.label_smoothing)

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write ln(1 + exp(-|z|)) + (|z| - u z)/2."""
        np.abs(z, out=m.work)
        np.multiply(t, z, out=out)
        np.subtract(m.work, out, out=out)
        np.multiply(out, 0.5, out=out)
        np.negative(m.work, out=m.work)
        np.exp(m.work, out=m.work)
        np.log1p(m.work, out=m.work)
        np.add(out, m.work, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write tanh(z/2) - u."""
        np.multiply(z, 0.5, out=dz)
        np.tanh(dz, out=dz)
        np.subtract(dz, t, out=dz)


@losses.add("cross_entropy")
class CrossEntropy(Loss):
    """Minus the log of the probability given to the right one of several classes.

    L = ln Σ_j exp(z_j) - Σ_j t_j z_j,  dL/dz = softmax(z) - t;  t one-hot, smoothed t (1 - s) + s/classes.
    Label smoothing: Szegedy et al. (2016), Rethinking the Inception architecture.
    PyTorch: the same as CrossEntropyLoss; its `weight` divides by the weights of each batch, class_weight here by those
    of the whole train part.
    """

    tasks: ClassVar[tuple[str, ...]] = ("multiclass", "binary")
    link: ClassVar[Link] = "softmax"

    label_smoothing: float = _smoothing

    def outputs(self, targets: int, classes: int) -> int:
        """One score per class, also for two."""
        return classes

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """One-hot rows, spread over the classes by the smoothing."""
        return np.asarray(np.eye(classes)[y] * (1.0 - self.label_smoothing) + self.label_smoothing / classes)

    def terms(self, outputs: int) -> int:
        """One loss a sample, whatever the number of classes."""
        return 1

    def scratch(self, outputs: int, batch: int) -> dict[str, tuple[Shape, type | None]]:
        """Arrays to work in: shape, and dtype or None for the network's own."""
        return {**super().scratch(outputs, batch), "product": ((outputs, batch), None)}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write ln Σ exp(z) - Σ t z, the largest score taken off first."""
        np.maximum.reduce(z, axis=-2, keepdims=True, out=m.row)
        np.subtract(z, m.row, out=m.work)
        np.multiply(t, m.work, out=m.product)
        np.add.reduce(m.product, axis=-2, keepdims=True, out=m.row)
        np.exp(m.work, out=m.work)
        np.add.reduce(m.work, axis=-2, keepdims=True, out=out)
        np.log(out, out=out)
        np.subtract(out, m.row, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write softmax(z) - t."""
        softmax(z, dz, m.row)
        np.subtract(dz, t, out=dz)


@losses.add("hinge")
class Hinge(Loss):
    """Nothing for a score on the right side by a margin of 1, else the distance to it.

    L = max(0, 1 - t z),  dL/dz = -t where t z < 1;  t = -1 or +1.  Cortes and Vapnik (1995).
    Its scores are no probabilities; those that npnet prints are σ(z), for ranking only.
    PyTorch: no loss is this one; its HingeEmbeddingLoss is of distances.
    """

    tasks: ClassVar[tuple[str, ...]] = ("binary",)
    link: ClassVar[Link] = "sigmoid"

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """-1 or +1."""
        return super().encode(y, classes) * 2.0 - 1.0

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write max(0, 1 - t z)."""
        np.multiply(t, z, out=out)
        np.subtract(1.0, out, out=out)
        np.maximum(out, 0.0, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write -t inside the margin, else 0."""
        np.multiply(t, z, out=dz)
        np.less(dz, 1.0, out=m.mask)
        np.multiply(t, m.mask, out=dz)
        np.negative(dz, out=dz)
