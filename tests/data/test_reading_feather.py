"""Feather files and streams of Arrow read as a CSV file of the same content does."""

import random
from contextlib import suppress
from decimal import Decimal

import numpy as np
import pytest

from npnet.errors import DataError
from tests.data.test_reading_formats import read, refusal
from tests.data.test_reading_parquet import table

pa = pytest.importorskip("pyarrow")
feather = pytest.importorskip("pyarrow.feather")


def same(one, other) -> None:
    assert list(one.columns) == list(other.columns)
    for name, column in one.columns.items():
        assert (column.kind, column.levels) == (other.columns[name].kind, other.columns[name].levels), name
        np.testing.assert_array_equal(column.values, other.columns[name].values, err_msg=name)


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
@pytest.mark.parametrize("options", [{}, {"categorical": ("float", "int")}, {"drop": ("day", "int", "float")}])
def test_feather_and_csv_of_the_same_content_are_the_same_frame(tmp_path, compression, options):
    table().to_csv(tmp_path / "t.csv", index=False)
    feather.write_feather(pa.Table.from_pandas(table()), tmp_path / "t.feather", compression, chunksize=70)
    same(read(tmp_path, "t.csv", **options), read(tmp_path, "t.feather", **options))


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_arrow_may_be_a_file_or_a_stream_of_batches(tmp_path, kind):
    table().to_csv(tmp_path / "t.csv", index=False)
    content = pa.Table.from_pandas(table())
    new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with pa.OSFile(str(tmp_path / "t.arrow"), "wb") as file, new(file, content.schema) as writer:
        writer.write_table(content, 30)
    same(read(tmp_path, "t.csv"), read(tmp_path, "t.arrow"))


def test_views_decimals_and_nan_are_read(tmp_path):
    view = getattr(pa, "string_view", pa.string)
    content = pa.table(
        {
            "text": pa.array(["p", None, "q"]).cast(view()),
            "decimal": pa.array([Decimal(1), Decimal(2), None], pa.decimal128(9, 3)),
            "gap": pa.array([1.5, float("nan"), 2]),
        }
    )
    feather.write_feather(content, tmp_path / "t.feather")
    found = read(tmp_path, "t.feather").columns
    assert (found["text"].levels, found["text"].values.tolist()) == (("p", "q"), [0, -1, 1])
    np.testing.assert_array_equal(found["decimal"].values, [1, 2, np.nan])
    np.testing.assert_array_equal(found["gap"].values, [1.5, np.nan, 2])


def test_columns_that_are_not_flat_are_refused_unless_dropped(tmp_path):
    feather.write_feather(pa.table({"a": [1], "list": [[1, 2]]}), tmp_path / "t.feather")
    assert 'column "list" is of type list' in refusal(tmp_path, "t.feather")[0]
    assert list(read(tmp_path, "t.feather", drop=("list",)).columns) == ["a"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "t.feather is empty"),
        (b"a,b\n1,2\n", "t.feather is a damaged Feather file"),
        (b"ARROW1\0\0", "t.feather is a damaged Feather file"),
        (b"FEA1" + bytes(100), "t.feather is of the first version of Feather"),
    ],
)
def test_what_is_no_feather_file_is_refused(tmp_path, content, words):
    (tmp_path / "t.feather").write_bytes(content)
    assert words in refusal(tmp_path, "t.feather")[0]


def test_a_file_without_rows_or_columns_is_refused(tmp_path):
    feather.write_feather(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "t.feather")
    assert refusal(tmp_path, "t.feather")[0] == "t.feather has no rows"
    feather.write_feather(pa.table({}), tmp_path / "t.feather")
    assert "t.feather" in refusal(tmp_path, "t.feather")[0]


def damaged(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(content))] = chance.randrange(256)
    return bytes(changed[: chance.choice([len(content), chance.randrange(len(content))])])


@pytest.mark.long
@pytest.mark.parametrize(
    "seed", [0, 1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)]
)
def test_a_damaged_file_is_refused_or_read_but_never_a_traceback(tmp_path, seed):
    feather.write_feather(pa.Table.from_pandas(table(40)), tmp_path / "t.feather", "uncompressed")
    whole, chance = (tmp_path / "t.feather").read_bytes(), random.Random(seed)
    for _ in range(10):
        (tmp_path / "t.feather").write_bytes(damaged(whole, chance))
        with suppress(DataError):
            assert len(read(tmp_path, "t.feather")) > 0
