"""What a sweep costs, and what one machine, ten or a thousand would give.

python -m benchmarks.scale costs       measure what a sweep costs here, into benchmarks/scale.json
python -m benchmarks.scale simulate    simulate clusters from those costs
python -m benchmarks.scale validate    simulated and measured seconds of sweeps on this machine
"""

import argparse
import csv
import tempfile
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from statistics import median

from benchmarks.scale.cluster import local_cluster
from benchmarks.scale.costs import Costs, table
from benchmarks.scale.simulation import Cluster, Load, Outcome, Simulation

NODES = (1, 10, 100, 1000)
HEAD = "nodes       time  trials/s  efficiency  deaths    lost  scheduler  driver  files  network  fullest"
SERVERS = (("scheduler", 10), ("driver", 8), ("files", 7), ("network", 9))
ROUNDS, SEEDS = 3, 48
OPTIONS = (
    ("trials", 100_000, "of the sweep"),
    ("seconds", 0.0, "of a worker for a group; 0: three examples"),
    ("cores", 8, "of a node, each a worker"),
    ("deaths", 0.01, "of a worker, an hour"),
    ("stragglers", 0.01, "share of groups that take three times as long"),
    ("operations", 12_000.0, "of the file server, a second"),
    ("bandwidth", 1.25e9, "of the file server, bytes a second"),
    ("latency", 0.00025, "seconds that who asks the file server waits"),
    ("sync", 0.0027, "seconds of a synced write there"),
    ("seed", 0, "of what is left to chance"),
)


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("costs", help=measure_costs.__doc__)
    command.set_defaults(run=measure_costs)
    command.add_argument("--clock", choices=("wall", "processor"), default="wall", help="whose seconds (%(default)s)")
    commands.add_parser("validate", help=validate.__doc__).set_defaults(run=validate)
    command = commands.add_parser("simulate", help=simulate.__doc__)
    command.set_defaults(run=simulate)
    for name, value, words in OPTIONS:
        command.add_argument(f"--{name}", type=type(value), default=value, help=f"{words} (%(default)s)")
    arguments = parser.parse_args()
    arguments.run(arguments)


def measure_costs(arguments: argparse.Namespace) -> None:
    """Measure what a sweep costs on this machine."""
    from benchmarks.scale.measuring import measure

    with tempfile.TemporaryDirectory() as folder:
        costs = measure(Path(folder), arguments.clock)
    costs.write()
    print(table(costs))


def simulate(arguments: argparse.Namespace) -> None:
    """Simulate clusters of 1, 10, 100 and 1,000 nodes."""
    costs = Costs.read()
    for seconds in (arguments.seconds,) if arguments.seconds else (costs.group_beside, 60.0, 600.0):
        load = Load(arguments.trials, costs.trials, seconds)
        print(f"\n{load.trials:,} trials, {load.groups:,} groups of {load.group}, {seconds:.3g} s each")
        print(HEAD)
        for nodes in NODES:
            cluster = Cluster(
                nodes * arguments.cores,
                arguments.operations,
                arguments.bandwidth,
                arguments.latency,
                arguments.sync,
                arguments.deaths,
                stragglers=arguments.stragglers,
            )
            print(row(nodes, load, Simulation(costs, cluster, load, arguments.seed).run()))


def row(nodes: int, load: Load, one: Outcome) -> str:
    """Return a line of the table."""
    shares = "".join(f"{one.busy[name]:{width}.1%}" for name, width in SERVERS)
    speed = f"{one.seconds:8.0f} s {load.trials / one.seconds:9.0f} {one.efficiency:11.1%}"
    return f"{nodes:5} {speed} {one.deaths:7} {one.lost_share:7.2%} {shares}  {one.fullest}"


def validate(_: argparse.Namespace) -> None:
    """Compare simulated with measured seconds: one worker, two, and a Dask cluster of two."""
    from benchmarks.scale.measuring import measure

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        costs = measure(folder, "wall")
        ratios: dict[str, list[float]] = defaultdict(list)
        for turn in range(ROUNDS):
            with local_cluster(folder, 2) as address:
                ways = {
                    "one process": (1, ("-j", "1")),
                    "two processes": (2, ("-j", "2")),
                    "Dask, two workers": (2, ("--backend", "dask", "--scheduler", address)),
                }
                for way, (workers, words) in ways.items():
                    simulated, measured = compare(folder, costs, f"{turn} {way}", workers, words)
                    ratios[way].append(simulated / measured)
                    print(f"{way:20} simulated {simulated:6.1f} s, measured {measured:6.1f} s", flush=True)
        for way, found in ratios.items():
            print(f"{way:20} simulated / measured: {median(found):.2f} ({min(found):.2f} to {max(found):.2f})")


def compare(folder: Path, costs: Costs, name: str, workers: int, words: tuple[str, ...]) -> tuple[float, float]:
    """Seconds of a sweep as simulated from what its own workers took for a group, and as measured."""
    from benchmarks.scale.measuring import run_sweep_command

    measured = run_sweep_command(folder, name, "--seeds", str(SEEDS), *words)
    with (folder / name / "timing.csv").open(newline="") as table:
        seconds = [float(row["seconds"]) for row in csv.DictReader(table)]
    load = Load(len(seconds), costs.trials, sum(seconds) / -(-len(seconds) // costs.trials))
    if workers == 1:
        costs = replace(costs, worker_start=0.0)  # the driver is the worker
    here = Cluster(workers, operations=float("inf"), bandwidth=float("inf"), latency=0.0, sync=0.0)
    return Simulation(costs, here, load).run().seconds, measured


if __name__ == "__main__":
    main()
