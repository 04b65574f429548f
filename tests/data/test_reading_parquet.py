"""Parquet files read as CSV files of the same content do, and what is wrong with one does no harm."""

import importlib.util
import os
import random
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import npnet
from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.readers import child_process
from npnet.data.readers.data_file import opened
from npnet.data.readers.parquet import Parquet
from npnet.data.readers.reading import read_frame
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


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (None, "Parquet files need pyarrow"),
        ("14.0.0", "pyarrow 14.0.0 is not safe to read files with"),
        ("9.0.1.dev3", "pyarrow 9.0.1.dev3 is not safe to read files with"),
    ],
)
def test_parquet_without_a_safe_pyarrow_says_in_a_line_what_to_install(tmp_path, version, said):
    (tmp_path / "t.parquet").write_bytes(b"PAR1")
    packages = tmp_path / "packages"
    packages.mkdir()
    for entry in Path(np.__file__).parents[1].iterdir():
        if not entry.name.startswith("pyarrow"):
            (packages / entry.name).symlink_to(entry)
    if version:
        (packages / f"pyarrow-{version}.dist-info").mkdir()
        (packages / f"pyarrow-{version}.dist-info" / "METADATA").write_text(f"Name: pyarrow\nVersion: {version}\n")
    script = (
        "from pathlib import Path\nfrom npnet.data.readers.reading import read_frame\n"
        "from npnet.data.columns.schema import ReadOptions\nfrom npnet.errors import DataError\n"
        "try: read_frame(ReadOptions(path='t.parquet'), Path())\n"
        "except DataError as error: print(error.message, '|', error.hint)\n"
    )
    places = f"{Path(npnet.__file__).parents[1]}{os.pathsep}{packages}"
    done = subprocess.run(  # -S: none of the packages of this Python
        [sys.executable, "-S", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": places},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == f't.parquet: {said} | pip install "npnet[parquet]"\n'


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
        "bytes": pa.array([b"a"]),
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
    assert said([float("-inf"), None]) == 't.parquet: row 1: "-inf" is not finite in column "a"'
    assert said(pa.array([], pa.int64())) == "t.parquet has no rows"
    pq.write_table(pa.table({"a": pa.nulls(3), "b": [1, 2, 3]}), tmp_path / "t.parquet")
    assert read(tmp_path, "t.parquet").columns["a"].missing.all()


@needs_pyarrow
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_nan_of_parquet_is_missing_in_numbers_and_in_texts(tmp_path, dtype):
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = pa.array(np.array([1.5, np.nan, 2], dtype))
    pq.write_table(pa.table({"a": values, "b": values, "y": ["p", "q", "r"]}), tmp_path / "t.parquet")
    found = read(tmp_path, "t.parquet", categorical=("b",)).columns
    np.testing.assert_array_equal(found["a"].values, [1.5, np.nan, 2])
    assert (found["b"].levels, found["b"].values.tolist()) == (("1.5", "2.0"), [0, -1, 1])


@needs_pyarrow
@pytest.mark.parametrize("bits", [128, 256])
def test_decimals_of_parquet_are_the_nearest_numbers(tmp_path, bits):
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = ["0.10", "123456789.07", "-0.29", None, "1.00"]
    values = pa.array([None if text is None else Decimal(text) for text in texts], getattr(pa, f"decimal{bits}")(20, 2))
    pq.write_table(pa.table({"a": values, "b": values}), tmp_path / "t.parquet")
    found = read(tmp_path, "t.parquet", categorical=("b",)).columns
    np.testing.assert_array_equal(found["a"].values, [0.10, 123456789.07, -0.29, np.nan, 1.0])
    assert found["b"].levels == ("-0.29", "0.10", "1.00", "123456789.07")
    pq.write_table(pa.table({"a": pa.array([Decimal(2**53 + 1)], pa.decimal128(20, 0))}), tmp_path / "t.parquet")
    assert "has more digits than float64 holds" in refusal(tmp_path, "t.parquet")[0]


@pytest.mark.long
@needs_pyarrow
def test_a_damaged_parquet_file_is_refused_or_read_but_never_a_traceback(tmp_path):
    table(40).to_parquet(tmp_path / "t.parquet")
    whole = (tmp_path / "t.parquet").read_bytes()
    chance = random.Random(0)
    refused = 0
    for _ in range(40):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(whole))] = chance.randrange(256)
        (tmp_path / "t.parquet").write_bytes(damaged[: chance.choice([len(whole), chance.randrange(len(whole))])])
        try:
            assert len(read(tmp_path, "t.parquet")) > 0
        except DataError as error:
            refused += error.code == 4
    assert refused > 15


