"""Sweeps: a small config, commands in this process, and real processes where only those will do."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.conftest import Result, call

CONFIG = """\
dataset: {circles: {samples: 120, noise: 0.06}}
layers: [{linear: 4}, tanh, linear]
optimizer: sgd
learning_rate: 0.05
epochs: 4
batch_size: 24
"""
TRIES = ("learning_rate=[0.001, 0.01, 0.1]", "layers.0.linear.units=[2, 4]")
SLOW = ("epochs=1000000", "evaluate_every=1000000")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a current folder with a small config in it; processes that are started find this npnet."""
    (tmp_path / "c.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    root = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")])))
    for name in ("NPNET_RUNS_DIR", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def sweep(name: str, *arguments: object, tries: tuple[str, ...] = TRIES) -> Result:
    """Sweep the small config in this process, into a folder of that name."""
    return call("sweep", "c.yaml", *tries, *arguments, "--run-dir", name, "-q")


def table(name: str) -> bytes:
    """Return the table of a sweep."""
    return Path(name, "trials.csv").read_bytes()


def statuses(name: str) -> list[str]:
    """Return the column `status` of that table."""
    return [line.split(",")[3] for line in table(name).decode().splitlines()[1:]]


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start npnet, or another command of this Python, as a process of its own group; what still runs is killed."""
    begun: list[subprocess.Popen[str]] = []

    def begin(*arguments: object, module: str = "npnet") -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", module, *map(str, arguments)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, text=True, start_new_session=True, **pipes)  # type: ignore[call-overload]
        begun.append(process)
        return process

    yield begin
    for process in begun:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def wait_for(what: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.01)


def marks(name: str, wave: int = 0) -> list[tuple[int, int]]:
    """Return the groups that are trained now, and their processes."""
    found = []
    for mark in Path(name, "waves", f"{wave:04d}.leases").glob("*.*"):
        with suppress(OSError, ValueError):
            _, process, _, _ = mark.read_text().split()
            found.append((int(mark.name.partition(".")[0]), int(process)))
    return sorted(found)
