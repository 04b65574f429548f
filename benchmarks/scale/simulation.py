"""A sweep on a cluster, event by event: one driver, one scheduler, one file server, and workers that die.

The scheduler, the driver and the two sides of the file server (its operations, its network) do one thing at a time, in
the order in which it is asked for. A worker waits for the scheduler and the file server, never for the driver. A group
whose worker dies is run again whole by the next free worker, as long as Dask tries it.
"""

import heapq
import random
from collections import deque
from dataclasses import dataclass, field

from benchmarks.scale.costs import Costs


@dataclass(frozen=True)
class Cluster:
    """Workers, what they have in common, and what befalls them."""

    workers: int
    operations: float = 12_000.0  # of the file server, a second
    bandwidth: float = 1.25e9  # of the file server, bytes a second
    latency: float = 0.00025  # seconds that who asks it for something waits beside
    sync: float = 0.0027  # seconds that who wants it to be on the disk waits
    deaths: float = 0.0  # of a worker, an hour
    restart: float = 10.0  # seconds until a worker that died is there again
    detection: float = 1.0  # seconds until the scheduler knows of it
    stragglers: float = 0.0  # share of groups
    slowdown: float = 3.0  # of those, times as long
    retries: int = 3  # of a group, the `allowed-failures` of Dask


