"""Commands: functions with the common options, and their help pages."""

import inspect
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import CommandInfo, TyperInfo

from npnet import __version__
from npnet.cli.console.screen import Screen
from npnet.cli.options import RUNS_DIR, Version, common_options
from npnet.machine.signals import Interrupted, Stop

Function = Callable[..., int | None]

COMMON = inspect.signature(common_options, eval_str=True).parameters
SETTINGS = {"help_option_names": ["-h", "--help"]}
EXAMPLES = "Examples:"
ROOT_EXAMPLES = """
npnet init circles                 write circles.yaml, a first config
npnet train circles.yaml           train it; prints the run folder
npnet evaluate latest              show its scores
npnet runs                         list all runs
"""
TYPER_HELP = {
    "install_completion": "Install Tab completion of commands for this shell.",
    "show_completion": "Print what --install-completion would install.",
    "help": "Show this page.",
}
WIDEST = 100
NAMES = 22  # columns for the names of options; a longer name overruns them


@dataclass(frozen=True)
class CommandContext:
    """The screen, the stop signal and the common options of a command."""

    screen: Screen
    runs_dir: Path
    json: bool
    stop: Stop

    @classmethod
    def of(cls, given: Sequence[Mapping[str, Any]], stop: Stop) -> "CommandContext":
        """Combine the options after the command's name with those before it; the former count."""
        chosen = {name: next((options[name] for options in given if options.get(name)), None) for name in COMMON}
        screen = Screen(quiet=bool(chosen["quiet"]), color=False if chosen["no_color"] else None)
        return cls(screen, Path(chosen["runs_dir"] or RUNS_DIR), bool(chosen["json"]), stop)


def command(app: typer.Typer, name: str, examples: str, **settings: Any) -> Callable[[Function], Function]:
    """Register a function of a CommandContext as a command; its help begins with `examples`."""

    def register(function: Function) -> Function:
        first, _, rest = (inspect.getdoc(function) or "").partition("\n\n")
        text = f"{first}\n\n{_block(examples)}\n\n{rest}".rstrip()
        app.command(name, cls=HelpCommand, help=text, context_settings=SETTINGS | settings)(function)
        return function

    return register


def group(app: typer.Typer, name: str, purpose: str, examples: str, alone: Function | None = None) -> typer.Typer:
    """Add a group of commands under one name; `alone` runs where no command is named."""
    commands = typer.Typer(cls=HelpGroup, rich_markup_mode=None, context_settings=SETTINGS)
    if alone is not None:
        commands.callback(invoke_without_command=True)(typer_function(alone))
    app.add_typer(commands, name=name, help=f"{purpose}\n\n{_block(examples)}")
    return commands


class LazyCommands(dict[str, Any]):
    """Commands by name, each built by Typer when it is first used: building all is slow."""

    def __init__(self, app: typer.Typer) -> None:
        infos: list[Any] = [*app.registered_commands, *app.registered_groups]
        super().__init__({info.name: info for info in infos})

    def get(self, name: str, default: Any = None) -> Any:
        """Return a command, built."""
        found = super().get(name, default)
        if isinstance(found, CommandInfo | TyperInfo):
            found = self[name] = _built(found)
        return found

    def items(self) -> Any:
        """Return the names and commands, all of them built."""
        return [(name, self.get(name)) for name in self]


def _built(info: CommandInfo | TyperInfo) -> Any:
    settings: Any = {"pretty_exceptions_short": True, "rich_markup_mode": None}
    if isinstance(info, CommandInfo):
        info.callback = typer_function(info.callback)
        return typer.main.get_command_from_info(info, **settings)
    for one in info.typer_instance.registered_commands if info.typer_instance else ():
        one.callback = typer_function(one.callback)
    return typer.main.get_group_from_info(info, suggest_commands=True, **settings)


def program(commands: typer.Typer) -> Any:
    """Return the program with these commands, as Typer runs it."""
    built: Any = typer.main.get_command(_root())
    built.commands = LazyCommands(commands)
    return built


