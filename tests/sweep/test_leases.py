"""Leases: a hung worker is ended, and no other process ever gets its signal."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from npnet.storage.lock import process_start
from npnet.sweeps import processes
from npnet.sweeps.processes import Leases, end_process


@pytest.fixture
def process() -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process that waits until it is ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as waiting:
        yield waiting


def _lease(folder: Path, process: int, started: str, host: str | None = None) -> None:
    (folder / "3.abcd").write_text(f"{host or socket.gethostname()} {process} {started} 0.0")


def test_a_stale_lease_signals_no_process_that_has_its_number_by_now(
    tmp_path: Path, process: "subprocess.Popen[bytes]"
) -> None:
    _lease(tmp_path, process.pid, "an-earlier-boot/1")
    assert Leases(tmp_path).end_overdue(1.0) == set()
    _lease(tmp_path, process.pid, process_start(process.pid), host="another-machine")
    assert Leases(tmp_path).end_overdue(1.0) == set()
    assert not end_process(process.pid, "an-earlier-boot/1")
    assert process.poll() is None


def test_an_overdue_process_is_ended(
    tmp_path: Path, process: "subprocess.Popen[bytes]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.3)
    _lease(tmp_path, process.pid, process_start(process.pid))
    assert Leases(tmp_path).end_overdue(1e12) == set()
    assert process.poll() is None
    assert Leases(tmp_path).end_overdue(1.0) == {3}
    assert process.wait() == -signal.SIGTERM
    assert Leases(tmp_path).end_overdue(1.0) == set()


def test_a_lease_names_its_process_while_it_is_held(tmp_path: Path) -> None:
    held = Leases(tmp_path)
    with held.hold(7):
        assert (held.count(7), held.count(8)) == (1, 0)
        _, number, started, _ = next(tmp_path.glob("7.*")).read_text().split()
        assert (int(number), started) == (os.getpid(), process_start(os.getpid()))
        assert held.end_overdue(-1.0) == set()
    assert held.count(7) == 0
