"""The program that parses a Parquet file: a process of its own, as C++ may crash.

`npnet.data.readers.parquet` runs it by its path and without npnet, so that it starts fast. Arguments: the descriptor
of the open file, and the bytes of address space that it may use. It first writes the layout of the table. For each line
of standard input, a JSON list of [column, whether it must be text], it then writes all rows in batches: a header with
the number of rows (null after the last batch), and for each column a header and its values. A header is a line of JSON;
`texts` in it lists distinct texts, and the values are int32 codes of them, -1 where missing; else the values are
float64, NaN where missing. A header with `error` is the last of its reply.
"""

import importlib
import json
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.abc import MetaPathFinder
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS, CELLS = 50_000, 4_000_000  # the most in a batch; a wide table has batches of fewer rows
LONGEST = 1 << 28  # bytes of the distinct texts of a column in a batch
EXACT = 2**53  # numbers from here on are checked as text
GREEDY = "takes far more memory than a file of its size should"


class WithoutPandas(MetaPathFinder):
    """A finder that keeps pyarrow from importing pandas, which is slow and not needed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for pandas."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


class Reader:
    """An open Parquet file."""

    def __init__(self, file: Any) -> None:
        self.arrow = importlib.import_module("pyarrow")
        self.file = file
        self.table: Any = None

    def layout(self) -> Iterator[bytes]:
        """Yield the column names, the types that cannot be read, and the number of rows."""
        self.table = importlib.import_module("pyarrow.parquet").ParquetFile(self.file)
        self._refuse_contradictions()
        fields = {"names": self.table.schema_arrow.names, "rows": self.table.metadata.num_rows}
        types = [field.type for field in self.table.schema_arrow]
        yield message({**fields, "others": [None if self._is_flat(kind) else str(kind) for kind in types]})

    def batches(self, wanted: list[tuple[str, bool]]) -> Iterator[bytes]:
        """Yield the rows of the wanted columns."""
        rows = max(1000, min(ROWS, CELLS // max(len(wanted), 1)))
        for batch in self.table.iter_batches(rows, columns=[name for name, _ in wanted], use_threads=False):
            yield message({"rows": batch.num_rows})
            for name, as_text in wanted:
                yield self._column(batch.column(name), as_text, batch.num_rows)
        yield message({"rows": None})

    def _column(self, column: Any, as_text: bool, rows: int) -> bytes:
        types = self.arrow.types
        column = column.dictionary_decode() if types.is_dictionary(column.type) else column
        header: dict[str, Any] = {}
        values = None if as_text else self._numbers(column)
        if values is None:
            header["texts"], values = self._texts(column)
        if len(values) != rows:
            raise ValueError("its columns are of unequal length")
        return message(header, values)

    def _numbers(self, column: Any) -> NDArray[Any] | None:
        """Return a column as float64; None if it holds other values, or must be checked as text."""
        if not (self.arrow.types.is_integer(column.type) or self.arrow.types.is_floating(column.type)):
            return None
        values = plain(column.cast(self.arrow.float64(), safe=False))
        exact = np.count_nonzero(np.isnan(values)) == column.null_count and not (np.abs(values) >= EXACT).any()
        return values if exact else None

    def _texts(self, column: Any) -> tuple[list[str], NDArray[Any]]:
        """Return the distinct values of a column as a CSV file holds them, and the code of each row."""
        if self.arrow.types.is_null(column.type):
            return [], np.full(len(column), -1, np.int32)
        encoded = column.dictionary_encode()
        values = encoded.dictionary
        if values.nbytes > LONGEST:
            raise MemoryError
        codes = plain(encoded.indices.cast("int32").fill_null(-1))
        if self.arrow.types.is_timestamp(values.type):
            moments = plain(values.cast(self.arrow.timestamp("us"), safe=False))
            return list(map(str, np.datetime_as_string(moments))), codes
        return list(map(str, values.to_pylist())), codes

    def _is_flat(self, kind: Any) -> bool:
        types = self.arrow.types
        inner = kind.value_type if types.is_dictionary(kind) else kind
        flat = (types.is_integer, types.is_floating, types.is_boolean, types.is_string, types.is_large_string)
        return any(fits(inner) for fits in (*flat, types.is_date, types.is_timestamp, types.is_null))

    def _refuse_contradictions(self) -> None:
        """Raise ValueError where the file and its parts have different numbers of rows."""
        info = self.table.metadata
        groups = [info.row_group(number) for number in range(info.num_row_groups)]
        flat = [index for index in range(info.num_columns) if not info.schema.column(index).max_repetition_level]
        counts = [(group.num_rows, group.column(index).num_values) for group in groups for index in flat]
        if info.num_rows != sum(group.num_rows for group in groups) or any(rows != values for rows, values in counts):
            raise ValueError("its parts have other numbers of rows than it says")


def plain(values: Any) -> NDArray[Any]:
    """Return Arrow values as a NumPy array, NaN where missing."""
    return np.ascontiguousarray(values.to_numpy(zero_copy_only=False))


def message(header: dict[str, Any], values: NDArray[Any] | None = None) -> bytes:
    """Return a header and its values as bytes."""
    return json.dumps(header).encode() + b"\n" + (b"" if values is None else values.tobytes())


def send(messages: Iterator[bytes]) -> None:
    """Write messages, and as the last one what is wrong with the file, if anything is."""
    arrow = importlib.import_module("pyarrow")
    try:
        for data in messages:
            sys.stdout.buffer.write(data)
    except MemoryError:
        sys.stdout.buffer.write(message({"error": GREEDY}))
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        why = str(error).strip().partition("\n")[0]
        sys.stdout.buffer.write(message({"error": f"is a damaged Parquet file: {why}"}))
    sys.stdout.buffer.flush()


def main() -> None:
    """Limit the memory, open the file, and answer until standard input ends."""
    descriptor, limit = map(int, sys.argv[1:])
    sys.meta_path.insert(0, WithoutPandas())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends this program
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with open(descriptor, "rb") as file:  # noqa: PTH123 - it is open already
        reader = Reader(file)
        send(reader.layout())
        for line in sys.stdin:
            send(reader.batches(json.loads(line)))


if __name__ == "__main__":
    main()
