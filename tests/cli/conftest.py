"""Commands in this process, with their streams and exit codes; real processes where only those will do."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from npnet.cli import main
from npnet.cli.app import npnet

GOLDEN = Path(__file__).parent / "golden"
SMALL = """\
dataset: {xor: {samples: 200}}
layers:
  - linear: 4
  - tanh
  - linear
learning_rate: 0.05
epochs: 3
metrics: [roc_auc]
"""


@dataclass(frozen=True)
class Result:
    """What a command gave."""

    code: int
    out: str
    err: str


def command_names() -> Iterator[str]:
    """Every command that there is, those of groups with and without the name of the group alone."""
    for name in npnet.commands:
        yield name
        yield from (f"{name} {command}" for command in getattr(npnet.get_command(None, name), "commands", ()))


def call(*arguments: object) -> Result:
    """Run a command in this process."""
    out, err = (TextIOWrapper(BytesIO(), "utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    texts = []
    for stream in (out, err):
        stream.seek(0)
        texts.append(stream.read())
    return Result(code, *texts)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NPNET_RUNS_DIR", "NO_COLOR", "FORCE_COLOR", "LINES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a small config in it."""
    (tmp_path / "small.yaml").write_text(SMALL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two finished runs that tests only read."""
    base = tmp_path_factory.mktemp("shared")
    (base / "small.yaml").write_text(SMALL)
    for name, tag, rate in (("one", "first", 0.05), ("two", "second", 0.01)):
        options = ("--runs-dir", base / "runs", "--name", name, "--tag", tag, "--no-plots", "-q")
        assert call("train", base / "small.yaml", f"learning_rate={rate}", *options).code == 0
    return base / "runs"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare with a file in golden/; NPNET_GOLDEN=1 writes it instead."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / f"{name}.txt"
        if os.environ.get("NPNET_GOLDEN"):
            GOLDEN.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare


def start(*arguments: object, **options: object) -> subprocess.Popen[str]:
    """Start npnet as a process of its own."""
    command = [sys.executable, "-m", "npnet", *map(str, arguments)]
    return subprocess.Popen(command, text=True, **options)  # type: ignore[call-overload, no-any-return]
