"""Tidying: what a sweep that has come to its end needs no more."""

import os
from collections.abc import Iterable
from pathlib import Path

from npnet import io
from npnet.rundir import names as files
from npnet.sweep.task import attempts_of, shelf_of


def outlast_power() -> None:
    """Wait until the disk has every file of every trial: they are written unsynced, and a sweep that is done is whole.

    One flush of all that this machine has still to write takes a fraction of what the files take one by one.
    """
    os.sync()


def drop_weights(folder: Path, trials: Iterable[int]) -> None:
    """Remove the weights of some trials."""
    for number in trials:
        io.remove_file(folder / files.TRIALS / files.trial_name(number) / files.WEIGHTS)


def tidy(folder: Path) -> None:
    """Remove what only a sweep that goes on needs, and what processes that died left under hidden names."""
    for number, _ in enumerate(sorted((folder / files.WAVES).glob("*.json"))):
        for inner in (attempts_of(folder, number), shelf_of(folder, number, goes_on=True)):
            if inner.is_dir():
                io.remove_folder(inner)
    io.remove_file(folder / files.STOP)
    for place in (folder, folder / files.TRIALS, folder / files.WAVES):
        for left in place.glob(".*.tmp.*"):
            (io.remove_folder if left.is_dir() and not left.is_symlink() else io.remove_file)(left)
