"""The same table everywhere: a trial is what npnet train makes of it, on any backend at any time."""

import csv
import json
import random
import shutil
from pathlib import Path

import pytest

from npnet.config import load
from npnet.rundir.run import RunFolder
from npnet.sweeps import driver
from npnet.sweeps.waves import Task
from tests.cli.conftest import call
from tests.sweep.conftest import statuses, sweep, table

LEARNING = {
    "grid": (),
    "halving": ("--method", "halving", "epochs=9"),
    "tpe": ("--method", "tpe", "--trials", "12", "optimizer=[sgd, {adam: {}}]"),
}


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(table(name).decode().splitlines()))


@pytest.mark.parametrize(
    "options", [(), ("ensemble=2", "early_stopping=1"), ("cv=3",), ("threshold=f1", "temperature=true")], ids=str
)
def test_a_trial_is_what_a_training_of_the_same_values_makes(folder: Path, options: tuple[str, ...]) -> None:
    assert (
        sweep(
            "s", *options, "--seeds", "2", tries=("learning_rate=[0.01, 0.2]", "optimizer.sgd.weight_decay=[0.0, 0.1]")
        ).code
        == 0
    )
    for number in (1, 4, 8):
        trial = RunFolder(Path("s").resolve() / f"trials/{number:04d}")
        seed = load(trial.path / "resolved.yaml").experiment.model_seed
        row = _rows("s")[number - 1]
        values = [f"{key}={row[key]}" for key in ("learning_rate", "optimizer.sgd.weight_decay")]
        alone = (
            *options,
            *values,
            f"model_seed={seed}",
            "threads=1",
            "--run-dir",
            f"alone{number}",
            "-q",
            "--no-plots",
        )
        assert call("train", "c.yaml", *alone).code == 0
        for name in ("history.csv", "weights.safetensors", "resolved.yaml"):
            assert (trial.path / name).read_bytes() == Path(f"alone{number}", name).read_bytes(), name
        scores, other = trial.metrics(), RunFolder(Path(f"alone{number}").resolve()).metrics()
        assert scores.keys() == other.keys()
        for part, some in other.items():
            assert scores[part] == pytest.approx(some, rel=1e-12, abs=1e-12, nan_ok=True), part


def test_trials_of_one_sweep_differ_in_seeds_and_share_the_rest(folder: Path) -> None:
    assert sweep("s", "--seeds", "2").code == 0
    configs = [load(path).experiment for path in Path("s/trials").glob("*/resolved.yaml")]
    assert len({one.model_seed for one in configs}) == 12
    assert {(one.seed, one.threads, one.sweep) for one in configs} == {(0, 1, None)}


@pytest.mark.parametrize("method", LEARNING)
def test_processes_and_threads_give_the_same_table(folder: Path, method: str) -> None:
    assert sweep("one", *LEARNING[method]).code == 0
    assert sweep("two", *LEARNING[method], "-j", 2).code == 0
    assert sweep("three", *LEARNING[method], "-j", 2, "--backend", "threading").code == 0
    assert table("one") == table("two") == table("three")
    assert {path.name for path in Path("one").iterdir()} == {path.name for path in Path("two").iterdir()}
    for path in Path("one/trials").glob("*/weights.safetensors"):
        assert path.read_bytes() == (Path("three") / path.relative_to("one")).read_bytes()


@pytest.mark.parametrize("method", LEARNING)
def test_the_order_in_which_groups_end_changes_nothing(
    folder: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver.SweepTraining, "_stack_size", lambda *_: 2)
    assert sweep("one", *LEARNING[method]).code == 0
    run_tasks = driver.run_tasks  # type: ignore[attr-defined]

    def shuffled(work: object, tasks: list[Task], *rest: object) -> object:
        each = list(tasks)
        return run_tasks(work, random.Random(3).sample(each, len(each)), *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(driver, "run_tasks", shuffled)
    assert sweep("two", *LEARNING[method]).code == 0
    assert table("one") == table("two")


@pytest.mark.parametrize("method", LEARNING)
def test_a_sweep_that_stops_at_any_group_goes_on_to_the_same_table(
    folder: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver.SweepTraining, "_stack_size", lambda *_: 2)
    assert sweep("whole", *LEARNING[method]).code == 0
    work = driver.work  # type: ignore[attr-defined]
    begun = []

    def counted(task: Task) -> int:
        begun.append(task)
        if len(begun) == stop:
            (Path(task.folder) / "STOP").write_bytes(b"")
        return work(task)

    monkeypatch.setattr(driver, "work", counted)
    for stop in (1, 2, 4):
        begun.clear()
        name = f"stopped{stop}"
        assert sweep(name, *LEARNING[method]).code == 130
        assert RunFolder(Path(name).resolve()).status == "interrupted"
        assert len(statuses(name)) < len(statuses("whole"))
        begun.extend([None] * 9)  # type: ignore[list-item]
        assert call("resume", name, "--no-plots").code == 0
        assert table(name) == table("whole")
        assert {path.name for path in Path(name).iterdir()} == {path.name for path in Path("whole").iterdir()}


def test_a_finished_sweep_is_just_named(folder: Path) -> None:
    assert sweep("s").code == 0
    before = {path: path.stat().st_mtime_ns for path in Path("s").rglob("*")}
    result = call("resume", "s", "--no-plots")
    assert result.code == 0
    assert result.out.strip() == str(Path("s").resolve())
    assert "s is done" in result.err
    assert {path: path.stat().st_mtime_ns for path in Path("s").rglob("*")} == before


@pytest.mark.parametrize("name", ["result.json", "weights.safetensors", "history.csv", "metrics.json", "resolved.yaml"])
@pytest.mark.parametrize("method", ["grid", "halving"])
def test_a_damaged_file_makes_its_group_run_again_and_no_other(
    folder: Path, name: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver.SweepTraining, "_stack_size", lambda *_: 2)
    assert sweep("s", *LEARNING[method]).code == 0
    whole = table("s")
    shutil.rmtree("s/trials/0006")  # so that there is something to resume
    info = json.loads(Path("s/run.json").read_text()) | {"status": "running"}
    Path("s/run.json").write_text(json.dumps(info))
    others = {path: path.stat().st_mtime_ns for path in Path("s/trials").glob("*/result.json")}
    damaged = Path("s/trials/0001", name)
    data = bytearray(damaged.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    assert call("resume", "s", "--no-plots").code == 0
    assert table("s") == whole
    if method == "grid":  # groups of 2: trials 1 and 3, 2 and 4, 5, 6
        unchanged = {path.parent.name for path, written in others.items() if path.stat().st_mtime_ns == written}
        assert unchanged == {"0002", "0003", "0004", "0005"}
