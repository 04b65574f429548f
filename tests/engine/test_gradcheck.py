"""The gradient check finds typical mistakes and describes them."""

import numpy as np
import pytest

from npnet.engine.batches import Samples
from npnet.engine.gradcheck import check_gradients, hint
from npnet.engine.network import Network
from npnet.nn.activations import ReLU, Tanh
from npnet.nn.linear import Linear
from npnet.nn.losses.regression import MeanSquaredError
from tests.nn.builders import network, samples


class BiasTooSmall(Linear):
    """Averages the bias gradient over the batch although the loss already is a mean."""

    def grad_parameters(self, x, dy, m):
        super().grad_parameters(x, dy, m)
        m.dW[..., -1] /= dy.shape[-1]


class TurnedTanh(Tanh):
    """Has the sign of its derivative turned."""

    def grad_input(self, x, y, dy, dx, m):
        super().grad_input(x, y, dy, dx, m)
        np.negative(dx, out=dx)


class OneNumber(MeanSquaredError):
    """Gives every sample the mean error as its gradient."""

    def derivative(self, z, t, dz, m):
        super().derivative(z, t, dz, m)
        np.matmul(dz, np.full((dz.shape[-1], dz.shape[-1]), 1.0 / dz.shape[-1]), out=m.work)
        np.copyto(dz, m.work)


def test_a_bias_gradient_n_times_too_small_is_named() -> None:
    stack = network([[BiasTooSmall(units=5), Tanh(), BiasTooSmall(units=2)]])
    checks = {check.name: check for check in check_gradients(stack, MeanSquaredError(), samples(rows=20))}
    assert checks["layers.0.weight"].passed
    assert not checks["layers.0.bias"].passed
    assert checks["layers.0.bias"].ratio == pytest.approx(1 / 20)
    assert "1/20" in hint(checks["layers.0.bias"], 20)
    assert "sum over the batch too few" in hint(checks["layers.0.bias"], 20)
    assert hint(checks["layers.0.weight"], 20) == ""


def test_a_wrong_sign_shows_in_the_layers_before_it() -> None:
    stack = network([[Linear(units=5), TurnedTanh(), Linear(units=2)]])
    checks = check_gradients(stack, MeanSquaredError(), samples())
    assert [check.passed for check in checks] == [False, False, True, True]
    assert "sign" in hint(checks[0], 9)


def test_a_constant_loss_gradient_fails_everywhere_and_is_not_called_a_factor() -> None:
    stack = network([[Linear(units=5), Tanh(), Linear(units=1)]])
    rows = samples(outputs=1)
    checks = check_gradients(stack, OneNumber(), Samples(rows.x, rows.t, None))
    assert not any(check.passed for check in checks if check.name.endswith("weight"))
    assert "formula" in hint(checks[0], 9)


def test_entries_at_a_kink_are_left_out_and_counted() -> None:
    stack = Network([(Linear(units=3), ReLU(), Linear(units=1))], 2, dtype=np.float64)
    rows = Samples.of(np.zeros((4, 2)), np.ones((4, 1)), dtype=np.float64)
    checks = {check.name: check for check in check_gradients(stack, MeanSquaredError(), rows)}
    assert checks["layers.0.bias"].kinks == 3
    assert checks["layers.2.weight"].passed


def test_some_entries_of_large_tensors_are_checked() -> None:
    stack = network([[Linear(units=50), Linear(units=2)]])
    checks = check_gradients(stack, MeanSquaredError(), samples(), most=20)
    assert [check.checked for check in checks] == [20, 20, 20, 2]


def test_a_check_changes_nothing_and_needs_float64() -> None:
    stack = network([[Linear(units=5), Linear(units=2)]])
    before = stack.theta.copy()
    check_gradients(stack, MeanSquaredError(), samples())
    assert np.array_equal(stack.theta, before)
    with pytest.raises(ValueError, match="float64"):
        check_gradients(network([[Linear(units=2)]], dtype=np.float32), MeanSquaredError(), samples())
