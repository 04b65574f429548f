"""Trainings that are killed end as if they were not: a short form of `make crash`, and what it would notice."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from npnet.storage import disk
from tests.cli.conftest import Result
from tests.faults.crash import AFTER, BEFORE, HALF, Killer, Noter, Point, points_of
from tests.faults.forks import KILLED
from tests.faults.harness import in_a_process
from tests.faults.hindrances import Hindrance, writes_in_place
from tests.faults.seam import watched
from tests.faults.trainings import under

VERSIONS = [bytes([65 + number]) * 5_000 for number in range(3)]


@pytest.mark.long
def test_trainings_that_are_killed_end_in_the_same_bytes() -> None:
    done = in_a_process("crash", "--every", "37", "--jobs", "1")
    assert done.stdout.splitlines()[-1].endswith("kills, 0 of them not recovered"), done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def _write(place: Path) -> Result:
    for version in VERSIONS:
        disk.write_atomic(place / "file", version)
    return Result(0, "", "")


def _survivors(place: Path, hindered: Hindrance) -> list[bytes | None]:
    """Return a file after each kill of a process that writes it three times."""
    calls, found = Noter(), []
    with watched(place, calls), hindered():
        _write(place)
    for point in points_of(calls.calls):
        for path in place.iterdir():
            path.unlink()
        assert under(Killer(point), lambda: _write(place), place, hindered).code == KILLED
        found.append((place / "file").read_bytes() if (place / "file").exists() else None)
    return found


@pytest.mark.long
@pytest.mark.parametrize(("hindered", "whole"), [(nullcontext, True), (writes_in_place, False)])
def test_a_file_that_is_not_renamed_into_place_is_found_half_written(
    tmp_path: Path, hindered: Hindrance, whole: bool
) -> None:
    found = _survivors(tmp_path, hindered)
    assert len(found) > 30
    assert set(VERSIONS) < set(found)
    assert (set(found) <= {None, *VERSIONS}) is whole


def test_every_call_is_a_point_before_and_after_and_a_write_half_way_through_too(tmp_path: Path) -> None:
    calls = Noter()
    with watched(tmp_path, calls):
        disk.write_unsynced(tmp_path / "file", b"data")
    assert points_of(calls.calls) == [
        Point(1, BEFORE, "open file"),
        Point(1, AFTER, "open file"),
        Point(2, BEFORE, "write file"),
        Point(2, HALF, "write file"),
        Point(2, AFTER, "write file"),
    ]
