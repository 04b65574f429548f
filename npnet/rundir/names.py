"""The names of runs and of the files in a run folder, and which files belong to a run."""

import os
import re
import time
from pathlib import Path

RUNS_DIR = "runs"  # the folder of the runs, unless NPNET_RUNS_DIR or an option names another
FORMAT = 2  # of a run folder; other formats are refused

INFO = "run.json"
CONFIG = "config.yaml"
RESOLVED = "resolved.yaml"
HISTORY = "history.csv"
TIMING = "timing.csv"
METRICS = "metrics.json"
BASELINES = "baselines.json"
ROWS = "data.csv"  # of an estimator: the rows that it was fitted on
PREDICTIONS = "predictions"
PREDICTED = ("validation", "test")  # the splits whose predictions are written
OUT_OF_FOLD = "out_of_fold"  # a cross-validation: predictions of all test rows, each by the fold that held it out
WEIGHTS = "weights.safetensors"
CHECKPOINT = "checkpoint.safetensors"
OLDER = ("checkpoint-1.safetensors", "checkpoint-2.safetensors")  # the newer first
FRAMES = "frames.safetensors"
GROWING_FRAMES = "frames.bin"  # the frames of a training in progress, one after another
PLOTS = "plots"
REPORT = "report.html"
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
INDEX = ".index"  # beside the runs, and hidden: it is not a run

LARGEST_JSON = 2**24
"""Bytes of run.json, which holds the command line: at most 2 MiB on Linux, and JSON may take six bytes for one."""
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
NAME_LENGTH = 100


def is_safe(name: str) -> bool:
    """Return whether a name can be a run id or a file in a run folder: no path, not hidden, not an option."""
    return SAFE_NAME.fullmatch(name) is not None


def folders(runs_dir: Path) -> list[str]:
    """Return the sorted names of the folders that may be runs, without links and hidden folders."""
    try:
        with os.scandir(runs_dir) as entries:
            found = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(filter(is_safe, found))


def trial_name(number: int) -> str:
    """Return the folder name of a trial, such as 0007."""
    return f"{number:04d}"


def new_id(name: str) -> str:
    """Return an id of local time, name and four random hex digits: 20261122-141502-circles-7f3a.

    Every character of the name that an id cannot hold becomes a hyphen.
    """
    return f"{time.strftime('%Y%m%d-%H%M%S')}-{file_name(name)}-{os.urandom(2).hex()}"


def file_name(name: str) -> str:
    """Return the name of a run as part of an id or of a file: other characters than letters and digits are hyphens."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:NAME_LENGTH].strip("-.") or "run"


def shown(text: str) -> str:
    """Quote text of unknown origin for a message: escaped, and at most 80 characters long."""
    return repr(text if len(text) <= 80 else text[:77] + "...")


OWN = frozenset(
    (
        *(INFO, CONFIG, RESOLVED, HISTORY, TIMING, METRICS, BASELINES, ROWS, PREDICTIONS, WEIGHTS, CHECKPOINT, *OLDER),
        *(FRAMES, GROWING_FRAMES, PLOTS, REPORT, LOG, CRASH, LOCK, SWEEP, TRIALS, RESULT, TABLE, POINTS, BEST),
        *(WAVES, STOP),
    )
)
"""Everything that npnet itself writes into a run folder."""


def owner(path: Path) -> Path | None:
    """Return the folder of the run to which a file belongs, existing or not; None for other files.

    Links are followed. A file that a user put into a run folder under another name belongs to no run.
    """
    named = Path(os.path.realpath(path.parent), path.name)
    for real in dict.fromkeys((named, Path(os.path.realpath(path)))):
        for folder in real.parents:
            is_run = (folder / INFO).is_file() and (folder / RESOLVED).is_file()
            if is_run and real.relative_to(folder).parts[0] in OWN:
                return folder
    return None
