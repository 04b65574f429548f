"""Imports: a package whose C libraries would not find the memory that they need is refused in words.

Left to themselves, these end the process with a code of their own, with a signal, or never: OpenBLAS asks for what it
was not given again, for ever.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder

from npnet.errors import MachineError
from npnet.machine.memory import address_space, size_text

MB = 1 << 20
NEEDS = {"numpy": 120, "scipy": 50, "pandas": 240, "pyarrow": 190, "sklearn": 100, "matplotlib": 80}
"""About how many MB of address space each takes, without what it imports in turn: measured, and some room to work."""
BLAS = ("numpy", "scipy")
BUFFER = 45 * MB
"""What a BLAS takes for each of its threads beside that: its buffer and its stack."""
HINT = "raise the limit, which ulimit -v shows; OPENBLAS_NUM_THREADS=1 needs less"


class RoomForImports(MetaPathFinder):
    """Finds nothing; MachineError for a package that has no room."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Look at what is left before one of the large packages is imported."""
        if fullname in NEEDS:
            threads = blas_threads() if fullname in BLAS else 0
            require_disk_space(NEEDS[fullname] * MB + threads * BUFFER, fullname)
            require_threads(threads, fullname)


@contextmanager
def room_for_imports() -> Iterator[None]:
    """Inside, large packages are imported only where there is room for them."""
    finder = RoomForImports()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def require_disk_space(need: int, what: str) -> None:
    """MachineError where a limit leaves the process less than so many bytes of address space."""
    left = address_space()
    if need > left:
        raise MachineError(
            f"too little memory: {what} needs {size_text(need)}, {size_text(max(left, 0))} are left", HINT
        )


def require_threads(count: int, what: str) -> None:
    """MachineError where so many threads cannot run at once: a BLAS that is refused one sends itself Ctrl-C."""
    enough = threading.Event()
    started = [threading.Thread(target=enough.wait, daemon=True) for _ in range(count - 1)]
    try:
        for thread in started:
            thread.start()
    except RuntimeError as error:
        hint = "raise the limit, which ulimit -u shows; OPENBLAS_NUM_THREADS=1 needs no other"
        raise MachineError(f"{what} cannot start {count} threads: {error}", hint) from error
    finally:
        enough.set()
        for thread in filter(threading.Thread.is_alive, started):
            thread.join()


def blas_threads() -> int:
    """How many threads OpenBLAS starts when it is loaded."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for name in ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"):
        wanted = os.environ.get(name, "").strip()
        if wanted.isdecimal() and int(wanted):
            return min(int(wanted), cores)
    return cores
