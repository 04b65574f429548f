"""What a file may hold, a DataFrame may hold, with the same result: kinds, gaps and predictions."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from npnet import Linear, Model, ReLU, load
from npnet.api.data import Arrays
from npnet.data.columns import Column
from npnet.data.columns.schema import ReadOptions
from npnet.data.columns.spelling import respelled
from npnet.data.datasets.table import Table
from npnet.data.readers.in_memory import InMemory
from npnet.data.readers.reading import read_frame, read_table
from npnet.errors import DataError, NpnetWarning
from tests.cli.conftest import call

ROWS = 60
FORMATS = ("csv", "jsonl", "parquet", "xlsx")
CONFIG = """\
dataset: {{table: {{path: t.{}, target: y, categorical: [code], duration: [wait]}}}}
layers: [{{linear: 4}}, relu, linear]
split: {{test: 0, validation: 0}}
optimizer: sgd
learning_rate: 0.05
epochs: 3
batch_size: all
"""


def gaps(values: Callable[[int], object], every: int = 7) -> list[Any]:
    return [None if row % every == 3 else values(row) for row in range(ROWS)]


TOWN = gaps(lambda row: ("Rome", "Oslo", "Lima")[row % 3])
CODE = [("7", "1", "2")[row * 5 % 3] for row in range(ROWS)]
COUNT = gaps(lambda row: row * 7 % 11, every=5)
REAL = gaps(lambda row: row % 8 / 8, every=9)
DECIMALS = [None if value is None else Decimal(str(value)) for value in REAL]
FLAG = gaps(lambda row: row * 3 % 4 < 2, every=8)
DAY = gaps(lambda row: date(2024, 1, 1) + timedelta(days=row * 5 % 40), every=10)
MOMENT = gaps(lambda row: datetime(2024, 1, 1, 3, 30) + timedelta(hours=row * 5 % 43), every=10)
ZONED = [moment and moment.replace(tzinfo=UTC) for moment in MOMENT]
WAIT = gaps(lambda row: timedelta(minutes=row * 5 % 50, seconds=row % 3), every=6)
Y = ["yes" if (row * 7 % 11 > 5) != (row % 3 == 1) else "no" for row in range(ROWS)]
NUMBER = list(range(ROWS))


def arrow(kind: pa.DataType) -> pd.ArrowDtype:
    return pd.ArrowDtype(kind)


def without(values: list[Any], gap: Any) -> list[Any]:
    """Return values with another mark for what is missing."""
    return [gap if value is None else value for value in values]


@dataclass(frozen=True)
class Pair:
    """A column as a DataFrame holds it, the values as a file has them, and the options of the file."""

    held: Any
    values: list[Any]
    keys: dict[str, Any] = field(default_factory=dict)
    kind: str = "number"


TEXT, CODES, TRUTHS, DATES = ({"kind": kind} for kind in ("category", "category", "category", "datetime"))
AS_TEXT, AS_WAIT = {"categorical": ("x",)}, {"duration": ("x",)}
PAIRS = {
    "object": Pair(pd.Series(TOWN, dtype=object), TOWN, **TEXT),
    "str": Pair(pd.Series(TOWN, dtype="str"), TOWN, **TEXT),
    "string": Pair(pd.Series(TOWN, dtype="string"), TOWN, **TEXT),
    "string of Arrow": Pair(pd.Series(TOWN, dtype=arrow(pa.large_string())), TOWN, **TEXT),
    "dictionary of Arrow": Pair(
        pd.Series(pd.arrays.ArrowExtensionArray(pa.array(TOWN).dictionary_encode())), TOWN, **TEXT
    ),
    "category": Pair(pd.Categorical(TOWN), TOWN, **TEXT),
    "empty text": Pair(without(TOWN, ""), TOWN, **TEXT),
    "NA among texts": Pair(without(TOWN, pd.NA), TOWN, **TEXT),
    "NaN among texts": Pair(without(TOWN, np.nan), TOWN, **TEXT),
    "texts of numbers": Pair(CODE, CODE),
    "category of whole numbers": Pair(pd.Series(COUNT, dtype="Int64").astype("category"), COUNT, AS_TEXT, **CODES),
    "category of texts of numbers": Pair(pd.Categorical(CODE), CODE, AS_TEXT, **CODES),
    "int64": Pair(pd.Series(NUMBER), NUMBER),
    "uint8": Pair(pd.Series(NUMBER, dtype="uint8"), NUMBER),
    "Int64": Pair(pd.Series(COUNT, dtype="Int64"), COUNT),
    "Int64 of Arrow": Pair(pd.Series(COUNT, dtype="int64[pyarrow]"), COUNT),
    "float64": Pair(pd.Series(REAL, dtype=float), REAL),
    "float32": Pair(pd.Series(REAL, dtype="float32"), REAL),
    "Float64": Pair(pd.Series(REAL, dtype="Float64"), REAL),
    "double of Arrow": Pair(pd.Series(REAL, dtype="double[pyarrow]"), REAL),
    "NA among numbers": Pair(without(REAL, pd.NA), REAL),
    "empty texts among numbers": Pair(without(REAL, ""), REAL),
    "Decimal": Pair(DECIMALS, REAL),
    "Decimal NaN": Pair(without(DECIMALS, Decimal("NaN")), REAL),
    "decimal of Arrow": Pair(pd.Series(DECIMALS, dtype=arrow(pa.decimal128(10, 4))), REAL),
    "bool": Pair([row % 3 == 0 for row in NUMBER], [row % 3 == 0 for row in NUMBER], **TRUTHS),
    "boolean": Pair(pd.Series(FLAG, dtype="boolean"), FLAG, **TRUTHS),
    "bool of Arrow": Pair(pd.Series(FLAG, dtype="bool[pyarrow]"), FLAG, **TRUTHS),
    "truth values as objects": Pair(FLAG, FLAG, **TRUTHS),
    "dates": Pair(DAY, DAY, **DATES),
    "texts of dates": Pair([day and day.isoformat() for day in DAY], DAY, **DATES),
    "datetime64": Pair(pd.to_datetime(pd.Series(MOMENT)), MOMENT, **DATES),
    "datetime64[s]": Pair(pd.to_datetime(pd.Series(MOMENT)).astype("datetime64[s]"), MOMENT, **DATES),
    "datetime64 with a zone": Pair(pd.to_datetime(pd.Series(ZONED)).dt.tz_convert("America/New_York"), ZONED, **DATES),
    "NaT": Pair(without(MOMENT, pd.NaT), MOMENT, **DATES),
    "date of Arrow": Pair(pd.Series(DAY, dtype=arrow(pa.date32())), DAY, **DATES),
    "timestamp of Arrow": Pair(pd.Series(MOMENT, dtype=arrow(pa.timestamp("us"))), MOMENT, **DATES),
    "timestamp with a zone of Arrow": Pair(pd.Series(ZONED, dtype=arrow(pa.timestamp("us", "UTC"))), ZONED, **DATES),
    "timedelta64": Pair(pd.to_timedelta(pd.Series(WAIT)), WAIT, AS_WAIT),
    "timedelta64[s]": Pair(pd.to_timedelta(pd.Series(WAIT)).astype("timedelta64[s]"), WAIT, AS_WAIT),
    "timedelta of Python": Pair(without(WAIT, pd.NaT), WAIT, AS_WAIT),
    "duration of Arrow": Pair(pd.Series(WAIT, dtype=arrow(pa.duration("us"))), WAIT, AS_WAIT),
    "nothing": Pair([None] * ROWS, [None] * ROWS),
}


def cell(value: Any) -> str:
    """Return a value as people write it into a CSV file."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def write_csv(path: Path, columns: dict[str, list[Any]]) -> None:
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(
            [list(columns), *([*map(cell, row)] for row in zip(*columns.values(), strict=True))]
        )


