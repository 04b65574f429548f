"""Help pages, and the light start of the command line."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

from npnet.cli import app
from tests.cli.conftest import call, command_names

HEAVY = ("numpy", "sklearn", "scipy", "pandas", "matplotlib", "yaml", "rich")
COMMANDS = list(command_names())


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_every_help_page_is_as_it_was(command: str, golden: Callable[[str, str], None]) -> None:
    result = call(*command.split(), "--help")
    assert (result.code, result.err) == (0, "")
    golden(f"help {command}".strip().replace(" ", "_"), result.out)


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_come_first_and_use_options_that_there_are(command: str) -> None:
    page = call(*command.split(), "-h").out
    assert page.split("\n\n")[1].startswith("Examples:")
    for line in re.findall(r"^  .*?(npnet .*)$", page.partition("Usage:")[0], re.MULTILINE):
        words = line.partition("&&")[0].partition(">")[0].split()[1:]
        called = words[: 2 if words[0] in ("runs", "config", "data") and len(words) > 1 and words[1].isalpha() else 1]
        options = call(*called, "-h").out
        for option in (word for word in words if re.fullmatch(r"--?[a-z-]+", word) and word != "-"):
            assert f"{option} " in options or f"{option}," in options, f"{option} in {line}"


@pytest.mark.parametrize("command", app.COMMANDS)
def test_the_list_of_commands_has_the_first_line_of_each_help_page(command: str) -> None:
    page = call(command, "--help").out.partition("\n\n")[0]
    assert page.replace("\n", " ") == app.COMMANDS[command][1]


def test_npnet_alone_shows_its_help() -> None:
    assert call() == call("--help")


@pytest.mark.parametrize("columns", ["20", "41", "200"])
def test_help_fits_any_terminal(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = call("train", "-h").out
    prose = [line for line in text.splitlines() if not line.startswith("  ") or int(columns) > 60]
    assert max(map(len, prose)) <= int(columns)


def test_the_version_is_printed() -> None:
    from npnet import __version__

    assert call("--version").out == f"npnet {__version__}\n"


LOADED = f"import sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}} & set({HEAVY!r})))"


def test_help_loads_no_heavy_package() -> None:
    code = f"from npnet.cli import main; main(['--help']); main(['train', '--help']); {LOADED}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""


def test_completion_names_the_commands_and_loads_no_heavy_package(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_NPNET_COMPLETE", "complete_bash"), ("COMP_WORDS", "npnet tr"), ("COMP_CWORD", "1")):
        monkeypatch.setenv(name, value)
    code = f"from npnet.cli import main; main([]); {LOADED}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["train", ""]
