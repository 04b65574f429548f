"""Foreign text on a terminal: no command lets a name, a class or a path control it; pipes and files get every byte."""

import csv
import json
import os
import pty
import re
import shutil
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from fcntl import ioctl
from io import StringIO
from pathlib import Path
from termios import TIOCSWINSZ

import pytest

from npnet.cli import main
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call, command_names
from tests.terminals import heard

EVIL = "\x1b[2J\x1b[38;5;123m\x1b]0;x\x07\x08\r\x7f\x9b2J\x85\u202e[red]"
"""Clears the screen, colours it, names the window, rings, goes back, starts a C1 sequence, turns text around."""
TABLE, CONFIG = f"t{EVIL}.csv", f"c{EVIL}.yaml"
COLUMNS = [f"a{EVIL}", f"b{EVIL}\n", f"y{EVIL}"]
OWN = re.compile(r"\x1b\[([0-9;]*m|\?25[lh]|1A|2K)|\r(?=\x1b)")
"""What npnet itself says to a terminal: colours of its own, and the moves of the live display."""
CONTROL = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def rows() -> str:
    lines = [",".join(f'"{name}"' for name in COLUMNS)]
    for number in range(60):
        lines.append(f'{number % 7},"v{number % 3}{EVIL}","k{number * number % 2}{EVIL}"')
    return "\n".join(lines) + "\n"


def config() -> str:
    table = f"path: {json.dumps(TABLE)}, target: {json.dumps(COLUMNS[2])}"
    return f"dataset: {{table: {{{table}}}}}\nlayers: [{{linear: 4}}, relu, linear]\nepochs: 2\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a table, a config, a run and a sweep whose names are all hostile."""
    folder = tmp_path_factory.mktemp("world")
    (folder / TABLE).write_text(rows(), newline="")
    (folder / CONFIG).write_text(config())
    (folder / "new.csv").write_text(rows().replace("v2", "unseen"), newline="")
    (folder / "extra.csv").write_text(rows().replace('"\n', '"\n', 1).replace(COLUMNS[1], "other\x1b[2J"), newline="")
    with at(folder):
        names = ("--name", f"n{EVIL}", "--tag", f"t{EVIL}", "-q", "--no-plots")
        assert call("train", CONFIG, "--run-dir", "run", *names).code == 0
        assert call("train", CONFIG, "--run-dir", "two", "learning_rate=0.1", *names).code == 0
        text = (f"dataset={{text: {{path: {json.dumps(TABLE)}, length: 8}}}}", "layers=[linear]", "epochs=1")
        assert call("train", CONFIG, "--run-dir", "tale", *text, *names).code == 0
    return folder


