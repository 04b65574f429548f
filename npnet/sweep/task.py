"""Tasks: what a worker is told, a few words and a path; plans and data it reads itself."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from npnet.config import Experiment
from npnet.errors import RunError
from npnet.rundir import CONFIG
from npnet.rundir import names as files
from npnet.rundir.machine import machine, versions
from npnet.runner.prepared_run import PreparedRun, prepare_run
from npnet.storage import disk
from npnet.storage.strict_json import parse_json, to_json
from npnet.sweep.plan import SweepPlan, read_plan
from npnet.sweep.trial import Trial

THREADS = 1  # of BLAS in a worker, whatever the jobs: trials then give the same bits on one core and on many


@dataclass(frozen=True)
class Task:
    """A group of trials to train: which sweep, which wave of it, which group; what to keep, how long it may take."""

    folder: str
    wave: int
    group: int
    keep: str = "light"
    timeout: float | None = None
    driver: int = 0  # the process that waits for the results
    local: bool = False  # whether it has started the processes that work

    @property
    def orphaned(self) -> bool:
        """Whether the process that started this one is gone, so that nobody waits for the results."""
        return self.local and self.driver not in (os.getpid(), os.getppid())


@dataclass(frozen=True)
class WavePlan:
    """A wave as its file has it: the trials of each group, and the epoch up to which it trains them, or all.

    `goes_on` says that another wave may take some of its trials further, `resumes` that it does so itself.
    """

    groups: tuple[tuple[Trial, ...], ...]
    epochs: int | None
    goes_on: bool = False
    resumes: bool = False

    @property
    def trials(self) -> list[Trial]:
        """All trials, by their numbers."""
        return sorted((trial for group in self.groups for trial in group), key=lambda trial: trial.number)

    def data(self) -> bytes:
        """The file."""
        groups = [[trial.written() for trial in group] for group in self.groups]
        told = {"format": files.FORMAT, "epochs": self.epochs, "goes_on": self.goes_on, "resumes": self.resumes}
        return to_json({**told, "groups": groups})


def wave_path(folder: Path, wave: int) -> Path:
    """The file of a wave, counted from 0."""
    return folder / files.WAVES / f"{wave:04d}.json"


def trials_folder(folder: Path, wave: int, goes_on: bool) -> Path:
    """Where the trials of a wave put their folders: where they stay, or on a shelf of the wave if some go on."""
    return folder / files.WAVES / f"{wave:04d}" if goes_on else folder / files.TRIALS


def leases_of(folder: Path, wave: int) -> Path:
    """Where the marks of those who work on a wave stand."""
    return folder / files.WAVES / f"{wave:04d}.marks"


@lru_cache(maxsize=4)
def read_wave(path: Path) -> WavePlan:
    """The wave that a file has; RunError for anything else."""
    with disk.reading(path):
        fields = parse_json(disk.read_regular_file(path, 2**30))
        if not isinstance(fields, dict) or fields.get("format") != files.FORMAT:
            raise ValueError("it was not written by this npnet")
        try:
            groups = tuple(tuple(Trial.read(trial) for trial in group) for group in fields["groups"])
            return WavePlan(groups, fields["epochs"], bool(fields["goes_on"]), bool(fields["resumes"]))
        except (KeyError, TypeError) as error:
            raise ValueError("it is no wave of a sweep") from error


@dataclass(frozen=True)
class SweepContext:
    """What all tasks of a sweep share in one process: the plan, the data, and what there is to say of both."""

    plan: SweepPlan
    config: bytes
    ready: PreparedRun

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What run.json says of the process and the data; first asked while a group trains, with its BLAS threads."""
        return {"versions": versions(), "machine": machine(), "data": self.ready.fingerprint}

    @property
    def worker(self) -> dict[str, Any]:
        """What may explain other bits: NumPy, its BLAS and the processor."""
        found = self.facts["machine"]
        return {
            "numpy": self.facts["versions"]["numpy"],
            "npnet": self.facts["versions"]["npnet"],
            "cpu": found["cpu"],
            "blas": found["blas"],
        }

    def experiment(self, trial: Trial) -> Experiment:
        """The experiment of a trial, with one BLAS thread."""
        return self.plan.experiment(trial).model_copy(update={"threads": THREADS})


_entered: dict[Path, SweepContext] = {}


def enter(folder: Path, place: SweepContext) -> None:
    """Let the groups of a sweep that this process trains have its place from here, and no other sweep's."""
    _entered.clear()
    _entered[folder] = place


def sweep_context(folder: Path) -> SweepContext:
    """The place of a sweep, its plan read and its data loaded once; RunError or DataError as for a training."""
    place = _entered.get(folder)
    if place is None:
        plan = read_plan(folder / files.SWEEP)
        place = SweepContext(plan, disk.read_regular_file(folder / CONFIG, 2**20), prepare_run(plan.loaded))
        enter(folder, place)
    return place


def require_sweep(folder: Path) -> None:
    """RunError where a folder holds no sweep."""
    if not (folder / files.SWEEP).is_file():
        raise RunError(f"{folder} is no sweep: it has no {files.SWEEP}", "npnet sweep CONFIG makes one")
