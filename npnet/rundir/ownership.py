"""Which run a file belongs to, so that no command is told to write over what npnet keeps there."""

import os
from pathlib import Path

from npnet.rundir import names

OWN = frozenset(
    (
        *(names.INFO, names.CONFIG, names.RESOLVED, names.HISTORY, names.TIMING, names.METRICS, names.BASELINES),
        *(names.PREDICTIONS, names.WEIGHTS, names.CHECKPOINT, *names.OLDER, names.PLOTS, names.LOG, names.CRASH),
        *(names.LOCK, names.SWEEP, names.TRIALS, names.RESULT, names.TABLE, names.POINTS, names.BEST, names.WAVES),
        names.STOP,
    )
)


def owner(path: Path) -> Path | None:
    """The folder of the run of which a path is a file, whether that is there yet or not; None for other files.

    Links are followed. What somebody put into a run's folder under a name of their own belongs to no run.
    """
    named = Path(os.path.realpath(path.parent), path.name)
    for place in dict.fromkeys((named, Path(os.path.realpath(path)))):
        for folder in place.parents:
            if place.relative_to(folder).parts[0] in OWN and _is_run(folder):
                return folder
    return None


def _is_run(folder: Path) -> bool:
    return (folder / names.INFO).is_file() and (folder / names.RESOLVED).is_file()
