"""Parquet on the command line: the answers of the same CSV file, and no harm from what is damaged or hostile."""

import importlib.util
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from npnet.data.readers import child_process
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

pytestmark = pytest.mark.skipif(importlib.util.find_spec("pyarrow") is None, reason="the extra parquet is not there")

CONFIG = "dataset: {table: {path: PATH, target: y}}\nlayers: [{linear: 3}, tanh, linear]\nepochs: 2\n"


def people(rows: int = 80) -> pd.DataFrame:
    """Columns of every kind that text and Parquet store differently."""
    numbers = np.arange(rows)
    return pd.DataFrame(
        {
            "code": [f"{number % 5:03d}" for number in numbers],
            "place": pd.Categorical([("Rome", "Oslo", "Lima")[number % 3] for number in numbers]),
            "whole": numbers * 7 % 50,
            "real": numbers * 7 % 50 / 8,
            "flag": numbers % 4 == 0,
            "day": pd.to_datetime([f"2024-03-{1 + number % 28:02d}" for number in numbers]),
            "y": ["yes" if number % 3 else "no" for number in numbers],
        }
    )


def trained(path: str) -> RunFolder:
    Path("c.yaml").write_text(CONFIG.replace("PATH", path))
    result = call("train", "c.yaml", "--no-plots", "-q")
    assert result.code == 0, result.err
    return RunFolder(Path(result.out.strip()))


def refused(content: bytes) -> str:
    """Return the message about a file that is not a good table; it leaves no file."""
    Path("t.parquet").write_bytes(content)
    Path("c.yaml").write_text(CONFIG.replace("PATH", "t.parquet"))
    before = sorted(Path.cwd().rglob("*"))
    result = call("train", "c.yaml")
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith("npnet: error: c.yaml:1:10: t.parquet")
    assert len(result.err.splitlines()) <= 2
    assert sorted(Path.cwd().rglob("*")) == before
    return result.err


def test_a_run_answers_the_same_whether_rows_come_as_text_or_as_parquet(folder: Path) -> None:
    table = people()
    table.to_csv("t.csv", index=False)
    table.to_parquet("t.parquet", index=False)
    runs = [trained("t.csv"), trained("t.parquet")]
    assert runs[0].info["data"] == runs[1].info["data"]
    answers = {call("predict", run.path, file, "--proba").out for run in runs for file in ("t.csv", "t.parquet")}
    assert len(answers) == 1
    assert answers.pop().count("\n") == 81


def test_numbers_stored_otherwise_are_the_same_text_or_the_same_number(folder: Path) -> None:
    people().to_csv("t.csv", index=False)
    run = trained("t.csv")
    other = people().astype({"whole": "float64", "real": "float32", "place": str})
    people().to_parquet("one.parquet", index=False)
    other.to_parquet("two.parquet", index=False)
    one, two = (call("predict", run.path, f"{name}.parquet", "--proba") for name in ("one", "two"))
    assert (one.out, one.err) == (two.out, two.err)


@pytest.mark.parametrize("kind", ["list", "struct", "bytes"])
def test_columns_that_are_not_flat_are_refused_by_name(kind: str, folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = {
        "list": pa.array([[1, 2], [3]]),
        "struct": pa.array([{"a": 1}, {"a": 2}]),
        "bytes": pa.array([b"a", b"b"]),
    }
    pq.write_table(pa.table({"a": [1, 2], "odd": values[kind], "y": ["p", "q"]}), "made.parquet")
    message = refused(Path("made.parquet").read_bytes())
    assert 't.parquet: column "odd" is of type' in message
    assert "write drop: [" in message


def test_a_file_without_rows_is_refused(folder: Path) -> None:
    people(0).to_parquet("made.parquet", index=False)
    assert "t.parquet has no rows" in refused(Path("made.parquet").read_bytes())


@pytest.mark.long
def test_a_file_that_is_cut_short_or_changed_is_refused(folder: Path) -> None:
    people().to_parquet("made.parquet", index=False)
    whole = Path("made.parquet").read_bytes()
    assert "is a damaged Parquet file" in refused(whole[:-200])
    assert "is a damaged Parquet file" in refused(b"PAR1")
    footer = len(whole) - int.from_bytes(whole[-8:-4], "little") - 8
    chance = random.Random(1)
    for _ in range(10):
        damaged = bytearray(whole)
        for place in range(footer, footer + 60):
            damaged[place] = chance.randrange(256)
        assert "is a damaged Parquet file" in refused(bytes(damaged))


@pytest.mark.long
def test_a_file_that_unfolds_to_far_more_than_its_size_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    monkeypatch.setattr(child_process, "ROOM", 400 << 20)
    pq.write_table(pa.table({"y": ["x" * (200 << 20), "z"]}), "made.parquet", compression="zstd")
    assert "takes far more memory than a file of its size should" in refused(Path("made.parquet").read_bytes())
