"""What pictures of the inside of a network show is what its layers compute."""

import numpy as np
import pytest

from npnet.engine.batches import Samples
from npnet.engine.inner_values import inner_values
from npnet.engine.network import Network
from npnet.nn.layer import layers
from npnet.plots import plots
from npnet.plots.inside.rows import label_of, mixed_rows
from tests.plots.materials import large


def network(*chain, inputs=12):
    made = tuple(layers[name](**options) for name, options in chain)
    return Network([made], inputs, seeds=[1], dtype=np.float64)


def values_of(found, name):
    return next(one for one in found if one.step.name == name)


def test_gates_and_states_are_those_of_the_formulas():
    own = network(("positions", {"size": 4}), ("lstm", {"units": 5, "bidirectional": True}), ("flatten", {}))
    x = np.random.default_rng(0).normal(size=(3, 12))
    found = values_of(inner_values(own, Samples.of(x, np.zeros((3, 40)), dtype=np.float64)), "layers.1")
    for suffix, part in (("", slice(0, 5)), ("_reverse", slice(5, 10))):
        i, f, g, o, c, h = (found.inner[f"{letter}{suffix}"][0] for letter in "ifgoch")
        assert i.shape == (3, 5, 4)
        before = np.concatenate([np.zeros((3, 5, 1)), c[..., :-1]], axis=-1)
        if suffix:
            before = np.concatenate([c[..., 1:], np.zeros((3, 5, 1))], axis=-1)
        assert np.allclose(c, f * before + i * g, atol=1e-12)
        assert np.allclose(h, o * np.tanh(c), atol=1e-12)
        assert np.array_equal(found.output[0][:, part], h)


def test_the_weights_of_attention_sum_to_1_and_leave_out_what_does_not_exist():
    own = network(("positions", {"size": 4, "ragged": True}), ("attention", {"heads": 3, "causal": True}), ("last", {}))
    x = np.random.default_rng(0).normal(size=(2, 12))
    x[1, 6:] = np.nan
    found = values_of(inner_values(own, Samples.of(x, np.zeros((2, 3)), dtype=np.float64)), "layers.1")
    a = found.inner["a"][0]
    assert a.shape == (2, 3, 4, 4)
    assert np.allclose(a.sum(axis=-1), 1)
    assert not np.triu(a, 1).any()
    assert not a[1, :, :, 2:].any()
    assert found.exists[0].tolist() == [[True] * 4, [True, True, False, False]]


def test_rows_are_of_classes_in_turn_two_right_and_one_wrong():
    target = np.array([0, 0, 0, 1, 1, 2, 2, 0])
    prediction = np.array([0, 0, 0, 1, 0, 2, 0, 1])
    assert mixed_rows(target, prediction, 12, has_classes=True).tolist() == [0, 3, 7, 5, 1, 4, 2, 6]
    assert mixed_rows(np.arange(100.0)[:, None], np.zeros((100, 1)), 12, has_classes=False)[[0, -1]].tolist() == [0, 99]


@pytest.mark.parametrize(
    ("target", "prediction", "classes", "label"),
    [
        (1, 1, ("no", "yes"), "row 7: yes"),
        (1, 0, ("no", "yes"), "row 7: yes, predicted no"),
        (np.array([2.5]), np.array([1.0]), (), "row 7: 2.5000, predicted 1.0000"),
        (np.zeros(3), np.ones(3), (), "row 7"),
    ],
)
def test_a_row_is_named_with_its_target_and_a_wrong_prediction(target, prediction, classes, label):
    assert label_of(7, target, prediction, classes) == label


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "feature_maps",
            ["Feature maps, test set, first of 5 networks", "16 of 256 filters, those that vary most; maps of 6 x 5"],
        ),
        (
            "gates",
            ["Gates over time (3 of 6 layers), test set, first of 5 networks", "32 of 40 units, those that vary most"],
        ),
        ("attention", ["Attention weights (4 of 5 layers), test set, first of 5 networks", "head 8"]),
    ],
)
def test_many_layers_units_and_heads_are_a_choice_that_the_picture_names(kind, words):
    from matplotlib.text import Text

    drawing = plots[kind](large(kind))
    assert set(words) <= {text.get_text() for text in drawing.figure.findobj(Text)}
    assert max(drawing.figure.get_size_inches()) < 24
    assert len(drawing.numbers["value"]) <= 40_000
