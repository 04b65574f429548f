"""One process works in a folder at a time."""

import subprocess
import sys

import pytest

from npnet.errors import InUse
from npnet.lock import Lock, is_locked

HOLD = """
import sys, time
from pathlib import Path
from npnet.lock import Lock
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
