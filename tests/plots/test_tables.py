"""The pictures that a table asks for: importance, calibration and thresholds."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, precision_score, recall_score

from npnet.config import Experiment
from npnet.data.columns import Column
from npnet.experiment.resolved import prepare_folds
from npnet.metrics import measure
from npnet.model.predictor import SplitPredictor
from npnet.plots import class_curves, plots, suits, threshold
from npnet.plots.importance import permutation_importance
from npnet.plots.kinds import Importance
from tests.fittings import fitting_of
from tests.plots.materials import MATERIALS, blobs, circles, values_material

CUTS = np.array([0.0, 0.1, 0.35, 0.5, 0.72, 0.99])


def noisy():
    """Circles whose classes overlap, so that no probability is sure."""
    return circles(noise=0.3)


def fitted(folder: Path, **more: object) -> SplitPredictor:
    random = np.random.default_rng(0)
    lines = ["useful,noise,kind,same,y"]
    for number in range(150):
        x = random.normal()
        kind = "uvw"[number % 3]
        lines.append(f"{x},{random.normal()},{kind},1,{'yes' if x + (kind == 'u') > 0.4 else 'no'}")
    (folder / "t.csv").write_text("\n".join(lines) + "\n")
    written = {
        "dataset": {"table": {"path": "t.csv", "target": "y"}},
        "layers": [{"linear": 8}, "tanh", "linear"],
        "learning_rate": 0.02,
        "epochs": 20,
        "ensemble": 2,
        **more,
    }
    experiment = Experiment.model_validate(written)
    fitting = fitting_of(experiment, prepare_folds(experiment, experiment.dataset.load(folder, 0)))
    for _ in fitting.fit():
        pass
    return fitting.predictor()


def test_a_reliability_diagram_is_that_of_scikit_learn():
    material = noisy()
    judged = material.predictions["test"]
    numbers = plots["calibration"](material).numbers
    true, predicted = calibration_curve(
        judged.target, judged.probability[:, 1], n_bins=class_curves.BINS, strategy="quantile"
    )
    assert numbers["predicted"] == pytest.approx(predicted, abs=1e-12)
    assert numbers["observed"] == pytest.approx(true, abs=1e-12)
    assert numbers["rows"].sum() == len(judged.rows)
    assert (numbers["low"] <= numbers["observed"]).all()
    assert (numbers["observed"] <= numbers["high"]).all()


def test_of_several_classes_the_chosen_one_is_judged():
    predicted, true = class_curves.claims(blobs(4))
    judged = blobs(4).predictions["test"]
    assert true.mean() == np.mean(judged.prediction == judged.target)
    assert predicted.min() >= 0.25


def test_equal_probabilities_make_one_group():
    predicted, true, low, high, rows = class_curves.binned(np.full(50, 0.3), np.arange(50) < 15)
    assert (predicted, true, rows) == (pytest.approx([0.3]), pytest.approx([0.3]), [50])
    assert low[0] == pytest.approx(0.191, abs=2e-3)  # Wilson's
    assert high[0] == pytest.approx(0.438, abs=2e-3)


def test_metrics_by_threshold_are_those_of_scikit_learn():
    judged = noisy().predictions["validation"]
    found = threshold.by_threshold(judged, CUTS)
    metrics = {
        "accuracy": accuracy_score,
        "balanced_accuracy": balanced_accuracy_score,
        "f1": f1_score,
        "precision": precision_score,
        "recall": recall_score,
    }
    assert list(found) == list(metrics)
    for place, cut in enumerate(CUTS):
        decided = (judged.probability[:, 1] > cut).astype(int)
        for name, metric in metrics.items():
            if decided.any() or name != "precision":
                assert found[name][place] == pytest.approx(metric(judged.target, decided), abs=1e-12)


def test_the_threshold_that_decides_is_marked():
    material = replace(noisy(), threshold=0.31)
    drawing = plots["threshold"](material)
    (axes,) = drawing.figure.axes
    assert axes.lines[0].get_xdata()[0] == 0.31
    assert axes.get_legend().get_texts()[0].get_text() == "threshold 0.3100"
    assert 0.31 in drawing.numbers["threshold"]


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [
        ("threshold", "three_classes", "two classes"),
        ("threshold", "curve", "two classes"),
        ("threshold", "nothing", "predictions"),
        ("calibration", "curve", "values"),
        ("calibration", "nothing", "predictions"),
        ("importance", "circles", "validation set"),
    ],
)
def test_a_plot_that_does_not_apply_gives_the_reason(kind, name, words):
    assert words in suits(kind, MATERIALS[name]())


def test_importance_is_drawn_from_the_largest_down():
    drop = np.array([[0.1, 0.3], [0.0, 0.0], [0.5, 0.5], [-0.1, 0.0]])
    found = Importance("roc_auc", "validation", 0.9, ("a", "$b", "c" * 60, ""), drop)
    drawing = plots["importance"](replace(values_material(), importance=lambda: found))
    assert drawing.numbers["column"].tolist() == ["c" * 60, "a", "$b", ""]
    assert drawing.numbers["importance"] == pytest.approx([0.5, 0.2, 0.0, -0.05])
    assert drawing.numbers["deviation"] == pytest.approx([0.0, 0.1, 0.0, 0.05])


def test_of_many_columns_the_first_are_drawn_and_all_are_written():
    names = tuple(f"column {number}" for number in range(60))
    found = Importance("r2", "validation", 0.9, names, np.linspace(0, 1, 60)[:, None])
    drawing = plots["importance"](replace(values_material(), importance=lambda: found))
    assert len(drawing.numbers["column"]) == 60
    assert len(drawing.figure.axes[0].get_yticks()) == 25


def test_what_a_score_loses_is_what_shuffled_columns_cost(tmp_path):
    fitting = fitted(tmp_path)
    found = permutation_importance(fitting, "validation", repeats=40)
    assert (found.metric, found.columns) == ("roc_auc", ("useful", "noise", "kind", "same"))
    assert found.score == pytest.approx(fitting.scores("validation")["roc_auc"], abs=1e-9)
    useful, noise, kind, same = found.drop.mean(axis=1)
    assert useful > 0.1
    assert 0.02 < kind < useful
    assert abs(noise) < 0.05
    assert same == 0
    frame, y = fitting.data.parts["validation"].frame, fitting.data.parts["validation"].y
    random, drops = np.random.default_rng(1), []
    for _ in range(40):
        column = frame.columns["useful"]
        moved = Column(column.name, column.kind, random.permutation(column.values))
        output = fitting.outputs(replace(frame, columns={**frame.columns, "useful": moved}))
        drops.append(found.score - measure("roc_auc", y, output[None], "binary")[0])
    assert useful == pytest.approx(np.mean(drops), abs=0.03)


@pytest.mark.parametrize(("more", "part"), [({"own_validation": True}, "validation"), ({"cv": {"folds": 3}}, "test")])
def test_networks_judge_rows_of_their_own(tmp_path, more, part):
    fitting = fitted(tmp_path, **more)
    found = permutation_importance(fitting, part)
    predicted = [fitting.predictions(part, fold) for fold in range(len(fitting.folds))]
    y, output = np.concatenate([rows.y for rows, _ in predicted]), np.concatenate([one for _, one in predicted], axis=1)
    assert found.score == pytest.approx(measure("roc_auc", y, output[None], "binary")[0], abs=1e-3)
    assert found.drop.shape == (4, 5)
    assert found.drop[0].min() > found.drop[1].max()


def test_a_seed_gives_the_same_importance_again(tmp_path):
    fitting = fitted(tmp_path)
    assert np.array_equal(
        permutation_importance(fitting, "validation").drop, permutation_importance(fitting, "validation").drop
    )
