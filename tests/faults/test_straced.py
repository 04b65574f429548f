"""What strace sees of real processes: their kills are made good, and the seam sees all that it does."""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.crash import Noter
from tests.faults.forks import room
from tests.faults.harness import in_a_process
from tests.faults.straced import Entry, entries_of, spread, why_not
from tests.faults.trainings import TRAININGS, golden_of

WHY_NOT = why_not()
needs_strace = pytest.mark.skipif(bool(WHY_NOT), reason=f"NOTHING IS KILLED BY STRACE: {WHY_NOT}")
KINDS = {"write": ("write",), "fsync": ("fsync",), "rename": ("rename", "replace"), "mkdir": ("mkdir",),
         "unlink": ("unlink",), "ftruncate": ("ftruncate",)}  # fmt: skip


@pytest.mark.long
@needs_strace
def test_processes_that_the_system_kills_end_in_the_same_bytes() -> None:
    done = in_a_process("straced", "--most", "1", "--only", "write", "--only", "rename", "--jobs", "1")
    assert done.stdout.splitlines()[-1].startswith("2 kills by strace, 0 of them not recovered"), done.stdout
    assert (done.returncode, done.stderr) == (0, "")


@needs_strace
def test_the_seam_sees_every_call_that_strace_sees() -> None:
    calls, training = Noter(), TRAININGS["short"]
    with room() as folder:
        golden_of(training, Path(folder), calls)
    seen = Counter(call.name for call in calls.calls)
    traced = entries_of(training)
    assert {kind: len(traced[kind]) for kind in KINDS} == {
        kind: sum(seen[name] for name in names) for kind, names in KINDS.items()
    }


def test_kills_are_spread_from_the_first_call_to_the_last() -> None:
    entries = [Entry("write", number) for number in range(1, 11)]
    assert [entry.number for entry in spread(entries, 4)] == [1, 4, 7, 10]
    assert spread(entries, 20) == entries
    assert spread([], 4) == []
