"""The list of a step's calls: complete, in order, with the names that the layers use."""

import numpy as np
import pytest

from npnet.engine.batches import Batches, Samples
from npnet.engine.passes import Pass
from npnet.engine.updates import Constraints, Updates
from npnet.nn.layer import Layer, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.optimizers import SGD, Optimizer, optimizers
from npnet.runner.network_checks import StepCall, step_calls
from tests.nn.builders import chain_of, network, targets_of


def _step(
    chain: list[Layer], optimizer: Optimizer, loss: str = "mean_squared_error", **limits: float
) -> tuple[list[StepCall], Pass, Updates]:
    rule = losses[loss]()
    t, outputs = targets_of(rule, 9, np.random.default_rng(0))
    stack = network([[*chain, Linear(units=outputs)]])
    rows = Samples.of(np.random.default_rng(1).random((9, 4)), t, None, np.float64)
    one = Pass(stack, Batches(rows, None, 0).shapes[9], rule, training=True)
    updates = Updates(stack, optimizer, Constraints(**limits))
    stages = {"forward": one.forward, "backward": one.backward, "penalties": updates.penalties, "update": updates.calls}
    return list(step_calls(stages, {**one.buffers, **updates.buffers})), one, updates


@pytest.mark.parametrize("name", list(layers))
def test_every_call_of_a_layer_is_listed_and_every_array_of_it_has_a_name(name: str) -> None:
    found, one, updates = _step(chain_of(name)[:-1], SGD())
    made = [*one.forward.calls, *one.backward.calls, *updates.penalties.calls, *updates.calls.calls]
    assert len(found) == len(made)
    assert [call.stage for call in found] == sorted(
        [call.stage for call in found], key=["forward", "backward", "update"].index
    )
    arrays = [operand for call in found if call.stage != "update" for operand in (*call.inputs, call.output)]
    assert not [operand for operand in arrays if operand.name == "work"]


@pytest.mark.parametrize("name", list(losses))
def test_the_gradient_of_every_loss_reads_targets_and_scores(name: str) -> None:
    found, _, _ = _step([Linear(units=5)], SGD(), name)
    derivative = [call for call in found if call.method == "loss.derivative"]
    read = {operand.name for call in derivative for operand in call.inputs}
    assert {"t", "layers.1.y"} <= read
    assert derivative[-1].output.name == "layers.1.dy"


@pytest.mark.parametrize("name", [name for name, rule in optimizers.items() if not rule.searches])
def test_every_optimizer_writes_new_parameters(name: str) -> None:
    found, _, _ = _step([Linear(units=5)], optimizers[name](), l2=0.1, clip_norm=1.0)
    updates = [call for call in found if call.method == "optimizer.update"]
    assert "theta" in {call.output.name for call in updates}
    assert [call.output.name for call in found if call.stage == "penalties"][-1] == "grad"


def test_shapes_are_those_of_the_textbook() -> None:
    found, _, _ = _step([Linear(units=5)], SGD())
    first, last = found[0], next(call for call in found if call.method == "layers.0.grad_parameters")
    assert (first.method, first.function) == ("layers.0.forward", "dot")
    assert [*first.inputs, first.output] == [("layers.0.W", (5, 5)), ("x", (5, 9)), ("layers.0.y", (5, 9))]
    assert [*last.inputs, last.output] == [("layers.0.dy", (5, 9)), ("x", (9, 5)), ("layers.0.dW", (5, 5))]
