"""Values of large tables, resting in a nameless temporary file while nobody looks at them."""

import os
import tempfile
import weakref
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from typing_extensions import override

from npnet.data.columns.frame import Rows
from npnet.machine.refusals import explained
from npnet.storage.disk import reading, write_all

MEMORY = 1 << 28  # bytes of a table that are kept in memory; the columns of a larger one rest on the disk
DOUBLE = 1 << 18  # up to so many values an array doubles when it grows; from there on it grows by an eighth
LEAST = 1 << 15  # bytes that are written at once, however many columns there are
ELSEWHERE = "TMPDIR names a folder on another disk"


class SpillFile:
    """A temporary file for the columns of a table, made when one is too large; it goes with the last that needs it.

    Each column may keep `share` bytes in memory. MachineError where the disk is full or there is no place for it.
    """

    def __init__(self, columns: int) -> None:
        self.share = max(MEMORY // max(columns, 1), LEAST)
        self._path = Path("a temporary file")
        self._file: int | None = None
        self._end = 0

    def put(self, values: NDArray[Any]) -> int:
        """Write values behind all others; the byte where they begin."""
        if self._file is None:
            self._file = self._opened()
        with explained(self._path, values.nbytes, ELSEWHERE):
            write_all(self._file, values.data.cast("B"))
        start, self._end = self._end, self._end + values.nbytes
        return start

    def get(self, offset: int, out: NDArray[Any]) -> None:
        """Fill an array with what was written from some byte on."""
        assert self._file is not None
        rest = out.data.cast("B")
        with reading(self._path):
            while rest:
                count = os.preadv(self._file, [rest], offset)
                if not count:
                    raise OSError(0, "it is shorter than it was")
                rest, offset = rest[count:], offset + count

    @override
    def __reduce__(self) -> str:
        raise TypeError("what rests is read by the process that put it there, and by those forked from it")

    def _opened(self) -> int:
        with explained(self._path, hint=ELSEWHERE):
            self._path = Path(tempfile.gettempdir(), "a temporary file")
        with explained(self._path, hint=ELSEWHERE), tempfile.TemporaryFile(buffering=0) as file:
            descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, descriptor)
        return descriptor


@dataclass(frozen=True, eq=False)
class SpilledArray:
    """Values in pieces: `ends` says how many there are up to the end of each, `offsets` where it begins in the file.

    With `table` they are places in it, and what stands there is meant; -1 is its last.
    """

    place: SpillFile
    dtype: np.dtype[Any]
    ends: NDArray[np.int64]
    offsets: tuple[int, ...]
    table: NDArray[Any] | None = None

    def __len__(self) -> int:
        return int(self.ends[-1])

    def looked_up(self, table: NDArray[Any]) -> "SpilledArray":
        """The values that stand in a table at these."""
        return replace(self, table=table)

    def at(self, rows: Rows | None) -> NDArray[Any]:
        """The values at some rows, all for None; of the file only what lies between the first and the last is read."""
        if rows is None:
            return self.between(0, len(self))
        if not len(rows):
            return self.between(0, 0)
        first, end = int(rows.min()), int(rows.max()) + 1
        values = self.between(first, end)
        return values if len(rows) == end - first and (rows[1:] > rows[:-1]).all() else values[rows - first]

    def between(self, start: int, stop: int) -> NDArray[Any]:
        """The values from one row up to another."""
        values = np.empty(stop - start, self.dtype)
        piece = int(np.searchsorted(self.ends, start, side="right"))
        done = start
        while done < stop:
            until = min(stop, int(self.ends[piece]))
            before = int(self.ends[piece - 1]) if piece else 0
            where = self.offsets[piece] + (done - before) * self.dtype.itemsize
            self.place.get(where, values[done - start : until - start])
            done, piece = until, piece + 1
        return values if self.table is None else np.asarray(self.table[values])


class GrowableArray:
    """An array to append to, in memory up to its share of it, from there on in a temporary file.

    It grows in place, so that memory holds the values once, and a little room.
    """

    def __init__(self, dtype: DTypeLike, place: SpillFile) -> None:
        self._values: NDArray[Any] = np.empty(0, dtype)
        self._length, self._place = 0, place
        self._lengths: list[int] = []
        self._offsets: list[int] = []

    def extend(self, values: NDArray[Any]) -> None:
        """Append values, cast to the type of the array."""
        self._room(len(values))[:] = values
        self._spill()

    def repeat(self, value: float, times: int) -> None:
        """Append one value many times."""
        step = max(self._place.share // self._values.itemsize, 1)
        for start in range(0, times, step):
            self._room(min(step, times - start))[:] = value
            self._spill()

    def done(self) -> NDArray[Any] | SpilledArray:
        """The values so far: an array, without the room for more, or what rests."""
        if not self._offsets:
            self._values.resize(self._length, refcheck=False)
            return self._values
        if self._length:
            self._put()
        self._values = np.empty(0, self._values.dtype)
        return SpilledArray(self._place, self._values.dtype, np.cumsum(self._lengths), tuple(self._offsets))

    def _room(self, more: int) -> NDArray[Any]:
        start, self._length = self._length, self._length + more
        if self._length > len(self._values):
            room = self._length if self._length < DOUBLE else self._length // 8
            self._values.resize(self._length + room, refcheck=False)
        return self._values[start : self._length]

    def _spill(self) -> None:
        if self._length * self._values.itemsize > self._place.share:
            self._put()

    def _put(self) -> None:
        self._offsets.append(self._place.put(self._values[: self._length]))
        self._lengths.append(self._length)
        self._length = 0
