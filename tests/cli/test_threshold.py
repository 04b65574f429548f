"""Every place that shows decisions of two classes says above which probability they are made, and of which class."""

import csv
import json
from pathlib import Path

import pytest
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score

from npnet.rundir import names as files
from npnet.rundir.run import RunFolder
from tests.cli.conftest import Result, call

CONFIG = """\
dataset: {table: {path: mails.csv, target: label, positive_class: spam}}
layers: [{linear: 8}, tanh, linear]
learning_rate: 0.02
epochs: 6
metrics: [f1]
"""
BY_NAME = {"precision": precision_score, "recall": recall_score, "f1": f1_score}


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mails")
    rows = [f"{'ham' if row % 3 else 'spam'},{row % 7 - row % 3},{row % 11}" for row in range(300)]
    (folder / "mails.csv").write_text("\n".join(["label,a,b", *rows]) + "\n")
    (folder / "mails.yaml").write_text(CONFIG)
    return folder


def trained(mails: Path, *options: str) -> tuple[RunFolder, Result]:
    result = call("train", mails / "mails.yaml", "--no-plots", "--runs-dir", mails / "runs", *options)
    out = json.loads(result.out)["run"] if "--json" in options else result.out.strip()
    return RunFolder(Path(out)), result


def decided(run: RunFolder, part: str, threshold: float) -> dict[str, float]:
    """Return scikit-learn's scores of the probabilities in the run's folder above a threshold."""
    with (run.path / "predictions" / f"{part}.csv").open() as file:
        rows = list(csv.DictReader(file))
    target = [row["target"] for row in rows]
    predicted = ["spam" if float(row["probability_spam"]) > threshold else "ham" for row in rows]
    found = {name: score(target, predicted, pos_label="spam", zero_division=0) for name, score in BY_NAME.items()}
    return {**found, "accuracy": accuracy_score(target, predicted)}


@pytest.fixture(scope="module")
def chosen(mails: Path) -> tuple[RunFolder, Result]:
    return trained(mails, "threshold=f1")


def sentence(names: str, threshold: float, more: str = "") -> str:
    return f'\n{names}: positive class "spam", decided above {threshold:.4f}{more}\n'


def test_training_says_which_threshold_it_chose_and_the_files_have_it(chosen: tuple[RunFolder, Result]) -> None:
    run, result = chosen
    rule = run.info["decisions"]
    threshold = rule["threshold"]
    assert (rule["positive_class"], rule["chosen_for"]) == ("spam", "f1")
    assert threshold != 0.5
    assert sentence("f1, precision, recall", threshold, " (best f1)") in result.err
    assert json.loads(run.read("metrics.json"))["threshold"] == {"spam": threshold}
    assert list(run.metrics()) == ["train", "validation", "test"]
    for part in ("validation", "test"):
        for name, value in decided(run, part, threshold).items():
            assert run.metrics()[part][name] == pytest.approx(value, abs=1e-12)


def test_evaluating_says_it_again_and_its_json_is_still_metrics_json(chosen: tuple[RunFolder, Result]) -> None:
    run, _ = chosen
    threshold = run.info["decisions"]["threshold"]
    plain, shown = (call("evaluate", run.path, *options).out for options in ((), ("--json",)))
    assert plain.endswith(sentence("f1, precision, recall", threshold, " (best f1)"))
    assert shown.encode() == run.read("metrics.json")
    shown = call("runs", "show", run.path).out
    assert sentence("f1, precision, recall", threshold, " (best f1)") in shown
    assert json.loads(call("runs", "show", run.path, "--json").out)["decisions"] == run.info["decisions"]


def test_another_threshold_is_the_one_that_is_shown(chosen: tuple[RunFolder, Result], mails: Path) -> None:
    run, _ = chosen
    text = call("evaluate", run.path, "--threshold", "0.4", "--metric", "recall", "--metric", "loss").out
    assert text.endswith(sentence("recall", 0.4))
    for options in ((), ("--data", str(mails / "mails.csv"))):
        shown = json.loads(call("evaluate", run.path, "--threshold", "0.4", "--json", *options).out)
        assert shown["threshold"] == {"spam": 0.4}
    shown = json.loads(call("evaluate", run.path, "--threshold", "0.4", "--json").out)
    for name, value in decided(run, "test", 0.4).items():
        assert shown["test"][name] == pytest.approx(value, abs=1e-12)


