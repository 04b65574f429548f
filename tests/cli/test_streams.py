"""Closed, full and unread streams: a training continues, a listing ends quietly."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from npnet.rundir.run import RunFolder
from tests.terminals import heard

NPNET = f"{sys.executable} -m npnet"
TRAIN = f"{NPNET} train small.yaml --no-plots --run-dir run"


def shell(line: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = ["bash", "-o", "pipefail", "-c", line]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | environment)


@pytest.mark.parametrize("redirects", [">&- 2>&-", ">/dev/full 2>/dev/full", "2>&1 | true"])
def test_a_training_needs_no_reader(redirects: str, folder: Path) -> None:
    done = shell(f"{TRAIN} {redirects}")
    assert (done.returncode, done.stderr) == (0, "")
    run = RunFolder(folder / "run")
    assert run.status == "done"
    assert "epoch 3/3" in (run.path / "log.txt").read_text()


def test_a_listing_without_a_reader_ends_with_141(runs: Path) -> None:
    done = shell(f"{NPNET} runs --runs-dir {runs} | true")
    assert (done.returncode, done.stderr) == (141, "")


def test_a_listing_that_cannot_be_written_says_so() -> None:
    done = shell(f"{NPNET} list layers > /dev/full")
    assert done.returncode == 6
    assert done.stderr.startswith("npnet: error: cannot write to standard output: ")
    assert "Traceback" not in done.stderr


def test_a_terminal_that_speaks_ascii_gets_ascii(runs: Path) -> None:
    old = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = shell(f"{NPNET} evaluate two --runs-dir {runs} || {NPNET} runs --runs-dir {runs}", **old)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "----" in done.stdout


def on_terminal(*arguments: str, term: str = "xterm", columns: int = 80, **variables: str) -> str:
    """Return what npnet writes to a terminal."""
    owner, terminal = pty.openpty()
    environment = {**os.environ, "TERM": term, "COLUMNS": str(columns), **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "npnet", *arguments], stdout=terminal, stderr=terminal, stdin=terminal, env=environment
    )
    os.close(terminal)
    text = heard(owner)
    assert process.wait() == 0
    return text


@pytest.mark.parametrize("columns", [pytest.param(20, marks=pytest.mark.long), 80])
def test_a_terminal_gets_a_live_display_that_is_taken_away(columns: int, folder: Path) -> None:
    heard = on_terminal("train", "small.yaml", "--no-plots", "epochs=40", columns=columns)
    assert "\x1b[?25l" in heard
    assert heard.index("\x1b[?25h") > heard.index("\x1b[?25l")  # the cursor is back
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", heard)
    assert "40 epochs in" in plain
    assert "best" in plain
    assert plain.count("scoring") >= 1


@pytest.mark.parametrize("term", ["dumb", pytest.param("", marks=pytest.mark.long)])
def test_a_dumb_terminal_gets_plain_lines(term: str, folder: Path) -> None:
    heard = on_terminal("train", "small.yaml", "--no-plots", term=term)
    assert "\x1b" not in heard
    assert "epoch 3/3" in heard


def test_a_cell_of_a_notebook_gets_plain_lines(folder: Path) -> None:
    backend = "module://matplotlib_inline.backend_inline"  # which Jupyter's kernel sets
    heard = on_terminal("train", "small.yaml", "--no-plots", term="xterm-color", FORCE_COLOR="1", MPLBACKEND=backend)
    assert "\x1b" not in heard
    assert "epoch 3/3" in heard


@pytest.mark.long
def test_neither_a_home_nor_a_writable_one_is_needed(folder: Path) -> None:
    done = shell(f"env -i MPLCONFIGDIR=/proc/none {NPNET} train small.yaml -q --run-dir run")
    assert (done.returncode, done.stdout, done.stderr) == (0, "run\n", "")
    assert (folder / "run" / "plots" / "loss.png").exists()
