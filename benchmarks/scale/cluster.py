"""A Dask cluster on the loopback address: a scheduler and workers, each a process started by its own command."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.measure import ROOT


@contextmanager
def local_cluster(folder: Path, workers: int) -> Iterator[str]:
    """Inside, a scheduler listens at the address, and so many workers of one thread are with it."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{asked.getsockname()[1]}"
    processes: list[subprocess.Popen[bytes]] = []
    try:
        port = address.rpartition(":")[2]
        processes.append(_start(folder, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"))
        for _ in range(workers):
            options = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder / "dask"))
            processes.append(_start(folder, "worker", address, *options))
        wait_for(address, workers)
        yield address
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def _start(folder: Path, part: str, *words: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *words]
    with (folder / f"dask-{part}.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)


def wait_for(address: str, workers: int, seconds: float = 60.0) -> None:
    """Wait until all workers are there; TimeoutError where they do not come."""
    from distributed import Client

    deadline = time.monotonic() + seconds
    while True:
        try:
            with Client(address, timeout=5) as client:
                if workers:
                    client.wait_for_workers(workers, timeout=seconds)
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
