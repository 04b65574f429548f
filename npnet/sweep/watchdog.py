"""Watching: while groups train elsewhere, signals become a file that workers look for, and hung ones are put down."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from npnet.machine.signals import Stop
from npnet.rundir import names as files
from npnet.storage import disk
from npnet.sweep.leases import Leases, put_down

EVERY = 0.2
"""Seconds between two looks at signals and clocks."""


@contextmanager
def watching(folder: Path, stop: Stop, attempts: Leases, timeout: float | None, late: set[int]) -> Iterator[None]:
    """Inside, a signal writes the file STOP; groups whose workers had to be put down are added to `late`."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(EVERY):
            if stop and not (folder / files.STOP).exists():
                disk.write_atomic(folder / files.STOP, b"")
            if timeout is not None:
                _end_overdue(attempts, timeout, late)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _end_overdue(attempts: Leases, timeout: float, late: set[int]) -> None:
    for group, process in attempts.overdue(
        2 * timeout + 1.0
    ):  # a worker that is well has seen for itself that it is late
        if process != os.getpid() and group not in late:
            late.add(group)
            put_down(process)
