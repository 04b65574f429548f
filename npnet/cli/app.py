"""The program: all commands in one place, and every error as one line and an exit code."""

import errno
import re
import traceback
from collections.abc import Callable
from functools import cache
from pathlib import Path
from signal import SIGINT
from typing import Any

import typer

from npnet.cli import (
    compare,
    config,
    data,
    evaluate,
    explain_step,
    gradcheck,
    init,
    listing,
    plot,
    predict,
    resume,
    runs,
    sweep,
    train,
)
from npnet.cli.commands import root
from npnet.cli.console.screen import Screen
from npnet.cli.console.streams import UnreadError, mend_streams
from npnet.errors import MachineError, NpnetError, UsageError
from npnet.machine.refusals import out_of_memory
from npnet.machine.resources import guarded_imports
from npnet.machine.signals import Stop, exit_code
from npnet.registry import synonym

BROKEN_PIPE = 141
UNKNOWN_COMMAND = re.compile(r"No such command '(.*?)'")
PLANNED = frozenset(
    {"diagnose", "doctor", "ensemble", "export", "lesson", "log", "play", "prepare", "report"}
    | {"sample", "serve", "tune", "watch"}
)
"""Commands whose names are kept free for them."""

app = root()
for family in (
    init,
    data,
    train,
    sweep,
    resume,
    evaluate,
    predict,
    plot,
    runs,
    compare,
    listing,
    gradcheck,
    explain_step,
    config,
):
    family.add_to(app)


@cache
def program() -> Callable[..., Any]:
    """All commands as Typer makes them of the functions, which takes longer than most checks of a config."""
    return typer.main.get_command(app)


def run(given: list[str], stop: Stop) -> int:
    """Run a command; gives the exit code."""
    mend_streams()
    with guarded_imports():
        code = _code(given, stop)
    return exit_code(stop.number) if code == exit_code(SIGINT) and stop else code  # Typer knows of no other signal


def _code(given: list[str], stop: Stop) -> int:
    try:
        return int(program()(given or ["--help"], prog_name="npnet", standalone_mode=False, obj=stop) or 0)
    except UnreadError:
        return BROKEN_PIPE
    except SystemExit as end:  # by Typer: completion, or a help text that nobody reads
        return BROKEN_PIPE if end.code == 1 else int(end.code or 0)
    except Exception as error:
        return _tell(error, given)


def _tell(error: Exception, given: list[str]) -> int:
    screen = Screen(color=False if "--no-color" in given else None)
    if "--debug" in given:
        screen.err.write_if_heard("".join(traceback.format_exception(error)))
    told = _explained(error, given)
    screen.error(told)
    return told.code


def _explained(error: Exception, given: list[str]) -> NpnetError:
    if isinstance(error, NpnetError):
        return error
    if isinstance(error, typer.TyperException):
        return _usage_error(error.format_message(), given)
    if (refusal := out_of_memory(error)) is not None:
        return refusal
    if isinstance(error, OSError):
        return _refusal(error)
    hint = "please report it" if "--debug" in given else "please report it with what --debug shows"
    return NpnetError(f"a bug in npnet: {type(error).__name__}: {error}", hint)


def _refusal(error: OSError) -> MachineError:
    """What the machine refused where nobody who knew more has said so."""
    if isinstance(error, FileNotFoundError) and not error.filename and not _has_folder():
        return MachineError("the current folder has been removed", "go to one that is there: cd")
    hint = "see `ulimit -n`" if error.errno == errno.EMFILE else None
    return MachineError(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", hint)


def _has_folder() -> bool:
    try:
        Path.cwd()
    except FileNotFoundError:
        return False
    return True


def _usage_error(message: str, given: list[str]) -> UsageError:
    names = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    called = next((f" {word}" for word in given if word in names), "")
    text, _, question = message.partition(" Did you mean ")
    if (name := UNKNOWN_COMMAND.match(text)) and name[1] in PLANNED:
        return UsageError(f"npnet{called} {name[1]} is not there yet", f"npnet{called} --help lists the commands")
    near = synonym(name[1], sorted(filter(None, names))) if name and not called else None
    question = f"'{near}'?" if near else question
    hint = f"did you mean {question}" if question else f"npnet{called} --help shows how it is used"
    return UsageError(text[:1].lower() + text[1:].rstrip("."), hint)
