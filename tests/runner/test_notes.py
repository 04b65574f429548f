"""What to know of the data before a training begins: each thing once, the first of many, gaps in a line."""

import re
from pathlib import Path

import numpy as np
import pytest

from npnet.config import load
from npnet.diagnosis.setup_verdicts import warnings as verdicts_of
from npnet.errors import DataError
from npnet.model.trainer import Trainer
from npnet.runner import prepare_run
from npnet.runner.notes import remarks
from npnet.text import MOST

CONFIG = "dataset: {table: {path: t.csv, target: y}}\nlayers: [{linear: 4}, tanh, linear]\nepochs: 1\nbatch_size: all\n"


def warnings(trainer: Trainer) -> list[str]:
    return [verdict.message for verdict in verdicts_of(trainer)]


def fitting_of(folder: Path, columns: dict[str, list[object]], *overrides: str) -> Trainer:
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    (folder / "t.csv").write_text("\n".join(lines) + "\n")
    (folder / "c.yaml").write_text(CONFIG)
    ready = prepare_run(load(folder / "c.yaml", overrides))
    return Trainer(ready.experiment, ready.folds)


def usual(rows: int = 60) -> dict[str, list[object]]:
    random = np.random.default_rng(0)
    return {"a": random.normal(size=rows).tolist(), "y": ["no", "yes"] * (rows // 2)}


def test_nothing_is_said_where_nothing_is_odd(tmp_path: Path) -> None:
    trainer = fitting_of(tmp_path, usual())
    assert [*warnings(trainer), *remarks(trainer)] == []


def test_columns_left_out_and_identifiers_are_named_once_also_in_a_cross_validation(tmp_path: Path) -> None:
    columns = usual() | {"same": [1] * 60, "nothing": [""] * 60, "id": list(range(60))}
    expected = [
        'column "same" is left out: it is the same in every row',
        'column "nothing" is left out: it is empty in every row',
        'column "id" looks like an identifier: its whole numbers rise from row to row',
    ]
    assert warnings(fitting_of(tmp_path, columns)) == expected
    assert warnings(fitting_of(tmp_path, columns, "cv=3")) == expected


def test_of_many_warnings_the_first_are_reported(tmp_path: Path) -> None:
    columns = usual() | {f"id{number}": [number + row for row in range(60)] for number in range(25)}
    reported = warnings(fitting_of(tmp_path, columns))
    assert len(reported) == MOST + 1
    assert reported[-1].startswith("and 15 more")


def test_of_many_folds_the_first_are_reported(tmp_path: Path) -> None:
    columns = usual(40) | {"y": ["yes" if number < 21 else "no" for number in range(40)]}
    held = [text for text in warnings(fitting_of(tmp_path, columns, "cv=40")) if text.startswith("roc_auc of test")]
    assert held == ["roc_auc of test is null: it needs rows of two classes, which every fold of that split lacks"]
    mixed = ["no" if number > 24 or number in (20, 22) else "yes" for number in range(40)]
    time = columns | {"t": list(range(40)), "y": mixed}
    options = ("cv={folds: 15, validation: 0}", "dataset.table.time=t", "monitor=train_loss")
    (held,) = [text for text in warnings(fitting_of(tmp_path, time, *options)) if text.startswith("roc_auc of test")]  # type: ignore[assignment]
    assert re.search(r"which fold (\d+, ){9}\d+ and \d more of that split lacks", held)  # type: ignore[call-overload]


@pytest.mark.parametrize("parts", [(), ("split={test: 0, validation: 0}",), ("cv=3",)])
def test_classes_of_a_single_row_are_counted_over_all_parts(parts: tuple[str, ...], tmp_path: Path) -> None:
    columns = usual() | {"y": ["no", "yes"] * 28 + ["p", "q", "r", "s"]}
    assert warnings(fitting_of(tmp_path, columns, *parts))[-1] == (
        '4 of 6 classes of "y" have a single row each ("p", "q", "r" and 1 more): '
        "such a class is either trained on or scored, never both"
    )


def test_as_many_classes_as_rows_are_refused(tmp_path: Path) -> None:
    columns = usual() | {"y": [f"name{number}" for number in range(60)]}
    with pytest.raises(DataError, match='the target "y" has as many classes as rows, 60') as caught:
        fitting_of(tmp_path, columns, "split={test: 0, validation: 0}")
    assert caught.value.hint == "choose another target, as this one is an identifier or a free text"
    numbers = usual() | {"y": list(range(60))}
    with pytest.raises(DataError, match="as many classes as rows") as caught:
        fitting_of(tmp_path, numbers, "dataset.table.task=classification")
    assert caught.value.hint == "write task: regression"


def test_columns_with_gaps_are_reported(tmp_path: Path) -> None:
    columns = usual() | {"b": ["", *range(59)], "c": [*range(0, 590, 10), ""], "d": ["", *["p", "q"] * 29, "p"]}
    columns["b"][5] = 0
    (text,) = remarks(fitting_of(tmp_path, columns))
    assert text == 'gaps are filled by the median, and marked, in 2 columns: "b", "c"'


def test_a_set_of_one_row_is_reported(tmp_path: Path) -> None:
    few = {name: values[:6] for name, values in usual().items()}
    reported = warnings(fitting_of(tmp_path, few, "split={test: 0.2, validation: 0.2}"))
    assert "the validation set has one row: it alone chooses the best epoch" in reported
    assert "the test set has one row: its scores say little about other rows" in reported


def test_more_inputs_than_rows_are_reported(tmp_path: Path) -> None:
    wide = usual(10) | {f"x{number}": np.random.default_rng(number).normal(size=10).tolist() for number in range(9)}
    expected = "10 inputs but only 6 training rows: the network will probably overfit"
    assert warnings(fitting_of(tmp_path, wide)) == [expected]
    assert warnings(fitting_of(tmp_path, usual(10))) == []


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["batch_size=37"], "batch_size 37 is more than the 36 rows to train on: each batch is all of them"),
        (["batch_size=36"], None),
        (
            ["batch_size=12", "accumulate=4"],
            "4 batches of 12 are more than the 36 rows to train on: each step is of all of them",
        ),
        (["batch_size=12", "accumulate=3"], None),
    ],
)
def test_that_a_batch_is_all_rows_is_reported_and_is_no_warning(
    settings: list[str], expected: str | None, tmp_path: Path
) -> None:
    trainer = fitting_of(tmp_path, usual(), *settings)
    assert [*warnings(trainer), *remarks(trainer)] == ([] if expected is None else [expected])


