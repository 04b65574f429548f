"""Checks before a sweep trains: its score is defined, and each trial fits the data and the memory."""

from npnet.config import Experiment
from npnet.errors import ConfigError, DataError
from npnet.experiment.compatibility import TASKS, misfits
from npnet.experiment.data_info import DataInfo
from npnet.experiment.resolved import ResolvedExperiment, resolve
from npnet.experiment.resources import require_memory
from npnet.metrics import for_task
from npnet.runner.prepared_run import PreparedRun, lack_of, prepare_run
from npnet.sweep.plan import SweepPlan

KEY = ("sweep", "metric")


def ready_to_sweep(plan: SweepPlan) -> PreparedRun:
    """Load and check the data as for a training; also that the score by which the best is found can be had of them."""
    ready = prepare_run(plan.loaded)
    require_goal(plan, ready)
    return ready


def require_goal(plan: SweepPlan, ready: PreparedRun) -> None:
    """ConfigError or DataError where no trial would have the score that tells the best."""
    goal, data, loaded = plan.goal, ready.experiment.data, plan.loaded
    known = for_task(data.task)
    if goal.score not in ("loss", *known):
        what = f"{goal.score} does not fit the task, {TASKS[data.task]}"
        raise loaded.error(KEY, what, f"those of {TASKS[data.task]} are: {', '.join(known)}")
    if goal.part not in data.rows:
        other = "validation" if "validation" in data.rows else "train"
        what = f"there is no {goal.part} set to measure {goal.name} on"
        raise loaded.error(KEY, what, f"write metric: {other}.{goal.score} under sweep")
    if goal.score != "loss" and (lack := lack_of(goal.part, goal.score, ready.folds)):
        hint = f"metric: {goal.part}.loss is always defined; or give that part other rows"
        raise DataError(f"{loaded.where(*KEY)}: {goal.name} is undefined: {lack}", hint)


def require_trainable(experiment: Experiment, data: DataInfo) -> ResolvedExperiment:
    """Resolve an experiment; raise ConfigError with the first reason for which npnet train would refuse it."""
    resolved = resolve(experiment, data)
    for _, message, hint in misfits(resolved):
        raise ConfigError(message, hint)
    require_memory(resolved)
    return resolved
