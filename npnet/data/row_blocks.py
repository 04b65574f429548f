"""Rows of a file read by the schema of another table, a block at a time, so that memory does not grow with them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from npnet.data.columns import Column, Frame
from npnet.data.columns.column_builder import CellFault, Cells, ColumnBuilder
from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.columns.spill_file import SpillFile
from npnet.data.columns.type_rules import Rules
from npnet.data.readers import Block
from npnet.data.readers.data_file import DataFile
from npnet.data.readers.reading import (
    cell_advice,
    cell_error,
    columns_of,
    ignored_columns,
    open_rows,
    refuse_missing,
)
from npnet.errors import DataError


@dataclass(frozen=True, eq=False)
class RowBlock(Frame):
    """Some rows, and the texts of the columns that are kept beside their predictions."""

    kept: Mapping[str, Cells]


class RowBlocks:
    """The rows of a file, in blocks; they can be read repeatedly.

    `needs` are the columns to read by the schema. `kept` are columns whose texts are kept, None for all; those of
    `optional` are kept if the file has them. `whole` makes all rows one block.
    """

    def __init__(
        self,
        file: DataFile,
        spec: ReadOptions,
        schema: Schema,
        needs: Collection[str],
        kept: Sequence[str] | None,
        optional: Sequence[str] = (),
        whole: bool = False,
    ) -> None:
        wanted = columns_of(schema, needs)
        self._file, self._wanted, self._whole = file, wanted, whole
        without = schema.model_copy(update={"na_values": ()})  # kept texts stand as they are
        self._rows, options = open_rows(file, spec, schema if kept == () and not optional else without)
        names = self._rows.names
        refuse_missing([*(one.name for one in wanted), *(kept or ())], names, file.name)
        self._rules = Rules.of(schema.na_values, np.float64, schema.lossy, options.number_style)
        self._options = options.model_copy(update={"na_values": schema.na_values})
        found = names if kept is None else [*kept, *(name for name in optional if name in names)]
        self.kept = tuple(dict.fromkeys(found))
        self._ignored = () if kept is None else ignored_columns(names, schema, (*spec.left_out, *self.kept))

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on how the rows were read, and on columns that are ignored."""
        return (*self._file.notes, *self._ignored)

    def __iter__(self) -> Iterator[RowBlock]:
        """Yield the rows; raise DataError for the first cell that its column cannot hold, and where there are none."""
        names = tuple(dict.fromkeys([*(one.name for one in self._wanted), *self.kept]))
        texts = {*self.kept, *(name for name, builder in self._builders().items() if builder.as_text)}
        blocks, done = self._rows.blocks(names, texts.__contains__), 0
        for several in [blocks] if self._whole else ([block] for block in blocks):
            found = self._typed(several, done)
            if len(found):
                yield found
            done += len(found)
        if not done:
            raise DataError(f"{self._file.name} has no rows", "there is nothing below the line of column names")

    def _typed(self, blocks: Iterable[Block], done: int) -> RowBlock:
        """Return the rows of some blocks, which come after rows that are done."""
        builders, count = self._builders(), 0
        kept: dict[str, list[Cells]] = {name: [] for name in self.kept}
        for block in (block for block in blocks if block.rows):
            for name, builder in builders.items():
                builder.add(block.cells[name])
            for name, cells in kept.items():
                cells.append(block.cells[name])
            count += block.rows
        found = {name: builder.finish() for name, builder in builders.items()}
        faults = [replace(one, row=one.row + done) for one in found.values() if isinstance(one, CellFault)]
        if faults:
            raise cell_error(faults, self._rows, self._file.name, partial(cell_advice, self._options))
        columns = {name: one for name, one in found.items() if isinstance(one, Column)}
        joined = {name: np.concatenate(cells) for name, cells in kept.items() if cells}
        return RowBlock(columns, np.arange(done + 1, done + count + 1), joined)

    def _builders(self) -> dict[str, ColumnBuilder]:
        file = SpillFile(len(self._wanted))
        return {one.name: ColumnBuilder(one, self._rules, np.float64, file) for one in self._wanted}
