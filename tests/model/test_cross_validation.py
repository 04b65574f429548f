"""Cross-validation is one stack, and gives what its folds give one by one."""

import json
from pathlib import Path

import numpy as np
import pytest

import npnet
from npnet.cli import main
from npnet.config import Experiment
from npnet.data import Dataset
from npnet.data.columns import Frame
from npnet.experiment.resolved import prepare_folds
from npnet.model.predictor import SplitPredictor
from npnet.model.trainer import Trainer
from npnet.rundir.run import RunFolder
from tests.fittings import fitting_of

LAYERS = [{"linear": 8}, "relu", {"dropout": 0.1}, "linear"]


def _experiment(**options) -> Experiment:
    written = {"dataset": {"moons": 203}, "layers": LAYERS, "learning_rate": 0.01, "epochs": 6, "cv": 4}
    return Experiment.model_validate({**written, **options})


def _fit(trainer: Trainer) -> SplitPredictor:
    for _ in trainer.fit():
        pass
    return trainer.predictor()


def _crossed(**options) -> tuple[SplitPredictor, Dataset]:
    experiment = _experiment(**options)
    dataset = experiment.dataset.load(Path(), experiment.seed)
    return _fit(fitting_of(experiment, prepare_folds(experiment, dataset))), dataset


@pytest.mark.parametrize("ensemble", [1, 2])
def test_each_fold_of_the_stack_is_its_own_training_bit_for_bit(ensemble: int) -> None:
    crossed, _ = _crossed(ensemble=ensemble, early_stopping=2)
    for number, fold in enumerate(crossed.folds):
        alone = _fit(fitting_of(_experiment(cv=None, ensemble=ensemble, early_stopping=2), fold))
        models = slice(number * ensemble, (number + 1) * ensemble)
        assert np.array_equal(alone.stack_trainer.network.theta, crossed.stack_trainer.network.theta[models])
        assert np.array_equal(alone.predictions("test")[1], crossed.predictions("test", number)[1])
        assert alone.scores("test") == pytest.approx(crossed.scores("test", number), rel=1e-6)


def test_every_row_is_held_once_and_never_by_a_fold_that_saw_it() -> None:
    crossed, dataset = _crossed()
    held = np.concatenate([fold.parts["test"].rows for fold in crossed.folds])
    assert sorted(held) == sorted(dataset.frame.rows)
    for fold in crossed.folds:
        parts = [set(fold.parts[name].rows) for name in ("train", "validation", "test")]
        assert not (parts[0] & parts[1])
        assert not (parts[0] & parts[2])
        assert not (parts[1] & parts[2])


def test_scores_are_means_deviations_and_those_of_all_held_rows() -> None:
    crossed, _ = _crossed()
    each = [crossed.scores("test", fold)["accuracy"] for fold in range(4)]
    found = crossed.all_scores()
    assert found["test"]["accuracy"] == pytest.approx(np.mean(each))
    assert found["test_deviation"]["accuracy"] == pytest.approx(np.std(each, ddof=1))
    part, output = crossed.out_of_fold()
    assert found["out_of_fold"]["accuracy"] == pytest.approx(((output[0] > 0.5) == part.y).mean())


def test_repeats_are_averaged_row_by_row() -> None:
    crossed, dataset = _crossed(cv={"folds": 3, "repeats": 2})
    part, output = crossed.out_of_fold()
    assert np.array_equal(part.rows, dataset.frame.rows)
    says = [crossed.predictions("test", n)[1][0, fold.parts["test"].rows == 1] for n, fold in enumerate(crossed.folds)]
    assert output[0, 0] == pytest.approx(np.mean([value[0] for value in says if len(value)]))


def test_prediction_averages_the_folds_each_with_its_own_preparation() -> None:
    crossed, dataset = _crossed()
    rows = Frame.of(dataset.X[:7], dataset.features)
    each = [_fit(fitting_of(_experiment(cv=None), fold)).outputs(rows) for fold in crossed.folds]
    assert np.allclose(crossed.outputs(rows), np.mean(each, axis=0), atol=1e-6)


