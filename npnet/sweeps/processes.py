"""Processes that train groups: backends that run them, leases that name them, and a watch over both.

A backend is this process, processes of joblib, or a cluster of Dask. Joblib and Dask give up a whole call when a worker
dies. The driver repeats calls: it looks for missing results, and gives up a group that was begun twice and never ended.
On a cluster the same group may run twice at once: the first whole folder of a trial stands.
"""

import logging
import os
import re
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from npnet.config import Experiment
from npnet.errors import MachineError, UsageError
from npnet.machine.resources import out_of_memory, require_address_space
from npnet.machine.signals import Stop
from npnet.rundir import names as files
from npnet.rundir.plugins import notes_of
from npnet.storage import disk
from npnet.storage.lock import is_running, process_start
from npnet.sweeps.context import THREADS
from npnet.sweeps.waves import Task

ADDRESS = re.compile(r"(tcp|tls|ucx|wss?)://[^/\s]+:\d{1,5}")
Work = Callable[[Task], int]
POOL = 64 << 20
"""Bytes of address space for the threads of a process pool: where one cannot start, joblib waits for ever."""
PATIENCE = 5.0  # seconds that a scheduler has to answer
MAX_ATTEMPTS = 2  # a group whose worker dies is trained once more
GRACE = 10.0  # seconds from asking a process to end to killing it
INTERVAL = 0.2  # seconds between two checks of signals and clocks


class WorkerDied(Exception):
    """A worker process died; its group is not known."""


def run_tasks(work: Work, tasks: Iterable[Task], jobs: int, backend: str, scheduler: str | None) -> Iterator[int]:
    """Do the work of each task, in any order; yields the numbers of groups as they end.

    Raises `WorkerDied` where a worker died, MachineError where a cluster does not answer, UsageError for a backend
    that joblib does not know.
    """
    if backend == "local" and jobs == 1:
        return map(work, tasks)
    if backend == "dask":
        return _by_dask(work, tasks, scheduler)
    return _by_joblib(work, tasks, jobs, backend)


def require_backend(backend: str, scheduler: str | None) -> None:
    """Raise UsageError or MachineError where a backend cannot train, before a folder is made."""
    if scheduler is not None and backend != "dask":
        raise UsageError("--scheduler is for --backend dask", "leave out --scheduler")
    if backend == "dask":
        with _cluster(scheduler):
            return
    if backend != "local":
        with _joblib_backend(backend, 1):
            return


def require_sharing(experiment: Experiment, jobs: int, backend: str) -> None:
    """Raise UsageError where other processes would train layers that only the program of this one registers."""
    if jobs == 1 and backend == "local":
        return
    for note in notes_of(experiment):
        if "module" in note:
            what = f"only this program registers {', '.join(note['names'])}, so other processes cannot train it"
            raise UsageError(what, "write its class to a file, and add --plugin FILE; or train with one job")


def _by_joblib(work: Work, tasks: Iterable[Task], jobs: int, backend: str) -> Iterator[int]:
    from multiprocessing import resource_tracker

    from joblib import Parallel, delayed
    from joblib.externals.loky.backend import resource_tracker as loky_tracker
    from joblib.externals.loky.process_executor import BrokenProcessPool

    require_address_space(POOL, "a pool of processes")
    with _joblib_backend(backend, jobs):
        parallel = Parallel(batch_size=1, pre_dispatch="2 * n_jobs", return_as="generator_unordered")
        for tracker in (resource_tracker, loky_tracker):
            tracker.ensure_running()  # starting it later would unblock the signal
        try:
            # Processes and threads that start here do not get the Ctrl-C which a terminal sends to all.
            before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            try:
                trained = parallel(delayed(work)(task) for task in tasks)
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
            yield from trained
        except BrokenProcessPool as error:
            raise WorkerDied from error


