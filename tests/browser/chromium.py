"""Chromium for the tests: the one of the system, never downloaded."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[2] / "npnet" / "report" / "static"
FLAGS = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb", "--font-render-hinting=none"]


def missing() -> str | None:
    """Return why pages cannot be opened, or None."""
    if shutil.which("chromium") is None:
        return "there is no Chromium: apt-get install chromium"
    if find_spec("playwright") is None:
        return "there is no Playwright: make test-browser installs it"
    return None


@contextmanager
def chromium() -> Iterator[Any]:
    """Open the browser, and close it at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def with_scripts(browser: Any, *names: str) -> Any:
    """Open an empty page that has run some of the scripts of a report."""
    page = browser.new_page()
    for name in names:
        page.add_script_tag(content=(STATIC / f"{name}.js").read_text("utf-8"))
    return page
