"""Forks: npnet is imported once, and each case is a child that costs milliseconds and may kill itself."""

import gc
import multiprocessing
import os
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.cli.conftest import Result

PATIENCE = 120
ROOM = Path("/dev/shm")
KILLED = -signal.SIGKILL

Case = TypeVar("Case")
Found = TypeVar("Found")


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code, or the signal as a negative number, and its text on stderr."""

    code: int
    stderr: str


def forked(act: Callable[[], Result], place: Path) -> Ended:
    """Run a command in a child, in a folder; one that hangs is ended by SIGALRM."""
    with tempfile.TemporaryFile() as errors:
        child = os.fork()
        if not child:
            _act(act, place, errors.fileno())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        errors.seek(0)
        return Ended(code, errors.read().decode("utf-8", "replace"))


def _act(act: Callable[[], Result], place: Path, errors: int) -> None:
    """Be the child: never return, whatever happens."""
    code, text = 255, ""
    try:
        signal.alarm(PATIENCE)
        os.chdir(place)
        result = act()
        code, text = result.code, result.err
    except BaseException:  # what a command lets through is a finding, and must not become a second parent
        text = traceback.format_exc()
    finally:
        os.write(errors, text.encode())
        os._exit(code)


def each(work: Callable[[Case], Found], cases: Iterable[Case], jobs: int) -> Iterator[Found]:
    """Yield the outcome of each case in their order, so many at a time."""
    gc.collect()
    gc.freeze()
    try:
        if jobs == 1:
            yield from map(work, cases)
            return
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            yield from pool.imap(work, cases, chunksize=8)
    finally:
        gc.unfreeze()


def room() -> "tempfile.TemporaryDirectory[str]":
    """Make a new folder, on a disk in memory if there is one, and remove it at the end."""
    return tempfile.TemporaryDirectory(prefix="npnet-", dir=ROOM if os.access(ROOM, os.W_OK) else None)
