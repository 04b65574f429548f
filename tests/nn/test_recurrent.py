"""Recurrent layers: ragged sequences, directions, and gradients that are cut."""

from typing import Any

import numpy as np
import pytest

from npnet.engine.batches import Batch, Samples
from npnet.engine.gradcheck import check_gradients
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.engine.scoring import Scorer
from npnet.nn import Linear, Positions
from npnet.nn.layer import layers
from npnet.nn.losses.regression import MeanSquaredError
from tests.nn.builders import network

KINDS = ("rnn", "gru", "lstm")
LENGTHS = (4, 1, 3, 2)
OPTIONS: list[dict[str, Any]] = [{}, {"states": "last"}, {"bidirectional": True}]
OPTIONS.append({"states": "last", "bidirectional": True})


def _ragged() -> np.ndarray:
    x = np.random.default_rng(0).standard_normal((len(LENGTHS), 4, 2))
    for row, length in zip(x, LENGTHS, strict=True):
        row[length:] = np.nan
    return x.reshape(len(x), -1)


def _outputs(stack: Network, x: np.ndarray) -> np.ndarray:
    shape = stack.graph.shapes[-1]
    scorer = Scorer(stack, MeanSquaredError(), Samples.of(x, np.zeros((len(x), shape.values)), dtype=np.float64))
    return np.moveaxis(scorer.predict()[0].reshape(shape.features, len(x), *shape.positions), 1, -1)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", KINDS)
def test_a_ragged_sequence_gives_what_it_gives_alone(name: str, options: dict[str, Any]) -> None:
    x, layer = _ragged(), layers[name](units=3, **options)
    stack = network([[Positions(size=4, ragged=True), layer]], 8)
    together = _outputs(stack, x)
    for row, length in enumerate(LENGTHS):
        alone = network([[Positions(size=length), layer]], 2 * length)
        alone.theta[...] = stack.theta
        found = _outputs(alone, x[row : row + 1, : 2 * length])[..., 0]
        assert np.allclose(together[..., row] if found.ndim == 1 else together[:, :length, row], found)


@pytest.mark.parametrize("options", OPTIONS[2:], ids=str)
@pytest.mark.parametrize("name", KINDS)
def test_gradients_of_ragged_sequences_are_right(name: str, options: dict[str, Any]) -> None:
    ends = options.get("states") == "last"
    chain = [Positions(size=4, ragged=True), layers[name](units=2, **options), Linear(units=1)]
    t = np.random.default_rng(1).standard_normal((4, 1 if ends else 4))
    rows = Samples.of(_ragged(), t, dtype=np.float64)
    assert max(check.error for check in check_gradients(network([chain], 8), MeanSquaredError(), rows, most=20)) < 1e-6


@pytest.mark.parametrize("name", KINDS)
def test_a_gradient_that_is_cut_after_every_step_is_another_one(name: str) -> None:
    x, t = np.random.default_rng(0).standard_normal((2, 5, 8))
    gradients = []
    for truncate in (None, 4, 1):
        chain = [Positions(size=4), layers[name](units=3, states="last", truncate=truncate), Linear(units=1)]
        stack, batch = network([chain], 8), Batch(Samples.of(x, t[:, :1], dtype=np.float64), slice(None))
        one = Pass(stack, batch, MeanSquaredError(), training=True)
        one.take(batch)
        one.train()
        gradients.append(stack.named(stack.grad)["layers.1.weight_ih_l0"].copy())
    whole, uncut, cut = gradients
    assert np.array_equal(whole, uncut)
    assert not np.allclose(whole, cut)


def test_the_forget_gate_of_an_lstm_starts_open() -> None:
    stack = Network([(Positions(size=4), layers["lstm"](units=3), layers["last"]())], 8)
    bias = stack.named(stack.theta)["layers.1.bias_ih_l0"][0]
    assert np.array_equal(bias, [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
