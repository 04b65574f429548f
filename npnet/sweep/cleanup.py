"""Tidying: what a sweep that has come to its end needs no more."""

import os
from collections.abc import Iterable
from pathlib import Path

from npnet.rundir import names as files
from npnet.storage import disk
from npnet.sweep.task import leases_of, trials_folder


def outlast_power() -> None:
    """Wait until the disk has every file of every trial: they are written unsynced, and a sweep that is done is whole.

    One flush of all that this machine has still to write takes a fraction of what the files take one by one.
    """
    os.sync()


def drop_weights(folder: Path, trials: Iterable[int]) -> None:
    """Remove the weights of some trials."""
    for number in trials:
        disk.remove_file(folder / files.TRIALS / files.trial_name(number) / files.WEIGHTS)


def tidy(folder: Path) -> None:
    """Remove what only a sweep that goes on needs, and what processes that died left under hidden names."""
    for number, _ in enumerate(sorted((folder / files.WAVES).glob("*.json"))):
        for inner in (leases_of(folder, number), trials_folder(folder, number, goes_on=True)):
            if inner.is_dir():
                disk.remove_folder(inner)
    disk.remove_file(folder / files.STOP)
    for place in (folder, folder / files.TRIALS, folder / files.WAVES):
        for left in place.glob(".*.tmp.*"):
            (disk.remove_folder if left.is_dir() and not left.is_symlink() else disk.remove_file)(left)
