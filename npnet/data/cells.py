"""Cells on their way from a file into columns: blocks of rows, and arrays that grow without a second copy."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import DTypeLike, NDArray

from npnet.data.frame import MISSING

DOUBLE = 1 << 18  # up to so many values an array doubles when it grows; from there on it grows by an eighth

Cells = NDArray[Any]  # float64, NaN where nothing stands; or objects, str, and None or NaN where nothing stands


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows of a file, column by column."""

    rows: int
    cells: Mapping[str, Cells]


class Rows(Protocol):
    """A table in a file: the names of its columns, and its rows as often as they are asked for.

    `estimate` says about how many rows there are, before they are read.
    `blocks` reads the wanted columns alone. A column of which `as_text` says so comes as text; another one comes
    as numbers where every cell of the block is one that float64 holds, and else as text.
    """

    names: tuple[str, ...]
    estimate: int

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """The rows from the first to the last."""


class Codes(dict[str, int]):
    """The codes of texts as they come: those of `texts` in their order, MISSING of what means missing.

    Blanks around a text are no part of it.
    """

    def __init__(self, missing: Collection[str]) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._missing = missing

    def of(self, cells: Cells) -> NDArray[np.int32]:
        """The codes of some cells."""
        import pandas as pd

        places, distinct = pd.factorize(cells)  # -1 where nothing stands
        return np.array([*map(self.__getitem__, distinct.tolist()), MISSING], np.int32)[places]

    def __missing__(self, cell: str) -> int:
        text = cell.strip()
        if text in self._missing:
            code = MISSING
        elif text in self:
            code = self[text]
        else:
            code = self[text] = len(self.texts)
            self.texts.append(text)
        self[cell] = code
        return code


class Growing:
    """An array to append to; it grows in place, so that memory holds the values once, and a little room."""

    def __init__(self, dtype: DTypeLike) -> None:
        self._values: NDArray[Any] = np.empty(0, dtype)
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def extend(self, values: NDArray[Any]) -> None:
        """Append values, cast to the type of the array."""
        self._room(len(values))[:] = values

    def repeat(self, value: float, times: int) -> None:
        """Append one value many times."""
        self._room(times)[:] = value

    def done(self) -> NDArray[Any]:
        """The values so far, without the room for more."""
        self._values.resize(self._length, refcheck=False)
        return self._values

    def _room(self, more: int) -> NDArray[Any]:
        start, self._length = self._length, self._length + more
        if self._length > len(self._values):
            room = self._length if self._length < DOUBLE else self._length // 8
            self._values.resize(self._length + room, refcheck=False)
        return self._values[start : self._length]
