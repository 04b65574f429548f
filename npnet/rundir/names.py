"""The names of runs and of the files in a run folder."""

import os
import re
import time

FORMAT = 1  # of a run folder; a newer one is refused

INFO = "run.json"
CONFIG = "config.yaml"
RESOLVED = "resolved.yaml"
HISTORY = "history.csv"
TIMING = "timing.csv"
METRICS = "metrics.json"
BASELINES = "baselines.json"
PREDICTIONS = "predictions"
PREDICTED = ("validation", "test")  # the parts of which there are
OUT_OF_FOLD = "out_of_fold"  # of a cross-validation those of all rows that were held
WEIGHTS = "weights.safetensors"
CHECKPOINT = "checkpoint.safetensors"
OLDER = ("checkpoint-1.safetensors", "checkpoint-2.safetensors")  # the newer first
PLOTS = "plots"
LOG = "log.txt"
CRASH = "crash.txt"
LOCK = "LOCK"

SWEEP = "sweep.yaml"
TRIALS = "trials"
RESULT = "result.json"
TABLE = "trials.csv"
POINTS = "points.csv"
BEST = "best"
WAVES = "waves"
STOP = "STOP"
LATEST = "latest"
INDEX = ".index"  # beside the runs; hidden, so that it is none of them

LARGEST_JSON = 2**24
"""Bytes of run.json, which holds the command line: Linux hands over 2 MiB of it, and JSON may take six for one."""
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
NAME_LENGTH = 100


def is_safe(name: str) -> bool:
    """Whether a name can be a run's id, or a file's in a run folder: no path, nothing hidden, no flag."""
    return SAFE_NAME.fullmatch(name) is not None


def trial_name(number: int) -> str:
    """The name of a trial's folder: 0007."""
    return f"{number:04d}"


def new_id(name: str) -> str:
    """Make an id of the local time, a name and four random hex digits: 20261122-141502-circles-7f3a."""
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{sanitized(name)}-{os.urandom(2).hex()}"


def sanitized(name: str) -> str:
    """Make any text fit into an id: what may not stand there becomes a hyphen."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:NAME_LENGTH].strip("-.") or "run"


def shown(text: str) -> str:
    """Quote text of unknown origin for a message: control characters escaped, at most 80 of all."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
