"""The model of a disk does what a disk does, and tells a writer that is careful from three that are not."""

from contextlib import nullcontext
from pathlib import Path

import pytest

from npnet.storage import disk
from npnet.storage.append_file import Appender
from tests.faults.disk import Disk, Link, State, put
from tests.faults.hindrances import Hindrance, no_sync_of_files, no_sync_of_folders, writes_in_place
from tests.faults.operations import Operation, Recorder
from tests.faults.seam import watched
from tests.faults.trainings import tree_of

VERSIONS = [bytes([65 + number]) * 5_000 for number in range(4)]


def _recorded(place: Path, hindered: Hindrance = nullcontext) -> list[Operation]:
    """Write four versions of one file, and return the disk."""
    recorder = Recorder(place)
    with recorder.promises(), watched(place, recorder), hindered():
        for version in VERSIONS:
            disk.write_atomic(place / "file", version)
    return recorder.operations


def _failures(operations: list[Operation]) -> set[str]:
    """Each way in which a state holds neither the version that was promised last nor the one that is being written."""
    model, promised, found = Disk({}), -1, set()
    for operation in operations:
        if operation.name == "promise":
            promised += 1
            found |= set() if model.keeps("file") else {"a promise"}
            continue
        model.do(operation)
        allowed = [*VERSIONS[max(promised, 0) : promised + 2], *([None] if promised < 0 else [])]
        found |= {how for how, state in model.states() if state.get("file") not in allowed}
    return found


def test_a_careful_writer_leaves_the_old_or_the_new_file_whatever_is_lost(tmp_path: Path) -> None:
    operations = _recorded(tmp_path)
    assert [operation.name for operation in operations[:6]] == [
        "open", "write", "sync file", "rename", "sync folder", "promise"
    ]  # fmt: skip
    assert _failures(operations) == set()


@pytest.mark.parametrize(
    ("hindered", "failures"),
    [
        (no_sync_of_files, {"a promise", "names were written, data that were not synced were not"}),
        (no_sync_of_folders, {"a promise", "only what was synced was written"}),
        (writes_in_place, {"all was written", "the last write was torn at 512 bytes"}),
    ],
)
def test_a_writer_without_one_of_the_three_is_caught(tmp_path: Path, hindered: Hindrance, failures: set[str]) -> None:
    assert failures <= _failures(_recorded(tmp_path, hindered))


def test_a_replayed_log_is_the_folder_that_it_was_recorded_in(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    place = tmp_path / "here"
    recorder = Recorder(place)
    with watched(place, recorder):
        disk.make_folder(place / "a")
        disk.write_atomic(place / "a" / "file", b"data")
        disk.replace_symlink(place / "link", "a")
        growing = Appender(place / "a" / "growing")
        for piece in (b"one ", b"two"):
            growing.append(piece)
        growing.close()
        disk.rename_folder(place / "a", place / "b")
        disk.remove_file(place / "b" / "file")
        disk.make_folder(place / "c")
        disk.remove_folder(place / "c")
    model = Disk({})
    for operation in recorder.operations:
        model.do(operation)
    put(model.seen(), tmp_path / "there")
    assert tree_of(tmp_path / "there") == tree_of(place) == {"b/growing": b"one two", "link": b"-> a"}


def _after(*operations: Operation) -> dict[str, State]:
    model = Disk({})
    for operation in operations:
        model.do(operation)
    return dict(model.states())


def test_a_write_that_is_not_synced_may_be_lost_or_torn() -> None:
    states = _after(
        Operation("open", ("file",)), Operation("write", ("file",), b"old"), Operation("sync file", ("file",)),
        Operation("sync folder", ("",)), Operation("write", ("file",), b"new", 3),
    )  # fmt: skip
    assert {how: state["file"] for how, state in states.items()} == {
        "all was written": b"oldnew",
        "only what was synced was written": b"old",
        "names were written, data that were not synced were not": b"old",
        "data were written, names that were not synced were not": b"oldnew",
        "the last write was torn at 1 bytes": b"oldn",
    }


def test_a_name_lasts_once_its_folder_was_synced_and_all_once_all_was() -> None:
    made = [Operation("mkdir", ("a",)), Operation("open", ("a/file",)), Operation("symlink", ("a/link",), b"file")]
    synced = "only what was synced was written"
    assert _after(*made)[synced] == {}
    assert _after(*made, Operation("sync folder", ("a",)))[synced] == {}
    assert _after(*made, Operation("sync folder", ("",)))[synced] == {"a": None}
    assert _after(*made, Operation("sync", ("",)))[synced] == {"a": None, "a/file": b"", "a/link": Link("file")}


def test_a_file_is_cut_emptied_and_grown_with_zeros() -> None:
    written = [Operation("open", ("file",)), Operation("write", ("file",), b"data")]
    seen = "all was written"
    assert _after(*written, Operation("cut", ("file",), offset=2))[seen] == {"file": b"da"}
    assert _after(*written, Operation("empty", ("file",)))[seen] == {"file": b""}
    assert _after(*written, Operation("write", ("file",), b"x", 6))[seen] == {"file": b"data\0\0x"}
