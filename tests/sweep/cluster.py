"""A Dask cluster on the loopback address: its parts are processes, started by Dask's own commands."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.sweep.conftest import wait_for


class Cluster:
    """A scheduler and two workers, each a process of its own, one of them under a nanny."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.processes = folder, list[subprocess.Popen[bytes]]()
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        wait_for(lambda: _answers(port))
        options = ("--nthreads", 1, "--no-dashboard", "--host", "127.0.0.1", "--local-directory", folder / "dask")
        self.workers = [self._start("worker", self.address, option, *options) for option in ("--no-nanny", "--nanny")]
        wait_for(lambda: self._told().count("Registered to:") == 2)

    def _start(self, *arguments: object) -> "subprocess.Popen[bytes]":
        with (self.folder / f"dask-{len(self.processes)}.log").open("wb") as log:
            command = [sys.executable, "-m", "distributed.cli.dask_" + str(arguments[0]), *map(str, arguments[1:])]
            process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)
        return process

    def _told(self) -> str:
        return "".join(log.read_text() for log in self.folder.glob("dask-*.log"))

    def end(self) -> None:
        for process in self.processes[::-1]:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
