"""A case: its files, the command that reads them, and what the command must not do."""

import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from npnet.errors import NpnetError
from tests.cli.conftest import Result, call

BYTES = 1 << 30
RUNS = "runs"
CODES = {0, *(kind.code for kind in NpnetError.__subclasses__())} - {NpnetError.code}  # that is a bug's
WRITES = {  # the audit events that change a disk, and which of their arguments are paths of what is changed
    **dict.fromkeys(("os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"), (0,)),
    "os.rename": (0, 1),
    "os.link": (1,),
    "os.symlink": (1,),
}


@dataclass(frozen=True)
class Case:
    """The files of a folder by name, and the words after `npnet` that are run in it."""

    name: str
    files: Mapping[str, bytes]
    words: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Write the files, and the command beside them."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in self.files.items():
            (folder / name).write_bytes(data)

    @classmethod
    def read(cls, folder: Path, words: tuple[str, ...]) -> "Case":
        """Return the case whose files are in a folder."""
        return cls(folder.name, {file.name: file.read_bytes() for file in sorted(folder.iterdir())}, words)


@dataclass(frozen=True)
class Outcome:
    """The outcome of a case: its exit code, and the broken promises; empty where there are none."""

    code: int
    broken: str
    seconds: float
    peak: int


class TooSlowError(BaseException):
    """A case that took longer than it may; no `except Exception` of the code under test holds it."""


def held(case: Case, folder: Path, limit: float) -> Outcome:
    """Run a case in a folder of its own and hold it against the promise."""
    case.write(folder)
    back = Path.cwd()
    os.chdir(folder)
    start, before = time.monotonic(), peak_memory()
    try:
        with alarm(limit), watched(folder / RUNS) as touched:
            result = call(*case.words)
    except TooSlowError:
        result = None
    finally:
        os.chdir(back)
    seconds = time.monotonic() - start
    peak = peak_memory()
    broken = f"more than {limit} s" if result is None else told_wrong(result)
    broken = (
        broken or changed(case, folder, touched) or (f"{peak:,} bytes of memory" if peak > max(BYTES, before) else "")
    )
    shutil.rmtree(folder)
    return Outcome(-1 if result is None else result.code, broken, seconds, peak)


def peak_memory() -> int:
    """Return the peak memory of this process in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def told_wrong(result: Result) -> str:
    """Return what is wrong with an exit code and its messages; empty where nothing is."""
    if result.code not in CODES:
        return f"exit code {result.code}: {result.err.strip()[-300:]}"
    if "Traceback" in result.err or "Traceback" in result.out:
        return "a traceback"
    lines = [line for line in result.err.splitlines() if not line.startswith("npnet: warning: ")]
    explained = bool(lines) and lines[0].startswith("npnet: error: ")
    return "" if explained == bool(result.code) else f"exit code {result.code} beside {result.err[:300]!r}"


def changed(case: Case, folder: Path, touched: list[str]) -> str:
    """Return what was made, changed or removed outside the runs folder."""
    for name, data in case.files.items():
        if not (folder / name).is_file() or (folder / name).read_bytes() != data:
            return f"{name} was changed"
    others = {file.name for file in folder.iterdir()} - {*case.files, RUNS}
    if others:
        return f"made {sorted(others)}"
    return f"wrote to {touched[:3]}" if touched else ""


@contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """TooSlowError in the main thread after so many seconds."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class Watch:
    """An audit hook, which Python never takes out again: it notes writes while it has a place to allow."""

    def __init__(self) -> None:
        self.allowed: Path | None = None
        self.touched: list[str] = []
        self.hooked = False

    def hook(self, event: str, details: tuple[object, ...]) -> None:
        """Note the paths of a write outside the allowed folder."""
        if self.allowed is None:
            return
        positions = (0,) if event == "open" and writes(details) else WRITES.get(event, ())
        for path in (details[position] for position in positions):
            if isinstance(path, str | bytes | os.PathLike) and not self.allows(folder_of(details) / os.fsdecode(path)):
                self.touched.append(f"{event} {os.fsdecode(path)}")

    def allows(self, path: Path) -> bool:
        """Whether a path is in the folder, or is one that keeps nothing."""
        full = Path(os.path.abspath(path))  # noqa: PTH100 - resolving would follow links
        return full == Path(os.devnull) or full.is_relative_to(self.allowed or "/")


WATCH = Watch()


def writes(details: tuple[object, ...]) -> bool:
    """Whether the arguments of an `open` event ask for more than reading."""
    flags = details[2]
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def folder_of(details: tuple[object, ...]) -> Path:
    """Return the folder to which the paths of an event are relative: its last argument, if that is an open folder."""
    number = details[-1] if len(details) > 1 else -1
    link = Path(f"/proc/self/fd/{number}")
    return link.readlink() if isinstance(number, int) and number > 2 and link.is_dir() else Path.cwd()


@contextmanager
def watched(allowed: Path) -> Iterator[list[str]]:
    """Return a list that fills with the writes of this process outside a folder."""
    if not WATCH.hooked:
        sys.addaudithook(WATCH.hook)
        WATCH.hooked = True
    WATCH.allowed, WATCH.touched = allowed, []
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield WATCH.touched
    finally:
        WATCH.allowed = None
        sys.dont_write_bytecode = bytecode
