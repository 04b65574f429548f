"""Every figure that a command prints at its end stands in a file of the run, under the name that it is printed with."""

import csv
import json
import re
from pathlib import Path

import pytest

from npnet.cli.console.plain import short
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

CONFIG = """\
dataset: {xor: {samples: 150}}
layers: [{linear: 6}, tanh, linear]
learning_rate: 0.05
epochs: 8
"""
BEST = re.compile(
    r"best: (\w+) (\S+?)( \(decided above 0.5\))?(, the mean of (\d+) networks, each at its best \(| in )epochs? (\d+)"
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "c.yaml").write_text(CONFIG)
    return tmp_path / "c.yaml"


def table(text: str, first: str) -> list[dict[str, str]]:
    """Return the rows of a printed table whose first column has that heading, by their columns."""
    lines = text.splitlines()
    start = next(number for number, line in enumerate(lines) if re.match(rf"{first}\b", line))
    head = re.split(r" {2,}", lines[start])
    rows = [re.split(r" {2,}", line) for line in lines[start + 2 :]]
    return [
        dict(zip(head, row, strict=True)) for row in rows[: next((n for n, r in enumerate(rows) if len(r) < 2), None)]
    ]


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("evaluate_every=3",),
        ("ensemble=3", "own_validation=true", "early_stopping=1"),
        ("cv=3",),
        ("cv=2", "ensemble=2"),
        ("monitor=validation_f1", "threshold=f1", "--baselines"),
        ("split.validation=0",),
        ("epochs=0",),
    ],
    ids=str,
)
def test_what_a_training_says_at_its_end_is_in_its_files(options: tuple[str, ...], config: Path) -> None:
    result = call("train", config, *options, "--no-plots", "--runs-dir", config.parent / "runs")
    run = RunFolder(Path(result.out.strip()))
    monitored, history = run.info["monitored"], run.history()
    if "epochs=0" in options:
        assert "best: none yet" in result.err
        assert (monitored["value"], monitored["last_epoch"]) == (None, 0)
    else:
        name, value, _, _, networks, first = BEST.search(result.err).groups()  # type: ignore[union-attr]
        assert (name, value) == (monitored["name"], short(monitored["value"]))
        assert (int(networks or 1), int(first)) == (monitored["networks"], monitored["first_epoch"])
        assert monitored["first_epoch"] <= run.info["best_epoch"] <= monitored["last_epoch"]
        if networks is None:
            assert history[name][history["epoch"] == int(first)] == [monitored["value"]]
    assert len(table(result.err, "metric")) == len(run.metrics()["train"])
    for row in table(result.err, "metric"):
        recorded = {part: short(scores.get(row["metric"])) for part, scores in run.metrics().items()}
        assert {part: row[part] for part in recorded} == recorded
    if "--baselines" in options:
        are_those_of_the_baselines(run, table(result.err, "on"))
        threshold = short(run.info["decisions"]["threshold"])
        assert f"the network decides above {threshold}, the others above 0.5\n" in result.err


def are_those_of_the_baselines(run: RunFolder, rows: list[dict[str, str]]) -> None:
    assert len(rows) == len(run.metrics()["test"]) - 1
    for row in rows:
        of_all = {"network": run.metrics(), **run.baselines()}
        name, *printed = row.values()  # headings may be folded
        assert printed == [short(parts["test"].get(name)) for parts in of_all.values()]


@pytest.mark.parametrize("seeds", [1, 3])
def test_what_a_sweep_says_at_its_end_is_in_its_tables(seeds: int, config: Path) -> None:
    options = (
        "learning_rate=[0.02,0.05,0.1]",
        "--seeds",
        seeds,
        "-j",
        1,
        "--metric",
        "validation.roc_auc",
        "--no-plots",
    )
    result = call("sweep", config, *options, "--runs-dir", config.parent / "runs")
    folder = Path(result.out.strip())
    with (folder / ("points.csv" if seeds > 1 else "trials.csv")).open() as file:
        recorded = {row["learning_rate"]: row for row in csv.DictReader(file)}
    printed = table(result.err, "learning_rate")
    assert len(printed) == 3
    for row in printed:
        found = recorded[row["learning_rate"]]
        assert row["validation.roc_auc"] == short(float(found["validation.roc_auc"]))
        if seeds > 1:
            assert row["deviation"] == short(float(found["deviation"]))
    best = printed[0]
    spread = f" ± {best['deviation']}" if seeds > 1 else ""
    line = f"best: validation.roc_auc {best['validation.roc_auc']}{spread} with learning_rate {best['learning_rate']}\n"
    assert line in result.err
    trial = best["best trial" if seeds > 1 else "trial"]
    assert json.loads((folder / "run.json").read_text())["best"] == trial
