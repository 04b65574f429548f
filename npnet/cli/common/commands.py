"""Commands: functions with the common options, and their help pages."""

import inspect
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from textwrap import fill
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.models import CommandInfo

from npnet import __version__
from npnet.cli.common.options import Version, common_options
from npnet.cli.common.plugins import plugins_of
from npnet.cli.console.screen import Screen
from npnet.machine.signals import Interrupted, Stop
from npnet.rundir.names import RUNS_DIR

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
    plugins: tuple[Path, ...] = ()
    accept_plugin: bool = False

    @classmethod
    def of(cls, typer_context: typer.Context) -> "CommandContext":
        """Combine the options after the command's name with those before it, of groups; the former count."""
        contexts: list[Any] = [typer_context]
        while contexts[-1].parent is not None:
            contexts.append(contexts[-1].parent)
        chosen = {name: next((one.params[name] for one in contexts if one.params.get(name)), None) for name in COMMON}
        plugins = [path for one in reversed(contexts) for path in one.params.get("plugin") or ()]
        options = shlex.join(word for path in plugins for word in ("--plugin", str(path)))
        screen = Screen(quiet=bool(chosen["quiet"]), color=False if chosen["no_color"] else None, options=options)
        runs_dir, json = Path(chosen["runs_dir"] or RUNS_DIR), bool(chosen["json"])
        return cls(screen, runs_dir, json, typer_context.obj, tuple(plugins), bool(chosen["accept_plugin"]))


def command(name: str, examples: str, **settings: Any) -> Callable[[Function], Any]:
    """Return a decorator that makes a function of a CommandContext a command; its help begins with `examples`."""

    def build(function: Function) -> Any:
        own = list(inspect.signature(function).parameters.values())[1:]

        def call(typer_context: typer.Context, **options: Any) -> int | None:
            if typer_context.invoked_subcommand is not None:
                return None
            context = CommandContext.of(typer_context)
            try:
                with plugins_of(context.screen.warn, context.plugins, context.accept_plugin):
                    return function(context, **{parameter.name: options[parameter.name] for parameter in own})
            except Interrupted as halted:
                context.screen.warn(f"interrupted; {halted.hint}" if halted.hint else "interrupted")
                return halted.code

        first, _, rest = (inspect.getdoc(function) or "").partition("\n\n")
        text = f"{first}\n\n{_block(examples)}\n\n{rest}".rstrip()
        return _built(HelpCommand, name, call, own, help=text, context_settings=SETTINGS | settings)

    return build


def _built(kind: Any, name: str, call: Any, own: Sequence[inspect.Parameter], **settings: Any) -> Any:
    """Return a command of Typer that calls a function with its context, its own options and the common options."""
    context = inspect.Parameter("typer_context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)
    parameters = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in (context, *own, *COMMON.values())]
    call.__signature__ = inspect.Signature(parameters)
    info = CommandInfo(name, cls=kind, callback=call, **settings)
    return typer.main.get_command_from_info(info, pretty_exceptions_short=True, rich_markup_mode=None)


def group(name: str, purpose: str, examples: str, commands: Mapping[str, Any], alone: Any = None) -> "HelpGroup":
    """Return a group of commands under one name; `alone` runs where no command is named."""
    settings: dict[str, Any] = {"help": f"{purpose}\n\n{_block(examples)}", "context_settings": SETTINGS}
    if alone is not None:
        settings |= {"callback": alone.callback, "params": alone.params, "invoke_without_command": True}
    return HelpGroup(name=name, commands=dict(commands), rich_markup_mode=None, **settings)


def program(commands: Mapping[str, tuple[str, str]]) -> Any:
    """Return npnet with commands that are not imported yet: of each the origin, as train:resume, and the purpose."""

    def start(typer_context: typer.Context, version: bool, **_: Any) -> None:
        if version:
            typer.echo(f"npnet {__version__}")
            raise typer.Exit
        if typer_context.invoked_subcommand is None:
            typer.echo(typer_context.get_help())

    version = inspect.Parameter("version", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Version)
    text = f"Train neural networks from a YAML file.\n\n{_block(ROOT_EXAMPLES)}"
    built = _built(HelpGroup, "npnet", start, [version], help=text, context_settings=SETTINGS)
    built.origins = {name: origin for name, (origin, _) in commands.items()}
    built.commands = {name: TyperCommand(name, help=purpose) for name, (_, purpose) in commands.items()}
    built.invoke_without_command = True
    built.params.extend(typer.main.get_install_completion_arguments())
    return built


def _block(examples: str) -> str:
    return "\n".join([EXAMPLES, *(f"  {line}" for line in examples.strip().splitlines())])


class HelpCommand(TyperCommand):
    """A command with npnet's help page."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page: its purpose, examples, usage, own options and common options."""
        formatter.write("\n\n".join([*_head(ctx, self), *_options(self.get_params(ctx))]))


class HelpGroup(TyperGroup):
    """A group of commands with npnet's help page; those with an origin are imported when they are first used."""

    origins: Mapping[str, str] = {}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, built, or None."""
        if cmd_name in self.origins:
            module, _, attribute = self.origins[cmd_name].partition(":")
            return getattr(import_module(f"npnet.cli.{module}"), attribute)
        return self.commands.get(cmd_name)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help page, with a list of the commands."""
        first_lines = [(name, (one.help or "").partition("\n")[0]) for name, one in self.commands.items()]
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
