"""A sweep read back: its table of trials, its ranked points, the data of its pictures."""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from npnet.errors import RunError
from npnet.plots.sweeps import Curves, SweepMaterial
from npnet.rundir import names as files
from npnet.rundir.run import Run
from npnet.rundir.table import parse_mixed
from npnet.rundir.trial import DONE
from npnet.storage import disk
from npnet.sweep.plan import Goal, SweepPlan, read_plan
from npnet.sweep.results import HEAD
from npnet.sweep.waves import read_wave, wave_path

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class RankedPoint:
    """A point of the table: its rows, mean score and deviation (n - 1; NaN of one row)."""

    point: int
    rows: Ints
    mean: float
    deviation: float


@dataclass(frozen=True)
class TrialTable:
    """The table of a sweep, a row for each trial: values as written, and scores (NaN: none)."""

    goal: Goal
    number: Ints
    point: Ints
    epochs: Ints
    failed: NDArray[np.bool_]
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


def read_trials(run: Run) -> TrialTable:
    """Read the table of a sweep; raise RunError where it has none yet, or a damaged one."""
    path = run.file(files.TABLE)
    if not path.exists():
        raise RunError(f"the sweep {run.id} has no table yet", f"npnet resume {run.id} goes on with it")
    plan = read_plan(run.path)
    with disk.reading(path):
        columns = parse_mixed(disk.read_regular_file(path, 2**30))
        others = {*HEAD, *plan.keys, "folder"}
        try:
            number, point, epochs = (np.array(columns[name], np.int64) for name in ("number", "point", "epochs"))
            failed = np.array([status != DONE for status in columns["status"]], bool)
            cells = {key: columns[key] for key in plan.keys}
        except KeyError as error:
            raise ValueError(f"the column {error.args[0]} is missing") from error
        scores = {name: _floats(texts) for name, texts in columns.items() if name not in others}
    return TrialTable(plan.goal, number, point, epochs, failed, cells, scores)


def _floats(texts: list[str]) -> Floats:
    return np.array([float(text) if text else np.nan for text in texts], np.float64)


def sweep_material(run: Run) -> SweepMaterial:
    """Return the data of the pictures of a sweep; raise RunError where it has no table yet."""
    trials = read_trials(run)
    count, failed, points = len(trials.number), int(trials.failed.sum()), len(np.unique(trials.point))
    repeats = f" of {points} points" if points < count else ""
    counts = f"{count:,} trial{'s' * (count != 1)}{repeats}{f', {failed:,} failed' if failed else ''}"
    return SweepMaterial(
        title=run.info["name"],
        subtitle=f"{counts}, {run.id}",
        score=trials.goal.name,
        maximizes=trials.goal.maximizes,
        number=trials.number,
        point=trials.point,
        epochs=trials.epochs,
        values=trials.score,
        cells=trials.cells,
        means=tuple((one.point, one.mean, one.deviation) for one in trials.ranking),
        rungs=_rungs(run, read_plan(run.path)),
        curves=partial(_curves, run, trials),
    )


def _rungs(run: Run, plan: SweepPlan) -> tuple[tuple[int, int], ...]:
    """Return the last epoch and the number of trials of each rung; nothing without halving."""
    rungs: list[tuple[int, int]] = []
    while wave_path(run.path, len(rungs)).exists():
        wave = read_wave(run.path, len(rungs))
        if not rungs and not wave.goes_on:
            return ()
        rungs.append((wave.epochs or plan.loaded.experiment.epochs, len(wave.trials)))
    return tuple(rungs)


def _curves(run: Run, trials: TrialTable) -> Curves:
    """Return the score of each trial that has a history, at each of its epochs."""
    curves = {}
    for number in trials.number.tolist():
        try:
            history = Run(run.file(f"{files.TRIALS}/{files.trial_name(number)}")).history()
        except RunError:
            continue
        values = history.get(f"{trials.goal.split}_{trials.goal.score}", np.empty(0))
        known = np.isfinite(values)
        if known.any():
            curves[number] = history["epoch"][known], values[known]
    return curves
