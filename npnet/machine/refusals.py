"""Errors of the operating system in one line, with what was needed and what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from npnet.errors import DiskFull, MachineError, NpnetError
from npnet.machine.resources import free_space, size_text

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
