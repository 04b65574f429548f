"""Formats of predictions: CSV, JSON lines and Parquet, from blocks of rows of which memory holds one at a time."""

import json
import math
from collections.abc import Iterator
from io import RawIOBase
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.readers.parquet import INSTALL
from npnet.errors import MachineError
from npnet.machine.refusals import out_of_memory
from npnet.rundir.table import csv_rows
from npnet.runner.results import Columns

TEXTS = ("csv", "jsonl")
FORMATS = (*TEXTS, "parquet")


def texts(form: str, blocks: Iterator[Columns]) -> Iterator[str]:
    """The text of each block: of CSV, below the names of the columns, or a JSON object a line."""
    for number, block in enumerate(blocks):
        if form == "csv":
            yield csv_rows(block, header=number == 0).decode()
        else:
            yield "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows_of(block))


def rows_of(columns: Columns) -> Iterator[dict[str, Any]]:
    """The rows of a block, each by the names of its columns; None for what is not there."""
    cells = zip(*map(_values, columns.values()), strict=True)
    return (dict(zip(columns, row, strict=True)) for row in cells)


def _values(column: NDArray[Any]) -> list[Any]:
    values: list[Any] = column.tolist()
    if column.dtype.kind != "f" or np.isfinite(column).all():
        return [None if value == "" else value for value in values] if column.dtype.kind == "U" else values
    return [value if math.isfinite(value) else None for value in values]


def encoded(form: str, blocks: Iterator[Columns]) -> Iterator[bytes]:
    """The bytes of a file of predictions, piece by piece; see `require_writer`."""
    if form == "parquet":
        return _parquet(blocks)
    return (text.encode() for text in texts(form, blocks))


def require_writer(form: str) -> None:
    """MachineError where what writes a format is not installed."""
    if form != "parquet":
        return
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise out_of_memory(error) or MachineError(f"Parquet files need pyarrow: {error}", INSTALL) from error


def _parquet(blocks: Iterator[Columns]) -> Iterator[bytes]:
    """A row group for each block; texts are strings, whole numbers int64, the others float64."""
    import pyarrow
    from pyarrow.parquet import ParquetWriter

    tables = (pyarrow.table({name: pyarrow.array(values) for name, values in block.items()}) for block in blocks)
    pieces, first = Pieces(), next(tables)
    with ParquetWriter(pieces, first.schema) as writer:
        for table in chain((first,), tables):
            writer.write_table(table)
            yield pieces.take()
    yield pieces.take()


class Pieces(RawIOBase):
    """A file to be written from its beginning to its end, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        """It can only be written."""
        return True

    def tell(self) -> int:
        """How many bytes were written, also those that are taken."""
        return self._size

    def write(self, data: Any) -> int:
        """Keep bytes until they are taken."""
        self._pieces.append(bytes(data))
        self._size += len(self._pieces[-1])
        return len(self._pieces[-1])

    def take(self) -> bytes:
        """What was written since the last time."""
        data, self._pieces = b"".join(self._pieces), []
        return data
