"""Too little memory is an error of one line; the long form is `make starved`."""

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import call as here
from tests.faults.starved import COMMANDS, call, main, write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds processes to RLIMIT_AS")


def test_too_little_memory_is_reported_before_a_library_ends_the_process(tmp_path: Path) -> None:
    write(tmp_path)
    before = sorted(tmp_path.iterdir())
    ended = call(tmp_path, COMMANDS["train"], 150)
    assert (ended.code, ended.wrong) == (6, False), ended
    assert "too little memory: numpy needs " in ended.stderr
    assert sorted(tmp_path.iterdir()) == before
    assert call(tmp_path, COMMANDS["runs"], 150).code == 0


@pytest.mark.long
def test_a_training_whose_baselines_find_no_memory_can_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    monkeypatch.chdir(tmp_path)
    ended = call(tmp_path, (*COMMANDS["train"], "--baselines"), 400)
    assert (ended.code, ended.wrong) == (6, False), ended
    assert (tmp_path / "new" / "checkpoint.safetensors").exists()
    resumed = here("resume", "new", "--no-plots")
    assert resumed.code == 0, resumed.err
    assert (tmp_path / "new" / "baselines.json").exists()


@pytest.mark.long
@pytest.mark.parametrize("name", COMMANDS)
def test_every_limit_is_enough_or_reported_as_too_little(name: str) -> None:
    assert main(["--only", name, "--step", "75"]) == 0
