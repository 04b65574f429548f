"""Tables whose rows a process of its own parses."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from npnet.data.columns.column_builder import Cells
from npnet.data.readers import Block, refuse_repeated, with_names
from npnet.data.readers.child_process import ChildProcess
from npnet.errors import DataError
from npnet.text import quoted


class ChildTable:
    """The rows of a table that a process parses; see `npnet.data.readers.TableReader`."""

    def __init__(self, child: ChildProcess, name: str) -> None:
        self.child, self._name, layout = child, name, child.layout
        self.names, self.estimate = with_names(map(str, layout["names"])), int(layout["rows"])
        refuse_repeated(self.names, name)
        self._types = dict(zip(self.names, layout["others"], strict=True))

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """Yield the rows; raises DataError for columns that are not flat, or damaged."""
        for name in wanted:
            self._refuse_other_types(name)
        positions = {name: position for position, name in enumerate(self.names)}
        self.child.ask([(positions[name], as_text(name)) for name in wanted])
        while (rows := self.child.header()["rows"]) is not None:
            yield Block(rows, {name: self._cells(rows) for name in wanted})

    def _cells(self, rows: int) -> Cells:
        header = self.child.header()
        dtype = np.dtype(np.int32 if "texts" in header else np.float64)
        values = np.frombuffer(self.child.data(rows * dtype.itemsize), dtype)
        return np.array([*header["texts"], None], object)[values] if "texts" in header else values

    def _refuse_other_types(self, name: str) -> None:
        if self._types[name] is not None:
            hint = f"npnet reads numbers, text, true and false, dates and times; write drop: [{quoted(name)}]"
            raise DataError(f"{self._name}: column {quoted(name)} is of type {self._types[name]}", hint)
