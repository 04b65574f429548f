"""Threads: how many the matrix products of a training gain from, decided before any array exists."""

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from npnet.config import Experiment
from npnet.engine.graph import Graph
from npnet.experiment.data_info import DataInfo, complete
from npnet.machine.imports import BUFFER, require_disk_space

ENOUGH = 2e7
"""Multiply-adds of one matrix product from which a second thread is worth its wake-up."""


def choose_threads(experiment: Experiment, facts: DataInfo) -> int:
    """The number of BLAS threads: as written, or of `auto` one for small steps and every core for large ones."""
    if experiment.threads != "auto":
        return experiment.threads
    return cores() if largest_product(experiment, facts) >= ENOUGH else 1


def threads_of(experiment: Experiment) -> int:
    """The threads of an experiment that was trained, which its resolved.yaml has as a number."""
    return experiment.threads if isinstance(experiment.threads, int) else 1


def largest_product(experiment: Experiment, facts: DataInfo) -> int:
    """Multiply-adds of the largest matrix product in a training step: rows of a batch times a layer's parameters."""
    filled = complete(experiment, facts)
    steps = Graph(filled.layers, facts.features).of_layers()
    sizes = [p.shape[0] * p.shape[1] for step in steps for p in step.layer.parameters(step.inputs).values()]
    rows = facts.rows["train"]
    return max(sizes, default=0) * (rows if filled.batch_size == "all" else min(filled.batch_size, rows))


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
