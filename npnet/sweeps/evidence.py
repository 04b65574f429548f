"""The scores of a sweep as its verdicts read them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from npnet.diagnosis.sweep_verdicts import SweepRecord
from npnet.errors import ConfigError
from npnet.rundir.names import SWEEP
from npnet.rundir.run import RunFolder
from npnet.search import Choice
from npnet.sweeps.plan import SweepPlan, Trial, read_plan
from npnet.sweeps.results import read_trials


def sweep_record(run: RunFolder) -> SweepRecord:
    """Return the scores of a finished sweep; raise RunError where it has no table yet."""
    table, plan = read_trials(run), read_plan(run.path)
    known = np.isfinite(table.score)
    sign = -1.0 if plan.goal.maximizes else 1.0
    return SweepRecord(
        plan=str(run.file(SWEEP)),
        score=plan.goal.name,
        seeds=plan.spec.seeds,
        parameters=plan.spec.parameters,
        points=table.point[known],
        scores=sign * table.score[known],
        numbers={key: _numbers(table.cells[key])[known] for key in plan.keys},
        accepts=lambda key, value: _accepts(plan, key, value),
    )


def _accepts(plan: SweepPlan, key: str, value: float) -> bool:
    """Return whether the config of a sweep is valid with another value of one of its keys."""
    first = {name: one.values[0] if isinstance(one, Choice) else one.min for name, one in plan.spec.parameters.items()}
    whole = isinstance(first[key], int) and value.is_integer()
    values = first | {key: int(value) if whole else value}
    try:
        plan.experiment(Trial(1, 1, 1, tuple(values[name] for name in plan.keys)))
    except ConfigError:
        return False
    return True


def _numbers(cells: Sequence[str]) -> NDArray[np.float64]:
    """Return the numbers of cells, NaN for other texts."""
    found = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        try:
            found[row] = float(cell)
        except ValueError:
            continue
    return found
