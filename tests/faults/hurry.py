"""Waits of npnet shortened to nothing, so that small trainings go through all of its code."""

from collections.abc import Iterator
from contextlib import contextmanager

from npnet.engine import batches, loop
from npnet.model import stack_trainer
from npnet.rundir import cleanup


@contextmanager
def hurried() -> Iterator[None]:
    """Nothing is too young to be abandoned, and no batch too short to be followed by a checkpoint."""
    before = cleanup.AGE, loop.BETWEEN, batches.BLOCK_BYTES
    cleanup.AGE, loop.BETWEEN, batches.BLOCK_BYTES = 0.0, -1.0, 1
    stack_trainer.BETWEEN = loop.BETWEEN
    try:
        yield
    finally:
        cleanup.AGE, loop.BETWEEN, batches.BLOCK_BYTES = before
        stack_trainer.BETWEEN = loop.BETWEEN
