"""`npnet export`: what it writes, what it replaces, and what it refuses."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from npnet.cli.export import TO, WORDS
from npnet.export.document import document_schema
from npnet.export.targets import TARGETS
from tests.cli.conftest import call
from tests.cli.tables import csv_of, people


@pytest.fixture
def here(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


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


def test_the_program_ends_with_its_reader(here: Path) -> None:
    Path("new.csv").write_text(csv_of(people(9) * 2000))
    assert call("export", here, "--to", "numpy", "-o", "model").code == 0
    command = f"set -o pipefail; {sys.executable} model/predict.py new.csv | head -1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (141, "")
    assert result.stdout.startswith("row,prediction")


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
    for force in ((), ("-f",)):
        message = refused(here, "--to", "numpy", "-o", "file", *force)
        assert "file is a file, and --to numpy writes a folder\nhint: -o FOLDER writes" in message


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
    jsonschema.Draft202012Validator.check_schema(document_schema())
    jsonschema.validate(document, document_schema())


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


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
from npnet.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("to", [pytest.param("json", marks=pytest.mark.long), "numpy"])
def test_a_disk_that_takes_no_more_leaves_nothing_or_the_old_export(to: str, here: Path) -> None:
    command = [sys.executable, "-c", FULL, "export", str(here), "--to", to, "-o", "model"]
    for _ in range(2):
        before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
        result = subprocess.run(command, capture_output=True, text=True)
        assert (result.returncode, result.stdout) == (6, "")
        assert "than this machine allows a file to be" in result.stderr
        assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
        assert call("export", here, "--to", to, "-o", "model").code == 0
        command += ["-f"] if to == "json" and "-f" not in command else []


@pytest.mark.parametrize(
    ("to", "package", "name"),
    [("onnx", "onnx", "onnx"), pytest.param("torch", "torch", "PyTorch", marks=pytest.mark.long)],
)
def test_a_missing_package_is_named_with_its_command(to: str, package: str, name: str, here: Path) -> None:
    Path("shadow", package).mkdir(parents=True)
    Path("shadow", package, "__init__.py").write_text("raise ImportError('gone')")
    command = [sys.executable, "-m", "npnet", "export", str(here), "--to", to, "-o", "model"]
    environment = {**os.environ, "PYTHONPATH": str(Path("shadow").absolute())}
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert (result.returncode, result.stdout) == (6, "")
    assert result.stderr == f'npnet: error: --to {to} needs {name}: gone\nhint: pip install "npnet[{to}]"\n'
    assert not Path("model").exists()


POSITIONS = """\
dataset: {xor: {samples: 60}}
layers: [{linear: 4}, {positions: 4}, {token_embedding: {tokens: 4, size: 3}}, {unembedding: 4}, flatten, linear]
epochs: 1
"""


def test_a_layer_that_a_target_does_not_have_is_refused_by_name(folder: Path) -> None:
    Path("c.yaml").write_text(POSITIONS)
    assert call("train", "c.yaml", "--run-dir", "run", "--no-plots", "-q").code == 0
    for to in ("numpy", "c"):
        message = refused("run", "--to", to, "-o", "model", code=3)
        assert message == f"npnet: error: --to {to} has no layer unembedding\nhint: --to json has it\n"
    assert not Path("model").exists()
    layers = json.loads(call("export", "run", "--to", "json", "-o", "-").out)["layers"]
    assert [(one["op"], one["positions"]) for one in layers[1:3]] == [("positions", [4]), ("token_embedding", [4])]


@pytest.mark.parametrize(("odd", "words"), [("k\0", "a NUL character"), ("k" * 4096, "more than 4095 bytes")])
def test_texts_that_c_cannot_say_are_refused(odd: str, words: str, folder: Path) -> None:
    rows = [{"x": n % 7, "y": f"{odd}{n % 2}"} for n in range(60)]
    Path("t.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    Path("c.yaml").write_text("dataset: {table: {path: t.jsonl, target: y}}\nlayers: [linear]\nepochs: 1\n")
    assert call("train", "c.yaml", "--run-dir", "run", "--no-plots", "-q").code == 0
    message = refused("run", "--to", "c", "-o", "model.h", code=3)
    assert (
        message == f"npnet: error: --to c has no text with {words}\nhint: --to onnx or numpy or torch or json has it\n"
    )
    assert call("export", "run", "--to", "numpy", "-o", "model").code == 0


JOINED = """\
dataset: {table: {path: people.csv, target: buys, drop: [id, code], join: {path: towns.csv, on: town}}}
layers: [linear]
epochs: 1
"""


def test_columns_of_side_tables_are_refused(folder: Path) -> None:
    Path("people.csv").write_text(csv_of(people(40)))
    Path("towns.csv").write_text("town,size\nRome,3\nOslo,1\nLima,10\n")
    Path("c.yaml").write_text(JOINED)
    result = call("train", "c.yaml", "--run-dir", "run", "--no-plots", "-q")
    assert result.code == 0, result.err
    for to in ("numpy", "json"):
        message = refused("run", "--to", to, "-o", "model", code=3)
        assert 'no export joins side tables: the run has "towns"' in message
    assert not Path("model").exists()


def test_the_name_of_a_folder_adds_no_code(here: Path, tmp_path: Path) -> None:
    odd = tmp_path / 'a"""\nimport this\nb*'
    shutil.copytree(here, odd)
    for to, name in (("numpy", "model/predict.py"), ("c", "model.h")):
        result = call("export", odd, "--to", to, "-o", name.partition("/")[0])
        assert result.code == 0, result.err
        assert "trained as a____import_this_b_." in Path(name).read_text()
