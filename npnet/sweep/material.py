"""From a sweep to the material of its pictures: its table, and where they are asked for the histories of its trials."""

from functools import partial

import numpy as np

from npnet.errors import RunError
from npnet.plots.sweeps.trials import Curves, SweepMaterial
from npnet.rundir import Run
from npnet.rundir import names as files
from npnet.sweep.plan import Goal, SweepPlan, read_plan
from npnet.sweep.reading import Trials, read_trials
from npnet.sweep.task import read_wave, wave_path


def sweep_material(run: Run) -> SweepMaterial:
    """All that the pictures of a sweep show; RunError where it has no table yet."""
    plan = read_plan(run.file(files.SWEEP))
    trials = read_trials(run, plan)
    return SweepMaterial(
        title=run.info["name"],
        subtitle=f"{_counted(trials)}, {run.id}",
        score=trials.goal.name,
        maximizes=trials.goal.maximizes,
        number=trials.number,
        point=trials.point,
        epochs=trials.epochs,
        values=trials.score,
        cells=trials.cells,
        means=tuple((one.point, one.mean, one.deviation) for one in trials.ranking),
        rungs=_rungs(run, plan),
        curves=partial(_curves, run, trials.goal, trials),
    )


def _counted(trials: Trials) -> str:
    failed = int(trials.failed.sum())
    points = len(np.unique(trials.point))
    repeats = f" of {points} points" if points < len(trials.number) else ""
    plural = "s" * (len(trials.number) != 1)
    return f"{len(trials.number):,} trial{plural}{repeats}{f', {failed:,} failed' if failed else ''}"


def _rungs(run: Run, plan: SweepPlan) -> tuple[tuple[int, int], ...]:
    """The epoch to which each rung of a halving trains, and how many trials; nothing of another method."""
    found: list[tuple[int, int]] = []
    while (path := wave_path(run.path, len(found))).exists():
        wave = read_wave(path)
        if not found and not wave.goes_on:
            return ()
        found.append((wave.epochs or plan.loaded.experiment.epochs, len(wave.trials)))
    return tuple(found)


def _curves(run: Run, goal: Goal, trials: Trials) -> Curves:
    """The score of each trial at each of its epochs; a trial without a history is left out."""
    curves = {}
    for number in trials.number.tolist():
        try:
            history = Run(run.file(f"{files.TRIALS}/{files.trial_name(number)}")).history()
        except RunError:
            continue
        values = history.get(f"{goal.part}_{goal.score}", np.empty(0))
        there = np.isfinite(values)
        if there.any():
            curves[number] = history["epoch"][there], values[there]
    return curves
