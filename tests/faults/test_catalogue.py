"""Hostile files are refused in one line, with the right exit code, and change nothing."""

import faulthandler
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import call
from tests.faults.catalogue import DIFFER, EVALUATE, PREDICT, SHOW, catalogue
from tests.faults.hostile import Hostile, config
from tests.faults.malformed import trained

ENTRIES = list(catalogue())
SECONDS = 20
CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f\u202a-\u202e]")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("finished")).parent.parent


@pytest.fixture
def folder(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with a finished run, beside a file and a folder that must not change."""
    (tmp_path / "canary").write_text("alive")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_text("kept")
    monkeypatch.chdir(shutil.copytree(finished, tmp_path / "here"))
    (tmp_path / "here" / "run" / "plots").mkdir(exist_ok=True)
    return tmp_path / "here"


def snapshot(folder: Path) -> dict[str, tuple[str, int]]:
    """Return the content of a folder, its links not followed, and when each file was changed."""
    files = sorted(folder.rglob("*"))
    return {str(file): (oct(file.lstat().st_mode), file.lstat().st_mtime_ns) for file in files if file.name != "LOCK"}


def test_there_are_at_least_120() -> None:
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES) >= 120


def test_what_is_made_hostile_is_fine_without_that(folder: Path) -> None:
    (folder / "case.yaml").write_text(config(""))
    assert call("train", "case.yaml", "--dry-run").code == 0
    for words in (PREDICT, SHOW, DIFFER, EVALUATE):
        assert call(*words).code == 0


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.name for entry in ENTRIES])
def test_it_is_refused_in_one_line_and_nothing_is_touched(entry: Hostile, folder: Path) -> None:
    entry.change(folder)
    before = snapshot(folder.parent)
    faulthandler.dump_traceback_later(SECONDS, exit=True, file=sys.__stderr__)
    try:
        result = call(*entry.words)
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert result.code in entry.codes, result.err
    first, *others = result.err.splitlines()
    assert first.startswith("npnet: error: ")
    assert len(first) < 1_000
    assert all(re.match("hint: |    |npnet: error: |and [0-9]", line) for line in others if line), others
    assert not CONTROL.search(result.err + result.out)
    assert not result.out
    assert snapshot(folder.parent) == before
    assert (folder.parent / "canary").read_text() == "alive"


REASONS = {
    "resolved.yaml: a base": "a file that npnet wrote extends no other",
    "resolved.yaml: units beyond memory": "are of another network, which is far smaller",
    "links: weights to themselves": "is a symbolic link",
    "links: weights to the canary": "is reached through a symbolic link",
    "links: a hard link to the canary": "is a hard link",
    "links: weights that are a pipe": "is not a plain file",
    "run.json: a format of true": "it was not written by npnet",
    "weights: a pickle": "it is not a safetensors file written by npnet",
}


@pytest.mark.parametrize(("name", "reason"), REASONS.items(), ids=REASONS)
def test_the_line_says_why(name: str, reason: str, folder: Path) -> None:
    entry = next(entry for entry in ENTRIES if entry.name == name)
    entry.change(folder)
    assert reason in call(*entry.words).err
