"""The loop: progress, evaluation, the best epoch, and learning rates that drop on a plateau."""

from collections.abc import Iterator

import numpy as np
import pytest

from npnet.engine.batches import Batches
from npnet.engine.loop import KeepBest, Monitor, Progress, Rates, train
from npnet.engine.network import Network
from npnet.engine.updates import Constraints, Updates
from npnet.nn.activations import ReLU
from npnet.nn.dropout import Dropout
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.normalization import BatchNorm
from npnet.nn.optimizers import SGD, Adam
from npnet.nn.schedules import Cosine, ReduceOnPlateau
from tests.nn.builders import network, samples

LOSS = losses["mean_squared_error"]()


def _stack(models: int = 1) -> Network:
    return Network([(Linear(units=5), BatchNorm(), ReLU(), Linear(units=2))] * models, 4, seeds=range(models))


def _train(stack: Network, epochs: int, **options):
    batches = Batches(samples(rows=30, dtype=np.float32), 8, seed=0)
    rates = options.pop("rates", None) or Rates([0.01] * stack.models, epochs)
    return train(stack, LOSS, Updates(stack, SGD(), Constraints()), rates, batches, epochs, **options)


def _progress(epoch: int, *losses_: float) -> Progress:
    values = {"validation_loss": np.array(losses_)}
    return Progress(epoch, 100, 1, 1, 0.0, np.ones(len(losses_)), np.ones(len(losses_), bool), values)


def test_an_epoch_yields_once_and_is_complete() -> None:
    progress = list(_train(_stack(), 3))
    assert [(p.epoch, p.batch, p.batches, p.complete) for p in progress] == [(e, 4, 4, True) for e in (1, 2, 3)]


def test_no_epochs_yield_nothing_and_change_nothing() -> None:
    stack = _stack()
    before = stack.theta.copy()
    assert list(_train(stack, 0)) == []
    assert np.array_equal(stack.theta, before)


def test_long_epochs_yield_progress_between_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npnet.engine.loop.BETWEEN", 0.0)
    monkeypatch.setattr("npnet.engine.batches.BLOCK_BYTES", 1)
    progress = list(_train(_stack(), 1))
    assert [p.complete for p in progress] == [False, False, False, True]
    assert [p.batch for p in progress] == [1, 2, 3, 4]


def test_a_long_evaluation_yields_progress_between_its_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("npnet.engine.loop.BETWEEN", -1.0)
    measured = {"train_loss": np.ones(1)}
    progress = list(_train(_stack(), 1, evaluate=lambda: iter([{}, {}, measured])))
    assert [(p.batch, p.complete) for p in progress[-4:]] == [(3, False), (4, False), (4, False), (4, True)]
    assert [bool(p.values) for p in progress[-4:]] == [False, False, False, True]
    assert [p.epoch for p in progress] == [1] * len(progress)


def test_evaluation_is_every_nth_epoch_and_at_the_end() -> None:
    measured = [
        bool(p.values) for p in _train(_stack(), 7, evaluate=lambda: iter([{"train_loss": np.ones(1)}]), every=3)
    ]
    assert measured == [False, False, True, False, False, True, True]


def test_a_training_that_starts_later_has_the_same_batches_and_rates() -> None:
    whole, halves = _stack(), _stack()
    rates = Rates([0.01], 6, Cosine())
    updates = Updates(halves, SGD(), Constraints())
    batches = Batches(samples(rows=30, dtype=np.float32), 8, seed=0)
    list(_train(whole, 6, rates=rates))
    for _ in train(halves, LOSS, updates, rates, batches, 6):
        if _.epoch == 3:
            break
    list(train(halves, LOSS, updates, rates, batches, 6, start=3))
    assert np.array_equal(whole.theta, halves.theta)


def _accumulated(accumulate: int, size: int, epochs: int = 3, **options) -> Network:
    stack = network([[Linear(units=5), Dropout(rate=options.pop("rate", 0.0)), Linear(units=2)]])
    batches = Batches(samples(rows=41), size, seed=0, accumulate=accumulate)
    updates = Updates(stack, Adam(), Constraints(clip_norm=0.1, l2=0.01))
    list(train(stack, LOSS, updates, Rates([0.01], epochs, Cosine()), batches, epochs, **options))
    return stack


@pytest.mark.parametrize(("accumulate", "size"), [(3, 4), (2, 6), (12, 1), (9, 5), (1, 60)])
def test_an_accumulated_gradient_is_that_of_the_larger_batch(accumulate: int, size: int) -> None:
    larger = _accumulated(1, accumulate * size)
    assert np.allclose(_accumulated(accumulate, size).theta, larger.theta, rtol=0, atol=1e-12)


