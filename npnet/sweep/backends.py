"""Backends: one seam over joblib, behind which groups are trained here, in processes, or on a cluster.

joblib gives up a whole call when a worker dies. So calls are repeated: what is missing is found by looking for results,
and a group that was begun twice and never ended is given up. On a cluster the same group may run twice at once: the
first folder that is whole stands.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from npnet.errors import MachineError, UsageError
from npnet.sweep.task import THREADS, Task

Work = Callable[[Task], int]
PATIENCE = 10.0  # seconds that a scheduler has to answer


class Lost(Exception):
    """Workers died; what they worked on is not known."""


def run_tasks(work: Work, tasks: Sequence[Task], jobs: int, backend: str, scheduler: str | None) -> Iterator[int]:
    """Do the work of each task, in any order; gives their numbers as they end.

    Raises `Lost` where a worker died, MachineError where a cluster is gone or was never there, UsageError for a
    backend that joblib does not know.
    """
    if backend == "local" and jobs == 1:
        return map(work, tasks)
    return _by_joblib(work, tasks, jobs, backend, scheduler)


def require_backend(backend: str, scheduler: str | None) -> None:
    """UsageError or MachineError where nothing could be trained there, before anything is made for it."""
    if scheduler is not None and backend != "dask":
        raise UsageError("--scheduler is for --backend dask", "leave out --scheduler")
    if backend != "local":
        with _chosen(backend, 1, scheduler):
            return


def _by_joblib(work: Work, tasks: Sequence[Task], jobs: int, backend: str, scheduler: str | None) -> Iterator[int]:
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import BrokenProcessPool

    with _chosen(backend, jobs, scheduler):
        parallel = Parallel(batch_size=1, pre_dispatch="2 * n_jobs", return_as="generator_unordered")
        try:
            yield from parallel(delayed(work)(task) for task in tasks)
        except BrokenProcessPool as error:
            raise Lost from error
        except Exception as error:
            raise _explained(error, scheduler) from error


@contextmanager
def _chosen(backend: str, jobs: int, scheduler: str | None) -> Iterator[None]:
    from joblib import parallel_config

    if backend == "dask":
        with _cluster(scheduler):
            yield
        return
    try:
        local = backend == "local"
        config = parallel_config(
            "loky" if local else backend, n_jobs=jobs, inner_max_num_threads=THREADS if local else None
        )
    except ValueError as error:
        raise UsageError(f"joblib has no backend {backend}", "local, dask, or one that is registered") from error
    with config:
        yield


@contextmanager
def _cluster(scheduler: str | None) -> Iterator[None]:
    from joblib import parallel_config

    if scheduler is None:
        raise UsageError("--backend dask needs --scheduler", "--scheduler tcp://HOST:8786")
    try:
        import distributed
    except ImportError:
        raise UsageError("the backend dask needs Dask", "pip install 'npnet[dask]'") from None
    try:
        client = distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise MachineError(f"no Dask scheduler answers at {scheduler}", "dask scheduler starts one") from error
    with client, parallel_config("dask", client=client):
        yield


def _explained(error: Exception, scheduler: str | None) -> Exception:
    """What an error of a backend means."""
    name = type(error).__name__
    if name == "KilledWorker":
        return Lost()
    if isinstance(error, OSError | TimeoutError) or name in (
        "CancelledError",
        "FutureCancelledError",
        "CommClosedError",
    ):
        where = f" at {scheduler}" if scheduler else ""
        return MachineError(f"the cluster{where} is gone: {error or name}", "npnet resume goes on where it was")
    return error
