"""The outcome of a training on rows that did not train: losses row by row, with standard errors."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.metrics import decide

Floats = NDArray[np.float64]
TINY = 1e-12  # a probability of 0 counts as this much


@dataclass(frozen=True)
class Estimate:
    """A mean over rows, and its standard error (n - 1)."""

    value: float
    error: float

    @classmethod
    def of(cls, values: Floats) -> "Estimate":
        """Return the mean of values, one for each row, with its standard error; infinite of fewer than two rows."""
        error = float(values.std(ddof=1)) / len(values) ** 0.5 if len(values) > 1 else np.inf
        return cls(float(values.mean()), error)

    def __str__(self) -> str:
        return f"{self.value:.3g} ± {self.error:.1g}"


@dataclass(frozen=True, eq=False)
class Outcome:
    """Targets as in `npnet.data.Dataset`, and outputs (outputs, samples): probabilities or values."""

    task: str
    y: NDArray[Any]
    output: Floats

    @property
    def finite(self) -> bool:
        """Whether there are rows, and all outputs are finite."""
        return len(self.y) > 0 and bool(np.isfinite(self.output).all())

    @cached_property
    def probabilities(self) -> Floats:
        """The probability of each class (classes, samples)."""
        return np.concatenate([1 - self.output, self.output]) if self.task == "binary" else self.output

    @cached_property
    def losses(self) -> Floats:
        """The loss of each row: minus log probability, squared error, or Poisson deviance, the mean over targets."""
        return self._losses(self.output)

    @cached_property
    def constant_losses(self) -> Floats:
        """The losses of the best prediction that ignores the inputs: the shares of the classes, or the mean."""
        if self.task == "multiclass":
            share = np.bincount(self.y, minlength=len(self.output)) / len(self.y)
            return self._losses(np.repeat(share[:, np.newaxis], len(self.y), axis=1))
        mean = self.y.reshape(len(self.y), -1).mean(axis=0)
        return self._losses(np.repeat(mean[:, np.newaxis], len(self.y), axis=1))

    def decisions(self, threshold: float) -> NDArray[np.int64]:
        """Return the classes that are decided, of several labels (samples, labels)."""
        if self.task == "multilabel":
            return np.asarray(self.output.T > 0.5, np.int64)
        if self.task == "binary":
            return np.asarray(self.output[0] > threshold, np.int64)
        return decide(self.output)

    def _losses(self, output: Floats) -> Floats:
        y = self.y.reshape(len(self.y), -1).T
        if self.task == "multiclass":
            return np.asarray(-np.log(np.maximum(output[self.y, np.arange(len(self.y))], TINY)))
        if self.task in ("binary", "multilabel"):
            return np.asarray(-np.log(np.maximum(np.where(y == 1, output, 1 - output), TINY)).mean(axis=0))
        if self.task == "counts":
            rate = np.maximum(output, TINY)
            return np.asarray((rate - y * np.log(rate)).mean(axis=0))
        return np.asarray(np.square(output - y).mean(axis=0))
