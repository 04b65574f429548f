"""Checks before a sweep trains: its score is defined, and each trial fits the data and the memory."""

from npnet.config import Experiment, Facts
from npnet.config.memory import needed
from npnet.config.shapes import TASKS, faults
from npnet.errors import ConfigError, DataError
from npnet.memory import SHARE, available, size_text
from npnet.metrics import for_task
from npnet.running.ready import Ready, lack_of, make_ready
from npnet.sweep.plan import Plan

KEY = ("sweep", "metric")


def ready_to_sweep(plan: Plan) -> Ready:
    """Load and check the data as for a training; also that the score by which the best is found can be had of them."""
    ready = make_ready(plan.loaded)
    require_goal(plan, ready)
    return ready


def require_goal(plan: Plan, ready: Ready) -> None:
    """ConfigError or DataError where no trial would have the score that tells the best."""
    goal, facts, loaded = plan.goal, ready.facts, plan.loaded
    known = for_task(facts.task)
    if goal.score not in ("loss", *known):
        what = f"{goal.score} does not fit the task, {TASKS[facts.task]}"
        raise loaded.problem(KEY, what, f"those of {TASKS[facts.task]} are: {', '.join(known)}")
    if goal.part not in facts.rows:
        other = "validation" if "validation" in facts.rows else "train"
        what = f"there is no {goal.part} part to measure {goal.name} on"
        raise loaded.problem(KEY, what, f"write metric: {other}.{goal.score} under sweep")
    if goal.score != "loss" and (lack := lack_of(goal.part, goal.score, ready.folds)):
        hint = f"metric: {goal.part}.loss is always defined; or give that part other rows"
        raise DataError(f"{loaded.where(*KEY)}: {goal.name} is undefined: {lack}", hint)


def require_trainable(experiment: Experiment, facts: Facts) -> None:
    """ConfigError with the first reason for which npnet train would refuse an experiment with such data."""
    for _, message, hint in faults(experiment, facts):
        raise ConfigError(message, hint)
    need, free = needed(experiment, facts), available()
    if need > SHARE * free:
        raise ConfigError(f"the training needs {size_text(need)}, {size_text(free)} are available")
