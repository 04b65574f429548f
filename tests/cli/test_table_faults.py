"""Faults of tables, each through `npnet train`: reported in a line and a hint, or survived."""

import json
import socket
import threading
from pathlib import Path

import numpy as np
import pytest

from npnet.data.readers import delimited
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

CONFIG = "dataset: {{table: {{path: {path}, target: y{options}}}}}\nlayers: [{{linear: 3}}, tanh, linear]\nepochs: 2\n"
ROWS = [f"{number * 37 % 61 / 8},{number * 11 % 60 / 4},{'yes' if number % 3 else 'no'}" for number in range(60)]
GOOD = "\n".join(["a,b,y", *ROWS]) + "\n"
SHORT = 'row 61: "999999999999999999999999999999999999999999999999999999999..." is too large a number in column "a"'


def trained(folder: Path, content: bytes | str, options: str = "", more: str = "", path: str = "t.csv") -> RunFolder:
    """Train on a table; the run."""
    code, out, err = outcome(folder, content, options, more, path)
    assert code == 0, err
    return RunFolder(folder / out.strip())


def outcome(
    folder: Path, content: bytes | str, options: str = "", more: str = "", path: str = "t.csv"
) -> tuple[int, str, str]:
    """Return what `npnet train` says to a table: the exit code and both streams."""
    (folder / "t.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "c.yaml").write_text(CONFIG.format(path=path, options=options) + more)
    result = call("train", "c.yaml", "--no-plots", "-q")
    return result.code, result.out, result.err


def refused(folder: Path, content: bytes | str, options: str = "", more: str = "", path: str = "t.csv") -> str:
    """Return the error and hint of a table that is refused with exit code 4 and leaves no file."""
    code, out, err = outcome(folder, content, options, more, path)
    assert (code, out) == (4, ""), err
    lines = err.splitlines()
    assert lines[0].startswith("npnet: error: c.yaml:")
    assert len(lines) == 1 or (len(lines) == 2 and lines[1].startswith("hint: "))
    assert not (folder / "runs").exists()
    return err


def warned(folder: Path, content: str, options: str = "", more: str = "") -> list[str]:
    """Return the warnings of a training."""
    code, _, err = outcome(folder, content, options, more)
    assert code == 0, err
    return [line.removeprefix("npnet: warning: ") for line in err.splitlines()]


FAULTS = {
    "66 no bytes": ("", "", "t.csv has no rows"),
    "66 a header only": ("a,b,y\n", "", "t.csv has no rows"),
    "67 no target": (GOOD.replace("a,b,y", "a,b,yy"), "", 'did you mean "yy"? The columns are: "a", "b", "yy"'),
    "68 a name twice": (GOOD.replace("a,b,y", "a,a,y"), "", 't.csv has more than one column "a"'),
    "69 a short row": (GOOD + "1,2\n", "", "t.csv: line 62 has 2 cells, the header has 3"),
    "69 a long row": (GOOD + "1,2,no,4\n", "", "t.csv: line 62 has 4 cells, the header has 3"),
    "69 an open quote": (GOOD + '"1,2,no\n', "", "a quote that is opened and not closed?"),
    "69 semicolons": (GOOD.replace(",", ";"), "", 'write delimiter: ";"'),
    "69 tabs": (GOOD.replace(",", "\t"), "", 'write delimiter: "\\t"'),
    "70 Latin-1": (GOOD.replace("no", "né").encode("latin-1"), "", "if it is Latin-1, write encoding: latin-1"),
    "70 a NUL": (GOOD + "1,\0,no\n", "", "is NUL"),
    "74 no target in a row": (GOOD + "1,2,\n3,4,\n", "", "is empty in 2 rows, first in row 61"),
    "77 infinite": (GOOD + "inf,1,no\n", "", 'row 61: "inf" is not finite in column "a"'),
    "77 too long": (GOOD + "9007199254740993,1,no\n", "", "or lossy: true to round it"),
    "77 400 digits": (GOOD + "9" * 400 + ",1,no\n", "", SHORT),
    "77 infinite, lossy": (GOOD + "-inf,1,no\n", ", lossy: true", 'row 61: "-inf" is not finite in column "a"'),
    "77 400 digits, lossy": (GOOD + "9" * 400 + ",1,no\n", ", lossy: true", SHORT),
    "78 one class": (GOOD.replace("no", "yes"), "", 'the target "y" has a single class, "yes"'),
    "79 text for a regression": (
        GOOD,
        ", task: regression",
        "hint: write task: classification, which makes classes of text",
    ),
    "79 decimals as classes": (
        "a,y\n" + "".join(f"{number % 7},{number * 0.37:g}\n" for number in range(40)),
        ", task: classification",
        "write task: regression",
    ),
    "80 one row": ("a,y\n1,2\n", "", "there is one row with a target; training needs at least two"),
    "80 one row is left": ("a,y\n1,x\n2,\n", ", drop_rows: true", "there is one row with a target"),
    "80 no row is left": ("a,y\n1,\n2,\n", ", drop_rows: true", "there is no row with a target"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_table_with_a_fault_is_refused(name: str, folder: Path) -> None:
    content, options, words = FAULTS[name]
    assert words in refused(folder, content, options)


@pytest.mark.parametrize("row", [1, 32_768, 40_000])
def test_a_mistake_among_numbers_is_named_by_its_row(row: int, folder: Path) -> None:  # 71
    lines = ["a,y", *(f"{number % 97},{'yn'[number % 2]}" for number in range(40_000))]
    lines[row] = "n/a,y"
    message = refused(folder, "\n".join(lines) + "\n")
    assert f'row {row}: "n/a" is not a number in column "a"' in message
    assert 'na_values: ["n/a"]' in message
    assert 'categorical: ["a"]' in message


def test_a_byte_order_mark_and_other_ends_of_lines_change_nothing(folder: Path) -> None:  # 70
    spellings = [GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.rstrip("\n"), GOOD.encode("utf-16")]
    options = ["", "", "", "", ", encoding: utf-16"]
    runs = [trained(folder, *pair) for pair in zip(spellings, options, strict=True)]
    assert len({run.info["data"] for run in runs}) == 1


def test_words_for_nothing_are_classes_like_any_other(folder: Path) -> None:  # 72
    words = ("NA", "null", "None", "nan")
    run = trained(folder, "a,y\n" + "".join(f"{number % 7},{words[number % 4]}\n" for number in range(60)))
    assert set(run.predictions("test")["target"].tolist()) <= set(words)
    assert {f"probability_{word}" for word in words} <= set(run.predictions("test"))


def test_columns_that_say_nothing_are_left_out_with_a_warning(folder: Path) -> None:  # 73, 76
    lines = [f"{line},5," for line in ROWS]
    message = warned(folder, "\n".join(["a,b,y,same,empty", *lines]) + "\n")
    assert message == [
        'column "same" is left out: it is the same in every row',
        'column "empty" is left out: it is empty in every row',
    ]
    run = trained(folder, "\n".join(["a,b,y,same,empty", *lines]) + "\n", more="prepare: {constant: keep}\n")
    assert all(np.isfinite(values).all() for values in run.weights()[0].values())
    assert np.isfinite(run.predictions("test")["probability_yes"]).all()


def test_rows_without_a_target_can_be_left_out(folder: Path) -> None:  # 74
    left, whole = trained(folder, GOOD + "1,2,\n", ", drop_rows: true"), trained(folder, GOOD)
    assert left.info["data"] == whole.info["data"]


def test_gaps_are_filled_and_reported_or_refused(folder: Path) -> None:  # 75
    gaps = GOOD + ",2,no\n3,,yes\n"
    log = (trained(folder, gaps).path / "log.txt").read_text()
    assert 'gaps are filled by the median, and marked, in 2 columns: "a", "b"' in log
    (folder / "other").mkdir()
    (folder / "other" / "t.csv").write_text(gaps)
    (folder / "other" / "c.yaml").write_text(CONFIG.format(path="t.csv", options="") + "prepare: {missing: error}\n")
    result = call("train", folder / "other" / "c.yaml")
    assert (result.code, result.out) == (4, "")
    assert 'row 61: column "a" is empty' in result.err


def test_a_lossy_table_rounds_and_its_run_predicts_as_lossily(folder: Path) -> None:  # 77
    large = GOOD + "9007199254740993,1,no\n"
    run = trained(folder, large, ", lossy: true")
    (folder / "new.csv").write_text("a,b\n9007199254740993,1\n9007199254740992,1\n")
    result = call("predict", run.path, "new.csv", "--proba")
    assert result.code == 0, result.err
    first, second = (line.split(",")[1:] for line in result.out.splitlines()[1:])
    assert first == second
    exact = trained(folder, GOOD)
    refusal = call("predict", exact.path, "new.csv")
    assert (refusal.code, refusal.out) == (4, "")
    assert 'row 1: "9007199254740993" has more digits than float64 holds' in refusal.err


@pytest.mark.parametrize("cells", [("x", "z"), ("0.25", "0.5")])
def test_fewer_rows_than_folds_are_refused(cells: tuple[str, str], folder: Path) -> None:  # 80
    content = "a,y\n" + "".join(f"{number},{cells[number % 2]}\n" for number in range(4))
    assert "4 rows are too few for 5 folds" in refused(folder, content, more="cv: 5\n")


def test_small_tables_are_trained_on_with_warnings(folder: Path) -> None:  # 80
    names = ",".join(f"x{number}" for number in range(20))
    lines = [
        ",".join(f"{(row + 3) * (column + 2) % 29 / 8}" for column in range(20)) + f",{'yn'[row % 2]}"
        for row in range(15)
    ]
    assert warned(folder, "\n".join([f"{names},y", *lines]) + "\n") == [
        "20 inputs but only 9 training rows: the network will probably overfit",
    ]


# 81: scores that are undefined on a part

ONE_CLASS = "a,b,y\n" + "".join(f"{number % 5},{number % 7},no\n" for number in range(12))


@pytest.fixture
def lopsided(folder: Path) -> Path:
    """Return a config whose validation file has one class."""
    (folder / "t.csv").write_text(GOOD)
    (folder / "v.csv").write_text(ONE_CLASS)
    (folder / "c.yaml").write_text(CONFIG.format(path="t.csv", options=", validation: v.csv"))
    return folder / "c.yaml"


def test_an_undefined_score_is_null_and_reported_once(lopsided: Path) -> None:
    result = call("train", lopsided, "metrics=[roc_auc]", "-q")
    assert result.code == 0
    message = "roc_auc of validation is null: it needs rows of two classes, which that split lacks"
    assert result.err == f"npnet: warning: {message}\n"
    run = RunFolder(lopsided.parent / result.out.strip())
    scores = json.loads((run.path / "metrics.json").read_text())
    assert scores["validation"]["roc_auc"] is None
    assert scores["train"]["roc_auc"] is not None
    assert (run.path / "log.txt").read_text().count(message) == 1
    again = call("evaluate", run.path, "--json")
    assert json.loads(again.out)["validation"]["roc_auc"] is None
    assert again.err == f"npnet: warning: {message}\n"
    assert call("evaluate", run.path, "--split", "train").err == ""
    other = call("evaluate", run.path, "--data", lopsided.parent / "v.csv", "--json")
    assert other.err == "npnet: warning: roc_auc is null: it needs rows of two classes, which the file lacks\n"
    assert call("evaluate", run.path, "--split", "validation", "--fail-under", "roc_auc=0.1").code == 8


def test_an_undefined_score_cannot_be_monitored(lopsided: Path) -> None:
    lopsided.write_text(lopsided.read_text() + "monitor: validation_roc_auc\n")
    result = call("train", lopsided)
    assert (result.code, result.out) == (4, "")
    assert result.err == (
        "npnet: error: c.yaml:4:10: validation_roc_auc is undefined: it needs rows of two classes, which the "
        "validation set lacks\nhint: monitor: validation_loss is always defined; or give that set other rows\n"
    ).replace("c.yaml", str(lopsided))
    assert not (lopsided.parent / "runs").exists()
    assert call("train", lopsided, "monitor=train_roc_auc", "--no-plots", "-q").code == 0


def test_a_fold_with_an_undefined_score_is_named(folder: Path) -> None:
    lines = [f"{number % 9},{number},{'late' if number > 34 else 'early'}" for number in range(40)]
    (folder / "t.csv").write_text("\n".join(["a,t,y", *lines]) + "\n")
    (folder / "c.yaml").write_text(CONFIG.format(path="t.csv", options=", time: t") + "cv: 3\nmetrics: [roc_auc]\n")
    result = call("train", "c.yaml", "--no-plots", "-q")
    assert result.code == 0, result.err
    assert "roc_auc of train is null: it needs rows of two classes, which every fold of that split lacks" in result.err
    assert "roc_auc of test is null: it needs rows of two classes, which fold 1, 2 of that split lacks" in result.err
    refusal = call("train", "c.yaml", "monitor=train_roc_auc")
    assert (refusal.code, refusal.out) == (4, "")
    assert "which the train set of fold 1 lacks" in refusal.err


def test_r2_of_a_single_row_is_null(folder: Path) -> None:
    content = "a,y\n" + "".join(f"{number},{number / 8}\n" for number in range(8))
    message = warned(folder, content, more="split: {test: 0.125, validation: 0.25}\nbatch_size: all\n")
    assert message == [
        "the test set has one row: its scores say little about other rows",
        "r2 of test is null: it needs two rows, which that split lacks",
    ]


# 87, 88: files that are none, and files that change


@pytest.mark.parametrize("path", ["s3://bucket/t.csv", "https://example.com/t.csv", "file:///etc/passwd"])
def test_an_address_is_refused(path: str, folder: Path) -> None:
    assert f"{path} is an address\nhint: npnet reads files only; download it first" in refused(folder, GOOD, path=path)


def test_an_address_is_not_opened(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert "is an address" in refused(folder, GOOD, path=f"http://127.0.0.1:{server.getsockname()[1]}/t.csv")
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_file_that_somebody_writes_to_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "BLOCK", 1 << 12)
    path, stop = folder / "w.csv", threading.Event()
    path.write_text("a,y\n" + "1,2\n2,1\n" * 50_000)

    def append() -> None:
        with path.open("a") as file:
            while not stop.is_set():
                file.write("3,4\n")
                file.flush()

    writer = threading.Thread(target=append)
    writer.start()
    try:
        message = refused(folder, GOOD, path="w.csv")
    finally:
        stop.set()
        writer.join()
    assert "w.csv changed while it was read\nhint: wait until whoever writes it is done" in message
