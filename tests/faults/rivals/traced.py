"""Traced: the calls to the system that a save makes in its folder, seen by strace, which can kill it at any of them."""

import os
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.rivals.isolated import begun, ended
from tests.faults.rivals.savers import Saver, Tensors

OPENING = ("open", "openat", "openat2", "creat")
NAMING = ("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "mkdir")
WRITING = (
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "sendfile",
    "copy_file_range",
    "ftruncate",
    "truncate",
    "fallocate",
)
SYNCING = ("fsync", "fdatasync", "msync", "sync_file_range")
SERIES = (*OPENING, *NAMING, *WRITING, *SYNCING)
WRITABLE = re.compile("O_WRONLY|O_RDWR|O_CREAT")
LINE = re.compile(r"(\d+) +(\w+)\((.*)")
PATH = re.compile(r'\d<([^>]*)>|"([^"]*)"')  # of an open file, or as text


@dataclass(frozen=True)
class Call:
    """A call that changes something in the folder: which one of its kind, and the paths that it is about."""

    kind: str
    number: int
    paths: tuple[str, ...]


def traced(saver: Saver, tensors: Tensors, folder: Path, *options: str) -> int:
    """Save in a folder under strace; 0, or a negative number for the signal that ended it."""
    (ready, go), (heard, start) = os.pipe(), os.pipe()

    def act() -> None:
        os.write(start, b"!")
        os.read(ready, 1)
        saver.save(folder / saver.file, tensors)

    child = begun(act, folder)
    os.close(start)
    os.read(heard, 1)  # calls of the child before this are not counted
    with subprocess.Popen(["strace", "-f", "-qq", *options, "-p", str(child)], stderr=subprocess.PIPE) as strace:
        while not _is_traced(child) and strace.poll() is None:
            time.sleep(0.002)
        os.write(go, b"!")
        code = ended(child)
    for descriptor in (ready, go, heard):
        os.close(descriptor)
    return code


def _is_traced(process: int) -> bool:
    return "TracerPid:\t0\n" not in Path(f"/proc/{process}/status").read_text()


def calls_of(saver: Saver, tensors: Tensors, folder: Path) -> list[Call]:
    """Return the calls by which a save changes a folder, numbered among all calls of their kind."""
    log = folder.with_suffix(".log")
    code = traced(
        saver, tensors, folder, "-y", "-o", str(log), "-e", "trace=" + ",".join(f"?{kind}" for kind in SERIES)
    )
    assert code == 0, code
    return list(_changing(log.read_text(errors="replace").splitlines(), folder))


def _changing(lines: Iterable[str], folder: Path) -> Iterator[Call]:
    counts = Counter[tuple[str, str]]()
    for match in filter(None, map(LINE.match, lines)):
        process, kind, rest = match.groups()
        counts[process, kind] += 1
        paths = dict.fromkeys(text for pair in PATH.findall(rest) for text in pair if text.startswith(str(folder)))
        if paths and not (kind in OPENING and not WRITABLE.search(rest)):
            yield Call(kind, counts[process, kind], tuple(paths))


def killed(saver: Saver, tensors: Tensors, folder: Path, call: Call) -> bool:
    """Save in a folder and be killed when entering a call; whether that happened."""
    inject = ("-e", f"trace={call.kind}", "-e", f"inject={call.kind}:signal=KILL:when={call.number}")
    return traced(saver, tensors, folder, "-o", os.devnull, *inject) == -signal.SIGKILL
