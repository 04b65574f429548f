"""Records: what the trials of one cohort leave in their folders, from the first epoch to the last."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from npnet.engine.loop import Progress
from npnet.model.fitting import Fitting
from npnet.rundir.table import line

Floats = NDArray[np.float64]


class Histories:
    """The history of each trial: a row for every epoch until its models have had enough.

    `before` are the rows of earlier waves, as bytes; a trial goes on below them.
    """

    def __init__(self, fittings: Sequence[Fitting], columns: Sequence[str], before: Mapping[int, bytes]) -> None:
        self.fittings, self.columns, self.before = fittings, columns, before
        self._rows: list[list[bytes]] = [[] for _ in fittings]
        self._seconds: list[tuple[int, float]] = []
        self._finished = [fitting.finished for fitting in fittings]

    def note(self, progress: Progress) -> None:
        """Add the epoch that is complete, to those that were still training."""
        self._seconds.append((progress.epoch, progress.seconds / len(self.fittings)))
        means = [self._means(progress.values.get(name)) for name in self.columns]
        rates = progress.learning_rate.reshape(len(self.fittings), -1)[:, 0].tolist()
        for place, row in enumerate(zip(*means, rates, strict=True)):
            if not self._finished[place]:
                self._rows[place].append(line([progress.epoch, *row]))
        self._finished = [fitting.finished for fitting in self.fittings]

    def _means(self, values: Floats | None) -> list[float]:
        if values is None:
            return [float("nan")] * len(self.fittings)
        return [float(mean) for mean in values.reshape(len(self.fittings), -1).mean(axis=1)]

    def csv(self, place: int) -> bytes:
        """The file history.csv of a trial."""
        head = self.before.get(place) or (",".join(["epoch", *self.columns, "learning_rate"]) + "\n").encode()
        return head + b"".join(self._rows[place])

    def timing(self, place: int) -> bytes:
        """The file timing.csv of a trial: its share of what the epochs took."""
        rows = [line([epoch, round(seconds, 6)]) for epoch, seconds in self._seconds[: len(self._rows[place])]]
        return b"epoch,seconds\n" + b"".join(rows)


class Clock:
    """When a group began, and how long it took."""

    def __init__(self) -> None:
        self.started, self._began = now(), time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self._began


def now() -> str:
    """The time in UTC, as a file has it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
