"""Files that grow: what was appended outlives the process, and after a sync a loss of power."""

import os
from contextlib import suppress
from pathlib import Path

from npnet.errors import DiskFull
from npnet.machine.refusals import explained
from npnet.storage.disk import open_plain, sync_folder, write_all


class Appender:
    """A file that is appended to; where the disk is full, what it was given waits until `sync`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.waiting = b""
        self._is_named = False  # whether the disk has the file's name, if it was made here
        with explained(path):
            self._descriptor = open_plain(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def append(self, data: bytes) -> None:
        """Add all of `data`; where there is no room for it, none, until there is."""
        self.waiting += data
        with suppress(DiskFull):
            self._write()

    def sync(self) -> None:
        """Wait until the disk has everything that was appended; DiskFull where it does not take what waits.

        What a disk has refused to sync is not asked for again: it may say that all is well, and have lost it.
        """
        self._write()
        with explained(self.path):
            os.fsync(self._descriptor)
            if not self._is_named:
                sync_folder(self.path.parent)
                self._is_named = True

    def close(self) -> None:
        """Let go of the file."""
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