@contextmanager
def at(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def on_terminal(*arguments: object) -> tuple[int, str]:
    """Return the exit code of a command whose streams are a terminal, and the text written there."""
    owner, terminal = pty.openpty()
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    texts: list[str] = []
    reader = threading.Thread(target=lambda: texts.append(heard(owner)))
    reader.start()
    before = sys.stdin, sys.stdout, sys.stderr
    streams = [open(os.dup(terminal), mode, encoding="utf-8", closefd=True) for mode in ("r", "w", "w")]  # noqa: PTH123, SIM115
    os.close(terminal)
    try:
        sys.stdin, sys.stdout, sys.stderr = streams
        code = main([str(argument) for argument in arguments])
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
        for stream in streams:
            stream.close()
    reader.join(timeout=60)
    return code, texts[0].replace("\r\n", "\n")


def refuse_raw(text: str) -> None:
    """No control character arrives but those of npnet's own sequences, and none of the hostile sequences at all."""
    for sequence in ("\x1b[2J", "\x1b[38;5;123m", "\x1b]0;", "\x9b"):
        assert sequence not in text
    left = OWN.sub("", text)
    assert not CONTROL.search(left), repr(left)


COMMANDS: dict[str, list[tuple[int, tuple[str, ...]]]] = {
    "init": [
        (0, ("--data", TABLE, "--target", COLUMNS[2], "-o", "-")),
        (0, ("--data", TABLE, "--target", COLUMNS[2], "-o", f"o{EVIL}.yaml", "-f")),
        (4, ("--data", TABLE, "--target", f"z{EVIL}")),
        (2, (f"t{EVIL}",)),
    ],
    "train": [
        (0, (CONFIG, "--name", f"m{EVIL}", "--tag", EVIL, "--no-plots", "--runs-dir", f"r{EVIL}")),
        (0, (CONFIG, "--dry-run")),
        (3, (CONFIG, f"{EVIL}=1")),
        (3, (CONFIG, f"layers.0=x{EVIL}")),
        (4, (CONFIG, f"dataset.table.target=x{json.dumps(EVIL)}")),
        (2, (f"no{EVIL}.yaml",)),
    ],
    "sweep": [
        (0, (CONFIG, "learning_rate=[0.1,0.2]", "--name", f"s{EVIL}", "--runs-dir", f"r{EVIL}", "--no-plots")),
        (3, (CONFIG, f"{EVIL}=[1,2]", "--dry-run")),
        (0, (CONFIG, "learning_rate=[0.1,0.2]", "--emit-commands", "--run-dir", f"e{EVIL}")),
        (5, ("--collect", f"nowhere{EVIL}")),
    ],
    "resume": [(0, ("run",)), (0, ("two", "epochs=3", "--no-plots")), (5, (f"no{EVIL}",)), (3, ("run", f"{EVIL}=1"))],
    "evaluate": [
        (0, ("run",)),
        (0, ("run", "--data", "new.csv")),
        (2, ("run", "--metric", EVIL)),
        (2, ("run", "--split", EVIL)),
    ],
    "predict": [
        (0, ("run", "new.csv", "--proba")),
        (0, ("run", "new.csv", "--format", "jsonl")),
        (0, ("run", "new.csv", "--json", "--proba")),
        (0, ("run", "new.csv", "-o", f"p{EVIL}.csv", "-f")),
        (4, ("run", "new.csv", "--strict")),
        (4, ("run", "extra.csv")),
        (2, ("run", "new.csv", "--format", EVIL)),
        (2, ("run", "new.csv", "-o", f"p{EVIL}")),
    ],
    "sample": [(0, ("tale", "--prompt", f"x{EVIL}", "--temperature", "9")), (5, ("run", "--prompt", EVIL))],
    "plot": [
        (0, ("run", "--kind", "loss,confusion")),
        (0, ("run", "--terminal")),
        (2, ("run", "--kind", EVIL)),
        (2, ("run", "--format", EVIL)),
    ],
    "runs": [(0, ()), (0, ("--json",)), (2, ("--sort", EVIL)), (2, ("--filter", EVIL)), (0, ("--tag", EVIL))],
    "runs list": [(0, ())],
    "runs show": [(0, ("run",)), (0, ("run", "--json")), (0, ("sweep",)), (5, (EVIL,))],
    "runs tag": [(0, ("run", f"t{EVIL}")), (0, ("run", f"t{EVIL}", "--json"))],
    "runs rm": [(5, (EVIL,)), (0, ("gone",))],
    "runs diff": [(0, ("run", "two")), (0, ("run", "two", "--json"))],
    "compare": [
        (0, ("run", "two")),
        (0, ("sweep",)),
        (0, ("run", "two", "--csv")),
        (0, ("run", "two", "--md")),
        (0, ("run", "two", "--json")),
        (0, ("run", "two", "-o", f"q{EVIL}.csv", "-f")),
    ],
    "list": [(0, ("layers",)), (2, (EVIL,))],
    "gradcheck": [(0, (CONFIG,))],
    "explain-step": [(0, (CONFIG, "--calls")), (0, (CONFIG, "layers=[linear]")), (2, (CONFIG, "--rows", EVIL))],
    "report": [
        (0, ("run", "-o", f"r{EVIL}.html", "-f")),
        (0, ("run", "two", "-o", "two.html", "-f")),
        (5, (f"no{EVIL}",)),
        (6, ("run", "-o", f"no{EVIL}/r.html")),
    ],
    "watch": [(0, ("run", "-o", f"w{EVIL}.html")), (5, (f"no{EVIL}",))],
    "play": [(0, (TABLE, "-o", f"p{EVIL}.html", "-f")), (0, (CONFIG, "-o", "p.html", "-f")), (2, (f"no{EVIL}.yaml",))],
    "export": [
        (0, ("run", "--to", "json", "-o", f"e{EVIL}.json")),
        (2, ("run", "--to", EVIL)),
        (5, (f"no{EVIL}", "--to", "c")),
    ],
    "lesson": [(0, ()), (2, (EVIL,)), (6, ("depth", "-o", f"no{EVIL}/x"))],
    "diagnose": [
        (0, ("run",)),
        (0, ("sweep",)),
        (0, (CONFIG, "--lr-find")),
        (5, (f"no{EVIL}",)),
        (2, ("run", EVIL)),
    ],
    "data check": [(0, (CONFIG,)), (0, (CONFIG, "--json"))],
    "data report": [(0, (CONFIG, "-o", f"d{EVIL}.html", "-f")), (2, (f"no{EVIL}.yaml",))],
    "config check": [(0, (CONFIG,)), (0, (CONFIG, "--json")), (3, (CONFIG, "epochs=x\x1b[2J"))],
    "config show": [(0, (CONFIG,)), (0, (CONFIG, "--json"))],
    "config schema": [(0, ())],
    "config explain": [(0, ("epochs",)), (2, (EVIL,))],
}


QUICK = ("train", "evaluate", "predict", "runs", "runs show", "config show", "data check")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("COLUMNS", raising=False)


def calls() -> Iterator[object]:
    """Every call; the first ones of the commands that show most are not left to the long tests."""
    for name, several in COMMANDS.items():
        for place, (code, options) in enumerate(several):
            quick = name in QUICK and place < 2
            yield pytest.param(code, (*name.split(), *options), marks=() if quick else pytest.mark.long)


@pytest.mark.parametrize(
    ("code", "command"),
    list(calls()),
    ids=lambda value: " ".join(value).encode("ascii", "replace").decode()[:60] if isinstance(value, tuple) else None,
)
@pytest.mark.usefixtures("terminal")
def test_nothing_that_a_command_writes_controls_the_terminal(
    code: int, command: tuple[str, ...], world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(world)
    if "gone" in command:
        shutil.copytree("run", "gone")
    if "sweep" in command[1:] and not Path("sweep").exists():
        assert call("sweep", CONFIG, "learning_rate=[0.1,0.2]", "--run-dir", "sweep", "-q", "--no-plots").code == 0
    options = () if "--runs-dir" in command else ("--runs-dir", ".")
    found, text = on_terminal(*command, *options)
    assert (found, "a bug" in text) == (code, False), text
    refuse_raw(text)


def test_every_command_is_among_them() -> None:
    assert set(command_names()) == {"config", "data", *COMMANDS}  # these two only lead to others


@pytest.mark.usefixtures("terminal")
def test_the_log_of_a_run_can_be_shown_on_a_terminal(world: Path) -> None:
    refuse_raw((world / "run" / "log.txt").read_text())


def test_files_and_pipes_get_every_byte(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)
    classes = {f"k0{EVIL}", f"k1{EVIL}"}
    assert set(RunFolder(world / "run").predictions("test")["target"].tolist()) == classes
    assert call("predict", "run", "new.csv", "-o", "exact.csv").code == 0
    with Path("exact.csv").open(newline="") as file:
        assert {row["prediction"] for row in csv.DictReader(file)} <= classes
    reader, writer = os.pipe()
    with (
        at(world),
        os.fdopen(writer, "w", encoding="utf-8", newline="") as pipe,
        redirect_stdout(pipe),
        redirect_stderr(StringIO()),
    ):
        assert main(["predict", "run", "new.csv"]) == 0
    with os.fdopen(reader, "rb") as end:
        assert end.read() == Path("exact.csv").read_bytes()


@pytest.mark.usefixtures("terminal")
def test_json_on_a_terminal_is_the_same_json(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(world)
    code, text = on_terminal("runs", "show", "run", "--json")
    assert code == 0
    assert json.loads(text)["tags"] == [f"t{EVIL}"]
    _, text = on_terminal("predict", "run", "new.csv", "--format", "jsonl")
    assert {json.loads(line)["prediction"] for line in text.splitlines() if line.startswith("{")} <= {
        f"k0{EVIL}",
        f"k1{EVIL}",
    }


@pytest.mark.usefixtures("terminal")
def test_a_class_cannot_pretend_to_be_a_line_of_npnet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = "".join(f'{n},"{"a" if n % 2 else "b"}\nnpnet: error: disk full"\n' for n in range(40))
    Path("t.csv").write_text(f"x,y\n{lines}")
    Path("c.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nepochs: 1\n")
    assert call("train", "c.yaml", "--run-dir", "run", "-q", "--no-plots").code == 0
    for command in (("predict", "run", "t.csv", "--proba"), ("data", "check", "c.yaml"), ("evaluate", "run")):
        code, text = on_terminal(*command, "--runs-dir", ".")
        assert code == 0
        assert not any(line.startswith("npnet: error") for line in text.splitlines())
