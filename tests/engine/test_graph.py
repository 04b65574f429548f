"""The graph: residual blocks are flattened, and arrays are shared only where nothing reads them later."""

import numpy as np
import pytest

from npnet.engine.gradcheck import check_gradients
from npnet.engine.graph import Graph
from npnet.nn.activations import ReLU, Sigmoid, Tanh
from npnet.nn.dropout import Dropout
from npnet.nn.linear import Linear
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.normalization import BatchNorm, LayerNorm
from npnet.nn.residual import Residual
from tests.nn.builders import network, samples

FIVE, TWO = Linear(units=5), Linear(units=2)
CHAINS = [
    [ReLU(), FIVE, TWO],
    [FIVE, ReLU(), ReLU(), TWO],
    [FIVE, Tanh(), ReLU(), TWO],
    [FIVE, BatchNorm(), ReLU(), TWO],
    [FIVE, LayerNorm(), ReLU(), Dropout(rate=0.2), ReLU(), TWO],
    [FIVE, Residual(layers=(ReLU(), FIVE)), TWO],
    [FIVE, Residual(layers=(FIVE, ReLU())), ReLU(), TWO],
    [FIVE, ReLU(), Residual(layers=(FIVE, ReLU(), FIVE)), ReLU(), TWO],
    [Residual(layers=(ReLU(),)), FIVE, TWO],
    [FIVE, Residual(layers=(Residual(layers=(ReLU(), FIVE)), ReLU())), ReLU(), TWO],
    [FIVE, Residual(layers=(Residual(layers=(ReLU(),)),)), TWO, ReLU()],
    [FIVE, Sigmoid(), Residual(layers=(FIVE, Dropout(rate=0.3))), ReLU(), TWO, Tanh()],
]


@pytest.mark.parametrize("models", [1, 2])
@pytest.mark.parametrize("chain", CHAINS, ids=range(len(CHAINS)))
def test_gradients_are_right_however_layers_share_their_arrays(chain: list, models: int) -> None:
    checks = check_gradients(network([chain] * models), MeanSquaredError(), samples())
    assert max(check.error for check in checks) < 1e-6, checks


def test_an_activation_overwrites_the_output_of_a_linear_layer_only() -> None:
    def shared(*chain) -> list[int | None]:
        graph = Graph((FIVE, *chain), 4)
        return [graph.overwritten(node) for node in range(1, len(graph.shapes))]

    assert shared(ReLU()) == [None, 1]
    assert shared(Tanh(), ReLU()) == [None, None, None], "the gradient of tanh needs what it gave"
    assert shared(Residual(layers=(ReLU(),)))[1] is None, "the sum needs what goes into the block"


def test_names_nest_as_in_a_state_dict() -> None:
    stack = network([[FIVE, Residual(layers=(ReLU(), Residual(layers=(FIVE,)))), TWO]])
    assert [name for name in stack.named(stack.theta) if name.endswith("weight")] == [
        "layers.0.weight",
        "layers.1.layers.1.layers.0.weight",
        "layers.2.weight",
    ]


def test_a_residual_block_that_changes_the_width_is_refused() -> None:
    with pytest.raises(ValueError, match="takes 5 values and its layers give 2"):
        Graph((FIVE, Residual(layers=(TWO,))), 4)


def test_parameters_are_one_row_for_each_model() -> None:
    stack = network([[FIVE, TWO]] * 3)
    assert stack.theta.shape == stack.grad.shape == (3, 5 * 5 + 2 * 6)
    assert np.shares_memory(stack.named(stack.theta)["layers.1.bias"], stack.theta)
