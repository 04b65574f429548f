"""The hot loop allocates nothing that grows with batch, width or number of models."""

import tracemalloc
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from npnet.engine.augmentation import Augmentation, AugmentedRows
from npnet.engine.batches import Batch, Batches, Samples
from npnet.engine.gradients import Gradients
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.engine.updates import Constraints, Updates
from npnet.nn.augmentation import Augment
from npnet.nn.dropout import Dropout
from npnet.nn.layer import layers
from npnet.nn.linear import Linear
from npnet.nn.losses import losses
from npnet.nn.optimizers import optimizers
from npnet.nn.shape import Shape
from tests.nn.builders import chain_of, has_positions, move, targets_of

SMALL = 256 * 1024
LIMITS = Constraints(l1=0.001, l2=0.001, clip_norm=1.0, max_norm=3.0)


def _step(name: str, rows: int, loss_name: str = "mean_squared_error", optimizer: str = "adamw") -> Callable[[], None]:
    rng = np.random.default_rng(0)
    loss = losses[loss_name]()
    chain = chain_of(name, outputs=targets_of(loss, 1, rng)[1])
    stack = Network([(*chain[:-1], Dropout(rate=0.1), chain[-1])], 4)
    t, _ = targets_of(loss, rows, rng)
    updates = Updates(stack, optimizers[optimizer](), LIMITS)
    batch = Batch(Samples.of(rng.standard_normal((rows, 4)), t, rng.random((rows, 1))), slice(None))
    one = Pass(stack, batch, loss, training=True)
    stack.start_epoch(1)

    def step() -> None:
        one.take(batch)
        one.train()
        move(updates, 0.01)

    return step


def _accumulated(rows: int) -> Callable[[], None]:
    rng = np.random.default_rng(0)
    stack = Network([(Linear(units=16), Dropout(rate=0.1), Linear(units=2))], 4)
    several = Batches(Samples.of(rng.standard_normal((rows, 4)), rng.random((rows, 2))), rows // 8, 0, accumulate=8)
    gradients = Gradients(stack, losses["mean_squared_error"](), several)
    stack.start_epoch(1)
    (batch,) = next(several.epoch(1))
    return lambda: gradients.compute(batch)


def _peak(step: Callable[[], None]) -> tuple[int, int]:
    """Bytes retained and bytes at the peak of a few steps, after a first one."""
    step()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for _ in range(3):
            step()
        after, peak = tracemalloc.get_traced_memory()
        return after - before, peak - before
    finally:
        tracemalloc.stop()


# Layers whose steps are made like those of others here.
SIBLINGS = {"rnn", "gru", "conv1d", "average_pool", "upsample", "positional", "unembedding", "flatten"}
CASES = (
    [
        pytest.param(name, "mean_squared_error", "adamw", marks=pytest.mark.long if name in SIBLINGS else ())
        for name in layers
    ]
    + [("tanh", name, "adamw") for name in losses]
    + [("tanh", "mean_squared_error", name) for name in optimizers if not optimizers[name].searches]
)


@pytest.mark.parametrize(("layer", "loss", "optimizer"), CASES)
def test_a_step_retains_nothing_and_its_peak_does_not_grow(layer: str, loss: str, optimizer: str) -> None:
    many = 16384 if has_positions(layer) else 32768
    _check_peaks(_peak(_step(layer, rows, loss, optimizer)) for rows in (8192, many))


def test_an_accumulated_step_retains_nothing_and_its_peak_does_not_grow() -> None:
    _check_peaks(_peak(_accumulated(rows)) for rows in (65536, 131072))


def test_augmenting_a_block_retains_nothing_and_its_peak_does_not_grow() -> None:
    _check_peaks(_peak(_augmented(rows)) for rows in (8192, 32768))


def _augmented(rows: int) -> Callable[[], None]:
    by = Augmentation(Augment(flip="both", shift=1, rotate=5.0, noise=0.1, cutout=2), Shape(2, (4, 4)), 0)
    block, draws = AugmentedRows(by, np.ones((rows, 33), np.float32), rows // 4), by.draws(1, rows)
    block.source[...] = 1.0
    return lambda: block.augment(draws, 0)


def _check_peaks(found: Iterable[tuple[int, int]]) -> None:
    retained, peak = zip(*found, strict=True)
    assert max(peak) < SMALL
    assert abs(peak[1] - peak[0]) < 2048, peak
    assert max(retained) < 2048, retained
