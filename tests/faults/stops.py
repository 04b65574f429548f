"""Told to stop: `python -m tests.faults.stops` sends signals to trainings and sweeps of the tabular preset.

At each of ten moments comes each of five signals. The command must end within two seconds, with the code of its signal,
and go on to the bytes of one that was not stopped. Ctrl-C goes to all processes, as from a terminal, SIGTERM and SIGHUP
to the one that was started. A sweep of 200 trials is stopped, taken up and stopped again; the others are brought to
their end after each stop.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tests.faults.shell import ROOT
from tests.faults.trainings import Tree, lasting

PATIENCE = 3600
RUN = "run"  # whose name stands in its pictures
LONGEST = 6.0  # seconds that a sweep goes on before it is stopped: it starts within the first of them
PAUSE = 0.05  # seconds between the two signals of a pair
CONFIG = """\
dataset: {{table: {{path: {path}, target: {target}}}}}
preset: tabular
sweep:
  method: random
  trials: {trials}
  parameters: {{learning_rate: {{min: 0.003, max: 0.03, distribution: log_uniform}}}}
"""
ALONE = ("ensemble=1", "own_validation=false")
AT_LAST = "brought to an end"
SIGNALS = {
    "SIGINT": (signal.SIGINT,),
    "SIGTERM": (signal.SIGTERM,),
    "SIGHUP": (signal.SIGHUP,),
    "SIGINT twice": (signal.SIGINT,) * 2,
    "SIGTERM twice": (signal.SIGTERM,) * 2,
}


@dataclass(frozen=True)
class Work:
    """A command by the name that it has in the table; one that is `many` is stopped again and again."""

    name: str
    words: tuple[str, ...]
    go_on: tuple[str, ...] = ("--quiet",)
    many: bool = False

    def begin(self, run: Path) -> list[str]:
        """Return the command that trains into a folder, or resumes the run in it."""
        if run.exists():
            return ["resume", str(run), *self.go_on]
        return [*self.words, "--run-dir", str(run), "--quiet"]


WORKS = {
    work.name: work
    for work in (
        Work("training", ("train", "c.yaml", "--baselines", *ALONE)),
        Work("cross-validation", ("train", "c.yaml", "--cv", "3", *ALONE)),
        Work("ensemble", ("train", "c.yaml")),
        Work("sweep", ("sweep", "c.yaml"), many=True),
        Work("sweep, two processes", ("sweep", "c.yaml", "-j", "2"), ("--quiet", "-j", "2"), many=True),
    )
}


@dataclass(frozen=True)
class Stopped:
    """The end of a command that was asked to stop: its seconds, its exit code and its stderr."""

    seconds: float
    code: int
    stderr: str
    left: bool  # whether processes of it were still there later

    def wrong(self, expected: int, limit: float) -> str:
        """Return the broken promises; empty where all are kept.

        At the very end of a process the signal itself may end it, or come too late: code 0.
        """
        faults = {
            f"more than {limit:g} s": self.seconds > limit,
            f"exit code {self.code}": self.code not in (expected, 128 - expected, 0),
            "a traceback": "Traceback" in self.stderr,
            "processes are left": self.left,
        }
        return ", ".join(text for text, found in faults.items() if found)


def draw_table(path: Path, rows: int) -> None:
    """Write a table of numbers, categories and gaps, of two classes."""
    random = np.random.default_rng(0)
    X, group = random.standard_normal((rows, 4)), random.integers(0, 6, rows)
    label = X[:, 0] + X[:, 1] * (group > 2) + 0.5 * random.standard_normal(rows) > 0
    gaps, kinds, labels = random.random(rows) < 0.1, np.array(list("abcdef"))[group], np.array(["no", "yes"])
    cells = zip(X, gaps, kinds, labels[label.astype(int)], strict=True)
    lines = [",".join(["" if gap else f"{x[0]:.4g}", *map("{:.4g}".format, x[1:]), *two]) for x, gap, *two in cells]
    path.write_text("\n".join(["u,v,w,x,kind,y", *lines]) + "\n")


def start(folder: Path, words: Sequence[str]) -> "subprocess.Popen[str]":
    """Start npnet in a folder, with a group of processes of its own."""
    command = [sys.executable, "-m", "npnet", *words]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    there = os.environ | {"PYTHONPATH": ROOT}
    return subprocess.Popen(command, cwd=folder, env=there, text=True, start_new_session=True, **pipes)  # type: ignore[call-overload,no-any-return]


def stopped(process: "subprocess.Popen[str]", signals: Sequence[signal.Signals]) -> Stopped | None:
    """Tell a command to stop, and wait for its end; None for one that had ended already."""
    if process.poll() is not None:
        process.communicate()
        return None
    began = time.monotonic()
    for number, one in enumerate(signals):
        time.sleep(PAUSE if number else 0)
        with suppress(ProcessLookupError):
            (os.killpg if one == signal.SIGINT else os.kill)(process.pid, one)
    _, stderr = process.communicate(timeout=PATIENCE)
    seconds = time.monotonic() - began
    return Stopped(seconds, process.returncode, stderr, not _ends(process.pid))


def _ends(group: int) -> bool:
    """Whether all processes of a group end, of which some only clean up."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def finish(folder: Path, work: Work, run: Path) -> None:
    """Bring a run to its end; raise RuntimeError with its stderr where it fails."""
    with start(folder, work.begin(run)) as process:
        _, stderr = process.communicate(timeout=PATIENCE)
    if process.returncode not in (0, 8):
        raise RuntimeError(f"{work.name}: exit code {process.returncode}: {stderr[-500:]}")


