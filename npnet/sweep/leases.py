"""Attempts: which groups were begun and not ended; a mark is a file, so that it outlives who made it."""

import os
import secrets
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from npnet.storage import disk

MOST = 2  # a group whose worker dies is tried once more
GRACE = 10.0  # seconds from asking a process to end to ending it


class Leases:
    """The marks of a wave's groups, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def attempt(self, group: int) -> Iterator[None]:
        """Inside, a mark says that this process works on a group; it stays where the process dies."""
        mark = self.folder / f"{group}.{secrets.token_hex(4)}"
        disk.write_unsynced(mark, f"{socket.gethostname()} {os.getpid()} {time.time():.3f}\n".encode())
        try:
            yield
        finally:
            disk.remove_file(mark)

    def count(self, group: int) -> int:
        """How often a group was begun and not ended."""
        return sum(1 for _ in self.folder.glob(f"{group}.*"))

    def begin(self) -> None:
        """Take all marks away: whoever made them is gone."""
        disk.make_folders(self.folder)
        for mark in self.folder.glob("*.*"):
            disk.remove_file(mark)

    def overdue(self, seconds: float) -> list[tuple[int, int]]:
        """Groups that were begun on this machine longer ago than that, and the processes that did."""
        found = []
        for mark in self.folder.glob("*.*"):
            with suppress(OSError, ValueError):
                host, process, began = mark.read_text("ascii").split()
                if host == socket.gethostname() and time.time() - float(began) > seconds:
                    found.append((int(mark.name.partition(".")[0]), int(process)))
        return found


def put_down(process: int) -> None:
    """End a process that does not end by itself: ask, wait, then force."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        while time.monotonic() < deadline:
            os.kill(process, 0)
            time.sleep(0.1)
        os.kill(process, signal.SIGKILL)
