"""A sweep of the tabular preset ends soon after a signal: a short form of `make stops`."""

import signal
from pathlib import Path

import pytest

from tests.faults.stops import CONFIG, SIGNALS, WORKS, Stopped, draw_table, main, moments, start, stopped
from tests.sweep.conftest import wait_for

LIMIT = 10.0  # seconds, on a machine that has other work to do


@pytest.fixture
def place(tmp_path: Path) -> Path:
    draw_table(tmp_path / "t.csv", 200)
    (tmp_path / "c.yaml").write_text(CONFIG.format(path="t.csv", target="y", trials=200))
    return tmp_path


def _stopped_while_it_trains(place: Path, work: str, signals: str) -> Stopped | None:
    with start(place, WORKS[work].begin(place / "run")) as process:
        wait_for(lambda: list(place.glob("run/waves/0000.leases/*")))
        return stopped(process, SIGNALS[signals])


def test_a_sweep_of_200_trials_ends_soon_after_ctrl_c(place: Path) -> None:
    ended = _stopped_while_it_trains(place, "sweep", "SIGINT")
    assert ended is not None
    assert ended.wrong(130, LIMIT) == "", ended
    assert "interrupted after" in ended.stderr


@pytest.mark.long
@pytest.mark.parametrize("signals", SIGNALS)
def test_a_sweep_of_two_processes_ends_soon_and_leaves_none(place: Path, signals: str) -> None:
    ended = _stopped_while_it_trains(place, "sweep, two processes", signals)
    assert ended is not None
    assert ended.wrong(128 + SIGNALS[signals][0], LIMIT) == "", ended


@pytest.mark.long
@pytest.mark.parametrize("work", WORKS)
def test_a_stopped_command_ends_and_resumes_to_the_same_bytes(work: str) -> None:
    assert main(["--only", work, "--moments", "1", "--rows", "150", "--trials", "20", "--limit", str(LIMIT)]) == 0


def test_broken_promises_are_reported() -> None:
    assert Stopped(1.0, 130, "", left=False).wrong(130, 2.0) == ""
    assert Stopped(3.0, -9, "Traceback", left=True).wrong(128 + signal.SIGTERM, 2.0) == (
        "more than 2 s, exit code -9, a traceback, processes are left"
    )
    assert moments(8.0, 4) == [1.0, 3.0, 5.0, 7.0]
