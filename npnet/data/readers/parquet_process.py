"""Parquet files are parsed in a process of their own: what a damaged or hostile file does, it does there."""

import importlib.metadata
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.readers.data_file import DataFile
from npnet.data.readers.parquet_child import GREEDY
from npnet.errors import DataError, MachineError, NpnetError

PROGRAM = Path(__file__).with_name("parquet_child.py")
SAFE = (14, 0, 1)  # older ones run code that a file brings along: CVE-2023-47248
INSTALL = 'pip install "npnet[parquet]"'
ROOM, PACKED = 2 << 30, 16  # bytes of address space for a file of no size, and for each of its bytes
LONGEST = 1 << 31  # bytes of a header
LEAN = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}


class ParquetProcess:
    """A process that has a Parquet file open, and ends with it; DataError for whatever goes wrong in there."""

    def __init__(self, file: DataFile) -> None:
        _refuse_unsafe(file.name)
        self._name = file.name
        descriptor = file.raw.fileno()
        size, (_, most) = os.fstat(descriptor).st_size, resource.getrlimit(resource.RLIMIT_AS)
        limit = ROOM + PACKED * size
        self._short = resource.RLIM_INFINITY != most < limit  # of memory, so that the file is not to blame
        limit = most if self._short else limit
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(PROGRAM), str(descriptor), str(limit)],  # -P: calendar.py is beside it
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pipesize=1 << 20,
            pass_fds=[descriptor],
            env={**os.environ, **LEAN},
        )
        file.ending.callback(self._end)
        self.layout, _ = self._reply()

    def ask(self, word: str, *arguments: str) -> tuple[dict[str, Any], bytes]:
        """The header and the data of the reply to a request."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps([word, *arguments]).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._died() from None
        return self._reply()

    def values(self, word: str, name: str, kind: type[np.generic], rows: int) -> tuple[dict[str, Any], NDArray[Any]]:
        """The reply to a request for a column whose data are numbers of some type, none where it has no such."""
        header, data = self.ask(word, name)
        values = np.frombuffer(data, kind)
        if header["size"] is not None and len(values) != rows:
            raise self._error("is a damaged Parquet file: its columns are of unequal length")
        return header, values

    def _reply(self) -> tuple[dict[str, Any], bytes]:
        length = int.from_bytes(self._read(8), "little")
        if length > LONGEST:
            raise self._error("is a damaged Parquet file: its reply has no end")
        header = json.loads(self._read(length))
        if "error" in header:
            raise self._no_memory() if self._short and header["error"] == GREEDY else self._error(header["error"])
        return header, self._read(header["size"] or 0)

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) < size:
            raise self._died()
        return data

    def _died(self) -> NpnetError:
        code = self._process.wait()
        if self._short:
            return self._no_memory()
        why = f"signal {-code}" if code < 0 else f"exit code {code}"
        return self._error(f"is a damaged Parquet file: parsing it ended with {why}")

    def _no_memory(self) -> MachineError:
        return MachineError(f"too little memory to read {self._name}", "raise the limit, which ulimit -v shows")

    def _error(self, what: str) -> DataError:
        return DataError(f"{self._name} {what}", "write it again")

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()


def _refuse_unsafe(name: str) -> None:
    try:
        version = importlib.metadata.version("pyarrow")
    except importlib.metadata.PackageNotFoundError:
        raise DataError(f"{name}: Parquet files need pyarrow", INSTALL) from None
    if tuple(map(int, version.split(".")[:3])) < SAFE:
        raise DataError(f"{name}: pyarrow {version} is not safe to read files with", INSTALL)
