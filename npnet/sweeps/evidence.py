"""The scores of a sweep as its verdicts read them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from npnet.diagnosis.sweep_verdicts import SweepRecord
from npnet.rundir.names import SWEEP
from npnet.rundir.run import RunFolder
from npnet.sweeps.plan import read_plan
from npnet.sweeps.results import read_trials


def sweep_record(run: RunFolder) -> SweepRecord:
    """Return the scores of a finished sweep; raise RunError where it has no table yet."""
    table, plan = read_trials(run), read_plan(run.path)
    known = np.isfinite(table.score)
    sign = -1.0 if plan.goal.maximizes else 1.0
    return SweepRecord(
        plan=str(run.file(SWEEP)),
        score=plan.goal.name,
        sign=sign,
        seeds=plan.spec.seeds,
        parameters=plan.spec.parameters,
        points=table.point[known],
        scores=sign * table.score[known],
        numbers={key: _numbers(table.cells[key])[known] for key in plan.keys},
    )


def _numbers(cells: Sequence[str]) -> NDArray[np.float64]:
    """Return the numbers of cells, NaN for other texts."""
    found = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        try:
            found[row] = float(cell)
        except ValueError:
            continue
    return found
