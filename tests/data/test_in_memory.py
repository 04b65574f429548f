"""A table in memory is read as the file that holds the same."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from npnet.data.columns import Frame
from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.columns.spelling import respelled
from npnet.data.readers.in_memory import InMemory, is_table
from npnet.data.readers.reading import read_frame, read_table
from npnet.errors import DataError

ROWS = 60
NUMBERS = np.arange(ROWS) % 7


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Frame, Schema]:
    """Return a CSV file with columns of every kind, the frame that was read from it, and its schema."""
    path = tmp_path_factory.mktemp("table") / "t.csv"
    days = pd.date_range("2024-01-29", periods=ROWS, freq="37h")
    pd.DataFrame(
        {
            "x": np.where(NUMBERS, NUMBERS / 8, np.nan),
            "count": NUMBERS,
            "code": [f"{number:03d}" for number in NUMBERS],
            "town": np.array(["Rome", "Oslo", None], object)[np.arange(ROWS) % 3],
            "open": np.array(["true", "false"])[NUMBERS % 2],
            "day": days.strftime("%d/%m/%Y"),
            "moment": days.strftime("%Y-%m-%d %H:%M:%S"),
        }
    ).to_csv(path, index=False)
    options = ReadOptions(path=str(path), categorical=("code",), datetime={"day": "%d/%m/%Y"})
    return path, *read_frame(options, path.parent)


def same(one: Frame, other: Frame) -> None:
    assert list(one.columns) == list(other.columns)
    assert np.array_equal(one.rows, other.rows)
    for name, column in one.columns.items():
        twin = other.columns[name]
        assert (column.kind, column.levels) == (twin.kind, twin.levels)
        assert np.array_equal(column.values, twin.values, equal_nan=True), name


Frames = Callable[[pd.DataFrame], Any]
AS_READ = ("code", "town", "open")


def with_dates(frame: pd.DataFrame) -> pd.DataFrame:
    day, moment = pd.to_datetime(frame["day"], format="%d/%m/%Y"), pd.to_datetime(frame["moment"])
    return frame.assign(day=day, moment=moment)


HOLDERS: dict[str, Frames] = {
    "as pandas reads it": lambda frame: frame,
    "columns in another order": lambda frame: frame[sorted(frame.columns)],
    "another index and another column": lambda frame: frame.assign(more=1).set_axis(range(ROWS, 0, -1)),
    "blanks around names": lambda frame: frame.rename(columns=lambda name: f" {name} "),
    "dates": with_dates,
    "dates of a zone": lambda frame: with_dates(frame).assign(
        moment=lambda one: one["moment"].dt.tz_localize("UTC").dt.tz_convert("Asia/Kolkata")
    ),
    "dates of Python": lambda frame: with_dates(frame).assign(
        day=lambda one: one["day"].dt.date, moment=lambda one: list(one["moment"])
    ),
    "objects": lambda frame: frame.astype(object),
    "nullable types": lambda frame: frame.convert_dtypes(),
    "arrow": lambda frame: frame.convert_dtypes(dtype_backend="pyarrow"),
    "categoricals": lambda frame: frame.astype(dict.fromkeys((*AS_READ, "count"), "category")),
    "small numbers": lambda frame: frame.astype({"count": "int8", "code": "uint16", "x": "float32"}),
    "floats for whole numbers": lambda frame: frame.astype({"count": float, "code": float}),
    "sparse": lambda frame: frame.assign(count=pd.arrays.SparseArray(frame["count"].to_numpy())),
    "decimals": lambda frame: frame.assign(x=[None if np.isnan(x) else Decimal(repr(x)) for x in frame["x"]]),  # type: ignore[misc]
    "an Arrow table": lambda frame: pa.Table.from_pandas(frame),
    "a structured array": lambda frame: frame.astype(object).to_records(index=False),
    "columns": lambda frame: {name: frame[name].to_numpy() for name in frame},
    "lists": lambda frame: frame.astype(object).where(frame.notna(), None).to_dict("list"),
    "rows": lambda frame: [
        {name: value for name, value in row.items() if value == value} for row in frame.to_dict("records")
    ],
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_whatever_holds_the_rows_they_are_read_as_those_of_the_file(
    holder: str, file: tuple[Path, Frame, Schema]
) -> None:
    path, expected, schema = file
    table = HOLDERS[holder](pd.read_csv(path))  # of which code and open are numbers and truth values
    known = {name: expected.columns[name].levels for name in AS_READ}
    same(respelled(read_table(InMemory(table), schema)[0], known), expected)


def test_texts_alone_need_nothing_known(file: tuple[Path, Frame, Schema]) -> None:
    path, expected, schema = file
    same(read_table(InMemory(pd.read_csv(path, dtype=str)), schema)[0], expected)


def test_a_form_of_dates_holds_for_texts_and_never_for_dates(file: tuple[Path, Frame, Schema]) -> None:
    american = Schema.model_validate({"columns": [{"name": "day", "kind": "datetime", "form": "%Y-%d-%m"}]})
    first = pd.Timestamp("2024-03-01").timestamp()
    for day in (pd.Timestamp("2024-03-01"), "2024-01-03", pd.Timestamp("2024-03-01").date()):
        frame, _ = read_table(InMemory({"day": [day]}), american)
        assert frame.columns["day"].values.tolist() == [first]


def test_only_the_columns_that_are_needed_must_be_there(file: tuple[Path, Frame, Schema]) -> None:
    path, expected, schema = file
    frame, _ = read_table(InMemory(pd.read_csv(path)[["x", "town"]]), schema, needs={"x"})
    assert list(frame.columns) == ["x"]
    assert np.array_equal(frame.columns["x"].values, expected.columns["x"].values, equal_nan=True)


KINDS = {
    "number": [[1, 2], [1.5, None], np.array([1, 2], "int8"), pd.array([1, None], "Int64"), ["1", "2.5"]],
    "category": [["a", "b"], [True, False], ["1", "x", "z"], pd.Categorical([1, 2]), pd.array([True, None], "boolean")],
    "datetime": [["2024-01-01", None], pd.date_range("2024", periods=2), [pd.Timestamp("2024"), None]],
}


@pytest.mark.parametrize(("kind", "values"), [(kind, some) for kind, many in KINDS.items() for some in many])  # type: ignore[attr-defined]
def test_without_a_schema_types_and_texts_tell_the_kind(kind: str, values: Any) -> None:
    frame, schema = read_table(InMemory({"c": values}))
    assert frame.columns["c"].kind == schema.columns[0].kind == kind


def test_texts_are_of_the_kind_that_is_asked_for() -> None:
    frame, _ = read_table(InMemory({"c": ["1", "2"], "n": [1, 2]}), text="category")
    assert [column.kind for column in frame.columns.values()] == ["category", "number"]


REFUSED: dict[str, tuple[Any, str]] = {
    "no columns": ({}, "X has no columns"),
    "no rows": (pd.DataFrame({"x": []}), "X has no rows"),
    "a missing column": ({"xx": [1.0]}, 'X has no column "x"'),
    "a column twice": (pd.DataFrame([[1, 2]], columns=["x", " x"]), 'X has more than one column "x"'),
    "unequal columns": ({"x": [1.0], "y": [1, 2]}, 'X: column "y" has 2 rows, column "x" has 1'),
    "a scalar": ({"x": 1.0}, 'X: column "x" is one float, not a list of values'),
    "a text for a column": ({"x": "abc"}, 'X: column "x" is one str, not a list of values'),
    "a matrix for a column": ({"x": np.ones((2, 2))}, 'X: column "x" is of the shape (2, 2)'),
    "a row that is none": ([{"x": 1.0}, [1.0]], "X: row 2 is a list, others are dicts"),
    "text among numbers": ({"x": [1.0, "many"]}, 'X: row 2: "many" is not a number in column "x"'),
    "truth values": ({"x": [True, False]}, 'X: row 1: "True" is not a number in column "x"'),
    "infinity": ({"x": [1.0, np.inf]}, 'X: row 2: "inf" is not finite in column "x"'),
    "a long whole number": ({"x": [1, 2**60 + 1]}, 'row 2: "1152921504606846977" has more digits than float64 holds'),
    "a huge whole number": ({"x": [10**400]}, 'is too large a number in column "x"'),
    "a list": ({"x": [[1.0]]}, 'X: row 1: column "x" holds a value of type list'),
    "bytes": ({"x": [None, b"1"]}, 'X: row 2: column "x" holds a value of type bytes'),
    "a period": ({"x": pd.period_range("2024", periods=1)}, 'column "x" holds a value of type Period'),
    "a complex number": ({"x": np.array([1j])}, 'X: row 1: column "x" holds a value of type complex'),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_table_of_these_columns_is_refused(case: str) -> None:
    table, message = REFUSED[case]
    schema = Schema.model_validate({"columns": [{"name": "x", "kind": "number"}]})
    with pytest.raises(DataError) as caught:
        read_table(InMemory(table), schema)
    assert message in caught.value.message


def test_the_nearest_name_of_a_missing_column_is_told() -> None:
    schema = Schema.model_validate({"columns": [{"name": "income", "kind": "number"}]})
    with pytest.raises(DataError) as caught:
        read_table(InMemory({"Income": [1.0], "age": [2]}), schema)
    assert caught.value.hint == 'did you mean "Income"? The columns are: "Income", "age"'


def test_a_mistake_among_numbers_of_a_new_table_tells_how_to_convert_it() -> None:
    with pytest.raises(DataError, match='row 20: "n/a" is not a number') as caught:
        read_table(InMemory({"x": [*map(str, range(19)), "n/a"]}))
    assert "pandas.to_numeric" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("value", "table"),
    [
        (pd.DataFrame({"x": [1]}), True),
        ({"x": [1]}, True),
        ([{"x": 1}], True),
        (({"x": 1}, [1]), True),
        (np.zeros(2, [("x", float), ("y", int)]), True),
        (pa.table({"x": [1]}), True),
        ([[1, 2]], False),
        ([], False),
        (np.ones((2, 2)), False),
        (pd.Series([1]), False),
        ("x", False),
    ],
)
def test_a_table_is_what_names_its_columns(value: object, table: bool) -> None:
    assert is_table(value) is table