def meaning(column: Column) -> list[object]:
    """Return the values of a column, texts for the codes of categories, truth values in one spelling."""
    texts = [{"True": "true", "False": "false"}.get(level, level) for level in column.levels]
    known = [texts[int(value)] if texts else value for value in column.values.tolist()]
    return [None if gap else value for value, gap in zip(known, column.missing.tolist(), strict=True)]


@pytest.mark.parametrize("name", PAIRS)
def test_a_column_in_memory_has_the_kind_the_gaps_and_the_values_of_that_in_a_file(name: str, tmp_path: Path) -> None:
    pair = PAIRS[name]
    write_csv(tmp_path / "t.csv", {"x": pair.values, "y": Y})
    frame, schema = read_frame(ReadOptions(path="t.csv", **pair.keys), tmp_path)
    table = pd.DataFrame({"x": pair.held, "y": Y})
    known = {"x": frame.columns["x"].levels}
    for read in (read_table(InMemory(table))[0], respelled(read_table(InMemory(table), schema)[0], known)):
        assert read.columns["x"].kind == frame.columns["x"].kind == pair.kind
        assert meaning(read.columns["x"]) == meaning(frame.columns["x"])


TABLE = {"code": CODE, "town": TOWN, "count": COUNT, "real": REAL, "flag": FLAG, "day": DAY, "wait": WAIT, "y": Y}
HELD = {
    "code": pd.Categorical(CODE),
    "town": pd.Series(TOWN, dtype="string"),
    "count": pd.Series(COUNT, dtype="Int64"),
    "real": pd.Series(REAL, dtype=float),
    "flag": pd.Series(FLAG, dtype="boolean"),
    "day": pd.to_datetime(pd.Series(DAY)),
    "wait": pd.to_timedelta(pd.Series(WAIT)),
    "y": Y,
}
OTHERS = {
    "count": [pd.Series(COUNT, dtype=float), pd.Series(COUNT, dtype="int64[pyarrow]"), pd.Series(COUNT, dtype=object)],
    "real": [PAIRS["Decimal"].held, PAIRS["decimal of Arrow"].held, PAIRS["float32"].held],
    "flag": [pd.Series(FLAG, dtype=object), pd.Series(FLAG, dtype="bool[pyarrow]"), pd.Categorical(FLAG)],
    "day": [PAIRS["date of Arrow"].held, DAY, pd.to_datetime(pd.Series(DAY)).dt.tz_localize("UTC")],
    "wait": [WAIT, PAIRS["duration of Arrow"].held, [wait and str(wait) for wait in WAIT]],
    "code": [np.array(CODE), pd.Series(CODE).astype("uint8"), pd.Series(CODE).astype(float)],
}


