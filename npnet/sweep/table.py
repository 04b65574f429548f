"""The table of a sweep: a row for each trial, in the order of the numbers, the same bytes whoever trained them when."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from npnet.rundir import Run
from npnet.rundir import names as files
from npnet.rundir.table import mixed_line
from npnet.rundir.trial import Result
from npnet.storage import disk
from npnet.sweep.plan import SweepPlan
from npnet.sweep.results import SweepResults


def write_tables(outcomes: SweepResults) -> None:
    """Write trials.csv and timing.csv, and where points are repeated points.csv."""
    folder, numbers = outcomes.folder, sorted(outcomes.trials)
    columns = _scores(outcomes)
    rows, times = [_head(outcomes.plan, columns)], [mixed_line(["number", "seconds"])]
    for number in numbers:
        result = outcomes.result(number)
        rows.append(mixed_line(_row(outcomes, result, columns)))
        times.append(mixed_line([number, result.seconds]))
    disk.write_atomic(folder / files.TABLE, b"".join(rows))
    disk.write_atomic(folder / files.TIMING, b"".join(times))
    if outcomes.plan.spec.seeds > 1:
        disk.write_atomic(folder / files.POINTS, b"".join(_points(outcomes)))


def point_at_best(outcomes: SweepResults) -> None:
    """Link the folder of the best trial, where there is one, as `best`, and give the sweep its scores."""
    if outcomes.best is None:
        return
    name = f"{files.TRIALS}/{files.trial_name(outcomes.best.best)}"
    disk.replace_symlink(outcomes.folder / files.BEST, name)
    disk.write_atomic(outcomes.folder / files.METRICS, Run(outcomes.folder / name).metrics_text)


def _head(plan: SweepPlan, columns: Sequence[tuple[str, str]]) -> bytes:
    names = [f"{part}.{name}" for part, name in columns]
    return mixed_line(["number", "point", "repeat", "status", "epochs", "best_epoch", *plan.keys, *names, "folder"])


def _row(outcomes: SweepResults, result: Result, columns: Sequence[tuple[str, str]]) -> list[Any]:
    trial = outcomes.trials[result.number]
    status = result.status if result.reason is None else f"failed({result.code}): {result.reason}"
    scores = [result.metrics.get(part, {}).get(name) for part, name in columns]
    told = [result.number, trial.point, trial.repeat, status, result.epochs, result.best_epoch]
    return [*told, *trial.values, *scores, f"{files.TRIALS}/{files.trial_name(result.number)}"]


def _scores(outcomes: SweepResults) -> list[tuple[str, str]]:
    """The scores that trials have: those of the first that did not fail."""
    done = next((number for number in sorted(outcomes.trials) if number not in outcomes.failed), None)
    metrics = {} if done is None else outcomes.result(done).metrics
    return [(part, name) for part, some in metrics.items() for name in some]


def _points(outcomes: SweepResults) -> Iterator[bytes]:
    goal = outcomes.plan.goal
    yield mixed_line(["point", "trials", *outcomes.plan.keys, goal.name, "deviation", "best_trial"])
    for one in sorted(outcomes.standings(), key=lambda standing: standing.point):
        mean = goal.written(one.mean) if np.isfinite(one.mean) else None
        yield mixed_line([one.point, one.repeats, *one.values, mean, one.deviation, one.best])
