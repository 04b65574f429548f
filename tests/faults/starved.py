"""Little memory: `python -m tests.faults.starved` runs commands under many limits on the address space (ulimit -v).

Each must end with 0, or with 6 and a line that speaks of memory; none may hang, or be ended by a library.
"""

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from pathlib import Path

import numpy as np

from tests.faults.shell import ROOT

MB = 1 << 20
PATIENCE = 120
CONFIG = "layers: [{linear: 4}, relu, linear]\nepochs: 2\n"
FILES = {"c.yaml": "dataset: {circles: {samples: 400}}\n", "t.yaml": "dataset: {table: {path: t.csv, target: y}}\n"}
SWEEP = ("sweep", "c.yaml", "layers.0.linear.units=[2,4]", "--run-dir", "new")
COMMANDS = {
    "train": ("train", "c.yaml", "--run-dir", "new"),
    "train a table, with baselines": ("train", "t.yaml", "--baselines", "--run-dir", "new"),
    "predict": ("predict", "run", "t.csv"),
    "evaluate": ("evaluate", "run"),
    "plot": ("plot", "run"),
    "sweep": SWEEP,
    "sweep, two processes": (*SWEEP, "-j", "2"),
    "data check": ("data", "check", "t.yaml"),
    "runs": ("runs",),
}


@dataclass(frozen=True)
class Ended:
    """The end of a command under a memory limit in MB, and its first line that is not a warning."""

    limit: int
    code: int | None
    stderr: str

    @property
    def wrong(self) -> bool:
        """Whether it is neither done nor refused as it must be."""
        explained = self.stderr.startswith("npnet: error: ") and "memory" in self.stderr
        return self.code != 0 and not (self.code == 6 and explained)


def write(folder: Path) -> None:
    """Write a table and two configs."""
    rows = np.random.default_rng(0).random((300, 2))
    (folder / "t.csv").write_text("a,b,y\n" + "".join(f"{a:.6f},{b:.6f},{int(a > b)}\n" for a, b in rows))
    for name, dataset in FILES.items():
        (folder / name).write_text(dataset + CONFIG)


def prepare(folder: Path) -> None:
    """Write them, and train one."""
    write(folder)
    done = call(folder, ("train", "t.yaml", "--run-dir", "run", "--no-plots", "-q"), None)
    if done.code != 0:
        raise RuntimeError(done.stderr)


def call(folder: Path, words: Sequence[str], limit: int | None) -> Ended:
    """Run a command of npnet in a folder under a limit."""

    def restrict() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_AS, (limit * MB, limit * MB))

    command = [sys.executable, "-m", "npnet", *words]
    with subprocess.Popen(
        command,
        cwd=folder,
        env={"PYTHONPATH": ROOT, "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        preexec_fn=restrict,
    ) as process:
        try:
            stderr = process.communicate(timeout=PATIENCE)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            return Ended(limit or 0, None, f"hangs: {process.communicate()[1].strip()[-200:]}")
    lines = [line for line in stderr.splitlines() if "error" in line.lower()] or stderr.splitlines()[-1:]
    return Ended(limit or 0, process.returncode, lines[0] if lines else "")


def under(folder: Path, name: str, limit: int) -> Ended:
    """Run one of the commands in a copy of a folder."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as text:
        place = shutil.copytree(folder, Path(text) / "place")
        return call(place, COMMANDS[name], limit)


def swept(folder: Path, names: Iterable[str], limits: Sequence[int], jobs: int) -> int:
    """Run commands under limits, and print what came of each; gives how many ended as they must not."""
    wrong = 0
    with ThreadPool(jobs) as pool:
        for name in names:
            found = pool.starmap(under, [(folder, name, limit) for limit in limits])
            done = [one.limit for one in found if one.code == 0]
            others = [one for one in found if one.wrong]
            enough = f"{len(done)} times done, the first at {min(done)} MB" if done else "never done"
            print(
                f"{name}: {enough}; {len(found) - len(done) - len(others)} times refused, {len(others)} times otherwise"
            )
            for one in others[:10]:
                print(
                    f"  {one.limit} MB: {'hangs' if one.code is None else f'exit code {one.code}'}: {one.stderr[:200]}"
                )
            sys.stdout.flush()
            wrong += len(others)
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep over the limits; 1 where a command did not end as it must."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=150, metavar="MB", help="the least memory")
    parser.add_argument("--to", dest="last", type=int, default=1200, metavar="MB", help="the most")
    parser.add_argument("--step", type=int, default=25, metavar="MB", help="between two limits")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes at a time")
    parser.add_argument("--only", choices=COMMANDS, action="append", help="of the commands this one")
    given = parser.parse_args(arguments)
    limits = range(given.first, given.last + 1, given.step)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text) / "place"
        folder.mkdir()
        prepare(folder)
        wrong = swept(folder, given.only or COMMANDS, limits, given.jobs)
    print(f"{len(given.only or COMMANDS) * len(limits)} commands, {wrong} of them ended otherwise than with 0 or 6")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
