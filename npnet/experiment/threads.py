"""BLAS threads: how many a training gains from, and limits on them."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Literal

from npnet.machine.resources import BUFFER, require_address_space

LARGE_PRODUCT = 2e7
"""Multiply-adds of a matrix product from which a second thread is faster, in spite of waking it up."""


def choose_threads(written: int | Literal["auto"], largest_product: int) -> int:
    """Return the number of BLAS threads; for `auto` all cores where the products are large."""
    if written != "auto":
        return written
    return cores() if largest_product >= LARGE_PRODUCT else 1


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def limited(threads: int) -> Iterator[None]:
    """Limit BLAS to a number of threads; raise MachineError without memory for their buffers."""
    from threadpoolctl import threadpool_limits

    require_address_space(threads * BUFFER, f"BLAS with {threads} thread{'s' * (threads != 1)}")
    with threadpool_limits(threads, user_api="blas"):
        yield


class SharedLimit:
    """A limit shared by the threads of a process: the first sets it, the last lifts it."""

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
