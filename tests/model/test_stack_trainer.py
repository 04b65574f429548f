"""Models that train together do not influence each other, and leave their stack when they are done."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from npnet.config import Experiment
from npnet.data import Prepared, prepare
from npnet.engine.graph import Cost
from npnet.experiment.resolved import prepare_folds
from npnet.model.trainer import Trainer
from tests.fittings import fitting_of, together_of

LAYERS = [{"linear": 8}, "batch_norm", "relu", {"dropout": 0.2}, {"linear": 1}]
TRIALS = [
    {"learning_rate": 0.01, "model_seed": 1, "optimizer": {"adam": {"weight_decay": 0.01}}},
    {"learning_rate": 0.1, "model_seed": 2, "l2": 0.01, "loss": {"binary_cross_entropy": {"label_smoothing": 0.1}}},
    {
        "learning_rate": 0.001,
        "layers": [*LAYERS[:3], {"dropout": 0.5}, {"linear": {"units": 1, "init": {"normal": 0.5}}}],
    },
]


def _experiment(**options) -> Experiment:
    written = {
        "dataset": {"moons": 203},
        "layers": LAYERS,
        "loss": {"binary_cross_entropy": {"label_smoothing": 0.0}},
        "optimizer": {"adam": {"weight_decay": 0.0}},
        "learning_rate": 0.01,
        "epochs": 12,
        "metrics": ["accuracy"],
    }
    return Experiment.model_validate({**written, **options})


def _data(experiment: Experiment) -> Prepared:
    dataset = experiment.dataset.load(Path(), experiment.seed)
    return prepare(dataset, experiment.split, experiment.scale, experiment.seed)


def _together(trials: Sequence[dict], **options) -> list[Trainer]:
    experiments = [_experiment(**{**options, **trial}) for trial in trials]
    return together_of(experiments, _data(experiments[0]))


def _train(trainers: list[Trainer]) -> list[Trainer]:
    for _ in trainers[0].stack_trainer.train():
        pass
    trainers[0].stack_trainer.restore()
    return trainers


def _alone(trial: dict, **options) -> Trainer:
    [trainer] = _train(_together([trial], **options))
    return trainer


def _check_same(one: Trainer, other: Trainer) -> None:
    for name, values in one.weights().items():
        assert np.array_equal(values, other.weights()[name]), name
    assert one.best_epoch == other.best_epoch
    assert np.array_equal(one.predictor().predictions("test")[1], other.predictor().predictions("test")[1])
    assert one.predictor().scores("validation") == other.predictor().scores("validation")
    for name, values in one.checkpoint().items():
        assert np.array_equal(values, other.checkpoint()[name]), name


@pytest.mark.parametrize(
    "options", [{}, {"early_stopping": 2, "accumulate": 3}, {"ensemble": 2, "early_stopping": 3}], ids=str
)
def test_trials_that_differ_in_decimals_and_seeds_train_together_as_they_do_alone(options: dict) -> None:
    together = _train(_together(TRIALS, **options))
    for trainer, trial in zip(together, TRIALS, strict=True):
        _check_same(trainer, _alone(trial, **options))


def test_a_model_that_is_done_is_removed_and_its_neighbours_do_not_notice() -> None:
    trials = [{"learning_rate": rate} for rate in (0.01, 1e-9, 0.02)]  # the second one never improves by 0.001
    options = {"early_stopping": {"patience": 2, "min_delta": 0.001}, "epochs": 20}
    together = _together(trials, **options)
    sizes = []
    for _ in together[0].stack_trainer.train():
        sizes.append(sum(len(training.stack.indices) for training in together[0].stack_trainer.trainings))
    together[0].stack_trainer.restore()
    assert sizes[0] == 3
    assert min(sizes) < 3
    for trainer, trial in zip(together, trials, strict=True):
        _check_same(trainer, _alone(trial, **options))


def test_a_model_that_diverges_is_removed_and_its_neighbours_do_not_notice() -> None:
    options = {"loss": "mean_squared_error", "optimizer": "sgd", "layers": [{"linear": 8}, "relu", "linear"]}
    trials = [{"learning_rate": 0.01}, {"learning_rate": 1e6}, {"learning_rate": 0.02}]
    together = _train(_together(trials, **options))
    assert [trainer.diverged_in > 0 for trainer in together] == [False, True, False]
    assert all(np.isfinite(values).all() for trainer in together for values in trainer.weights().values())
    for place in (0, 2):
        _check_same(together[place], _alone(trials[place], **options))


@pytest.mark.parametrize("most", [1, 2, 3, 5])
def test_how_models_are_cut_into_stacks_changes_no_bit(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _train(_together(TRIALS, ensemble=2, early_stopping=4))
    monkeypatch.setattr(Cost, "models_per_stack", most)
    cut = _train(_together(TRIALS, ensemble=2, early_stopping=4))
    assert len(cut[0].stack_trainer.stacks) == -(-6 // most)
    for one, other in zip(whole, cut, strict=True):
        _check_same(one, other)


@pytest.mark.parametrize("stopped", [1, 5, 11])
def test_a_training_continues_from_its_state_as_if_it_had_never_stopped(stopped: int) -> None:
    options = {"early_stopping": 4, "schedule": {"reduce_on_plateau": {"patience": 1}}}
    whole, first, second = (_together(TRIALS, **options) for _ in range(3))
    _train(whole)
    for progress in first[0].stack_trainer.train():
        if progress.epoch == stopped:
            break
    second[0].stack_trainer.resume(first[0].stack_trainer.snapshot().as_tensors(), stopped)
    _train(second)
    for one, other in zip(whole, second, strict=True):
        _check_same(one, other)


def test_folds_of_many_members_stand_in_stacks_of_their_own() -> None:
    experiment = _experiment(cv=3, ensemble=9, epochs=1)
    dataset = experiment.dataset.load(Path(), 0)
    trainer = fitting_of(experiment, prepare_folds(experiment, dataset))
    places = [stack.indices.tolist() for stack in trainer.stack_trainer.stacks]
    assert places == [list(range(start, start + 9)) for start in (0, 9, 18)]


def _rows(trainer: Trainer) -> list[tuple]:
    """Return the rest of the epochs of a training, without the time they take."""
    epochs = [progress for progress in trainer.stack_trainer.train() if progress.complete]
    return [(p.epoch, p.learning_rate.tolist(), {k: v.tolist() for k, v in p.values.items()}) for p in epochs]


@pytest.mark.long
@pytest.mark.parametrize(("every", "accumulate"), [(1, 1), (2, 3)])
def test_from_any_batch_of_any_stack_the_rest_is_the_same(
    every: int, accumulate: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("npnet.engine.loop.BETWEEN", -1.0)
    monkeypatch.setattr("npnet.model.stack_trainer.BETWEEN", -1.0)
    monkeypatch.setattr("npnet.engine.batches.BLOCK_BYTES", 1)
    monkeypatch.setattr(Cost, "models_per_stack", 1)
    options = {"ensemble": 3, "early_stopping": 2, "epochs": 5, "evaluate_every": every}
    options |= {"batch_size": 60 // accumulate, "accumulate": accumulate}
    whole, stopping = _alone_untrained(options), _alone_untrained(options)
    rows = _rows(whole)
    whole.stack_trainer.restore()
    seen = 0
    for progress in stopping.stack_trainer.train():
        epoch = progress.epoch if progress.complete else progress.epoch - 1
        state = stopping.stack_trainer.snapshot().as_tensors()
        resumed = _alone_untrained(options)
        resumed.stack_trainer.resume(state, epoch)
        assert repr(_rows(resumed)) == repr(rows[epoch:])
        resumed.stack_trainer.restore()
        _check_same(whole, resumed)
        seen += not progress.complete
    assert seen > 15


def _alone_untrained(options: dict) -> Trainer:
    [trainer] = _together([{}], **options)
    return trainer
