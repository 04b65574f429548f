"""Reading a sweep back: its table of trials as columns, and its points with the mean of their repeats."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from npnet.errors import RunError
from npnet.rundir import Run
from npnet.rundir import names as files
from npnet.rundir.table import parse_mixed
from npnet.rundir.trial import DONE
from npnet.storage import disk
from npnet.sweep.plan import Goal, SweepPlan, read_plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
HEAD = ("number", "point", "repeat", "status", "epochs", "best_epoch")


@dataclass(frozen=True)
class Ranked:
    """A point of the table: its rows, the mean of their score, and its deviation (n - 1; NaN of one)."""

    point: int
    rows: Ints
    mean: float
    deviation: float


@dataclass(frozen=True)
class Trials:
    """The table of a sweep, a row each trial: what was tried, as it is written, and every score (NaN: none)."""

    goal: Goal
    number: Ints
    point: Ints
    epochs: Ints
    failed: NDArray[np.bool_]
    cells: dict[str, list[str]]
    scores: dict[str, Floats]

    @property
    def score(self) -> Floats:
        """The score by which the best is found; NaN where a trial failed."""
        found = self.scores.get(self.goal.name, np.full(len(self.number), np.nan))
        return np.where(self.failed, np.nan, found)

    @cached_property
    def ranking(self) -> list[Ranked]:
        """The points, the best first; those of which a trial failed are left out."""
        score, sign = self.score, -1 if self.goal.maximizes else 1
        order = np.argsort(self.point, kind="stable")
        starts = np.flatnonzero(np.diff(self.point[order])) + 1
        ranked = []
        for rows in np.split(order, starts) if len(order) else []:
            if np.isfinite(values := score[rows]).all():
                deviation = float(values.std(ddof=1)) if len(rows) > 1 else np.nan
                ranked.append(Ranked(int(self.point[rows[0]]), rows, float(values.mean()), deviation))
        return sorted(ranked, key=lambda one: (sign * one.mean, one.point))


def read_trials(run: Run, plan: SweepPlan | None = None) -> Trials:
    """The table that a sweep has; RunError where it has none yet, or one of another kind."""
    path = run.file(files.TABLE)
    if not path.exists():
        raise RunError(f"the sweep {run.id} has no table yet", f"npnet resume {run.id} goes on with it")
    plan = plan or read_plan(run.file(files.SWEEP))
    with disk.reading(path):
        columns = parse_mixed(disk.read_regular_file(path, 2**30))
        try:
            return _trials(plan, columns)
        except KeyError as error:
            raise ValueError(f"the column {error.args[0]} is missing") from error


def _trials(plan: SweepPlan, columns: dict[str, list[str]]) -> Trials:
    others = {*HEAD, *plan.keys, "folder"}
    return Trials(
        plan.goal,
        number=np.array(columns["number"], np.int64),
        point=np.array(columns["point"], np.int64),
        epochs=np.array(columns["epochs"], np.int64),
        failed=np.array([status != DONE for status in columns["status"]], bool),
        cells={key: columns[key] for key in plan.keys},
        scores={name: _floats(cells) for name, cells in columns.items() if name not in others},
    )


def _floats(cells: Sequence[str]) -> Floats:
    return np.array([float(cell) if cell else np.nan for cell in cells], np.float64)
