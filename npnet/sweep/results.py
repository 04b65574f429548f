"""Outcomes: what the trials of a sweep came to, point by point, and which point is the best."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from npnet.errors import RunError
from npnet.rundir import names as files
from npnet.rundir.trial import DONE, Result, read_result, whole_result
from npnet.search import Point, Tried
from npnet.storage import disk
from npnet.sweep.plan import SweepPlan
from npnet.sweep.task import WavePlan, trials_folder
from npnet.sweep.trial import Trial


@dataclass(frozen=True)
class Standing:
    """A point so far: the mean of its repeats and their deviation (n - 1); infinite where one failed."""

    point: int
    values: Point
    mean: float
    deviation: float
    repeats: int
    best: int  # the number of its best trial


class SweepResults:
    """The results of a sweep's trials, as its folder has them; only a few numbers of each stay in memory."""

    def __init__(self, folder: Path, plan: SweepPlan) -> None:
        self.folder, self.plan = folder, plan
        self.values: dict[int, float] = {}
        self.failed: dict[int, str] = {}
        self.trials: dict[int, Trial] = {}
        self.workers: set[str] = set()  # what may explain other bits: one, where all were alike
        self.results: dict[int, Result] = {}  # of trials whose folders hold none, for they were trained elsewhere

    def find(self, wave: int, wave_plan: WavePlan, trial: Trial) -> Result | None:
        """The result that a trial has in a wave; None where it has none."""
        for place in self._places(wave, wave_plan, trial):
            with suppress(RunError):
                return read_result(place)
        return None

    def find_whole(self, wave: int, wave_plan: WavePlan, trial: Trial, dropped: frozenset[str]) -> Result | None:
        """The same of a trial whose files, but for `dropped`, are those of its result; another folder is removed."""
        for place in self._places(wave, wave_plan, trial):
            if result := whole_result(place, missing=dropped):
                return result
            if place.exists():
                disk.remove_folder(place)
        return None

    def _places(self, wave: int, wave_plan: WavePlan, trial: Trial) -> Iterable[Path]:
        """Where the folder of a trial may be while its wave is the last."""
        shelves = dict.fromkeys((trials_folder(self.folder, wave, wave_plan.goes_on), self.folder / files.TRIALS))
        return (shelf / files.trial_name(trial.number) for shelf in shelves)

    def note(self, trial: Trial, result: Result) -> None:
        """Take the result of a trial, in place of that of an earlier wave."""
        self.trials[trial.number] = trial
        self.workers.add(json.dumps(result.worker, sort_keys=True))
        self.values[trial.number] = math.inf if result.value is None else result.value
        if result.status == DONE:
            self.failed.pop(trial.number, None)
        else:
            self.failed[trial.number] = result.reason or "failed"

    def result(self, number: int) -> Result:
        """The result of a trial, where it stays at the end; RunError where there is none."""
        return self.results.get(number) or read_result(self.folder / files.TRIALS / files.trial_name(number))

    def tried(self, wave: WavePlan) -> list[Tried]:
        """The points of a wave with their means."""
        return [Tried(one.point, one.values, one.mean) for one in self._standings(wave.trials)]

    def standings(self) -> list[Standing]:
        """All points, the best first."""
        return sorted(self._standings(list(self.trials.values())), key=lambda one: (one.mean, one.point))

    def _standings(self, trials: list[Trial]) -> list[Standing]:
        points: dict[int, list[Trial]] = defaultdict(list)
        for trial in sorted(trials, key=lambda one: one.number):
            if trial.number in self.values:
                points[trial.point].append(trial)
        return [self._standing(point, some) for point, some in points.items()]

    def _standing(self, point: int, trials: list[Trial]) -> Standing:
        values = np.array([self.values[trial.number] for trial in trials])
        several = len(values) > 1 and bool(np.isfinite(values).all())
        deviation = float(values.std(ddof=1)) if several else math.nan
        best = trials[int(np.argmin(values))].number
        return Standing(point, trials[0].values, float(values.mean()), deviation, len(trials), best)

    @property
    def counts(self) -> dict[str, int | str | None]:
        """What run.json says of it: how many trials, how many of them failed, the folder of the best one."""
        best = None if self.best is None else f"{files.TRIALS}/{files.trial_name(self.best.best)}"
        return {"trials": len(self.trials), "failed": len(self.failed), "best": best}

    @property
    def best(self) -> Standing | None:
        """The point with the best mean; None while none has one."""
        found = min(self.standings(), key=lambda one: (one.mean, one.point), default=None)
        return found if found is not None and math.isfinite(found.mean) else None
