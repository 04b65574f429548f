"""One browser for all tests of a module; without Chromium they are skipped."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.chromium import chromium, missing


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if why := missing():
        pytest.skip(why)
    with chromium() as opened:
        yield opened
