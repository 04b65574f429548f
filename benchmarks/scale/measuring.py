"""Measures what a sweep costs here: a worker, the driver, the disk, and a real Dask scheduler."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import ROOT
from benchmarks.scale.clocks import CLOCKS, Clock, least
from benchmarks.scale.cluster import local_cluster
from benchmarks.scale.costs import Costs
from benchmarks.scale.driver import driver_costs
from benchmarks.scale.simulation import heartbeat_interval
from benchmarks.sweeps import CONFIG
from npnet.storage import disk
from npnet.sweeps.waves import Task, read_wave
from npnet.sweeps.worker import work

ROUNDS, TASKS, IDLE, SYNCS = 5, 2000, 20.0, 100


def measure(folder: Path, name: str) -> Costs:
    """All costs by the clock of that name; takes about two minutes."""
    clock = CLOCKS[name]
    sweep = make_sweep(folder)
    wave = read_wave(sweep, 0)
    [alone] = workers(sweep, [0], name)
    beside = workers(sweep, [0, 1], name)
    trial = next((sweep / "trials").iterdir())
    sizes = [file.stat().st_size for file in trial.iterdir()]
    return Costs(
        trials=len(wave.groups[0]),
        group=min(alone["seconds"]),
        group_beside=median(min(one["seconds"]) for one in beside),
        driver_start=driver_start(folder, clock),
        worker_start=alone["start"],
        sync=sync_cost(folder),
        files=len(sizes),
        trial_bytes=sum(sizes),
        worker_operations=alone["calls"],
        syncs=alone["syncs"],
        **driver_costs(folder, clock),
        **dask_costs(folder, sweep),
    )


def make_sweep(folder: Path, *words: str) -> Path:
    """Return a finished sweep of the trainings of `benchmarks.sweeps`, in two groups or more."""
    (folder / "sweep.yaml").write_text(CONFIG)
    run_sweep_command(folder, "costs", "-j", "1", "--seeds", "16", *words)
    return folder / "costs"


def run_sweep_command(folder: Path, name: str, *words: str) -> float:
    """Seconds of `npnet sweep` from start to table; SystemExit where it fails."""
    command = [sys.executable, "-m", "npnet", "sweep", str(folder / "sweep.yaml"), "--run-dir", str(folder / name)]
    began = time.perf_counter()
    done = subprocess.run([*command, "-q", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"benchmarks: {' '.join(command)} failed: {done.stderr.strip()}")
    return time.perf_counter() - began


def workers(sweep: Path, groups: Iterable[int], clock: str) -> list[dict[str, Any]]:
    """Workers side by side, each with a group of its own: how they started, and seconds of each time they trained."""
    module, began = "benchmarks.scale.group", str(0.0 if clock == "processor" else time.time())
    started = [
        subprocess.Popen(
            [sys.executable, "-m", module, str(sweep), str(group), str(ROUNDS), clock, began],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for group in groups
    ]
    said = [process.communicate()[0] for process in started]
    if any(process.returncode for process in started):
        sys.exit(f"benchmarks: {module} failed")
    return [json.loads(text) for text in said]


def driver_start(folder: Path, clock: Clock) -> float:
    """Seconds of the command before it makes its folder: that of a listing of what it would train."""
    words = ["sweep", str(folder / "sweep.yaml"), "--dry-run", "-q"]
    command = [sys.executable, "-m", "npnet", *words]
    return least(lambda: subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True), clock)


def sync_cost(folder: Path) -> float:
    """Seconds of a small file that is written and synced."""
    (folder / "synced").mkdir()
    began = time.perf_counter()
    for number in range(SYNCS):
        disk.write_new(folder / "synced" / str(number), bytes(1000))
    return (time.perf_counter() - began) / SYNCS


def dask_costs(folder: Path, sweep: Path) -> dict[str, float]:
    """Measure what a scheduler with two workers takes for a task and a heartbeat, and the size of a task."""
    import cloudpickle
    from distributed import Client

    with local_cluster(folder, 0) as address, Client(address) as client:
        alone = worked(client, lambda: time.sleep(IDLE))
    with local_cluster(folder, 2) as address, Client(address) as client:
        idle = worked(client, lambda: time.sleep(IDLE))
        busy = worked(client, lambda: client.gather(client.map(abs, range(TASKS), pure=False)))
        connections = client.run_on_scheduler(open_connections) / 3  # two workers and this client
    return {
        "task": busy / TASKS,
        "heartbeat": max(0.0, idle - alone) / (2 * IDLE / heartbeat_interval(2)),
        "message_bytes": len(cloudpickle.dumps((work, Task(str(sweep), 0, 0)))),
        "connections": connections,
    }


def worked(client: Any, step: Callable[[], object]) -> float:
    """Seconds that the scheduler's processor works while something is done."""
    before: float = client.run_on_scheduler(time.process_time)
    step()
    after: float = client.run_on_scheduler(time.process_time)
    return after - before


def open_connections() -> int:
    """Count the connections that this process holds open."""
    import psutil

    return sum(one.status == psutil.CONN_ESTABLISHED for one in psutil.Process().net_connections("tcp"))
