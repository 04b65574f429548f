"""Output files of commands: one policy for all of them, whatever the option is called."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from npnet.rundir.names import OWN, owner
from tests.cli.conftest import Result, call
from tests.cli.tables import csv_of, people, trained

NEW = csv_of(people(5))
WRITERS: dict[str, tuple[str, ...]] = {
    "init.yaml": ("init", "iris"),
    "table.yaml": ("init", "--data", "new.csv", "--target", "buys"),
    "predict.csv": ("predict", "run", "new.csv"),
    "predict.jsonl": ("predict", "run", "new.csv", "--proba"),
    "predict.parquet": ("predict", "run", "new.csv", "--proba"),
    "compare.csv": ("compare", "run"),
    "compare.md": ("compare", "run", "--md"),
    "compare.json": ("compare", "run", "--json"),
    "compare.png": ("compare", "run", "--plot"),
    "compare.svg": ("compare", "run"),
    "export.json": ("export", "run", "--to", "json"),
    "export.h": ("export", "run", "--to", "c"),
}
"""Every command that has an output file, by a name of one that it writes."""
QUICK = ("table.yaml", "predict.csv", "compare.csv")


def writers(quick: tuple[str, ...] = QUICK) -> list[object]:
    """Return the names of all; those that are not quick are for the long tests."""
    return [pytest.param(name, marks=() if name in quick else pytest.mark.long) for name in WRITERS]


@pytest.fixture(scope="module")
def shared_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a finished run on a table, and the table."""
    return trained(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def lasting(shared_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of that run for the tests in which nothing may change."""
    return copied(shared_run, tmp_path_factory.mktemp("lasting"))


def copied(shared_run: Path, base: Path) -> Path:
    """Return a copy of the run as `work/run`, with the table one folder up and new.csv beside it."""
    shutil.copy(shared_run.parent.parent / "people.csv", base)
    shutil.copytree(shared_run, base / "work" / "run")
    (base / "work" / "new.csv").write_text(NEW)
    return base / "work" / "run"


@pytest.fixture
def still(lasting: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return that copy, in the current folder; nothing is changed in or around it."""
    monkeypatch.chdir(lasting.parent)
    before = contents(lasting.parent.parent)
    yield lasting
    assert contents(lasting.parent.parent) == before


@pytest.fixture
def run(shared_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of its own, in the current folder."""
    found = copied(shared_run, tmp_path)
    monkeypatch.chdir(found.parent)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(result: Result, words: str) -> None:
    assert (result.code, result.out) == (2, "")
    first, second = result.err.splitlines()
    assert first.startswith("npnet: error: ")
    assert words in first
    assert second.startswith("hint: ")


@pytest.mark.parametrize("name", writers())
def test_a_file_that_is_there_is_replaced_with_force_alone(name: str, run: Path) -> None:
    command = (*WRITERS[name], "--runs-dir", ".")
    assert call(*command, "-o", name).code == 0
    written = Path(name).read_bytes()
    Path(name).write_text("mine")
    refused(call(*command, "-o", name), f"{name} exists already")
    assert Path(name).read_text() == "mine"
    assert call(*command, "-o", name, "--force").code == 0
    assert Path(name).read_bytes() == written


def plain_options(path: Path, how: str, folder: Path) -> str:
    """Another name of a file; links are made in a folder."""
    if how in ("absolute", "relative"):
        return str(path.absolute()) if how == "absolute" else f"./run/../{path}"
    link = folder / f"link{path.suffix}"
    (link.hardlink_to if how == "hard" else link.symlink_to)(path.absolute())
    return str(link)


@pytest.mark.parametrize(
    "how", [pytest.param(how, marks=pytest.mark.long) for how in ("absolute", "relative")] + ["soft", "hard"]
)
@pytest.mark.parametrize(
    ("command", "file"),
    [
        (("predict", "run", "new.csv"), "new.csv"),
        (("predict", "run", "new.csv"), "../people.csv"),
        (("init", "--data", "new.csv", "--target", "buys"), "new.csv"),
        (("compare", "run"), "run/history.csv"),
    ],
    ids=["predict", "the data of the run", "init", "compare"],
)
def test_what_a_command_reads_is_never_replaced_by_whatever_name(
    command: tuple[str, ...], file: str, how: str, still: Path, tmp_path: Path
) -> None:
    name = plain_options(Path(file), how, tmp_path)
    words = "belongs to the run" if file.startswith("run/") and how != "hard" else "is an input of this command"
    refused(call(*command, "-o", name, "-f", "--runs-dir", "."), words)
    if how == "hard":
        Path(name).unlink()  # a run with a hard link is of no use to the other tests


@pytest.mark.parametrize("name", writers())
def test_a_file_of_a_run_is_never_replaced(name: str, still: Path) -> None:
    refused(call(*WRITERS[name], "-o", still / "run.json", "-f", "--runs-dir", "."), "belongs to the run run")


@pytest.mark.parametrize("file", ["weights.safetensors", "crash.txt", "predictions/mine.csv", "plots/loss.png"])
def test_a_file_of_a_run_is_never_replaced_nor_made(file: str, still: Path) -> None:
    refused(call(*WRITERS["predict.csv"], "-o", still / file, "-f", "--runs-dir", "."), "belongs to the run run")


def test_who_puts_a_file_of_their_own_into_a_run_may_replace_it(run: Path) -> None:
    for force in ((), ("-f",)):
        assert call("predict", run, "new.csv", "-o", run / "answers.csv", *force).code == 0


def test_every_file_that_a_run_leaves_is_its_own(still: Path) -> None:
    assert {path.name for path in still.iterdir()} <= OWN
    assert all(owner(path) == still.resolve() for path in still.rglob("*") if path.is_file())
    assert owner(still.parent / "new.csv") is None


def test_files_beside_the_run_json_of_another_program_belong_to_no_run(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    assert owner(tmp_path / "config.yaml") is None


@pytest.mark.parametrize(("file", "words"), [("run", "is a folder"), ("/dev/null", "is not a regular file")])
def test_what_is_no_file_is_not_written(file: str, words: str, still: Path) -> None:
    refused(call("predict", "run", "new.csv", "-o", file, "-f", "--runs-dir", "."), words)


def test_a_dangling_link_is_there_already(run: Path) -> None:
    Path("link.csv").symlink_to("nowhere.csv")
    refused(call("predict", "run", "new.csv", "-o", "link.csv", "--runs-dir", "."), "exists already")
    assert not Path("nowhere.csv").exists()


def test_a_refused_file_is_refused_before_the_rows_are_read(run: Path) -> None:
    Path("new.csv").write_text("x\n1\n")
    Path("out.csv").write_text("mine")
    refused(call("predict", "run", "new.csv", "-o", "out.csv", "--runs-dir", "."), "out.csv exists already")


def test_predictions_are_the_same_in_every_format(run: Path) -> None:
    import pandas as pd

    for name in ("a.csv", "a.jsonl", "a.parquet", "b.ndjson"):
        assert call("predict", "run", "new.csv", "--proba", "-o", name, "--runs-dir", ".").code == 0
    expected = pd.read_csv("a.csv")
    assert list(expected.columns) == ["row", "prediction", "probability_no", "probability_yes"]
    for found in (
        pd.read_json("a.jsonl", lines=True),
        pd.read_parquet("a.parquet"),
        pd.read_json("b.ndjson", lines=True),
    ):
        assert list(found.columns) == list(expected.columns)
        assert found["row"].tolist() == expected["row"].tolist()
        assert found["prediction"].tolist() == expected["prediction"].tolist()
        assert found["probability_yes"].to_numpy() == pytest.approx(expected["probability_yes"].to_numpy(), abs=1e-9)
    assert pd.read_parquet("a.parquet")["row"].dtype == "int64"


def test_a_parquet_file_of_several_blocks_is_one_table(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    from npnet.runner import results

    monkeypatch.setattr(results, "BLOCK", 2)
    assert call("predict", "run", "new.csv", "-o", "a.parquet", "--runs-dir", ".").code == 0
    assert pd.read_parquet("a.parquet")["row"].tolist() == [1, 2, 3, 4, 5]


def test_without_pyarrow_parquet_is_refused_with_the_line_that_installs_it(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = call("predict", "run", "new.csv", "-o", "a.parquet", "--runs-dir", ".")
    assert (result.code, result.out) == (6, "")
    assert result.err.startswith("npnet: error: Parquet files need pyarrow")
    assert 'hint: pip install "npnet[parquet]"' in result.err
    assert not Path("a.parquet").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-o", "x.csv", "--format", "jsonl"), "x.csv would hold jsonl, but its suffix means csv"),
        (("-o", "x.csv.gz", "--format", "csv"), "x.csv.gz would hold csv, but its suffix means gzip"),
        (("-o", "x.PARQUET", "--format", "csv"), "x.PARQUET would hold csv, but its suffix means parquet"),
        (("-o", "x.json"), "x.json cannot be written as json"),
        (("-o", "x.gz"), "x.gz cannot be written as gzip"),
        (("-o", "x.dat"), "the suffix of x.dat does not name a format"),
        (("-o", "x"), "the suffix of x does not name a format"),
        (("--format", "parquet"), "Parquet is not written to standard output"),
        (("-o", "-", "--format", "parquet"), "Parquet is not written to standard output"),
        (("--json", "--format", "jsonl"), "--json and --format do not go together"),
    ],
)
def test_a_format_that_is_missing_or_named_twice_is_refused(options: tuple[str, ...], words: str, still: Path) -> None:
    refused(call("predict", "run", "new.csv", *options, "--runs-dir", "."), words)


def test_the_option_says_the_format_where_the_suffix_does_not(run: Path) -> None:
    for name, form in (("x.dat", "jsonl"), ("x", "csv"), ("y.CSV", "csv")):
        assert call("predict", "run", "new.csv", "-o", name, "--format", form, "--runs-dir", ".").code == 0
    assert json.loads(Path("x.dat").read_text().splitlines()[0])["row"] == 1
    assert Path("x").read_text() == Path("y.CSV").read_text()


def test_a_config_is_not_written_under_the_suffix_of_something_else(folder: Path) -> None:
    refused(call("init", "-o", "x.csv"), "x.csv would hold yaml, but its suffix means csv")
    assert call("init", "-o", "plain").code == 0


@pytest.mark.long
@pytest.mark.parametrize("shell", ["{} -o new.csv -f < new.csv", "{} new.csv >> new.csv", "{} < new.csv >> new.csv"])
def test_a_shell_that_joins_input_and_output_is_noticed(shell: str, still: Path) -> None:
    line = shell.format(f"{sys.executable} -m npnet predict --runs-dir . run")
    done = subprocess.run(line, shell=True, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done.stderr
    assert "is an input of this command" in done.stderr


def test_a_file_made_meanwhile_is_not_replaced(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from npnet.runner import results

    whole: Callable[..., object] = results.encoded

    def slow(*arguments: object) -> object:
        Path("out.csv").write_text("theirs")
        return whole(*arguments)

    monkeypatch.setattr(results, "encoded", slow)
    refused(call("predict", "run", "new.csv", "-o", "out.csv", "--runs-dir", "."), "out.csv exists already")
    assert Path("out.csv").read_text() == "theirs"
    assert not list(Path().glob(".*tmp*"))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs links to open files")
def test_a_link_to_a_device_or_a_descriptor_is_never_replaced(run: Path, tmp_path: Path) -> None:
    link = tmp_path / "out.csv"
    link.symlink_to("/proc/self/fd/1")
    with (tmp_path / "stdout").open("w") as stdout:  # the descriptor is then a regular file
        command = [sys.executable, "-m", "npnet", "predict", str(run), str(run.parent / "t.csv"), "-f", "-o", str(link)]
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "is not a regular file" in done.stderr
    assert link.is_symlink()


@pytest.mark.parametrize(
    ("name", "words"),
    [("", "-o names no file"), ("t.csv/x.csv", "t.csv is a file, not a folder")],
    ids=["none", "below"],
)
def test_a_name_that_no_file_can_have_is_refused(
    name: str, words: str, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run.parent)
    Path("t.csv").write_text(NEW)
    result = call("predict", run, "t.csv", "-o", name)
    assert result.code == 2
    assert words in result.err
