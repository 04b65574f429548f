"""`npnet watch`: the page of a run or a sweep, rewritten while it goes on."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from npnet.cli.commands import CommandContext, command
from npnet.cli.files import STDIO, OutputFile
from npnet.cli.options import Force, Output, Run
from npnet.cli.report import path_of, target, write
from npnet.errors import RunError, UsageError

EXAMPLES = """
npnet watch latest
npnet watch latest --every 10 -o live.html
"""


@command("watch", EXAMPLES)
def watch(
    context: CommandContext,
    run: Run,
    output: Output = None,
    force: Force = False,
    every: Annotated[
        float, typer.Option("--every", metavar="SECONDS", help="Seconds between two pages.", min=0.2, max=3600)
    ] = 5.0,
) -> None:
    """Rewrite the page of a run or a sweep every few seconds until it ends; prints its path.

    The page loads itself again as long as the run goes on, and can be paused. It is read from the folder of the run and
    never disturbs it; the last page, after the end, shows everything that npnet report shows.
    """
    from npnet.report.page import html_of
    from npnet.report.writing import page_of_runs
    from npnet.rundir.run import find

    if output == STDIO:
        raise UsageError("watch rewrites a file, which standard output is not", "write -o FILE, or npnet report -o -")
    found = find(context.runs_dir, run)
    file, shown = target(output, force, [found]), False
    while (status := found.status) == "running":
        try:
            page = page_of_runs([found], path_of(file), quick=True)
        except RunError:
            if found.status == "running" and not shown:  # a sweep without a result yet
                time.sleep(every)
                continue
            raise
        file = _written(file, html_of(page.reloading(every)))
        if not shown and not context.json:
            context.screen.result(str(path_of(file)))
        shown = True
        time.sleep(every)
    file = _written(file, html_of(page_of_runs([found], path_of(file))))
    if context.json:
        context.screen.result_json({"path": str(path_of(file)), "status": status})
        return
    if not shown:
        context.screen.result(str(path_of(file)))
    context.screen.info(f"{found.id}: {status}")


def _written(file: OutputFile | Path | None, page: bytes) -> OutputFile | Path | None:
    """Write a page; return where the next one goes, which may replace it."""
    if file is not None:
        write(file, page)
    return replace(file, force=True) if isinstance(file, OutputFile) else file
