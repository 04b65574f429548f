"""Tables in Parquet files: flat columns of numbers, text, true and false, dates; read as a CSV file of them would be.

Whole numbers and floats are numbers, unless their column is to be text: then each is the shortest text that reads
back as the same value. True and false are the texts `True` and `False`, dates and times those of ISO 8601; text
columns follow the rules of text, so that `"007"` in a column of such texts is the number 7 here and in a CSV file.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from npnet.data.columns.cells import Block, Cells
from npnet.data.columns.type_rules import doubtful
from npnet.data.readers.data_file import PIECE, DataFile
from npnet.data.readers.parquet_process import ParquetProcess
from npnet.errors import DataError
from npnet.text import quoted


class Parquet:
    """The rows of a Parquet file; see `npnet.data.columns.cells.Rows`. Needs pyarrow."""

    def __init__(self, file: DataFile) -> None:
        self._file = file
        with file.content() as content:
            while content.read(PIECE):
                pass  # for the fingerprint
        self._process = ParquetProcess(file)
        layout = self._process.layout
        self.names, self.estimate = tuple(map(str, layout["names"])), int(layout["rows"])
        self._others = dict(zip(self.names, layout["others"], strict=True))
        twice = next((name for name in self.names if self.names.count(name) > 1), None)
        if twice is not None:
            raise DataError(f"{file.name} has more than one column {quoted(twice)}", "give every column its own name")

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """The rows from the first to the last; DataError where a wanted column is not flat, or the file is damaged."""
        for name in wanted:
            self._refuse_other_types(name)
        self._process.ask("start", *wanted)
        while (rows := self._process.ask("proceed")[0]["rows"]) is not None:
            yield Block(rows, {name: self._cells(name, rows, as_text(name)) for name in wanted})

    def _refuse_other_types(self, name: str) -> None:
        if self._others[name] is not None:
            hint = "npnet reads numbers, text, true and false, dates and times; drop: leaves a column out"
            raise DataError(f"{self._file.name}: column {quoted(name)} is of type {self._others[name]}", hint)

    def _cells(self, name: str, rows: int, as_text: bool) -> Cells:
        if not as_text:
            header, values = self._process.values("numbers", name, np.float64, rows)
            if header["size"] is not None and not doubtful(values):
                return values
        header, codes = self._process.values("texts", name, np.int32, rows)
        return np.asarray(np.array([*header["texts"], None], object)[codes])
