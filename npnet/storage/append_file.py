"""Files that grow, such as the history and the log of a run."""

import os
from contextlib import suppress
from pathlib import Path

from npnet.errors import DiskFull
from npnet.machine.resources import explained
from npnet.storage.disk import open_plain, sync_folder, write_all


class Appender:
    """A file that grows: appended lines survive the process, and after a sync a loss of power.

    Where the disk is full, lines wait in memory until `sync`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.waiting = b""
        self._is_named = False  # whether the name of a new file is synced
        with explained(path):
            self._descriptor = open_plain(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def append(self, data: bytes) -> None:
        """Append all of `data`, or nothing yet if the disk is full."""
        self.waiting += data
        with suppress(DiskFull):
            self._write()

    def sync(self) -> None:
        """Wait until the disk has everything that was appended; raise DiskFull if it has no room.

        A sync that failed is not repeated: the disk may then report success and have lost data.
        """
        self._write()
        with explained(self.path):
            os.fsync(self._descriptor)
            if not self._is_named:
                sync_folder(self.path.parent)
                self._is_named = True

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def _write(self) -> None:
        if not self.waiting:
            return
        with explained(self.path, len(self.waiting)):
            before = os.fstat(self._descriptor).st_size
            try:
                write_all(self._descriptor, self.waiting)
            except OSError:
                os.ftruncate(self._descriptor, before)
                raise
        self.waiting = b""
