"""L-BFGS: beside SciPy and PyTorch, in stacks, in float32, from the middle, and at the ends of its range."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from npnet.engine.batches import Batches, Samples
from npnet.engine.gradients import Gradients
from npnet.engine.loop import Rates, train
from npnet.engine.network import Network
from npnet.engine.searching import SearchUpdates
from npnet.engine.updates import Constraints
from npnet.nn import LBFGS, BinaryCrossEntropy, Linear, MeanSquaredError, Tanh
from npnet.nn.layer import Layers
from npnet.nn.quasi_newton.line_search import DECREASE, FLAT, search

CHAIN: Layers = (Linear(units=8), Tanh(), Linear(units=1))


def _waves(rows: int = 60, dtype: Any = np.float64) -> Samples:
    x = np.random.default_rng(0).standard_normal((rows, 2))
    return Samples.of(x, np.sin(2 * x[:, :1]) * x[:, 1:], None, dtype)


def _updates(stack: Network, rows: Samples, steps: int, **options: Any) -> SearchUpdates:
    """Train a network or a stack in place."""
    loss, rates = options.pop("loss", MeanSquaredError()), Rates(options.pop("rates", [1.0] * stack.models), steps)
    updates = SearchUpdates(stack, LBFGS(**options.pop("lbfgs", {})), options.pop("constraints", Constraints()))
    for _ in train(stack, loss, updates, rates, Batches(rows, None, 0), steps, **options):
        pass
    return updates


def _loss(stack: Network, rows: Samples, l2: float = 0.0) -> tuple[float, np.ndarray]:
    """Return the loss of the first network, and its gradient."""
    updates, batches = SearchUpdates(stack, LBFGS(), Constraints(l2=l2)), Batches(rows, None, 0)
    (batch,) = next(batches.epoch(1))
    value = updates._evaluate(Gradients(stack, MeanSquaredError(), batches), batch)
    return float(value[0]), stack.grad[0].copy()


def test_it_reaches_the_loss_that_scipy_reaches() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    rows, l2 = _waves(), 0.01
    stack, other = (Network([CHAIN], 2, seeds=[1], dtype=np.float64) for _ in range(2))

    def function(theta: np.ndarray) -> tuple[float, np.ndarray]:
        other.theta[0] = theta
        return _loss(other, rows, l2)

    theirs = optimize.minimize(function, other.theta[0].copy(), jac=True, method="L-BFGS-B", options={"maxiter": 80})
    _updates(stack, rows, 80, constraints=Constraints(l2=l2))
    assert _loss(stack, rows, l2)[0] == pytest.approx(theirs.fun, rel=0.02)


def test_a_quadratic_is_solved_in_as_many_steps_as_it_has_directions() -> None:
    rng = np.random.default_rng(3)
    x, w = rng.standard_normal((50, 4)), rng.standard_normal((4, 1))
    stack = Network([(Linear(units=1),)], 4, seeds=[0], dtype=np.float64)
    _updates(stack, Samples.of(x, x @ w + 0.5, None, np.float64), 12)
    assert np.allclose(stack.theta[0], [*w[:, 0], 0.5], rtol=0, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_loss_never_rises_and_ends_where_the_gradient_is_0(dtype: Any) -> None:
    rows, losses = _waves(dtype=dtype), []
    stack = Network([CHAIN], 2, seeds=[2], dtype=dtype)
    updates = SearchUpdates(stack, LBFGS(), Constraints(l2=0.1))
    for _ in train(stack, MeanSquaredError(), updates, Rates([1.0], 200), Batches(rows, None, 0), 200):
        assert updates._loss is not None
        losses.append(updates._loss.copy())
    assert (np.diff(losses, axis=0) <= 10 * np.finfo(dtype).eps).all()
    assert losses[-1] == pytest.approx(losses[-50], rel=1e-5)
    assert np.abs(_loss(stack, rows, 0.1)[1]).max() < (1e-3 if dtype == np.float32 else 1e-6)


def test_each_model_of_a_stack_searches_as_it_does_alone_bit_for_bit() -> None:
    rows, seeds, rates, penalties = _waves(dtype=np.float32), (4, 5, 6), (1.0, 0.1, 3.0), (0.0, 0.01, 0.1)
    stack = Network([CHAIN] * 3, 2, seeds=seeds)
    stack.theta[2] *= 20.0  # needs more trials than the others
    _updates(stack, rows, 30, rates=rates, constraints=Constraints(l2=np.array(penalties)[:, np.newaxis]))
    for row, seed in enumerate(seeds):
        alone = Network([CHAIN], 2, seeds=[seed])
        alone.theta[...] *= 20.0 if row == 2 else 1.0
        _updates(alone, rows, 30, rates=[rates[row]], constraints=Constraints(l2=penalties[row]))
        assert np.array_equal(alone.theta[0], stack.theta[row])


@pytest.mark.parametrize("stopped", [1, 7, 25])
def test_a_training_continues_from_theta_and_slots_alone(stopped: int) -> None:
    rows, loss = _waves(dtype=np.float32), MeanSquaredError()
    whole, first, second = (Network([CHAIN] * 2, 2, seeds=[1, 2]) for _ in range(3))
    expected = _updates(whole, rows, 30)
    before = SearchUpdates(first, LBFGS(), Constraints())
    for progress in train(first, loss, before, Rates([1.0] * 2, 30), Batches(rows, None, 0), 30):
        if progress.epoch == stopped:
            break
    after = SearchUpdates(second, LBFGS(), Constraints())
    second.theta[...] = first.theta
    for name, slot in after.slots.items():
        slot[...] = before.slots[name]
    after.count = stopped
    list(train(second, loss, after, Rates([1.0] * 2, 30), Batches(rows, None, 0), 30, start=stopped))
    assert np.array_equal(whole.theta, second.theta)
    for name, slot in expected.slots.items():
        assert np.array_equal(slot, after.slots[name]), name


def test_a_model_that_is_not_finite_does_not_touch_its_neighbours() -> None:
    rows = _waves(dtype=np.float32)
    stack, alone = Network([CHAIN] * 2, 2, seeds=[1, 2]), Network([CHAIN], 2, seeds=[1])
    stack.theta[1] = np.inf
    _updates(stack, rows, 5)
    _updates(alone, rows, 5)
    assert np.array_equal(alone.theta[0], stack.theta[0])
    assert not np.isfinite(stack.theta[1]).all()


def test_classes_that_can_be_separated_end_without_a_flag() -> None:
    x = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    stack = Network([(Linear(units=1),)], 1, seeds=[0])
    _updates(stack, Samples.of(x, np.sign(x), None), 100, loss=BinaryCrossEntropy())
    assert np.isfinite(stack.theta).all()
    assert stack.theta[0, 0] > 5


def test_its_slots_are_as_many_as_its_history() -> None:
    assert len(LBFGS(history=3).slots) == 6
    assert LBFGS(history=1).slots == ("step0", "change0")


Function = Callable[[float], tuple[float, float]]
FUNCTIONS: dict[str, tuple[Function, float]] = {
    "parabola": (lambda t: ((t - 3) ** 2, 2 * (t - 3)), 1e-3),
    "far too long": (lambda t: ((t - 3) ** 2, 2 * (t - 3)), 1e3),
    "not finite beyond 1": (lambda t: (-t + t**4, -1 + 4 * t**3) if t < 1 else (np.nan, np.inf), 500.0),
    "several valleys": (lambda t: (t * t / 9 - np.sin(3 * t), 2 * t / 9 - 3 * np.cos(3 * t)), 9.0),
    "a corner": (lambda t: (abs(t - 1), float(np.sign(t - 1))), 0.1),
}


def _searched(function: Function, first: float, most: int = 40) -> Sequence[float]:
    value, slope = function(0.0)
    searching = search(value, slope, first, most, 1e-15)
    tried = [next(searching)]
    while True:
        try:
            tried.append(searching.send(function(tried[-1])))
        except StopIteration:
            return tried


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != "a corner"])
def test_a_search_ends_where_the_strong_wolfe_conditions_hold(name: str) -> None:
    function, first = FUNCTIONS[name]
    *_, last = _searched(function, first)
    (start, slope), (value, flat) = function(0.0), function(last)
    assert value <= start + DECREASE * last * slope
    assert abs(flat) <= FLAT * abs(slope)


def test_a_search_without_a_flat_place_ends_near_the_lowest_one() -> None:
    function, first = FUNCTIONS["a corner"]
    assert _searched(function, first)[-1] == pytest.approx(1.0, abs=0.01)


def test_a_search_that_finds_nothing_better_ends_at_0() -> None:
    assert _searched(lambda t: (float(t > 0), -1.0), 1.0, most=5)[-1] == 0.0
    assert len(_searched(lambda t: (-t, -1.0), 1.0, most=5)) == 5
