"""Batches: every row once an epoch, in an order that depends on the seed and the epoch alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npnet.engine.batches import Batches, Samples


def _numbered(rows: int) -> Samples:
    numbers = np.arange(rows, dtype=float)[:, np.newaxis]
    return Samples.of(numbers, 10 * numbers, np.ones((rows, 1)), np.float64)


def _epoch(batches: Batches, epoch: int) -> list[np.ndarray]:
    return [batch.t[0, 0].copy() / 10 for block in batches.epoch(epoch) for batch in block]


@settings(deadline=None, max_examples=60)
@given(rows=st.integers(1, 300), size=st.integers(1, 400), block=st.integers(1, 4000))
def test_an_epoch_has_every_row_once_in_batches_of_the_size(rows: int, size: int, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npnet.engine.batches.BLOCK_BYTES", block)
        batches = Batches(_numbered(rows), size, seed=1)
    sizes = [len(batch) for batch in _epoch(batches, 1)]
    assert sorted(np.concatenate(_epoch(batches, 1))) == list(range(rows))
    assert len(sizes) == batches.count
    assert all(n == min(size, rows) for n in sizes[:-1])
    assert set(sizes) <= set(batches.shapes)


@settings(deadline=None, max_examples=60)
@given(rows=st.integers(1, 60), size=st.integers(1, 70), block=st.integers(1, 3000), start=st.integers(0, 60))
def test_an_epoch_started_at_any_batch_has_the_same_batches(rows: int, size: int, block: int, start: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npnet.engine.batches.BLOCK_BYTES", block)
        batches = Batches(_numbered(rows), size, seed=1)
    whole = _epoch(batches, 2)
    rest = [batch.t[0, 0].copy() / 10 for some in batches.epoch(2, min(start, batches.count)) for batch in some]
    assert [one.tolist() for one in rest] == [one.tolist() for one in whole[start:]]


def test_inputs_targets_and_weights_stay_together_with_their_ones() -> None:
    batches = Batches(_numbered(50), 8, seed=1)
    for block in batches.epoch(3):
        for batch in block:
            assert batch.x.shape == (1, 2, batch.size)
            assert np.array_equal(10 * batch.x[:, 0], batch.t[:, 0])
            assert (batch.x[:, 1] == 1).all()
            assert (batch.w == 1).all()


def test_an_epoch_has_the_same_order_each_time_and_differs_from_others() -> None:
    first, again = (Batches(_numbered(100), 7, seed=5) for _ in range(2))
    _epoch(first, 1)
    assert np.array_equal(np.concatenate(_epoch(first, 2)), np.concatenate(_epoch(again, 2)))
    assert not np.array_equal(np.concatenate(_epoch(first, 2)), np.concatenate(_epoch(first, 3)))
    other = Batches(_numbered(100), 7, seed=6)
    assert not np.array_equal(np.concatenate(_epoch(first, 2)), np.concatenate(_epoch(other, 2)))


def test_a_full_batch_is_neither_shuffled_nor_copied() -> None:
    rows = _numbered(20)
    batches = Batches(rows, None, seed=1)
    [[batch]] = list(batches.epoch(1))
    assert [*batches.epoch(1, 1)] == [[]]
    assert np.shares_memory(batch.x, rows.x)
    assert np.array_equal(batch.t[0, 0], rows.t[:, 0])


def test_weights_get_mean_one() -> None:
    rows = Samples.of(np.zeros((4, 1)), np.zeros((4, 1)), np.array([[1.0], [2], [3], [10]]), np.float64)
    assert rows.w.mean() == 1.0


def test_the_order_of_samples_is_the_same_on_every_machine() -> None:
    order = np.concatenate(_epoch(Batches(_numbered(12), 5, seed=0), 1)).astype(int).tolist()
    assert order == [8, 3, 7, 11, 5, 9, 2, 4, 0, 10, 6, 1]
