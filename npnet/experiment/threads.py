"""Threads: how many the matrix products of a training gain from, decided before any array exists."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

from npnet.config.experiment import Experiment
from npnet.machine.imports import BUFFER, require_disk_space

ENOUGH = 2e7
"""Multiply-adds of one matrix product from which a second thread is worth its wake-up."""


def choose_threads(written: int | Literal["auto"], largest_product: int) -> int:
    """Return the number of BLAS threads: as written; for `auto` one for small products, every core for large ones."""
    if written != "auto":
        return written
    return cores() if largest_product >= ENOUGH else 1


def threads_of(experiment: Experiment) -> int:
    """The threads of an experiment that was trained, which its resolved.yaml has as a number."""
    return experiment.threads if isinstance(experiment.threads, int) else 1


def cores() -> int:
    """The cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """Inside, BLAS takes that many threads; MachineError where it would find no memory for their buffers."""
    from threadpoolctl import threadpool_limits

    require_disk_space(threads * BUFFER, f"BLAS with {threads} thread{'s' * (threads != 1)}")
    with threadpool_limits(threads, user_api="blas"):
        yield


class SharedLimit:
    """A limit that threads of one process share: the first one inside sets it, the last one out lifts it."""

    def __init__(self, threads: int) -> None:
        self.threads, self._inside = threads, 0
        self._lock, self._limit = threading.Lock(), ExitStack()

    def __enter__(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._limit.enter_context(limited(self.threads))
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._limit.close()