def moments(seconds: float, count: int) -> list[float]:
    """Moments spread over a time, the first early."""
    return [seconds * (number + 0.5) / count for number in range(count)]


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    work: str
    signals: str
    moment: float | None
    stopped: Stopped | None
    others: tuple[str, ...] | None  # files that are not the same bytes in the end, where it was looked at
    wrong: str

    def __str__(self) -> str:
        when = "" if self.moment is None else f"{self.moment:.1f} s"
        end = f"{self.stopped.seconds:.2f} s  {self.stopped.code:4}" if self.stopped else "had ended" if when else ""
        same = "" if self.others is None else f"other bytes: {', '.join(self.others)}" if self.others else "same bytes"
        return f"{self.work:21} {self.signals:17} {when:>7}  {end:>13}  {same:10}  {self.wrong}".rstrip()


def each(folder: Path, work: Work, golden: Tree, took: float, count: int, limit: float) -> Iterator[Row]:
    """Stop a training at each moment by each signal, and bring it to its end every time."""
    for moment in moments(took, count):
        for name, signals in SIGNALS.items():
            run = folder / "stopped" / RUN
            shutil.rmtree(run, ignore_errors=True)
            ended = _stop_at(folder, work, run, moment, signals)
            finish(folder, work, run)
            yield Row(work.name, name, moment, ended, _others(run, golden), _wrong(ended, signals, limit))


def chained(folder: Path, work: Work, golden: Tree, took: float, count: int, limit: float) -> Iterator[Row]:
    """Stop a sweep, go on with it and stop it again, so many times by each signal; bring it to its end at last."""
    run, pairs = folder / "stopped" / RUN, [item for _ in range(count) for item in SIGNALS.items()]
    shutil.rmtree(run, ignore_errors=True)
    for moment, (name, signals) in zip(moments(LONGEST, len(pairs)), pairs, strict=True):
        ended = _stop_at(folder, work, run, moment, signals)
        yield Row(work.name, name, moment, ended, None, _wrong(ended, signals, limit))
    finish(folder, work, run)
    yield Row(work.name, AT_LAST, None, None, _others(run, golden), "")


def _stop_at(folder: Path, work: Work, run: Path, moment: float, signals: Sequence[signal.Signals]) -> Stopped | None:
    with start(folder, work.begin(run)) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        return stopped(process, signals)


def _others(run: Path, golden: Tree) -> tuple[str, ...]:
    found = lasting(run)
    return tuple(sorted(name for name in {*found, *golden} if found.get(name) != golden.get(name)))


def _wrong(ended: Stopped | None, signals: Sequence[signal.Signals], limit: float) -> str:
    return "" if ended is None else ended.wrong(128 + signals[0], limit)


def main(arguments: Sequence[str] | None = None) -> int:
    """Stop each kind of work, print a line for each stop, and how many were not as promised; 1 where any was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path, metavar="CSV", help="the table to train on; else one is drawn")
    parser.add_argument("--target", default="y", metavar="COLUMN", help="its target")
    parser.add_argument("--rows", type=int, default=400, metavar="N", help="rows of the table that is drawn")
    parser.add_argument("--moments", type=int, default=10, metavar="N", help="moments at which each signal comes")
    parser.add_argument("--trials", type=int, default=200, metavar="N", help="trials of a sweep")
    parser.add_argument("--limit", type=float, default=2.0, metavar="SECONDS", help="how long the end may take")
    parser.add_argument("--only", choices=WORKS, action="append", help="of the kinds of work this one")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text).resolve()
        table = folder / "t.csv"
        if given.table is None:
            draw_table(table, given.rows)
        else:
            shutil.copyfile(given.table, table)
        config = CONFIG.format(path=table.name, target=given.target, trials=given.trials)
        (folder / "c.yaml").write_text(config)
        rows = [row for name in given.only or WORKS for row in shown(folder, WORKS[name], given)]
    stops = [row.stopped for row in rows if row.stopped is not None]
    wrong = [row for row in rows if row.wrong or row.others]
    slowest = max((one.seconds for one in stops), default=0.0)
    print(f"{len(stops)} stops, the slowest {slowest:.2f} s; {len(wrong)} not as promised")
    return int(bool(wrong))


def shown(folder: Path, work: Work, given: argparse.Namespace) -> Iterator[Row]:
    """Do some work whole, then stop it; prints each line as it comes."""
    whole = folder / "whole" / RUN
    shutil.rmtree(whole, ignore_errors=True)
    began = time.monotonic()
    finish(folder, work, whole)
    took = time.monotonic() - began
    print(f"{work.name}: {took:.1f} s without a stop", flush=True)
    way = chained if work.many else each
    for row in way(folder, work, lasting(whole), took, given.moments, given.limit):
        print(row, flush=True)
        yield row


if __name__ == "__main__":
    sys.exit(main())
