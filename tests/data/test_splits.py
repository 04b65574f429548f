import hashlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from npnet.data import Split, datasets
from npnet.data.datasets import classification, regression
from npnet.data.split import apportion, divided

SHARES = st.sampled_from([0.0, 0.01, 0.1, 0.15, 0.2, 0.25, 1 / 3, 0.45])


def classes_of(*sizes):
    y = np.repeat(np.arange(len(sizes)), sizes)
    return classification(np.zeros((len(y), 1)), y, ("x1",), "y", tuple(str(code) for code in range(len(sizes))))


def sizes_of(parts):
    return {name: len(rows) for name, rows in parts.items()}


def half_up(rows, share):
    return int(rows * Fraction(repr(share)) + Fraction(1, 2))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=8), SHARES, SHARES, st.integers(0, 2**63))
def test_every_row_is_in_one_part_and_the_shares_are_right(sizes, test, validation, seed):
    dataset = classes_of(*sizes)
    parts = divided(dataset, Split(test=test, validation=validation), seed)
    assert sorted(np.concatenate(list(parts.values()))) == list(range(sum(sizes)))
    for name, share in (("test", test), ("validation", validation)):
        rows = parts.get(name, np.array([], int))
        assert (np.diff(rows) > 0).all()
        assert len(rows) <= half_up(sum(sizes), share)
        if min(sizes) * (1 - test - validation) >= 3:  # every class has rows to spare
            assert len(rows) == half_up(sum(sizes), share)
            for size, count in zip(sizes, np.bincount(dataset.y[rows], minlength=len(sizes)), strict=True):
                assert abs(count - size * share) < 1
    assert set(dataset.y[parts["train"]]) == set(dataset.y)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((1,), {"train": 1}),
        ((2,), {"train": 2}),
        ((3,), {"train": 1, "validation": 1, "test": 1}),
        ((5,), {"train": 3, "validation": 1, "test": 1}),
        ((1, 1, 1, 1, 1), {"train": 5}),
        ((96, 1, 1, 1, 1), {"train": 60, "validation": 20, "test": 20}),
        ((500, 500), {"train": 600, "validation": 200, "test": 200}),
    ],
)
def test_few_rows_go_to_train_first(sizes, expected):
    assert sizes_of(divided(classes_of(*sizes), Split(), 0)) == expected


@pytest.mark.parametrize("part", ["test", "validation"])
def test_a_share_of_zero_leaves_a_part_out(part):
    assert part not in divided(classes_of(50, 50), Split(**{part: 0}), 0)


def test_a_regression_is_split_without_regard_to_its_target():
    dataset = regression(np.zeros((101, 2)), np.arange(101.0), ("x1", "x2"), ("y",))
    assert sizes_of(divided(dataset, Split(test=0.3, validation=0.1), 1)) == {"train": 61, "validation": 10, "test": 30}


def test_classes_of_equal_fractions_do_not_all_miss_the_same_parts():
    parts = divided(classes_of(*[4] * 10), Split(), 0)
    dataset = classes_of(*[4] * 10)
    missing = [set(range(10)) - set(dataset.y[parts[name]]) for name in ("validation", "test")]
    assert not missing[0] & missing[1]


def test_the_same_seed_splits_alike_and_another_does_not():
    dataset = classes_of(300, 200)
    first, again, other = (divided(dataset, Split(), seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first["test"], again["test"])
    assert set(first["test"]) != set(other["test"])


@pytest.mark.parametrize(
    ("name", "seed", "expected"),
    [
        ("iris", 0, "260bc6881fff184a28b4ba048076aa46edb07908999ff97e1553bd507e9249b6"),
        ("digits", 12345, "6563b80a5ee80c565d0ac0eb05179c58173560b8dcf0d635f9514fb6678b33c4"),
        ("diabetes", 2**40, "a286574de844696290cabe8e270d4da0a28f8dcd1b3fb461373e82bb97787880"),
    ],
)
def test_a_split_is_the_same_on_every_machine_and_in_every_version(name, seed, expected):
    parts = divided(datasets[name]().load(Path(), 0), Split(), seed)
    digest = hashlib.sha256()
    for part in ("train", "validation", "test"):
        digest.update(np.ascontiguousarray(parts[part], "<i8").tobytes())
    assert digest.hexdigest() == expected


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.9, 0.2), (0.7, 0.3), (0.1, 0.9)])
def test_shares_that_leave_nothing_to_train_on_are_refused(shares):
    with pytest.raises(ValidationError, match="leave no rows to train on"):
        Split(test=shares[0], validation=shares[1])


@pytest.mark.parametrize("share", [-0.1, 1.0, 1.5, float("nan"), float("inf"), "0.2", True, None])
def test_a_share_is_a_number_from_0_to_below_1(share):
    with pytest.raises(ValidationError):
        Split(test=share)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=8),
    st.fractions(0, Fraction(99, 100)),
)
def test_apportioned_counts_add_up_wherever_there_is_room(pairs, share):
    sizes, room = [size for size, _ in pairs], [free for _, free in pairs]
    counts = apportion(sizes, share, room)
    assert all(0 <= count <= free for count, free in zip(counts, room, strict=True))
    assert sum(counts) == min(int(sum(sizes) * share + Fraction(1, 2)), sum(room))
