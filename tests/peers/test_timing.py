"""The timing of layers beside PyTorch: a row for each network, whatever the times are."""

import subprocess
import sys

import pytest

from benchmarks import machine
from benchmarks.measure import ROOT

pytestmark = pytest.mark.peers


def test_each_network_has_a_row_of_times_and_their_ratio() -> None:
    if missing := machine.missing():
        pytest.skip(f"{', '.join(missing)} not installed")
    command = [sys.executable, "-m", "benchmarks.positions", "--rounds", "1"]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()[2:]
    assert len(lines) == 5
    for line in lines:
        own, products, theirs, of_jax, ratio = (float(cell.split()[0]) for cell in line.strip("| ").split(" | ")[1:])
        assert 0 < products < own
        assert of_jax > 0
        assert ratio == pytest.approx(own / theirs, rel=0.2)
