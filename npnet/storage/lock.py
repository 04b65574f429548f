"""A lock on a folder: one process works in it at a time, and a dead one never blocks the next.

The lock is the system's, on an open file. Some network file systems have none; there the file itself is the lock, with
the process and the machine that made it: a weaker promise, for a process that died on another machine blocks the next.
When that process began is noted too: its number may be another's by now, as in a container that was started again.
"""

import errno
import fcntl
import os
import re
import time
from contextlib import suppress
from pathlib import Path

from npnet.errors import InUse
from npnet.machine.refusals import explained
from npnet.storage.disk import hidden_name, open_plain, remove_file, write_all

NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
NO_LOCKS = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
HOLDER = re.compile(r"process (\d{1,9}) on (\S+)(?:\nsince (\S+))?", re.ASCII)
BOOT = Path("/proc/sys/kernel/random/boot_id")


class Lock:
    """A file that one process holds while it works; the lock ends with the process, however that ends.

    Raises `InUse` when another one holds it, with that one's number and machine.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with explained(path):
            self._descriptor = self._acquire()

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
                os.ftruncate(descriptor, 0)
                write_all(descriptor, _this_process().encode())
                return descriptor
            os.close(descriptor)  # its holder removed it between our opening and our locking

    def _lease(self, descriptor: int) -> int:
        """Put a file that names this process in the place of one whose process is dead; the second one is refused."""
        if _lives(_holder(descriptor)) or not _cleared(self.path, descriptor):
            self._refuse(descriptor)
        os.close(descriptor)
        own = hidden_name(self.path)
        made = os.open(own, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        write_all(made, _this_process().encode())
        if _linked(own, self.path):
            return made
        os.close(made)
        raise InUse(f"{self.path.parent} is in use by another process", "wait until it has ended")

    def _refuse(self, descriptor: int) -> None:
        holder = _holder(descriptor)
        os.close(descriptor)
        who = holder.partition("\n")[0] or "another process"
        raise InUse(f"{self.path.parent} is in use by {who}", "wait until it has ended")

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


def _this_process() -> str:
    """What a lock says of its holder."""
    number = os.getpid()
    return f"process {number} on {os.uname().nodename}\nsince {_beginning(number)}\n"


def _beginning(process: int) -> str:
    """When a process of this machine began, in ticks of its clock since it booted; a dash where nobody can tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        return f"{BOOT.read_text('ascii').strip()}/{fields[19]}"
    except OSError:
        return "-"


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
        pass
    then, now = named[3] or "-", _beginning(int(named[1]))
    return "-" in (then, now) or then == now


def _flock(descriptor: int) -> bool:
    for _ in range(10):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(0.005)  # `is_locked` of a reader holds it for an instant
    return False


def _cleared(path: Path, descriptor: int) -> bool:
    """Take an open file away from its name; False, and nothing is changed, where another file has the name by now."""
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
    """Rename a file to what nothing is called yet; False, and the file is gone, where something is."""
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
