"""npnet evaluate and npnet plot: a finished run is looked at again."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from npnet.metrics import DECIDED, evaluate
from npnet.rundir.restore import reopen
from npnet.rundir.run import RunFolder, find
from npnet.runner.predictions.predicting import RunPredictor
from tests.cli.conftest import call
from tests.cli.tables import csv_of, people, trained


def test_the_scores_are_those_of_metrics_json(runs: Path) -> None:
    result = call("evaluate", "latest", "--runs-dir", runs, "--json")
    assert result.code == 0
    assert result.out.encode() == (runs / "latest" / "metrics.json").read_bytes()


def test_the_table_has_a_column_for_each_part(runs: Path) -> None:
    heading, _, *rows = call("evaluate", "latest", "--runs-dir", runs).out.splitlines()
    assert heading.split() == ["metric", "train", "validation", "test"]
    assert {"loss", "roc_auc", "brier"} <= {row.split()[0] for row in rows}


def test_parts_and_metrics_can_be_chosen(runs: Path) -> None:
    options = ("--split", "test", "--metric", "f1", "--metric", "loss", "--json", "--runs-dir", runs)
    scores = json.loads(call("evaluate", "latest", *options).out)
    assert {part: list(some) for part, some in scores.items()} == {"test": ["f1", "loss"], "threshold": ["1"]}
    options = ("--split", "test", "--metric", "roc_auc", "--json", "--runs-dir", runs)  # type: ignore[assignment]
    assert list(json.loads(call("evaluate", "latest", *options).out)) == ["test"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--split", "tests"), "no part tests"),
        (("--metric", "r2"), "no metric r2"),
        (("--fail-under", "r2=0"), "no score r2"),
    ],
)
def test_what_is_not_there_is_a_usage_error(options: tuple[str, ...], words: str, runs: Path) -> None:
    result = call("evaluate", "latest", *options, "--runs-dir", runs)
    assert result.code == 2
    assert words in result.err
    assert "hint: " in result.err


@pytest.mark.parametrize(
    ("bound", "code"), [("roc_auc=0.5", 0), ("roc_auc=1.1", 8), ("log_loss=10", 0), ("log_loss=0.001", 8)]
)
def test_a_score_that_is_not_good_enough_exits_with_8(bound: str, code: int, runs: Path) -> None:
    result = call("evaluate", "latest", "--fail-under", bound, "--metric", "f1", "--runs-dir", runs)
    assert result.code == code
    assert "f1" in result.out


def test_a_threshold_moves_the_decisions_alone(runs: Path) -> None:
    usual, low = (
        json.loads(call("evaluate", "latest", "--threshold", t, "--json", "--runs-dir", runs).out)["test"]
        for t in ("0.5", "0")
    )
    assert low["recall"] == 1
    assert low["precision"] < 1
    assert {name for name in usual if usual[name] != low[name]} <= set(DECIDED)


def test_decided_names_all_metrics_that_look_at_decisions_alone(runs: Path) -> None:
    fitting = reopen(find(runs, "latest"))
    output, target = fitting.predictions("train")[1], fitting.data.parts["train"].y
    scores = evaluate(target, output, "binary")
    moved = evaluate(target, (output > 0.5) * 0.9 + 0.05, "binary")
    assert {name for name in scores if scores[name] == moved[name]} == set(DECIDED)


def test_data_that_have_changed_are_refused(folder: Path) -> None:
    table = "a,b,y\n" + "".join(f"{n % 7},{n % 5},{n % 2}\n" for n in range(60))
    (folder / "data.csv").write_text(table)
    (folder / "table.yaml").write_text("dataset: {table: {path: data.csv, target: y}}\nlayers: [linear]\nepochs: 1\n")
    run = call("train", "table.yaml", "--no-plots", "-q").out.strip()
    assert call("evaluate", run).code == 0
    (folder / "data.csv").write_text(table + "1,1,1\n")
    result = call("evaluate", run)
    assert (result.code, result.out) == (4, "")
    assert "have changed" in result.err


def test_damaged_weights_are_refused(runs: Path, folder: Path) -> None:
    run = shutil.copytree(find(runs, "latest").path, folder / "copy")
    data = bytearray((run / "weights.safetensors").read_bytes())
    data[-3] ^= 1
    (run / "weights.safetensors").write_bytes(data)
    for command in ("evaluate", "plot"):
        result = call(command, run)
        assert (result.code, result.out) == (5, "")
        assert "damaged or changed" in result.err


@pytest.fixture
def copied(runs: Path, folder: Path) -> RunFolder:
    return RunFolder(shutil.copytree(find(runs, "latest").path, folder / "copy"))


def test_plots_are_drawn_and_named(copied: RunFolder) -> None:
    result = call("plot", copied.path, "--kind", "roc,loss", "--format", "svg")
    assert result.code == 0
    names = ["roc.svg", "roc.csv", "loss.svg", "loss.csv"]
    assert [Path(line).name for line in result.out.splitlines()] == names
    assert sorted(path.name for path in copied.plots.iterdir()) == sorted(names)


@pytest.mark.long
def test_all_plots_are_those_that_suit(copied: RunFolder) -> None:
    result = call("plot", copied.path, "--kind", "all", "--json", "--format", "svg")
    drawn = {Path(path).stem for path in json.loads(result.out)["paths"]}
    assert "boundary" in drawn
    assert "residuals" not in drawn


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("rok", "did you mean"),
        ("residuals", "no residuals plot"),
        ("gates", "it needs a network with rnn, gru or lstm"),
    ],
)
def test_a_plot_that_cannot_be_drawn_is_a_usage_error(kind: str, words: str, copied: RunFolder) -> None:
    result = call("plot", copied.path, "--kind", kind)
    assert (result.code, result.out) == (2, "")
    assert words in result.err


@pytest.fixture(scope="module")
def people_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("people"))


def test_another_file_is_read_and_scored_as_the_runs_own(people_run: Path) -> None:
    table = people_run.parent.parent / "people.csv"
    found = json.loads(call("evaluate", people_run, "--data", table, "--json").out)["data"]
    predictor = RunPredictor.of(RunFolder(people_run))
    frame = predictor.read(str(table), ("buys",))
    y = np.array([row["buys"] == "yes" for row in people()]).astype(int)
    assert found == evaluate(y, predictor.outputs(frame), "binary")
    text = call("evaluate", people_run, "--data", table, "--threshold", "0", "--metric", "recall").out
    assert text.splitlines()[-2].split() == ["recall", "1.0000"]


@pytest.mark.parametrize(
    ("change", "options", "code", "words"),
    [
        (("buys", "bought"), (), 4, 'no column "buys"'),
        (("town", "twon"), (), 4, 'no column "town"'),
        (("yes", "maybe"), (), 4, "a class that training never saw"),
        ((",yes", ","), (), 4, "rows without a target, first in row"),
        (("", ""), ("--split", "test"), 2, "--split"),
        (("", ""), ("--metric", "r2"), 2, "no metric r2"),
        (("", ""), ("--bootstrap", "-1"), 2, "bootstrap"),
    ],
)
def test_a_file_that_cannot_be_scored_is_an_error(
    change: tuple[str, str], options: tuple[str, ...], code: int, words: str, people_run: Path, tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_text(csv_of(people()).replace(*change))
    result = call("evaluate", people_run, "--data", tmp_path / "new.csv", *options)
    assert (result.code, result.out) == (code, "")
    assert words in result.err


@pytest.fixture(scope="module")
def run_with_gaps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of a table whose every tenth row has no target; its config leaves those out."""
    folder = tmp_path_factory.mktemp("gaps")
    rows = [f"{n % 7},{'' if n % 10 == 3 else n % 7 * 2 + n % 3}" for n in range(60)]
    (folder / "t.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    source = "dataset: {table: {path: t.csv, target: y, drop_rows: true}}\n"
    (folder / "c.yaml").write_text(source + "layers: [linear]\nepochs: 2\n")
    assert call("train", folder / "c.yaml", "--run-dir", folder / "run", "-q", "--no-plots").code == 0
    return folder / "run"


def test_rows_without_a_target_are_left_out_of_another_file_as_in_training(run_with_gaps: Path) -> None:
    table = run_with_gaps.parent / "t.csv"
    result = call("evaluate", run_with_gaps, "--data", table, "--json")
    assert (result.code, result.err) == (0, "left out 6 rows without a target, as in training\n")
    whole = [line for line in table.read_text().splitlines() if not line.endswith(",")]
    (run_with_gaps.parent / "whole.csv").write_text("\n".join(whole) + "\n")
    assert call("evaluate", run_with_gaps, "--data", run_with_gaps.parent / "whole.csv", "--json").out == result.out


def test_every_command_that_reads_the_data_of_a_run_leaves_the_same_rows_out(run_with_gaps: Path) -> None:
    config, folder = run_with_gaps.parent / "c.yaml", run_with_gaps.parent
    assert call("evaluate", run_with_gaps, "--bootstrap", "9").code == 0
    assert call("plot", run_with_gaps, "--kind", "residuals").code == 0
    assert call("resume", run_with_gaps, "epochs=3", "--no-plots").code == 0
    assert call("gradcheck", config).code == 0
    sweep = ("sweep", config, "learning_rate=[0.1,0.01]", "--run-dir", folder / "sweep", "-q")
    assert call(*sweep).code == 0
    result = call("evaluate", folder / "sweep", "--data", folder / "t.csv")
    assert (result.code, result.err) == (0, "left out 6 rows without a target, as in training\n")
    assert len(call("predict", folder / "sweep", folder / "t.csv").out.splitlines()) == 61
    look = call("data", "check", config)
    assert "6 rows without a target, which are left out" in look.out


def test_a_file_in_which_no_row_has_a_target_cannot_be_scored(run_with_gaps: Path) -> None:
    (run_with_gaps.parent / "empty.csv").write_text("x,y\n1,\n2,\n")
    result = call("evaluate", run_with_gaps, "--data", run_with_gaps.parent / "empty.csv")
    assert (result.code, result.out) == (4, "")
    assert "empty.csv has a target\nhint: npnet predict needs none\n" in result.err


def test_intervals_are_drawn_around_every_metric(runs: Path) -> None:
    options = ("--split", "test", "--bootstrap", "50", "--runs-dir", runs)
    found = json.loads(call("evaluate", "latest", *options, "--json").out)
    assert set(found) == {"test", "threshold", "intervals"}
    assert set(found["intervals"]["test"]) == set(found["test"]) - {"loss"}
    for name, (low, high) in found["intervals"]["test"].items():
        assert low <= found["test"][name] <= high
    heading, _, loss, *rows, _ = call("evaluate", "latest", *options).out.splitlines()
    assert heading.split() == ["metric", "test", "test", "95", "%"]
    assert loss.split()[0] == "loss"
    assert all(" to " in row for row in rows)


@pytest.mark.parametrize("option", ["--threshold=nan", "--threshold=-1", "--threshold=inf", "--fail-under=roc_auc=nan"])
def test_a_number_that_is_none_or_out_of_range_is_refused(option: str, runs: Path) -> None:
    result = call("evaluate", "latest", option, "--runs-dir", runs)
    assert result.code == 2
    assert "hint: for example" in result.err