def written(path: Path, table: pd.DataFrame) -> None:
    """Write the table into a file as pandas does; a CSV file by hand."""
    match path.suffix:
        case ".csv":
            write_csv(path, TABLE)
        case ".jsonl":
            times = {name: table[name].astype(str).where(table[name].notna(), None) for name in ("day", "wait")}
            table.assign(**times).to_json(path, orient="records", lines=True)
        case ".parquet":
            table.to_parquet(path)
        case _:
            book = openpyxl.Workbook()
            for row in (tuple(TABLE), *zip(*TABLE.values(), strict=True)):
                book.worksheets[0].append(row)
            book.save(path)


@pytest.mark.parametrize("ending", FORMATS)
def test_a_training_on_a_data_frame_is_that_on_the_file_and_predicts_the_same(ending: str, tmp_path: Path) -> None:
    table = pd.DataFrame(HELD)
    written(tmp_path / f"t.{ending}", table)
    (tmp_path / "c.yaml").write_text(CONFIG.format(ending))
    trained = call("train", tmp_path / "c.yaml", "--no-plots", "-q", "--run-dir", tmp_path / "run")
    assert trained.code == 0, trained.err
    said = call("predict", tmp_path / "run", tmp_path / f"t.{ending}", "--proba")
    expected = np.array([[float(row["probability_yes"])] for row in csv.DictReader(io.StringIO(said.out))])
    run = load(tmp_path / "run")
    others = [table.assign(**{name: one}) for name, many in OTHERS.items() for one in many]
    for held in (table, table.set_index("y"), *others):
        assert np.array_equal(run.predict(held), expected)
    with pytest.warns(NpnetWarning):  # of gaps that are filled, as `npnet train` does
        model = Model(Linear(4), ReLU(), Linear()).train(table.drop(columns="y"), Y, 0.05, 3, scale="standard")
    assert np.array_equal(model.predict(table), expected)


