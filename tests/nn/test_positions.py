"""Positions: the order of values, ragged rows, and losses at each position."""

import numpy as np
import pytest

from npnet.engine.batches import Batch, Samples
from npnet.engine.gradcheck import check_gradients
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.engine.scoring import Scorer
from npnet.errors import AdvisedError
from npnet.nn import BatchNorm, Flatten, GlobalAveragePool, Last, Linear, Positions, Tanh
from npnet.nn.layer import Layer
from npnet.nn.losses import CrossEntropy
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.shape import Shape
from tests.nn.builders import network

LENGTHS = (4, 1, 3, 2, 4)


def _ragged(features: int = 2) -> np.ndarray:
    """Return rows of 4 positions, of which the last are missing."""
    x = np.random.default_rng(0).standard_normal((len(LENGTHS), 4, features))
    for row, length in zip(x, LENGTHS, strict=True):
        row[length:] = np.nan
    return x.reshape(len(x), -1)


def _outputs(chain: list[Layer], x: np.ndarray, outputs: int) -> np.ndarray:
    stack = network([chain], x.shape[1])
    return Scorer(stack, MeanSquaredError(), Samples.of(x, np.zeros((len(x), outputs)), dtype=np.float64)).predict()[0]


def test_all_values_of_a_position_stand_together_in_a_row_and_those_of_a_feature_once_flat() -> None:
    x = np.arange(24.0).reshape(2, 12)
    flat = _outputs([Positions(size=(2, 3)), Flatten()], x, 12)
    assert np.array_equal(flat.T, x.reshape(2, 6, 2).swapaxes(1, 2).reshape(2, 12))


@pytest.mark.parametrize(
    ("layer", "inputs", "message"),
    [
        (Positions(size=5), Shape(12), "12 values do not divide into 5 positions; write positions: 4, or another"),
        (
            Positions(size=(8, 8)),
            Shape(32),
            "32 values do not divide into 8x8 positions; write positions: [8, 4], or others",
        ),
        (Positions(size=(7, 9)), Shape(64), "64 values do not divide into 7x9 positions; write positions: [4, 8], or"),
        (Positions(size=4), Shape(3, (4,)), "3 x 4 has positions already; write flatten before it"),
        (Last(), Shape(3), "last needs positions along one axis and gets 3 values without positions; write positions"),
        (Last(), Shape(3, (4, 4)), "last needs positions along one axis and gets 3 x 4 x 4, along 2; write positions"),
        (BatchNorm(), Shape(3, (4,), ragged=True), "batch_norm needs every position, and ragged ones may not exist"),
        (Flatten(), Shape(3, (4,), ragged=True), "flatten needs every position, and ragged ones may not exist"),
    ],
)
def test_positions_that_do_not_fit_are_refused_with_both_shapes(layer: Layer, inputs: Shape, message: str) -> None:
    with pytest.raises(AdvisedError) as error:
        layer.shape(inputs)
    assert message in str(error.value)


def test_missing_values_at_the_end_of_a_row_end_its_sequence() -> None:
    x = _ragged()
    chain = [Positions(size=4, ragged=True)]
    last, mean = (_outputs([*chain, layer], x, 2).T for layer in (Last(), GlobalAveragePool()))
    for row, length, at_end, average in zip(x.reshape(-1, 4, 2), LENGTHS, last, mean, strict=True):
        assert np.allclose(at_end, row[length - 1])
        assert np.allclose(average, row[:length].mean(axis=0))


def test_missing_values_within_a_sequence_are_0_and_an_empty_row_is_one_position_of_0() -> None:
    x = np.array([[1.0, np.nan, 3.0, np.nan], [np.nan] * 4])
    mean = _outputs([Positions(size=4, ragged=True), GlobalAveragePool()], x, 1)
    assert np.allclose(mean, [[4 / 3, 0.0]])


@pytest.mark.parametrize("models", [1, 2])
@pytest.mark.parametrize("ragged", [False, True])
@pytest.mark.parametrize("end", [[Last()], [GlobalAveragePool()], []], ids=["last", "mean", "positions"])
def test_gradients_over_positions_are_right(end: list[Layer], ragged: bool, models: int) -> None:
    x = _ragged() if ragged else np.random.default_rng(0).standard_normal((5, 8))
    chain = [Positions(size=4, ragged=ragged), Linear(units=3), Tanh(), *end, Linear(units=2)]
    t = np.random.default_rng(1).standard_normal((5, 2 if end else 8))
    rows = Samples.of(x, t, np.arange(1.0, 6.0)[:, np.newaxis], np.float64)
    checks = check_gradients(network([chain] * models, 8), MeanSquaredError(), rows)
    assert max(check.error for check in checks) < 1e-6, checks


def test_the_loss_at_each_position_is_the_mean_over_those_that_exist() -> None:
    x, classes = _ragged(), np.random.default_rng(2).integers(0, 3, (5, 4))
    t = np.eye(3)[classes].reshape(5, 12)
    stack = network([[Positions(size=4, ragged=True), Linear(units=3)]], 8)
    rows = Samples.of(x, t, dtype=np.float64)
    scorer = Scorer(stack, CrossEntropy(), rows)
    found = scorer.run()[0]
    z = scorer.scores[0].reshape(3, 5, 4).swapaxes(1, 2)
    p = np.exp(z) / np.exp(z).sum(axis=0)
    losses = -np.log(np.take_along_axis(p, classes.T[np.newaxis], axis=0))[0]
    expected = np.mean([losses[:length, row].mean() for row, length in enumerate(LENGTHS)])
    assert np.isclose(found, expected)


def test_a_step_leaves_the_mask_and_the_ones_as_they_were() -> None:
    stack = Network([(Positions(size=4, ragged=True), Linear(units=3), Tanh(), Last(), Linear(units=1))], 8)
    batch = Batch(Samples.of(_ragged(), np.zeros((5, 1))), slice(None))
    one = Pass(stack, batch, MeanSquaredError(), training=True)
    one.take(batch)
    one.train()
    mask = np.array([[length > p for length in LENGTHS] for p in range(4)]).ravel()
    assert all(node.mask is None or np.array_equal(node.mask[0, 0], mask) for node in one.nodes)
    assert all((node.with_ones[..., -1, :] == 1).all() for node in one.nodes)
