"""Warnings and notes about a training: its data, scores and settings before it begins, and its health in progress."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.data import Split
from npnet.data.datasets.table import Table
from npnet.data.datasets.targets import single_rows
from npnet.data.preprocessing.scaling import CLIPPED
from npnet.engine.loop import Progress
from npnet.metrics import for_task, lacking
from npnet.model.predictor import SplitPredictor
from npnet.model.trainer import Trainer
from npnet.nn.layer import layers
from npnet.nn.normalization import BatchNorm
from npnet.nn.schedules import Cosine, ReduceOnPlateau, StepDecay
from npnet.text import first_of, listed, quoted

BOUNDS = {
    "relu": "at 0 or above",
    "softplus": "above 0",
    "tanh": "between -1 and 1",
    "elu": "above -alpha",
    "selu": "above -1.76",
    "gelu": "above -0.17",
    "silu": "above -0.28",
    "mish": "above -0.31",
}
"""Activations with bounded outputs, and the bounds; sigmoid and softmax have checks of their own."""
ONE_ROW = {
    "validation": "the validation set has one row: it alone chooses the best epoch",
    "test": "the test set has one row: its scores say little about other rows",
}
DEAD = 0.9
"""The share of dead units of a layer that is reported."""
DEAD_EVALUATIONS = 3
"""Evaluations in a row with so many dead units after which they are reported."""
PLATEAU_EVALUATIONS = 10
"""Evaluations after which a loss that is the same to the last digit is a plateau."""
EXPLODING = 1e3
"""The growth of a loss that is reported, long before `diverge_factor`."""
LARGER = 2.0
"""How many times the present rate a rate to come must be to change the picture."""


def warnings(training: SplitPredictor) -> list[str]:
    """Return the warnings about the data of a run, each once; of many the first."""
    return [*of_data(training), *undefined(training, training.data.parts)]


def of_data(training: SplitPredictor) -> list[str]:
    """Return the warnings about columns, sizes and classes, each once; of many the first."""
    found = list(dict.fromkeys(note for fold in training.folds for note in fold.notes))
    columns = first_of(found, "npnet data check lists every column")
    return [*columns, *_of_files(training), *_of_rows(training), *_of_last_layer(training)]


def undefined(training: SplitPredictor, splits: Iterable[str]) -> Iterator[str]:
    """Yield a line for each score that is undefined on one of the splits, and so null in metrics.json."""
    task, several = training.data.task, len(training.sides) // len(training.folds)
    for split in [name for name in splits if name in training.data.parts]:
        each = [side.parts[split].each_target.y for side in training.sides]
        targets = [np.concatenate(each[start : start + several]) for start in range(0, len(each), several)]
        for name in for_task(task):
            lacks = {fold: lack for fold, y in enumerate(targets, 1) if (lack := lacking(name, y, task))}
            if lacks:
                some = "every fold" if len(lacks) == len(targets) else f"fold {listed(lacks)}"
                which = f"{some} of that split" if len(targets) > 1 else "that split"
                yield f"{name} of {split} is null: it needs {next(iter(lacks.values()))}, which {which} lacks"


def unfinite(predictor: SplitPredictor, scores: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """Yield a line for each split without scores, where some of its outputs are not finite."""
    for split in predictor.data.parts:
        if any(np.isnan(value) for value in scores.get(split, {}).values()):
            each = [predictor.predictions(split, fold)[1] for fold in range(len(predictor.folds))]
            yield from not_finite(split, np.concatenate(each, axis=1))


def not_finite(split: str, output: NDArray[np.float64]) -> Iterator[str]:
    """Yield a line where some outputs (outputs, samples) are not finite, and give no scores."""
    rows = np.count_nonzero(~np.isfinite(output).all(axis=0))
    if rows:
        yield f"the scores of {split} are null: the outputs for {rows} of {output.shape[1]} rows are not finite"


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


def _of_files(training: SplitPredictor) -> Iterator[str]:
    """Yield a warning where one file is the validation and the test set."""
    source = training.experiment.dataset
    if isinstance(source, Table) and source.validation is not None and source.validation == source.test:
        yield f"validation and test are both {source.test}: the test scores are of rows that chose the best epoch"


def _of_rows(training: SplitPredictor) -> Iterator[str]:
    """Yield the warnings about the number of rows: of training, of a set, of a class."""
    data = training.data
    rows = len(data.parts["train"].y)
    if data.inputs > rows:
        plural = "s" * (rows != 1)
        yield f"{data.inputs} inputs but only {rows} training row{plural}: the network will probably overfit"
    if len(training.folds) == 1:
        yield from (text for name, text in ONE_ROW.items() if name in data.parts and len(data.parts[name].y) == 1)
    if data.task in ("binary", "multiclass") and not data.predicts_next:
        codes = np.concatenate([part.each_target.y for part in data.parts.values()])
        counts = np.bincount(codes, minlength=len(data.classes)).tolist()
        if note := single_rows(data.targets[0], dict(zip(data.classes, counts, strict=True))):
            yield note


def _of_last_layer(training: SplitPredictor) -> Iterator[str]:
    """Yield a warning for an activation that bounds the raw scores, which the loss expects to be any number."""
    name = layers.name_of(training.experiment.layers[-1])
    if name in BOUNDS and name != training.resolved.loss.link:
        what = "probabilities" if training.data.classes else "predictions"
        yield f"{name} as the last layer keeps the outputs {BOUNDS[name]}, and so the {what} in bounds: take {name} out"


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


class Health:
    """Checks each epoch of a training, and reports every new problem once.

    Every text states what was measured. A problem that a larger learning rate can solve is not reported while the
    schedule still has one to come, as in a warm-up.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        layers = (step.layer for step in trainer.resolved.graph.layer_steps)
        self._lag = max((layer.horizon for layer in layers if isinstance(layer, BatchNorm)), default=0.0)
        self._dead: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self._reported: set[str] = set()
        self._loss, self._plateau_epochs = np.nan, 0

    def check(self, progress: Progress) -> Iterator[str]:
        """Yield the warnings after an epoch."""
        if not progress.values:
            return
        checks = (self._dead_units, self._steps, self._plateau)
        for name, text in [found for check in checks for found in check(progress)]:
            if name not in self._reported:
                self._reported.add(name)
                yield text

    def _dead_units(self, progress: Progress) -> Iterator[tuple[str, str]]:
        """Report layers that have had too many dead units for several evaluations.

        Each model counts its evaluations with too many, and the epoch since which it has them. An evaluation after
        which the model stopped, or while the learning rate still rises, does not count.
        """
        epoch, done, lag = progress.epoch, self.trainer.state.done, self._lag
        for name, shares in self.trainer.dead_units.items():
            dead, models = shares > DEAD, len(shares)
            evaluations, since = self._dead.get(name, (np.zeros(models, np.int64), np.zeros(models, np.int64)))
            counts = ~done & (dead.any() and not self._rises(progress))
            since = np.where(dead, np.where(since == 0, epoch, since), 0)
            evaluations = np.where(dead, evaluations + counts, 0)
            self._dead[name] = evaluations, since
            batches = self.trainer.stack_trainer.trainings[0].batches.count
            lasting = (evaluations >= DEAD_EVALUATIONS) & (epoch - since >= lag / batches)
            if lasting.any():
                yield (
                    name,
                    f"{shares[lasting].max():.0%} of the units of {name} are 0 on every training row, and over "
                    f"{DEAD:.0%} have been since epoch {since[lasting].min()}: they learn nothing; a smaller "
                    "learning_rate or leaky_relu keeps units alive",
                )

    def _steps(self, progress: Progress) -> Iterator[tuple[str, str]]:
        """Report steps that are too large, so that a loss grows, or too small to change a weight."""
        growth, what = self.trainer.growth(progress)
        if np.isfinite(growth) and growth > EXPLODING:
            rate = self.trainer.resolved.learning_rate
            hint = f"a smaller learning_rate than {rate:g}, or clip_norm: 1, may help"
            yield "growth", f"in epoch {progress.epoch} {what}; {hint}"
        kind = self.trainer.resolved.dtype
        if kind(progress.learning_rate.max()) == 0 == kind(self.trainer.largest_rate(progress.epoch)):
            what = f"from epoch {progress.epoch} on learning_rate is too small for {kind.__name__}"
            yield "rate", f"{what}: nothing is learned any more"

    def _plateau(self, progress: Progress) -> Iterator[tuple[str, str]]:
        """Report a loss that no longer changes, unless it is 0 or an earlier warning explains it."""
        loss = progress.mean("train_loss")
        every = self.trainer.experiment.evaluate_every
        self._plateau_epochs = self._plateau_epochs + every if loss == self._loss else 0
        self._loss = loss
        if self._plateau_epochs < PLATEAU_EVALUATIONS * every or not loss or self._reported or self._rises(progress):
            return
        since = progress.epoch - self._plateau_epochs
        same = f"train_loss has been {loss:.6g} to the last digit since epoch {since}"
        if loss == float(self.trainer.state.initial_loss.mean()):
            yield "plateau", f"{same}, as before training: nothing is learned; look at learning_rate and at the inputs"
        else:
            yield "plateau", f"{same}: the training has converged, or its learning_rate has become too small"

    def _rises(self, progress: Progress) -> bool:
        """Return whether a larger learning rate is still to come."""
        return self.trainer.largest_rate(progress.epoch + 1) > LARGER * float(progress.learning_rate.max())
