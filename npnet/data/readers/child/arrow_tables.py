"""Files of Arrow: Parquet, and Feather, which is Arrow's own format for files and streams."""

import importlib
import io
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.readers.child.cells import EXACT, LONGEST, batch_rows, clock
from npnet.data.readers.child.wire import FileError, Options, message


class Columns:
    """The columns of Arrow batches as the program writes them."""

    def __init__(self) -> None:
        self.arrow = importlib.import_module("pyarrow")
        self._types = self.arrow.types

    def layout(self, schema: Any, rows: int) -> dict[str, Any]:
        """Return the column names, the types that cannot be read, and the number of rows."""
        kinds = [field.type for field in schema]
        others = [None if self._is_flat(kind) else str(kind) for kind in kinds]
        return {"names": schema.names, "rows": rows, "others": others}

    def messages(self, batches: Iterable[Any], wanted: list[tuple[int, bool]], names: list[str]) -> Iterator[bytes]:
        """Yield the rows of batches that have the wanted columns by name."""
        for batch in batches:
            yield message({"rows": batch.num_rows})
            for position, as_text in wanted:
                yield self._column(batch.column(names[position]), as_text, batch.num_rows)
        yield message({"rows": None})

    def _column(self, column: Any, as_text: bool, rows: int) -> bytes:
        column = self._plain_type(column)
        header: dict[str, Any] = {}
        values = None if as_text else self._numbers(column)
        if values is None:
            header["texts"], values = self._texts(column)
        if len(values) != rows:
            raise ValueError("its columns are of unequal length")
        return message(header, values.tobytes())

    def _plain_type(self, column: Any) -> Any:
        """Return a column without a dictionary or views, and floats with null for NaN."""
        column = column.dictionary_decode() if self._types.is_dictionary(column.type) else column
        if _is_view(self._types, column.type):
            column = column.cast(self.arrow.string())
        if not self._types.is_floating(column.type):
            return column
        values = column.to_numpy(zero_copy_only=False)
        return self.arrow.array(values, column.type, from_pandas=True) if np.isnan(values).any() else column

    def _numbers(self, column: Any) -> NDArray[Any] | None:
        """Return a column as float64; None if it holds other values, or must be checked as text."""
        if self._types.is_decimal(column.type):
            column = column.cast(self.arrow.string())  # whose numbers are read exactly
        elif not (self._types.is_integer(column.type) or self._types.is_floating(column.type)):
            return None
        values = plain(column.cast(self.arrow.float64(), safe=False))
        return None if (np.abs(values) >= EXACT).any() else values

    def _texts(self, column: Any) -> tuple[list[str], NDArray[Any]]:
        """Return the distinct values of a column as a CSV file holds them, and the code of each row."""
        if self._types.is_null(column.type):
            return [], np.full(len(column), -1, np.int32)
        encoded = column.dictionary_encode()
        values = encoded.dictionary
        if values.nbytes > LONGEST:
            raise MemoryError
        codes = plain(encoded.indices.cast("int32").fill_null(-1))
        if self._types.is_timestamp(values.type):
            moments = plain(values.cast(self.arrow.timestamp("us"), safe=False))
            return list(map(str, np.datetime_as_string(moments))), codes
        if self._types.is_duration(values.type) or self._types.is_time(values.type):
            unit = self.arrow.duration("us") if self._types.is_duration(values.type) else self.arrow.time64("us")
            return [clock(one) for one in values.cast(unit, safe=False).cast("int64").to_pylist()], codes
        texts = values.to_pylist()
        return [f"{one:f}" for one in texts] if self._types.is_decimal(values.type) else list(map(str, texts)), codes

    def _is_flat(self, kind: Any) -> bool:
        types = self._types
        inner = kind.value_type if types.is_dictionary(kind) else kind
        flat = (types.is_integer, types.is_floating, types.is_boolean, types.is_string, types.is_large_string)
        others = (types.is_date, types.is_timestamp, types.is_null, types.is_decimal, types.is_duration, types.is_time)
        return any(fits(inner) for fits in (*flat, *others)) or _is_view(types, inner)


