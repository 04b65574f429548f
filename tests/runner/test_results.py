"""The rows and columns that a training leaves behind."""

from pathlib import Path

import numpy as np
import pytest

from npnet.config import load
from npnet.data import Part
from npnet.model.outputs import Calibration
from npnet.model.predictor import SplitPredictor
from npnet.model.trainer import Trainer
from npnet.runner import prepare_run
from npnet.runner.results import Columns, history_columns, history_row, prediction_blocks


def fitting_of(tmp_path: Path, *overrides: str) -> Trainer:
    path = tmp_path / "c.yaml"
    path.write_text("dataset: {xor: {samples: 100}}\nlayers: [{linear: 4}, tanh, linear]\nepochs: 4\n")
    ready = prepare_run(load(path, overrides))
    return Trainer(ready.experiment, ready.folds)


def test_columns_are_the_losses_and_then_each_metric_of_both_parts(tmp_path: Path) -> None:
    columns = history_columns(fitting_of(tmp_path, "metrics=[f1, roc_auc]"))
    assert columns[:2] == ["train_loss", "validation_loss"]
    assert columns[2:] == ["train_f1", "validation_f1", "train_roc_auc", "validation_roc_auc"]
    assert history_columns(fitting_of(tmp_path)) == ["train_loss", "validation_loss"]
    assert history_columns(fitting_of(tmp_path, "split.validation=0")) == ["train_loss"]
    monitored = history_columns(fitting_of(tmp_path, "monitor=validation_f1"))
    assert monitored[2:] == ["train_f1", "validation_f1"]


def test_rows_hold_what_was_measured_and_nan_where_nothing_was(tmp_path: Path) -> None:
    trainer = fitting_of(tmp_path, "evaluate_every=3", "metrics=[accuracy]")
    columns = history_columns(trainer)
    rows = [history_row(progress, columns) for progress in trainer.fit()]
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert [np.isnan(row["train_loss"]) for row in rows] == [True, True, False, False]
    assert list(rows[0]) == ["epoch", *columns, "learning_rate"]
    assert rows[0]["learning_rate"] == 0.001


def predictor_of(tmp_path: Path, *targets: str) -> SplitPredictor:
    random = np.random.default_rng(0)
    rows = zip(*random.normal(size=(3, 20)), [0, 1] * 10, ["no", "yes"] * 10, random.poisson(3, 20), strict=True)
    lines = ["a,up,down,flag,word,count", *(",".join(map(str, row)) for row in rows)]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    path = tmp_path / "c.yaml"
    path.write_text(
        f"dataset: {{table: {{path: t.csv, target: [{', '.join(targets)}]}}}}\nlayers: [linear]\nbatch_size: all\n"
    )
    ready = prepare_run(load(path, ["dataset.table.task=counts"] if targets == ("count",) else []))
    return Trainer(ready.experiment, ready.folds).predictor()


def predictions(predictor: SplitPredictor, part: Part, output: np.ndarray) -> Columns:
    """Return the predictions of rows as one block."""
    [block] = prediction_blocks(predictor, part, output)
    return block


def test_several_targets_have_columns_of_their_own(tmp_path: Path) -> None:
    predictor = predictor_of(tmp_path, "up", "down")
    part = predictor.data.parts["test"]
    found = predictions(predictor, part, np.array([[1.0] * 4, [2.0] * 4]))
    assert list(found) == ["row", "target_up", "target_down", "prediction_up", "prediction_down"]
    np.testing.assert_array_equal(found["target_down"], part.y[:, 1])
    np.testing.assert_array_equal(found["prediction_down"], [2.0] * 4)


def test_classes_go_by_their_names_with_a_probability_each(tmp_path: Path) -> None:
    predictor = predictor_of(tmp_path, "word")
    part, output = predictor.data.parts["test"], np.array([[0.1, 0.5, 0.6, 1.0]])
    found = predictions(predictor, part, output)
    assert list(found) == ["row", "target", "prediction", "probability_no", "probability_yes"]
    assert list(found["target"]) == [("no", "yes")[code] for code in part.y]
    assert list(found["prediction"]) == ["no", "no", "yes", "yes"]
    np.testing.assert_allclose(found["probability_no"], [0.9, 0.5, 0.4, 0.0])
    predictor = predictor.with_calibration(Calibration(threshold=0.6))
    assert list(predictions(predictor, part, output)["prediction"]) == ["no", "no", "no", "yes"]


def test_labels_have_a_decision_and_a_probability_each(tmp_path: Path) -> None:
    predictor = predictor_of(tmp_path, "word", "flag")
    found = predictions(predictor, predictor.data.parts["test"], np.array([[0.9] * 4, [0.1, 0.2, 0.6, 0.7]]))
    names = ["prediction_word", "prediction_flag", "probability_word", "probability_flag"]
    assert list(found) == ["row", "target_word", "target_flag", *names]
    assert found["prediction_flag"].tolist() == [0, 0, 1, 1]


def test_counts_are_predicted_as_values(tmp_path: Path) -> None:
    predictor = predictor_of(tmp_path, "count")
    found = predictions(predictor, predictor.data.parts["test"], np.array([[1.5, 2.0, 0.1, 7.0]]))
    assert list(found) == ["row", "target", "prediction"]
    assert found["prediction"].tolist() == [1.5, 2.0, 0.1, 7.0]


def test_blocks_of_predictions_are_the_predictions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = predictor_of(tmp_path, "word")
    part, output = predictor.predictions("train")
    whole = predictions(predictor, part, output)
    monkeypatch.setattr("npnet.runner.results.BLOCK", 5)
    blocks = list(prediction_blocks(predictor, part, output))
    assert [len(block["row"]) for block in blocks] == [5, 5, 2]
    for name, column in whole.items():
        np.testing.assert_array_equal(np.concatenate([block[name] for block in blocks]), column)
