"""What holds for all tests, and a run that tests of two folders ask."""

import signal
from pathlib import Path

import pytest

# A shell that starts the suite in the background has SIGINT ignored, and what the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a run on a table of text and numbers, then remove its data."""
    from tests.cli.tables import trained

    folder = tmp_path_factory.mktemp("table")
    path = trained(folder)
    (folder / "people.csv").unlink()
    return path
