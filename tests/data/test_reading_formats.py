"""JSON lines and Parquet read as a CSV file of the same content does."""

import importlib.util
import json
import random
import subprocess
import sys
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from slow_reader import assert_read_as, slowly

from npnet.data.reading import read_frame
from npnet.data.schema import ReadOptions
from npnet.errors import DataError

needs_pyarrow = pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="the extra parquet is not there")


def read(folder, path, dtype=np.float64, **options):
    return read_frame(ReadOptions(path=path, **options), folder, dtype=dtype)[0]


def refusal(folder, path, **options):
    with pytest.raises(DataError) as caught:
        read(folder, path, **options)
    assert caught.value.code == 4
    assert "\n" not in caught.value.message
    return caught.value.message, caught.value.hint or ""


def lines(folder, text, **options):
    (folder / "t.jsonl").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(folder, "t.jsonl", **options)


# JSON lines


def test_json_lines_read_as_the_same_cells_in_a_csv_file(tmp_path):
    rows = [{"id": f"0{row}", "x": row / 7, "class": ["ä", "b", ""][row % 3], "on": row % 2 == 0} for row in range(50)]
    text = "\n".join(json.dumps(row, ensure_ascii=row["x"] > 3) for row in rows)
    csv = "id,x,class,on\n" + "".join(f"{r['id']},{r['x']!r},{r['class']},{str(r['on']).lower()}\n" for r in rows)
    assert_read_as(lines(tmp_path, text), slowly(csv))
    assert_read_as(lines(tmp_path, "\ufeff" + text.replace("\n", "\r\n\n") + "\n"), slowly(csv))


def test_keys_that_a_line_lacks_and_nulls_are_missing(tmp_path):
    frame = lines(tmp_path, '{"a": 1}\n{"b": "x", "a": null}\n')
    assert_read_as(frame, slowly("a,b\n1,\n,x\n"))


def test_numbers_in_json_lines_keep_their_digits(tmp_path):
    frame = lines(tmp_path, '{"a": 1.0}\n{"a": 1}\n{"a": 1e0}\n', categorical=("a",))
    assert frame.columns["a"].levels == ("1", "1.0", "1e0")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t.jsonl has no rows"),
        ("\n{}\n", "t.jsonl has no rows"),
        ('{"a": 1}\n[1]\n', "line 2 holds no object"),
        ('{"a": 1}\n\n{"a": 1\n', "line 3 is no JSON"),
        ('[{"a": 1}]\n', "line 1 holds no object"),
        ('{"a": 1, "a": 2}\n', 'line 1 has the key "a" twice'),
        ('{"a": {"b": 1}}\n', 'line 1: column "a" holds a list or an object'),
        ('{"a": [1]}\n', 'line 1: column "a" holds a list or an object'),
        ('{"a": "\\ud800"}\n', "line 1: column 'a' holds half of a character"),
        ('{"\\ud800": 1}\n', "line 1: column '\\ud800' holds half of a character"),
        ('{"a": ' + "[" * 100_000 + "\n", "line 1 is no JSON"),
        ('{"a": 1}\n{"a": NaN}\n', 'row 2: "NaN" is not finite in column "a"'),
        ('{"a": 1}\n{"a": 9007199254740993}\n', 'row 2: "9007199254740993" has more digits than float64 holds'),
        (b'{"a": "\xe9"}\n', "byte 7 is not UTF-8"),
        (b'{"a": 1}\n\0', "byte 9 is NUL"),
    ],
)
def test_what_is_no_table_of_json_lines_is_refused_with_its_line(tmp_path, text, message):
    (tmp_path / "t.jsonl").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert message in refusal(tmp_path, "t.jsonl")[0]


def test_one_piece_of_json_is_refused_with_what_to_write_instead(tmp_path):
    (tmp_path / "t.json").write_text('[{"a": 1}]')
    assert ".jsonl" in refusal(tmp_path, "t.json")[1]


# Parquet


