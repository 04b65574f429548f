"""Runs of odd names, classes, columns and settings: whatever trains can be evaluated, asked, drawn and gone on with."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import npnet
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

pytestmark = pytest.mark.long

ROWS = 90
NUMBER = np.arange(ROWS)
X = np.random.default_rng(3).standard_normal((ROWS, 3))
NUMBERS = pd.DataFrame(X, columns=["a", "b", "c"])
TEXTS = pd.DataFrame({"u": np.array(list("pqrs"))[NUMBER % 4], "v": np.array(list("xyz"))[NUMBER % 3]})
CODES = pd.DataFrame({"u": [f"k{n % 20}" for n in NUMBER], "v": [f"m{n % 25}" for n in NUMBER]})
LAYERS = "layers: [{linear: 4}, relu, linear]\n"
EMBEDDED = "prepare: {embed_above: 5}\nlayers: [embedding, {linear: 4}, relu, linear]\n"
Case = tuple[pd.DataFrame, str, str]  # the table, what the config says of it beside the path, and other keys


def of_classes(*names: object) -> Case:
    return NUMBERS.assign(y=[names[n % len(names)] for n in NUMBER]), "target: y", LAYERS  # type: ignore[misc]


def of_columns(*names: str) -> Case:
    return NUMBERS.set_axis(names, axis=1).assign(y=X[:, 0]), "target: y", LAYERS


def two_of(features: pd.DataFrame, keys: str = LAYERS, more: str = "") -> Case:
    return features.assign(y=np.array(["no", "yes"])[NUMBER % 2]), f"target: y{more}", keys


CASES: dict[str, Case] = {
    "classes like formulas": of_classes("=cmd()", "'=x", "-5", "@a"),
    "classes with signs": of_classes('a,b"c\nd', " Ünï ", "[/red]", "$x$"),
    "classes that differ in their zeros": (*of_classes("1", "01", "001")[:1], "target: y, categorical: [y]", LAYERS),
    "classes that look missing": of_classes("nan", "NA", "null"),
    "classes of numbers": of_classes(-1, 1),
    "truth values": of_classes(True, False),
    "columns like formulas": of_columns("=sum(a)", 'q"uo,te\nnl', "[/x]$a$"),
    "columns of other scripts": of_columns("ä", "日本", "😀"),
    "columns called as npnet calls its own": of_columns("row", "target", "prediction"),
    "targets called so": (
        NUMBERS.assign(row=X[:, 0], prediction=X[:, 1]),
        "target: [row, prediction], task: regression",
        LAYERS,
    ),
    "labels called so": (
        NUMBERS.assign(row=(X[:, 0] > 0).astype(int), prediction=np.where(X[:, 1] > 0, "on", "off")),
        "target: [row, prediction]",
        f"{LAYERS}temperature: true\n",
    ),
    "text alone": two_of(TEXTS),
    "text with gaps": two_of(TEXTS.assign(u=TEXTS["u"].where(NUMBER % 5 > 0))),
    "codes alone": two_of(CODES, EMBEDDED),
    "codes and numbers": two_of(pd.concat([CODES, NUMBERS], axis=1), EMBEDDED),
    "text and the recipe for tables": two_of(TEXTS, "preset: tabular\n"),
    "dates alone": two_of(pd.DataFrame({"d": pd.date_range("2020", periods=ROWS)})),
    "one feature": two_of(NUMBERS[["a"]]),
    "quantiles in falling order": (
        NUMBERS.assign(y=X[:, 0], z=X[:, 1]),
        "target: [y, z]",
        f"{LAYERS}loss: {{quantile: [0.9, 0.1]}}\n",
    ),
    "no validation part": two_of(NUMBERS, f"{LAYERS}split: {{test: 0, validation: 0}}\n"),
    "no epoch": two_of(NUMBERS, f"{LAYERS}epochs: 0\n"),
    "a threshold and a temperature": two_of(NUMBERS, f"{LAYERS}threshold: f1\ntemperature: true\n"),
    "folds of groups with weights": two_of(
        NUMBERS.assign(g=NUMBER % 9, w=NUMBER % 4), f"{LAYERS}cv: 3\nclass_weight: balanced\n", ", group: g, weight: w"
    ),
    "members with rows of their own": two_of(NUMBERS, f"{LAYERS}ensemble: 3\nown_validation: true\ncv: 2\n"),
    "parts by time": two_of(NUMBERS.assign(t=NUMBER), LAYERS, ", time: t"),
    "hinge": two_of(NUMBERS, f"{LAYERS}loss: hinge\n"),
    "cross-entropy of two classes": two_of(NUMBERS, f"{LAYERS}loss: cross_entropy\n"),
    "another optimizer in float64": two_of(NUMBERS, f"{LAYERS}dtype: float64\noptimizer: momentum\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_whatever_trains_can_be_used(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    table, says, keys = CASES[case]
    table.to_csv("t.csv", index=False)
    epochs = "" if "epochs" in keys else "epochs: 2\n"
    Path("c.yaml").write_text(f"dataset: {{table: {{path: t.csv, {says}}}}}\n{keys}{epochs}", encoding="utf-8")
    run = RunFolder(Path(done("train", "c.yaml", "--no-plots", "-q").strip()))
    known = {part: present(scores) for part, scores in run.metrics().items()}
    for ask in (lambda: done("evaluate", "latest", "--json"), evaluated_again):
        scores = {part: present(some) for part, some in json.loads(ask()).items() if part in known}
        assert scores == {part: pytest.approx(some, rel=1e-5, abs=1e-6) for part, some in known.items()}
    assert done("plot", "latest")
    is_asked_by_both(table, values="rmse" in known["train"])


def evaluated_again() -> str:
    """Return the scores after the run was resumed without another epoch."""
    epochs = RunFolder(Path("runs/latest")).history().get("epoch", np.empty(0))
    done("resume", "latest", f"epochs={len(epochs)}", "-q")
    return done("evaluate", "latest", "--json")


def is_asked_by_both(table: pd.DataFrame, values: bool) -> None:
    """Python and the command line answer for every row, and say the same values."""
    model = npnet.load("latest")
    header, *rows = csv.reader(io.StringIO(done("predict", "latest", "t.csv")))
    outputs = model.predict(pd.read_csv("t.csv", dtype=str, keep_default_na=False))
    assert len(rows) == len(outputs) == ROWS
    assert np.array_equal(outputs, model.predict(table.astype(str).where(table.notna(), "")[table.columns[::-1]]))
    if values:
        places = [place for place, name in enumerate(header) if name.startswith("prediction")]
        assert np.array_equal(outputs, [[float(row[place]) for place in places] for row in rows])


def done(*arguments: object) -> str:
    result = call(*arguments)
    assert result.code == 0, result.err
    return result.out


def present(scores: dict[str, float | None]) -> dict[str, float]:
    return {name: value for name, value in scores.items() if value is not None and value == value}
