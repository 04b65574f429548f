"""What processes that died left in a folder of runs, under hidden names: runs that nobody was ever shown."""

import re
import time
from contextlib import suppress
from pathlib import Path

from npnet.errors import InUse, MachineError
from npnet.rundir import names
from npnet.storage import disk
from npnet.storage.lock import Lock, is_locked

AGE = 10.0
"""Seconds after which what no process holds is abandoned: one that claims a folder locks it within milliseconds."""

LEFT = re.compile(r"\.+(\d{8}-\d{6}-.+|(latest|index)\.tmp\.[0-9a-f]{8})")


def remove_leftover_runs(folder: Path, left: re.Pattern[str] = LEFT) -> None:
    """Remove what no process works on any more; what the machine refuses to remove stays."""
    for path in folder.glob(".*"):
        if left.fullmatch(path.name):
            with suppress(MachineError, InUse, OSError):
                _remove(path)


def _remove(path: Path) -> None:
    if time.time() - path.lstat().st_mtime < AGE:
        return
    if path.is_symlink() or not path.is_dir():
        disk.remove_file(path)
    elif not is_locked(path / names.LOCK):
        lock = Lock(path / names.LOCK)  # nobody may claim it between the look and the removal
        try:
            disk.remove_folder(path)
        finally:
            lock.release()
