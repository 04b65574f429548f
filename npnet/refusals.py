"""What the machine refuses about a file, as an error of one line: what was refused, how much was needed, what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from npnet.disk import free_space, size_text
from npnet.errors import DiskFull, MachineError

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


@contextmanager
def explained(path: Path, needed: int = 0, hint: str | None = None) -> Iterator[None]:
    """Whatever the machine refuses about `path` as a MachineError; `needed` bytes were to be written.

    `hint` stands in for the usual one. A FileExistsError passes: who makes something exclusively wants to know.
    """
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        message, usual = REFUSALS.get(error.errno or 0, ("cannot write {path}: {why}", None))
        kind = DiskFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else MachineError
        facts = {"why": error.strerror or "refused", "free": size_text(free_space(path)), "needed": size_text(needed)}
        raise kind(message.format(path=path, **facts), hint or usual) from error
