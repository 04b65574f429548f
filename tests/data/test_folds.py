import hashlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from npnet.data.split.folds import Folds, folds_by_class, folds_by_group, folds_by_time, stratified
from npnet.errors import DataError

SHARES = st.sampled_from([0.0, 0.1, 0.2, 1 / 3])


def check(folds):
    """Equally many rows in each fold, sorted, none in two parts."""
    assert len({(len(fold.train), len(fold.validation)) for fold in folds}) == 1
    assert len(folds[0].train) > 0
    for fold in folds:
        assert all((np.diff(part) > 0).all() for part in fold)
        rows = np.concatenate(fold)
        assert len(set(rows)) == len(rows)


def check_held_once(folds, rows, count):
    for start in range(0, len(folds), count):
        assert sorted(np.concatenate([fold.held for fold in folds[start : start + count]])) == list(range(rows))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=5), st.integers(2, 6), SHARES, st.integers(0, 2**63))
def test_folds_by_class_keep_the_shares_of_the_classes(sizes, count, share, seed):
    codes = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    if len(codes) < count:
        return
    folds = folds_by_class(codes, Folds(folds=count, repeats=2, validation=share), seed)
    check(folds)
    check_held_once(folds, len(codes), count)
    for fold in folds:
        assert abs(len(fold.held) - len(codes) / count) < 1
        left_out = len(codes) - sum(map(len, fold))
        assert left_out <= 2
        for size, held, train in zip(
            sizes, *(np.bincount(codes[part], minlength=len(sizes)) for part in (fold.held, fold.train)), strict=True
        ):
            assert abs(held - size / count) < 1
            assert abs(train - size * len(fold.train) / len(codes)) < 3


def test_no_row_is_left_out_where_the_rows_divide_evenly():
    for fold in folds_by_class(np.repeat([0, 1], 50), Folds(), 0):
        assert [len(part) for part in fold] == [64, 16, 20]
        assert [np.bincount((part >= 50).astype(int)).tolist() for part in fold] == [[32, 32], [8, 8], [10, 10]]


def test_repeats_divide_anew_and_the_same_seed_alike():
    codes = np.zeros(60, int)
    folds, again = (folds_by_class(codes, Folds(repeats=2), 3) for _ in range(2))
    for one, other in zip(folds, again, strict=True):
        for part, same in zip(one, other, strict=True):
            np.testing.assert_array_equal(part, same)
    assert set(folds[0].held) != set(folds[5].held)
    assert set(folds[0].held) != set(folds_by_class(codes, Folds(), 4)[0].held)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(1, 20), min_size=4, max_size=30), st.integers(2, 3), SHARES, st.integers(0, 2**63))
def test_folds_by_group_share_no_group(sizes, count, share, seed):
    groups = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    codes = np.arange(len(groups)) % 2
    try:
        folds = folds_by_group(codes, groups, Folds(folds=count, repeats=2, validation=share), seed)
    except DataError:  # too few
        reject()
    check(folds)
    check_held_once(folds, len(groups), count)
    for fold in folds:
        parts = [set(groups[part]) for part in fold]
        assert sum(map(len, parts)) == len(set.union(*parts))
        assert abs(len(fold.held) - len(groups) / count) <= max(sizes)


def test_repeats_of_folds_by_group_hold_other_groups():
    groups = np.repeat(np.arange(30), np.arange(30) % 7 + 1)
    folds = folds_by_group(np.zeros(len(groups), int), groups, Folds(repeats=2), 0)
    assert set(folds[0].held) != set(folds[5].held)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 40), min_size=4, max_size=80), st.integers(2, 5), SHARES)
def test_folds_by_time_train_on_what_came_before(values, count, share):
    times = np.array(values, float)
    try:
        folds = folds_by_time(times, Folds(folds=count, validation=share))
    except DataError:  # too few
        reject()
    check(folds)
    assert len(folds) == count
    for fold in folds:
        assert times[fold.train].max() < times[np.concatenate([fold.validation, fold.held])].min()
        if len(fold.validation):
            assert times[fold.validation].max() < times[fold.held].min()
    for fold, following in pairwise(folds):
        assert times[fold.held].max() < times[following.held].min()


def test_folds_by_time_are_a_window_of_half_of_the_rows():
    folds = folds_by_time(np.arange(100.0), Folds())
    assert [(fold.train[0], fold.train[-1]) for fold in folds] == [(0, 39), (10, 49), (20, 59), (30, 69), (40, 79)]
    assert [(fold.held[0], fold.held[-1]) for fold in folds] == [(50, 59), (60, 69), (70, 79), (80, 89), (90, 99)]
    assert {len(fold.validation) for fold in folds} == {10}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: folds_by_class(np.zeros(4, int), Folds(), 0), "4 rows are too few for 5 folds"),
        (lambda: folds_by_group(np.zeros(9, int), np.arange(9) // 3, Folds(), 0), "3 groups are too few for 5 folds"),
        (lambda: folds_by_group(np.zeros(6, int), np.arange(6) // 3, Folds(folds=2), 0), "1 group is too few"),
        (lambda: folds_by_time(np.zeros(9), Folds()), "are too few"),
        (lambda: folds_by_time(np.arange(9.0), Folds(repeats=2)), "the same in every repeat"),
    ],
)
def test_too_few_rows_for_the_folds_are_refused(make, message):
    with pytest.raises(DataError, match=message):
        make()


def test_folds_by_time_move_forward_where_the_later_half_is_of_one_time():
    check(folds_by_time(np.r_[np.arange(9.0), np.full(90, 9.0)], Folds()))


@pytest.mark.parametrize("options", [{"folds": 1}, {"repeats": 0}, {"validation": 1.0}, {"folds": 2.5}])
def test_folds_out_of_range_are_refused(options):
    with pytest.raises(ValidationError):
        Folds(**options)


def test_every_beginning_of_the_stratified_order_has_each_class_by_its_share():
    codes = np.repeat([0, 1, 2], [60, 30, 10])
    order = stratified(codes, np.arange(100, dtype=np.uint64))
    for rows in (10, 20, 50, 90):
        np.testing.assert_allclose(np.bincount(codes[order[:rows]]) / rows, [0.6, 0.3, 0.1], atol=0.1)


def test_folds_are_the_same_on_every_machine_and_in_every_version():
    folds = folds_by_class(np.arange(500) % 3, Folds(repeats=2), 7)
    digest = hashlib.sha256()
    for fold in folds:
        for part in fold:
            digest.update(np.ascontiguousarray(part, "<i8").tobytes())
    assert digest.hexdigest() == "147177d7d847b1225691590e50d020f377a6eb0469db57d6e74acdb9799b2986"
