"""Which page shows which runs, where it goes, and what it may replace."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from npnet.report.page import MARK
from npnet.report.run_page import run_html
from npnet.rundir.names import REPORT
from npnet.rundir.run import Run
from npnet.storage import disk

FIRST = 4096  # bytes of a file by which a report is recognised


def html_of_runs(runs: Sequence[Run], quick: bool = False) -> bytes:
    """Return the page of a run; `quick` shows what its folder alone has."""
    return run_html(runs[0], quick)


def write_report(run: Run, quick: bool = False) -> Path:
    """Write the page of a run into its folder; return its path."""
    path = run.file(REPORT)
    disk.write_atomic(path, html_of_runs([run], quick))
    return path


def is_report(path: Path) -> bool:
    """Return whether a file is a report, which another report may replace."""
    with suppress(OSError), path.open("rb") as file:
        return MARK.encode() in file.read(FIRST)
    return False
