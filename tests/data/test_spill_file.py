"""Columns of large tables are written to a file, and are the same numbers when they are read from it."""

import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npnet.data import Split, prepare
from npnet.data.columns import spill_file
from npnet.data.columns.schema import ReadOptions
from npnet.data.columns.spill_file import ChunkedArray, GrowableArray, SpillFile
from npnet.data.datasets.table import Table
from npnet.data.preprocessing import Preparation, PrepareSpec
from npnet.data.readers.reading import ReadFrame, read_frame
from npnet.errors import MachineError

Spill = Callable[[], None]


@pytest.fixture
def cramped(monkeypatch: pytest.MonkeyPatch) -> Spill:
    """Return a function after which columns of more than 100 bytes are written to a file."""

    def cramp() -> None:
        monkeypatch.setattr(spill_file, "MEMORY", 100)
        monkeypatch.setattr(spill_file, "LEAST", 100)

    return cramp


def table(folder: Path, rows: int = 300) -> Path:
    random = np.random.default_rng(0)
    lines = ["x,late,day,word,gaps,y"]
    for row in range(rows):
        late = "text" if row == rows - 1 else row % 5
        gap = "" if row % 7 == 0 else random.normal()
        word = "abcdef"[row % 6]
        cells = [random.normal(), late, f"2024-01-{row % 28 + 1:02}", word, gap, row % 2]
        lines.append(",".join(map(str, cells)))
    path = folder / "t.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def read(folder: Path) -> ReadFrame:
    return read_frame(ReadOptions(path="t.csv", categorical=("late",)), folder)[0]


@given(st.lists(st.integers(0, 40), max_size=8), st.data())
def test_what_is_appended_in_pieces_is_found_at_any_rows(lengths: list[int], data: st.DataObject) -> None:
    place = SpillFile(1)
    place.share = 80
    growing, expected = GrowableArray(np.float64, place), np.random.default_rng(1).random(sum(lengths))
    for start, length in zip(np.cumsum([0, *lengths]), lengths, strict=False):
        growing.extend(expected[start : start + length])
    found = growing.finish()
    if isinstance(found, np.ndarray):
        np.testing.assert_array_equal(found, expected)
        return
    rows = np.array(data.draw(st.lists(st.integers(0, len(expected) - 1))), np.int64)
    np.testing.assert_array_equal(found[:], expected)
    np.testing.assert_array_equal(found[rows], expected[rows])
    np.testing.assert_array_equal(found[np.sort(rows)], expected[np.sort(rows)])


def test_an_array_larger_than_its_share_is_spilled_at_once() -> None:
    place = SpillFile(1)
    place.share = 80
    growing = GrowableArray(np.int32, place)
    growing.extend(np.full(1000, -1))
    found = growing.finish()
    assert isinstance(found, ChunkedArray)
    assert found[:].tolist() == [-1] * 1000


def test_a_table_that_rests_is_the_table_that_does_not(tmp_path: Path, cramped: Spill) -> None:
    table(tmp_path)
    whole = read(tmp_path)
    cramped()
    found = read(tmp_path)
    assert list(found.columns) == list(whole.columns)
    rows = np.array([299, 0, 7, 7, 150])
    for name, column in found.columns.items():
        other = whole.columns[name]
        assert (column.kind, column.levels, len(column)) == (other.kind, other.levels, len(other))
        np.testing.assert_array_equal(column.values, other.values)
        np.testing.assert_array_equal(found.take(rows).columns[name].values, other.values[rows])
        np.testing.assert_array_equal(
            found.take(rows).take(rows[:3] % 5).columns[name].values, other.values[rows][[4, 0, 2]]
        )


def test_values_that_were_read_are_not_held_by_the_column(tmp_path: Path, cramped: Spill) -> None:
    table(tmp_path)
    cramped()
    frame = read(tmp_path)
    column = frame.columns["x"]
    assert column.values is not column.values
    loaded = column.loaded()
    np.testing.assert_array_equal(loaded.values, column.values)
    assert np.shares_memory(loaded.values, loaded.values)


def test_another_process_is_refused_and_does_not_read_another_file(tmp_path: Path, cramped: Spill) -> None:
    table(tmp_path)
    cramped()
    with pytest.raises(TypeError, match="a spilled column can be read only by the process that wrote it"):
        pickle.dumps(read(tmp_path).columns["x"])


def test_a_small_table_never_touches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert len(read(tmp_path)) == 300


def test_where_nothing_can_be_written_the_machine_is_to_blame(
    tmp_path: Path, cramped: Spill, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(tmp_path)
    cramped()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(MachineError, match=r"cannot write .*a temporary file") as caught:
        read(tmp_path)
    assert (caught.value.code, caught.value.hint) == (6, "TMPDIR names a folder on another disk")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_full_disk_is_told_with_what_was_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda buffering: Path("/dev/full").open("r+b", buffering))  # noqa: SIM115
    with pytest.raises(MachineError, match=r"disk full: 800 bytes needed, .* free, for .*a temporary file"):
        SpillFile(1).append(np.zeros(100))


def test_prepared_rows_are_the_same_however_many_columns_are_looked_at_together(
    tmp_path: Path, cramped: Spill, monkeypatch: pytest.MonkeyPatch
) -> None:
    table(tmp_path)
    frame = read(tmp_path)
    preparation = Preparation.fit(frame, frame, PrepareSpec())
    whole = preparation.with_ones(frame)
    assert (whole[:, -1] == 1).all()
    cramped()
    monkeypatch.setattr("npnet.data.preprocessing.COLUMNS", 1)
    resting_frame = read(tmp_path)
    assert Preparation.fit(resting_frame, resting_frame, PrepareSpec()) == preparation
    np.testing.assert_array_equal(preparation.with_ones(resting_frame), whole)


def test_files_of_the_parts_are_joined_as_they_rest(tmp_path: Path, cramped: Spill) -> None:
    text = table(tmp_path).read_text()
    (tmp_path / "v.csv").write_text(text.replace(",a,", ",g,"))
    source = Table(path="t.csv", target="y", validation="v.csv", categorical=("late",))
    whole = prepare(source.load(tmp_path, 0), Split(), PrepareSpec(), 0)
    cramped()
    found = prepare(source.load(tmp_path, 0), Split(), PrepareSpec(), 0)
    for name, part in whole.parts.items():
        np.testing.assert_array_equal(found.parts[name].X, part.X)
        np.testing.assert_array_equal(found.parts[name].raw, part.raw)
