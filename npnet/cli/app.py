"""The program: all commands, and every error as one line and an exit code."""

import errno
import re
import traceback
from pathlib import Path
from signal import SIGINT

import typer

from npnet.cli import compare, config, init, listing, plot, predict, runs, step, sweep, train
from npnet.cli.commands import program
from npnet.cli.console.screen import Screen, UnreadError, mend_streams
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
"""Names that are reserved for later commands."""

app = typer.Typer()
for module in (init, train, sweep, predict, plot, compare, listing, step, config, runs):
    module.add_to(app)


npnet = program(app)


def run(given: list[str], stop: Stop) -> int:
    """Run a command; return the exit code."""
    mend_streams()
    with guarded_imports():
        code = _code(given, stop)
    return exit_code(stop.number) if code == exit_code(SIGINT) and stop else code  # Typer knows of no other signal


def _code(given: list[str], stop: Stop) -> int:
    try:
        with stop.unwrapping():
            return int(npnet(given or ["--help"], prog_name="npnet", standalone_mode=False, obj=stop) or 0)
    except UnreadError:
        return BROKEN_PIPE
    except SystemExit as end:  # by Typer: completion, or a help text whose reader has gone
        return BROKEN_PIPE if end.code == 1 else int(end.code or 0)
    except Exception as error:
        return _report(error, given)


def _report(error: Exception, given: list[str]) -> int:
    screen = Screen(color=False if "--no-color" in given else None)
    if "--debug" in given:
        screen.err.try_write("".join(traceback.format_exception(error)))
    explained = _explained(error, given)
    screen.error(explained)
    return explained.code


def _explained(error: Exception, given: list[str]) -> NpnetError:
    if isinstance(error, NpnetError):
        return error
    if isinstance(error, typer.TyperException):
        return _usage_error(error.format_message(), given)
    if (refusal := out_of_memory(error)) is not None:
        return refusal
    if isinstance(error, OSError):
        return _system_error(error)
    hint = "please report it" if "--debug" in given else "please report it with what --debug shows"
    return NpnetError(f"a bug in npnet: {type(error).__name__}: {error}", hint)


def _system_error(error: OSError) -> MachineError:
    """Return an error of the operating system that no other code has explained."""
    if isinstance(error, FileNotFoundError) and not error.filename:
        try:
            Path.cwd()
        except FileNotFoundError:
            return MachineError("the current folder has been removed", "change to an existing folder: cd")
    hint = "see `ulimit -n`" if error.errno == errno.EMFILE else None
    return MachineError(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", hint)


def _usage_error(message: str, given: list[str]) -> UsageError:
    names = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    called = next((f" {word}" for word in given if word in names), "")
    text, _, question = message.partition(" Did you mean ")
    if (name := UNKNOWN_COMMAND.match(text)) and name[1] in PLANNED:
        return UsageError(f"npnet{called} {name[1]} is not available yet", f"npnet{called} --help lists the commands")
    near = synonym(name[1], sorted(filter(None, names))) if name and not called else None
    question = f"'{near}'?" if near else question
    hint = f"did you mean {question}" if question else f"npnet{called} --help shows how it is used"
    return UsageError(text[:1].lower() + text[1:].rstrip("."), hint)
