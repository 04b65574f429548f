"""Real processes in odd environments, and the files of a run that must be the same in all of them."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

NPNET = f"{sys.executable} -m npnet"
ROOT = str(Path(__file__).parents[2])
SMALL = """\
dataset: {xor: {samples: 200}}
layers:
  - linear: 4
  - relu
  - linear
learning_rate: 0.05
epochs: 3
metrics: [roc_auc]
"""
OF_THE_MOMENT = ("run.json", "timing.csv", "log.txt", "LOCK")


def shell(line: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run a line of bash in a folder; a pipe fails where any part of it does."""
    surroundings = {**os.environ, "PYTHONPATH": ROOT, **environment}
    command = ["bash", "-o", "pipefail", "-c", line]
    return subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True, timeout=120)


def digest(run: Path) -> str:
    """One hash over all that a training must repeat byte for byte."""
    whole = hashlib.sha256()
    for file in sorted(path for path in run.rglob("*") if path.is_file() and path.name not in OF_THE_MOMENT):
        whole.update(f"{file.relative_to(run)} ".encode() + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()