def test_rows_of_another_file_are_decided_as_the_run_says(chosen: tuple[RunFolder, Result], mails: Path) -> None:
    run, _ = chosen
    threshold = run.info["decisions"]["threshold"]
    text = call("evaluate", run.path, "--data", mails / "mails.csv", "--metric", "f1").out
    assert text.endswith(sentence("f1", threshold, " (best f1)"))


def test_where_no_metric_depends_on_it_no_threshold_is_shown(chosen: tuple[RunFolder, Result]) -> None:
    run, _ = chosen
    assert "spam" not in call("evaluate", run.path, "--metric", "roc_auc").out
    text = call("evaluate", run.path, "--metric", "accuracy").out
    assert '\npositive class "spam", decided above ' in text


def test_the_history_of_a_given_threshold_is_decided_by_it(mails: Path) -> None:
    run, result = trained(mails, "threshold=0.35", "monitor=validation_f1", "--json", "--quiet")
    assert json.loads(result.out)["metrics"]["threshold"] == {"spam": 0.35}
    best = run.info["best_epoch"]
    history = run.history()["validation_f1"]
    assert history[best - 1] == max(history)
    assert history[best - 1] == pytest.approx(decided(run, "validation", 0.35)["f1"], abs=1e-12)
    assert run.metrics()["validation"]["f1"] == pytest.approx(history[best - 1], abs=1e-12)


@pytest.mark.parametrize("options", [("learning_rate=1e6", "optimizer=sgd", "layers.1=relu"), ("epochs=0",)])
def test_a_training_that_ends_early_decides_as_its_config_says(options: tuple[str, ...], mails: Path) -> None:
    run, _ = trained(mails, "threshold=0.4", *options)
    assert run.info["decisions"]["threshold"] == 0.4
    assert json.loads(call("evaluate", run.path, "--json").out)["threshold"] == {"spam": 0.4}


def test_a_sweep_has_the_threshold_of_its_best_trial(mails: Path) -> None:
    options = ("--jobs", "1", "--metric", "validation.f1", "threshold=f1", "learning_rate=[0.01,0.03]", "--no-plots")
    result = call("sweep", mails / "mails.yaml", *options, "--runs-dir", mails / "sweeps")
    folder = Path(result.out.strip())
    shown = json.loads(call("evaluate", folder, "--json").out)
    assert shown["threshold"] == json.loads((folder / files.METRICS).read_text())["threshold"]
    threshold = RunFolder(folder / files.BEST).info["decisions"]["threshold"]
    assert shown["threshold"] == {"spam": threshold}
    assert f"\nbest trial: {sentence('f1', threshold, ' (best f1)')[1:]}" in result.err


def test_of_three_classes_no_positive_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "three.yaml").write_text("dataset: {blobs: {samples: 60}}\nlayers: [linear]\nepochs: 1\n")
    result = call("train", tmp_path / "three.yaml", "--no-plots", "--json", "--runs-dir", tmp_path / "runs")
    assert "threshold" not in json.loads(result.out)["metrics"]
    assert "positive" not in result.err


def test_a_validation_part_of_one_class_cannot_choose_a_threshold_and_is_refused_before_training(
    tmp_path: Path,
) -> None:
    rows = [f"{row},{row % 5},{'yes' if row < 36 and row % 2 else 'no'}" for row in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["day,a,y", *rows]) + "\n")
    dataset = "{table: {path: t.csv, target: y, time: day}}"
    (tmp_path / "c.yaml").write_text(f"dataset: {dataset}\nlayers: [linear]\nthreshold: f1\n")
    result = call("train", tmp_path / "c.yaml", "--runs-dir", tmp_path / "runs")
    what = 'threshold f1: the validation set, which chooses it, has rows of "no" alone'
    assert (result.code, result.out) == (4, "")
    error, hint = result.err.splitlines()[-2:]
    assert error == f"npnet: error: {tmp_path}/c.yaml:3:12: {what}"
    assert hint == "hint: give it rows of both classes, or the threshold as a number"
    assert not list((tmp_path / "runs").glob("*"))
    assert (
        call("train", tmp_path / "c.yaml", "threshold=0.3", "-q", "--no-plots", "--runs-dir", tmp_path / "runs").code
        == 0
    )
