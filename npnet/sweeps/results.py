"""Results of a sweep's trials, the ranking of its points, and the tables that hold both, written and read."""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.errors import RunError
from npnet.rundir import names as files
from npnet.rundir.run import RunFolder
from npnet.rundir.table import mixed_line, parse_mixed
from npnet.rundir.trial import DONE, Result, read_result, whole_result
from npnet.search import Point, Tried
from npnet.storage import disk
from npnet.sweeps.plan import Goal, SweepPlan, Trial, read_plan
from npnet.sweeps.waves import WavePlan, read_wave, trial_folder, wave_path

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HEAD = ("number", "point", "repeat", "status", "epochs", "best_epoch")


@dataclass(frozen=True)
class Standing:
    """A point: mean and deviation (n - 1) of its repeats; an infinite mean if one failed."""

    point: int
    values: Point
    mean: float
    deviation: float
    repeats: int
    best: int  # the number of its best trial


class SweepResults:
    """Results of the trials of a sweep folder; of each, only a few numbers stay in memory."""

    def __init__(self, folder: Path, plan: SweepPlan) -> None:
        self.folder, self.plan = folder, plan
        self.values: dict[int, float] = {}
        self.failed: dict[int, str] = {}
        self.trials: dict[int, Trial] = {}
        self.workers: set[str] = set()  # what may explain different last bits: one text if all workers were alike
        self.external: dict[int, Result] = {}  # of trials that other commands trained: their folders hold no result

    def find(self, wave: WavePlan, trial: Trial) -> Result | None:
        """Return the result that a trial has while its wave is the last one; None where it has none."""
        for folder in self._folders(wave, trial):
            with suppress(RunError):
                return read_result(folder)
        return None

    def find_whole(self, wave: WavePlan, trial: Trial, removed: frozenset[str]) -> Result | None:
        """Return a result whose files but the `removed` have its hashes; remove other folders."""
        for folder in self._folders(wave, trial):
            if result := whole_result(folder, missing=removed):
                return result
            if folder.exists():
                disk.remove_folder(folder)
        return None

    def _folders(self, wave: WavePlan, trial: Trial) -> Iterable[Path]:
        name = files.trial_name(trial.number)
        return dict.fromkeys((wave.trials_folder / name, trial_folder(self.folder, trial.number)))

    def add(self, trial: Trial, result: Result) -> None:
        """Add the result of a trial; it replaces that of an earlier wave."""
        self.trials[trial.number] = trial
        self.workers.add(json.dumps(result.worker, sort_keys=True))
        self.values[trial.number] = math.inf if result.value is None else result.value
        if result.status == DONE:
            self.failed.pop(trial.number, None)
        else:
            self.failed[trial.number] = result.reason or "failed"

    def tried(self, wave: WavePlan) -> list[Tried]:
        """Return the points of a wave with their means, for the search method."""
        return [Tried(one.point, one.values, one.mean) for one in self._standings(wave.trials)]

    def standings(self) -> list[Standing]:
        """Return all points, the best first."""
        return sorted(self._standings(self.trials.values()), key=lambda one: (one.mean, one.point))

    def _standings(self, trials: Iterable[Trial]) -> list[Standing]:
        points: dict[int, list[Trial]] = defaultdict(list)
        for trial in sorted(trials, key=lambda trial: trial.number):
            if trial.number in self.values:
                points[trial.point].append(trial)
        standings = []
        for point, repeats in points.items():
            values = np.array([self.values[trial.number] for trial in repeats])
            spread = len(values) > 1 and bool(np.isfinite(values).all())
            deviation = float(values.std(ddof=1)) if spread else math.nan
            best = repeats[int(np.argmin(values))].number
            standings.append(Standing(point, repeats[0].values, float(values.mean()), deviation, len(repeats), best))
        return standings

    @property
    def best(self) -> Standing | None:
        """The point with the best mean; None while no point has a finite one."""
        found = next(iter(self.standings()), None)
        return found if found is not None and math.isfinite(found.mean) else None

    @property
    def counts(self) -> dict[str, int | str | None]:
        """Fields of run.json: the numbers of trials and failures, and the best trial's folder."""
        best = None if self.best is None else f"{files.TRIALS}/{files.trial_name(self.best.best)}"
        return {"trials": len(self.trials), "failed": len(self.failed), "best": best}

    def write_tables(self) -> None:
        """Write trials.csv, timing.csv, points.csv of repeats, and the best trial's link and scores.

        trials.csv has a row for each trial, sorted by number: its bytes do not depend on who trained them when.
        """
        seconds = [mixed_line(["number", "seconds"])]
        rows = [self._head(columns := self._columns(self._result))]
        for number in sorted(self.trials):
            result = self._result(number)
            rows.append(mixed_line(self._row(result, columns)))
            seconds.append(mixed_line([number, result.seconds]))
        disk.write_atomic(self.folder / files.TABLE, b"".join(rows))
        disk.write_atomic(self.folder / files.TIMING, b"".join(seconds))
        if self.plan.spec.seeds > 1:
            disk.write_atomic(self.folder / files.POINTS, b"".join(self._point_rows()))
        if self.best is not None:
            name = f"{files.TRIALS}/{files.trial_name(self.best.best)}"
            disk.replace_symlink(self.folder / files.BEST, name)
            disk.write_atomic(self.folder / files.METRICS, RunFolder(self.folder / name).read(files.METRICS))

    def table(self, results: Mapping[int, Result]) -> bytes:
        """Return trials.csv of these results of its trials."""
        columns = self._columns(results.__getitem__)
        rows = (mixed_line(self._row(results[number], columns)) for number in sorted(results))
        return b"".join([self._head(columns), *rows])

    def _columns(self, read: Callable[[int], Result]) -> list[tuple[str, str]]:
        """Return the splits and metrics that have a column: those of the first trial that did not fail."""
        first = next((number for number in sorted(self.trials) if number not in self.failed), None)
        metrics = {} if first is None else read(first).metrics
        return [(split, name) for split, scores in metrics.items() for name in scores]

    def _head(self, columns: Iterable[tuple[str, str]]) -> bytes:
        return mixed_line([*HEAD, *self.plan.keys, *(f"{split}.{name}" for split, name in columns), "folder"])

    def _result(self, number: int) -> Result:
        return self.external.get(number) or read_result(trial_folder(self.folder, number))

    def _row(self, result: Result, columns: Iterable[tuple[str, str]]) -> list[Any]:
        trial = self.trials[result.number]
        status = result.status if result.reason is None else f"failed({result.code}): {result.reason}"
        scores = [result.metrics.get(split, {}).get(name) for split, name in columns]
        head = [trial.number, trial.point, trial.repeat, status, result.epochs, result.best_epoch]
        return [*head, *trial.values, *scores, f"{files.TRIALS}/{files.trial_name(trial.number)}"]

    def _point_rows(self) -> Iterator[bytes]:
        goal = self.plan.goal
        yield mixed_line(["point", "trials", *self.plan.keys, goal.name, "deviation", "best_trial"])
        for one in sorted(self.standings(), key=lambda standing: standing.point):
            mean = goal.written(one.mean) if math.isfinite(one.mean) else None
            yield mixed_line([one.point, one.repeats, *one.values, mean, one.deviation, one.best])


