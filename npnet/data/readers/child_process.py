"""Files parsed in a process of their own (child/), where a damaged or hostile one does no harm.

The process has a limit of memory and of processor time, both by the size of the file; it ends with the file.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from signal import SIGABRT, SIGXCPU
from typing import IO, Any, BinaryIO, cast

from npnet.data.readers.child.wire import GREEDY
from npnet.errors import DataError, MachineError, NpnetError

PROGRAM = Path(__file__).with_name("child") / "__main__.py"
ROOM, PACKED = 2 << 30, 16  # bytes of address space for a file of no size, and for each of its bytes
SECONDS, SPEED = 600, 100_000  # of processor time for a file of no size; bytes that take one more
LONGEST = 1 << 31  # bytes of a header
LEAN = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
AGAIN = "write it again"
SLOW = "takes far more time than a file of its size should"


class ChildProcess:
    """The process that parses one open file; `form` is the format as the program names it.

    `layout` is what it found out at the start. `name` is how messages call the file, or the part of it that comes next;
    `title` is how they call a file of the format. `packed` is how many bytes of memory a byte of the file may take.
    """

    def __init__(
        self,
        file: BinaryIO,
        name: str,
        form: tuple[str, str],
        ending: ExitStack,
        options: Mapping[str, object] | None = None,
        packed: int = PACKED,
    ) -> None:
        self.name, (code, self._title) = name, form
        size = os.fstat(file.fileno()).st_size
        if not size:
            raise DataError(f"{name} is empty", f"it is no {self._title}")
        limit, (_, most) = ROOM + packed * size, resource.getrlimit(resource.RLIMIT_AS)
        self._short = resource.RLIM_INFINITY != most < limit
        memory, seconds = most if self._short else limit, SECONDS + size // SPEED
        self.process = _started([code, file.fileno(), memory, seconds, json.dumps(options or {})])
        ending.callback(_end, self.process)
        self.layout = self.header()

    def ask(self, request: Sequence[object]) -> None:
        """Send a request, which `header` and `data` answer."""
        pipe = cast(IO[bytes], self.process.stdin)
        try:
            pipe.write(json.dumps(request).encode() + b"\n")
            pipe.flush()
        except BrokenPipeError:
            raise self._died() from None

    def header(self) -> dict[str, Any]:
        """Return the next header; raise DataError where it has an error."""
        line = cast(IO[bytes], self.process.stdout).readline(LONGEST)
        if not line.endswith(b"\n"):
            raise self.damaged("its reply has no end") if len(line) == LONGEST else self._died()
        header: dict[str, Any] = json.loads(line)
        if "error" in header:
            greedy = self._short and header["error"] == GREEDY
            raise self._no_memory() if greedy else self._error(header["error"], header.get("hint"))
        return header

    def data(self, size: int) -> bytes:
        """Return the bytes below a header."""
        data = cast(IO[bytes], self.process.stdout).read(size)
        if len(data) < size:
            raise self._died()
        return data

    def damaged(self, why: str) -> DataError:
        """Return the error of a damaged file."""
        return self._error(f"is a damaged {self._title}: {why}")

    def _died(self) -> NpnetError:
        code = self.process.wait()
        if self._short:
            return self._no_memory()
        if code in (-SIGABRT, -SIGXCPU):
            return self._error(GREEDY if code == -SIGABRT else SLOW)  # no memory aborts what is written in Rust
        return self.damaged(f"parsing it ended with {f'signal {-code}' if code < 0 else f'exit code {code}'}")

    def _no_memory(self) -> MachineError:
        return MachineError(f"too little memory to read {self.name}", "raise the limit, which ulimit -v shows")

    def _error(self, what: str, hint: str | None = None) -> DataError:
        return DataError(f"{self.name} {what}", hint or AGAIN)


def _started(arguments: Sequence[object]) -> "subprocess.Popen[bytes]":
    """Start the program; the second argument is the descriptor of the file."""
    return subprocess.Popen(
        [sys.executable, "-P", str(PROGRAM), *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pipesize=1 << 20,
        pass_fds=[int(str(arguments[1]))],
        env={**os.environ, **LEAN},
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.communicate()
