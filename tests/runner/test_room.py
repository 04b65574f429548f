"""Before it begins, a training asks whether the disk has room for what it writes."""

from pathlib import Path

import pytest

from npnet.config import load
from npnet.experiment.resources import disk_bytes
from npnet.runner.prepared_run import prepare_run
from tests.cli.conftest import call
from tests.runner.test_results import fitting_of


def test_what_is_needed_is_about_what_is_written(tmp_path: Path) -> None:
    fitting_of(tmp_path)
    ready = prepare_run(load(tmp_path / "c.yaml"))
    assert call("train", tmp_path / "c.yaml", "--run-dir", tmp_path / "run", "--no-plots", "-q").code == 0
    written = sum(path.stat().st_size for path in (tmp_path / "run").rglob("*.safetensors"))
    assert written / 4 < disk_bytes(ready.experiment, ready.folds)


def test_a_disk_without_room_is_refused_with_both_figures_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitting_of(tmp_path)
    monkeypatch.setattr("npnet.experiment.resources.free_space", lambda _: 1000)
    result = call("train", tmp_path / "c.yaml", "--run-dir", tmp_path / "run", "-q")
    assert result.code == 6
    assert "of the disk, 1.0 kB are free: " in result.err
    assert "hint: make room" in result.err
    assert not (tmp_path / "run").exists()
