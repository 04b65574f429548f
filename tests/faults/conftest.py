"""A folder with a small config, and a run in ordinary surroundings that others are compared with."""

from pathlib import Path

import pytest

from tests.faults.shell import NPNET, SMALL, digest, shell


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Make a folder with a small config in it."""
    (tmp_path / "small.yaml").write_text(SMALL)
    return tmp_path


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a finished run, runs/run, that tests only read."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "small.yaml").write_text(SMALL)
    done = shell(f"{NPNET} train small.yaml -q --no-plots --run-dir runs/run", folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "runs/run\n", "")
    return folder


@pytest.fixture(scope="session")
def expected(trained: Path) -> str:
    """Return the hash of that run."""
    return digest(trained / "runs" / "run")
