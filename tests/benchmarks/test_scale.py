"""The simulation of a sweep on a cluster: nothing is lost, nothing is faster than can be, the same seed is the same."""

import subprocess
import sys
from dataclasses import fields, replace

import pytest

from benchmarks.measure import ROOT
from benchmarks.scale.__main__ import NODES
from benchmarks.scale.costs import Costs
from benchmarks.scale.simulation import Cluster, Load, Simulation, heartbeat_interval

FREE = Costs(**{field.name: 0 for field in fields(Costs)})
COSTS = replace(
    FREE,
    driver_start=1.0,
    worker_start=0.8,
    plan_trial=1e-4,
    wave_trial=1e-5,
    collect_trial=2e-4,
    finish_trial=1e-3,
    task=1e-3,
    heartbeat=1e-4,
    wave_bytes=50,
    trial_bytes=20_000,
    worker_operations=12,
)
LOAD = Load(trials=6400, group=64, seconds=10.0)
FRAIL = Cluster(20, deaths=60.0, stragglers=0.1, retries=100)


@pytest.mark.parametrize(("workers", "seconds"), [(1, 1000.0), (4, 250.0), (7, 150.0), (200, 10.0)])
def test_without_failures_and_costs_the_time_is_the_ideal(workers: int, seconds: float) -> None:
    one = Simulation(FREE, Cluster(workers), LOAD).run()
    assert one.seconds == pytest.approx(seconds)
    assert one.ideal == pytest.approx(1000 / workers)
    assert one.lost == one.deaths == 0


@pytest.mark.parametrize("seed", range(5))
def test_all_groups_end_however_many_workers_die(seed: int) -> None:
    one = Simulation(COSTS, FRAIL, LOAD, seed).run()
    assert one.deaths > 0
    assert one.done == LOAD.groups
    assert one.given_up == 0
    assert one.useful >= LOAD.groups * LOAD.seconds
    assert one.seconds > one.ideal


def test_a_group_that_ends_its_workers_too_often_is_given_up_and_the_others_end() -> None:
    one = Simulation(COSTS, replace(FRAIL, deaths=720.0, retries=1), LOAD).run()
    assert one.given_up > 0
    assert one.done + one.given_up == LOAD.groups


def test_the_same_seed_is_the_same_sweep_and_another_is_not() -> None:
    first, again, other = (Simulation(COSTS, FRAIL, LOAD, seed).run() for seed in (1, 1, 2))
    assert first == again
    assert first.seconds != other.seconds


def test_who_is_slow_is_the_fullest_and_sets_the_pace() -> None:
    slow = Simulation(replace(COSTS, task=1.0), Cluster(1000), LOAD).run()
    assert slow.fullest == "scheduler"
    assert slow.seconds > LOAD.groups * 1.0
    narrow = Simulation(COSTS, Cluster(1000, operations=100.0), LOAD).run()
    assert narrow.fullest == "files"
    assert narrow.seconds > LOAD.trials * COSTS.worker_operations / 100.0


def test_more_of_anything_costs_time() -> None:
    plain = Simulation(COSTS, Cluster(20), LOAD).run()
    for worse in (Cluster(10), Cluster(20, deaths=10.0), Cluster(20, stragglers=0.3), Cluster(20, operations=500.0)):
        assert Simulation(COSTS, worse, LOAD).run().seconds > plain.seconds


def test_signs_of_life_come_more_rarely_from_more_workers() -> None:
    assert [heartbeat_interval(workers) for workers in (1, 10, 11, 50, 200, 1000)] == [0.5, 0.5, 1.0, 2.0, 2.0, 6.0]


def test_the_command_prints_a_line_for_each_cluster() -> None:
    command = [sys.executable, "-m", "benchmarks.scale", "simulate", "--trials", "2000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.count("fullest") == 3
    assert len(done.stdout.splitlines()) == 3 * (3 + len(NODES))
