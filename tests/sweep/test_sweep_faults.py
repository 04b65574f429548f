"""Failures of a trial, a worker or the sweep: the others go on, and resume makes the same table."""

import csv
import json
import os
import shutil
import signal
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from npnet.rundir.run import RunFolder
from npnet.rundir.trial import read_result, write_trial
from npnet.sweeps import driver, processes
from npnet.sweeps.waves import Task
from tests.cli.conftest import call
from tests.sweep.conftest import SLOW, TRIES, Start, marks, statuses, sweep, table, wait_for

WILD = "learning_rate=[0.01, 1e6, 0.02]"
REGRESSION = ("loss=mean_squared_error", "layers=[{linear: 4}, relu, linear]", "dataset=friedman1")


def _tree(name: str) -> set[str]:
    return {path.relative_to(name).as_posix() for path in Path(name).rglob("*")}


def test_a_trial_that_diverges_is_reported_with_its_epoch_and_leaves_its_neighbours_alone(folder: Path) -> None:
    result = sweep("s", *REGRESSION, tries=(WILD,))
    assert result.code == 8
    assert statuses("s") == ["done", "failed(7): diverged in epoch 1", "done"]
    assert sweep("t", *REGRESSION, tries=("learning_rate=[0.01, 1.0, 0.02]",)).code in (0, 8)
    for number in (1, 3):
        weights = (f"trials/{number:04d}/weights.safetensors", f"trials/{number:04d}/history.csv")
        assert all(Path("s", name).read_bytes() == Path("t", name).read_bytes() for name in weights)
    assert RunFolder(Path("s/trials/0002").resolve()).status == "diverged"
    assert call("resume", "s", "--no-plots").code == 0


def test_the_table_has_the_reasons_where_all_trials_diverge(folder: Path) -> None:
    for name, options in (("s", ()), ("h", ("--method", "halving"))):
        assert sweep(name, *REGRESSION, *options, tries=("learning_rate=[1e5, 1e6]",)).code == 8
        assert statuses(name) == ["failed(7): diverged in epoch 1"] * 2
        assert not Path(name, "best").exists()


def test_what_does_not_fit_the_data_fails_its_trials_alone_as_npnet_train_refuses_it(folder: Path) -> None:
    assert sweep("s", tries=("layers.2.linear.units=[1, 3]", "learning_rate=[0.01, 0.1]")).code == 8
    reason = "failed(3): layers[2] gives 3 outputs, binary_cross_entropy of 2 classes needs 1"
    assert [row[3] for row in csv.reader(table("s").decode().splitlines()[1:])] == ["done"] * 2 + [reason] * 2
    alone = call("train", "c.yaml", "layers.2.linear.units=3", "--run-dir", "t")
    assert alone.code == 3
    assert "layers[2] gives 3 outputs, binary_cross_entropy of 2 classes needs 1" in alone.err


def test_values_that_do_not_go_together_fail_their_trials_alone(folder: Path) -> None:
    tries = ("layers.0=[{linear: 4}, relu]", "layers.0.linear.units=[2, 3]")
    assert sweep("s", tries=tries).code == 8
    found = [row[3] for row in csv.reader(table("s").decode().splitlines()[1:])]
    assert found[:2] == ["done", "done"]
    assert all(one.startswith("failed(3)") for one in found[2:])
    assert not Path("s/trials/0003/resolved.yaml").exists()


def test_a_trial_that_takes_more_memory_than_there_is_fails_alone(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("npnet.experiment.resources.available", lambda: 2**24)
    assert sweep("s", tries=("layers.0.linear.units=[4, 100000]",)).code == 8
    found = [row[3] for row in csv.reader(table("s").decode().splitlines()[1:])]
    assert found[0] == "done"
    assert found[1].startswith("failed(3): the training needs ")
    assert found[1].endswith(", 16.8 MB are available")


def test_more_failures_than_wanted_stop_the_sweep_and_resume_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver.SweepTraining, "_stack_size", lambda *_: 1)
    tries = ("learning_rate=[0.01, 1e5, 1e6, 0.02, 0.03]",)
    assert sweep("whole", *REGRESSION, tries=tries).code == 8
    assert sweep("s", *REGRESSION, "--max-failures", 2, tries=tries).code == 8
    assert table("s") == table("whole")
    assert sweep("t", *REGRESSION, "--max-failures", 0, tries=tries).code == 8
    assert statuses("t") == ["done", "failed(7): diverged in epoch 1"]
    assert call("resume", "t", "--no-plots").code == 8
    assert table("t") == table("whole")
    assert _tree("t") == _tree("whole")


