"""A tally: what the stacks of a cohort say of an epoch, put together model by model."""

import time

import numpy as np

from npnet.cohort.group import Places
from npnet.training import PerModel, Progress


class Tally:
    """The last value, rate and health of every model; one that is done keeps what it said last."""

    def __init__(self, rates: PerModel) -> None:
        self._values: dict[str, PerModel] = {}
        self._rates, self.finite = rates.copy(), np.ones(len(rates), bool)
        self.begin()

    def begin(self) -> None:
        """Another epoch begins."""
        self._measured: dict[str, None] = {}
        self._began = time.perf_counter()

    def take(self, progress: Progress, places: Places) -> None:
        """Note what the stack of some models says of the epoch."""
        self._rates[places], self.finite[places] = progress.learning_rate, progress.finite
        for name, value in progress.values.items():
            self._values.setdefault(name, np.full(len(self.finite), np.nan))[places] = value
            self._measured[name] = None

    def progress(self, epoch: int, epochs: int, batches: int) -> Progress:
        """The epoch of all models together."""
        seconds = time.perf_counter() - self._began
        values = {name: self._values[name].copy() for name in self._measured}
        return Progress(epoch, epochs, batches, batches, seconds, self._rates.copy(), self.finite.copy(), values)