def _root() -> typer.Typer:
    """Return the program without its commands."""
    app = typer.Typer(
        name="npnet",
        cls=HelpGroup,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=SETTINGS,
        help=f"Train neural networks from a YAML file.\n\n{_block(ROOT_EXAMPLES)}",
    )

    def start(context: typer.Context, version: Version = False, **_: Any) -> None:
        if version:
            typer.echo(f"npnet {__version__}")
            raise typer.Exit
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    own = list(inspect.signature(start, eval_str=True).parameters.values())[:-1]
    app.callback(invoke_without_command=True)(_with_common_options(start, own))
    return app


def typer_function(function: Any) -> Any:
    """Return a function for Typer: common options in place of the CommandContext."""
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    typer_context = inspect.Parameter("typer_context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)

    def call(typer_context: typer.Context, **options: Any) -> int | None:
        if typer_context.invoked_subcommand is not None:
            return None
        context = CommandContext.of([options, *_outer_options(typer_context)], typer_context.obj)
        try:
            code: int | None = function(context, **{parameter.name: options[parameter.name] for parameter in own})
            return code
        except Interrupted as halted:
            context.screen.warn(f"interrupted; {halted.hint}" if halted.hint else "interrupted")
            return halted.code

    keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own]
    return _with_common_options(call, [typer_context, *keyword])


def _with_common_options(function: Function, parameters: list[inspect.Parameter]) -> Function:
    keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in COMMON.values()]
    function.__signature__ = inspect.Signature([*parameters, *keyword])  # type: ignore[attr-defined]
    return function


def _outer_options(context: typer.Context) -> Iterator[Mapping[str, Any]]:
    """Yield the options before the command's name: its group's, then npnet's own."""
    parent = context.parent
    while parent is not None:
        yield parent.params
        parent = parent.parent


def _block(examples: str) -> str:
    return "\n".join([EXAMPLES, *(f"  {line}" for line in examples.strip().splitlines())])


class HelpCommand(TyperCommand):
    """A command with npnet's help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page: its purpose, examples, usage, own options and common options."""
        formatter.write("\n\n".join([*_head(ctx, self), *_options(self.get_params(ctx))]))


class HelpGroup(TyperGroup):
    """A group of commands with npnet's help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page, with a list of the commands."""
        commands: Any = self.commands
        first_lines = [(name, (one.help or "").partition("\n")[0]) for name, one in dict.items(commands)]
        section = _section("Commands", first_lines)
        formatter.write("\n\n".join([*_head(ctx, self), section, *_options(self.get_params(ctx))]))


def _width() -> int:
    return max(20, min(shutil.get_terminal_size().columns, WIDEST))


def _head(context: Any, command: Any) -> Iterator[str]:
    for paragraph in (command.help or "").split("\n\n"):
        yield paragraph if paragraph.startswith(EXAMPLES) else fill(paragraph, _width())
    yield fill(f"Usage: {context.command_path} {' '.join(_usage(command))}", _width(), subsequent_indent="    ")


def _usage(command: Any) -> Iterator[str]:
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            name = f"{parameter.metavar}{'...' if parameter.nargs == -1 else ''}"
            yield name if parameter.required else f"[{name}]"
    if isinstance(command, TyperGroup):
        yield "[COMMAND]" if command.invoke_without_command else "COMMAND"
    yield "[OPTIONS]"


def _options(parameters: Sequence[Any]) -> Iterator[str]:
    sections: dict[str, list[Any]] = {"Arguments": [], "Options": [], "Common options": []}
    for parameter in parameters:
        common = parameter.name in COMMON or parameter.name == "help"
        is_argument = parameter.param_type_name == "argument"
        sections["Arguments" if is_argument else "Common options" if common else "Options"].append(parameter)
    for heading, found in sections.items():
        if found:
            yield _section(heading, [(_names(one), TYPER_HELP.get(one.name, one.help or "")) for one in found])


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar)
    names = ", ".join(sorted(parameter.opts, key=len))
    return names if parameter.is_flag else f"{names} {parameter.metavar}"


def _section(heading: str, lines: Sequence[tuple[str, str]]) -> str:
    return "\n".join([f"{heading}:", *(_line(name, text) for name, text in lines)])


def _line(name: str, text: str) -> str:
    if _width() < 60:
        return f"  {name}\n{fill(text, _width(), initial_indent='      ', subsequent_indent='      ')}"
    return fill(f"  {name:{NAMES}} {text}", _width(), subsequent_indent=" " * (NAMES + 3))
