"""Losses: functions of raw scores and encoded targets that training minimizes.

A loss is averaged over the samples (by their weights, where there are any) and over the outputs. Shapes:
z and t (outputs, batch), model axis in front; targets are encoded once, before training.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from npnet.nn.activations import softmax
from npnet.nn.layer import Array, Memory, Scratch
from npnet.registry import Registry
from npnet.spec import Named, Spec

Link = Literal["sigmoid", "softmax", "exp", "identity"]
Encoded = NDArray[np.float64]


class Loss(Spec):
    """A loss: the value of each sample, and its derivative by the raw scores.

    `link` turns raw scores into predictions; `tasks` lists the tasks it applies to; `scales_target` tells whether
    the targets of a regression are scaled to mean 0 and variance 1 for training, `predicts_mean` whether it predicts
    their mean and not a quantile. `factor` is left out of `derivative`: a pass multiplies by it together with the mean
    over the batch.
    """

    tasks: ClassVar[tuple[str, ...]] = ("regression", "counts", "binary", "multiclass")
    link: ClassVar[Link] = "identity"
    scales_target: ClassVar[bool] = True
    predicts_mean: ClassVar[bool] = True
    factor: ClassVar[float] = 1.0

    def outputs(self, targets: int, classes: int) -> int:
        """Return the number of scores: one per class or target, a single one for two classes."""
        return classes if classes > 2 else targets

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """Return targets (samples, outputs): one-hot for several classes, else unchanged."""
        if classes > 2:
            return np.asarray(np.eye(classes)[y])
        return np.asarray(y, dtype=np.float64).reshape(len(y), -1)

    def terms(self, outputs: int) -> int:
        """Return the number of losses of a sample, to be averaged: one per score."""
        return outputs

    def scratch(self, outputs: int, batch: int) -> Scratch:
        """Return the arrays to calculate in."""
        return {"work": ((outputs, batch), None), "row": ((1, batch), None), "mask": ((outputs, batch), bool)}

    @property
    def quantiles(self) -> tuple[float, ...]:
        """The quantiles of each target that the loss predicts, if there are several."""
        return ()

    def constants(self, outputs: int) -> dict[str, Any]:
        """Return numbers computed from the options in float64; `m` has the decimal options anyway."""
        return {}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write the losses of each sample into out (terms, batch)."""
        raise TypeError(f"{type(self).__name__} has no values")

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write the derivative of the loss of each sample by z, divided by `factor`, into dz."""
        raise TypeError(f"{type(self).__name__} has no derivative")

    def predict(self, z: NDArray[Any]) -> NDArray[np.float64]:
        """Return predictions in float64 from raw scores by the link: probabilities, rates or values."""
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
    """Minus the log of the predicted probability of the true class, one of two.

    L = ln(1 + exp(-|z|)) + max(z, 0) - t z,  dL/dz = σ(z) - t;  t = 0 or 1, smoothed t (1 - s) + s/2.
    The stable form on raw scores z of -t ln σ(z) - (1 - t) ln(1 - σ(z)).  Cox (1958).
    In memory a target is u = 2t - 1:  L = ln(1 + exp(-|z|)) + (|z| - u z)/2,  dL/dz = (tanh(z/2) - u)/2.
    PyTorch: BCEWithLogitsLoss, which has no label_smoothing; BCELoss is of probabilities.
    """

    tasks = ("binary", "multilabel")
    link = "sigmoid"
    factor = 0.5

    label_smoothing: float = _smoothing

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """Return -1 or +1, moved towards 0 by the smoothing."""
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
    """Minus the log of the predicted probability of the true class, one of several.

    L = ln Σ_j exp(z_j) - Σ_j t_j z_j,  dL/dz = softmax(z) - t;  t one-hot, smoothed t (1 - s) + s/classes.
    Label smoothing: Szegedy et al. (2016), Rethinking the Inception architecture.
    PyTorch: the same as CrossEntropyLoss; its `weight` divides by the weights of each batch, class_weight here by those
    of the whole training set.
    """

    tasks = ("multiclass", "binary")
    link = "softmax"

    label_smoothing: float = _smoothing

    def outputs(self, targets: int, classes: int) -> int:
        """Return one score per class, also for two classes."""
        return classes

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """Return one-hot rows, spread over the classes by the smoothing."""
        return np.asarray(np.eye(classes)[y] * (1.0 - self.label_smoothing) + self.label_smoothing / classes)

    def terms(self, outputs: int) -> int:
        """Return 1: one loss per sample for any number of classes."""
        return 1

    def scratch(self, outputs: int, batch: int) -> Scratch:
        """Return the arrays to calculate in."""
        return {**super().scratch(outputs, batch), "product": ((outputs, batch), None)}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write ln Σ exp(z) - Σ t z; the largest score is subtracted first."""
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
    """Zero for a score on the correct side by a margin of 1, else the distance to the margin.

    L = max(0, 1 - t z),  dL/dz = -t where t z < 1;  t = -1 or +1.  Cortes and Vapnik (1995).
    Its scores are not probabilities; npnet reports σ(z), for ranking only.
    PyTorch: no equivalent; its HingeEmbeddingLoss is of distances.
    """

    tasks = ("binary",)
    link = "sigmoid"

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """Return -1 or +1."""
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
