"""Embeddings of categories: gradients of the tables, look-up of codes, and inputs that pass."""

import numpy as np
import pytest

from npnet.engine.batches import Samples
from npnet.engine.gradcheck import check_gradients
from npnet.engine.network import Network
from npnet.engine.scoring import Scorer
from npnet.nn.embeddings import Embedding
from npnet.nn.layer import Inputs
from npnet.nn.linear import Linear
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.residual import Residual
from npnet.nn.shape import Shape
from tests.nn.builders import run

CODES = (4, 3)


def _samples(rows: int = 12) -> Samples:
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.standard_normal((rows, 2)), *(np.arange(rows) % codes for codes in CODES)])
    return Samples.of(x, rng.standard_normal((rows, 2)), dtype=np.float64)


def _network(*chain, models: int = 1) -> Network:
    return Network([tuple(chain)] * models, 4, seeds=range(models), dtype=np.float64)


@pytest.mark.parametrize("models", [1, 3])
def test_the_tables_have_right_gradients(models: int) -> None:
    stack = _network(Embedding(size=3, codes=CODES), Linear(units=5), Linear(units=2), models=models)
    checks = check_gradients(stack, MeanSquaredError(), _samples())
    assert {"layers.0.0.weight", "layers.0.0.unseen", "layers.0.1.weight"} <= {check.name for check in checks}
    assert max(check.error for check in checks) < 1e-6


def test_a_code_becomes_its_column_of_the_table_and_numbers_pass() -> None:
    stack = _network(Embedding(size=2, codes=CODES))
    rows = _samples()
    wide = Samples(rows.x, np.zeros((12, 6)), None)
    scores = Scorer(stack, MeanSquaredError(), wide).predict()[0]
    named = stack.named(stack.theta)
    table = np.concatenate([named["layers.0.0.unseen"][0], named["layers.0.0.weight"][0]], axis=1)
    assert np.array_equal(scores[:2].T, rows.x[:, :2])
    assert np.array_equal(scores[2:4], table[:, np.arange(12) % 4])
    assert not named["layers.0.0.unseen"].any()


def test_without_codes_it_is_the_identity() -> None:
    layer = Embedding().fitted(Inputs(4))
    assert layer.codes == ()
    assert layer.shape(Shape(4)) == Shape(4)
    assert not layer.parameters(Shape(4))


def test_after_a_layer_with_parameters_only_the_inputs_that_pass_have_a_gradient() -> None:
    chain = (Residual(layers=(Embedding(size=1, codes=()),)), Embedding(size=3, codes=CODES), Linear(units=2))
    assert max(check.error for check in check_gradients(_network(*chain), MeanSquaredError(), _samples())) < 1e-6


def test_a_stack_trains_the_same_tables_as_a_single_model() -> None:
    chain = (Embedding(size=3, codes=CODES), Linear(units=2))
    stack, alone = _network(*chain, models=2), _network(*chain)
    run(stack, _samples(), epochs=3)
    run(alone, _samples(), epochs=3)
    assert np.array_equal(stack.theta[0], alone.theta[0])
