"""Help: what a command does, examples first, then its usage, its own options, and those that work everywhere."""

import shutil
from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import Any

from typer.core import TyperCommand, TyperGroup

EXAMPLES = "Examples:"
WIDEST = 100
WORDS = {
    "install_completion": "Complete commands with Tab in this shell from now on.",
    "show_completion": "Print what that would install.",
    "help": "Show this page.",
}
NAMES = 22  # columns for the names of options, which a longer one overruns


class Command(TyperCommand):
    """A command whose help is npnet's; `everywhere` names the options that every command has."""

    everywhere: frozenset[str] = frozenset()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page."""
        formatter.write("\n\n".join([*_head(ctx, self), *_options(self.get_params(ctx), self.everywhere)]))


class HelpGroup(TyperGroup):
    """A family of commands whose help is npnet's."""

    everywhere: frozenset[str] = frozenset()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page."""
        lines = [(name, _first_line(command)) for name, command in self.commands.items() if not command.hidden]
        commands = _section("Commands", lines)
        formatter.write("\n\n".join([*_head(ctx, self), commands, *_options(self.get_params(ctx), self.everywhere)]))


def width() -> int:
    """Columns that a page of help takes."""
    return max(20, min(shutil.get_terminal_size().columns, WIDEST))


def _head(ctx: Any, command: Any) -> Iterator[str]:
    for paragraph in (command.help or "").split("\n\n"):
        yield paragraph if paragraph.startswith(EXAMPLES) else fill(paragraph, width())
    yield fill(f"Usage: {ctx.command_path} {' '.join(_usage(command))}", width(), subsequent_indent="    ")


def _usage(command: Any) -> Iterator[str]:
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name = f"{parameter.metavar}{'...' if parameter.nargs == -1 else ''}"
            yield name if parameter.required else f"[{name}]"
    if isinstance(command, TyperGroup):
        yield "[COMMAND]" if command.invoke_without_command else "COMMAND"
    yield "[OPTIONS]"


def _options(parameters: Sequence[Any], everywhere: frozenset[str]) -> Iterator[str]:
    shown = [parameter for parameter in parameters if not parameter.hidden]
    arguments = [parameter for parameter in shown if parameter.param_type_name == "argument"]
    options = [parameter for parameter in shown if parameter.param_type_name == "option"]
    common = [option for option in options if option.name in everywhere or option.name == "help"]
    own = [option for option in options if option not in common]
    for heading, some in (("Arguments", arguments), ("Options", own), ("Everywhere", common)):
        if some:
            yield _section(heading, [(_name(one), WORDS.get(one.name, one.help or "")) for one in some])


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    names = ", ".join(sorted(parameter.opts, key=len))
    return names if parameter.is_flag else f"{names} {parameter.metavar}"


def _section(heading: str, lines: Sequence[tuple[str, str]]) -> str:
    return "\n".join([f"{heading}:", *(_line(name, text) for name, text in lines)])


def _line(name: str, text: str) -> str:
    start = f"  {name:{NAMES}} "
    if width() < 60:
        return f"  {name}\n{fill(text, width(), initial_indent='      ', subsequent_indent='      ')}"
    return fill(f"{start}{text}", width(), subsequent_indent=" " * (NAMES + 3), drop_whitespace=True)


def _first_line(command: Any) -> str:
    return (command.help or "").partition("\n")[0]
