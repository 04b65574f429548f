"""The contract of every registered layer: gradients, stacks, widths; a new layer needs no line here."""

from typing import Any

import numpy as np
import pytest

from npnet.engine.batches import Batch, Samples
from npnet.engine.gradcheck import check_gradients
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.engine.updates import Constraints
from npnet.nn.layer import Layer, draws, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.positions.reshape import Positions
from tests.nn.builders import chain_of, layer_of, network, run, samples, targets_of

LAYERS, LOSSES = sorted(layers), sorted(losses)


@pytest.mark.parametrize("models", [1, 3])
@pytest.mark.parametrize("name", LAYERS)
def test_gradients_equal_central_differences(name: str, models: int) -> None:
    stack = network([chain_of(name)] * models)
    checks = check_gradients(stack, MeanSquaredError(), samples(), Constraints(l1=0.01, l2=0.02), most=50)
    assert all(check.checked for check in checks)
    assert max(check.error for check in checks) < 1e-6, checks


@pytest.mark.parametrize("name", LAYERS)
def test_the_first_layer_has_right_gradients_without_grad_input(name: str) -> None:
    stack = network([chain_of(name, first=True)])
    checks = check_gradients(stack, MeanSquaredError(), samples(), most=50)
    assert max(check.error for check in checks) < 1e-6, checks


@pytest.mark.parametrize("models", [1, 3])
@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_losses_equal_central_differences(name: str, models: int) -> None:
    rng = np.random.default_rng(1)
    loss = losses[name]()
    t, outputs = targets_of(loss, 9, rng)
    stack = network([[Linear(units=5), layers["tanh"](), Linear(units=outputs)]] * models)
    rows = Samples.of(rng.standard_normal((9, 4)), t, rng.random((9, 1)) + 0.5, np.float64)
    assert max(check.error for check in check_gradients(stack, loss, rows)) < 1e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", LAYERS)
def test_a_row_of_a_stack_equals_that_model_alone_bit_for_bit(name: str, dtype: type) -> None:
    chain = chain_of(name)
    rows = samples(rows=29, dtype=dtype)
    stack = network([chain] * 3, dtype=dtype, seeds=(4, 5, 6))
    run(stack, rows, epochs=5)
    for row, seed in enumerate((4, 5, 6)):
        alone = network([chain], dtype=dtype, seeds=(seed,))
        run(alone, rows, epochs=5)
        assert np.array_equal(alone.theta[0], stack.theta[row])
        assert np.array_equal(alone.state[0], stack.state[row])


@pytest.mark.parametrize("name", LAYERS)
def test_training_reduces_the_loss(name: str) -> None:
    stack = network([chain_of(name)])
    rows = samples(rows=64)
    before = _loss(stack, rows)
    run(stack, rows, epochs=60)
    assert _loss(stack, rows) < 0.95 * before


ELSEWHERE = ("positions", "embedding", "residual", "similarity")  # layers of other positions than six
VARIANTS = [
    *[(name, {}) for name in LAYERS if layers[name].axes != 2 and name not in ELSEWHERE],
    *[("conv1d", {"padding": padding, "dilation": 2}) for padding in (1, 2, "same", "causal")],
    *[("max_pool", {"size": 2, "stride": 1, "padding": padding}) for padding in (0, 1)],
    *[("gru", options) for options in ({"bidirectional": True}, {"states": "last"})],
    ("attention", {"causal": True}),
]


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_a_layer_says_whether_it_looks_ahead(name: str, options: dict[str, Any]) -> None:
    """A later input changes an earlier output, or there are no positions left, where the layer says so."""
    before: list[Layer] = [Positions(size=6)]
    before += [layer_of("token_embedding")] if name in ("token_embedding", "unembedding") else [Linear(units=3)]
    before = before[:1] if name == "token_embedding" else before
    layer = layer_of(name, 3).model_copy(update=options)
    stack = network([[*before, layer]], 6)
    x = np.tile(np.arange(6.0) % 4, (3, 1))
    x[:, -1] += (0, 2, -2)
    rows = Samples.of(x, np.zeros((3, stack.graph.shapes[-1].values)), dtype=np.float64)
    batch = Batch(rows, slice(None))
    one = Pass(stack, batch, MeanSquaredError(), training=False)
    one.take(batch)
    one.scores()
    each = one.nodes[-1].by_position if one.nodes[-1].positions else None
    changed = each is None or not (each[..., :5, :] == each[..., :5, :1]).all()
    assert layer.looks_ahead(stack.graph.layer_steps[-1].inputs) == changed


@pytest.mark.parametrize("name", LAYERS)
def test_a_step_changes_neither_its_input_nor_the_rows_of_ones(name: str) -> None:
    stack = network([chain_of(name)])
    batch = Batch(samples(), slice(None))
    one = Pass(stack, batch, MeanSquaredError(), training=True)
    stack.start_epoch(1)
    one.take(batch)
    one.train()
    first = [node.values.copy() for node in one.nodes]
    one.train()
    if not draws(layer_of(name)):
        assert all(np.array_equal(before, node.values) for before, node in zip(first, one.nodes, strict=True))
    assert all((node.with_ones[..., -1, :] == 1).all() for node in one.nodes)


@pytest.mark.parametrize("name", LAYERS)
def test_inference_gives_a_row_the_same_scores_in_any_batch(name: str) -> None:
    stack = network([chain_of(name)])
    rows = samples(rows=64)
    run(stack, rows, epochs=2)
    assert np.allclose(_scores(stack, rows, slice(None))[..., 10:13], _scores(stack, rows, slice(10, 13)), atol=1e-12)


@pytest.mark.parametrize("name", LAYERS)
def test_names_and_shapes_are_those_of_a_state_dict(name: str) -> None:
    stack = Network([tuple(chain_of(name))], 4)
    named, units = stack.named(stack.theta), stack.graph.shapes[1].features
    assert named["layers.0.weight"].shape == (1, units, 4)
    assert named["layers.0.bias"].shape == (1, units)
    assert sum(values.size for values in named.values()) == stack.size
    assert all(np.shares_memory(values, stack.theta) for values in named.values())


def _scores(stack: Network, rows: Samples, place: slice) -> np.ndarray:
    batch = Batch(rows, place)
    one = Pass(stack, batch, MeanSquaredError(), training=False)
    one.take(batch)
    return one.scores().copy()


def _loss(stack: Network, rows: Samples) -> float:
    batch = Batch(rows, slice(None))
    one = Pass(stack, batch, MeanSquaredError(), training=False)
    one.take(batch)
    one.scores()
    return float(one.total_loss()[0] / len(rows))


def test_a_residual_as_the_first_layer_adds_the_current_batch() -> None:
    stack = network([[layers["residual"](layers=(Linear(units=4),)), Linear(units=2)]])
    rows = samples(rows=6)
    one = Pass(stack, Batch(rows, slice(0, 3)), MeanSquaredError(), training=True)
    for place in (slice(0, 3), slice(3, 6)):
        one.take(Batch(rows, place))
        assert np.allclose(one.scores(), _scores(stack, rows, place))
    assert not np.allclose(_scores(stack, rows, slice(0, 3)), _scores(stack, rows, slice(3, 6)))
