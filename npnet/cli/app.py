"""The program: all commands, and every error as one line and an exit code."""

import errno
import re
import shlex
from itertools import pairwise
from pathlib import Path
from signal import SIGINT

import typer

from npnet.cli.common.commands import program
from npnet.cli.console.screen import Screen, UnreadError, mend_streams
from npnet.errors import MachineError, NpnetError, PluginError, UsageError
from npnet.machine.resources import guarded_imports, out_of_memory
from npnet.machine.signals import Stop, exit_code

BROKEN_PIPE = 141
UNKNOWN_COMMAND = re.compile(r"No such command '(.*?)'")
PLANNED = frozenset({"doctor", "ensemble", "log", "prepare", "serve", "tune"})
"""Names that are reserved for later commands."""

COMMANDS = {
    "init": ("listing:init", "Write a commented config to start from; default file: TEMPLATE.yaml."),
    "train": ("train:train", "Train a network, score it and draw its plots; prints the run folder."),
    "resume": ("train:resume", "Continue an interrupted run or sweep; for a finished one, print its folder."),
    "sweep": ("sweep:sweep", "Train one config many times with other values; prints the folder."),
    "evaluate": ("predict:evaluate", "Score a run again on its own data, or on the rows of another file."),
    "predict": (
        "predict:predict",
        "Predict the rows of a file, which may lack the target; columns are matched by name.",
    ),
    "sample": (
        "sample:sample",
        "Continue a text with a run of the data set `text`, character by character, and print both.",
    ),
    "export": (
        "export:export",
        "Write a run as an ONNX graph, a NumPy or PyTorch program, a C header or JSON; prints its path.",
    ),
    "plot": ("plot:plot", "Draw the plots of a run or a sweep into its folder; prints the paths written."),
    "report": ("report:report", "Write one HTML page that shows a run, several runs or a sweep; prints its path."),
    "watch": ("report:watch", "Rewrite the page of a run or a sweep every few seconds until it ends; prints its path."),
    "play": ("play:play", "Write a page that trains networks as you watch, and open it; prints its path."),
    "diagnose": (
        "diagnose:diagnose",
        "Judge a training: what is wrong with it, from which number, in which epoch, and the next command.",
    ),
    "compare": ("compare:compare", "Compare runs: their scores, and only the settings that differ."),
    "list": ("listing:list_entries", "List layers, losses, metrics and the like, with their options and defaults."),
    "gradcheck": (
        "config:gradcheck",
        "Compare the gradients of a config's network, loss and penalties with central differences.",
    ),
    "explain-step": (
        "explain_step:explain_step",
        "Show every number of one training step on a few rows: forward pass, loss, backward pass, update.",
    ),
    "lesson": (
        "lesson:lesson",
        "Write two configs that differ in one thing, train both, and open a page that asks why one fails.",
    ),
    "data": ("config:data", "Look at the data of a config."),
    "config": ("config:config", "Check, complete and explain configs."),
    "runs": ("runs:runs", "List, show, tag, remove and compare runs."),
}
"""For each command its module in `npnet.cli` and its name there, and the first line of its help page."""

npnet = program(COMMANDS)


def run(given: list[str], stop: Stop) -> int:
    """Run a command; return the exit code, every error as one line of standard error."""
    mend_streams()
    try:
        with guarded_imports(), stop.unwrapping():
            code = int(npnet(given or ["--help"], prog_name="npnet", standalone_mode=False, obj=stop) or 0)
    except UnreadError:
        code = BROKEN_PIPE
    except SystemExit as end:  # by Typer: completion, or a help text whose reader has gone
        code = BROKEN_PIPE if end.code == 1 else int(end.code or 0)
    except Exception as error:
        code = _report(error, given)
    return exit_code(stop.number) if stop and code == exit_code(SIGINT) else code  # Typer knows of no other signal


def _report(error: Exception, given: list[str]) -> int:
    pairs = [pair for pair in pairwise(given) if pair[0] == "--plugin"]
    options = shlex.join(word for pair in pairs for word in pair)
    screen = Screen(color=False if "--no-color" in given else None, options=options)
    if "--debug" in given:
        import traceback

        screen.err.try_write("".join(traceback.format_exception(error)))
    explained = _explained(error, given)
    screen.error(explained)
    return explained.code


def _explained(error: Exception, given: list[str]) -> NpnetError:
    if isinstance(error, PluginError) and error.arguments:
        return PluginError(error.message, shlex.join(["npnet", *given, *error.arguments]))
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
    from npnet.registry import synonym

    called = next((f" {word}" for word in given if word in npnet.commands), "")
    text, _, question = message.partition(" Did you mean ")
    if (name := UNKNOWN_COMMAND.match(text)) and name[1] in PLANNED:
        return UsageError(f"npnet{called} {name[1]} is not available yet", f"npnet{called} --help lists the commands")
    near = synonym(name[1], sorted(npnet.commands)) if name and not called else None
    question = f"'{near}'?" if near else question
    hint = f"did you mean {question}" if question else f"npnet{called} --help shows how it is used"
    return UsageError(text[:1].lower() + text[1:].rstrip("."), hint)
