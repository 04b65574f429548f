"""Whole commands, from start to exit: the help, and a training with its pictures."""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.measure import ROOT, Result, measure_pair

NPNET = str(Path(sys.executable).parent / "npnet")
IMPORTS = "import typer, rich"
HELP_LIMIT, CIRCLES_LIMIT = 2.5, 0.7


def measure_help(rounds: int) -> Result:
    """`npnet --help` beside the imports that no such command can do without."""
    return measure_pair(
        "help",
        f'`npnet --help` / `python -c "{IMPORTS}"`',
        lambda: seconds([NPNET, "--help"]),
        lambda: seconds([sys.executable, "-c", IMPORTS]),
        2 * rounds,
        HELP_LIMIT,
    )


def measure_circles(rounds: int) -> Result:
    """`npnet train configs/circles.yaml` beside a script that does the same in PyTorch."""
    with tempfile.TemporaryDirectory() as folder:
        return measure_pair(
            "circles",
            "`npnet train configs/circles.yaml` / `python -m benchmarks.circles_torch`",
            lambda: seconds([NPNET, "train", "configs/circles.yaml", "--runs-dir", f"{folder}/runs"]),
            lambda: seconds([sys.executable, "-m", "benchmarks.circles_torch", f"{folder}/torch"]),
            rounds,
            CIRCLES_LIMIT,
        )


def seconds(command: list[str]) -> float:
    """How long a command takes; SystemExit with its last words where it fails."""
    start = perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    elapsed = perf_counter() - start
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        sys.exit(f"benchmarks: {' '.join(command)} failed: {last[0]}")
    return elapsed


COMMANDS = {"help": measure_help, "circles": measure_circles}