def test_parquet_without_pyarrow_says_in_a_line_what_to_install(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    script = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path\nfrom npnet.data.reading import read_frame\n"
        "from npnet.data.schema import ReadOptions\nfrom npnet.errors import DataError\n"
        "try: read_frame(ReadOptions(path='t.parquet'), Path())\n"
        "except DataError as error: print(error.message, '|', error.hint)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=True, text=True)
    assert done.stdout == 't.parquet: Parquet files need pyarrow | pip install "npnet[parquet]"\n'


def table(rows=200):
    numbers = np.random.default_rng(0).normal(size=rows)
    every = [index % 7 == 0 for index in range(rows)]
    return pd.DataFrame(
        {
            "float": np.where(every, np.nan, numbers),
            "int": np.arange(rows) - 50,
            "gaps": pd.array([None if gap else index for index, gap in enumerate(every)], "Int32"),
            "text": [None if gap else f"name {index % 5}" for index, gap in enumerate(every)],
            "digits": [f"{index:03d}" for index in range(rows)],
            "bool": every,
            "category": pd.Categorical([["a", "b", None][index % 3] for index in range(rows)]),
            "day": [date(2024, 1, 1 + index % 28) for index in range(rows)],
            "time": pd.to_datetime([datetime(2024, 1, 1, index % 24, 30, 0, 250_000) for index in range(rows)]),
            "zone": pd.to_datetime([datetime(2024, 1, 1, index % 24, tzinfo=UTC) for index in range(rows)]),
        }
    )


@needs_pyarrow
@pytest.mark.parametrize("dictionary", [True, False])
@pytest.mark.parametrize(
    "options", [{}, {"categorical": ("float", "int", "digits")}, {"na_values": ("name 1", 3)}, {"drop": ("day", "int")}]
)
def test_parquet_and_csv_of_the_same_content_are_the_same_frame(tmp_path, dictionary, options):
    table().to_csv(tmp_path / "t.csv", index=False)
    table().to_parquet(tmp_path / "t.parquet", index=False, use_dictionary=dictionary, row_group_size=70)
    one, other = read(tmp_path, "t.csv", **options), read(tmp_path, "t.parquet", **options)
    assert list(one.columns) == list(other.columns)
    for name, column in one.columns.items():
        assert (column.kind, column.levels) == (other.columns[name].kind, other.columns[name].levels), name
        np.testing.assert_array_equal(column.values, other.columns[name].values, err_msg=name)


@needs_pyarrow
def test_columns_of_parquet_that_are_not_flat_are_refused_unless_dropped(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    others = {
        "list": pa.array([[1, 2]]),
        "struct": pa.array([{"a": 1}]),
        "decimal": pa.array([1], pa.decimal128(5, 2)),
        "bytes": pa.array([b"a"]),
        "span": pa.array([1], pa.duration("s")),
    }
    for name, values in others.items():
        pq.write_table(pa.table({"a": [1], name: values}), tmp_path / "t.parquet")
        said, advice = refusal(tmp_path, "t.parquet")
        assert f'column "{name}" is of type' in said
        assert "drop:" in advice
        assert list(read(tmp_path, "t.parquet", drop=(name,)).columns) == ["a"]


@needs_pyarrow
def test_numbers_of_parquet_follow_the_rules_of_numbers(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    def said(values):
        pq.write_table(pa.table({"a": values}), tmp_path / "t.parquet")
        return refusal(tmp_path, "t.parquet")[0]

    assert (
        said([1, 2**53 + 1]) == 't.parquet: row 2: "9007199254740993" has more digits than float64 holds in column "a"'
    )
    assert said([1.0, float("nan")]) == 't.parquet: row 2: "nan" is not finite in column "a"'
    assert said([float("-inf"), None]) == 't.parquet: row 1: "-inf" is not finite in column "a"'
    assert said(pa.array([], pa.int64())) == "t.parquet has no rows"
    pq.write_table(pa.table({"a": pa.nulls(3), "b": [1, 2, 3]}), tmp_path / "t.parquet")
    assert read(tmp_path, "t.parquet").columns["a"].missing.all()


@needs_pyarrow
def test_a_damaged_parquet_file_is_refused_or_read_but_never_a_traceback(tmp_path):
    table(40).to_parquet(tmp_path / "t.parquet")
    whole = (tmp_path / "t.parquet").read_bytes()
    chance = random.Random(0)
    refused = 0
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(whole))] = chance.randrange(256)
        (tmp_path / "t.parquet").write_bytes(damaged[: chance.choice([len(whole), chance.randrange(len(whole))])])
        try:
            assert len(read(tmp_path, "t.parquet")) > 0
        except DataError as error:
            refused += error.code == 4
    assert refused > 50