def test_a_run_of_folds_predicts_evaluates_and_has_out_of_fold_predictions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(
        "dataset: {moons: 120}\nlayers: [{linear: 4}, relu, linear]\nepochs: 3\ncv: 3\nensemble: 2\n"
    )
    assert main(["train", "c.yaml", "-q"]) == 0
    run = RunFolder(Path(capsys.readouterr().out.strip()))
    assert list(run.metrics()) == ["train", "validation", "test", "test_deviation", "out_of_fold"]
    assert len(run.predictions("out_of_fold")["row"]) == 120
    weights, _ = run.weights()
    assert weights["layers.0.weight"].shape == (6, 4, 2)
    assert main(["evaluate", "latest", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["test"] == pytest.approx(run.metrics()["test"])
    assert npnet.load("latest").predict([[0.5, 0.5]]).shape == (1, 1)


def test_folds_need_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text("dataset: {moons: 4}\nlayers: [linear]\ncv: 50\n")
    assert main(["train", "c.yaml"]) == 4
    assert "c.yaml:3:5: 4 rows are too few for 50 folds" in capsys.readouterr().err
    assert not Path("runs").exists()


def test_weights_of_one_change_nothing() -> None:
    plain, dataset = _crossed(cv=None)
    ones = Dataset(dataset.frame, dataset.y, dataset.task, dataset.targets, dataset.classes, np.ones(len(dataset)))
    experiment = _experiment(cv=None)
    weighted = _fit(fitting_of(experiment, prepare_folds(experiment, ones)))
    assert np.array_equal(plain.stack_trainer.network.theta, weighted.stack_trainer.network.theta)
    assert plain.scores("test") == weighted.scores("test")


def test_balanced_classes_count_the_same_and_a_mapping_says_how_much() -> None:
    experiment = _experiment(cv=None, class_weight="balanced", split={"test": 0.2, "validation": 0.2})
    dataset = experiment.dataset.load(Path(), 0)
    kept = np.flatnonzero((dataset.y == 0) | (np.arange(len(dataset)) % 5 == 0))
    few = Dataset(dataset.frame.take(kept), dataset.y[kept], dataset.task, dataset.targets, dataset.classes)
    part = prepare_folds(experiment, few)[0][0].parts["train"]
    sums = [part.weight[part.y == code].sum() for code in (0, 1)]
    assert sums[0] == pytest.approx(sums[1])
    named = prepare_folds(_experiment(cv=None, class_weight={"1": 3.0}), few)[0][0].parts["train"]
    assert named.weight[named.y == 1][0] == pytest.approx(3 * named.weight[named.y == 0][0])


def test_a_threshold_is_chosen_on_validation_and_moves_decisions_alone() -> None:
    plain, _ = _crossed(cv=None, split={"test": 0.3, "validation": 0.3})
    chosen, _ = _crossed(cv=None, split={"test": 0.3, "validation": 0.3}, threshold="f1")
    assert chosen.scores("validation")["f1"] >= plain.scores("validation")["f1"]
    assert chosen.scores("test")["roc_auc"] == plain.scores("test")["roc_auc"]


def test_a_temperature_makes_the_validation_log_loss_no_larger() -> None:
    plain, _ = _crossed(cv=None)
    tempered, _ = _crossed(cv=None, temperature=True)
    assert tempered.calibration.temperature != 1.0
    assert tempered.scores("validation")["log_loss"] <= plain.scores("validation")["log_loss"] + 1e-9
    assert tempered.scores("test")["roc_auc"] == pytest.approx(plain.scores("test")["roc_auc"])


def test_members_draw_validation_parts_of_their_own_and_share_the_test_rows() -> None:
    own, _ = _crossed(cv=None, ensemble=3, own_validation=True)
    parts = [side.parts for side in own.sides]
    assert len({tuple(side["validation"].rows) for side in parts}) == 3
    assert len({len(side["validation"].rows) for side in parts}) == 1
    for side in parts:
        assert not set(side["train"].rows) & set(side["validation"].rows)
        assert np.array_equal(side["test"].rows, parts[0]["test"].rows)
    each = [score[np.newaxis] for score in own.stack_trainer.scored("test")[1]]
    assert np.allclose(
        own.predictions("test")[1],
        np.mean([own.output_transforms[0](one)[0] for one in each], axis=0),
    )
    rows, output = own.predictions("validation")
    assert len(rows.rows) == output.shape[1] == len(set(rows.rows))


@pytest.mark.long
def test_members_with_parts_of_their_own_are_saved_and_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "dataset: {moons: 90}\nlayers: [{linear: 4}, relu, linear]\nepochs: 3\nensemble: 3\nown_validation: true\n"
    Path("c.yaml").write_text(text)
    assert main(["train", "c.yaml", "-q"]) == 0
    scores = RunFolder(Path(capsys.readouterr().out.strip())).metrics()
    assert main(["evaluate", "latest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["test"] == pytest.approx(scores["test"])
    assert main(["train", "c.yaml", "-q", "--cv", "2"]) == 0
    assert npnet.load("latest").predict([[0.5, 0.5]]).shape == (1, 1)
