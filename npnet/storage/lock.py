"""A lock on a folder: one process works in it at a time, and a dead one blocks nothing.

The lock is one of the system, on an open file. Some network file systems have none; there the file itself is the lock,
with the process and the machine that made it: a weaker promise, since a process that died on another machine blocks the
next. The start time of the process is in it too, because its number may be that of another process by now.
"""

import errno
import fcntl
import os
import re
import time
from pathlib import Path

from npnet.errors import InUse
from npnet.machine.resources import explained
from npnet.storage.disk import hidden_name, open_plain, remove_file, write_all

NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
HOLDER = re.compile(r"process (\d{1,9}) on (\S+)(?:\nsince (\S+))?", re.ASCII)
BOOT = Path("/proc/sys/kernel/random/boot_id")
UNKNOWN = "-"


class Lock:
    """A file that one process holds while it works; the lock ends with the process.

    Raises `InUse`, with the number and machine of the holder, when another process holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with explained(path):
            self._descriptor = self._acquire()

    def _acquire(self) -> int:
        while True:
            descriptor = open_plain(self.path, os.O_RDWR | os.O_CREAT)
            for _ in range(10):
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(0.005)  # `is_locked` of a reader holds it for an instant
                except OSError as error:
                    if error.errno not in NO_LOCKS:
                        raise
                    return self._lease(descriptor)
            else:
                self._refuse(descriptor)
            if _is_at(descriptor, self.path):
                os.ftruncate(descriptor, 0)
                write_all(descriptor, _this_process())
                return descriptor
            os.close(descriptor)  # its holder removed it between our opening and our locking

    def _lease(self, descriptor: int) -> int:
        """Replace the file of a dead process by this process's; of two at once, one is refused."""
        if _is_held(_holder(descriptor)) or not _cleared(self.path, descriptor):
            self._refuse(descriptor)
        os.close(descriptor)
        own = hidden_name(self.path)
        made = os.open(own, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        write_all(made, _this_process())
        if _linked(own, self.path):
            return made
        os.close(made)
        raise InUse(f"{self.path.parent} is in use by another process", "wait until it has ended")

    def _refuse(self, descriptor: int) -> None:
        holder = _holder(descriptor).partition("\n")[0] or "another process"
        os.close(descriptor)
        raise InUse(f"{self.path.parent} is in use by {holder}", "wait until it has ended")

    def release(self) -> None:
        """Remove the file and let others in."""
        if _is_at(self._descriptor, self.path):
            remove_file(self.path)
        os.close(self._descriptor)


def is_locked(path: Path) -> bool:
    """Return whether a process holds the lock of that path now."""
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
        return _is_held(_holder(descriptor))
    finally:
        os.close(descriptor)
    return False


def process_start(process: int) -> str:
    """Return when a process began, in clock ticks since a boot; a dash if that is unknown."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return f"{BOOT.read_text('ascii').strip()}/{fields[19]}"
    except OSError:
        return UNKNOWN


def is_running(process: int, started: str) -> bool:
    """Return whether a process runs that has this number and, if known, this start."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it belongs to another user
        pass
    now = process_start(process)
    return UNKNOWN in (started, now) or started == now


def _this_process() -> bytes:
    number = os.getpid()
    return f"process {number} on {os.uname().nodename}\nsince {process_start(number)}\n".encode()


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip()


def _is_held(holder: str) -> bool:
    """Return whether the process that a lock names may run: one on another machine may."""
    named = HOLDER.fullmatch(holder)
    if named is None or named[2] != os.uname().nodename:
        return named is not None
    return is_running(int(named[1]), named[3] or UNKNOWN)


def _cleared(path: Path, descriptor: int) -> bool:
    """Remove the name of an open file; False if another file has the name by now."""
    aside = hidden_name(path)
    try:
        path.rename(aside)
    except FileNotFoundError:
        return False
    if not _is_at(descriptor, aside):
        _linked(aside, path)
        return False
    aside.unlink()
    return True


def _linked(file: Path, name: Path) -> bool:
    """Rename a file to a free name; False, and the file is removed, where the name is taken."""
    try:
        os.link(file, name)
    except FileExistsError:
        file.unlink()
        return False
    except OSError as error:
        if error.errno not in NO_LINKS or name.exists():
            raise
        file.rename(name)  # the next best: two that come at once may both believe to be the first
        return True
    file.unlink()
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except (FileNotFoundError, NotADirectoryError):
        return False
