"""Leases: files of the processes that train groups; the lease of a dead process stays."""

import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from npnet.machine.signals import Stop
from npnet.rundir import names as files
from npnet.storage import disk
from npnet.storage.lock import is_running, process_start

MAX_ATTEMPTS = 2  # a group whose worker dies is trained once more
GRACE = 10.0  # seconds from asking a process to end to killing it
INTERVAL = 0.2  # seconds between two checks of signals and clocks


class Leases:
    """The leases of a wave, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def hold(self, group: int) -> Iterator[None]:
        """Hold a lease on a group: a file that names this process, and stays only if it dies."""
        path, process = self.folder / f"{group}.{secrets.token_hex(4)}", os.getpid()
        fields = socket.gethostname(), process, process_start(process), f"{time.time():.3f}"
        disk.write_unsynced(path, " ".join(map(str, fields)).encode())
        try:
            yield
        finally:
            disk.remove_file(path)

    def count(self, group: int) -> int:
        """Return how many processes began a group and have not ended it."""
        return sum(1 for _ in self.folder.glob(f"{group}.*"))

    def clear(self) -> None:
        """Remove all leases: no process works on the wave."""
        disk.make_folders(self.folder)
        for path in self.folder.glob("*.*"):
            disk.remove_file(path)

    def end_overdue(self, seconds: float) -> set[int]:
        """End other local processes that began a group so many seconds ago; returns the groups."""
        ended = set()
        for path in self.folder.glob("*.*"):
            with suppress(OSError, ValueError):
                host, process, started, began = path.read_text("ascii").split()
                is_other = host == socket.gethostname() and int(process) != os.getpid()
                if is_other and time.time() - float(began) > seconds and end_process(int(process), started):
                    ended.add(int(path.name.partition(".")[0]))
        return ended


def end_process(process: int, started: str) -> bool:
    """End a process by SIGTERM, then SIGKILL after `GRACE` seconds; False if it does not run.

    `started` is what `process_start` returned for it: a later process of the same number gets no signal.
    """
    if not is_running(process, started):
        return False
    deadline = time.monotonic() + GRACE
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
        while (running := is_running(process, started)) and time.monotonic() < deadline:
            time.sleep(0.1)
        if running:
            os.kill(process, signal.SIGKILL)
    return True


@contextmanager
def watching(folder: Path, stop: Stop, leases: Leases, timeout: float | None, late: set[int]) -> Iterator[None]:
    """Write the file STOP at a signal and end hung workers, whose groups join `late`."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(INTERVAL):
            if stop and not (folder / files.STOP).exists():
                disk.write_atomic(folder / files.STOP, b"")
            if timeout is not None:  # a worker that does not hang has noticed by itself that it is late
                late.update(leases.end_overdue(2 * timeout + 1.0))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
