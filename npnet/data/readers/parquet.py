"""Tables in Parquet files: flat columns, read as those of a CSV file are.

Whole numbers and floats are numbers, unless their column is to be text: then each is the shortest text that reads
back as the same value. True and false are the texts `True` and `False`, dates and times those of ISO 8601; text
columns follow the rules of text, so that `"007"` in a column of such texts is the number 7 here and in a CSV file.

The file is parsed in a process of its own (parquet_child.py), where a damaged or hostile file does no harm.
"""

import importlib.metadata
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from npnet.data.columns.column_builder import Cells
from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.readers import Block, refuse_repeated, table_format
from npnet.data.readers.data_file import PIECE, DataFile
from npnet.data.readers.parquet_child import GREEDY
from npnet.errors import DataError, MachineError, NpnetError
from npnet.text import quoted

PROGRAM = Path(__file__).with_name("parquet_child.py")
SAFE = (14, 0, 1)  # older ones run code that a file brings along: CVE-2023-47248
INSTALL = 'pip install "npnet[parquet]"'
ROOM, PACKED = 2 << 30, 16  # bytes of address space for a file of no size, and for each of its bytes
LONGEST = 1 << 31  # bytes of a header
LEAN = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
DAMAGED = "is a damaged Parquet file"


@table_format("Parquet", (".parquet", ".pq"), magic=b"PAR1")
class Parquet:
    """The rows of a Parquet file; see `npnet.data.readers.TableReader`. Needs pyarrow."""

    def __init__(self, file: DataFile, spec: ReadOptions, schema: Schema) -> None:
        _refuse_unsafe(file.name)
        with file.content() as content:
            while content.read(PIECE):
                pass  # for the fingerprint
        self._name = file.name
        self.process, self._short = _started(file)
        layout = self._header()
        self.names, self.estimate = tuple(map(str, layout["names"])), int(layout["rows"])
        self._others = dict(zip(self.names, layout["others"], strict=True))
        refuse_repeated(self.names, file.name)

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """Yield the rows; raises DataError for columns that are not flat, or damaged."""
        for name in wanted:
            self._refuse_other_types(name)
        pipe = cast(IO[bytes], self.process.stdin)
        try:
            pipe.write(json.dumps([(name, as_text(name)) for name in wanted]).encode() + b"\n")
            pipe.flush()
        except BrokenPipeError:
            raise self._died() from None
        while (rows := self._header()["rows"]) is not None:
            yield Block(rows, {name: self._cells(rows) for name in wanted})

    def _cells(self, rows: int) -> Cells:
        header = self._header()
        dtype = np.dtype(np.int32 if "texts" in header else np.float64)
        data = cast(IO[bytes], self.process.stdout).read(rows * dtype.itemsize)
        if len(data) < rows * dtype.itemsize:
            raise self._died()
        values = np.frombuffer(data, dtype)
        return np.array([*header["texts"], None], object)[values] if "texts" in header else values

    def _header(self) -> dict[str, Any]:
        line = cast(IO[bytes], self.process.stdout).readline(LONGEST)
        if not line.endswith(b"\n"):
            raise self._error(f"{DAMAGED}: its reply has no end") if len(line) == LONGEST else self._died()
        header: dict[str, Any] = json.loads(line)
        if "error" in header:
            raise self._no_memory() if self._short and header["error"] == GREEDY else self._error(header["error"])
        return header

    def _refuse_other_types(self, name: str) -> None:
        if self._others[name] is not None:
            hint = "npnet reads numbers, text, true and false, dates and times; drop: leaves a column out"
            raise DataError(f"{self._name}: column {quoted(name)} is of type {self._others[name]}", hint)

    def _died(self) -> NpnetError:
        code = self.process.wait()
        if self._short:
            return self._no_memory()
        why = f"signal {-code}" if code < 0 else f"exit code {code}"
        return self._error(f"{DAMAGED}: parsing it ended with {why}")

    def _no_memory(self) -> MachineError:
        return MachineError(f"too little memory to read {self._name}", "raise the limit, which ulimit -v shows")

    def _error(self, what: str) -> DataError:
        return DataError(f"{self._name} {what}", "write it again")


def _started(file: DataFile) -> tuple["subprocess.Popen[bytes]", bool]:
    """Start the program for a file; also return whether the system grants it less memory."""
    descriptor = file.raw.fileno()
    limit, (_, most) = ROOM + PACKED * os.fstat(descriptor).st_size, resource.getrlimit(resource.RLIMIT_AS)
    short = resource.RLIM_INFINITY != most < limit
    process = subprocess.Popen(
        [sys.executable, "-P", str(PROGRAM), str(descriptor), str(most if short else limit)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pipesize=1 << 20,
        pass_fds=[descriptor],
        env={**os.environ, **LEAN},
    )
    file.ending.callback(_end, process)
    return process, short


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()


def _refuse_unsafe(name: str) -> None:
    try:
        version = importlib.metadata.version("pyarrow")
    except importlib.metadata.PackageNotFoundError:
        raise DataError(f"{name}: Parquet files need pyarrow", INSTALL) from None
    if tuple(map(int, version.split(".")[:3])) < SAFE:
        raise DataError(f"{name}: pyarrow {version} is not safe to read files with", INSTALL)
