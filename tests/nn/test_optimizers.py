"""Optimizers: each against its formula, and on a valley that plain gradient descent finds hard."""

import numpy as np
import pytest

from npnet.engine.updates import Constraints, Updates
from npnet.nn.linear import Linear
from npnet.nn.optimizers import optimizers
from tests.nn.builders import network

STEPS = 50


def _reference(name: str, grads: np.ndarray, theta: np.ndarray, rate: float) -> np.ndarray:
    """The textbook rule, one allocating line after another."""
    m = v = np.zeros_like(theta)
    for t, g in enumerate(grads, 1):
        if name == "sgd":
            theta = theta - rate * g
        elif name in ("momentum", "nesterov"):
            m = 0.9 * m + g
            theta = theta - rate * (m if name == "momentum" else g + 0.9 * m)
        elif name == "adagrad":
            v = v + g**2
            theta = theta - rate * g / (np.sqrt(v) + 1e-10)
        elif name == "rmsprop":
            v = 0.99 * v + 0.01 * g**2
            theta = theta - rate * g / (np.sqrt(v) + 1e-8)
        elif name == "lion":
            theta = theta - rate * np.sign(0.9 * m + 0.1 * g)
            m = 0.99 * m + 0.01 * g
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            ahead = 0.9 * m / (1 - 0.9 ** (t + 1)) + 0.1 * g / (1 - 0.9**t)
            step = ahead if name == "nadam" else m / (1 - 0.9**t)
            theta = theta * (1 - rate * 0.01 * (name == "adamw"))
            theta = theta - rate * step / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return theta


@pytest.mark.parametrize("name", sorted(optimizers))
def test_an_optimizer_follows_its_formula(name: str) -> None:
    stack = network([[Linear(units=3)]])
    stack.named(stack.theta)["layers.0.bias"][...] = 0.0  # biases do not decay: keep them out of the comparison
    start, weights = stack.theta.copy(), stack.decaying().astype(bool)
    grads = np.random.default_rng(0).standard_normal((STEPS, stack.size)) + 0.3
    updates = Updates(stack, optimizers[name](), Constraints())
    for grad in grads:
        stack.grad[...] = grad
        updates.step(0.01)
    assert np.allclose(stack.theta[weights], _reference(name, grads, start[0], 0.01)[weights[0]], atol=1e-13)


@pytest.mark.parametrize("name", sorted(optimizers))
def test_an_optimizer_goes_down_a_curved_valley(name: str) -> None:
    stack = network([[Linear(units=1)]], features=1)
    stack.theta[...] = [[-1.2, 1.0]]
    updates = Updates(stack, optimizers[name](), Constraints())

    def height() -> float:
        x, y = stack.theta[0]
        return float((1 - x) ** 2 + 10 * (y - x**2) ** 2)

    start = height()
    rate = {"adagrad": 0.3, "sgd": 0.005, "momentum": 0.002, "nesterov": 0.002}.get(name, 0.01)
    for _ in range(2000):
        x, y = stack.theta[0]
        stack.grad[0] = [-2 * (1 - x) - 40 * x * (y - x**2), 20 * (y - x**2)]
        updates.step(rate)
    assert height() < 0.02 * start


@pytest.mark.parametrize("name", sorted(optimizers))
def test_a_number_alone_is_a_momentum_and_never_taken_for_another_option(name: str) -> None:
    assert optimizers[name].main_option() == ("momentum" if name in ("momentum", "nesterov") else None)


@pytest.mark.parametrize("name", sorted(optimizers))
def test_weight_decay_is_apart_from_the_gradient_with_every_rule(name: str) -> None:
    plain, decaying = (network([[Linear(units=3)]]) for _ in range(2))
    start, weights = plain.theta.copy(), plain.decaying().astype(bool)
    for stack, decay in ((plain, 0.0), (decaying, 0.2)):
        updates = Updates(stack, optimizers[name](weight_decay=decay), Constraints())
        stack.grad[...] = 0.5
        updates.step(0.1)
    shrunk = np.where(weights, 0.1 * 0.2 * start, 0.0)
    assert np.allclose(plain.theta - decaying.theta, shrunk, atol=1e-14)


def test_the_penalty_l2_is_what_goes_through_the_rule() -> None:
    stack = network([[Linear(units=3)]])
    start, weights = stack.theta.copy(), stack.decaying().astype(bool)
    stack.grad[...] = 0.5
    Updates(stack, optimizers["sgd"](), Constraints(l2=0.2)).step(0.1)
    assert np.allclose(stack.theta, start - 0.1 * (0.5 + np.where(weights, 0.2 * start, 0.0)), atol=1e-14)
