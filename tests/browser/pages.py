"""Runs that are quickly trained, and pages of one section: the player of their network."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from npnet.report.elements import element
from npnet.report.network_data import network_data
from npnet.report.page import Page, Section, html_of
from npnet.report.page_engine import SCRIPTS, STYLES
from npnet.rundir.restore import reopen
from npnet.rundir.run import RunFolder
from tests.cli.conftest import call

LONG = 20  # seconds


def trained(folder: Path, config: str, *settings: str) -> RunFolder:
    """Train a config without pictures; return its run."""
    (folder / "config.yaml").write_text(config)
    result = call("train", folder / "config.yaml", *settings, "--run-dir", folder / "run", "--no-plots", "-q")
    assert result.code == 0, result.err
    return RunFolder(folder / "run")


def written(run: RunFolder, path: Path, with_data: bool = True) -> Path:
    """Write the page of a run's network."""
    data = network_data(run, reopen(run) if with_data else None)
    section = Section("network", "Network", "The network of a test.", element("div", id="network-player"))
    path.write_bytes(html_of(Page("Network", element("h1", "A test"), [section], SCRIPTS, STYLES, {"network": data})))
    return path


@contextmanager
def opened(browser: Any, path: Path, ready: str = ".player canvas", **options: Any) -> Iterator[Any]:
    """Open a page until an element is `ready`; at its end the console had no error, and the page made no request."""
    page = browser.new_page(**{"viewport": {"width": 1280, "height": 900}, **options})
    page.set_default_timeout(1000 * LONG)
    problems, requests = list[str](), list[str]()
    page.on("console", lambda message: problems.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    try:
        page.goto(path.as_uri())
        page.wait_for_selector(ready)
        yield page
        assert not problems, problems
        assert requests == [path.as_uri()], requests
    finally:
        page.close()


def until(page: Any, expression: str) -> None:
    """Wait until an expression is true; the policy of the page forbids Playwright's own way, which is `eval`."""
    end = time.monotonic() + LONG
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(20)
