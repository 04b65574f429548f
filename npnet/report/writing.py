"""Which page shows which runs, where it goes, and what it may replace."""

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from npnet.errors import UsageError
from npnet.report.page import Page, html_of, written_by
from npnet.report.run_page import run_page
from npnet.rundir.names import REPORT
from npnet.rundir.run import RunFolder, by_name, is_sweep
from npnet.storage import disk


def page_of_runs(runs: Sequence[RunFolder], path: Path | None, quick: bool = False) -> Page:
    """Return the page of a run, a sweep or several runs, which is written to `path`; None is standard output.

    `quick` shows what the folder of a run alone has. Raise RunError for a damaged run, UsageError for runs of
    different tasks.
    """
    folder = None if path is None else path.parent
    if len({run.path for run in runs}) > 1:
        from npnet.report.runs_page import runs_page

        return runs_page(dict(by_name(runs)), lambda run: _address(run, folder))
    if is_sweep(runs[0]):
        from npnet.report.sweep_page import sweep_page

        return sweep_page(runs[0], _relative(runs[0].path, folder))
    return run_page(runs[0], quick)


def write_report(run: RunFolder, path: Path | None = None) -> Path:
    """Write the page of a run or a sweep to a file, by default into its folder; return its path.

    Raise UsageError where another file than a report would be replaced.
    """
    path = path or run.file(REPORT)
    if path.exists() and not is_report(path):
        raise UsageError(f"{path} exists already and is no report", "remove it, or write the report to another file")
    disk.write_atomic(path, html_of(page_of_runs([run], path)))
    return path


def is_report(path: Path) -> bool:
    """Return whether a file is a report, which another report may replace."""
    return written_by("report", path)


def _address(run: RunFolder, folder: Path | None) -> str | None:
    """Return the address of the page of a run, or else of its folder."""
    where = _relative(run.path, folder)
    return f"{where}{REPORT}" if (run.path / REPORT).is_file() else where or None


def _relative(run: Path, folder: Path | None) -> str:
    """Return the address of a folder from another, ending in a slash; "" for the same."""
    where = os.path.relpath(run, (folder or Path()).resolve())
    return "" if where == "." else f"{quote(where)}/"
