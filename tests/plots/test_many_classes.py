"""Pictures of hundreds of classes show the most frequent ones, say so, and stay as small as pictures of fifty."""

import numpy as np
import pytest
from matplotlib.text import Text
from sklearn.metrics import confusion_matrix, roc_auc_score

from npnet.plots import plots, suits
from npnet.plots.kinds import MOST_CLASSES, OTHERS
from npnet.plots.plane.fields import NODES
from tests.plots.materials import blobs

CLASSES = 60


@pytest.fixture(scope="module")
def many():
    return blobs(CLASSES, samples=900)


@pytest.fixture(scope="module")
def frequent(many):
    target = many.predictions["test"].target
    counts = np.bincount(target, minlength=CLASSES)
    return sorted(sorted(range(CLASSES), key=lambda code: (-counts[code], code))[:MOST_CLASSES])


def written(drawing):
    return " ".join(text.get_text() for text in drawing.figure.findobj(Text)).replace("\n", " ")


def test_the_confusion_matrix_has_the_most_frequent_classes_and_the_others_together(many, frequent):
    drawing = plots["confusion"](many)
    size = MOST_CLASSES + 1
    count = drawing.numbers["count"].reshape(size, size)
    judged = many.predictions["test"]
    whole = confusion_matrix(judged.target, judged.prediction, labels=range(CLASSES))
    assert np.array_equal(count[:-1, :-1], whole[np.ix_(frequent, frequent)])
    assert count.sum() == len(judged.target)
    assert np.array_equal(count.sum(axis=1)[:-1], whole.sum(axis=1)[frequent])
    assert drawing.numbers["true"][::size].tolist() == [*(many.classes[code] for code in frequent), OTHERS]
    assert f"{MOST_CLASSES} most frequent of {CLASSES} classes" in written(drawing)


@pytest.mark.parametrize("kind", ["roc", "precision_recall"])
def test_there_is_a_curve_of_each_of_the_most_frequent_classes(kind, many, frequent):
    drawing = plots[kind](many)
    assert list(dict.fromkeys(drawing.numbers["class"].tolist())) == [many.classes[code] for code in frequent]
    judged = many.predictions["test"]
    areas = [roc_auc_score(judged.target == code, judged.probability[:, code]) for code in frequent]
    if kind == "roc":
        assert f"mean of {MOST_CLASSES} classes {np.mean(areas):.4f}" in written(drawing)
    assert f"{MOST_CLASSES} most frequent of {CLASSES} classes" in written(drawing)


def test_regions_are_those_of_the_most_frequent_classes_and_the_rest_is_one(many, frequent):
    drawing = plots["boundary"](many)
    names = [name for name in drawing.numbers if name.startswith("probability_")]
    assert names == [f"probability_{many.classes[code]}" for code in frequent]
    nodes = drawing.numbers["part"] == "field"
    places = np.stack(
        [drawing.numbers[f"{axis}: {name}"][nodes] for axis, name in zip("xy", many.features, strict=True)]
    )
    predicted = many.predict(places.T)
    others = np.delete(predicted, frequent, axis=1).max(axis=1)
    assert np.allclose(drawing.numbers["largest_of_others"][nodes], others)
    assert np.allclose(drawing.numbers[names[7]][nodes], predicted[:, frequent[7]])
    assert f"coloured: {MOST_CLASSES} most frequent of {CLASSES} classes" in written(drawing)
    assert nodes.sum() < NODES**2 / 10


@pytest.mark.long
def test_no_table_beside_a_picture_grows_with_the_square_of_the_classes(many):
    for kind, plot in plots.items():
        if suits(kind, many) is None:
            numbers = plot(many).numbers
            cells = len(numbers) * len(next(iter(numbers.values())))
            assert cells < 200_000, kind


def test_fifty_classes_are_all_shown():
    few = blobs(MOST_CLASSES, samples=600)
    assert (few.shown.tolist(), few.few) == (list(range(MOST_CLASSES)), "")
    assert len(plots["confusion"](few).numbers["count"]) == MOST_CLASSES**2
