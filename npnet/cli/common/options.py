"""Arguments and options that several commands share, and the errors of their misuse."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.errors import UsageError
from npnet.rundir.names import RUNS_DIR

if TYPE_CHECKING:
    from npnet.cli.common.commands import CommandContext
    from npnet.config import Loaded
    from npnet.rundir.run import RunFolder


Run = Annotated[str, typer.Argument(metavar="RUN", help="A run folder, its id, a unique prefix of it, or latest.")]
Runs = Annotated[list[str], typer.Argument(metavar="RUN", help="Run folders, ids, unique prefixes, or latest.")]
Config = Annotated[Path, typer.Argument(metavar="CONFIG", help="A YAML file; npnet init writes one.")]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="KEY=VALUE", help="Settings that override the config, such as learning_rate=0.01."),
]
Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="File to write; - is standard output.")
]
Force = Annotated[bool, typer.Option("--force", "-f", help="Replace an existing file.")]
Tables = Annotated[
    list[str] | None,
    typer.Option("--table", metavar="NAME=FILE", help="Another file for a side table of the run; repeatable."),
]
Name = Annotated[str | None, typer.Option(metavar="NAME", help="Name of the run; default: the config's.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag of the run; repeatable.")]
RunDir = Annotated[Path | None, typer.Option(metavar="FOLDER", help="Run folder to write, new or empty.")]
NoPlots = Annotated[bool, typer.Option("--no-plots", help="Draw no plots.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", metavar="N", help="Number of processes to train in.", min=1)]
Backend = Annotated[str, typer.Option(metavar="NAME", help="local, dask, or another backend of joblib.")]
Scheduler = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address of the scheduler of a Dask cluster.")]
MaxFailures = Annotated[int | None, typer.Option(metavar="N", help="Stop once more than N trials have failed.", min=0)]
TrialTimeout = Annotated[
    float | None, typer.Option(metavar="SECONDS", help="Fail a trial that takes longer.", min=0.001)
]
Version = Annotated[bool, typer.Option("--version", help="Print the version.")]


def common_options(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show only results, warnings and errors.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write the result as one JSON object.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="Use no colours, as with NO_COLOR=1.")] = False,
    runs_dir: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            envvar="NPNET_RUNS_DIR",
            help=f"Folder of the runs; default: NPNET_RUNS_DIR, or {RUNS_DIR}.",
        ),
    ] = None,
    plugin: Annotated[
        list[Path] | None,
        typer.Option("--plugin", metavar="FILE", help="Python file that registers layers of your own; repeatable."),
    ] = None,
    accept_plugin: Annotated[
        bool, typer.Option("--accept-plugin", help="Use a plugin although the run was trained with another version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Declare the options that every command accepts, also before its name."""


def used_sweep_options(execution: Mapping[str, object]) -> dict[str, bool]:
    """Return the options that only the training of a sweep needs, each with whether it is given."""
    defaults = {"jobs": 1, "backend": "local"}
    return {f"--{name.replace('_', '-')}": value != defaults.get(name) for name, value in execution.items()}


def load_config(config: Path, overrides: Sequence[str] | None) -> "Loaded":
    """Read a config with its overrides; raise UsageError for an option that the command does not have."""
    refuse_options([str(config), *(overrides or [])])
    from npnet.config import load

    return load(config, overrides or [])


def inputs_of(loaded: "Loaded") -> list[str | Path]:
    """Return the files that a config reads, and the config: what a command on it never overwrites."""
    from npnet.data.readers.data_file import STDIN, place_of

    files = loaded.experiment.dataset.files
    return [loaded.path, *(place_of(path, loaded.base) for path in files if path != STDIN)]


def refuse_options(arguments: Sequence[str]) -> None:
    """Raise UsageError for `--learning_rate 3`, and show how to write the setting."""
    for index, text in enumerate(arguments):
        if text.startswith("-") and text != "-":
            name, equals, value = text.lstrip("-").partition("=")
            following = arguments[index + 1] if index + 1 < len(arguments) else "VALUE"
            raise _no_option(text.partition("=")[0], name.replace("-", "_"), value if equals else following)


def _no_option(option: str, name: str, value: str) -> UsageError:
    from npnet.config import Experiment
    from npnet.config.suggestions import suggest_option
    from npnet.registry import nearest

    first, dot, rest = name.partition(".")
    hint = None if dot else suggest_option(name, value)
    if hint is None and (near := nearest(first, list(Experiment.model_fields))):
        hint = f"write {near}{dot}{rest}={value}"
    return UsageError(f"there is no option {option}", hint or "-h shows the options")


def side_tables(texts: Sequence[str] | None) -> dict[str, str]:
    """Return the files of `--table NAME=FILE` by name; raise UsageError for another form, and a name given twice."""
    found: dict[str, str] = {}
    for text in texts or ():
        name, equals, file = text.partition("=")
        if not (name and equals and file) or file == "-":
            raise UsageError(f"--table accepts NAME=FILE, not {text}", "for example --table customers=new.csv")
        if name in found:
            raise UsageError(f"--table {name} is given twice", "leave out one of them")
        found[name] = file
    return found


def refuse_together(given: Mapping[str, bool]) -> None:
    """Raise UsageError for options that exclude each other."""
    first, *others = [name for name, there in given.items() if there] or [""]
    if others:
        rest = " and ".join(others)
        raise UsageError(f"{first} and {rest} do not go together", f"leave out {first}, or {rest}")


def once(context: "CommandContext", texts: Sequence[str], with_best: bool = False) -> "list[RunFolder]":
    """Return the runs that arguments name, each once, with a note on each that is named again.

    `with_best` takes a sweep and its best trial for the same.
    """
    from npnet.rundir.run import find_each

    found, notes = find_each(context.runs_dir, texts, with_best)
    for note in notes:
        context.screen.info(note)
    return found


def refuse_twice(options: Mapping[str, str], overrides: Sequence[str]) -> None:
    """Raise UsageError for an option, as --cv, beside its setting, as cv=5."""
    keys = {text.partition("=")[0].strip() for text in overrides}
    for option, key in options.items():
        refuse_together({option: True, f"{key}=": key in keys})
