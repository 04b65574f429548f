"""`npnet export`: what it writes, what it replaces, and what it refuses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from npnet.cli.export import TO, WORDS
from npnet.export.targets import TARGETS
from tests.cli.conftest import call
from tests.cli.tables import csv_of, people


@pytest.fixture
def here(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return run


def refused(*arguments: object, code: int = 2) -> str:
    result = call("export", *arguments)
    assert (result.code, result.out) == (code, "")
    first, *rest = result.err.splitlines()
    assert first.startswith("npnet: error: ")
    assert [line[:6] for line in rest] in ([], ["hint: "])
    return result.err


def test_the_command_names_every_target() -> None:
    assert tuple(TARGETS) == TO
    assert f"{', '.join(TO[:-1])} or {TO[-1]}" == WORDS


def test_an_export_goes_into_the_current_folder_and_may_be_replaced(here: Path) -> None:
    for to, name in (("json", "people.json"), ("numpy", "people_numpy")):
        for _ in range(2):
            result = call("export", here, "--to", to)
            assert (result.code, result.out, result.err) == (0, f"{name}\n", "")
    assert sorted(path.name for path in Path().iterdir()) == ["people.json", "people_numpy"]


def test_the_program_predicts_a_file_without_npnet(here: Path, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text(csv_of(people(9)))
    assert call("export", here, "--to", "numpy", "-o", "model").code == 0
    command = [sys.executable, "-I", "model/predict.py", "new.csv"]
    answers = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    expected = call("predict", here, "new.csv", "--proba").out
    assert [line.split(",")[:2] for line in answers.splitlines()] == [
        line.split(",")[:2] for line in expected.splitlines()
    ]
    assert "npnet" not in {
        line.split()[1] for line in Path("model/predict.py").read_text().splitlines() if line[:7] == "import "
    }


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("code,town\n1,Rome\n", 'there is no column "age"'),
        ("code,town,age\n1,Rome,old\n", 'row 1: "old" is not a number in column "age"'),
    ],
)
def test_the_program_names_what_it_cannot_read(cells: str, words: str, here: Path) -> None:
    Path("new.csv").write_text(cells)
    assert call("export", here, "--to", "numpy", "-o", "model").code == 0
    result = subprocess.run([sys.executable, "model/predict.py", "new.csv"], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (1, f"model/predict.py: {words}\n")


def test_what_is_no_export_is_kept(here: Path) -> None:
    Path("people.json").write_text("{}")
    assert "people.json exists already" in refused(here, "--to", "json")
    assert call("export", here, "--to", "json", "-f", "--json").code == 0
    Path("people_numpy").mkdir()
    assert call("export", here, "--to", "numpy").code == 0
    Path("people_numpy/mine.txt").write_text("")
    for force in ((), ("-f",)):
        assert "people_numpy is a folder of other files" in refused(here, "--to", "numpy", *force)
    assert Path("people_numpy/mine.txt").exists()
    Path("file").write_text("")
    assert "file exists already" in refused(here, "--to", "numpy", "-o", "file")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--to", "nump"), 2, "--to accepts"),
        (("--to", "sklearn"), 2, "--to accepts"),
        (("--to", "numpy", "-o", "-"), 2, "standard output cannot hold"),
        (("--to", "json", "-o", ""), 2, "-o names no file"),
        (("--to", "numpy", "-o", ""), 2, "-o names no file"),
        (("--to", "json", "-o", "nowhere/a.json"), 6, "there is no folder nowhere"),
        (("--to", "numpy", "-o", "nowhere/a"), 6, "there is no folder nowhere"),
        ((), 2, "missing option '--to'"),
    ],
)
def test_a_wrong_command_line_is_refused(arguments: tuple[str, ...], code: int, words: str, here: Path) -> None:
    assert words in refused(here, *arguments, code=code)
    assert not list(Path().iterdir())


def test_files_of_a_run_are_kept(here: Path) -> None:
    for to in ("json", "numpy"):
        assert "belongs to the run" in refused(here, "--to", to, "-o", here / "predictions")
    assert "belongs to the run" in refused(here, "--to", "json", "-f", "-o", here / "run.json")


def test_json_on_standard_output_is_the_document(here: Path) -> None:
    document = json.loads(call("export", here, "--to", "json", "-o", "-").out)
    assert [column["name"] for column in document["columns"]] == ["code", "age", "town"]
    assert document["origin"]["run"] == here.name


def test_a_damaged_or_unfinished_run_is_refused(here: Path, tmp_path: Path) -> None:
    assert "there is no run" in refused("nothing", "--to", "json", code=5)
    weights = here / "weights.safetensors"
    whole = weights.read_bytes()
    try:
        weights.write_bytes(whole[:-1])
        assert "weights.safetensors" in refused(here, "--to", "json", code=5)
        weights.unlink()
        assert "weights.safetensors is missing" in refused(here, "--to", "numpy", code=5)
    finally:
        weights.write_bytes(whole)
    assert not list(tmp_path.iterdir())
