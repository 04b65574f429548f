"""`npnet play`: the playground as one HTML page, with a config or a table or alone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.files import OutputFile, destination
from npnet.cli.common.options import Force, Output, inputs_of, load_config, refuse_options
from npnet.cli.report import deliver
from npnet.errors import DataError, UsageError

if TYPE_CHECKING:
    from npnet.config import Loaded
    from npnet.report.play.start import Start

EXAMPLES = """
npnet play
npnet play circles.yaml
npnet play credit.csv --target Status
npnet play circles.yaml layers.0.linear.units=4 -o lesson.html
"""
PAGE = "play.html"
CONFIGS = (".yaml", ".yml")
NoOpen = Annotated[bool, typer.Option("--no-open", help="Only write the page; do not open it.")]


@command("play", EXAMPLES, ignore_unknown_options=True)
def play(
    context: CommandContext,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="CONFIG|TABLE KEY=VALUE", help="A YAML file or a table to start with, and settings for it."
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of the table to predict; default: the last one.")
    ] = None,
    output: Output = None,
    force: Force = False,
    no_open: NoOpen = False,
) -> None:
    """Write a page that trains networks as you watch, and open it; prints its path.

    The page draws data sets, and takes a CSV that is dropped on it, which it sends nowhere. Its settings are a config
    that npnet train takes. It needs no network and no server: -o FILE writes it to be handed out; default file:
    play.html. A playground may replace a playground, any other file is replaced only with -f. Without a display the
    page is only written.
    """
    overrides = [text for text in arguments or [] if "=" in text]
    names = [text for text in arguments or [] if "=" not in text]
    source = _source(names, overrides, target)
    loaded = load_config(Path(source), overrides) if source is not None and source.endswith(CONFIGS) else None
    inputs = inputs_of(loaded) if loaded else [] if source is None else [source]
    file = _file(output, force, inputs)
    start = None if source is None else _start(source, loaded, target, overrides)
    from npnet.report.play.page import html_of_play

    page = html_of_play(start, "" if source is None else Path(source).name)
    for line in () if start is None else start.lacking:
        context.screen.info(f"the page differs: {line}")
    if file is None:
        context.screen.result(page.decode())
        return
    deliver(context, file, page)
    if not no_open:
        open_page(file.path)


def _source(names: list[str], overrides: list[str], target: str | None) -> str | None:
    """Return the config or table to start with; raise UsageError where there are several, or settings for none."""
    refuse_options(names)
    if len(names) > 1:
        raise UsageError("play takes one config or table", f"leave out {names[1]}")
    if not names:
        given = "--target" if target is not None else "KEY=VALUE" if overrides else None
        if given:
            raise UsageError(f"{given} is for a config or a table", "name its file, or choose in the page")
        return None
    (source,) = names
    if Path(source).is_dir():
        raise UsageError(f"{source} is a folder", f"npnet report {source} shows a run; play takes a config or a table")
    if target is not None and source.endswith(CONFIGS):
        raise UsageError("--target is for a table", "write dataset.table.target=COLUMN, or leave --target out")
    return source


def _file(output: str | None, force: bool, inputs: Sequence[str | Path]) -> OutputFile | None:
    """Return the file of the page, which replaces a playground without `force`; None for standard output."""
    from npnet.report.page import written_by

    name = PAGE if output is None else output
    return destination(name, force or written_by("play", Path(name)), inputs)


def _start(source: str, loaded: "Loaded | None", target: str | None, overrides: list[str]) -> "Start":
    from npnet.report.play.start import start_of, start_of_table

    if loaded is not None:
        return start_of(loaded)
    try:
        return start_of_table(source, target, overrides)
    except DataError as error:
        if target is not None or not Path(source).exists():
            raise
        hint = "--target COLUMN chooses the column to predict, which is the last one without it"
        raise DataError(error.message, f"{error.hint}; {hint}" if error.hint else hint) from None


def open_page(path: Path) -> bool:
    """Open a page in the browser where there is a display; return whether it was asked to."""
    name = "open" if sys.platform == "darwin" else "xdg-open"
    shown = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    opener = shutil.which(name) if shown else None
    if opener is None:
        return False
    # A shell that ends at once: the browser holds no stream of this command, which does not wait for it
    script = '"$0" "$1" </dev/null >/dev/null 2>&1 &'
    return subprocess.run(["sh", "-c", script, opener, path.absolute().as_uri()], check=False).returncode == 0
