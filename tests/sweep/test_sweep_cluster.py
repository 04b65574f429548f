"""A real Dask cluster on the loopback address: the table of one process, also where parts of it die."""

import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import call
from tests.sweep.cluster import Cluster, free_port
from tests.sweep.conftest import Start, marks, sweep, table, wait_for

TRIES = ("learning_rate=[0.001, 0.01]", "layers.0.linear.units=[2, 3, 4, 5, 6, 7, 8, 9, 10, 11]")  # ten groups
OPTIONS = ("--seeds", "2", "epochs=800")


@pytest.fixture
def cluster(folder: Path) -> Iterator[Callable[[], Cluster]]:
    started: list[Cluster] = []

    def start_one() -> Cluster:
        started.append(Cluster(folder))
        return started[-1]

    yield start_one
    for one in started:
        one.end()


@pytest.mark.long
def test_a_worker_is_killed_and_then_the_scheduler_and_the_table_is_that_of_one_process(
    folder: Path, start: Start, cluster: Callable[[], Cluster]
) -> None:
    assert sweep("whole", *OPTIONS, tries=TRIES).code == 0
    one = cluster()
    dask = ("--backend", "dask", "--scheduler", one.address)

    process = start("sweep", "c.yaml", *TRIES, *OPTIONS, "--run-dir", "s", *dask, "--no-plots")
    wait_for(lambda: one.workers[0].pid in [worker for _, worker in marks("s")])
    one.workers[0].send_signal(signal.SIGKILL)
    out, stderr = process.communicate(timeout=100)
    assert process.returncode == 0, stderr
    assert out.strip() == "s"
    assert "Traceback" not in stderr
    assert table("s").count(b"\n") == 41
    assert table("s") == table("whole")
    assert {path.name for path in Path("s").iterdir()} == {path.name for path in Path("whole").iterdir()}

    process = start("sweep", "c.yaml", *TRIES, *OPTIONS, "--run-dir", "t", *dask, "--no-plots")
    wait_for(lambda: marks("t"))
    one.scheduler.send_signal(signal.SIGKILL)
    out, stderr = process.communicate(timeout=100)
    assert process.returncode == 6, stderr
    assert "Traceback" not in stderr
    assert re.search(r"^npnet: error: the cluster at \S+ is gone", stderr, re.MULTILINE)
    one.end()
    assert call("resume", "t", "--no-plots").code == 0
    assert table("t") == table("whole")


@pytest.mark.long
def test_where_no_scheduler_answers_it_is_one_line_and_nothing_is_left(folder: Path, start: Start) -> None:
    address = f"tcp://127.0.0.1:{free_port()}"
    process = start(
        "sweep", "c.yaml", *TRIES, *OPTIONS, "--run-dir", "s", "--backend", "dask", "--scheduler", address, "--no-plots"
    )
    out, stderr = process.communicate(timeout=60)
    assert process.returncode == 6
    assert out == ""
    assert stderr.splitlines() == [
        f"npnet: error: no Dask scheduler answers at {address}",
        "hint: dask scheduler starts one",
    ]
    assert [path.name for path in folder.iterdir()] == ["c.yaml"]


@pytest.mark.parametrize("address", ["nowhere", "tcp://", "http://127.0.0.1:1", "tcp://127.0.0.1:none"])
def test_an_invalid_address_is_refused(folder: Path, address: str) -> None:
    result = sweep("s", "--backend", "dask", "--scheduler", address)
    assert result.code == 2
    assert result.err.startswith(f"npnet: error: --backend dask cannot use the address {address}\n")
    assert [path.name for path in folder.iterdir()] == ["c.yaml"]


def test_a_cluster_of_one_thread_trains_what_is_asked_of_it(folder: Path, cluster: Callable[[], Cluster]) -> None:
    one = cluster()
    one.workers.pop().kill()
    assert sweep("s", "--backend", "dask", "--scheduler", one.address).code == 0
    assert all("dask_worker" in path.read_text() for path in Path("s/trials").glob("*/run.json"))
