"""`npnet report` and `npnet watch`: a run, several runs or a sweep as one HTML page, which may follow a run."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.files import STDIO, OutputFile, destination
from npnet.cli.common.options import Force, Output, Run, Runs, once
from npnet.errors import UsageError

if TYPE_CHECKING:
    from npnet.rundir.run import RunFolder

Target = OutputFile | Path | None
"""Where a page goes: to a file, into its place in the folder of a run, or to standard output."""
REPORT = """
npnet report latest
npnet report latest -o circles.html
npnet report latest 20261122-1415 -o both.html
npnet report SWEEP
"""
WATCH = """
npnet watch latest
npnet watch latest --every 10 -o live.html
"""


@command("report", REPORT)
def report(context: CommandContext, run: Runs, output: Output = None, force: Force = False) -> None:
    """Write one HTML page that shows a run, several runs or a sweep; prints its path.

    The page needs nothing else: it makes no request, and opens from a folder or an e-mail. Without -o it is report.html
    in the folder of the run, of several runs in the current folder. A report may replace a report; any other file is
    replaced only with -f. Where the data are gone, the page shows what the folder of the run has.
    """
    from npnet.report.page import html_of
    from npnet.report.writing import page_of_runs

    found = once(context, run, with_best=True)
    file = target(output, force, found)
    deliver(context, file, html_of(page_of_runs(found, path_of(file))))


def deliver(context: CommandContext, file: Target, page: bytes) -> None:
    """Write a page to a file or to standard output; print the path of the file."""
    if file is None:
        context.screen.result(page.decode())
        return
    write(file, page)
    if context.json:
        context.screen.result_json({"path": str(path_of(file)), "bytes": len(page)})
    else:
        context.screen.result(str(path_of(file)))


def write(file: OutputFile | Path, page: bytes) -> None:
    """Write a page into its own place in the folder of a run, or to another file."""
    if isinstance(file, OutputFile):
        file.write([page])
    else:
        from npnet.storage.disk import write_atomic

        write_atomic(file, page)


def path_of(file: Target) -> Path | None:
    """Return the path of a page, None for standard output."""
    return file.path if isinstance(file, OutputFile) else file


def output_file(
    output: str | None, force: bool, runs: "list[RunFolder]", inputs: Sequence[str | Path] = ()
) -> OutputFile | None:
    """Return the file of a page, which replaces a report without `force`; None for standard output."""
    from npnet.report.writing import is_report

    return destination(output, force or (output is not None and is_report(Path(output))), inputs, runs)


def target(output: str | None, force: bool, runs: "list[RunFolder]") -> Target:
    """Return where the page goes: to -o, into the folder of the one run, or into the current folder.

    Raise UsageError where another file than a report would be replaced without `force`.
    """
    from npnet.report.writing import is_report
    from npnet.rundir.names import REPORT
    from npnet.rundir.restore import data_files

    if output is None and len(runs) > 1:
        output = REPORT
    own = runs[0].file(REPORT)
    if output is None or (len(runs) == 1 and output not in ("", "-") and Path(output).resolve() == own):
        if own.exists() and not (force or is_report(own)):
            raise UsageError(f"{own} exists already and is no report", "-f replaces it, -o FILE writes elsewhere")
        return own
    return output_file(output, force, runs, [path for run in runs for path in data_files(run).values()])


@command("watch", WATCH)
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
        page = page_of_runs([found], path_of(file), quick=True)
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
