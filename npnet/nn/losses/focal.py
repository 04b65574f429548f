"""Focal losses: cross-entropies in which rows that are predicted well count little."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from npnet.nn.layer import Array, Memory, Scratch
from npnet.nn.losses import Encoded, Loss, losses

SMALLEST = float(np.finfo(np.float32).tiny)
_gamma = Field(2.0, ge=0, le=100, description="How much less well predicted rows count; 0 is the cross-entropy.")


@losses.add("binary_focal")
class BinaryFocal(Loss):
    """Binary cross-entropy in which rows that are predicted well count little.

    L = (0.5 + (alpha - 0.5) t) · exp(-gamma ln(1 + exp(t z))) · ln(1 + exp(-t z)),
    dL/dz = -t · (0.5 + (alpha - 0.5) t) · exp(-gamma ln(1 + exp(t z))) ·
    (σ(-t z) + gamma · σ(t z) · ln(1 + exp(-t z)));
    t = -1 or +1.  Lin et al. (2017), Focal loss for dense object detection.
    The stable form of α (1 - p)^γ (-ln p), p = σ(t z) the probability of the true class; α is alpha for class 1, and
    1 - alpha for the other.
    Its probabilities are too close to 0.5; `temperature: true` calibrates them.
    PyTorch: torchvision's sigmoid_focal_loss. Keras: BinaryFocalCrossentropy with apply_class_balancing.
    """

    tasks = ("binary", "multilabel")
    link = "sigmoid"

    gamma: float = _gamma
    alpha: float = Field(0.25, gt=0, lt=1, description="Weight of the rows of class 1; the others have 1 - alpha.")

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """Return -1 or +1."""
        return super().encode(y, classes) * 2.0 - 1.0

    def scratch(self, outputs: int, batch: int) -> Scratch:
        """Return the arrays to calculate in."""
        return {**super().scratch(outputs, batch), "wrong": ((outputs, batch), None), "share": ((outputs, batch), None)}

    def constants(self, outputs: int) -> dict[str, Any]:
        """Return -γ, and α - 1/2, by which α t follows from t."""
        return {"minus": -self.gamma, "beyond": self.alpha - 0.5}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write α (1 - p)^γ (-ln p)."""
        self._logarithms(z, t, out, m)
        self._share(t, m)
        np.multiply(out, m.share, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write -t α (1 - p)^γ (1 - p - γ p ln p)."""
        self._logarithms(z, t, dz, m)
        self._share(t, m)
        np.negative(dz, out=m.work)
        np.exp(m.work, out=m.work)
        np.multiply(dz, m.work, out=dz)
        np.multiply(dz, m.gamma, out=dz)
        np.negative(m.wrong, out=m.wrong)
        np.exp(m.wrong, out=m.wrong)
        np.add(dz, m.wrong, out=dz)
        np.multiply(dz, m.share, out=dz)
        np.multiply(dz, t, out=dz)
        np.negative(dz, out=dz)

    @staticmethod
    def _logarithms(z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write -ln p into out and -ln(1 - p) into m.wrong: ln(1 + exp(-|s|)) + max(0, ±s) with s = t z."""
        np.multiply(t, z, out=m.share)
        np.abs(m.share, out=m.work)
        np.negative(m.work, out=m.work)
        np.exp(m.work, out=m.work)
        np.log1p(m.work, out=m.work)
        np.maximum(m.share, 0.0, out=m.wrong)
        np.subtract(m.wrong, m.share, out=out)
        np.add(out, m.work, out=out)
        np.add(m.wrong, m.work, out=m.wrong)

    @staticmethod
    def _share(t: Array, m: Memory) -> None:
        """Write α (1 - p)^γ into m.share."""
        np.multiply(m.wrong, m.minus, out=m.work)
        np.exp(m.work, out=m.work)
        np.multiply(t, m.beyond, out=m.share)
        np.add(m.share, 0.5, out=m.share)
        np.multiply(m.share, m.work, out=m.share)


@losses.add("focal")
class Focal(Loss):
    """Cross-entropy of several classes in which rows that are predicted well count little.

    L = (1 - p)^γ (-ln p),  p = Σ_j t_j softmax(z)_j the probability of the true class,
    dL/dz = (softmax(z) - t) (1 - p)^γ (1 - γ p ln p / (1 - p));  t one-hot.
    Lin et al. (2017), Focal loss for dense object detection; `class_weight` weights the classes, as its α does.
    Its probabilities are too close to equal ones; `temperature: true` calibrates them.
    Keras: CategoricalFocalCrossentropy with alpha=1.
    """

    tasks = ("multiclass", "binary")
    link = "softmax"

    gamma: float = _gamma

    def outputs(self, targets: int, classes: int) -> int:
        """Return one score per class, also for two classes."""
        return classes

    def encode(self, y: NDArray[Any], classes: int) -> Encoded:
        """Return one-hot rows."""
        return np.asarray(np.eye(classes)[y])

    def terms(self, outputs: int) -> int:
        """Return 1: one loss per sample for any number of classes."""
        return 1

    def scratch(self, outputs: int, batch: int) -> Scratch:
        """Return the arrays to calculate in."""
        rows = dict.fromkeys(("right", "wrong", "share"), ((1, batch), None))
        return {**super().scratch(outputs, batch), "scores": ((outputs, batch), None), **rows}

    def values(self, z: Array, t: Array, out: Array, m: Memory) -> None:
        """Write (1 - p)^γ (-ln p)."""
        self._probabilities(z, t, m.work, m)
        np.multiply(m.row, m.share, out=out)

    def derivative(self, z: Array, t: Array, dz: Array, m: Memory) -> None:
        """Write (softmax(z) - t) (1 - p)^γ (1 - γ p ln p / (1 - p))."""
        self._probabilities(z, t, dz, m)
        np.multiply(m.row, m.right, out=m.row)
        np.multiply(m.row, m.gamma, out=m.row)
        np.divide(m.row, m.wrong, out=m.row)
        np.add(m.row, 1.0, out=m.row)
        np.multiply(m.row, m.share, out=m.row)
        np.subtract(dz, t, out=dz)
        np.multiply(dz, m.row, out=dz)

    @staticmethod
    def _probabilities(z: Array, t: Array, p: Array, m: Memory) -> None:
        """Write softmax(z) into p, and for the true class p, 1 - p, (1 - p)^γ and -ln p into rows.

        These are m.right, m.wrong, m.share and m.row. 1 - p is the sum over the other classes and -ln p comes from the
        scores, so that no digits are lost; 1 - p is at least the smallest normal number, so that it divides.
        """
        np.maximum.reduce(z, axis=-2, keepdims=True, out=m.row)
        np.subtract(z, m.row, out=m.scores)
        np.exp(m.scores, out=p)
        np.multiply(t, m.scores, out=m.scores)
        np.add.reduce(m.scores, axis=-2, keepdims=True, out=m.right)
        np.add.reduce(p, axis=-2, keepdims=True, out=m.wrong)
        np.divide(p, m.wrong, out=p)
        np.log(m.wrong, out=m.row)
        np.subtract(m.row, m.right, out=m.row)
        np.multiply(t, p, out=m.scores)
        np.add.reduce(m.scores, axis=-2, keepdims=True, out=m.right)
        np.subtract(p, m.scores, out=m.scores)
        np.add.reduce(m.scores, axis=-2, keepdims=True, out=m.wrong)
        np.maximum(m.wrong, SMALLEST, out=m.wrong)
        np.log(m.wrong, out=m.share)
        np.multiply(m.share, m.gamma, out=m.share)
        np.exp(m.share, out=m.share)
