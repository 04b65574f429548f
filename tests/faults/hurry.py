"""Waits of npnet shortened to nothing, so that small trainings go through all of its code."""

from collections.abc import Iterator
from contextlib import contextmanager

from npnet.engine import batches, loop
from npnet.model import stack_trainer
from npnet.rundir import new_run
from npnet.runner import training


@contextmanager
def hurried() -> Iterator[None]:
    """Nothing is too young to be abandoned, and no batch too short to be followed by a checkpoint."""
    before = new_run.AGE, loop.BETWEEN, batches.BLOCK_BYTES
    new_run.AGE, loop.BETWEEN, batches.BLOCK_BYTES = 0.0, -1.0, 1
    stack_trainer.BETWEEN = training.BETWEEN = loop.BETWEEN  # type: ignore[attr-defined]
    try:
        yield
    finally:
        new_run.AGE, loop.BETWEEN, batches.BLOCK_BYTES = before
        stack_trainer.BETWEEN = training.BETWEEN = loop.BETWEEN  # type: ignore[attr-defined]
