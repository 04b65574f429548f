"""Resources of this machine that are left, and its refusals in one line, with what was needed and what to do."""

import errno
import math
import os
import resource
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path

from npnet.errors import DiskFull, MachineError, NpnetError

SHARE = 0.9  # of the available memory that one array or table may take
NO_LIMIT = 2**63
CGROUPS = Path("/sys/fs/cgroup")
CGROUP_FILES = (  # of version 2 and version 1: limit, usage, and the memory of cached files in memory.stat
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
MB = 1 << 20
NEEDS = {"numpy": 120, "scipy": 50, "pandas": 240, "pyarrow": 190, "sklearn": 100, "matplotlib": 80}
"""About how many MB of address space each package needs, without its imports: measured, with some room to work."""
BLAS = ("numpy", "scipy")
BUFFER = 45 * MB
"""Bytes of address space for each thread of a BLAS: its buffer and its stack."""

ANOTHER_FOLDER = "--runs-dir FOLDER chooses a folder that can be written"
MORE_ROOM = "make room, or choose a folder on another disk with --runs-dir"
REFUSALS = {
    errno.EROFS: ("{path} is on a read-only disk", ANOTHER_FOLDER),
    errno.EACCES: ("no permission to write {path}", ANOTHER_FOLDER),
    errno.EPERM: ("no permission to write {path}", ANOTHER_FOLDER),
    errno.ENOSPC: ("disk full: {needed} needed, {free} free, for {path}", MORE_ROOM),
    errno.EDQUOT: ("disk quota used up: {needed} needed for {path}", MORE_ROOM),
    errno.EMFILE: ("too many files are open to write {path}", "see `ulimit -n`"),
    errno.EFBIG: ("{path} would be larger ({needed}) than this machine allows a file to be", "see `ulimit -f`"),
}
NO_MEMORY = ("failed to map segment", "cannot allocate memory", "cannot map zero-fill pages", "can't start new thread")
"""Messages of the library loader and of threads where memory has run out."""
LESS = "close other programs, raise the limit (ulimit -v), or take fewer rows, fewer units or a smaller batch_size"


def size_text(size: float) -> str:
    """Return a number of bytes as people read it: 0, 512 bytes, 3.1 MB."""
    if size < 1000:
        return {0: "0", 1: "1 byte"}.get(int(size), f"{size:.0f} bytes")
    power = min(int(math.log10(size) // 3), 6)
    return f"{size / 1000**power:.1f} {' kMGTPE'[power]}B"


def free_space(path: Path) -> int:
    """Return how many bytes this user may write to the disk of `path`; 0 if that is unknown."""
    with suppress(OSError):
        return shutil.disk_usage(path.parent).free
    return 0


def available() -> int:
    """Return how many bytes of memory this process may still take within its limits."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable"))
    except FileNotFoundError:  # not Linux: all memory of the machine
        free = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(0, min(free, address_space(), *_control_groups()))


def address_space() -> int:
    """Return the bytes that ulimit -v and -d still let this process map; may be negative."""
    try:
        pages = [int(count) for count in Path("/proc/self/statm").read_text(encoding="ascii").split()]
    except FileNotFoundError:  # not Linux
        pages = [0] * 7
    left = [NO_LIMIT]
    for kind, used in ((resource.RLIMIT_AS, pages[0]), (resource.RLIMIT_DATA, pages[5])):
        limit = resource.getrlimit(kind)[0]
        if limit != resource.RLIM_INFINITY:
            left.append(limit - used * resource.getpagesize())
    return min(left)


def _control_groups() -> Iterator[int]:
    """Yield the memory left in each control group of this process; files that are only cached take none."""
    yield NO_LIMIT
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for _, controllers, name in (line.split(":", 2) for line in lines):
        if controllers in ("", "memory"):
            root = CGROUPS / controllers
            folder = root / name.lstrip("/")
            groups = [group for group in (folder, *folder.parents) if group.is_relative_to(root)]
            for group, (limit, usage, cache) in product(groups, CGROUP_FILES):
                with suppress(OSError, ValueError):  # no such group, or no limit: "max"
                    left = int((group / limit).read_text("ascii")) - int((group / usage).read_text("ascii"))
                    fields = map(str.split, (group / "memory.stat").read_text("ascii").splitlines())
                    yield left + sum(int(value) for key, value in fields if key == cache)


class ImportGuard:
    """A finder that finds nothing; it refuses packages whose C libraries lack memory.

    Without it they end the process with a code of their own or a signal, or wait for ever, as OpenBLAS does.
    """

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Check what is left before one of the large packages is imported."""
        if fullname in NEEDS:
            threads = blas_threads() if fullname in BLAS else 0
            require_address_space(NEEDS[fullname] * MB + threads * BUFFER, fullname)
            require_threads(threads, fullname)


@contextmanager
def guarded_imports() -> Iterator[None]:
    """Raise MachineError, inside, where a large package is imported without enough memory."""
    guard = ImportGuard()
    sys.meta_path.insert(0, guard)
    try:
        yield
    finally:
        sys.meta_path.remove(guard)


def require_address_space(need: int, what: str) -> None:
    """Raise MachineError where a limit leaves the process fewer bytes of address space."""
    left = address_space()
    if need > left:
        message = f"too little memory: {what} needs {size_text(need)}, {size_text(max(left, 0))} are left"
        raise MachineError(message, "raise the limit, which ulimit -v shows; OPENBLAS_NUM_THREADS=1 needs less")


def require_threads(count: int, what: str) -> None:
    """Raise MachineError where so many threads cannot run at once."""
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


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def blas_threads() -> int:
    """Return how many threads OpenBLAS starts when it is loaded."""
    for name in ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS"):
        number = os.environ.get(name, "").strip()
        if number.isdecimal() and int(number):
            return min(int(number), cores())
    return cores()


@contextmanager
def explained(path: Path, needed: int = 0, hint: str | None = None) -> Iterator[None]:
    """Turn an OSError about `path` into a MachineError; `needed` bytes were to be written.

    `hint` replaces the usual one. A FileExistsError passes: the caller wants to know that another was first.
    """
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        message, usual = REFUSALS.get(error.errno or 0, ("cannot write {path}: {why}", None))
        kind = DiskFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else MachineError
        values = {"why": error.strerror or "refused", "free": size_text(free_space(path)), "needed": size_text(needed)}
        raise kind(message.format(path=path, **values), hint or usual) from error


def out_of_memory(error: BaseException) -> MachineError | None:
    """Return a MachineError if an error, or a cause of it, shows that memory ran out."""
    cause: BaseException | None = error
    while cause is not None and not _is_out_of_memory(cause):
        cause = cause.__cause__ or cause.__context__
    if cause is None:
        return None
    reason = str(cause).strip().partition("\n")[0]
    return MachineError(f"memory ran out{f': {reason}' if reason else ''}", LESS)


@contextmanager
def explained_memory() -> Iterator[None]:
    """Turn an error into a MachineError where memory ran out."""
    try:
        yield
    except Exception as error:
        if (refusal := out_of_memory(error)) is not None and not isinstance(error, NpnetError):
            raise refusal from error
        raise


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    known = isinstance(error, OSError | ImportError | RuntimeError)
    return isinstance(error, MemoryError) or (known and any(text in str(error).lower() for text in NO_MEMORY))
