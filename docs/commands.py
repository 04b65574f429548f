"""The reference pages of the command line: every command's help, and the exit codes."""

import os
from collections.abc import Iterator
from typing import Any

from docs.markdown import code, page, table
from npnet import errors
from npnet.cli.app import npnet as program

os.environ["COLUMNS"] = "100"  # the width of the help pages, whatever the terminal's

SIGNALS = (
    ("129", "The terminal was closed (SIGHUP)."),
    ("130", "Ctrl-C (SIGINT)."),
    ("143", "Somebody asked it to end (SIGTERM)."),
    ("141", "The reader of a listing has closed the pipe, as in `npnet runs | head -1`."),
)
STREAMS = """
Results go to stdout and all else to stderr, so that `run=$(npnet train circles.yaml --quiet)` works in a shell. On a
terminal a training shows bars and the time left, elsewhere plain lines, at most one each ten seconds. `--json` writes
the result as one object. `python -m npnet` is the same program.

A training begins with its network in a line, which `npnet runs show` has too: the number of inputs, then of the outputs
of each layer. `2-16-[16+]-1` is a linear layer of 16, a residual block around another one of 16, whose input is added
to its output, and a linear layer of 1. `64x8` stands for eight equal layers, `periodic:44` for another kind of layer
that gives 44 values; layers that keep the number, such as activations, are left out.
"""
MESSAGES = """
An error says on stderr what and where, and what to do; in a config all mistakes are reported at once:

```text
npnet: error: circles.yaml:14:1: unknown key "learning_rte"; did you mean "learning_rate"?
    learning_rte: 0.01
    ^
npnet: error: circles.yaml:16:9: epochs must be a whole number from 0 to 10**7, it is -3
    epochs: -3
            ^
```

`--debug` adds the traceback.
"""


def commands_page() -> str:
    """Return the page of every command."""
    context = program.make_context("npnet", [], resilient_parsing=True)
    commands = list(_commands(program, context))
    rows = (
        (f"[`npnet {name}`](#npnet-{name.replace(' ', '-')})", text.partition("\n")[0]) for name, text, _ in commands
    )
    _, common = _parted(program.get_help(context))
    sections = (f"## npnet {name}\n\n{code(text)}" for name, text, _ in commands)
    opening = f"`RUN` is a folder, an id, a unique prefix of one, or `latest`. {STREAMS.strip()}"
    return page("Commands", opening, table(("command", "does"), rows), "## Common options", code(common), *sections)


def _commands(group: Any, context: Any, above: str = "") -> Iterator[tuple[str, str, str]]:
    """Name, help and common options of every command of a group, those of the groups within it too."""
    for name in group.commands:
        command = group.get_command(context, name)
        inner = command.make_context(name, [], parent=context, resilient_parsing=True)
        yield f"{above}{name}", *_parted(command.get_help(inner))
        if hasattr(command, "commands"):
            yield from _commands(command, inner, f"{above}{name} ")


def _parted(text: str) -> tuple[str, str]:
    """Return a help page, and the common options."""
    own, _, common = text.partition("\n\nCommon options:\n")
    return own, common


def errors_page() -> str:
    """Return the page of exit codes and messages."""
    kinds = [
        thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, errors.NpnetError)
    ]
    rows = [(str(kind.code), _meaning(kind)) for kind in sorted(kinds, key=lambda kind: kind.code)]
    exits = table(("code", "means"), [("0", "Done."), *rows, *SIGNALS])
    return page("Exit codes and messages", exits, MESSAGES.strip())


def _meaning(kind: type[errors.NpnetError]) -> str:
    if kind is errors.NpnetError:
        return "A bug in npnet. Please report it, with what `--debug` shows."
    return (kind.__doc__ or "").partition("\n")[0]
