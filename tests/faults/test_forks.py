"""A child ends with its code, its last words or its signal, whatever happens in it, and never goes on as a parent."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Result
from tests.faults import forks
from tests.faults.forks import KILLED, Ended, each, forked, room


def test_the_exit_code_and_stderr_come_back(tmp_path: Path) -> None:
    assert forked(lambda: Result(6, "out", f"in {Path.cwd().name}"), tmp_path) == Ended(6, f"in {tmp_path.name}")


def test_a_child_that_kills_itself_says_nothing(tmp_path: Path) -> None:
    def die() -> Result:
        os.kill(os.getpid(), signal.SIGKILL)
        return Result(0, "", "")

    assert forked(die, tmp_path) == Ended(KILLED, "")


def test_an_exception_is_reported_and_ends_the_child(tmp_path: Path) -> None:
    def fail() -> Result:
        raise KeyboardInterrupt("no reason")

    ended = forked(fail, tmp_path)
    assert ended.code == 255
    assert ended.stderr.splitlines()[-1] == "KeyboardInterrupt: no reason"


def test_a_child_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "PATIENCE", 1)

    def hang() -> Result:
        time.sleep(60)
        return Result(0, "", "")

    assert forked(hang, tmp_path) == Ended(-signal.SIGALRM, "")


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_found_comes_in_the_order_of_the_cases(jobs: int) -> None:
    assert list(each(str, range(20), jobs)) == [str(number) for number in range(20)]


def test_a_room_is_gone_afterwards() -> None:
    with room() as folder:
        (Path(folder) / "file").touch()
    assert not Path(folder).exists()
