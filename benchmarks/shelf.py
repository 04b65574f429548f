"""Time `npnet runs` over many run folders: the first look, and those that find an index.

python -m benchmarks.shelf [--runs N] [--rounds N]

The limits are those of 10 000 runs. The folders are made in the temporary folder and removed afterwards.
"""

import argparse
import json
import random
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.commands import NPNET, seconds

RUNS, ROUNDS = 10_000, 5
FIRST_LIMIT, LATER_LIMIT = 2.0, 0.5
METRICS = ("loss", "roc_auc", "accuracy", "balanced_accuracy", "f1", "precision", "recall", "log_loss", "brier")
LOOKS = {
    "all": [],
    "--filter": ["--filter", "test.roc_auc>0.9"],
    "--filter --sort": ["--filter", "test.roc_auc>0.5", "--sort", "-test.roc_auc"],
}


def main() -> None:
    """Make the folders, look, and print the median of each kind of look."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shelf", description="Time `npnet runs`.")
    parser.add_argument("--runs", type=int, default=RUNS, help="how many run folders")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="looks of each kind")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs_dir = Path(folder)
        make_runs(runs_dir, asked.runs)
        print(f"{'npnet runs':16} {'first':>7} {'later':>7}   of {asked.runs} runs, medians of {asked.rounds}")
        for name, options in LOOKS.items():
            first, later = look(runs_dir, options, asked.rounds)
            print(f"{name:16} {first:5.2f} s {later:5.2f} s")
        print(f"{'limit':16} {FIRST_LIMIT:5.2f} s {LATER_LIMIT:5.2f} s   of {RUNS} runs")


def look(runs_dir: Path, options: list[str], rounds: int) -> tuple[float, float]:
    """Median seconds of looks without an index, and of those after them."""
    command = [NPNET, "runs", *options, "--runs-dir", str(runs_dir)]
    first, later = [], []
    for _ in range(rounds):
        (runs_dir / ".index").unlink(missing_ok=True)
        first.append(seconds(command))
        later.append(seconds(command))
    return median(first), median(later)


def make_runs(runs_dir: Path, count: int) -> None:
    """Folders with the two files that lists read and the one beside them, as trainings leave them."""
    draw = random.Random(0)
    for number in range(count):
        clock = f"{number // 3600 % 24:02}{number // 60 % 60:02}{number % 60:02}"
        folder = runs_dir / f"202611{1 + number // 86400:02}-{clock}-circles-{draw.randrange(2**16):04x}"
        folder.mkdir()
        (folder / "run.json").write_text(json.dumps(info(folder.name, draw), indent=2) + "\n")
        scores = {part: {name: draw.random() for name in METRICS} for part in ("train", "validation", "test")}
        (folder / "metrics.json").write_text(json.dumps(scores, indent=2) + "\n")
        (folder / "resolved.yaml").write_text(f"learning_rate: {draw.random():.6f}\n")


def info(name: str, draw: random.Random) -> dict[str, Any]:
    """Return run.json of a finished run."""
    return {
        "format": 1,
        "status": "done",
        "id": name,
        "name": "circles",
        "tags": [f"group{draw.randrange(8)}"],
        "started": "2026-11-22T14:15:02+00:00",
        "finished": "2026-11-22T14:15:05+00:00",
        "seconds": round(draw.uniform(1, 100), 3),
        "argv": ["npnet", "train", "configs/circles.yaml", f"learning_rate={draw.random():.6f}"],
        "versions": {"python": "3.11.7", "npnet": "0.1.0", "numpy": "2.4.6", "scipy": "1.17.1", "pydantic": "2.14.4"},
        "machine": {
            "system": "Linux 6.18 x86_64",
            "cpu": "AMD EPYC",
            "cores": 2,
            "features": ["X86_V3"],
            "blas": {"name": "openblas", "version": "0.3.31", "architecture": "Haswell", "threads": 1},
        },
        "git": f"{draw.getrandbits(160):040x}",
        "data": f"{draw.getrandbits(256):064x}",
        "parameters": 337,
        "best_epoch": draw.randrange(1, 100),
        "error": None,
    }


if __name__ == "__main__":
    main()