@pytest.mark.parametrize("stop", [1, 3, 4])
def test_an_accumulated_training_that_stops_between_steps_continues_equally(stop: int) -> None:
    def start() -> tuple[Network, Updates, Batches]:
        stack = network([[Linear(units=5), Dropout(rate=0.5), Linear(units=2)]])
        return stack, Updates(stack, Adam(), Constraints()), Batches(samples(rows=41), 3, seed=0, accumulate=4)

    def training(stack: Network, updates: Updates, batches: Batches, **options) -> Iterator[Progress]:
        return train(stack, LOSS, updates, Rates([0.01], 2), batches, 2, **options)

    whole, parted = start(), start()
    list(training(*whole))
    next(training(*parted, pauses=[stop]))
    list(training(*parted, batches_done=stop) if stop < 4 else training(*parted, start=1))
    assert whole[1].count == parted[1].count == 2 * whole[2].count == 8
    assert np.array_equal(whole[0].theta, parted[0].theta)


def test_models_that_are_no_longer_finite_are_reported() -> None:
    stack = _stack(2)
    stack.theta[1, 0] = np.nan
    [progress] = _train(stack, 1)
    assert progress.finite.tolist() == [True, False]


def test_a_loss_that_is_not_finite_is_reported_too() -> None:
    stack = _stack(2)
    [progress] = _train(stack, 1, evaluate=lambda: iter([{"validation_loss": np.array([np.inf, 1.0])}]))
    assert progress.finite.tolist() == [False, True]


def test_the_best_epoch_of_each_model_is_kept_with_its_statistics() -> None:
    stack = _stack(2)
    best = KeepBest(stack, Monitor())
    kept = {}
    for epoch, pair in enumerate([(3.0, 1.0), (1.0, 2.0), (2.0, 3.0)], 1):
        stack.theta[...] = stack.state[...] = epoch
        assert not best(_progress(epoch, *pair))
        kept[epoch] = None
    best.restore()
    assert best.epoch.tolist() == [2, 1]
    assert stack.theta[:, 0].tolist() == [2, 1]
    assert stack.state[:, 0].tolist() == [2, 1]


def test_without_an_improvement_the_initial_values_are_kept() -> None:
    stack = _stack()
    before = stack.theta.copy()
    best = KeepBest(stack, Monitor())
    stack.theta[...] = 7.0
    best(_progress(1, np.nan))
    best.restore()
    assert np.array_equal(stack.theta, before)
    assert best.epoch.tolist() == [0]


def test_patience_ends_a_training_once_every_model_is_out_of_it() -> None:
    best = KeepBest(_stack(2), Monitor(), patience=2)
    course = [(5, 5), (4, 6), (4, 4), (4, 5), (4, 5)]
    assert [best(_progress(e, *map(float, pair))) for e, pair in enumerate(course, 1)] == [False] * 4 + [True]
    assert best.epoch.tolist() == [2, 3]


def test_epochs_after_a_models_patience_do_not_count() -> None:
    best = KeepBest(_stack(2), Monitor(), patience=1)
    for epoch, pair in enumerate([(5.0, 5.0), (6.0, 4.0), (1.0, 3.0)], 1):
        best(_progress(epoch, *pair))
    assert best.epoch.tolist() == [1, 3]


def test_an_improvement_must_pass_min_delta() -> None:
    best = KeepBest(_stack(), Monitor(), min_delta=0.5)
    for epoch, value in enumerate([3.0, 2.8, 2.4], 1):
        best(_progress(epoch, value))
    assert best.epoch.tolist() == [3]
    assert best.value.tolist() == [2.4]


def test_a_monitor_can_maximize() -> None:
    best = KeepBest(_stack(), Monitor("validation_loss", maximize=True))
    for epoch, value in enumerate([0.5, 0.9, 0.7], 1):
        best(_progress(epoch, value))
    assert best.epoch.tolist() == [2]


def test_a_plateau_drops_the_rate_of_the_model_that_is_on_it() -> None:
    rates = Rates([0.1, 0.2], 100, ReduceOnPlateau(patience=2, drop=0.5, minimum=0.3))
    for epoch in range(12):
        rates.observe({"validation_loss": np.array([1.0, -float(epoch)])})
    assert rates.drop.tolist() == [0.3, 1.0]
    assert rates.of_epoch(1, 2)[0].ravel().tolist() == pytest.approx([0.03, 0.2])


def test_rates_of_one_model_are_plain_floats() -> None:
    assert Rates([0.1], 10).of_epoch(1, 3) == [0.1, 0.1, 0.1]
