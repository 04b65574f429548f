"""Notes about a training before it begins: what its data are turned into, and settings without effect."""

from collections.abc import Iterator

from npnet.config import Experiment
from npnet.data import Split
from npnet.data.datasets.table import Table
from npnet.data.preprocessing.scaling import CLIPPED
from npnet.model.predictor import SplitPredictor
from npnet.nn.schedules import Cosine, ReduceOnPlateau, StepDecay
from npnet.text import first_of, listed, quoted


def remarks(training: SplitPredictor) -> Iterator[str]:
    """Yield the notes about columns whose gaps are filled, and about a batch_size of more than all rows."""
    yield from first_of(training.data.remarks, "npnet data check lists all")
    yield from _own_validation(training)
    names = [step.column for step in training.data.preparation.steps if step.kind != "category" and step.gaps]
    if names:
        columns = f"{len(names)} column{'s' * (len(names) != 1)}"
        yield f"gaps are filled by the median, and marked, in {columns}: {listed(map(quoted, names))}"
    size, rows = training.experiment.batch_size, len(training.data.parts["train"].y)
    several, train = training.experiment.accumulate, f"{rows} row{'s' * (rows != 1)} to train on"
    if size != "all" and size > rows:
        yield f"batch_size {size} is more than the {train}: each batch is all of them"
    elif size != "all" and size * (several - 1) >= rows:
        yield f"{several} batches of {size} are more than the {train}: each step is of all of them"


def _own_validation(training: SplitPredictor) -> Iterator[str]:
    """Yield what each network of an `own_validation` trains on."""
    e, parts = training.experiment, training.data.parts
    if e.own_validation and _draws_own(training):
        rows, train = len(parts["validation"].y), len(parts["train"].y)
        each = f"each of {e.ensemble} networks draws" if e.ensemble > 1 else "the network draws"
        where = "rows of its fold" if len(training.folds) > 1 else "rows outside the test set"
        where = where if "test" in parts else "rows"
        drawn = f"{rows} validation row{'s' * (rows != 1)}"
        yield f"own_validation: {each} {drawn} from the {train + rows} {where}, and trains on {train}"


def _draws_own(training: SplitPredictor) -> bool:
    """Return whether networks can draw their own validation sets: nothing else says which rows go together."""
    source = training.experiment.dataset
    given = isinstance(source, Table) and (source.group or source.time or source.own_files)
    return "validation" in training.data.parts and not given


def unused(training: SplitPredictor) -> Iterator[str]:
    """Yield a line for each setting that has no effect on this training."""
    e, parts = training.experiment, training.data.parts
    if e.sweep is not None:
        yield "the key sweep is not used: npnet sweep trains what it lists"
    if e.cv is not None and e.split != Split():
        yield "split is not used: cv divides all rows"
    marked = e.dataset.na_values if isinstance(e.dataset, Table) else ()
    if isinstance(e.dataset, Table) and isinstance(marked, dict) and (left := [*marked.keys() & e.dataset.left_out]):
        yield f"na_values is not used for {listed(map(quoted, sorted(left)))}: drop or id leaves the column out"
    if e.prepare is not None and "clip" in e.prepare.model_fields_set and e.prepare.numbers not in CLIPPED:
        yield f"clip is not used: numbers: {e.prepare.numbers} has no scale on which outliers show"
    if "validation" not in parts:
        stops = " and stops early" if e.early_stopping else ""
        yield f"there is no validation set: {e.monitor} chooses the best epoch{stops}"
    if e.own_validation and not _draws_own(training):
        reason = "there is no validation set" if "validation" not in parts else "group, time or files give the sets"
        yield f"own_validation is not used: {reason}"
    if e.epochs:
        yield from _too_long(e)


def _too_long(e: Experiment) -> Iterator[str]:
    """Yield a line for each setting that would act only after the last epoch."""
    schedule, last = e.schedule, f"epochs is {e.epochs}"
    if e.evaluate_every > e.epochs:
        yield f"only the last epoch is evaluated: evaluate_every is {e.evaluate_every}, {last}"
    if e.early_stopping is not None and e.early_stopping.patience >= e.epochs:
        yield f"early_stopping never stops: its patience is {e.early_stopping.patience}, {last}"
    if isinstance(schedule, StepDecay) and schedule.every >= e.epochs:
        yield f"the schedule never drops the learning rate: every is {schedule.every}, {last}"
    looks = -(-e.epochs // e.evaluate_every)  # the last epoch is evaluated whatever its number
    if isinstance(schedule, ReduceOnPlateau) and schedule.patience >= looks:
        few = last if looks == e.epochs else f"{last}, evaluated {looks} times"
        yield f"the schedule never drops the learning rate: its patience is {schedule.patience}, {few}"
    if isinstance(schedule, Cosine) and schedule.warm_up >= e.epochs:
        epochs = f"{schedule.warm_up:g} epoch{'s' * (schedule.warm_up != 1)}"
        yield f"the schedule never gets past its warm_up of {epochs}: {last}"
