"""Windows of tables: which rows they have, what is known of them, and what is refused."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from npnet.config import Experiment
from npnet.data.columns import Column
from npnet.data.datasets.windows import WindowsOfTable
from npnet.data.split import parts_of
from npnet.data.windows.cutting import NEXT, Ordered, refuse_no_window
from npnet.data.windows.times import Times
from npnet.errors import DataError
from npnet.experiment.resolved import prepare_folds
from npnet.model.trainer import Trainer
from tests.fittings import fitting_of


def by_hand(times: list[int], groups: list[int], window: int, horizon: int, stride: int) -> list[tuple[list[int], int]]:
    """Cut windows one by one: each series sorted, then every slice of it."""
    found = []
    for group in sorted(set(groups)):
        series = sorted((n for n in range(len(times)) if groups[n] == group), key=lambda n: (times[n], n))
        for start in range(0, len(series), stride):
            ahead = start + window - 1 + horizon
            if ahead < len(series):
                found.append((series[start : start + window], series[ahead]))
    return found


@pytest.mark.parametrize(("window", "horizon", "stride"), [(1, 1, 1), (3, 1, 1), (3, 2, 1), (4, 1, 3), (2, 5, 2)])
def test_windows_are_those_cut_by_hand(window: int, horizon: int, stride: int) -> None:
    random = np.random.default_rng(window)
    times, groups = random.integers(0, 12, 60), random.integers(0, 4, 60)
    found = Ordered.of(60, [times.astype(float)], groups).windows(window, horizon, stride)
    expected = by_hand(times.tolist(), groups.tolist(), window, horizon, stride)
    assert [(rows.tolist(), ahead) for rows, ahead in zip(found.rows, found.ahead.tolist(), strict=True)] == expected


def test_the_newest_windows_have_no_row_to_predict_yet() -> None:
    found = Ordered.of(6).windows(3, 2, newest=True)
    assert found.last.tolist() == [2, 3, 4, 5]
    assert found.ahead.tolist() == [4, 5, NEXT, NEXT]


def test_several_times_order_rows_one_after_the_other() -> None:
    day, hour = np.array([2.0, 1.0, 2.0, 1.0]), np.array([0.0, 5.0, 1.0, 3.0])
    assert Ordered.of(4, [day, hour]).order.tolist() == [3, 1, 0, 2]


def test_tables_that_are_too_short_are_refused_with_figures() -> None:
    with pytest.raises(
        DataError, match=r"sales.csv has 20 rows; a window of 24 rows and the target 1 row later need 25"
    ):
        refuse_no_window(Ordered.of(20), 24, 1, "sales.csv")
    groups = np.repeat([0, 1, 2], [5, 9, 3])
    ordered = Ordered.of(17, [np.arange(17.0)], groups)
    with pytest.raises(DataError, match="the longest of 3 series has 9 rows; a window of 9 rows") as caught:
        refuse_no_window(ordered, 9, 1, "sales.csv")
    assert caught.value.hint == "write window: 8, or less"
    (note,) = refuse_no_window(ordered, 4, 1, "sales.csv")
    assert note == "1 of 3 series has fewer than 5 rows, too few for a window and its target: left out"


def series(rows: int = 120, changed_from: int = 10**9, names: tuple[str, ...] = ("a",)) -> str:
    """Return a table of days with gaps and categories; every value from a row on is another one."""
    random, lines = np.random.default_rng(5), ["name,day,kind,heat,load"]
    for name in names:
        for row in range(rows):
            kind, heat, load = random.choice(["x", "y", "z"]), random.normal(), random.normal() + row % 7
            if row >= changed_from:
                kind, heat, load = "x", 1e4 * heat, 500 - load
            gap = "" if row % 11 == 3 else f"{heat:.4f}"
            lines.append(f"{name},{date(2025, 1, 1) + timedelta(row)},{kind},{gap},{load:.4f}")
    return "\n".join(lines) + "\n"


def experiment_on(path: Path, content: str, **options: object) -> Experiment:
    path.write_text(content)
    source = {"path": str(path), "target": "load", "time": "day", "group": "name", "window": 7}
    written = {"dataset": {"windows": source}, "layers": [{"lstm": {"units": 4, "states": "last"}}, "linear"]}
    return Experiment.model_validate({**written, "prepare": {}, "epochs": 2, "monitor": "train_loss", **options})


def fitted(experiment: Experiment) -> Trainer:
    folds = prepare_folds(experiment, experiment.dataset.load(Path(), experiment.seed))
    trainer = fitting_of(experiment, folds)
    for _ in trainer.fit():
        pass
    return trainer


def test_nothing_of_a_training_depends_on_what_comes_after_its_last_target(tmp_path: Path) -> None:
    experiment = experiment_on(tmp_path / "t.csv", series())
    dataset = experiment.dataset.load(Path(), 0)
    parts = parts_of(dataset, experiment.split, 0)
    assert {name: len(rows) for name, rows in parts.items()} == {"train": 67, "validation": 23, "test": 23}
    last = int(dataset.frame.rows[parts["train"]].max()) + 1  # the row of the last target, from 1
    first, other = fitted(experiment), fitted(experiment_on(tmp_path / "t.csv", series(changed_from=last)))
    train, changed = (one.folds[0].parts["train"] for one in (first, other))
    assert train.with_ones.tobytes() == changed.with_ones.tobytes()
    assert train.y.tobytes() == changed.y.tobytes()
    for name, values in first.weights().items():
        assert values.tobytes() == other.weights()[name].tobytes()
    tests = (one.folds[0].parts["test"] for one in (first, other))
    assert len({part.with_ones.tobytes() for part in tests}) == 2


def test_columns_are_fitted_on_the_rows_of_a_table_each_once(tmp_path: Path) -> None:
    lines = series().splitlines()
    once = [lines[0], *(line.replace(",x,", ",rare,") if n == 30 else line for n, line in enumerate(lines[1:]))]
    experiment = experiment_on(
        tmp_path / "t.csv", "\n".join(once).replace(",z,", ",rare,", 1), prepare={"numbers": "standard"}
    )
    dataset = experiment.dataset.load(Path(), 0)
    ((data,),) = prepare_folds(experiment, dataset)
    steps = {step.column: step for step in data.preparation.steps}
    known = [float(line.split(",")[4]) for line in lines[1 : int(data.parts["train"].rows.max()) + 1]]
    assert steps["load"].scaling.center == pytest.approx(np.mean(known))
    assert "rare" not in steps["kind"].levels


def test_folds_of_a_cross_validation_are_scored_on_later_targets(tmp_path: Path) -> None:
    trainer = fitted(experiment_on(tmp_path / "t.csv", series(), cv=3))
    for fold in trainer.folds:
        known, held = (fold.parts[name].frame.marks["time"] for name in ("train", "test"))
        assert max(known) < min(held)


def test_series_are_not_mixed_and_are_split_at_the_same_time(tmp_path: Path) -> None:
    dataset = experiment_on(tmp_path / "t.csv", series(40, names=("a", "b", "c"))).dataset.load(Path(), 0)
    marks, rows = dataset.frame.marks, dataset.frame.rows
    assert len(dataset) == 3 * 33
    assert marks["series"].tolist() == ["a"] * 33 + ["b"] * 33 + ["c"] * 33
    assert marks["time"][0] == marks["time"][33] == "2025-01-08"
    assert rows[0] == 7
    parts = parts_of(dataset, Experiment.model_fields["split"].default, 0)
    assert max(marks["time"][parts["train"]]) < min(marks["time"][parts["validation"]])


def notes_on(path: Path, content: str, **options: object) -> tuple[str, ...]:
    path.write_text(content)
    given = {"path": str(path), "target": "load", "time": "day", "window": 3, **options}
    return WindowsOfTable(**given).load(Path(), 0).notes  # type: ignore[arg-type]


def test_odd_times_are_reported(tmp_path: Path) -> None:
    lines = series(30).splitlines()
    path = tmp_path / "t.csv"
    assert notes_on(path, "\n".join(lines)) == ()
    (gap,) = notes_on(path, "\n".join([*lines[:9], *lines[12:]]))
    assert (
        gap
        == '"day": 1 step is longer than the usual 1 day, the longest 4 days, after row 8: windows count rows, not time'
    )
    (same,) = notes_on(path, "\n".join([*lines, lines[4]]))
    assert same.startswith(
        '"day": 1 row with the time of the row before, first row 31: such rows keep the order of the'
    )
    assert "group: COLUMN divides several series" in same


def test_targets_that_are_missing_or_are_classes(tmp_path: Path) -> None:
    lines = series(40).splitlines()
    content = "\n".join([*lines[:20], f"{lines[20].rpartition(',')[0]},", *lines[21:]])
    with pytest.raises(DataError, match='the target "load" is empty in 1 row, first in row 20'):
        notes_on(tmp_path / "t.csv", content)
    assert notes_on(tmp_path / "t.csv", content, drop_rows=True) == ("left out 1 window without a target",)
    source = WindowsOfTable(path=str(tmp_path / "t.csv"), target="kind", time="day", window=3, horizon=2)
    dataset = source.load(Path(), 0)
    assert (dataset.task, dataset.classes, len(dataset)) == ("multiclass", ("x", "y", "z"), 36)
    kinds = [line.split(",")[2] for line in lines[1:]]
    assert [dataset.classes[code] for code in dataset.y] == kinds[4:]


@pytest.mark.parametrize(
    ("columns", "forms", "expected"),
    [
        ([[1, 3, 5, 7]], ("number",), "11"),
        ([["2025-01-31", "2025-02-01", "2025-02-03"]], ("datetime",), "2025-02-05"),
        ([["2025-01-01", "2025-02-01", "2025-03-01", "2025-12-01"]], ("datetime",), "2026-02-01"),
        ([["2025-01-01T22:00", "2025-01-01T23:00"]], ("datetime",), "2025-01-02T01:00:00"),
        ([[1, 1, 1, 2, 2], [0, 1, 2, 0, 1]], ("number", "number"), "3 0"),
        ([[1, 1, 2]], ("number",), ""),
    ],
    ids=["numbers", "days", "months", "hours", "days and hours", "equal times"],
)
def test_a_time_after_the_table_follows_from_the_usual_step(
    columns: list[list[object]], forms: tuple[str, ...], expected: str
) -> None:
    found = []
    for name, (values, kind) in enumerate(zip(columns, forms, strict=True)):
        dates = kind == "datetime"
        numbers = np.array(values, "datetime64[s]").astype(np.int64) if dates else np.array(values)
        found.append(Column(str(name), kind, numbers.astype(np.float64)))  # type: ignore[arg-type]
    times, rows = Times(found), len(columns[0])
    ordered = Ordered.of(rows, times.values)
    texts = times.texts_ahead(ordered.windows(1, 2, newest=True), ordered, 2)
    assert texts[-1] == expected
