"""What processes that died left beside the runs goes; what one works on, what is young and what is a user's stays."""

import os
from pathlib import Path

import pytest

from npnet.rundir import new_run
from npnet.rundir.names import new_id
from npnet.rundir.new_run import remove_leftover_runs
from npnet.storage.lock import Lock

LONG_AGO = 1_600_000_000
DEAD = (".20201122-141502-circles-7f3a", "..20201122-141502-circles-7f3a.tmp.0123abcd")


def _folder(path: Path) -> Path:
    path.mkdir()
    (path / "LOCK").touch()
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_folders_links_and_files_of_dead_processes_are_removed(tmp_path: Path) -> None:
    for name in DEAD:
        _folder(tmp_path / name)
    (tmp_path / ".latest.tmp.0123abcd").symlink_to("20201122-141502-circles-7f3a")
    (tmp_path / "..index.tmp.0123abcd").touch()
    for name in (".latest.tmp.0123abcd", "..index.tmp.0123abcd"):
        os.utime(tmp_path / name, (LONG_AGO, LONG_AGO), follow_symlinks=False)
    remove_leftover_runs(tmp_path)
    assert _names(tmp_path) == set()


def test_what_is_held_young_shown_or_of_another_name_stays(tmp_path: Path) -> None:
    kept = {name: _folder(tmp_path / name) for name in (DEAD[0], DEAD[0][1:], ".git", ".circles", ".index")}
    young = tmp_path / f".{new_id('young')}"
    young.mkdir()
    lock = Lock(kept[DEAD[0]] / "LOCK")
    os.utime(kept[DEAD[0]], (LONG_AGO, LONG_AGO))
    remove_leftover_runs(tmp_path)
    assert _names(tmp_path) == {*kept, young.name}
    lock.release()
    os.utime(kept[DEAD[0]], (LONG_AGO, LONG_AGO))
    remove_leftover_runs(tmp_path)
    assert _names(tmp_path) == {*kept, young.name} - {DEAD[0]}


def test_a_link_in_place_of_a_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / DEAD[0]).symlink_to(tmp_path / "precious")
    monkeypatch.setattr(new_run, "AGE", 0.0)
    remove_leftover_runs(tmp_path / "runs")
    assert _names(tmp_path / "runs") == set()
    assert (tmp_path / "precious" / "file").exists()


def test_a_folder_that_is_not_there_is_nothing_to_say(tmp_path: Path) -> None:
    remove_leftover_runs(tmp_path / "runs")
    assert list(tmp_path.iterdir()) == []