@pytest.mark.parametrize(("keep", "weights", "last"), [("all", 6, 6), ("light", 6, 0), ("best", 1, 0), ("none", 0, 0)])
def test_keep_chooses_the_files_of_a_trial(folder: Path, keep: str, weights: int, last: int) -> None:
    for method in ((), ("--method", "halving")):
        name = f"s{len(method)}"
        assert sweep(name, "--keep", keep, *method).code == 0
        assert len(list(Path(name, "trials").glob("*/weights.safetensors"))) == weights
        assert len(list(Path(name, "trials").glob("*/history.csv"))) == 6
        assert bool(list(Path(name, "trials").glob("*/checkpoint.safetensors"))) >= bool(last)
    assert (Path("s0/best/weights.safetensors").exists()) is (keep != "none")


def test_keep_best_removes_the_other_weights_at_the_end(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver.SweepTraining, "_stack_size", lambda *_: 1)
    monkeypatch.setattr(driver, "work", _stopping_at(4, driver.work))  # type: ignore[attr-defined]
    assert sweep("s", "--keep", "best").code == 130
    assert len(list(Path("s/trials").glob("*/weights.safetensors"))) == 3
    assert call("resume", "s", "--no-plots").code == 0
    assert len(list(Path("s/trials").glob("*/weights.safetensors"))) == 1
    assert Path("s/best/weights.safetensors").exists()


def _stopping_at(number: int, work: object) -> object:
    begun = []

    def stopping(task: Task) -> int:
        begun.append(task)
        if len(begun) == number:
            Path(task.folder, "STOP").write_bytes(b"")
        return work(task)  # type: ignore[operator, no-any-return]

    return stopping


def test_a_trial_that_takes_too_long_stops_by_itself(folder: Path) -> None:
    assert sweep("s", *SLOW, "--trial-timeout", 0.3, tries=("learning_rate=[0.01, 0.1]",)).code == 8
    assert statuses("s") == ["failed(6): took longer than 0.3 s"] * 2


@pytest.mark.long
def test_a_worker_that_hangs_is_ended_and_the_others_go_on(
    folder: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "GRACE", 0.3)
    monkeypatch.setattr(driver, "require_backend", lambda *_: _hang_the_first("s"))
    assert sweep("s", "epochs=300", "--trial-timeout", 1.0, "-j", 2).code == 8
    found = statuses("s")
    assert found.count("done") == 3
    assert found.count('"failed(6): took longer than 1 s, and did not stop"') in (0, 3)
    assert sum("took longer than 1 s" in one for one in found) == 3


def _hang_the_first(name: str) -> None:
    """Wait in a thread for the first group that is begun, and stop the process that works on it."""
    import threading

    def hang() -> None:
        wait_for(lambda: marks(name))
        os.kill(marks(name)[0][1], signal.SIGSTOP)

    threading.Thread(target=hang, daemon=True).start()


@pytest.mark.long
def test_a_worker_that_is_killed_costs_its_group_one_more_try(folder: Path, start: Start) -> None:
    options = ("epochs=400", "--seeds", "2")
    assert sweep("whole", *options).code == 0
    process = start("sweep", "c.yaml", *TRIES, *options, "-j", 2, "--run-dir", "s", "--no-plots")
    wait_for(lambda: marks("s"))
    os.kill(marks("s")[0][1], signal.SIGKILL)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stderr
    assert "a worker died; what it worked on is tried once more" in stderr
    assert "Traceback" not in stderr
    assert table("s") == table("whole")
    assert _tree("s") == _tree("whole")


