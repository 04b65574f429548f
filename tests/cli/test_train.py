"""npnet train: what it prints, what it leaves, and how it ends."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from npnet.model.predictor import SplitPredictor
from npnet.rundir.run import RunFolder
from tests.cli.conftest import SMALL, call, start
from tests.cli.tables import CONFIG, trained

QUICK = ("--no-plots", "-q")


def run_of(text: str) -> RunFolder:
    return RunFolder(Path(text.strip()))


def test_exactly_one_line_on_standard_output_names_the_run_folder(folder: Path) -> None:
    result = call("train", "small.yaml", "--no-plots")
    assert result.code == 0
    assert result.out.count("\n") == 1
    assert Path(result.out.strip()).parent == Path("runs")
    assert "validation" in result.err
    assert "\x1b" not in result.err


def test_a_run_folder_holds_everything(folder: Path) -> None:
    run = run_of(call("train", "small.yaml", "--name", "full", "--tag", "a", "--tag", "b", "-q").out)
    assert run.status == "done"
    assert (run.info["name"], run.info["tags"]) == ("full", ["a", "b"])
    assert run.info["parameters"] == 4 * 3 + 5
    assert run.read("config.yaml") == SMALL.encode()
    columns = ["train_loss", "validation_loss", "train_roc_auc", "validation_roc_auc"]
    assert list(run.history()) == ["epoch", *columns, "learning_rate"]
    assert list(run.metrics()) == ["train", "validation", "test"]
    assert list(run.predictions("test")) == ["row", "target", "prediction", "probability_0", "probability_1"]
    assert len(run.predictions("validation")["row"]) == 40
    assert set(run.weights()[0]) == {f"layers.{n}.{kind}" for n in (0, 2) for kind in ("weight", "bias")}
    assert "theta" in run.checkpoint()[0]
    assert {"loss.png", "boundary.png", "roc.png", "summary.png"} <= {path.name for path in run.plots.iterdir()}
    assert "epoch 3/3" in (run.path / "log.txt").read_text()


def test_resolved_yaml_repeats_the_run(folder: Path) -> None:
    first = run_of(call("train", "small.yaml", "epochs=2", *QUICK).out)
    second = run_of(call("train", first.resolved_path, *QUICK).out)
    for name in ("weights.safetensors", "history.csv", "metrics.json", "predictions/test.csv"):
        assert (first.path / name).read_bytes() == (second.path / name).read_bytes()


def test_a_rehearsal_writes_nothing(folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    result = call("train", "small.yaml", "--dry-run")
    assert result.code == 0
    assert "17 parameters" in result.out
    assert json.loads(call("train", "small.yaml", "--dry-run", "--json").out)["parameters"] == 17
    accumulated = call("train", "small.yaml", "batch_size=8", "accumulate=2", "--dry-run")
    assert "steps of 16 rows in 2 batches, 1 thread" in " ".join(accumulated.out.split())
    clipped = call("train", "small.yaml", "accumulate=1000", "epochs=1", "--dry-run")
    assert "; 1 epoch of 1 step of " in " ".join(clipped.out.split())
    assert "in 1000 batches" not in " ".join(clipped.out.split())
    assert sorted(folder.rglob("*")) == before


def test_no_epochs_leave_the_initial_weights(folder: Path) -> None:
    run = run_of(call("train", "small.yaml", "epochs=0", *QUICK).out)
    assert (run.status, run.info["best_epoch"], run.history()) == ("done", 0, {})
    again = run_of(call("train", "small.yaml", "epochs=0", *QUICK).out)
    assert (run.path / "weights.safetensors").read_bytes() == (again.path / "weights.safetensors").read_bytes()


def test_weights_of_another_run_are_where_training_starts(folder: Path) -> None:
    first = run_of(call("train", "small.yaml", "--runs-dir", "elsewhere", *QUICK).out)
    for name in ("elsewhere/latest", first.path, first.id):
        result = call("train", "small.yaml", f"weights={name}", "epochs=0", "--runs-dir", "elsewhere", *QUICK)
        second = run_of(result.out)
        for key, values in first.weights()[0].items():
            np.testing.assert_array_equal(second.weights()[0][key], values)
        assert f"../{first.id}" in second.read("resolved.yaml").decode()


def test_weights_of_another_network_are_refused_and_nothing_is_left(folder: Path) -> None:
    run_of(call("train", "small.yaml", *QUICK).out)
    result = call("train", "small.yaml", "weights=latest", "layers.0.linear.units=5", *QUICK)
    assert (result.code, result.out) == (5, "")
    assert "another network" in result.err
    assert len(list((folder / "runs").iterdir())) == 2  # the run and `latest`


def test_a_diverged_training_keeps_its_last_good_weights(folder: Path) -> None:
    options = ("learning_rate=1e6", "optimizer=sgd", "layers.1=relu", "l2=1", "epochs=50")
    result = call("train", "small.yaml", *options, *QUICK)
    assert result.code == 7
    assert result.err.startswith("npnet: error: the training diverged in epoch ")
    assert "hint: " in result.err
    run = run_of(result.out)
    assert run.status == "diverged"
    assert run.info["error"].startswith("the training diverged")
    assert all(np.isfinite(values).all() for values in run.weights()[0].values())
    assert np.isfinite(run.metrics()["test"]["log_loss"])


def test_a_certain_folder_can_be_asked_for_once(folder: Path) -> None:
    assert call("train", "small.yaml", "--run-dir", "here", *QUICK).out == "here\n"
    again = call("train", "small.yaml", "--run-dir", "here", *QUICK)
    assert again.code == 2
    assert "not a new or empty folder" in again.err


def test_the_result_can_be_an_object(folder: Path) -> None:
    result = json.loads(call("train", "small.yaml", "--json", *QUICK).out)
    assert result["status"] == "done"
    assert set(result["metrics"]["test"]) >= {"loss", "roc_auc"}
    assert Path(result["run"]).is_dir()


def test_options_that_work_everywhere_may_stand_in_front(folder: Path) -> None:
    result = call("-q", "--runs-dir", "other", "train", "small.yaml", "--no-plots")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("other/")


def test_runs_dir_may_come_from_the_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NPNET_RUNS_DIR", "surroundings")
    assert call("train", "small.yaml", *QUICK).out.startswith("surroundings/")


def test_a_regression_leaves_its_predictions_in_the_units_of_the_target(folder: Path) -> None:
    (folder / "sine.yaml").write_text(
        "dataset: {noisy_sine: {samples: 80}}\nlayers: [linear: 4, tanh, linear]\nepochs: 2"
    )
    run = run_of(call("train", "sine.yaml", *QUICK).out)
    assert list(run.predictions("test")) == ["row", "target", "prediction"]
    assert "r2" in run.metrics()["test"]


def test_an_unwritable_runs_folder_is_refused_before_anything_is_read(folder: Path) -> None:
    (folder / "file").write_text("")
    result = call("train", "small.yaml", "--runs-dir", "file/runs")
    assert result.code == 6
    assert "Not a directory" in result.err


def test_a_bug_leaves_its_traceback_in_the_run_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SplitPredictor, "scores", lambda *_: {}["nothing"])
    result = call("train", "small.yaml", "--run-dir", "run", *QUICK)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("npnet: error: a bug in npnet: KeyError: 'nothing'; see ")
    assert "Traceback" not in result.err
    assert "Traceback" in (folder / "run" / "crash.txt").read_text()
    assert RunFolder(folder / "run").status == "failed"


def test_plots_that_fail_are_a_warning(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = folder / "broken" / "matplotlib"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('shadowed')")
    environment = os.environ | {"PYTHONPATH": str(folder / "broken")}
    process = start("train", "small.yaml", "-q", env=environment, stdout=-1, stderr=-1)
    out, err = process.communicate()
    assert process.returncode == 0
    assert err.startswith("npnet: warning: the plots are missing: ")
    assert run_of(out).status == "done"


LONG = ("epochs=10000000", "--no-plots", "-q", "--run-dir", "run")


def wait_for(path: Path, process: "subprocess.Popen[str]") -> None:
    for _ in range(1000):
        if path.exists():
            return
        assert process.poll() is None
        time.sleep(0.02)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_training_and_keeps_the_best(number: int, code: int, folder: Path) -> None:
    process = start("train", "small.yaml", *LONG, stdout=-1, stderr=-1)
    wait_for(folder / "run" / "history.csv", process)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (code, "run\n")
    assert "interrupted" in err
    run = RunFolder(folder / "run")
    assert run.status == "interrupted"
    assert run.weights()[0]
    assert "test" in json.loads(call("evaluate", "run", "--json").out)
    assert int(run.checkpoint()[1]["epoch"]) == len(run.history()["epoch"])


def test_a_second_signal_stops_at_once(folder: Path) -> None:
    process = start("train", "small.yaml", *LONG, stdout=-1, stderr=-1)
    wait_for(folder / "run" / "history.csv", process)
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert RunFolder(folder / "run").status == "interrupted"


def test_a_folder_claimed_by_a_process_that_was_killed_while_it_read_is_free_again(folder: Path) -> None:
    rows = "".join(f"{n % 7},{n % 3},{'yes' if n % 2 else 'no'}\n" for n in range(200_000))
    (folder / "t.csv").write_text(f"a,b,y\n{rows}")
    (folder / "t.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nepochs: 1\n")
    command = ("train", "t.yaml", "--run-dir", "r", "batch_size=all", *QUICK)
    process = start(*command, stdout=-1, stderr=-1)
    wait_for(folder / ".r" / "LOCK", process)
    process.send_signal(signal.SIGSTOP)
    refused = call(*command)
    assert (refused.code, refused.out) == (9, "")
    assert (
        f"npnet: error: {folder.resolve() / '.r'} is in use by " in refused.err
    )  # whoever it is may not stand there yet
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert (folder / ".r").is_dir()
    assert call(*command).code == 0
    assert RunFolder(folder / "r").status == "done"
    assert sorted(path.name for path in folder.iterdir()) == ["r", "small.yaml", "t.csv", "t.yaml"]


def test_oddities_of_the_data_are_reported_once_and_logged(folder: Path) -> None:
    rows = "".join(f"{n % 7},1,{'yes' if n % 3 else 'no'}\n" for n in range(60))
    (folder / "t.csv").write_text(f"a,same,y\n{rows}")
    (folder / "t.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nepochs: 1\n")
    result = call("train", "t.yaml", *QUICK)
    warning = 'warning: column "same" is left out: it is the same in every row\n'
    assert result.err == f"npnet: {warning}"
    assert (run_of(result.out).path / "log.txt").read_text().startswith(warning)


def test_baselines_are_scored_on_the_same_rows_and_recorded(tmp_path: Path) -> None:
    run = RunFolder(trained(tmp_path, CONFIG, "--baselines"))
    found = run.baselines()
    assert list(found) == ["majority", "logistic_regression", "hist_gradient_boosting"]
    assert all(list(parts) == ["train", "validation", "test"] for parts in found.values())
    assert set(found["majority"]["test"]) == set(run.metrics()["test"]) - {"loss"}
    assert found["majority"]["test"]["roc_auc"] == 0.5
    assert found["logistic_regression"]["test"]["roc_auc"] > 0.5


def test_baselines_stand_beside_the_network_then_and_later(tmp_path: Path) -> None:
    trained(tmp_path)
    options = ("epochs=1", "--baselines", "--no-plots", "--run-dir", tmp_path / "run")
    result = call("train", tmp_path / "people.yaml", *options)
    table, verdict, _ = result.err[result.err.index("on test") :].partition("problem: ")
    assert verdict
    assert table.splitlines()[0].split()[2:] == ["network", "majority", "regression", "boosting"]
    assert max(map(len, table.splitlines())) <= 80
    for command in (("runs", "show"), ("evaluate",)):
        assert call(*command, tmp_path / "run").out.endswith(table)
    shown = json.loads(call("runs", "show", tmp_path / "run", "--json").out)
    assert list(shown["baselines"]["majority"]["test"]) == list(shown["metrics"]["test"])[1:]
    assert (
        json.loads(call("evaluate", tmp_path / "run", "--json").out).keys() - {"threshold"} == shown["metrics"].keys()
    )
    part = call("evaluate", tmp_path / "run", "--split", "train", "--metric", "f1").out
    first = [line.split()[0] for line in part.splitlines() if line.startswith(("on ", "f1"))]
    assert first == ["f1", "f1:", "on", "f1"]
    assert "majority" not in call("evaluate", tmp_path / "run", "--data", tmp_path / "people.csv").out
    assert "majority" not in call("evaluate", tmp_path / "run", "--threshold", "0.3", "--json").out
    assert list(RunFolder(tmp_path / "run").metrics()) == ["train", "validation", "test"]


def test_problems_of_a_training_are_reported_once_and_logged(folder: Path) -> None:
    result = call("train", "small.yaml", "learning_rate=1e-60", *QUICK)
    warning = "warning: from epoch 1 on learning_rate is too small for float32: nothing is learned any more\n"
    assert (result.code, result.err) == (0, f"npnet: {warning}")
    assert (run_of(result.out).path / "log.txt").read_text().count(warning) == 1


def test_the_preset_warns_of_nothing_where_a_small_table_is_learned(folder: Path) -> None:
    (folder / "preset.yaml").write_text("dataset: {xor: {samples: 120}}\npreset: tabular\n")
    result = call("train", "preset.yaml", "epochs=40", "--no-plots")
    losses = run_of(result.out).history()["train_loss"]
    assert losses[-1] < losses[0] / 10
    assert "warning" not in result.err
    assert "batch_size 128 is more than the 72 rows to train on: each batch is all of them\n" in result.err


def test_a_loss_that_explodes_ends_the_training_with_7(folder: Path) -> None:
    result = call("train", "small.yaml", "learning_rate=1e4", "optimizer=sgd", "layers.1=relu", *QUICK)
    assert result.code == 7
    assert "train_loss is 1.39e+17, and was 1.34 before training; the weights of epoch 0 are kept" in result.err
    assert run_of(result.out).status == "diverged"


@pytest.mark.parametrize("value", ["1", "0", "-5", ".nan", ".inf", "1e31", "true", "text", "[]"])
def test_a_factor_of_divergence_that_is_none_is_refused(value: str, folder: Path) -> None:
    result = call("train", "small.yaml", f"diverge_factor={value}", *QUICK)
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("npnet: error: command line: diverge_factor: ")
    assert not (folder / "runs").exists()


def test_a_large_table_without_a_place_to_rest_ends_with_6_and_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("npnet.data.columns.spill_file.MEMORY", 100)
    monkeypatch.setattr("npnet.data.columns.spill_file.LEAST", 100)
    monkeypatch.setattr("tempfile.tempdir", str(folder / "nowhere"))
    (folder / "t.csv").write_text("x,y\n" + "".join(f"{row}.5,{row % 2}\n" for row in range(100)))
    (folder / "t.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\n")
    result = call("train", "t.yaml")
    assert result.code == 6
    where = f"{folder}/nowhere/a temporary file"
    assert f"cannot write {where}: No such file or directory" in result.err
    assert "hint: TMPDIR names a folder on another disk" in result.err
    assert not (folder / "runs").exists()


def test_a_dry_run_asks_for_the_run_whose_weights_it_starts_from(folder: Path) -> None:
    result = call("train", "small.yaml", "weights=nowhere", "--dry-run")
    assert result.code == 5
    assert result.err.startswith("npnet: error: there is no run 'nowhere'")
