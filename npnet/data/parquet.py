"""Tables in Parquet files: flat columns of numbers, text, true and false, dates; read as a CSV file of them would be.

Whole numbers and floats are numbers, unless their column is to be text: then each is the shortest text that reads
back as the same value. True and false are the texts `True` and `False`, dates and times those of ISO 8601; text
columns follow the rules of text, so that `"007"` in a column of such texts is the number 7 here and in a CSV file.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from npnet.data.cells import Block, Cells
from npnet.data.files import PIECE, DataFile
from npnet.data.text import quoted
from npnet.data.typing_rules import doubtful
from npnet.errors import DataError

ROWS = 50_000
SAFE = (14, 0, 1)  # older ones run code that a file brings along: CVE-2023-47248
INSTALL = 'pip install "npnet[parquet]"'


class Parquet:
    """The rows of a Parquet file; see `npnet.data.cells.Rows`. Needs pyarrow."""

    def __init__(self, file: DataFile) -> None:
        self._file, self._arrow = file, _pyarrow(file.name)
        with file.content() as content:
            while content.read(PIECE):
                pass  # for the fingerprint
        with self._explained():
            self._table = importlib.import_module("pyarrow.parquet").ParquetFile(file.raw)
            self.names: tuple[str, ...] = tuple(self._table.schema_arrow.names)
            self.estimate: int = self._table.metadata.num_rows
        twice = next((name for name in self.names if self.names.count(name) > 1), None)
        if twice is not None:
            raise DataError(f"{file.name} has more than one column {quoted(twice)}", "give every column its own name")

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """The rows from the first to the last; DataError where a wanted column is not flat, or the file is damaged."""
        for name in wanted:
            self._refuse_other_types(name)
        with self._explained():
            for batch in self._table.iter_batches(ROWS, columns=list(wanted), use_threads=False):
                cells = {name: self._cells(batch.column(name), as_text(name)) for name in wanted}
                yield Block(batch.num_rows, cells)

    def _refuse_other_types(self, name: str) -> None:
        types, kind = self._arrow.types, self._table.schema_arrow.field(name).type
        inner = kind.value_type if types.is_dictionary(kind) else kind
        flat = (types.is_integer, types.is_floating, types.is_boolean, types.is_string, types.is_large_string)
        if not any(fits(inner) for fits in (*flat, types.is_date, types.is_timestamp, types.is_null)):
            hint = "npnet reads numbers, text, true and false, dates and times; drop: leaves a column out"
            raise DataError(f"{self._file.name}: column {quoted(name)} is of type {inner}", hint)

    def _cells(self, column: Any, as_text: bool) -> Cells:
        types = self._arrow.types
        if types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if not as_text and (types.is_integer(column.type) or types.is_floating(column.type)):
            values = column.cast(self._arrow.float64(), safe=False).to_numpy(zero_copy_only=False)
            if not doubtful(values) and np.count_nonzero(np.isnan(values)) == column.null_count:
                return np.asarray(values, np.float64)
        return self._texts(column)

    def _texts(self, column: Any) -> Cells:
        if self._arrow.types.is_null(column.type):
            return np.full(len(column), None)
        encoded = column.dictionary_encode()
        codes = encoded.indices.cast("int64").fill_null(-1).to_numpy(zero_copy_only=False)
        return np.asarray(np.array([*self._written(encoded.dictionary), None], object)[codes])

    def _written(self, values: Any) -> list[str]:
        """Distinct values as a CSV file holds them."""
        if self._arrow.types.is_timestamp(values.type):
            moments = values.cast(self._arrow.timestamp("us"), safe=False).to_numpy(zero_copy_only=False)
            return list(map(str, np.datetime_as_string(moments)))
        return list(map(str, values.to_pylist()))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (self._arrow.ArrowException, OSError, ValueError, OverflowError) as error:
            why = str(error).strip().split("\n")[0]
            raise DataError(f"{self._file.name} is a damaged Parquet file: {why}", "write it again") from None


def _pyarrow(name: str) -> Any:
    try:
        arrow = importlib.import_module("pyarrow")
    except ModuleNotFoundError:
        raise DataError(f"{name}: Parquet files need pyarrow", INSTALL) from None
    if tuple(map(int, arrow.__version__.split(".")[:3])) < SAFE:
        raise DataError(f"{name}: pyarrow {arrow.__version__} is not safe to read files with", INSTALL)
    return arrow
