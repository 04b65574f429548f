"""Thousands of tiny trainings: how much memory the driver of a sweep and its largest worker take.

`python -m benchmarks.sweeps many [COUNT...]` sweeps 1,000 and 10,000, each in its own process, by one job, then by two.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import ROOT
from benchmarks.sweeps.npnet_sweep import Silent
from benchmarks.sweeps.worker import CONFIG_FILE
from npnet.config import load
from npnet.machine.signals import Stop
from npnet.sweeps.driver import run_sweep
from npnet.sweeps.plan import SweepOptions, make_plan

COUNTS = ("1000", "10000")
CONFIG = """\
dataset: {{circles: {{samples: 100, noise: 0.04}}}}
layers: [linear: 2, relu, linear]
epochs: 1
sweep:
  method: random
  trials: {count}
  parameters: {{learning_rate: {{min: 0.001, max: 0.1, distribution: log_uniform}}}}
"""


def main(counts: list[str]) -> None:
    """Sweep each count with one job and with two, in processes of their own, whose peaks are theirs alone."""
    for count in counts or COUNTS:
        for jobs in ("1", "2"):
            subprocess.run([sys.executable, "-m", "benchmarks.sweeps.many", count, jobs], cwd=ROOT, check=True)


def many(count: int, jobs: int) -> None:
    """Sweep so many tiny networks in this process, and print its peak memory."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / CONFIG_FILE).write_text(CONFIG.format(count=count))
        began = time.perf_counter()
        run_sweep(make_plan(load(folder / CONFIG_FILE)), SweepOptions(folder / "runs", jobs=jobs), Silent(), Stop())
        each = (time.perf_counter() - began) / count
    unit = 1e6 if sys.platform == "darwin" else 1e3
    peaks = [resource.getrusage(who).ru_maxrss / unit for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    worker = f", its largest worker {peaks[1]:.0f} MB" if jobs > 1 else ""
    print(f"{count:6} trials, -j {jobs}: {1000 * each:.1f} ms each; driver {peaks[0]:.0f} MB{worker}", flush=True)


if __name__ == "__main__":
    many(int(sys.argv[1]), int(sys.argv[2]))