@dataclass(frozen=True)
class RankedPoint:
    """A point of the table: its rows, mean score and deviation (n - 1; NaN of one row)."""

    point: int
    rows: Ints
    mean: float
    deviation: float


@dataclass(frozen=True)
class TrialTable:
    """The table of a sweep, a row for each trial: how it ended, values as written, and scores (NaN: none)."""

    goal: Goal
    number: Ints
    point: Ints
    epochs: Ints
    failed: NDArray[np.bool_]
    status: list[str]
    cells: dict[str, list[str]]
    scores: dict[str, Floats]

    @property
    def score(self) -> Floats:
        """The score by which trials are ranked; NaN where a trial failed."""
        found = self.scores.get(self.goal.name, np.full(len(self.number), np.nan))
        return np.where(self.failed, np.nan, found)

    @cached_property
    def ranking(self) -> list[RankedPoint]:
        """The points without a failed trial, the best first."""
        ranked, score = [], self.score
        for point in np.unique(self.point).tolist():
            rows = np.flatnonzero(self.point == point)
            values = score[rows]
            if np.isfinite(values).all():
                deviation = float(values.std(ddof=1)) if len(rows) > 1 else np.nan
                ranked.append(RankedPoint(point, rows, float(values.mean()), deviation))
        sign = -1 if self.goal.maximizes else 1
        return sorted(ranked, key=lambda one: (sign * one.mean, one.point))


def read_trials(run: RunFolder) -> TrialTable:
    """Read the table of a sweep; raise RunError where it has none yet, or a damaged one."""
    path = run.file(files.TABLE)
    if not path.exists():
        raise RunError(f"the sweep {run.id} has no table yet", f"npnet resume {run.id} goes on with it")
    plan = read_plan(run.path)
    with disk.reading(path):
        return _parsed(plan, disk.read_regular_file(path, 2**30))


def trials_so_far(run: RunFolder) -> TrialTable:
    """Read the results that the trials of a sweep in progress have; raise RunError where none has one."""
    plan, found = read_plan(run.path), dict[int, Result]()
    results = SweepResults(run.path, plan)
    for number in count():
        if not wave_path(run.path, number).exists():
            break
        wave = read_wave(run.path, number)
        for trial in wave.trials:
            if result := results.find(wave, trial):
                results.add(trial, result)
                found[trial.number] = result
    if not found:
        raise RunError(f"no trial of the sweep {run.id} has ended yet", "wait, or look at its log.txt")
    return _parsed(plan, results.table(found))


def _parsed(plan: SweepPlan, data: bytes) -> TrialTable:
    columns = parse_mixed(data)
    others = {*HEAD, *plan.keys, "folder"}
    try:
        number, point, epochs = (np.array(columns[name], np.int64) for name in ("number", "point", "epochs"))
        failed = np.array([status != DONE for status in columns["status"]], bool)
        cells = {key: columns[key] for key in plan.keys}
    except KeyError as error:
        raise ValueError(f"the column {error.args[0]} is missing") from error
    scores = {
        name: np.array([float(text) if text else np.nan for text in texts], np.float64)
        for name, texts in columns.items()
        if name not in others
    }
    return TrialTable(plan.goal, number, point, epochs, failed, columns["status"], cells, scores)
