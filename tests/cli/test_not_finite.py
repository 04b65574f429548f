"""Outputs that are not finite have no scores and no prediction: no command stumbles over them, and none hides them."""

import csv
import json
import random
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from npnet.rundir.run import RunFolder
from tests.cli.conftest import Result, call

TARGETS = {
    "binary": "{table: {path: t.csv, target: k}}",
    "multiclass": "{table: {path: t.csv, target: m}}",
    "multilabel": "{table: {path: t.csv, target: [u, v], task: multilabel}}",
    "regression": "{table: {path: t.csv, target: y}}",
    "several": "{table: {path: t.csv, target: [y, z]}}",
    "counts": "{table: {path: t.csv, target: n, task: counts}}",
    "quantiles": "{table: {path: t.csv, target: y}}",
}
DROPPED = {"k", "m", "u", "v", "y", "z", "n"}
FORMS = {"one": (), "ensemble": ("ensemble=3", "own_validation=true"), "cv": ("cv=3",)}
HUGE = 3e38  # a product with a weight of 2 is no float32 any more
EVERY, ROWS = 10, 150


def table(folder: Path, huge: float) -> None:
    """Two features with a huge value in every tenth row, and a target of every kind."""
    numbers = random.Random(0)
    lines = ["a,b,k,m,u,v,y,z,n"]
    for row in range(ROWS):
        a, b = (huge, -huge) if row % EVERY == 3 else (numbers.gauss(0, 1), numbers.gauss(0, 1))
        targets = "pq"[row % 2], "rst"[row % 3], row % 2, row // 2 % 2, row * 1.5, row * -2.5, row % 5
        lines.append(",".join(map(str, (a, b, *targets))))
    (folder / "t.csv").write_text("\n".join(lines) + "\n")


def config(folder: Path, task: str) -> Path:
    dataset = TARGETS[task]
    names = dataset.partition("target: ")[2].partition("}")[0].replace("[", "").replace("]", "")
    targets = {name.strip() for name in names.split(",")}
    dropped = ", ".join(sorted(DROPPED - targets))
    text = dataset.replace("{table: {", f"{{table: {{drop: [{dropped}], ")
    loss = "loss: {quantile: [0.1, 0.5, 0.9]}\n" if task == "quantiles" else ""
    layers = "layers: [{linear: {units: 8, init: {normal: 2.0}}}, relu, linear]\n"
    (folder / "c.yaml").write_text(f"dataset: {text}\n{layers}epochs: 2\nscale: none\nseed: 1\n{loss}")
    return folder / "c.yaml"


def trained(folder: Path, task: str, *options: str) -> tuple[RunFolder, Result]:
    table(folder, HUGE)
    result = call("train", config(folder, task), *options, "--runs-dir", folder / "runs")
    assert result.code in (0, 7), result.err
    assert no_trace(result)
    return RunFolder(Path(result.out.strip())), result


def no_trace(result: Result) -> bool:
    """Neither a traceback nor a warning of NumPy or matplotlib is shown."""
    return not any(text in result.err for text in ("Traceback", "Warning:", "a bug"))


