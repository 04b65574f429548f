"""Every hint is followed word by word: what is said is what the table has, and what is right runs without an error."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from tests.cli.conftest import call, plain_environment
from tests.hints.rows import Row, config_of, disobeys, rows, told, words
from tests.tables.containers import sqlite, xlsx, zipped

__all__ = ["plain_environment"]

ROWS = list(rows())
USUAL, LONG = ([row for row in ROWS if row.long == long] for long in (False, True))
CELLS = [
    f"{n % 7 / 4},{n * 5 % 11},g{n % 4},{n},{'yes' if n * 3 % 5 < 2 else 'no'},{n % 3},{n * 7 % 13 / 3}"
    for n in range(40)
]
SMALL = "dataset: {xor: {samples: 40}}\nlayers: [{linear: 4}, relu, linear]\nepochs: 2\n"
ACCENTS = "a,v\n\u00e9,2\nb,3\nb,1\n\u00e9,2\nb,2\n\u00e9,4\n"
REGRESSION = "dataset: {table: {path: t.csv, target: v}}\nlayers: [linear]\nepochs: 1\n"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a table, configs and finished runs."""
    folder = tmp_path_factory.mktemp("hints")
    (folder / "t.csv").write_text("\n".join(["a,b,g,t,y,c,v", *CELLS]) + "\n")
    (folder / "o.csv").write_text("\n".join(["a,b,g,t,y,c,v", *CELLS[:12]]) + "\n")
    (folder / "small.yaml").write_text(SMALL)
    (folder / "value.yaml").write_text(REGRESSION)
    (folder / "kinds.yaml").write_text(REGRESSION.replace("target: v", "target: y"))
    (folder / "side.csv").write_text("g,k\ng0,1\ng1,2\ng2,3\n")
    (folder / "joined.yaml").write_text(REGRESSION.replace("target: v", "target: v, join: {path: side.csv, on: g}"))
    write_binary(folder)
    for name in ("small", "value", "kinds", "joined"):
        options = ("--run-dir", folder / "runs" / name, "--no-plots", "-q")
        assert call("train", folder / f"{name}.yaml", *options).code == 0
    return folder


def write_binary(folder: Path) -> None:
    """Write the table as a workbook, a database and others that no text holds."""
    header, *rows = [line.split(",") for line in (folder / "t.csv").read_text().split()]
    numbers = [[n % 7, n * 7 % 5 + 0.5] for n in range(20)]
    typed = [[float(cell) if cell.replace(".", "").isdigit() else cell for cell in row] for row in rows]
    (folder / "book.xlsx").write_bytes(xlsx({"Notes": [], "May": [header, *typed], "June": [["a", "w"], *numbers]}))
    pictures = [[*row, b"\0"] for row in numbers]
    (folder / "data.db").write_bytes(sqlite({"t": (", ".join(header), typed), "u": ("b, a, picture", pictures)}))
    text = (folder / "t.csv").read_bytes()
    (folder / "two.zip").write_bytes(zipped({"t.csv": text, "u.csv": text}))
    (folder / "fake.xlsx").write_bytes(text)
    lists = {"a": list(range(20)), "l": [[1]] * 20, "v": [value for _, value in numbers]}
    pyarrow.parquet.write_table(pyarrow.table(lists), folder / "list.parquet")
    (folder / "utf16.csv").write_bytes(ACCENTS.encode("utf-16"))
    (folder / "latin.csv").write_bytes(ACCENTS.encode("latin-1"))


@pytest.fixture(scope="module")
def swept(shared: Path) -> None:
    """Return a finished sweep beside the runs."""
    options = ("--run-dir", shared / "runs" / "sweep", "-q")
    assert call("sweep", shared / "small.yaml", "learning_rate=[0.1,0.01]", *options).code == 0


@pytest.fixture
def folder(shared: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the shared folder as the current one; what a row leaves in it is removed."""
    monkeypatch.chdir(shared)
    before = set(shared.rglob("*"))
    yield shared
    for path in sorted(set(shared.rglob("*")) - before, reverse=True):
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


def check(row: Row, folder: Path) -> None:
    for name, text in row.files.items():
        (folder / name).write_text(text)
    (folder / "c.yaml").write_text(config_of(row.config))
    before = set(folder.rglob("*"))
    wrong = call(*words(row.command))
    assert wrong.code in (2, 3, 4, 5), wrong.err
    assert (row.error, row.hint) in told(wrong.err.replace(str(folder), "FOLDER")), wrong.err
    assert set(folder.rglob("*")) == before
    assert disobeys(row) is None
    for name, text in row.right_files.items():
        (folder / name).write_text(text)
    if row.right_config is not None:
        (folder / "c.yaml").write_text(config_of(row.right_config))
    right = call(*words(row.command if row.right_command is None else row.right_command))
    assert right.code == row.code, right.err
    assert row.error not in right.err


@pytest.mark.long
@pytest.mark.usefixtures("swept")
@pytest.mark.parametrize("row", LONG, ids=[row.name for row in LONG])
def test_following_a_hint_that_takes_longer_removes_the_error(row: Row, folder: Path) -> None:
    check(row, folder)


@pytest.mark.parametrize("row", USUAL, ids=[row.name for row in USUAL])
def test_following_the_hint_removes_the_error(row: Row, folder: Path) -> None:
    check(row, folder)
