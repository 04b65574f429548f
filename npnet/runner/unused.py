"""Unused settings: what a training does not use of its config and why, in a line each."""

from collections.abc import Iterator

from npnet.config import Experiment
from npnet.data import Split
from npnet.model.fitting import Fitting
from npnet.nn.schedules import Cosine, ReduceOnPlateau, StepDecay


def unused(fitting: Fitting) -> Iterator[str]:
    """A line for each setting that has no effect on this training."""
    e, parts = fitting.experiment, fitting.data.parts
    if e.sweep is not None:
        yield "the key sweep is not used: npnet sweep trains what it lists"
    if e.cv is not None and e.split != Split():
        yield "split is not used: cv divides all rows"
    if "validation" not in parts:
        stops = " and stops early" if e.early_stopping else ""
        yield f"there is no validation part: {e.monitor} chooses the best epoch{stops}"
    if e.own_validation and e.ensemble > 1 and len(fitting.sides) == len(fitting.folds):
        reason = "there is no validation part" if "validation" not in parts else "group, time or files give the parts"
        yield f"own_validation is not used: {reason}"
    if e.epochs:
        yield from _too_long(e)


def _too_long(e: Experiment) -> Iterator[str]:
    """What would happen only after the last epoch."""
    schedule, last = e.schedule, f"epochs is {e.epochs}"
    if e.early_stopping is not None and e.early_stopping.patience >= e.epochs:
        yield f"early_stopping never stops: its patience is {e.early_stopping.patience}, {last}"
    if isinstance(schedule, StepDecay) and schedule.every >= e.epochs:
        yield f"the schedule never drops the learning rate: every is {schedule.every}, {last}"
    looks = -(-e.epochs // e.evaluate_every)  # the last epoch is evaluated whatever its number
    if isinstance(schedule, ReduceOnPlateau) and schedule.patience >= looks:
        few = last if looks == e.epochs else f"{last}, evaluated {looks} times"
        yield f"the schedule never drops the learning rate: its patience is {schedule.patience}, {few}"
    if isinstance(schedule, Cosine) and schedule.warm_up >= e.epochs:
        yield f"the schedule never gets past its warm_up of {schedule.warm_up:g} epochs: {last}"