def strictly(text: str) -> object:
    """JSON without NaN and Infinity."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    return json.loads(text, parse_constant=refuse)


def check_every_command(run: RunFolder, folder: Path, task: str) -> None:
    for options in ((), ("--bootstrap", "5"), *([] if task == "multilabel" else [("--data", str(folder / "t.csv"))])):
        result = call("evaluate", run.path, "--json", *options)
        assert result.code == 0, result.err
        assert no_trace(result)
        strictly(result.out)
    proba = () if task in ("regression", "several", "counts", "quantiles") else ("--proba",)
    written, lines, whole = (
        call("predict", run.path, folder / "t.csv", *options)
        for options in ((*proba, "--format", "csv"), (*proba, "--format", "jsonl"), ("--json",))
    )
    assert [one.code for one in (written, lines, whole)] == [0, 0, 0]
    assert no_trace(written)
    strictly(whole.out)
    empty = [row["row"] for row in csv.DictReader(StringIO(written.out)) if any(value == "" for value in row.values())]
    objects = [strictly(line) for line in lines.out.splitlines()]
    assert [str(one["row"]) for one in objects if None in one.values()] == empty  # type: ignore[attr-defined, index]
    if empty:
        assert f"npnet: warning: {len(empty)} row" in written.err
    result = call("plot", run.path, "--kind", "all")
    assert (result.code, no_trace(result)) == (0, True), result.err


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("task", TARGETS)
def test_rows_whose_outputs_are_not_finite_go_through_every_command(task: str, form: str, tmp_path: Path) -> None:
    run, _ = trained(tmp_path, task, *FORMS[form], "--baselines")
    check_every_command(run, tmp_path, task)


@pytest.mark.long
@pytest.mark.parametrize("task", TARGETS)
def test_a_sweep_over_such_rows_ends_and_says_what_failed(task: str, tmp_path: Path) -> None:
    table(tmp_path, HUGE)
    options = ("learning_rate=[1e-3,1e3]", "-j", "1", "--runs-dir", tmp_path / "runs")
    result = call("sweep", config(tmp_path, task), *options)
    assert result.code in (0, 8), result.err
    assert no_trace(result)
    for command in (["evaluate", "--json"], ["plot"]):
        answer = call(command[0], result.out.strip(), *command[1:])
        assert answer.code in (0, 2, 5), answer.err
        assert no_trace(answer)


def test_a_loss_that_is_infinite_from_the_beginning_ends_with_7_and_no_score(tmp_path: Path) -> None:
    numbers = random.Random(0)
    cells = ((numbers.randint(2000, 90000), numbers.randint(18, 90), numbers.randint(0, 5)) for _ in range(200))
    lines = "".join(f"{income},{age},{n}\n" for income, age, n in cells)
    (tmp_path / "t.csv").write_text(f"income,age,n\n{lines}")
    options = "dataset: {table: {path: t.csv, target: n, task: counts}}\nscale: none\nepochs: 3\nseed: 2\n"
    (tmp_path / "c.yaml").write_text(f"{options}layers: [{{linear: 8}}, relu, linear]\n")
    result = call("train", tmp_path / "c.yaml", "--no-plots", "--runs-dir", tmp_path / "runs")
    run = RunFolder(Path(result.out.strip()))
    assert (result.code, run.status, no_trace(result)) == (7, "diverged", True)
    assert (
        "train_loss is not a finite number, and was none before training; the weights of epoch 0 are kept" in result.err
    )
    assert "the scores of test are null: the outputs for 40 of 40 rows are not finite" in result.err
    assert "hint: are some inputs huge? scale: standard" in result.err
    assert all(np.isnan(score) for scores in run.metrics().values() for score in scores.values())
    assert call("resume", run.path).code == 5
    check_every_command(run, tmp_path, "counts")


def test_one_row_without_a_finite_output_takes_the_scores_of_its_part_alone(tmp_path: Path) -> None:
    lines = [f"{1e38 if row == 77 else row % 9},{-1e38 if row == 77 else row % 7},{row % 2}" for row in range(120)]
    for name, some in (("train", lines[:70]), ("validation", lines[100:]), ("test", lines[70:100])):
        (tmp_path / f"{name}.csv").write_text("\n".join(["a,b,y", *some]) + "\n")
    files = "path: train.csv, validation: validation.csv, test: test.csv"
    layers = "layers: [{linear: {units: 32, init: {normal: 9.0}}}, relu, linear]\nscale: none\nepochs: 1\n"
    (tmp_path / "c.yaml").write_text(f"dataset: {{table: {{{files}, target: y}}}}\n{layers}")
    options = ("threshold=f1", "temperature=true", "--no-plots", "--runs-dir", tmp_path / "runs")
    result = call("train", tmp_path / "c.yaml", *options)
    assert result.code == 0, result.err
    run = RunFolder(Path(result.out.strip()))
    assert np.isfinite(list(run.metrics()["validation"].values())).all()
    assert np.isnan(list(run.metrics()["test"].values())).all()
    assert "the scores of test are null: the outputs for 1 of 30 rows are not finite" in result.err
    predictions = run.predictions("test")
    assert np.flatnonzero(predictions["prediction"] == "").tolist() == [7]
    assert np.isnan(predictions["probability_1"][7])
    shown = call("predict", run.path, tmp_path / "test.csv")
    assert "npnet: warning: 1 row has no prediction: its output is not finite" in shown.err


def test_a_training_whose_validation_says_nothing_finite_keeps_the_threshold_of_one_half(tmp_path: Path) -> None:
    run, _ = trained(tmp_path, "binary", "threshold=f1", "temperature=true", "epochs=0", "--no-plots")
    assert run.info["decisions"] == {"positive_class": "q", "threshold": 0.5, "chosen_for": None}


def test_a_slot_that_overflows_is_a_divergence_with_its_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("a,y\n" + "".join(f"{n * 1e29},{n * 1e19}\n" for n in range(-20, 20)))
    (tmp_path / "c.yaml").write_text(
        "dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nscale: none\nloss: mean_absolute_error\n"
        "learning_rate: 100\nepochs: 3\n"
    )
    result = call("train", "c.yaml", "--run-dir", "run", "-q")
    assert result.code == 7, result.err
    assert "the training diverged in epoch 1" in result.err
    assert "hint: try a smaller learning_rate" in result.err
    assert RunFolder(tmp_path / "run").status == "diverged"
    assert call("evaluate", "run").code == 0


def test_values_too_large_for_an_axis_are_not_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    numbers = random.Random(0)
    rows = [(numbers.gauss(0, 1), numbers.gauss(0, 1)) for _ in range(60)]
    (tmp_path / "t.csv").write_text("a,b,y\n" + "".join(f"{a},{b},{a * 1e307}\n" for a, b in rows))
    (tmp_path / "c.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nepochs: 2\n")
    result = call("train", "c.yaml", "--run-dir", "run", "-q")
    assert (result.code, "plots are missing" in result.err) == (0, False), result.err
    result = call("plot", "run", "--kind", "all", "-q")
    assert (result.code, result.err) == (0, "")
