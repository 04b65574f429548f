"""Every model of a stack has the bits of the same training alone, whatever rows the others see."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from npnet.config import Experiment
from npnet.data import Dataset, Prepared
from npnet.experiment.resolved import prepare_folds
from npnet.model.trainer import Trainer
from npnet.rng import member_seed
from tests.fittings import fitting_of, together_of

ROWS = 203
LAYERS = [{"linear": 8}, "relu", "batch_norm", {"dropout": 0.1}, "linear"]
SHAPES: dict[str, dict[str, Any]] = {
    "members": {"ensemble": 3, "own_validation": True},
    "folds": {"cv": 4},
    "members of folds": {"cv": 3, "ensemble": 2},
    "members of folds with rows of their own": {"cv": 3, "ensemble": 2, "own_validation": True},
}
WEIGHTS: dict[str, dict[str, Any]] = {
    "none": {},
    "a column": {"column": True},
    "classes": {"class_weight": "balanced"},
    "both": {"column": True, "class_weight": {"1": 3.0}},
}


def experiment_of(**options: Any) -> Experiment:
    written = {"dataset": {"moons": ROWS}, "layers": LAYERS, "learning_rate": 0.02, "epochs": 6, "early_stopping": 2}
    return Experiment.model_validate({**written, **options})


def weighted(experiment: Experiment, column: bool) -> Dataset:
    """Rows of two classes, one of which has fewer; with weights that no multiple of which is a round number."""
    dataset = experiment.dataset.load(Path(), 0)
    kept = np.flatnonzero((dataset.y == 0) | (np.arange(ROWS) % 3 > 0))
    weight = np.random.default_rng(5).uniform(0.1, 7.0, ROWS)[kept] if column else None
    return replace(dataset, frame=dataset.frame.take(kept), y=dataset.y[kept], weight=weight)


def fit(trainer: Trainer) -> tuple[Trainer, list[dict[str, np.ndarray]]]:
    return trainer, [dict(progress.values) for progress in trainer.fit() if progress.complete]


def alone(experiment: Experiment, side: Prepared, member: int) -> tuple[Trainer, list[dict[str, np.ndarray]]]:
    """Train one network of a stack by itself, on the rows that it sees."""
    seed = member_seed(experiment.seed if experiment.model_seed is None else experiment.model_seed, member)
    single = {"cv": None, "ensemble": 1, "own_validation": False, "model_seed": seed}
    return fit(fitting_of(experiment.model_copy(update=single), side))


def models_of(experiment: Experiment, folds: Sequence[Sequence[Prepared]]) -> Iterator[tuple[Prepared, int]]:
    """Yield the data of each model and its number among the members, fold after fold."""
    for fold in folds:
        for member in range(experiment.ensemble):
            yield fold[member * len(fold) // experiment.ensemble], member


def is_itself(whole: Trainer, values: list[dict[str, np.ndarray]], model: int, single: Trainer, own: list[Any]) -> None:
    """Compare parameters, losses, best epoch and raw scores of every split, bit for bit."""
    place = whole.models.start + model
    assert np.array_equal(whole.stack_trainer.network.theta[place], single.stack_trainer.network.theta[0])
    assert np.array_equal(whole.stack_trainer.network.state[place], single.stack_trainer.network.state[0])
    assert whole.stack_trainer.best.epoch[place] == single.stack_trainer.best.epoch[0]
    for together, by_itself in zip(values, own, strict=False):
        for name, value in by_itself.items():
            assert together[name][place] == value[0], name
    for part in single.data.parts:
        losses, scores = whole.stack_trainer.scored(part)
        assert losses[place] == single.stack_trainer.scored(part)[0][0], part
        assert np.array_equal(scores[place], single.stack_trainer.scored(part)[1][0]), part


TYPES = ("float32", "float64")
ALL = list(product(SHAPES, WEIGHTS, TYPES))
SLICE = [("members", "both", "float32"), ("folds", "classes", "float64")]


def each_is_itself(shape: str, weights: str, dtype: str) -> None:
    options = {**SHAPES[shape], **WEIGHTS[weights], "dtype": dtype}
    column = options.pop("column", False)
    experiment = experiment_of(**options)
    folds = prepare_folds(experiment, weighted(experiment, column))
    whole, values = fit(fitting_of(experiment, folds))
    for model, (side, member) in enumerate(models_of(experiment, folds)):
        is_itself(whole, values, model, *alone(experiment, side, member))


def each_of_a_sweep_is_itself(shape: str, weights: str, dtype: str) -> None:
    options = {**SHAPES.get(shape, {}), **WEIGHTS[weights], "dtype": dtype}
    column = options.pop("column", False)
    smoothed = [{"binary_cross_entropy": {"label_smoothing": share}} for share in (0.0, 0.1)]
    trials = [
        experiment_of(**options, learning_rate=0.01 * (number + 1), loss=loss, model_seed=number)
        for number, loss in enumerate(smoothed)
    ]
    folds = prepare_folds(trials[0], weighted(trials[0], column))
    trainers = together_of(trials, folds)
    values = [dict(progress.values) for progress in trainers[0].stack_trainer.train() if progress.complete]
    trainers[0].stack_trainer.restore()
    for trial, trainer in zip(trials, trainers, strict=True):
        for model, (side, member) in enumerate(models_of(trial, folds)):
            is_itself(trainer, values, model, *alone(trial, side, member))


@pytest.mark.parametrize(("shape", "weights", "dtype"), SLICE)
def test_each_weighted_model_is_itself(shape: str, weights: str, dtype: str) -> None:
    each_is_itself(shape, weights, dtype)


@pytest.mark.long
@pytest.mark.parametrize(("shape", "weights", "dtype"), ALL)
def test_each_model_with_rows_of_its_own_is_itself(shape: str, weights: str, dtype: str) -> None:
    each_is_itself(shape, weights, dtype)


def test_each_weighted_model_of_a_stacked_sweep_is_itself() -> None:
    each_of_a_sweep_is_itself("folds", "both", "float32")


@pytest.mark.long
@pytest.mark.parametrize(
    ("shape", "weights", "dtype"), [*ALL, *(("one network", *pair) for pair in product(WEIGHTS, TYPES))]
)
def test_each_model_of_a_stacked_sweep_is_itself(shape: str, weights: str, dtype: str) -> None:
    each_of_a_sweep_is_itself(shape, weights, dtype)


def test_what_folds_predict_is_the_mean_of_what_each_predicts_alone() -> None:
    experiment = experiment_of(cv=3, class_weight="balanced")
    dataset = weighted(experiment, column=False)
    folds = prepare_folds(experiment, dataset)
    whole, _ = fit(fitting_of(experiment, folds))
    each = [alone(experiment, fold[0], 0)[0].predictor().outputs(dataset.frame) for fold in folds]
    assert np.array_equal(whole.predictor().outputs(dataset.frame), np.mean(each, axis=0))


def test_the_loss_of_a_part_of_unequal_folds_is_the_mean_over_its_own_rows() -> None:
    experiment = experiment_of(cv=4, layers=["linear"], dtype="float64")
    folds = prepare_folds(experiment, weighted(experiment, column=True))
    whole, _ = fit(fitting_of(experiment, folds))
    assert len({len(fold[0].parts["test"].y) for fold in folds}) == 2
    for number, [side] in enumerate(folds):
        part = side.parts["test"]
        z = whole.stack_trainer.scored("test")[1][number][0]
        assert len(z) == len(part.y)
        losses = np.logaddexp(0, z) - part.y * z
        assert whole.predictor().mean_loss("test", number) == pytest.approx(
            np.average(losses, weights=part.weight), rel=1e-12
        )
