"""Dead units: those that are 0 on every row, counted by layer and model."""

import numpy as np

from npnet.engine.graph import CHUNK
from npnet.engine.scoring import DeadUnits, Scorer
from npnet.nn.activations import ReLU, Tanh
from npnet.nn.linear import Linear
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.residual import Residual
from tests.nn.builders import network, samples


def shares(stack, rows) -> dict[str, list[float]]:
    dead = DeadUnits(stack)
    Scorer(stack, MeanSquaredError(), rows).run(dead)
    return {name: found.tolist() for name, found in dead.shares.items()}


def test_a_unit_is_dead_if_no_row_lifts_it_above_zero() -> None:
    stack = network([[Linear(units=4), ReLU(), Linear(units=2), Tanh(), Linear(units=2)]] * 2)
    stack.named(stack.theta)["layers.0.bias"][1, :3] = -1000.0
    assert shares(stack, samples(rows=200)) == {"layers.1": [0.0, 0.75]}


def test_one_row_above_zero_in_many_chunks_is_enough() -> None:
    stack = network([[Linear(units=2), ReLU(), Linear(units=2)]], features=1)
    views = stack.named(stack.theta)
    views["layers.0.weight"][...], views["layers.0.bias"][...] = 1.0, -5.0
    rows = samples(rows=2 * CHUNK + 7, features=1)
    rows.x[:, 0] = np.minimum(rows.x[:, 0], 4.0)
    assert shares(stack, rows) == {"layers.1": [1.0]}
    rows.x[3, 0] = 6.0
    assert shares(stack, rows) == {"layers.1": [0.0]}


def test_layers_inside_a_residual_are_counted_too() -> None:
    stack = network([[Residual(layers=(Linear(units=4), ReLU())), Linear(units=2)]])
    assert list(shares(stack, samples())) == ["layers.0.layers.1"]


def test_nan_is_not_dead() -> None:
    stack = network([[Linear(units=4), ReLU(), Linear(units=2)]])
    stack.theta[...] = np.nan
    with np.errstate(all="ignore"):
        assert shares(stack, samples()) == {"layers.1": [0.0]}