@pytest.mark.long
def test_a_group_that_kills_its_worker_twice_is_given_up(folder: Path, start: Start) -> None:
    assert sweep("whole", "epochs=400").code == 0
    process = start("sweep", "c.yaml", *TRIES, "epochs=400", "-j", 2, "--run-dir", "s", "--no-plots")
    killed = set()

    def kill() -> bool:
        for group, worker in marks("s"):
            if group == 1 and worker not in killed:
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
                    killed.add(worker)
        return process.poll() is not None

    wait_for(kill)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 8, stderr
    assert "Traceback" not in stderr
    found = statuses("s")
    assert found.count("done") == 3
    assert sum("its worker died twice: killed" in one for one in found) == 3
    assert len(killed) == 2


@pytest.mark.long
def test_ctrl_c_ends_a_sweep_that_resume_brings_to_the_same_table(folder: Path, start: Start) -> None:
    assert sweep("whole", "epochs=600", "--seeds", "3").code == 0
    for jobs, name in ((1, "s1"), (2, "s2")):
        process = start(
            "sweep", "c.yaml", *TRIES, "epochs=600", "--seeds", "3", "-j", jobs, "--run-dir", name, "--no-plots"
        )
        wait_for(lambda: marks(name))  # noqa: B023
        process.send_signal(signal.SIGINT)
        out, told = process.communicate(timeout=60)
        assert process.returncode == 130, told
        assert "npnet resume continues it" in told
        assert "Traceback" not in told
        assert out.strip() == name
        assert RunFolder(Path(name).resolve()).status == "interrupted"
        assert call("resume", name, "-j", jobs, "--no-plots").code == 0
        assert table(name) == table("whole")
        assert _tree(name) == _tree("whole")


@pytest.mark.long
def test_workers_whose_driver_was_killed_do_not_train_on(folder: Path, start: Start) -> None:
    process = start("sweep", "c.yaml", *TRIES, *SLOW, "-j", 2, "--run-dir", "s", "--no-plots")
    wait_for(lambda: len(marks("s")) == 2)
    workers = [worker for _, worker in marks("s")]
    process.kill()
    process.wait()
    wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
    assert marks("s") == []


@pytest.mark.long
def test_of_two_that_resume_at_once_the_second_is_refused(folder: Path, start: Start) -> None:
    process = start("sweep", "c.yaml", "learning_rate=[0.01, 0.1]", *SLOW, "--run-dir", "s", "--no-plots")
    wait_for(lambda: marks("s"))
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    first = start("resume", "s", "--no-plots")
    wait_for(lambda: marks("s"))
    second = call("resume", "s", "--no-plots")
    assert second.code == 9
    assert second.err.startswith("npnet: error: ")
    assert f"is in use by process {first.pid}" in second.err
    first.send_signal(signal.SIGINT)
    _, stderr = first.communicate(timeout=60)
    assert first.returncode == 130, stderr


