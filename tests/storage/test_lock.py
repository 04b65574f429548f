"""One process works in a folder at a time."""

import errno
import fcntl
import os
import subprocess
import sys

import pytest

from npnet.errors import InUse
from npnet.storage.lock import Lock, is_locked

HOLD = """
import sys, time
from pathlib import Path
from npnet.storage.lock import Lock
lock = Lock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_lock_keeps_others_out_names_its_holder_and_dies_with_it(tmp_path):
    path = tmp_path / "LOCK"
    with subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_locked(path)
        with pytest.raises(InUse, match=f"{tmp_path} is in use by process {holder.pid} on ") as caught:
            Lock(path)
        assert caught.value.code == 9
        holder.kill()
    assert path.exists()
    assert not is_locked(path)
    Lock(path).release()
    assert not path.exists()
    assert not is_locked(path)


def test_a_lock_whose_file_was_moved_or_lost_is_released_without_a_word(tmp_path):
    lock = Lock(tmp_path / "LOCK")
    (tmp_path / "LOCK").rename(tmp_path / "moved")
    assert is_locked(tmp_path / "moved")
    other = Lock(tmp_path / "LOCK")
    lock.release()
    assert is_locked(tmp_path / "LOCK")
    other.release()
    assert [path.name for path in tmp_path.iterdir()] == ["moved"]


@pytest.fixture
def without_locks(monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)


@pytest.mark.usefixtures("without_locks")
def test_where_the_file_system_has_no_locks_the_file_itself_is_one(tmp_path):
    path = tmp_path / "LOCK"
    lock = Lock(path)
    assert is_locked(path)
    with pytest.raises(InUse, match=f"is in use by process {os.getpid()} on "):
        Lock(path)
    lock.release()
    assert not path.exists()


@pytest.mark.usefixtures("without_locks")
@pytest.mark.parametrize(
    ("holder", "holds"), [("process 999999999 on {here}", False), ("", False), ("process 1 on another-machine", True)]
)
def test_without_locks_a_dead_process_of_this_machine_holds_nothing(tmp_path, holder, holds):
    path = tmp_path / "LOCK"
    path.write_text(holder.format(here=os.uname().nodename))
    assert is_locked(path) == holds
    if holds:
        with pytest.raises(InUse, match="another-machine"):
            Lock(path)
    else:
        Lock(path).release()
        assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_number_that_another_process_has_by_now_holds_nothing(tmp_path):
    path = tmp_path / "LOCK"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        here = f"process {other.pid} on {os.uname().nodename}\n"
        path.write_text(f"{here}since an-earlier-boot/1\n")
        assert not is_locked(path)
        Lock(path).release()
        path.write_text(here)  # the start of the process is unknown
        assert is_locked(path)


@pytest.mark.usefixtures("without_locks")
@pytest.mark.parametrize("links", [True, False])
def test_without_locks_one_that_was_first_stays_first(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(OSError(errno.EPERM, "no links")))
    path = tmp_path / "LOCK"
    path.write_text(f"process 999999999 on {os.uname().nodename}\n")
    descriptor = os.open(path, os.O_RDWR)  # of one that has seen the dead process, and is slow
    first = Lock(path)
    with pytest.raises(InUse):
        first._lease(descriptor)
    assert is_locked(path)
    assert [one.name for one in tmp_path.iterdir()] == ["LOCK"]
    first.release()
    assert list(tmp_path.iterdir()) == []
