"""A sweep that is killed at any moment goes on to the table of one that never was."""

import multiprocessing
import os
import random
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.conftest import call
from tests.sweep.conftest import TRIES, sweep, table

MOMENTS = 20
METHODS = {"grid": ("--seeds", "2", "epochs=60"), "halving": ("--method", "halving", "epochs=90")}


def _swept(folder: Path, name: str, *options: str) -> None:
    """Sweep, in a process of its own."""
    os.chdir(folder)
    sys.exit(sweep(name, *options).code)


def _tree(name: str) -> set[str]:
    return {path.relative_to(name).as_posix() for path in Path(name).rglob("*")}


@pytest.mark.long
def test_a_sweep_that_is_killed_at_random_moments_comes_to_the_same_table(folder: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["npnet.sweeps.driver", "tests.sweep.conftest"])
    took, chance = {}, random.Random(20)
    for method, options in METHODS.items():
        for name in ("warm", method):
            shutil.rmtree(name, ignore_errors=True)
            began = time.monotonic()
            whole = processes.Process(target=_swept, args=(folder, name, *options))
            whole.start()
            whole.join()
            assert whole.exitcode == 0
            took[method] = time.monotonic() - began
    unfinished = 0
    for moment in range(MOMENTS):
        method, name = list(METHODS)[moment % 2], f"killed{moment}"
        process = processes.Process(target=_swept, args=(folder, name, *METHODS[method]))
        process.start()
        process.join(chance.random() * took[method])
        process.kill()
        process.join()
        if not Path(name).exists():  # it had not come so far as to show its folder
            assert sweep(name, *METHODS[method]).code == 0
        else:
            unfinished += not Path(name, "trials.csv").exists()
            assert call("resume", name, "--no-plots").code == 0
        assert table(name) == table(method), moment
        assert _tree(name) == _tree(method), moment
    assert unfinished >= 3


def test_the_claim_of_a_sweep_that_died_before_its_folder_was_shown_is_free(folder: Path) -> None:
    Path(".s").mkdir()
    Path(".s", "LOCK").write_text("process 999999999 on here\n")
    Path(".s", "sweep.yaml").write_text("half of")
    assert sweep("s").code == 0
    assert not Path(".s").exists()
    assert not Path("s", "LOCK").exists()


def test_what_killed_processes_left_under_hidden_names_is_removed_in_the_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from npnet.sweeps import driver
    from npnet.sweeps.waves import Task

    work = driver.work  # type: ignore[attr-defined]

    def leaving(task: Task) -> int:
        (Path(task.folder) / "trials" / ".0001.tmp.abcd").mkdir(exist_ok=True)
        (Path(task.folder) / ".trials.csv.tmp.abcd").touch()
        with suppress(FileExistsError):
            (Path(task.folder) / ".best.tmp.abcd").symlink_to("trials")
        return work(task)

    monkeypatch.setattr(driver, "work", leaving)
    assert sweep("s", tries=TRIES).code == 0
    assert not list(Path("s").rglob(".*"))