@contextmanager
def _joblib_backend(backend: str, jobs: int) -> Iterator[None]:
    from joblib import parallel_config

    try:
        name, threads = ("loky", THREADS) if backend == "local" else (backend, None)
        config = parallel_config(name, n_jobs=jobs, inner_max_num_threads=threads)
    except ValueError as error:
        raise UsageError(f"joblib has no backend {backend}", "local, dask, or one that is registered") from error
    with config:
        yield


def _by_dask(work: Work, tasks: Iterable[Task], scheduler: str | None) -> Iterator[int]:
    """Train by Dask itself: joblib would train here where the cluster has one thread left."""
    import distributed

    with _cluster(scheduler) as client:
        try:
            for future in distributed.as_completed(client.map(work, list(tasks), pure=False)):  # type: ignore[no-untyped-call]
                yield future.result()
        except distributed.KilledWorker as error:
            raise WorkerDied from error
        except (OSError, TimeoutError, CancelledError) as error:
            reason = str(error) or type(error).__name__
            message = f"the cluster at {scheduler} is gone: {reason}"
            raise MachineError(message, "npnet resume goes on where it was") from error


@contextmanager
def _cluster(scheduler: str | None) -> Iterator[Any]:
    if scheduler is None or not ADDRESS.fullmatch(scheduler):
        wrong = "needs --scheduler" if scheduler is None else f"cannot use the address {scheduler}"
        raise UsageError(f"--backend dask {wrong}", "--scheduler tcp://HOST:8786")
    try:
        import distributed
    except ImportError as error:
        raise out_of_memory(error) or UsageError("the backend dask needs Dask", "pip install 'npnet[dask]'") from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # its errors become one line below
    try:
        client = distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise MachineError(f"no Dask scheduler answers at {scheduler}", "dask scheduler starts one") from error
    with client, client.as_current():
        yield client


class Leases:
    """The leases of a wave, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def hold(self, group: int) -> Iterator[None]:
        """Hold a lease on a group: a file that names this process, and stays only if it dies."""
        path, process = self.folder / f"{group}.{secrets.token_hex(4)}", os.getpid()
        fields = socket.gethostname(), process, process_start(process), f"{time.time():.3f}"
        disk.write_unsynced(path, " ".join(map(str, fields)).encode())
        try:
            yield
        finally:
            disk.remove_file(path)

    def count(self, group: int) -> int:
        """Return how many processes began a group and have not ended it."""
        return sum(1 for _ in self.folder.glob(f"{group}.*"))

    def clear(self) -> None:
        """Remove all leases: no process works on the wave."""
        disk.make_folders(self.folder)
        for path in self.folder.glob("*.*"):
            disk.remove_file(path)

    def end_overdue(self, seconds: float) -> set[int]:
        """End other local processes that began a group so many seconds ago; returns the groups."""
        ended = set()
        for path in self.folder.glob("*.*"):
            with suppress(OSError, ValueError):
                host, process, started, began = path.read_text("ascii").split()
                is_other = host == socket.gethostname() and int(process) != os.getpid()
                if is_other and time.time() - float(began) > seconds and end_process(int(process), started):
                    ended.add(int(path.name.partition(".")[0]))
        return ended


def end_process(process: int, started: str) -> bool:
    """End a process by SIGTERM, then SIGKILL after `GRACE` seconds; False if it does not run.

    `started` is what `process_start` returned for it: a later process of the same number gets no signal.
    """
    if not is_running(process, started):
        return False
    deadline = time.monotonic() + GRACE
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
        while (running := is_running(process, started)) and time.monotonic() < deadline:
            time.sleep(0.1)
        if running:
            os.kill(process, signal.SIGKILL)
    return True


@contextmanager
def watching(folder: Path, stop: Stop, leases: Leases, timeout: float | None, late: set[int]) -> Iterator[None]:
    """Write the file STOP at a signal and end hung workers, whose groups join `late`."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(INTERVAL):
            if stop and not (folder / files.STOP).exists():
                disk.write_atomic(folder / files.STOP, b"")
            if timeout is not None:  # a worker that does not hang has noticed by itself that it is late
                late.update(leases.end_overdue(2 * timeout + 1.0))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
