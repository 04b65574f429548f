"""Optimizers: each against its formula, and on a valley that plain gradient descent finds hard."""

from functools import partial

import numpy as np
import pytest

from npnet.engine.updates import Constraints, Updates
from npnet.nn.linear import Linear
from npnet.nn.optimizers import optimizers
from tests.nn.builders import move, network, reference_of

STEPS = 50
RULES = sorted(name for name in optimizers if not optimizers[name].searches)
"""The optimizers that move parameters by the gradient alone; those that search are in test_lbfgs."""
Arrays = np.ndarray


def _sgd(theta: Arrays, grads: Arrays, rate: float) -> Arrays:
    return theta - rate * grads.sum(axis=0)


def _momentum(theta: Arrays, grads: Arrays, rate: float, *, nesterov: bool = False) -> Arrays:
    v = np.zeros_like(theta)
    for g in grads:
        v = 0.9 * v + g
        theta = theta - rate * (g + 0.9 * v if nesterov else v)
    return theta


def _adagrad(theta: Arrays, grads: Arrays, rate: float) -> Arrays:
    for g, s in zip(grads, np.cumsum(grads**2, axis=0), strict=True):
        theta = theta - rate * g / (np.sqrt(s) + 1e-10)
    return theta


def _rmsprop(theta: Arrays, grads: Arrays, rate: float) -> Arrays:
    s = np.zeros_like(theta)
    for g in grads:
        s = 0.99 * s + 0.01 * g**2
        theta = theta - rate * g / (np.sqrt(s) + 1e-8)
    return theta


def _adam(theta: Arrays, grads: Arrays, rate: float, *, decay: float = 0.0, nesterov: bool = False) -> Arrays:
    m, v = np.zeros_like(theta), np.zeros_like(theta)
    for t, g in enumerate(grads, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        ahead = 0.9 * m / (1 - 0.9 ** (t + 1)) + 0.1 * g / (1 - 0.9**t)
        step = ahead if nesterov else m / (1 - 0.9**t)
        theta = theta * (1 - rate * decay) - rate * step / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return theta


def _lion(theta: Arrays, grads: Arrays, rate: float) -> Arrays:
    m = np.zeros_like(theta)
    for g in grads:
        theta = theta - rate * np.sign(0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g
    return theta


REFERENCES = {
    "sgd": _sgd,
    "momentum": _momentum,
    "nesterov": partial(_momentum, nesterov=True),
    "adagrad": _adagrad,
    "rmsprop": _rmsprop,
    "adam": _adam,
    "adamw": partial(_adam, decay=0.01),
    "nadam": partial(_adam, nesterov=True),
    "lion": _lion,
}
FILE = "REFERENCES in tests/nn/test_optimizers.py"


@pytest.mark.parametrize("name", RULES)
def test_an_optimizer_follows_its_formula(name: str) -> None:
    stack = network([[Linear(units=3)]])
    stack.named(stack.theta)["layers.0.bias"][...] = 0.0  # biases do not decay: keep them out of the comparison
    start, weights = stack.theta.copy(), stack.decaying().astype(bool)
    grads = np.random.default_rng(0).standard_normal((STEPS, stack.size)) + 0.3
    updates = Updates(stack, optimizers[name](), Constraints())
    for grad in grads:
        stack.grad[...] = grad
        move(updates, 0.01)
    expected = reference_of(optimizers, name, REFERENCES, FILE)(start[0], grads, 0.01)
    assert np.allclose(stack.theta[weights], expected[weights[0]], atol=1e-13)


@pytest.mark.parametrize("name", RULES)
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
        move(updates, rate)
    assert height() < 0.02 * start


@pytest.mark.parametrize("name", sorted(optimizers))
def test_a_number_alone_sets_the_momentum_and_no_other_option(name: str) -> None:
    assert optimizers[name].main_option() == ("momentum" if "momentum" in optimizers[name].model_fields else None)


@pytest.mark.parametrize("name", RULES)
def test_weight_decay_is_decoupled_from_the_gradient_in_every_optimizer(name: str) -> None:
    plain, decaying = (network([[Linear(units=3)]]) for _ in range(2))
    start, weights = plain.theta.copy(), plain.decaying().astype(bool)
    for stack, decay in ((plain, 0.0), (decaying, 0.2)):
        updates = Updates(stack, optimizers[name](weight_decay=decay), Constraints())
        stack.grad[...] = 0.5
        move(updates, 0.1)
    shrunk = np.where(weights, 0.1 * 0.2 * start, 0.0)
    assert np.allclose(plain.theta - decaying.theta, shrunk, atol=1e-14)


def test_the_penalty_l2_is_added_to_the_gradient() -> None:
    stack = network([[Linear(units=3)]])
    start, weights = stack.theta.copy(), stack.decaying().astype(bool)
    stack.grad[...] = 0.5
    move(Updates(stack, optimizers["sgd"](), Constraints(l2=0.2)), 0.1)
    assert np.allclose(stack.theta, start - 0.1 * (0.5 + np.where(weights, 0.2 * start, 0.0)), atol=1e-14)
