"""The benchmark of large tables runs, on small ones."""

import subprocess
import sys

import pytest

from benchmarks.measure import ROOT

pytestmark = pytest.mark.long


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["memory"], "at most 0.500 GB: met"),
        (["seconds"], "all three / (3 pandas + steps): "),
        (["reading"], "npnet / pandas: time "),
    ],
)
def test_it_trains_and_says_what_it_took(words: list[str], said: str) -> None:
    command = [sys.executable, "-m", "benchmarks.big", *words, "--rows", "2000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said in done.stdout