@needs_pyarrow
def test_large_whole_numbers_of_parquet_are_rounded_where_the_table_is_lossy(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = [2**53 + 1, -(2**63), 2**63 - 1, None]
    pq.write_table(pa.table({"a": values}), tmp_path / "t.parquet")
    assert "lossy: true to round it" in refusal(tmp_path, "t.parquet")[1]
    found = read(tmp_path, "t.parquet", lossy=True).columns["a"].values
    np.testing.assert_array_equal(found, [2.0**53, -(2.0**63), 2.0**63, np.nan])


@needs_pyarrow
def test_a_file_without_row_groups_has_no_rows(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.ParquetWriter(tmp_path / "t.parquet", pa.schema({"a": pa.int64()})).close()
    assert pq.ParquetFile(tmp_path / "t.parquet").num_row_groups == 0
    assert refusal(tmp_path, "t.parquet")[0] == "t.parquet has no rows"


@pytest.mark.long
@needs_pyarrow
def test_a_wide_table_comes_in_batches_of_fewer_rows(tmp_path):
    columns = {f"x{number}": np.arange(3000.0) + number for number in range(1500)}
    pd.DataFrame(columns).to_parquet(tmp_path / "t.parquet")
    with opened("t.parquet", tmp_path) as file:
        rows = Parquet(file, ReadOptions(path=file.name), Schema(columns=()))
        sizes = [block.rows for block in rows.blocks(rows.names, lambda _: False)]
    assert (len(sizes) > 1, sum(sizes), rows.estimate) == (True, 3000, 3000)


@pytest.mark.long
@needs_pyarrow
def test_a_file_that_unfolds_to_far_more_than_its_size_is_refused(tmp_path, monkeypatch):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": ["x" * (200 << 20)]}), tmp_path / "t.parquet", compression="zstd")
    assert (tmp_path / "t.parquet").stat().st_size < 1 << 20
    monkeypatch.setattr(child_process, "ROOM", 400 << 20)
    assert refusal(tmp_path, "t.parquet")[0] == "t.parquet takes far more memory than a file of its size should"


@needs_pyarrow
def test_what_ends_the_process_that_parses_is_told_and_leaves_none_behind(tmp_path):
    table(40).to_parquet(tmp_path / "t.parquet")
    with opened("t.parquet", tmp_path) as file:
        rows = Parquet(file, ReadOptions(path=file.name), Schema(columns=()))
        process = rows.child.process
        process.send_signal(signal.SIGSEGV)
        process.wait()
        with pytest.raises(DataError, match=r"t\.parquet is a damaged Parquet file: parsing it ended with signal 11"):
            list(rows.blocks(["int"], lambda _: False))
    with opened("t.parquet", tmp_path) as file:
        process = Parquet(file, ReadOptions(path=file.name), Schema(columns=())).child.process
        assert process.poll() is None
    assert process.returncode == -signal.SIGKILL


@needs_pyarrow
def test_a_file_whose_parts_contradict_it_is_damaged(tmp_path):
    pd.DataFrame({"a": [1.5] * 77}).to_parquet(tmp_path / "t.parquet", index=False)
    whole = (tmp_path / "t.parquet").read_bytes()
    # 77 as a number of thrift, 0x9a01, after the field's mark: that of the file comes first in the footer
    place = whole.index(b"\x16\x9a\x01", len(whole) - int.from_bytes(whole[-8:-4], "little") - 8)
    (tmp_path / "t.parquet").write_bytes(whole[:place] + b"\x16\x9c\x01" + whole[place + 3 :])
    assert "other numbers of rows than it says" in refusal(tmp_path, "t.parquet")[0]


@needs_pyarrow
def test_durations_and_times_of_parquet_are_hours_minutes_and_seconds(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    spans = pa.array([90, 108_120, -1], pa.duration("s"))
    pq.write_table(pa.table({"span": spans, "at": pa.array([1, 2, 3], pa.time32("s"))}), tmp_path / "t.parquet")
    found = read(tmp_path, "t.parquet", duration=("span",)).columns
    assert found["span"].values.tolist() == [90, 108_120, -1]
    assert found["at"].levels == ("00:00:01", "00:00:02", "00:00:03")