@pytest.mark.parametrize("name", ["relu", "softplus", "tanh", "elu", "selu", "gelu", "silu", "mish"])
@pytest.mark.parametrize("values", [True, False], ids=["values", "classes"])
def test_a_last_layer_that_bounds_the_outputs_is_reported(name: str, values: bool, tmp_path: Path) -> None:
    columns = usual() | ({"y": np.linspace(-2, 3, 60).tolist()} if values else {})
    (text,) = warnings(fitting_of(tmp_path, columns, f"layers=[{{linear: 4}}, tanh, linear, {name}]"))
    what = "predictions" if values else "probabilities"
    assert text.startswith(f"{name} as the last layer keeps the outputs ")
    assert text.endswith(f", and so the {what} in bounds: take {name} out")
    sigmoid = fitting_of(tmp_path, usual(), "layers=[{linear: 4}, tanh, linear, sigmoid]")
    assert warnings(sigmoid) == []


def test_one_file_for_validation_and_test_is_reported(tmp_path: Path) -> None:
    columns = usual()
    rows = [f"{a},{y}" for a, y in zip(*columns.values(), strict=True)]
    (tmp_path / "other.csv").write_text("\n".join(["a,y", *(f"-{row}" for row in rows[:20] if row[0] != "-")]) + "\n")
    files = "dataset={table: {path: t.csv, target: y, validation: other.csv, test: other.csv}}"
    what = "validation and test are both other.csv: the test scores are of rows that chose the best epoch"
    assert what in warnings(fitting_of(tmp_path, columns, files))
