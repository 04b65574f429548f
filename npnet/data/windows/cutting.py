"""Windows of rows: which rows of a table each one has, and the row whose target it is to predict.

A series is the rows of one group in order of time; rows of equal times keep their order. Windows never cross a series.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Rows
from npnet.errors import DataError, MachineError
from npnet.machine.resources import SHARE, available, size_text
from npnet.text import plural

Floats = NDArray[np.float64]
INPUT = 4  # bytes of an input of a network in float32
NEXT = -1  # the row to predict is not in the table


@dataclass(frozen=True, eq=False)
class RowWindows:
    """Positions of rows in a table: those of each window, (windows, rows), oldest first, and the one to predict.

    `ahead` is NEXT where the row to predict comes after the last row of its series.
    """

    rows: Rows
    ahead: Rows

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def last(self) -> Rows:
        """The last row of each window, the latest that its prediction knows."""
        return self.rows[:, -1]

    def take(self, chosen: NDArray[Any]) -> "RowWindows":
        """Return some of the windows."""
        return RowWindows(self.rows[chosen], self.ahead[chosen])


@dataclass(frozen=True, eq=False)
class Ordered:
    """The rows of a table in the order of series and time: `order` are positions, `starts` where each series begins."""

    order: Rows
    starts: Rows

    @classmethod
    def of(cls, rows: int, times: Sequence[NDArray[Any]] = (), groups: NDArray[Any] | None = None) -> "Ordered":
        """Return the order by groups, then by each of several times, then as the rows come."""
        if groups is None:
            groups = np.zeros(rows, np.int64)
        order = np.lexsort((*reversed(times), groups)) if len(times) else np.argsort(groups, kind="stable")
        ordered = groups[order]
        return cls(order, np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1]))

    @property
    def sizes(self) -> Rows:
        """The number of rows of each series."""
        return np.diff(self.starts, append=len(self.order))

    @property
    def ranks(self) -> Rows:
        """The rank of each row of the order within its series, from 0."""
        return np.arange(len(self.order)) - np.repeat(self.starts, self.sizes)

    def windows(self, window: int, horizon: int, stride: int = 1, newest: bool = False) -> RowWindows:
        """Return the windows whose row to predict, `horizon` rows after their last row, is in the table.

        They begin every `stride` rows of a series. With `newest` those are there too whose row to predict is not.
        """
        rank, size = self.ranks, np.repeat(self.sizes, self.sizes)
        known = rank + horizon < size
        first = rank - (window - 1)
        ends = np.flatnonzero((first >= 0) & (first % stride == 0) & (known | newest))
        rows = self.order[ends[:, np.newaxis] + np.arange(1 - window, 1)]
        after = np.minimum(ends + horizon, len(self.order) - 1)
        return RowWindows(rows, np.where(known[ends], self.order[after], NEXT))


def require_memory(ordered: Ordered, window: int, stride: int, columns: int) -> None:
    """Raise MachineError where the windows would take over 90 % of the available memory.

    A row of a window takes its position, 8 bytes, and an input of 4 bytes at least for each of its columns.
    """
    count = int(np.sum(np.maximum(ordered.sizes - window, 0) // stride))
    need, free = count * window * (8 + INPUT * columns), available()
    if need > SHARE * free:
        what = f"about {count} windows of {window} rows and {columns} columns need {size_text(need)}"
        raise MachineError(
            f"{what}, {size_text(free)} are available", "a smaller window, or a larger stride takes less"
        )


def refuse_no_window(ordered: Ordered, window: int, horizon: int, where: str, learned: bool = False) -> tuple[str, ...]:
    """Raise DataError where every series is too short for a window and its target; return a note on those that are.

    A horizon of 0 asks for no target. A `learned` window cannot be written smaller.
    """
    need, sizes = window + horizon, ordered.sizes
    short, most = int(np.count_nonzero(sizes < need)), int(sizes.max())
    after = f" and the target {plural(horizon, 'row')} later" if horizon else ""
    if most >= need:
        few = f"{short} of {len(sizes)} series {'has' if short == 1 else 'have'} fewer than {need} rows"
        return (f"{few}, too few for a window{' and its target' * bool(horizon)}: left out",) if short else ()
    has = f"the longest of {len(sizes)} series has" if len(sizes) > 1 else f"{where} has"
    needs = f"a window of {plural(window, 'row')}{after} need{'' if horizon else 's'} {need}"
    smaller = {"window": most - horizon, "horizon": most - window}
    fits = [f"{key}: {value}" for key, value in smaller.items() if value > 0]
    hint = f"write {' or '.join(fits)}, or less" if fits else f"it takes {plural(need - most, 'row')} more"
    if learned:
        hint = f"it takes {plural(need - most, 'row')} more, from before"
    raise DataError(f"{has} {plural(most, 'row')}; {needs}", hint)
