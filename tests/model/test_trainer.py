"""Trainer: ensembles are one stack, weights go out and come back, and a divergence keeps what was good."""

import numpy as np
import pytest

from npnet.config import Experiment
from npnet.data import prepare
from npnet.diagnosis.setup_verdicts import unfinite
from npnet.errors import Diverged, RunError
from npnet.experiment.resolved import prepare_folds
from npnet.model.trainer import Trainer
from tests.fittings import fitting_of

LAYERS = [{"linear": 8}, "relu", {"batch_norm": {}}, {"dropout": 0.1}, {"linear": 1}]


def _fitting(**options) -> Trainer:
    written = {"dataset": {"moons": 200}, "layers": LAYERS, "learning_rate": 0.01, "epochs": 5, **options}
    experiment = Experiment.model_validate(written)
    dataset = experiment.dataset.load(None, experiment.seed)
    return fitting_of(experiment, prepare(dataset, experiment.split, experiment.scale, experiment.seed))


def _fitted(**options) -> Trainer:
    trainer = _fitting(**options)
    for _ in trainer.fit():
        pass
    return trainer


def test_the_first_network_of_an_ensemble_is_the_one_trained_alone_bit_for_bit() -> None:
    alone, three = _fitted(), _fitted(ensemble=3)
    for name, values in three.weights().items():
        assert values.shape == (3, *alone.weights()[name].shape)
        assert np.array_equal(values[0], alone.weights()[name])
    assert len({values.tobytes() for values in three.weights()["layers.0.weight"]}) == 3


def test_the_rows_of_a_part_are_what_trains_without_a_copy() -> None:
    experiment = Experiment.model_validate({"dataset": {"moons": 200}, "layers": LAYERS})
    trainer = fitting_of(experiment, prepare_folds(experiment, experiment.dataset.load(None, 0)))
    part = trainer.data.parts["train"]
    assert trainer.samples("train").x is part.with_ones
    assert np.shares_memory(part.X, part.with_ones)
    assert (part.with_ones[:, -1] == 1).all()


def test_an_ensemble_predicts_the_mean_of_its_networks() -> None:
    three = _fitted(ensemble=3)
    rows = three.data.parts["test"].frame
    each = three.predictor().output_transforms[0](np.stack(three.stack_trainer.scored("test")[1]))
    assert np.allclose(three.predictor().predictions("test")[1], each.mean(axis=0))
    assert np.allclose(three.predictor().outputs(rows), three.predictor().predictions("test")[1], atol=1e-6)


def test_weights_go_into_another_fitting_of_the_same_network() -> None:
    one, other = _fitted(ensemble=2), _fitting(ensemble=2)
    other.set_weights(one.weights())
    assert np.array_equal(one.predictor().predictions("test")[1], other.predictor().predictions("test")[1])


def test_weights_of_another_network_are_refused_with_what_differs() -> None:
    with pytest.raises(RunError, match=r"layers.0.weight: \(8, 2\) instead of \(2, 8, 2\)"):
        _fitting(ensemble=2).set_weights(_fitting().weights())


def test_a_divergence_is_reported_and_the_last_good_weights_and_statistics_are_kept() -> None:
    trainer = _fitting(learning_rate=1e6, optimizer="sgd", loss="mean_squared_error", layers=["batch_norm", "linear"])
    with pytest.raises(Diverged, match="diverged in epoch"):
        for _ in trainer.fit():
            pass
    assert all(np.isfinite(values).all() for values in trainer.weights().values())


@pytest.mark.parametrize("metrics", [["accuracy"], []])
def test_the_monitored_metric_chooses_the_best_epoch_whatever_others_are_measured(metrics) -> None:
    monitored = _fitted(monitor="validation_roc_auc", learning_rate=0.1)
    trainer = _fitted(monitor="validation_roc_auc", learning_rate=0.1, metrics=metrics)
    assert trainer.stack_trainer.watched == (*metrics, "roc_auc")
    assert trainer.best_epoch == monitored.best_epoch > 0
    assert np.array_equal(trainer.predictor().predictions("test")[1], monitored.predictor().predictions("test")[1])


def test_no_epochs_keep_the_initial_weights() -> None:
    assert all(
        np.array_equal(a, b)
        for a, b in zip(_fitting().weights().values(), _fitted(epochs=0).weights().values(), strict=True)
    )


def test_the_best_epoch_comes_back_also_after_a_break() -> None:
    trainer = _fitting(epochs=30)
    for progress in trainer.fit():
        if progress.epoch == 10:
            break
    assert 1 <= trainer.best_epoch <= 10
    assert trainer.predictor().scores("validation")["loss"] == pytest.approx(trainer.monitored["value"], rel=1e-6)


def test_a_seed_of_the_model_changes_initial_values_and_neither_split_nor_data() -> None:
    one, other = _fitting(), _fitting(model_seed=7)
    assert np.array_equal(one.data.parts["train"].X, other.data.parts["train"].X)
    assert not np.array_equal(one.weights()["layers.0.weight"], other.weights()["layers.0.weight"])
    assert np.array_equal(_fitting(model_seed=0).weights()["layers.0.weight"], one.weights()["layers.0.weight"])


@pytest.mark.parametrize("options", [{"ensemble": 3}, {"cv": {"folds": 3}}])
def test_one_network_whose_outputs_are_not_finite_takes_all_scores_it_has_a_part_in(options: dict) -> None:
    written = {"dataset": "diabetes", "layers": LAYERS, "epochs": 0, **options}
    experiment = Experiment.model_validate(written)
    trainer = fitting_of(experiment, prepare_folds(experiment, experiment.dataset.load(None, 0)))
    weights = {name: values.copy() for name, values in trainer.weights().items()}
    weights["layers.0.bias"][1] = 1e30
    weights["layers.4.weight"][1] = 1e38
    trainer.set_weights(weights)
    scores = trainer.predictor().all_scores()
    assert all(np.isnan(list(some.values())).all() for part, some in scores.items() if part != "train")
    assert not list(unfinite(trainer.predictor(), {"test": {"r2": 0.5}}))
    [reported] = map(str, unfinite(trainer.predictor(), {"test": scores["test"]}))
    assert "are not finite" in reported
