"""Stacks: the models of a stack do not influence each other, whatever differs between them."""

import numpy as np
import pytest

from npnet.engine.batches import Samples
from npnet.engine.network import Network, join
from npnet.engine.updates import Constraints, Updates
from npnet.nn.activations import ReLU
from npnet.nn.dropout import Dropout
from npnet.nn.layer import Layers
from npnet.nn.linear import Linear
from npnet.nn.losses import BinaryCrossEntropy
from npnet.nn.normalization import BatchNorm
from npnet.nn.optimizers import Adam, AdamW, Lion, NAdam, Nesterov, RMSProp
from tests.nn.builders import move, network, run, samples

RATES, DECAYS, DROPS = (0.01, 0.003, 0.03), (0.01, 0.1, 0.0), (0.1, 0.3, 0.5)


def _layers(drop: float) -> Layers:
    return (Linear(units=16), BatchNorm(momentum=drop), ReLU(), Dropout(rate=drop), Linear(units=16), Linear(units=1))


def _points(rows: int) -> Samples:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((rows, 2))
    return Samples.of(x, (x[:, :1] * x[:, 1:] > 0).astype(float), dtype=np.float32)


@pytest.mark.parametrize(
    "optimizers",
    [
        [AdamW(weight_decay=decay) for decay in DECAYS],
        [Adam(beta1=beta) for beta in (0.9, 0.8, 0.5)],
        [NAdam(beta2=beta) for beta in (0.9, 0.99, 0.999)],
        [Nesterov(momentum=momentum) for momentum in (0.9, 0.5, 0.0)],
        [RMSProp(rho=rho, weight_decay=0.1) for rho in (0.9, 0.5, 0.99)],
        [Lion(beta1=beta) for beta in (0.9, 0.5, 0.99)],
    ],
    ids=lambda optimizers: type(optimizers[0]).__name__,
)
def test_a_model_of_a_stack_is_the_same_alone_bit_for_bit_after_200_steps(optimizers) -> None:
    rows = _points(200)
    penalties = [Constraints(l2=decay, l1=decay / 10, clip_norm=5.0, max_norm=3.0) for decay in DECAYS]
    joined = Constraints(l2=np.array(DECAYS)[:, None], l1=np.array(DECAYS)[:, None] / 10, clip_norm=5.0, max_norm=3.0)
    stack = Network([_layers(drop) for drop in DROPS], 2, seeds=(7, 8, 9))
    run(
        stack,
        rows,
        epochs=8,
        loss=BinaryCrossEntropy(),
        optimizer=join(optimizers, trailing=1),
        rates=RATES,
        constraints=joined,
    )
    for row in range(3):
        alone = Network([_layers(DROPS[row])], 2, seeds=(7 + row,))
        updates = run(
            alone,
            rows,
            epochs=8,
            loss=BinaryCrossEntropy(),
            optimizer=optimizers[row],
            rates=[RATES[row]],
            constraints=penalties[row],
        )
        assert updates.count == 200
        assert np.array_equal(alone.theta[0], stack.theta[row])
        assert np.array_equal(alone.state[0], stack.state[row])


def test_a_diverging_model_does_not_touch_its_neighbours() -> None:
    rows = _points(64)
    chain = (Linear(units=8), ReLU(), Linear(units=1))
    stack = Network([chain] * 2, 2, seeds=(1, 2))
    stack.theta[1] = np.inf
    run(stack, rows, epochs=3, loss=BinaryCrossEntropy())
    alone = Network([chain], 2, seeds=(1,))
    run(alone, rows, epochs=3, loss=BinaryCrossEntropy())
    assert np.array_equal(alone.theta[0], stack.theta[0])
    assert not np.isfinite(stack.theta[1]).all()


def test_models_with_samples_of_their_own_train_as_alone() -> None:
    rng = np.random.default_rng(5)
    x, t = rng.standard_normal((2, 40, 4)), rng.standard_normal((2, 40, 2))
    chain = [Linear(units=5), ReLU(), Linear(units=2)]
    stack = network([chain] * 2, seeds=(1, 2))
    run(stack, Samples.of(x, t, rng.random((2, 40, 1)), np.float64), epochs=3)
    rng = np.random.default_rng(5)
    x, t, w = rng.standard_normal((2, 40, 4)), rng.standard_normal((2, 40, 2)), rng.random((2, 40, 1))
    for row in range(2):
        alone = network([chain], seeds=(1 + row,))
        run(alone, Samples.of(x[row], t[row], w[row], np.float64), epochs=3)
        assert np.array_equal(alone.theta[0], stack.theta[row])


def test_blocks_of_an_optimizer_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    results = []
    for block in (65536, 17):
        monkeypatch.setattr("npnet.engine.updates.BLOCK", block)
        stack = network([[Linear(units=5), Linear(units=2)]] * 3)
        run(stack, samples(), epochs=4, optimizer=AdamW())
        results.append(stack.theta)
    assert np.array_equal(*results)


def test_models_that_differ_in_more_than_decimals_do_not_stack() -> None:
    with pytest.raises(ValueError, match="differ in units"):
        Network([(Linear(units=2),), (Linear(units=3),)], 2, seeds=(0, 1))
    with pytest.raises(ValueError, match="cannot mix"):
        Network([(ReLU(),), (Linear(units=3),)], 2, seeds=(0, 1))
    with pytest.raises(ValueError, match="differ in their layers"):
        Network([(ReLU(),), (ReLU(), ReLU())], 2, seeds=(0, 1))


def test_a_joined_spec_with_equal_options_is_the_spec_itself() -> None:
    one = Adam(beta1=0.8)
    assert join([one, Adam(beta1=0.8)]) is one


def test_weight_decay_and_penalties_leave_out_biases_and_norms() -> None:
    stack = network([[Linear(units=3), BatchNorm(), Linear(units=2)]])
    stack.grad[...] = 0.0
    updates = Updates(stack, AdamW(weight_decay=0.5), Constraints(l1=0.1, l2=0.1))
    before = {name: values.copy() for name, values in stack.named(stack.theta).items()}
    move(updates, 0.1)
    for name, values in stack.named(stack.theta).items():
        moved = not np.array_equal(values, before[name])
        assert moved == name.endswith(("0.weight", "2.weight")), name


def test_max_norm_bounds_the_weights_into_each_unit() -> None:
    stack = network([[Linear(units=3), Linear(units=2)]])
    run(stack, samples(), epochs=3, constraints=Constraints(max_norm=0.5), rates=[0.1])
    for name, values in stack.named(stack.theta).items():
        if name.endswith("weight"):
            assert (np.linalg.norm(values[0], axis=1) <= 0.5 + 1e-12).all()


@pytest.mark.parametrize("limit", [Constraints(clip_norm=0.01), Constraints(clip_value=0.001)])
def test_clipping_bounds_the_step_of_gradient_descent(limit: Constraints) -> None:
    from npnet.nn.optimizers import SGD

    stack = network([[Linear(units=3), Linear(units=2)]])
    stack.grad[...] = 5.0
    before = stack.theta.copy()
    move(Updates(stack, SGD(), limit), 1.0)
    step = before - stack.theta
    if limit.clip_norm:
        assert np.linalg.norm(step) == pytest.approx(0.01)
    else:
        assert np.abs(step).max() == pytest.approx(0.001)
