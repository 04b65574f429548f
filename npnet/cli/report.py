"""`npnet report`: a run, several runs or a sweep as one HTML page."""

from pathlib import Path
from typing import TYPE_CHECKING

from npnet.cli.commands import CommandContext, command
from npnet.cli.files import OutputFile, destination
from npnet.cli.options import Force, Output, Runs

if TYPE_CHECKING:
    from npnet.rundir.run import Run

Target = OutputFile | Path | None
"""Where a page goes: to a file, into its place in the folder of a run, or to standard output."""
EXAMPLES = """
npnet report latest
npnet report latest -o circles.html
npnet report latest 20261122-1415 -o both.html
npnet report SWEEP
"""


@command("report", EXAMPLES)
def report(context: CommandContext, run: Runs, output: Output = None, force: Force = False) -> None:
    """Write one HTML page that shows a run, several runs or a sweep; prints its path.

    The page needs nothing else: it makes no request, and opens from a folder or an e-mail. Without -o it is report.html
    in the folder of the run, of several runs in the current folder. A report may replace a report; any other file is
    replaced only with -f. Where the data are gone, the page shows what the folder of the run has.
    """
    from npnet.report.page import html_of
    from npnet.report.writing import page_of_runs
    from npnet.rundir.run import find

    found = [find(context.runs_dir, text) for text in run]
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


def output_file(output: str | None, force: bool, runs: "list[Run]", inputs: tuple[str, ...] = ()) -> OutputFile | None:
    """Return the file of a page, which replaces a report without `force`; None for standard output."""
    from npnet.report.writing import is_report

    return destination(output, force or (output is not None and is_report(Path(output))), inputs, runs)


def target(output: str | None, force: bool, runs: "list[Run]") -> Target:
    """Return where the page goes: to -o, into the folder of the one run, or into the current folder."""
    from npnet.rundir.names import REPORT

    if output is None and len(runs) > 1:
        output = REPORT
    own = runs[0].file(REPORT)
    if output is None or (len(runs) == 1 and output not in ("", "-") and Path(output).resolve() == own):
        return own
    return output_file(output, force, runs)
