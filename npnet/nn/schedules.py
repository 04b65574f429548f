"""Schedules: the learning rate over the course of training, as a factor on `learning_rate`.

A schedule is a pure function of e, the epochs done so far (2.5 is the middle of the third), and of all epochs E. It
is evaluated at every step, so that smooth schedules change within an epoch; most of PyTorch's change once an epoch.
Ends and minima are factors on the learning rate; PyTorch's eta_min and min_lr are learning rates.
"""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from npnet.registry import Registry
from npnet.spec import Named, Spec

Epochs = NDArray[np.float64]


class Schedule(Spec):
    """The factor on the learning rate at any time of the training."""

    def factor(self, e: Epochs, epochs: int) -> Epochs:
        """Return the factors on the learning rate at the times e, of `epochs` in all."""
        raise TypeError(f"{type(self).__name__} has no factor")


schedules: Registry[type[Schedule]] = Registry("schedule", "schedules")
ScheduleSpec = Annotated[Schedule, Named(schedules)]


@schedules.add("constant")
class Constant(Schedule):
    """The same learning rate from beginning to end.

    f(e) = 1.  It does not converge under noisy gradients: Robbins and Monro (1951).
    """

    def factor(self, e: Epochs, epochs: int) -> Epochs:
        """Return ones."""
        return np.ones_like(e)


@schedules.add("step")
class StepDecay(Schedule):
    """A drop every few epochs, constant in between.

    f(e) = drop ^ ⌊e / every⌋.  Krizhevsky, Sutskever and Hinton (2012) dropped by hand.
    PyTorch: the same as StepLR; `drop` is called gamma.
    """

    every: int = Field(30, ge=1, le=10**7, description="Epochs from one drop to the next.")
    drop: float = Field(0.1, gt=0, le=1, description="The factor of each drop.")

    def factor(self, e: Epochs, epochs: int) -> Epochs:
        """Return f(e)."""
        return np.asarray(self.drop ** np.floor(e / self.every))


@schedules.add("exponential")
class Exponential(Schedule):
    """The same factor from each epoch to the next.

    f(e) = decay ^ e.
    PyTorch: ExponentialLR is constant within an epoch; here the rate falls at every step. `decay` is called gamma.
    """

    decay: float = Field(0.95, gt=0, le=1, description="The factor of each epoch.")

    def factor(self, e: Epochs, epochs: int) -> Epochs:
        """Return f(e)."""
        return np.asarray(self.decay**e)


@schedules.add("polynomial")
class Polynomial(Schedule):
    """From 1 down to `minimum` along a power; power 1 is a straight line.

    f(e) = minimum + (1 - minimum) (1 - e/E) ^ power.
    PyTorch: PolynomialLR falls once an epoch, over 5 epochs by default; here over the whole training.
    """

    power: float = Field(1.0, gt=0, le=100, description="The power.")
    minimum: float = Field(0.0, ge=0, le=1, description="The factor at the end.")

    def factor(self, e: Epochs, epochs: int) -> Epochs:
        """Return f(e)."""
        return np.asarray(self.minimum + (1.0 - self.minimum) * (1.0 - e / epochs) ** self.power)


@schedules.add("cosine")
class Cosine(Schedule):
    """Half a cosine from 1 down to `minimum`, after a warm-up, and again after each restart.

    f(e) = minimum + (1 - minimum) (1 + cos(π p)) / 2,  p from 0 to 1 in each of `restarts` + 1 periods;
    during the warm-up f rises in a straight line from 0.  Loshchilov and Hutter (2017), SGDR.
    PyTorch: CosineAnnealingLR changes once an epoch; `minimum` is a factor, eta_min there a learning rate. The periods
    of CosineAnnealingWarmRestarts may grow by T_mult; these are equally long.
    """

    minimum: float = Field(0.0, ge=0, le=1, description="The factor at the end.")
    warm_up: float = Field(0.0, ge=0, le=1e7, description="Epochs of the linear rise at the start.")
    restarts: int = Field(0, ge=0, le=10**6, description="Number of restarts from 1.")

    def factor(self, e: Epochs, epochs: int) -> Epochs:
        """Return f(e)."""
        warm_up = min(self.warm_up, float(epochs))
        done = np.maximum(e - warm_up, 0.0) / max(epochs - warm_up, 1e-12)
        p = (done * (self.restarts + 1)) % 1.0
        fall = self.minimum + (1.0 - self.minimum) * 0.5 * (1.0 + np.cos(np.pi * p))
        return np.where(e < warm_up, e / max(warm_up, 1e-12), fall)


@schedules.add("one_cycle")
class OneCycle(Schedule):
    """A rise to the learning rate and a fall far below it, both along half a cosine.

    f(e) = rises from `start` to 1 over the first `rise` of the training, and falls to `end` over the rest.
    Smith and Topin (2019), Super-convergence.
    PyTorch: OneCycleLR reaches `end` at the last step, here it would be reached one step later: the last of 200 steps
    has the factor 1.3e-4, PyTorch's 4e-6. The momentum does not change; PyTorch lowers it while the rate rises.
    """

    rise: float = Field(0.3, gt=0, lt=1, description="Share of the training that rises.")
    start: float = Field(0.04, gt=0, le=1, description="The factor at the beginning.")
    end: float = Field(4e-6, ge=0, le=1, description="The factor at the end.")

    def factor(self, e: Epochs, epochs: int) -> Epochs:
        """Return f(e)."""
        p = e / epochs
        up = self.start + (1.0 - self.start) * 0.5 * (1.0 - np.cos(np.pi * p / self.rise))
        down = self.end + (1.0 - self.end) * 0.5 * (1.0 + np.cos(np.pi * (p - self.rise) / (1.0 - self.rise)))
        return np.where(p < self.rise, up, down)


@schedules.add("cosine_log4")
class CosineLog4(Schedule):
    """Four rises and falls, each twice as long as the previous: small steps early and often.

    f(e) = (1 - cos(2π log₂(1 + 15 e/E))) / 2.  Holzmüller, Grinsztajn and Steinwart (2024), Better by default.
    """

    def factor(self, e: Epochs, epochs: int) -> Epochs:
        """Return f(e)."""
        return np.asarray(0.5 - 0.5 * np.cos(2.0 * np.pi * np.log2(1.0 + 15.0 * e / epochs)))


@schedules.add("reduce_on_plateau")
class ReduceOnPlateau(Schedule):
    """A drop whenever the monitored value has not improved for some epochs.

    Not a function of time: the loop multiplies the rate of a model by `drop` after `patience` epochs without an
    improvement by more than `min_delta`, never below `minimum`.
    PyTorch: ReduceLROnPlateau requires an improvement of 1e-4 of the value, here any improvement counts; its min_lr
    is a learning rate, `minimum` here a factor.
    """

    patience: int = Field(10, ge=1, le=10**7, description="Evaluated epochs without improvement before a drop.")
    drop: float = Field(0.1, gt=0, lt=1, description="The factor of each drop.")
    min_delta: float = Field(0.0, ge=0, le=1e6, description="Smallest change that counts as an improvement.")
    minimum: float = Field(0.0, ge=0, le=1, description="The smallest factor.")

    def factor(self, e: Epochs, epochs: int) -> Epochs:
        """Return ones: the loop applies the drops."""
        return np.ones_like(e)
