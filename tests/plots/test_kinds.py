"""What each plot shows is what other code computes of the same numbers."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, confusion_matrix, precision_recall_curve, r2_score, roc_auc_score

from npnet.plots import class_curves, curves, plots, suits, usual
from npnet.plots.inside.reproductions import image_of
from npnet.plots.layout import plain, short, spread
from npnet.plots.plane.fields import limits
from tests.plots.materials import MATERIALS, blobs, circles, values_material


def test_the_loss_is_the_history():
    material = circles(epochs=12)
    numbers = plots["loss"](material).numbers
    assert list(numbers) == ["epoch", "train_loss", "validation_loss"]
    for name, column in numbers.items():
        assert np.array_equal(column, material.history[name])


@pytest.mark.parametrize("decimals", [1, 2, 8])
def test_the_areas_are_those_of_scikit_learn_also_with_ties(decimals):
    judged = circles(noise=0.3).predictions["test"]
    positive, score = judged.target == 1, np.round(judged.probability[:, 1], decimals)
    roc = class_curves.ClassCurve("test", 1, *class_curves.roc_points(positive, score))
    precision_recall = class_curves.ClassCurve("test", 1, *class_curves.precision_recall_points(positive, score))
    assert roc.area == pytest.approx(roc_auc_score(positive, score), abs=1e-12)
    assert np.trapezoid(roc.y[roc.needed], roc.x[roc.needed]) == pytest.approx(roc.area, abs=1e-12)
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1], roc.thresholds[0]) == (0, 0, 1, 1, np.inf)
    assert precision_recall.area == pytest.approx(average_precision_score(positive, score), abs=1e-12)


def test_precision_and_recall_are_those_of_scikit_learn():
    judged = circles(noise=0.3).predictions["test"]
    x, y, *_ = class_curves.precision_recall_points(judged.target == 1, judged.probability[:, 1])
    precision, recall, _ = precision_recall_curve(judged.target, judged.probability[:, 1])
    assert np.allclose(y, precision[-2::-1], rtol=0, atol=1e-15)
    assert np.allclose(x, recall[-2::-1], rtol=0, atol=1e-15)


@pytest.mark.parametrize("threshold", [0.5, 0.31, 0.9999999])
def test_the_rings_are_where_the_run_decides(threshold):
    material = replace(circles(noise=0.3), threshold=threshold)
    judged = material.predictions["test"]
    decided = judged.probability[:, 1] > threshold
    false, true = (decided[judged.target == code].mean() for code in (0, 1))
    (ring,) = rings(material, "roc")
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == pytest.approx((false, true), abs=1e-12)
    (ring,) = rings(material, "precision_recall")
    where = [[true], [decided[judged.target == 1].sum() / decided.sum()]] if decided.any() else [[], []]
    assert np.allclose(ring.get_data(), where, rtol=0, atol=1e-12)


def rings(material, kind):
    """Return the marks of a threshold that the legend names."""
    (axes,) = plots[kind](material).figure.axes
    there = (np.max(material.predictions["test"].probability[:, 1]) > material.threshold) or kind == "roc"
    expected = f"threshold {material.threshold:.4g} (test{'' if there else ': none above'})"
    assert expected in [text.get_text() for text in axes.get_legend().get_texts()]
    return [line for line in axes.lines if line.get_marker() == "o"]


def test_every_picture_of_decisions_says_above_which_probability_they_are_made():
    material = replace(circles(noise=0.3), threshold=0.31)
    assert "predicted class, “inner” above 0.31" in texts(plots["confusion"](material))
    assert "probability 0.31" in texts(plots["boundary"](material))
    found = texts(plots["summary"](material))
    assert {"threshold 0.31 (test)", "probability 0.31"} < found
    assert "f1, precision, recall: of “inner”, decided above 0.31" in found
    (line,) = plots["boundary"](material).figure.axes[0].collections
    places = np.concatenate(line.get_paths()[0].to_polygons(closed_only=False))
    assert material.predict(places)[:, 1] == pytest.approx(0.31, abs=0.02)


def texts(drawing):
    """All that is written in a picture."""
    from matplotlib.text import Text

    return {text.get_text() for text in drawing.figure.findobj(Text)}


def test_a_class_that_is_absent_or_alone_has_no_curve():
    assert class_curves.traceable(MATERIALS["one_class"]()) == [("validation", 1)]
    material = blobs(32, samples=90)
    there = np.unique(material.predictions["test"].target)
    assert [curve.code for curve in class_curves.class_curves(material, class_curves.roc_points)] == there.tolist()


def test_classes_of_equal_short_names_all_stand_in_the_legend():
    material = blobs(3, names=["train", f"kind {'x' * 50} of leaf", f"kind {'x' * 9} of leaf"])
    (axes,) = plots["boundary"](material).figure.axes
    shown = [text.get_text() for text in axes.get_legend().get_texts()]
    assert shown == ["train", "kind xxxxxx…f leaf", "kind xxxxxx…f leaf", "train", "test"]


def test_the_confusion_matrix_is_that_of_scikit_learn():
    material = blobs(5, spread=0.9)
    judged, numbers = material.predictions["test"], plots["confusion"](material).numbers
    expected = confusion_matrix(judged.target, judged.prediction, labels=range(5))
    assert np.array_equal(numbers["count"].reshape(5, 5), expected)
    assert np.allclose(numbers["share_of_row"].reshape(5, 5), expected / expected.sum(axis=1, keepdims=True))


def test_the_boundary_has_the_field_and_the_points():
    material = circles()
    numbers = plots["boundary"](material).numbers
    field = numbers["part"] == "field"
    nodes = np.stack([numbers["x: x1"], numbers["y: x2"]], axis=1)[field].astype(float)
    chance = np.stack([numbers["probability_outer"], numbers["probability_inner"]], axis=1)[field]
    assert np.allclose(chance.astype(float), material.predict(nodes), rtol=0, atol=1e-12)
    assert np.count_nonzero(numbers["part"] == "train") == len(material.points["train"][0])
    assert set(numbers["target"][~field]) == {"outer", "inner"}


def test_features_that_no_axis_holds_have_no_boundary():
    material = replace(circles(), predict=None)
    assert suits("boundary", material) == "needs features that are numbers, without gaps"
    assert "boundary" in usual(circles())
    assert "boundary" not in usual(material)


def test_predictions_of_values_are_shown_with_their_residuals():
    material = values_material(4, 2)
    judged, numbers = material.predictions["test"], plots["predicted_against_true"](material).numbers
    assert np.array_equal(numbers["residual yield 2 (t/ha)"], judged.target[:, 1] - judged.prediction[:, 1])
    true, predicted = judged.target[:, 0], judged.prediction[:, 0]
    from npnet.plots.regression import determination

    assert determination(true, predicted) == pytest.approx(r2_score(true, predicted), abs=1e-12)
    assert np.isnan(determination(np.ones(3), np.ones(3)))


def test_the_summary_holds_the_metrics_of_every_part():
    numbers = plots["summary"](circles()).numbers
    assert numbers["metric"].tolist() == ["accuracy", "roc_auc", "log_loss", "f1"]
    assert numbers["test"][:3].tolist() == [0.9912, 0.99984, 0.0213]
    assert np.isnan(numbers["test"][3])


@pytest.mark.parametrize(("values", "scale"), [([1, 0.02], "linear"), ([1, 0.005], "log"), ([1, 0, 0.005], "linear")])
def test_a_loss_over_more_than_two_decades_has_a_logarithmic_axis(values, scale):
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    curves.value_axis(axes, [np.array(values, float)], "loss")
    assert axes.get_yscale() == scale


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("inner", 8, "inner"),
        ("a\tb\x1b[0m", 20, "a\\tb\\x1b[0m"),
        ("line\u2028 \u202e\ud800", 40, "line\\u2028 \\u202e\\ud800"),
        ("a very long name of a class", 16, "a very lon…class"),
        ("日本語日本語", 8, "日本…語"),
        ("x" * 10_000, 9, "xxxxx…xxx"),
    ],
)
def test_a_name_is_drawn_as_plain_text_of_limited_length(text, limit, shown):
    assert plain(text, limit) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (np.nan, "–"),
        (0.0, "0.0000"),
        (0.99984, "0.9998"),
        (1234567.8, "1.235e6"),
        (0.00002423, "2.423e-5"),
    ],
)
def test_a_number_is_short(value, shown):
    assert short(value) == shown


def test_labels_are_moved_apart_and_keep_their_order():
    placed = spread([0.5, 0.1, 0.52], 0.1)
    assert placed[2] - placed[0] == pytest.approx(0.1)
    assert placed[1] == pytest.approx(0.1, abs=0.05)


def test_spans_that_are_nearly_equal_become_equal_and_none_is_empty():
    (low, high), (bottom, top) = limits(np.array([[0, 0], [1, 1.1]]))
    assert high - low == pytest.approx(top - bottom)
    (low, high), (bottom, top) = limits(np.array([[3.0, 0], [3.0, 50]]))
    assert (low, high) == (2.5, 3.5)
    assert top - bottom == pytest.approx(56)


def test_reproduced_rows_are_shown_from_the_smallest_error_to_the_largest():
    material = MATERIALS["reproduced"]()
    numbers, judged = plots["reproductions"](material).numbers, material.predictions["test"]
    errors = numbers["error"][:: len(material.targets)]
    every = np.square((judged.prediction - judged.target) / 2.0).mean(axis=1)
    assert (np.diff(errors) >= 0).all()
    assert (errors[0], errors[-1]) == (every.min(), every.max())
    assert image_of(material.targets) == (4, 4)
    assert image_of(MATERIALS["reproduced_table"]().targets) is None
    assert image_of([f"gray {line} {column}" for line in (1, 2) for column in (1, 2, 3)]) == (2, 3)
    assert image_of([f"gray {column} {line}" for line in (1, 2) for column in (1, 2, 3)]) is None
    assert suits("reproductions", values_material()) == "needs a network with target: inputs"