LISTS = [[1, 2]] * ROWS
REFUSED: dict[str, tuple[Any, Any, str]] = {
    "infinity": (
        {"x": [*NUMBER[1:], np.inf]},
        {"x": [*NUMBER[1:], "inf"]},
        'row 60: "inf" is not finite in column "x"',
    ),
    "a column twice": (pd.DataFrame([[1, 2]] * ROWS, columns=["x", "x"]), "x,x\n1,2\n", 'has more than one column "x"'),
    "a column without a name": (pd.DataFrame({"": NUMBER}), {"": NUMBER}, "column 1 has no name"),
    "half numbers": (
        {"x": [row if row % 3 else "?" for row in NUMBER]},
        {"x": [row if row % 3 else "?" for row in NUMBER]},
        'column "x" is 67% numbers, but row 1 has "?"',
    ),
    "lists": ({"x": LISTS}, "".join(f'{{"x": {one}}}\n' for one in LISTS), 'column "x" holds a '),
    "names of two levels": (pd.DataFrame({("a", "b"): NUMBER}), None, "X has names of several levels for its columns"),
    "complex numbers": ({"x": np.ones(ROWS) * 1j}, None, 'column "x" holds a value of type complex'),
    "bytes": ({"x": [b"1"] * ROWS}, None, 'column "x" holds a value of type bytes'),
    "intervals": ({"x": pd.cut(range(ROWS), 4).astype(object)}, None, 'column "x" holds a value of type Interval'),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_file_may_hold_no_data_frame_may_hold(name: str, tmp_path: Path) -> None:
    held, in_file, message = REFUSED[name]
    with pytest.raises(DataError) as caught:
        Model(Linear()).train(pd.DataFrame(held), Y, epochs=1)
    assert message in caught.value.message
    assert caught.value.hint
    if isinstance(in_file, dict):
        write_csv(tmp_path / "t.csv", in_file)
    elif in_file is not None:
        (tmp_path / ("t.jsonl" if in_file.startswith("{") else "t.csv")).write_text(in_file)
    for path in tmp_path.iterdir():
        with pytest.raises(DataError, match=re.escape(message)):
            read_frame(ReadOptions(path=path.name), tmp_path)


def test_names_that_are_numbers_are_those_of_a_file(tmp_path: Path) -> None:
    columns = {"2024": NUMBER, "1.5": REAL, "True": COUNT}
    held = pd.DataFrame(columns).set_axis([2024, 1.5, True], axis=1)
    write_csv(tmp_path / "t.csv", columns)
    frame, schema = read_frame(ReadOptions(path="t.csv"), tmp_path)
    assert list(read_table(InMemory(held))[0].columns) == list(frame.columns) == ["2024", "1.5", "True"]
    assert np.array_equal(read_table(InMemory(held), schema)[0].matrix, frame.matrix, equal_nan=True)


def test_the_index_of_a_data_frame_is_no_column_and_a_hint_makes_it_one() -> None:
    held = pd.DataFrame({"left": REAL, "key": NUMBER})
    with pytest.warns(NpnetWarning):
        model = Model(Linear()).train(held, Y, epochs=1)
    with pytest.raises(DataError, match='X has no column "key", which is the name of its index') as caught:
        model.predict(held.set_index("key"))
    assert caught.value.hint == "X.reset_index() makes a column of the index"
    assert np.array_equal(model.predict(held.set_index("key").reset_index()), model.predict(held))


TARGETS: dict[str, tuple[Any, list[Any]]] = {
    "texts": (pd.Series(Y, dtype="string"), Y),
    "category": (pd.Categorical(Y), Y),
    "boolean": (pd.Series([one == "yes" for one in Y], dtype="boolean"), [one == "yes" for one in Y]),
    "classes of whole numbers": (pd.Series(NUMBER, dtype="Int64") % 3, [row % 3 for row in NUMBER]),
    "many whole numbers": (np.array(NUMBER) * 7 % 41, [row * 7 % 41 for row in NUMBER]),
    "decimals": ([Decimal(row) / 8 for row in NUMBER], [row / 8 for row in NUMBER]),
    "durations": (pd.to_timedelta(NUMBER, unit="min"), [timedelta(minutes=row) for row in NUMBER]),
}


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.filterwarnings("ignore::npnet.errors.NpnetWarning")
def test_a_target_in_memory_is_the_task_of_that_in_a_file(name: str, tmp_path: Path) -> None:
    held, values = TARGETS[name]
    write_csv(tmp_path / "t.csv", {"x": NUMBER, "y": values})
    keys = {"duration": ("y",)} if name == "durations" else {"task": "classification"} if "classes" in name else {}
    table = Table.model_validate({"path": "t.csv", "target": "y", **keys}).load(tmp_path, 0)
    model = Model(Linear()).train(pd.DataFrame({"x": NUMBER}), held, epochs=1)
    arrays = Arrays.of(pd.DataFrame({"x": NUMBER}), held, None, None).with_task(None).load(tmp_path, 0)
    assert arrays.task == table.task
    assert [text.lower() for text in arrays.classes] == [text.lower() for text in table.classes]
    assert np.array_equal(arrays.y.ravel(), table.y.ravel())
    assert model.predict(pd.DataFrame({"x": NUMBER})).shape[1] == (1 if len(table.classes) < 3 else len(table.classes))
