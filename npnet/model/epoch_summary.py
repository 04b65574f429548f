"""A tally: what the stacks of a cohort say of an epoch, put together model by model."""

import time
from collections.abc import Sequence

import numpy as np

from npnet.engine.loop import PerModel, Progress
from npnet.model.stack import Indices


class EpochSummary:
    """The last rate, values and health of every model; one that is done keeps what it said last.

    `said` (models, 1 + values) has the rate, then the values in the order of their names; NaN before the first.
    """

    def __init__(self, rates: PerModel, names: Sequence[str]) -> None:
        self.names = list(names)
        self.said = np.full((len(rates), 1 + len(self.names)), np.nan)
        self.said[:, 0], self.finite = rates, np.ones(len(rates), bool)
        self.begin()

    def begin(self, measured: bool = False) -> None:
        """Another epoch begins; of one that goes on some may have been measured already."""
        self._measured = measured
        self._began = time.perf_counter()

    def take(self, progress: Progress, indices: Indices) -> None:
        """Note what the stack of some models says of the epoch."""
        self.said[indices, 0], self.finite[indices] = progress.learning_rate, progress.finite
        for column, name in enumerate(self.names, 1):
            if name in progress.values:
                self.said[indices, column] = progress.values[name]
                self._measured = True

    def progress(self, epoch: int, epochs: int, batches: int) -> Progress:
        """The epoch of all models together."""
        seconds = time.perf_counter() - self._began
        columns = enumerate(self.names, 1) if self._measured else ()
        values = {name: self.said[:, column].copy() for column, name in columns}
        return Progress(epoch, epochs, batches, batches, seconds, self.said[:, 0].copy(), self.finite.copy(), values)
