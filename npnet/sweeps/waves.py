"""Waves of a sweep: groups of trials that train as one stack, in files that all can read."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from npnet.config import Experiment
from npnet.config.writer import plain_options
from npnet.errors import ConfigError
from npnet.rundir import names as files
from npnet.storage import disk
from npnet.storage.strict_json import parse_json, to_json
from npnet.sweeps.plan import Trial

JOINED = ("layers", "loss", "optimizer")
"""Keys inside which decimals may differ within a stack."""
NUMBERS = ("learning_rate", "l1", "l2", "clip_norm", "clip_value", "max_norm")


@dataclass(frozen=True)
class Task:
    """A group of a wave to train, as it is sent to a worker, which reads the data itself."""

    folder: str
    wave: int
    group: int
    keep: str = "light"
    timeout: float | None = None
    driver: int = 0  # the process that waits for the results
    local: bool = False  # whether the driver started the process that trains
    plugins: tuple[tuple[str, str], ...] = ()  # paths of plugin files to load first, each with its SHA-256

    @property
    def orphaned(self) -> bool:
        """Whether the driver of this local worker has ended, so that no process waits for it."""
        return self.local and self.driver not in (os.getpid(), os.getppid())


@dataclass(frozen=True)
class WavePlan:
    """The groups of a wave and the epoch up to which it trains them (None: all epochs).

    Where `goes_on`, a later wave may train some of its trials further; where `resumes`, its own trials continue from
    the wave before. Waves are numbered from 0.
    """

    folder: Path  # of the sweep
    number: int
    groups: tuple[tuple[Trial, ...], ...]
    epochs: int | None
    goes_on: bool = False
    resumes: bool = False

    @property
    def trials(self) -> list[Trial]:
        """All trials, sorted by their numbers."""
        return sorted((trial for group in self.groups for trial in group), key=lambda trial: trial.number)

    @property
    def trials_folder(self) -> Path:
        """The folder of its trials' folders: the final one, or its own if trials may go on."""
        return wave_path(self.folder, self.number).with_suffix("") if self.goes_on else self.folder / files.TRIALS

    @property
    def leases_folder(self) -> Path:
        """The folder of the leases of its groups."""
        return wave_path(self.folder, self.number).with_suffix(".leases")

    def write(self) -> None:
        """Write its file."""
        groups = [[[*vars(trial).values()] for trial in group] for group in self.groups]
        fields = {"format": files.FORMAT, "epochs": self.epochs, "goes_on": self.goes_on, "resumes": self.resumes}
        disk.write_atomic(wave_path(self.folder, self.number), to_json({**fields, "groups": groups}))


def wave_path(folder: Path, number: int) -> Path:
    """Return the file of a wave."""
    return folder / files.WAVES / f"{number:04d}.json"


def trial_folder(folder: Path, number: int) -> Path:
    """Return the final folder of a trial."""
    return folder / files.TRIALS / files.trial_name(number)


@lru_cache(maxsize=4)
def read_wave(folder: Path, number: int) -> WavePlan:
    """Read the file of a wave; raise RunError where it is damaged or of another kind."""
    path = wave_path(folder, number)
    with disk.reading(path):
        fields = parse_json(disk.read_regular_file(path, 2**30))
        if not isinstance(fields, dict) or fields.get("format") != files.FORMAT:
            raise ValueError("it was not written by this npnet")
        try:
            groups = tuple(tuple(_trial(*trial) for trial in group) for group in fields["groups"])
            return WavePlan(folder, number, groups, fields["epochs"], bool(fields["goes_on"]), bool(fields["resumes"]))
        except (KeyError, TypeError) as error:
            raise ValueError("it is not a wave of a sweep") from error


def _trial(number: int, point: int, repeat: int, values: list[Any]) -> Trial:
    if not all(type(value) is int and value > 0 for value in (number, point, repeat)):
        raise ValueError("trials are numbered from 1")
    return Trial(number, point, repeat, tuple(values))


def signature(experiment: Experiment) -> str:
    """Return a text that is equal for experiments whose models can train in one stack.

    Learning rates, decays, penalties and other decimals may differ, and the seeds of models; but not a number and
    none, nor lists of numbers.
    """
    written = plain_options(experiment)
    for key in JOINED:
        written[key] = _without_decimals(written[key])
    for key in NUMBERS:
        written[key] = None if written[key] is None else "a number"
    del written["model_seed"]
    return json.dumps(written, sort_keys=True)


def _without_decimals(value: Any) -> Any:
    if isinstance(value, float):
        return "a number"
    if isinstance(value, dict):
        return {key: _without_decimals(item) for key, item in value.items()}
    if isinstance(value, list) and not (value and all(isinstance(item, float) for item in value)):
        return [_without_decimals(item) for item in value]
    return value


def group_trials(
    trials: Iterable[Trial], experiment_of: Callable[[Trial], Experiment], limit_of: Callable[[Experiment], int]
) -> tuple[tuple[Trial, ...], ...]:
    """Group trials of one signature, in the order of their numbers, up to a limit.

    A trial whose values are not valid together is a group of its own: training it reports why.
    """
    groups: list[list[Trial]] = []
    latest: dict[str, tuple[int, list[Trial]]] = {}
    for trial in trials:
        try:
            experiment = experiment_of(trial)
            name = signature(experiment)
            limit, group = latest[name] if name in latest else (limit_of(experiment), [])
        except ConfigError:
            groups.append([trial])
            continue
        if not group or len(group) == limit:
            group = []
            groups.append(group)
            latest[name] = limit, group
        group.append(trial)
    return tuple(sorted(map(tuple, groups), key=lambda group: group[0].number))
