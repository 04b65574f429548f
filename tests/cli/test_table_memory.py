"""A table too large for the memory is refused before it is read, in a line with both figures."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

needs_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the address space is read from /proc")

# The limit leaves so many MB to the program once it is loaded.
LIMITED = """
import re, resource, sys
from pathlib import Path
import pandas, sklearn.metrics
import npnet.runner
from npnet.cli import main
size = int(re.search(r"VmSize:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, [size + int(sys.argv[1]) * 2**20] * 2)
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a table of ten million rows and two columns."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "large.csv").write_bytes(b"x,y\n" + b"0,1\n1,0\n" * 5_000_000)
    (folder / "large.yaml").write_text("dataset: {table: {path: large.csv, target: y}}\nlayers: [linear]\n")
    return folder


@pytest.mark.long
@needs_linux
@pytest.mark.parametrize("command", [("train", "large.yaml"), ("data", "check", "large.yaml")])
def test_ten_million_rows_are_refused_where_there_is_no_room(folder: Path, command: tuple[str, ...]) -> None:
    program = [sys.executable, "-c", LIMITED, "150", *command]
    done = subprocess.run(program, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (6, "")
    first, hint = done.stderr.splitlines()
    assert first.startswith("npnet: error: large.yaml:1:10: large.csv does not fit into memory: about 10000000 rows")
    assert re.search(r"of 2 columns need 320.0 MB, [0-9.]+ MB are available$", first)
    assert hint == "hint: drop: leaves columns out; a file of fewer rows takes less"
    assert sorted(path.name for path in folder.iterdir()) == ["large.csv", "large.yaml"]


@pytest.mark.long
@needs_linux
def test_memory_that_runs_out_later_is_reported_in_a_line_too(folder: Path) -> None:
    program = [sys.executable, "-c", LIMITED, "280", "train", "large.yaml"]
    done = subprocess.run(program, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (6, "")
    first, _ = done.stderr.splitlines()
    assert first.startswith("npnet: error: large.yaml:1:10: ")
    assert "memory" in first
    assert sorted(path.name for path in folder.iterdir()) == ["large.csv", "large.yaml"]
