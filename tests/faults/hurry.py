"""Hurry: what npnet waits seconds for happens at once, so that small trainings go through all of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from npnet import training
from npnet.cohort import cohort
from npnet.nn import batches
from npnet.rundir import abandoned


@contextmanager
def hurried() -> Iterator[None]:
    """Nothing is too young to be abandoned, and no batch too short to be followed by a checkpoint."""
    kept = abandoned.AGE, training.BETWEEN, batches.BLOCK_BYTES
    abandoned.AGE, training.BETWEEN, batches.BLOCK_BYTES = 0.0, -1.0, 1
    cohort.BETWEEN = training.BETWEEN
    try:
        yield
    finally:
        abandoned.AGE, training.BETWEEN, batches.BLOCK_BYTES = kept
        cohort.BETWEEN = training.BETWEEN
