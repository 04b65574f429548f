"""A lock on a folder: one process works in it at a time, and a dead one never blocks the next."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from npnet.errors import InUse
from npnet.io import explained, open_plain, remove_file, write_all


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
            if not _flock(descriptor):
                holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()
                os.close(descriptor)
                raise InUse(f"{self.path.parent} is in use by {holder or 'another process'}", "wait until it has ended")
            if _is_at(descriptor, self.path):
                return descriptor
            os.close(descriptor)  # its holder removed it between our opening and our locking

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
    finally:
        os.close(descriptor)
    return False


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