@pytest.mark.long
def test_the_file_stop_ends_a_sweep(folder: Path, start: Start) -> None:
    process = start("sweep", "c.yaml", "learning_rate=[0.01, 0.1]", *SLOW, "--run-dir", "s", "-j", 2, "--no-plots")
    wait_for(lambda: marks("s"))
    Path("s/STOP").write_bytes(b"")
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted after 0 of 2 trials" in stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--keep", "some"), 2, "--keep does not accept some"),
        (("--backend", "nothing"), 2, "joblib has no backend nothing"),
        (("--backend", "dask"), 2, "--backend dask needs --scheduler"),
        (("--scheduler", "tcp://127.0.0.1:1"), 2, "--scheduler is for --backend dask"),
        (("-j", "0"), 2, "invalid value for '--jobs'"),
        (("--trial-timeout", "0"), 2, "invalid value for '--trial-timeout'"),
        (("--max-failures", "-1"), 2, "invalid value for '--max-failures'"),
        (("--method", "gird"), 3, 'unknown method "gird"'),
        (("--trials-from", "missing.csv"), 4, "there is no file missing.csv"),
    ],
)
def test_a_sweep_that_cannot_train_is_refused_and_leaves_nothing(
    folder: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    before = _tree(".")
    result = sweep("s", *arguments)
    assert result.code == code
    assert result.err.startswith("npnet: error: ")
    assert message.lower() in result.err.lower()
    assert _tree(".") == before


def test_what_is_not_there_is_not_resumed(folder: Path) -> None:
    result = call("resume", "none", "--no-plots")
    assert result.code == 5
    assert result.err.startswith("npnet: error: ")


def test_trials_of_unlike_machines_are_told(folder: Path) -> None:
    assert "on different machines" not in sweep("s").err
    place = Path("s/trials/0001")
    result, contents = read_result(place), {path.name: path.read_bytes() for path in place.iterdir()}
    shutil.rmtree(place)
    del contents["result.json"]
    write_trial(place.parent, replace(result, worker={"cpu": "another"}), contents)
    info = json.loads(Path("s/run.json").read_text()) | {"status": "running"}
    Path("s/run.json").write_text(json.dumps(info))
    result = call("resume", "s", "--no-plots")  # type: ignore[assignment]
    assert result.code == 0
    assert "trained on different machines or versions of NumPy" in result.err  # type: ignore[attr-defined]
    Path("s/run.json").write_text(json.dumps(info))
    assert call("resume", "s", "--no-plots", "--strict-repro").code == 5
    assert call("resume", "s", "--accept-new-data").code == 2


def test_data_that_have_changed_are_not_swept_on(folder: Path) -> None:
    rows = [f"{place},{place % 7},{'ab'[place % 2]}" for place in range(60)]
    Path("d.csv").write_text("\n".join(["x,y,class", *rows]))
    data = ("dataset={table: {path: d.csv, target: class}}",)
    assert sweep("s", *data).code == 0
    info = json.loads(Path("s/run.json").read_text()) | {"status": "running"}
    Path("s/run.json").write_text(json.dumps(info))
    Path("d.csv").write_text("\n".join(["x,y,class", *rows[::-1]]))
    result = call("resume", "s", "--no-plots")
    assert result.code == 4
    assert "the data of s have changed since its training began" in result.err


@pytest.mark.parametrize("more", [(), ("--dry-run",)], ids=["trained", "listed"])
def test_tpe_without_optuna_is_a_usage_error_and_leaves_nothing(
    folder: Path, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.setitem(sys.modules, "optuna.distributions", None)
    result = sweep("s", "--method", "tpe", "--trials", 3, *more)
    assert (result.code, result.out) == (2, "")
    assert result.err == "npnet: error: the method tpe needs optuna\nhint: pip install 'npnet[optuna]'\n"
    assert [path.name for path in folder.iterdir()] == ["c.yaml"]


def test_a_tpe_that_is_resumed_without_optuna_is_a_usage_error_and_stays_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sweep("s", "--method", "tpe", "--trials", 3).code == 0
    info = json.loads(Path("s/run.json").read_text()) | {"status": "interrupted"}
    Path("s/run.json").write_text(json.dumps(info))
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.setitem(sys.modules, "optuna.distributions", None)
    result = call("resume", "s", "--no-plots")
    assert result.code == 2
    assert "the method tpe needs optuna" in result.err
    assert json.loads(Path("s/run.json").read_text()) == info


def test_a_sweep_that_is_killed_is_listed_with_the_trials_that_it_has_to_train(folder: Path, start: Start) -> None:
    process = start("sweep", "c.yaml", *TRIES, *SLOW, "--runs-dir", "runs", "-q")
    wait_for(lambda: list(Path("runs").glob("2*")))
    process.kill()
    process.wait()
    assert call("runs", "--runs-dir", "runs").out.splitlines()[2].split()[1:4] == ["interrupted", "6", "trials"]
