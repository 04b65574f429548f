"""The program that parses a Parquet file in a process of its own, as C++ may crash on what a stranger wrote.

Run by `npnet.data.readers.parquet_process`, by its path and without npnet, so that it starts fast. Arguments: the
open file, and how many bytes of address space
there are for it. A request is a line of JSON, a list of a word and its arguments;
a reply is the length of a header in 8 bytes, the header in JSON, and then as many bytes as its `size` says.
"""

import importlib
import json
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.abc import MetaPathFinder
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS, CELLS = 50_000, 4_000_000  # the most in a batch; a wide table has batches of fewer rows
LONGEST = 1 << 28  # bytes of the distinct texts of a column in a batch
GREEDY = "takes far more memory than a file of its size should"
Reply = tuple[dict[str, Any], bytes]


class WithoutPandas(MetaPathFinder):
    """Keeps pyarrow from importing pandas, which would take longer than all else and is not needed."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """ModuleNotFoundError for pandas."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


class Reader:
    """A Parquet file, and the batch of its rows that was read last."""

    def __init__(self) -> None:
        self.arrow = importlib.import_module("pyarrow")
        self.table: Any = None
        self.batches: Iterator[Any] = iter(())
        self.batch: Any = None

    def open(self, file: Any) -> Reply:
        """The names of the columns, the types of those that cannot be read, and the number of rows."""
        self.table = importlib.import_module("pyarrow.parquet").ParquetFile(file)
        self._refuse_contradictions()
        types = [field.type for field in self.table.schema_arrow]
        others = [None if self._is_flat(kind) else str(kind) for kind in types]
        return {"names": self.table.schema_arrow.names, "others": others, "rows": self.table.metadata.num_rows}, b""

    def start(self, *wanted: str) -> Reply:
        """Begin with the first row of some columns."""
        rows = max(1000, min(ROWS, CELLS // max(len(wanted), 1)))
        self.batches = self.table.iter_batches(rows, columns=list(wanted), use_threads=False)
        return {}, b""

    def proceed(self) -> Reply:
        """Read the next rows; the number of them, or null at the end."""
        self.batch = next(self.batches, None)
        return {"rows": None if self.batch is None else self.batch.num_rows}, b""

    def numbers(self, name: str) -> Reply:
        """A column as float64, NaN where nothing stands; `size` null where it holds other things."""
        column, types = self._column(name), self.arrow.types
        if types.is_integer(column.type) or types.is_floating(column.type):
            values = plain(column.cast(self.arrow.float64(), safe=False))
            if np.count_nonzero(np.isnan(values)) == column.null_count:
                return {}, values.tobytes()
        return {"size": None}, b""

    def texts(self, name: str) -> Reply:
        """A column as its distinct texts, and codes (int32) of them, -1 where nothing stands."""
        column = self._column(name)
        if self.arrow.types.is_null(column.type):
            return {"texts": []}, np.full(len(column), -1, np.int32).tobytes()
        encoded = column.dictionary_encode()
        if encoded.dictionary.nbytes > LONGEST:
            raise MemoryError
        codes = plain(encoded.indices.cast("int32").fill_null(-1))
        return {"texts": self._written(encoded.dictionary)}, codes.tobytes()

    def _column(self, name: str) -> Any:
        column = self.batch.column(name)
        return column.dictionary_decode() if self.arrow.types.is_dictionary(column.type) else column

    def _written(self, values: Any) -> list[str]:
        """Distinct values as a CSV file holds them."""
        if self.arrow.types.is_timestamp(values.type):
            moments = plain(values.cast(self.arrow.timestamp("us"), safe=False))
            return list(map(str, np.datetime_as_string(moments)))
        return list(map(str, values.to_pylist()))

    def _is_flat(self, kind: Any) -> bool:
        types = self.arrow.types
        inner = kind.value_type if types.is_dictionary(kind) else kind
        flat = (types.is_integer, types.is_floating, types.is_boolean, types.is_string, types.is_large_string)
        return any(fits(inner) for fits in (*flat, types.is_date, types.is_timestamp, types.is_null))

    def _refuse_contradictions(self) -> None:
        """ValueError where the file and its parts say different numbers of rows."""
        facts = self.table.metadata
        groups = [facts.row_group(number) for number in range(facts.num_row_groups)]
        flat = [place for place in range(facts.num_columns) if not facts.schema.column(place).max_repetition_level]
        counts = [(group.num_rows, group.column(place).num_values) for group in groups for place in flat]
        if facts.num_rows != sum(group.num_rows for group in groups) or any(rows != values for rows, values in counts):
            raise ValueError("its parts have other numbers of rows than it says")


def plain(values: Any) -> NDArray[Any]:
    """Values as they are in NumPy, NaN where nothing stands."""
    return np.ascontiguousarray(values.to_numpy(zero_copy_only=False))


def answer(ask: Callable[..., Reply], *arguments: Any) -> None:
    """Send a reply, or what is wrong with the file."""
    arrow = importlib.import_module("pyarrow")
    try:
        reply = written(*ask(*arguments))
    except MemoryError:
        reply = written({"error": GREEDY})
    except (arrow.ArrowException, OSError, ValueError, OverflowError) as error:
        reply = written({"error": f"is a damaged Parquet file: {str(error).strip().partition(chr(10))[0]}"})
    send(*reply)


def written(header: dict[str, Any], data: bytes = b"") -> tuple[bytes, bytes]:
    """A reply as bytes."""
    return json.dumps({"size": len(data), **header}).encode(), data


def send(text: bytes, data: bytes) -> None:
    """Write a reply."""
    sys.stdout.buffer.write(len(text).to_bytes(8, "little") + text)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def main() -> None:
    """Limit the memory, open the file, and answer until nothing more is asked."""
    descriptor, limit = map(int, sys.argv[1:])
    sys.meta_path.insert(0, WithoutPandas())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks ends this program
    with suppress(ValueError, OSError):  # macOS has no such limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    reader = Reader()
    with open(descriptor, "rb") as file:  # noqa: PTH123 - it is open already
        answer(reader.open, file)
        for line in sys.stdin:
            word, *arguments = json.loads(line)
            answer(getattr(reader, word), *arguments)


if __name__ == "__main__":
    main()