@dataclass(frozen=True)
class Load:
    """A sweep: how many trials, in groups of how many, and how long a worker takes for a group."""

    trials: int
    group: int
    seconds: float

    @property
    def groups(self) -> int:
        """How many groups; the last one counts as a full one."""
        return -(-self.trials // self.group)


@dataclass
class Server:
    """Who does one thing at a time: when it is free, and how long it has worked."""

    free: float = 0.0
    busy: float = 0.0

    def serve(self, now: float, seconds: float) -> float:
        """When something is done that is asked for now."""
        self.free = max(self.free, now) + seconds
        self.busy += seconds
        return self.free


@dataclass
class Outcome:
    """What came of it."""

    seconds: float = 0.0
    done: int = 0  # groups
    given_up: int = 0
    deaths: int = 0
    useful: float = 0.0  # seconds of workers for groups that ended
    lost: float = 0.0  # for groups whose worker died
    ideal: float = 0.0  # seconds, if workers did nothing but train
    busy: dict[str, float] = field(default_factory=dict)  # share of the time, by who

    @property
    def efficiency(self) -> float:
        """Which part of the time workers would need if they did nothing but train."""
        return self.ideal / self.seconds

    @property
    def lost_share(self) -> float:
        """Which part of the trainings was for nothing."""
        return self.lost / (self.lost + self.useful)

    @property
    def fullest(self) -> str:
        """Who has the least time left."""
        return max(self.busy, key=lambda name: self.busy[name])


def heartbeat_interval(workers: int) -> float:
    """Seconds between two signs of life of a worker, as Dask's scheduler asks for them."""
    for most, seconds in ((10, 0.5), (49, 1.0), (199, 2.0)):
        if workers <= most:
            return seconds
    return workers / 200 + 1


class Simulation:
    """One sweep under way."""

    def __init__(self, costs: Costs, cluster: Cluster, load: Load, seed: int = 0) -> None:
        self.costs, self.cluster, self.load = costs, cluster, load
        self.random = random.Random(seed)
        self.scheduler, self.driver, self.files, self.network = Server(), Server(), Server(), Server()
        self.outcome = Outcome(ideal=load.groups * load.seconds / cluster.workers)
        beats = costs.heartbeat * cluster.workers / heartbeat_interval(cluster.workers)
        self.task = costs.task / max(0.01, 1 - beats)  # what signs of life leave of the scheduler
        self.waiting = deque(range(load.groups))
        self.idle = deque[int]()
        self.failures: dict[int, int] = {}
        self.events: list[tuple[float, int, str, int, int]] = []
        self.counter = 0

    def run(self) -> Outcome:
        """Go from event to event until every group has ended and the table is written."""
        costs, trials = self.costs, self.load.trials
        planned = self.driver.serve(0.0, costs.driver_start + costs.plan_trial * trials)
        for worker in range(self.cluster.workers):
            self.at(planned, "start", worker)
        while self.events:
            now, _, kind, worker, group = heapq.heappop(self.events)
            getattr(self, kind)(now, worker, group)
            self.give_out(now)
        self.read(self.driver.free, costs.finish_trial, costs.finish_operations, trials)
        self.outcome.seconds = self.driver.free
        servers = {"scheduler": self.scheduler, "driver": self.driver, "files": self.files, "network": self.network}
        self.outcome.busy = {name: server.busy / self.outcome.seconds for name, server in servers.items()}
        return self.outcome

    def at(self, when: float, kind: str, worker: int, group: int = -1) -> None:
        """Something will happen; of two things at once, the one that was said first."""
        self.counter += 1
        heapq.heappush(self.events, (when, self.counter, kind, worker, group))

    def start(self, now: float, worker: int, _group: int) -> None:
        """Let a worker read the plan over the network, then the data."""
        trials = self.load.trials
        there = self.network.serve(now, self.costs.wave_bytes * trials / self.cluster.bandwidth)
        self.at(there + self.costs.worker_start + self.costs.wave_trial * trials, "free", worker)

    def free(self, _now: float, worker: int, _group: int) -> None:
        """Mark a worker as idle."""
        self.idle.append(worker)

    def give_out(self, now: float) -> None:
        """Free workers are told what to do, as far as there is something."""
        while self.waiting and self.idle:
            told = self.scheduler.serve(now, self.task / 2)
            self.at(told, "train", self.idle.popleft(), self.waiting.popleft())

    def train(self, now: float, worker: int, group: int) -> None:
        """Let a worker train to the end, or die before it."""
        seconds = self.load.seconds
        if self.random.random() < self.cluster.stragglers:
            seconds *= self.cluster.slowdown
        rate = self.cluster.deaths / 3600
        left = self.random.expovariate(rate) if rate else float("inf")
        if left < seconds:
            self.outcome.lost += left
            self.at(now + left, "die", worker, group)
        else:
            self.outcome.useful += seconds
            self.at(now + seconds, "write", worker, group)

    def die(self, now: float, worker: int, group: int) -> None:
        """Remove a worker, and what it had done of its group."""
        self.outcome.deaths += 1
        self.failures[group] = self.failures.get(group, 0) + 1
        if self.failures[group] > self.cluster.retries:
            self.outcome.given_up += 1
        else:
            self.at(now + self.cluster.detection, "again", worker, group)
        self.at(now + self.cluster.restart, "start", worker)

    def again(self, _now: float, _worker: int, group: int) -> None:
        """Queue a group again, before those that were never tried."""
        self.waiting.appendleft(group)

    def write(self, now: float, worker: int, group: int) -> None:
        """Send the folders of a group to the file server."""
        trials, costs = self.load.group, self.costs
        made = self.files.serve(now, costs.worker_operations * trials / self.cluster.operations)
        sent = self.network.serve(now, costs.trial_bytes * trials / self.cluster.bandwidth)
        waits = costs.worker_operations * self.cluster.latency + costs.syncs * self.cluster.sync
        self.at(max(made, sent) + waits * trials, "report", worker, group)

    def report(self, now: float, worker: int, _group: int) -> None:
        """Tell the scheduler, free the worker, and let the driver read the results."""
        told = self.scheduler.serve(now, self.task / 2)
        self.at(told, "free", worker)
        self.read(told, self.costs.collect_trial, self.costs.collect_operations, self.load.group)
        self.outcome.done += 1

    def read(self, now: float, seconds: float, operations: float, trials: int) -> None:
        """Read files of trials in the driver, one after the other, waiting for each."""
        self.files.serve(now, operations * trials / self.cluster.operations)
        each = seconds + operations * (self.cluster.latency + 1 / self.cluster.operations)
        self.driver.serve(now, each * trials)
