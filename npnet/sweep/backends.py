"""Backends: one seam, behind which groups are trained here, by joblib in processes, or by Dask on a cluster.

Both give up a whole call when a worker dies. So calls are repeated: what is missing is found by looking for results,
and a group that was begun twice and never ended is given up. On a cluster the same group may run twice at once: the
first folder that is whole stands.
"""

import logging
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from typing import Any

from npnet.errors import MachineError, UsageError
from npnet.machine.imports import require_disk_space
from npnet.machine.refusals import out_of_memory
from npnet.sweep.task import THREADS, Task

ADDRESS = re.compile(r"(tcp|tls|ucx|wss?)://[^/\s]+:\d{1,5}")
Work = Callable[[Task], int]
POOL = 64 << 20
"""Bytes of address space for the threads of a pool of processes: where one cannot start, joblib waits for ever."""
PATIENCE = 5.0  # seconds that a scheduler has to answer


class Lost(Exception):
    """Workers died; what they worked on is not known."""


def run_tasks(work: Work, tasks: Iterable[Task], jobs: int, backend: str, scheduler: str | None) -> Iterator[int]:
    """Do the work of each task, in any order; gives their numbers as they end.

    Raises `Lost` where a worker died, MachineError where a cluster is gone or was never there, UsageError for a
    backend that joblib does not know.
    """
    if backend == "local" and jobs == 1:
        return map(work, tasks)
    if backend == "dask":
        return _by_dask(work, tasks, scheduler)
    return _by_joblib(work, tasks, jobs, backend)


def require_backend(backend: str, scheduler: str | None) -> None:
    """UsageError or MachineError where nothing could be trained there, before anything is made for it."""
    if scheduler is not None and backend != "dask":
        raise UsageError("--scheduler is for --backend dask", "leave out --scheduler")
    if backend == "dask":
        with _cluster(scheduler):
            return
    if backend != "local":
        with _chosen(backend, 1):
            return


def _by_joblib(work: Work, tasks: Iterable[Task], jobs: int, backend: str) -> Iterator[int]:
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import BrokenProcessPool

    require_disk_space(POOL, "a pool of processes")
    with _chosen(backend, jobs):
        parallel = Parallel(batch_size=1, pre_dispatch="2 * n_jobs", return_as="generator_unordered")
        try:
            with deaf_to_ctrl_c():
                trained = parallel(delayed(work)(task) for task in tasks)
            yield from trained
        except BrokenProcessPool as error:
            raise Lost from error


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Inside, processes and threads begin without hearing the Ctrl-C that a terminal sends to all; others still do.

    What hears it here is the thread that keeps the time of signals.
    """
    from multiprocessing import resource_tracker

    from joblib.externals.loky.backend import resource_tracker as another

    for tracker in (resource_tracker, another):
        tracker.ensure_running()  # a process that, as it begins, would undo what follows
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _chosen(backend: str, jobs: int) -> Iterator[None]:
    from joblib import parallel_config

    try:
        local = backend == "local"
        config = parallel_config(
            "loky" if local else backend, n_jobs=jobs, inner_max_num_threads=THREADS if local else None
        )
    except ValueError as error:
        raise UsageError(f"joblib has no backend {backend}", "local, dask, or one that is registered") from error
    with config:
        yield


def _by_dask(work: Work, tasks: Iterable[Task], scheduler: str | None) -> Iterator[int]:
    """By Dask itself: joblib would train here where a cluster has one thread, or one is left of it."""
    import distributed

    with _cluster(scheduler) as client:
        try:
            for future in distributed.as_completed(client.map(work, list(tasks), pure=False)):  # type: ignore[no-untyped-call]
                yield future.result()
        except distributed.KilledWorker as error:
            raise Lost from error
        except (OSError, TimeoutError, CancelledError) as error:
            reason = str(error) or type(error).__name__
            raise MachineError(
                f"the cluster at {scheduler} is gone: {reason}", "npnet resume goes on where it was"
            ) from error


@contextmanager
def _cluster(scheduler: str | None) -> Iterator[Any]:
    if scheduler is None or not ADDRESS.fullmatch(scheduler):
        wrong = "needs --scheduler" if scheduler is None else f"cannot use the address {scheduler}"
        raise UsageError(f"--backend dask {wrong}", "--scheduler tcp://HOST:8786")
    try:
        import distributed
    except ImportError as error:
        raise out_of_memory(error) or UsageError("the backend dask needs Dask", "pip install 'npnet[dask]'") from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what it says is told in one line below
    try:
        client = distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise MachineError(f"no Dask scheduler answers at {scheduler}", "dask scheduler starts one") from error
    with client, client.as_current():
        yield client
