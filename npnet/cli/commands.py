"""Commands: a decorator that gives each one the options that work everywhere, and its examples a place in the help."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from npnet import __version__
from npnet.cli.console.screen import Screen
from npnet.cli.help import EXAMPLES, Command, HelpGroup
from npnet.errors import UsageError
from npnet.machine.signals import Interrupted, Stop
from npnet.registry import nearest

RUNS_DIR = "runs"
SETTINGS = {"help_option_names": ["-h", "--help"]}

Version = Annotated[bool, typer.Option("--version", help="Print the version.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="A folder, an id, a unique prefix of one, or latest.")]
Runs = Annotated[list[str], typer.Argument(metavar="RUN", help="Folders, ids, unique prefixes, or latest.")]
Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML file; npnet init writes one.")]
Overrides = Annotated[
    list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Settings that win, such as learning_rate=0.01.")
]
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; - is standard output.")]
Force = Annotated[bool, typer.Option("--force", "-f", help="Replace a file that is there.")]


def _everywhere(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but results, warnings and errors.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write the result as one JSON object.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR=1 does the same.")] = False,
    runs_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", envvar="NPNET_RUNS_DIR", help=f"Where runs are; else NPNET_RUNS_DIR, or {RUNS_DIR}."
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """The options that every command has."""


EVERYWHERE = inspect.signature(_everywhere, eval_str=True).parameters


class NpnetCommand(Command):
    """A command of npnet."""

    everywhere = frozenset(EVERYWHERE)


class NpnetGroup(HelpGroup):
    """A family of commands, or all of them."""

    everywhere = frozenset(EVERYWHERE)


@dataclass(frozen=True)
class Here:
    """What every command is given: the screen, whether to stop, and what was asked for with options of everywhere."""

    screen: Screen
    runs_dir: Path
    json: bool
    stop: Stop

    @classmethod
    def of(cls, given: Sequence[Mapping[str, Any]], stop: Stop) -> "Here":
        """From the options behind the command's name, then those before it: the first that is given counts."""
        chosen = {name: next((one[name] for one in given if one.get(name)), None) for name in EVERYWHERE}
        screen = Screen(quiet=bool(chosen["quiet"]), color=False if chosen["no_color"] else None)
        return cls(screen, Path(chosen["runs_dir"] or RUNS_DIR), bool(chosen["json"]), stop)


def earlier(context: typer.Context) -> Iterator[Mapping[str, Any]]:
    """The options before the command's name, of its family and of npnet itself."""
    parent = context.parent
    while parent is not None:
        yield parent.params
        parent = parent.parent


def command(
    app: typer.Typer, name: str, examples: str, **settings: Any
) -> Callable[[Callable[..., int | None]], Callable[..., int | None]]:
    """Register a function of `Here` and its own options as a command; `examples` go first in its help."""

    def register(function: Callable[..., int | None]) -> Callable[..., int | None]:
        call = with_everywhere(function)
        text = help_text(function, examples)
        app.command(name, cls=NpnetCommand, help=text, context_settings=SETTINGS | settings)(call)
        return function

    return register


def with_everywhere(function: Callable[..., int | None]) -> Callable[..., int | None]:
    """The same function as Typer takes it: without `Here`, with the options that work everywhere."""
    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    context = inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)

    def call(context: typer.Context, **options: Any) -> int | None:
        if context.invoked_subcommand is not None:
            return None
        here = Here.of([options, *earlier(context)], context.obj)
        try:
            return function(here, **{parameter.name: options[parameter.name] for parameter in own})
        except Interrupted as halted:
            here.screen.warn(f"interrupted; {halted.hint}" if halted.hint else "interrupted")
            return halted.code

    keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *EVERYWHERE.values())]
    call.__signature__ = inspect.Signature([context, *keyword])  # type: ignore[attr-defined]
    return call


def group(
    app: typer.Typer, name: str, purpose: str, examples: str, alone: Callable[..., None] | None = None
) -> typer.Typer:
    """A family of commands under one name, which may do something alone."""
    family = typer.Typer(cls=NpnetGroup, rich_markup_mode=None, context_settings=SETTINGS)
    if alone is not None:
        family.callback(invoke_without_command=True)(with_everywhere(alone))
    app.add_typer(family, name=name, help=f"{purpose}\n\n{_block(examples)}")
    return family


def root() -> typer.Typer:
    """The program without its commands."""
    app = typer.Typer(
        name="npnet",
        cls=NpnetGroup,
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

    context, version, _ = inspect.signature(start, eval_str=True).parameters.values()
    start.__signature__ = inspect.Signature([context, version, *EVERYWHERE.values()])  # type: ignore[attr-defined]
    app.callback(invoke_without_command=True)(start)
    return app


ROOT_EXAMPLES = """
npnet init circles                 write circles.yaml, a first config
npnet train circles.yaml           train it; prints the run folder
npnet evaluate latest              its scores
npnet runs                         all runs
"""


def help_text(function: Callable[..., Any], examples: str) -> str:
    """The first line of a docstring, then examples, then the rest of the docstring."""
    first, _, rest = (inspect.getdoc(function) or "").partition("\n\n")
    return f"{first}\n\n{_block(examples)}\n\n{rest}".rstrip()


def _block(examples: str) -> str:
    return "\n".join([EXAMPLES, *(f"  {line}" for line in examples.strip().splitlines())])


def refuse_options(arguments: list[str]) -> None:
    """UsageError for `--learning_rate 3` among KEY=VALUE settings: it says how that is written."""
    for place, text in enumerate(arguments):
        if text.startswith("-") and text != "-":
            name, equals, value = text.lstrip("-").partition("=")
            following = arguments[place + 1] if place + 1 < len(arguments) else "VALUE"
            raise _no_option(text.partition("=")[0], name.replace("-", "_"), value if equals else following)


def refuse_together(given: Mapping[str, bool]) -> None:
    """UsageError where others are given beside the first of these: one would win without a word."""
    first, *others = [name for name, there in given.items() if there] or [""]
    if others:
        rest = " and ".join(others)
        raise UsageError(f"{first} and {rest} do not go together", f"leave out {first}, or {rest}")


def refuse_twice(options: Mapping[str, str], overrides: Sequence[str]) -> None:
    """UsageError for an option, such as --cv, that is given beside the setting it stands for, such as cv=5."""
    keys = {text.partition("=")[0].strip() for text in overrides}
    for option, key in options.items():
        refuse_together({option: True, f"{key}=": key in keys})


def _no_option(written: str, name: str, value: str) -> UsageError:
    from npnet.config import Experiment
    from npnet.config.suggestions import suggest_option

    first, dot, rest = name.partition(".")
    hint = None if dot else suggest_option(name, value)
    if hint is None and (near := nearest(first, list(Experiment.model_fields))):
        hint = f"write {near}{dot}{rest}={value}"
    return UsageError(f"there is no option {written}", hint or "-h shows the options")
