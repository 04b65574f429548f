"""Files are whole or not there; what the machine refuses is one clear line."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from npnet.errors import MachineError
from npnet.machine.resources import explained, size_text
from npnet.storage import disk
from npnet.storage.append_file import Appender


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("refusal", [None, errno.EPERM, errno.ENOTSUP])
def test_a_new_file_is_written_whole_and_replaces_nothing(refusal, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(refusal, os.strerror(refusal))

    if refusal:  # a disk without hard links
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    disk.write_atomic(tmp_path / "file", (b"one", b"two"), publish=disk.link_new)
    assert (tmp_path / "file").read_bytes() == b"onetwo"
    with pytest.raises(FileExistsError):
        disk.write_atomic(tmp_path / "file", (b"other",), publish=disk.link_new)
    assert (tmp_path / "file").read_bytes() == b"onetwo"
    assert names(tmp_path) == ["file"]


def test_a_file_is_written_whole_and_replaces_the_old_one(tmp_path):
    for data in (b"old", b"", b"new" * 1000):
        disk.write_atomic(tmp_path / "file", data)
        assert (tmp_path / "file").read_bytes() == data
    assert names(tmp_path) == ["file"]


def test_pieces_replace_a_file_once_all_are_there(tmp_path):
    def pieces(last):
        yield b"one "
        assert (tmp_path / "file").read_bytes() == b"old"
        yield last()

    disk.write_atomic(tmp_path / "file", b"old")
    with pytest.raises(ZeroDivisionError):
        disk.write_atomic(tmp_path / "file", pieces(lambda: 1 // 0))
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names(tmp_path) == ["file"]
    disk.write_atomic(tmp_path / "file", pieces(lambda: b"two"))
    assert (tmp_path / "file").read_bytes() == b"one two"
    assert names(tmp_path) == ["file"]


def test_a_write_replaces_a_link_and_never_goes_through_it(tmp_path):
    (tmp_path / "precious").write_text("mine")
    (tmp_path / "link").symlink_to("precious")
    disk.write_atomic(tmp_path / "link", b"theirs")
    assert (tmp_path / "precious").read_text() == "mine"
    assert not (tmp_path / "link").is_symlink()


def test_a_new_file_is_refused_where_one_is(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileExistsError):
        disk.write_new(tmp_path / "file", b"theirs")
    assert (tmp_path / "file").read_text() == "mine"


SMALL_FILES = """
import resource, signal, sys
from pathlib import Path
from npnet.errors import MachineError
from npnet.storage import disk
from npnet.storage.append_file import Appender
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
folder = Path(sys.argv[1])
growing = Appender(folder / "growing")
growing.append(b"x" * 900)
for write in (lambda: disk.write_atomic(folder / "file", bytes(3_100_000)), lambda: growing.append(b"y" * 200)):
    try:
        write()
    except MachineError as error:
        print(error.code, error.message.replace(str(folder), ""))
"""


def test_a_write_that_fails_half_way_leaves_the_old_file_and_no_other(tmp_path):
    (tmp_path / "file").write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", SMALL_FILES, tmp_path], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.splitlines() == [
        "6 /file would be larger (3.1 MB) than this machine allows a file to be",
        "6 /growing would be larger (200 bytes) than this machine allows a file to be",
    ]
    assert names(tmp_path) == ["file", "growing"]
    assert (tmp_path / "file").read_text() == "old"
    assert (tmp_path / "growing").read_bytes() == b"x" * 900


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ENOSPC, "disk full: 3.1 MB needed, "),
        (errno.EDQUOT, "disk quota used up: 3.1 MB needed"),
        (errno.EROFS, "/file is on a read-only disk"),
        (errno.EACCES, "no permission to write "),
        (errno.EIO, "/file: Input/output error"),
    ],
)
def test_what_the_machine_refuses_is_one_line_and_exit_code_6(tmp_path, code, message):
    with pytest.raises(MachineError) as caught, explained(tmp_path / "file", 3_100_000):
        raise OSError(code, os.strerror(code))
    assert message in caught.value.message
    assert str(tmp_path) in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.code == 6
    assert ("--runs-dir" in (caught.value.hint or "")) == (code != errno.EIO)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (3_100_000, "3.1 MB"), (7.3e12, "7.3 TB")],
)
def test_sizes_are_written_as_people_read_them(size, text):
    assert size_text(size) == text


def test_a_folder_that_is_missing_or_is_a_file_is_refused_with_the_reason(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="No such file"):
        disk.write_atomic(tmp_path / "nowhere" / "x", b"")
    for make in (disk.make_folders, disk.make_folder_exclusive):
        with pytest.raises(MachineError, match="Not a directory"):
            make(tmp_path / "file" / "x")
    with pytest.raises(MachineError, match="a file is in its place"):
        disk.make_folders(tmp_path / "file")


def test_a_link_moves_in_one_step(tmp_path):
    for target in ("a", "b"):
        disk.replace_symlink(tmp_path / "latest", target)
        assert (tmp_path / "latest").readlink() == Path(target)
    assert names(tmp_path) == ["latest"]


def test_a_folder_is_made_once_renamed_and_removed(tmp_path):
    disk.make_folder_exclusive(tmp_path / "a")
    with pytest.raises(FileExistsError):
        disk.make_folder_exclusive(tmp_path / "a")
    disk.write_new(tmp_path / "a" / "file", b"x")
    disk.make_folder_exclusive(tmp_path / "b")
    disk.rename_folder(tmp_path / "a", tmp_path / "b")
    assert names(tmp_path) == ["b"]
    with pytest.raises(MachineError):
        disk.rename_folder(tmp_path / "nothing", tmp_path / "b")
    disk.remove_folder(tmp_path / "b")
    assert names(tmp_path) == []


def test_removing_a_folder_does_not_follow_its_links(tmp_path):
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep" / "file").write_text("mine")
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "link").symlink_to(tmp_path / "keep")
    disk.remove_folder(tmp_path / "gone")
    assert names(tmp_path) == ["keep"]
    assert names(tmp_path / "keep") == ["file"]


def test_a_growing_file_is_readable_at_once_and_goes_on_where_it_was(tmp_path):
    for line in (b"1\n", b"2\n"):
        growing = Appender(tmp_path / "log")
        growing.append(line)
        assert (tmp_path / "log").read_bytes().endswith(line)
        growing.sync()
        growing.close()
    assert (tmp_path / "log").read_bytes() == b"1\n2\n"


def strangers(folder: Path) -> list[Path]:
    (folder / "file").write_text("secret")
    (folder / "link").symlink_to("file")
    (folder / "dangling").symlink_to("nowhere")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    return [folder / name for name in ("link", "dangling", "zero", "folder", "pipe")] + [Path("/dev/zero")]


def test_links_pipes_devices_and_folders_are_neither_read_nor_appended_to(tmp_path):
    for path in strangers(tmp_path):
        with pytest.raises(disk.UnsafeFileError):
            disk.read_regular_file(path, 100)
        if path != Path("/dev/zero"):
            with pytest.raises(MachineError):
                Appender(path)
    assert (tmp_path / "file").read_text() == "secret"


def test_a_file_larger_than_allowed_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(disk.UnsafeFileError, match=r"larger than 1\.0 kB"):
        disk.read_regular_file(tmp_path / "sparse", 1000)
    (tmp_path / "fits").write_bytes(bytes(1000))
    assert disk.read_regular_file(tmp_path / "fits", 1000) == bytes(1000)


def test_a_missing_file_is_an_ordinary_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        disk.read_regular_file(tmp_path / "missing", 10)
