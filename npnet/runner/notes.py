"""Warnings and notes about a training before it begins: its data, its scores, and settings without effect."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.data import Split
from npnet.data.checks import single_rows
from npnet.metrics import for_task, lacking
from npnet.model.predictor import ModelSlice, SplitPredictor
from npnet.nn.layer import layers
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


def warnings(training: ModelSlice) -> list[str]:
    """Return the warnings about the data of a run, each once; of many the first."""
    return [*of_data(training), *undefined(training, training.data.parts)]


def of_data(training: ModelSlice) -> list[str]:
    """Return the warnings about columns, sizes and classes, each once; of many the first."""
    found = list(dict.fromkeys(note for fold in training.folds for note in fold.notes))
    columns = first_of(found, "npnet data check lists every column")
    return [*columns, *_of_sizes(training), *_of_classes(training), *_of_last_layer(training)]


def undefined(training: ModelSlice, splits: Iterable[str]) -> Iterator[str]:
    """Yield a line for each score that is undefined on one of the splits, and so null in metrics.json."""
    task, several = training.data.task, len(training.sides) // len(training.folds)
    for split in [name for name in splits if name in training.data.parts]:
        each = [side.parts[split].y for side in training.sides]
        targets = [np.concatenate(each[start : start + several]) for start in range(0, len(each), several)]
        for name in for_task(task):
            lacks = {fold: lack for fold, y in enumerate(targets, 1) if (lack := lacking(name, y, task))}
            if lacks:
                which = f"which {_folds(list(lacks), len(targets))}that split lacks"
                yield f"{name} of {split} is null: it needs {next(iter(lacks.values()))}, {which}"


def _folds(some: Sequence[int], folds: int) -> str:
    """Return the words that name some folds; none where there is one fold."""
    if folds == 1:
        return ""
    return "every fold of " if len(some) == folds else f"fold {listed(some)} of "


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


def filled(training: ModelSlice) -> str | None:
    """Return the note about columns whose gaps are filled; None where there are none."""
    names = [step.column for step in training.data.preparation.steps if step.kind != "category" and step.gaps]
    if not names:
        return None
    columns = f"{len(names)} column{'s' * (len(names) != 1)}"
    return f"gaps are filled by the median, and marked, in {columns}: {listed(map(quoted, names))}"


def whole_batches(training: ModelSlice) -> str | None:
    """Return the note that each batch is all rows, where batch_size is larger; None elsewhere."""
    size, rows = training.experiment.batch_size, _rows(training)
    if size == "all" or size <= rows:
        return None
    return f"batch_size {size} is more than the {rows} row{'s' * (rows != 1)} to train on: each batch is all of them"


def _of_sizes(training: ModelSlice) -> Iterator[str]:
    rows, inputs = _rows(training), training.data.inputs
    if inputs > rows:
        plural = "s" * (rows != 1)
        yield f"{inputs} inputs but only {rows} training row{plural}: the network will probably overfit"
    if len(training.folds) == 1:
        parts = training.data.parts
        yield from (text for name, text in ONE_ROW.items() if name in parts and len(parts[name].y) == 1)


def _of_classes(training: ModelSlice) -> Iterator[str]:
    data = training.data
    if data.task not in ("binary", "multiclass"):
        return
    codes = np.concatenate([part.y for part in data.parts.values()])
    rows = np.bincount(codes, minlength=len(data.classes)).tolist()
    note = single_rows(data.targets[0], dict(zip(data.classes, rows, strict=True)))
    yield from [note] if note else []


def _of_last_layer(training: ModelSlice) -> Iterator[str]:
    """Yield a warning for an activation that bounds the raw scores, which the loss expects to be any number."""
    name = layers.name_of(training.experiment.layers[-1])
    if name in BOUNDS and name != training.resolved.loss.link:
        what = "probabilities" if training.data.classes else "predictions"
        yield f"{name} as the last layer keeps the outputs {BOUNDS[name]}, and so the {what} in bounds: take {name} out"


def _rows(training: ModelSlice) -> int:
    """Return the number of training rows, the same in every fold."""
    return len(training.data.parts["train"].y)


def unused(training: ModelSlice) -> Iterator[str]:
    """Yield a line for each setting that has no effect on this training."""
    e, parts = training.experiment, training.data.parts
    if e.sweep is not None:
        yield "the key sweep is not used: npnet sweep trains what it lists"
    if e.cv is not None and e.split != Split():
        yield "split is not used: cv divides all rows"
    if "validation" not in parts:
        stops = " and stops early" if e.early_stopping else ""
        yield f"there is no validation set: {e.monitor} chooses the best epoch{stops}"
    if e.own_validation and e.ensemble > 1 and len(training.sides) == len(training.folds):
        reason = "there is no validation set" if "validation" not in parts else "group, time or files give the sets"
        yield f"own_validation is not used: {reason}"
    if e.epochs:
        yield from _too_long(e)


def _too_long(e: Experiment) -> Iterator[str]:
    """Yield a line for each setting that would act only after the last epoch."""
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
