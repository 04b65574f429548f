"""Out-of-core columns: values of large tables in a temporary file, mapped to be read."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from typing_extensions import override

from npnet.data.columns import Rows, Stored
from npnet.machine.resources import explained
from npnet.storage.disk import reading, write_all

MEMORY = 1 << 28  # bytes of a table that stay in memory; the columns of a larger table are written to a file
LEAST = 1 << 15  # bytes that are written at once, however many columns there are
OTHER_DISK = "TMPDIR names a folder on another disk"


@dataclass(frozen=True, eq=False)
class SpilledArray:
    """A run of values in a temporary file; indexing maps it, copies values and unmaps it.

    Pages that stay mapped would count as memory of the process, so no map outlives the copy.
    """

    file: "SpillFile"
    dtype: np.dtype[Any]
    offset: int
    length: int

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, rows: Rows | slice) -> NDArray[Any]:
        return np.array(self.file.mapped(self.dtype, self.offset, self.length)[rows])


@dataclass(frozen=True, eq=False)
class ChunkedArray:
    """Arrays joined to a single array; only what is between the first and last row is read.

    Slices have a step of 1.
    """

    chunks: tuple[Stored, ...]

    def __len__(self) -> int:
        return sum(map(len, self.chunks))

    def __getitem__(self, rows: Rows | slice) -> NDArray[Any]:
        if isinstance(rows, slice):
            start, stop, _ = rows.indices(len(self))
            return self._read(start, max(start, stop))
        if not len(rows):
            return self._read(0, 0)
        first = int(rows.min())
        return np.asarray(self._read(first, int(rows.max()) + 1)[rows - first])

    def _read(self, start: int, stop: int) -> NDArray[Any]:
        values = np.empty(stop - start, self.chunks[0][:0].dtype)
        offset = 0
        for chunk in self.chunks:  # one at a time, so that memory holds the values once
            first, end = max(start - offset, 0), min(stop - offset, len(chunk))
            if first < end:
                values[first + offset - start : end + offset - start] = chunk[first:end]
            offset += len(chunk)
        return values


@dataclass(frozen=True, eq=False)
class TranslatedCodes:
    """Codes translated by a table when they are read, to other codes or numbers; its last entry is for MISSING, -1."""

    codes: Stored
    table: NDArray[Any]

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, rows: Rows | slice) -> NDArray[Any]:
        return np.asarray(self.table[self.codes[rows]])


class SpillFile:
    """A temporary file for the columns of a table that exceed their `share` of memory, in bytes.

    It has no name and is freed with the last array that is stored in it. Raises MachineError where the disk is full or
    the temporary folder cannot be written.
    """

    def __init__(self, columns: int) -> None:
        self.share = max(MEMORY // max(columns, 1), LEAST)
        self._path = Path("a temporary file")
        self._descriptor = -1  # until the file is made
        self._end = 0

    def __del__(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)

    @override
    def __reduce__(self) -> str:
        raise TypeError("a spilled column can be read only by the process that wrote it, and by its forks")

    def append(self, values: NDArray[Any]) -> SpilledArray:
        """Write values at the end of the file and return them as an array that is read from there."""
        if self._descriptor < 0:
            with explained(self._path, hint=OTHER_DISK):
                self._path = Path(tempfile.gettempdir(), "a temporary file")
            with explained(self._path, hint=OTHER_DISK), tempfile.TemporaryFile(buffering=0) as file:
                self._descriptor = os.dup(file.fileno())
        with explained(self._path, values.nbytes, OTHER_DISK):
            write_all(self._descriptor, values.data.cast("B"))
        start, self._end = self._end, self._end + values.nbytes
        return SpilledArray(self, values.dtype, start, len(values))

    def mapped(self, dtype: np.dtype[Any], offset: int, length: int) -> NDArray[Any]:
        """Map values that `append` wrote."""
        with reading(self._path), os.fdopen(self._descriptor, "rb", closefd=False) as file:
            return np.memmap(file, dtype, "r", offset, (length,))


class GrowableArray:
    """An array to append to: in memory up to the share of a column, beyond that in a file."""

    def __init__(self, dtype: DTypeLike, file: SpillFile) -> None:
        self._dtype, self._file, self._size = np.dtype(dtype), file, 0
        self._chunks: list[NDArray[Any]] = []
        self._spilled: list[SpilledArray] = []

    def extend(self, values: NDArray[Any]) -> None:
        """Append a copy of the values, cast to the type of the array."""
        self._chunks.append(values.astype(self._dtype))
        self._size += self._chunks[-1].nbytes
        if self._size > self._file.share:
            self._spill()

    def finish(self) -> Stored:
        """Return all values: an array, or one that is read from the file."""
        if self._spilled:
            self._spill()
            return ChunkedArray(tuple(self._spilled))
        self._chunks = [np.concatenate([np.empty(0, self._dtype), *self._chunks])]
        return self._chunks[0]

    def _spill(self) -> None:
        if self._size:
            self._spilled.append(self._file.append(np.concatenate(self._chunks)))
        self._chunks, self._size = [], 0
