"""Every way in which npnet changes a disk goes through the seam, and nothing else does."""

import os
import shutil
from pathlib import Path

from npnet.storage import disk
from npnet.storage.lock import Lock
from tests.faults.seam import Call, watched


def _calls(place: Path, act: object) -> list[str]:
    calls: list[str] = []

    def note(call: Call) -> object:
        calls.append(f"{call.name} {Path(call.paths[-1]).name.partition('.tmp.')[0]}")
        return call()

    with watched(place, note):
        act()  # type: ignore[operator]
    return calls


def test_a_file_that_is_put_in_place_is_seen_step_by_step(tmp_path: Path) -> None:
    steps = _calls(tmp_path, lambda: disk.write_atomic(tmp_path / "file", b"data"))
    in_place = f"fsync {tmp_path.name}"
    assert steps == ["open .file", "write .file", "fsync .file", "replace file", "unlink .file", in_place]
    assert (tmp_path / "file").read_bytes() == b"data"


def test_pathlib_shutil_and_locks_are_seen(tmp_path: Path) -> None:
    def act() -> None:
        (tmp_path / "folder").mkdir()
        disk.write_unsynced(tmp_path / "folder" / "file", b"")
        (tmp_path / "folder" / "link").symlink_to("file")
        (tmp_path / "folder").rename(tmp_path / "other")
        Lock(tmp_path / "LOCK").release()
        shutil.rmtree(tmp_path / "other")

    steps = _calls(tmp_path, act)
    assert steps[:4] == ["mkdir folder", "open file", "symlink link", "rename other"]
    assert steps[4:9] == ["open LOCK", "flock LOCK", "ftruncate LOCK", "write LOCK", "unlink LOCK"]
    assert sorted(steps[9:]) == ["rmdir other", "unlink file", "unlink link"]


def test_what_only_reads_and_what_is_elsewhere_is_not(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "file").write_bytes(b"data")

    def act() -> None:
        assert disk.read_regular_file(place / "file", 10) == b"data"
        disk.write_atomic(tmp_path / "elsewhere", b"data")

    assert _calls(place, act) == []


def test_half_of_a_write_is_half_of_its_data(tmp_path: Path) -> None:
    def halved(call: Call) -> object:
        return call.half() or 4 if call.name == "write" else call()

    with watched(tmp_path, halved):
        disk.write_unsynced(tmp_path / "file", b"data")
    assert (tmp_path / "file").read_bytes() == b"da"


def test_the_functions_of_the_system_are_put_back(tmp_path: Path) -> None:
    before = os.open, os.write, os.replace
    with watched(tmp_path, Call.__call__):
        assert os.open is not before[0]
    assert (os.open, os.write, os.replace) == before
