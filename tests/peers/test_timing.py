"""The timing of layers beside PyTorch: a row for each network, whatever the times are."""

import subprocess
import sys

import pytest

from benchmarks.measure import ROOT

pytestmark = pytest.mark.peers


def test_each_network_has_a_row_of_times_and_their_ratio() -> None:
    pytest.importorskip("torch")
    command = [sys.executable, "-m", "benchmarks.positions", "--rounds", "1"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert len(lines) == 5
    for line in lines:
        own, theirs, ratio = (cell.split()[0] for cell in line.strip("| ").split(" | ")[1:])
        assert float(ratio) == pytest.approx(float(own) / float(theirs), rel=0.2)
