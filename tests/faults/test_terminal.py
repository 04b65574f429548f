"""Streams and terminals of every kind: the training is the same, the output fits, no reader is needed."""

import os
import pty
import re
import struct
import subprocess
import sys
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import pytest

from npnet.rundir.run import RunFolder
from tests.faults.shell import NPNET, ROOT, digest, shell
from tests.terminals import heard

TRAIN = f"{NPNET} train small.yaml --no-plots --run-dir run"
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
LISTINGS = ("runs", "evaluate run --runs-dir runs", "list layers", "config show small.yaml", "train --help")


@pytest.mark.long
@pytest.mark.parametrize(
    "redirects",
    [">&- 2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full", "2>&1 | head -1", "| true", "2>&-"],
)
def test_what_hears_a_training_does_not_change_it(redirects: str, place: Path, expected: str) -> None:
    done = shell(f"{TRAIN} {redirects}", place)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert digest(place / "run") == expected
    run = RunFolder(place / "run")
    assert run.status == "done"
    assert "epoch 3/3" in (run.path / "log.txt").read_text()


@pytest.mark.long
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_listing_cut_short_by_head_ends_with_141(unbuffered: str, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("x1,x2\n" + "0.25,0.5\n" * 30_000)
    line = f"{NPNET} predict run rows.csv --runs-dir {trained}/runs | head -1"
    done = shell(line, tmp_path, PYTHONUNBUFFERED=unbuffered)
    assert (done.returncode, done.stderr) == (141, "")
    assert done.stdout.startswith("row,prediction")


@pytest.mark.parametrize("redirect", [">/dev/full", ">&-"])
def test_a_result_that_cannot_be_written_ends_with_6_and_says_so(redirect: str, trained: Path) -> None:
    done = shell(f"{NPNET} runs {redirect}", trained)
    assert done.returncode == 6
    assert re.fullmatch(r"npnet: error: cannot write to standard output: [^\n]+\n", done.stderr)


@pytest.mark.long
@pytest.mark.parametrize("listing", LISTINGS)
def test_where_nothing_but_ascii_is_spoken_that_is_written(listing: str, trained: Path) -> None:
    done = shell(f"{NPNET} {listing}", trained, **ASCII)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert done.stderr == ""


def test_names_that_ascii_lacks_are_replaced_and_the_training_is_the_same(place: Path, expected: str) -> None:
    done = shell(f"{TRAIN} --tag Zürich", place, **ASCII)
    assert done.returncode == 0
    assert done.stderr.isascii()
    assert digest(place / "run") == expected
    shown = shell(f"{NPNET} runs show run --runs-dir .", place, **ASCII)
    assert (shown.returncode, shown.stdout.isascii()) == (0, True)


@pytest.mark.parametrize(
    "surroundings",
    [pytest.param({"TERM": "dumb"}, marks=pytest.mark.long), {"FORCE_COLOR": "1", "COLUMNS": "20"}],
    ids=str,
)
def test_off_a_terminal_nothing_is_escaped(surroundings: dict[str, str], place: Path, expected: str) -> None:
    done = shell(f"{TRAIN} && {NPNET} evaluate run --runs-dir . && {NPNET} runs --runs-dir .", place, **surroundings)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout + done.stderr
    assert digest(place / "run") == expected


def on_terminal(folder: Path, *arguments: str, columns: int = 80, **environment: str) -> tuple[int, str]:
    """Return the exit code of npnet on a terminal of a width, and its output."""
    owner, terminal = pty.openpty()
    ioctl(terminal, TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    surroundings = {**os.environ, "PYTHONPATH": ROOT, "TERM": "xterm", **environment}
    surroundings = {name: value for name, value in surroundings.items() if name not in ("COLUMNS", "LINES")}
    process = subprocess.Popen(
        [sys.executable, "-m", "npnet", *arguments],
        cwd=folder,
        env=surroundings,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    )
    os.close(terminal)
    text = heard(owner)
    return process.wait(), text


ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.mark.long
@pytest.mark.parametrize("columns", [20, 1])
def test_no_line_of_the_live_display_is_wider_than_the_terminal(columns: int, place: Path) -> None:
    code, heard = on_terminal(place, "train", "small.yaml", "--no-plots", "epochs=60", columns=columns)
    assert code == 0
    live = heard[heard.index("\x1b[?25l") : heard.index("\x1b[?25h")]
    assert max(len(line) for line in re.split(r"\r\n|\r|\n", ESCAPES.sub("", live))) <= columns


def test_no_color_leaves_the_live_display_without_colours(place: Path) -> None:
    code, heard = on_terminal(place, "train", "small.yaml", "--no-plots", NO_COLOR="1")
    assert code == 0
    assert not re.search(r"\x1b\[(3|4|9)[0-9;]*m", heard)


def test_a_dumb_terminal_gets_no_escape_code_also_in_an_error(place: Path) -> None:
    code, heard = on_terminal(place, "train", "small.yaml", "learning_rate=-1", TERM="dumb")
    assert code == 3
    assert "\x1b" not in heard