class ParquetTable:
    """An open Parquet file."""

    title = "Parquet file"

    def __init__(self, file: io.BufferedReader, options: Options) -> None:
        self._file, self._columns = file, Columns()
        self._table: Any = None

    def layout(self) -> dict[str, Any]:
        """Return the layout of the columns."""
        self._table = importlib.import_module("pyarrow.parquet").ParquetFile(self._file)
        self._refuse_contradictions()
        return self._columns.layout(self._table.schema_arrow, self._table.metadata.num_rows)

    def answers(self, request: list[Any]) -> Iterator[bytes]:
        """Yield the rows of the wanted columns."""
        names = self._table.schema_arrow.names
        wanted = [names[position] for position, _ in request]
        batches = self._table.iter_batches(batch_rows(len(wanted)), columns=wanted, use_threads=False)
        return self._columns.messages(batches, request, names)

    def _refuse_contradictions(self) -> None:
        """Raise ValueError where the file and its parts have different numbers of rows."""
        info = self._table.metadata
        groups = [info.row_group(number) for number in range(info.num_row_groups)]
        flat = [index for index in range(info.num_columns) if not info.schema.column(index).max_repetition_level]
        counts = [(group.num_rows, group.column(index).num_values) for group in groups for index in flat]
        if info.num_rows != sum(group.num_rows for group in groups) or any(rows != values for rows, values in counts):
            raise ValueError("its parts have other numbers of rows than it says")


class ArrowTable:
    """An open Feather file, or a stream of Arrow."""

    title = "Feather file"

    def __init__(self, file: io.BufferedReader, options: Options) -> None:
        self._file, self._columns = file, Columns()
        self._ipc: Any = None
        self._schema: Any = None

    def layout(self) -> dict[str, Any]:
        """Return the layout of the columns."""
        self._ipc = importlib.import_module("pyarrow.ipc")
        if self._file.read(4) == b"FEA1":
            raise FileError("is of the first version of Feather", "write it again by pyarrow.feather.write_feather")
        self._schema = self._opened(None).schema
        rows = sum(batch.num_rows for batch in self._batches([0] if len(self._schema) else []))
        return self._columns.layout(self._schema, rows)

    def answers(self, request: list[Any]) -> Iterator[bytes]:
        """Yield the rows of the wanted columns."""
        pieces = self._pieces([position for position, _ in request])
        return self._columns.messages(pieces, request, self._schema.names)

    def _opened(self, options: Any) -> Any:
        self._file.seek(0)
        is_file = self._file.read(6) == b"ARROW1"
        self._file.seek(0)
        return (self._ipc.open_file if is_file else self._ipc.open_stream)(self._file, options=options)

    def _batches(self, positions: list[int]) -> Iterator[Any]:
        """Yield the batches with some columns, checked: Arrow itself trusts the lengths and offsets of a file."""
        reader = self._opened(self._ipc.IpcReadOptions(included_fields=positions, use_threads=False))
        numbers = getattr(reader, "num_record_batches", None)
        for batch in reader if numbers is None else map(reader.get_batch, range(numbers)):
            batch.validate(full=True)
            yield batch

    def _pieces(self, positions: list[int]) -> Iterator[Any]:
        rows = batch_rows(len(positions))
        for batch in self._batches(positions):
            yield from (batch.slice(start, rows) for start in range(0, batch.num_rows, rows))


def plain(values: Any) -> NDArray[Any]:
    """Return Arrow values as a NumPy array, NaN where missing."""
    return np.ascontiguousarray(values.to_numpy(zero_copy_only=False))


def _is_view(types: Any, kind: Any) -> bool:
    """Return whether a type is text of views, which old versions of pyarrow do not have."""
    return hasattr(types, "is_string_view") and bool(types.is_string_view(kind))
