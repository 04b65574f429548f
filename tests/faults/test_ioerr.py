"""Errors of the disk are handled or reported in a line: a short form of `make ioerr`, and what it would notice."""

import errno
from pathlib import Path

import pytest

from npnet.errors import DiskFull, MachineError
from npnet.storage import disk
from tests.faults.crash import Noter
from tests.faults.forks import Ended
from tests.faults.harness import in_a_process
from tests.faults.ioerr import Refusal, Refuser, refusals_of, told_wrong
from tests.faults.seam import watched


@pytest.mark.long
def test_trainings_whose_disk_refuses_something_bear_it_or_end_with_6_and_can_go_on() -> None:
    done = in_a_process("ioerr", "--every", "61", "--jobs", "1")
    assert done.stdout.splitlines()[-1].endswith(" injected errors, 0 of them not handled"), done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_a_refused_write_has_written_half_and_only_it_is_refused(tmp_path: Path) -> None:
    with watched(tmp_path, Refuser(Refusal(2, "write file", "EIO", lasting=False))):
        with pytest.raises(MachineError):
            disk.write_unsynced(tmp_path / "file", b"data")
        disk.write_unsynced(tmp_path / "other", b"data")
    assert (tmp_path / "file").read_bytes() == b"da"
    assert (tmp_path / "other").read_bytes() == b"data"


def test_a_full_disk_stays_full_and_lets_files_be_removed(tmp_path: Path) -> None:
    (tmp_path / "old").touch()
    with watched(tmp_path, Refuser(Refusal(2, "write file", "ENOSPC", lasting=True))):
        for _ in range(2):
            with pytest.raises(DiskFull):
                disk.write_atomic(tmp_path / "file", b"data")
        disk.remove_file(tmp_path / "old")
    assert list(tmp_path.iterdir()) == []


def test_every_call_is_refused_for_every_reason_and_locks_for_theirs(tmp_path: Path) -> None:
    calls = Noter()
    with watched(tmp_path, calls):
        disk.write_unsynced(tmp_path / "file", b"data")
    refusals = list(refusals_of(calls.calls))
    assert {(refusal.number, refusal.lasting) for refusal in refusals} == {(1, False), (1, True), (2, False), (2, True)}
    assert {getattr(errno, refusal.reason) for refusal in refusals} >= {errno.ENOSPC, errno.EIO, errno.EROFS}
    assert len(refusals) == 28


@pytest.mark.parametrize(
    ("ended", "right"),
    [
        (Ended(0, ""), True),
        (Ended(0, "npnet: warning: the disk is full\n"), True),
        (Ended(6, "npnet: error: disk full\nhint: make room\n"), True),
        (Ended(6, ""), False),
        (Ended(0, "npnet: error: disk full\n"), False),
        (Ended(1, "npnet: error: a bug in npnet\n"), False),
        (Ended(6, "npnet: error: disk full\nTraceback (most recent call last):\n"), False),
        (Ended(255, "Traceback (most recent call last):\n"), False),
        (Ended(-14, ""), False),
    ],
)
def test_stderr_must_fit_the_exit_code(ended: Ended, right: bool) -> None:
    assert (told_wrong(ended) == "") is right
