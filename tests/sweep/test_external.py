"""Trials as commands: run by a shell, by xargs, in any number at once; then collected into one table."""

import csv
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from npnet.config.overrides import read_override
from npnet.rundir.run import RunFolder
from npnet.sweeps.external import setting
from tests.cli.conftest import call
from tests.sweep.conftest import sweep, table

PARTS = ("train.", "validation.", "test.")
TRIES = ("learning_rate=[0.01, 0.1]", "optimizer=[adam, {momentum: {momentum: 0.5}}]")


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which `npnet` is a command."""
    command = folder.parent / f"{folder.name}-bin" / "npnet"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m npnet "$@"\n')
    command.chmod(0o755)
    return {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}"}


def _scores(name: str) -> list[dict[str, Any]]:
    rows = list(csv.DictReader(table(name).decode().splitlines()))
    return [{key: float(value) if key.startswith(PARTS) else value for key, value in row.items()} for row in rows]


@pytest.mark.long
def test_commands_that_xargs_runs_are_collected_to_the_same_table(folder: Path, environment: dict[str, str]) -> None:
    assert sweep("whole", tries=TRIES).code == 0
    emitted = sweep("s", "--emit-commands", tries=TRIES)
    assert emitted.code == 0
    assert emitted.out.count("\n") == 4
    done = subprocess.run(
        ["xargs", "-P", "2", "-L", "1", "env"],
        input=emitted.out,
        text=True,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    again = call("resume", "s")
    assert again.code == 5
    assert "--collect" in again.err
    collected = call("sweep", "--collect", "s", "-q")
    assert collected.code == 0
    for one, other in zip(_scores("s"), _scores("whole"), strict=True):
        assert one.keys() == other.keys()
        for key, value in other.items():
            assert one[key] == (pytest.approx(value, rel=1e-6, abs=1e-9) if isinstance(value, float) else value), key
    for path in Path("whole/trials").glob("*/*"):
        if path.name in ("history.csv", "weights.safetensors", "resolved.yaml"):
            assert path.read_bytes() == (Path("s") / path.relative_to("whole")).read_bytes(), path
    assert Path("s/best").readlink() == Path("whole/best").readlink()
    named = call("resume", "s")
    assert (named.code, Path(named.out.strip())) == (0, Path("s").resolve())


def test_what_is_not_there_yet_is_missing_from_the_table(folder: Path) -> None:
    lines = sweep("s", "--emit-commands", tries=TRIES).out.splitlines()
    empty = call("sweep", "--collect", "s")
    assert empty.code == 5
    assert "has no trials yet" in empty.err
    assert call(*shlex.split(lines[2])[1:]).code == 0
    some = call("sweep", "--collect", "s")
    assert some.code == 8
    assert [row["number"] for row in _scores("s")] == ["3"]
    assert "interrupted after 1 of 4 trials" in some.err


@pytest.mark.parametrize("method", ["halving", "tpe"])
def test_a_search_that_learns_is_not_run_elsewhere(folder: Path, method: str) -> None:
    options = ("--method", method, "--trials", "20", "--emit-commands")
    result = sweep("s", *options, tries=("learning_rate={min: 0.1, max: 1}",))
    assert result.code == 2
    assert "this search needs results before it goes on" in result.err
    assert not Path("s").exists()


@pytest.mark.parametrize("name", ["none", "c.yaml"])
def test_what_is_no_sweep_is_not_collected(folder: Path, name: str) -> None:
    result = call("sweep", "--collect", name)
    assert result.code == 5
    assert result.err.startswith("npnet: error: ")


@pytest.mark.parametrize(
    "value",
    [
        "adam",
        "1",
        "true",
        "null",
        "~",
        "1e-3",
        "a: b",
        "[x",
        "#",
        "it's",
        'a "b"',
        "",
        " x ",
        "é",
        1,
        1e-05,
        True,
        None,
    ],
)
def test_a_setting_reads_back_as_its_value(value: Any) -> None:
    _, node, mistakes = read_override(setting("key", value))
    assert not mistakes
    assert node.plain() == value
    assert type(node.plain()) is type(value)


@pytest.mark.long
@pytest.mark.parametrize(
    "loop",
    [
        "for i in 1 2 3 4 5 6 7 8; do npnet train c.yaml epochs=1 model_seed=$i -q --no-plots & done; wait",
        "seq 8 | xargs -P 8 -I@ npnet train c.yaml epochs=1 model_seed=@ -q --no-plots",
    ],
)
def test_eight_trainings_at_once_leave_eight_folders(folder: Path, environment: dict[str, str], loop: str) -> None:
    done = subprocess.run(["sh", "-c", loop], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    runs = [path for path in Path("runs").iterdir() if not path.is_symlink()]
    assert {str(path) for path in runs} == set(done.stdout.split())
    assert len(runs) == 8
    assert {RunFolder(path.resolve()).status for path in runs} == {"done"}
    seeds = {path.joinpath("resolved.yaml").read_text().partition("model_seed: ")[2][0] for path in runs}
    assert seeds == set("12345678")
    assert Path("runs/latest").resolve() in [path.resolve() for path in runs]
