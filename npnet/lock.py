"""A lock on a folder: one process works in it at a time, and a dead one never blocks the next.

The lock is the system's, on an open file. Some network file systems have none; there the file itself is the lock, with
the process and the machine that made it: a weaker promise, for a process that died on another machine blocks the next.
"""

import errno
import fcntl
import os
import re
import time
from contextlib import suppress
from pathlib import Path

from npnet.errors import InUse
from npnet.io import open_plain, remove_file, write_all
from npnet.refusals import explained

NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
HOLDER = re.compile(r"process (\d{1,9}) on (\S+)", re.ASCII)


class Lock:
    """A file that one process holds while it works; the lock ends with the process, however that ends.

    Raises `InUse` when another one holds it, with that one's number and machine.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with explained(path):
            self._descriptor = self._acquire()
            os.ftruncate(self._descriptor, 0)
            write_all(self._descriptor, f"process {os.getpid()} on {os.uname().nodename}\n".encode())

    def _acquire(self) -> int:
        while True:
            descriptor = open_plain(self.path, os.O_RDWR | os.O_CREAT)
            try:
                taken = _flock(descriptor)
            except OSError as error:
                if error.errno not in NO_LOCKS:
                    raise
                return self._lease(descriptor)
            if not taken:
                self._refuse(descriptor)
            if _is_at(descriptor, self.path):
                return descriptor
            os.close(descriptor)  # its holder removed it between our opening and our locking

    def _lease(self, descriptor: int) -> int:
        """Make the file anew as the one whose process holds it, unless that of the one that is there lives."""
        if _lives(_holder(descriptor)):
            self._refuse(descriptor)
        os.close(descriptor)
        remove_file(self.path)
        with suppress(FileExistsError):
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        raise InUse(f"{self.path.parent} is in use by another process", "wait until it has ended")

    def _refuse(self, descriptor: int) -> None:
        holder = _holder(descriptor)
        os.close(descriptor)
        raise InUse(f"{self.path.parent} is in use by {holder or 'another process'}", "wait until it has ended")

    def release(self) -> None:
        """Remove the file and let others in."""
        if _is_at(self._descriptor, self.path):
            remove_file(self.path)
        os.close(self._descriptor)


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock of that name now."""
    try:
        descriptor = open_plain(path, os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        return _lives(_holder(descriptor))
    finally:
        os.close(descriptor)
    return False


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()


def _lives(holder: str) -> bool:
    """Whether the process that a lock names is there; of one on another machine nobody knows, so that it is."""
    named = HOLDER.fullmatch(holder)
    if named is None or named[2] != os.uname().nodename:
        return named is not None
    try:
        os.kill(int(named[1]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it is another user's
        return True
    return True


def _flock(descriptor: int) -> bool:
    for _ in range(10):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.005)  # `is_locked` of a reader holds it for an instant
    return False


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except (FileNotFoundError, NotADirectoryError):
        return False
