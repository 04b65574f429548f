"""The shipped configs of sequences: scores on the test set, and processor seconds, of several seeds.

`python -m benchmarks.sequences` trains each with seeds 0, 1 and 2, on one thread; other seeds and names are arguments.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean

from benchmarks.commands import NPNET
from benchmarks.measure import ROOT

CONFIGS = ("adding_lstm", "adding_gru", "parity", "copy", "recall")
SEEDS = ("0", "1", "2")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def trained(name: str, seed: str, folder: Path) -> tuple[str, float, float]:
    """Return the name of the score of a training on the test set, its value, and the processor seconds of all of it."""
    before, run = _seconds(), folder / f"{name}-{seed}"
    command = [NPNET, "train", str(ROOT / "configs" / f"{name}.yaml"), f"seed={seed}", "threads=1"]
    command += ["--run-dir", str(run), "--no-plots", "-q"]
    subprocess.run(command, check=True, env=os.environ | ONE_THREAD, stdout=subprocess.DEVNULL)
    scores = json.loads((run / "metrics.json").read_bytes())["test"]
    score = ("accuracy", scores["accuracy"]) if "accuracy" in scores else ("mse", scores["rmse"] ** 2)
    return *score, _seconds() - before


def _seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments: list[str]) -> None:
    """Train the configs named, or all, with the seeds named, or three; print a line for each config."""
    seeds = [argument for argument in arguments if argument.isdigit()] or SEEDS
    with tempfile.TemporaryDirectory() as folder:
        for name in [argument for argument in arguments if not argument.isdigit()] or CONFIGS:
            each = [trained(name, seed, Path(folder)) for seed in seeds]
            scores = ", ".join(f"{value:.4g}" for _, value, _ in each)
            seconds = mean(spent for *_, spent in each)
            print(f"{name}: {each[0][0]} {scores} with seeds {', '.join(seeds)}; {seconds:.0f} s each")


if __name__ == "__main__":
    main(sys.argv[1:])
