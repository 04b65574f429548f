"""The range test of learning rates: a stack of equal networks, each with a rate of its own, for a hundred steps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from npnet.diagnosis.probe import STEPS, Probe
from npnet.engine.batches import Batches
from npnet.model.predictor import SplitPredictor

Floats = NDArray[np.float64]
BELOW, ABOVE, DECADE = 4, 3, 4
"""Decades below and above the usual rate of the optimizer, and rates in each."""
BYTES = 2**28
"""Bytes of the parameters, gradients and slots of networks that train as one stack."""
ENOUGH = 0.9
"""The share of the best fall of the loss that the suggested rate reaches."""


@dataclass(frozen=True, eq=False)
class RateRange:
    """Training losses (rates,) after `steps` steps with each learning rate; infinite where they diverge.

    `suggested` is the smallest rate that reaches 90 % of the best fall, None where no rate lowers the loss.
    """

    rates: Floats
    losses: Floats
    start: float
    steps: int
    suggested: float | None

    @property
    def shown(self) -> tuple[Floats, Floats]:
        """The rates and losses that a picture shows: those up to twice the loss at the start."""
        known = self.losses <= 2 * self.start
        return self.rates[known], self.losses[known]


def rate_range(training: SplitPredictor) -> RateRange:
    """Train copies of the first network of a training side by side, each with another learning rate."""
    probe = Probe(training)
    usual = np.log10(probe.learner.optimizer.usual_rate)
    rates = np.logspace(usual - BELOW, usual + ABOVE, (BELOW + ABOVE) * DECADE + 1)
    config, resolved = probe.resolved.config, probe.resolved
    arrays = 3 + len(config.optimizer.slots)
    together = max(1, BYTES // max(1, arrays * probe.best.size * np.dtype(resolved.dtype).itemsize))
    losses, start = [], 0.0
    for first in range(0, len(rates), together):
        batches = Batches(probe.samples, resolved.batch_size, config.seed, config.accumulate)
        found = probe.train(rates[first : first + together], batches, probe.learner.constraints, probe.measured)
        losses.append(found.after)
        start = found.before
    after = np.concatenate(losses)
    return RateRange(rates, after, start, STEPS, suggested_rate(rates, after, start))


def suggested_rate(rates: Floats, losses: Floats, start: float) -> float | None:
    """Return the smallest rate that reaches 90 % of the best fall, with two digits.

    The best rate of so few steps is near those that diverge, and too large for a long training.
    """
    fall = start - losses
    if not fall.max() > 0:
        return None
    return float(f"{rates[int(np.argmax(fall >= ENOUGH * fall.max()))]:.2g}")
