"""One browser for all tests of a module; without Chromium they are skipped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import chromium, missing
from tests.browser.pages import opened
from tests.browser.playground import READY, written


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if why := missing():
        pytest.skip(why)
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a playground."""
    return written(tmp_path_factory.mktemp("play"))


@pytest.fixture
def page(browser: Any, file: Path) -> Iterator[Any]:
    """Open a playground."""
    with opened(browser, file, READY) as found:
        yield found
