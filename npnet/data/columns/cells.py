"""Cells on their way from a file into columns: blocks of rows, and the codes of texts."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.frame import MISSING

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
