import hashlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from npnet.data import Split
from npnet.data.datasets.roles import group_codes, row_times
from npnet.data.split import by_file, by_group, by_time, half_up
from npnet.errors import DataError
from tests.data.frames import category, dates, number

SHARES = st.sampled_from([0.0, 0.1, 0.2, 1 / 3, 0.45])


def check(parts, rows):
    assert sorted(np.concatenate(list(parts.values()))) == list(range(rows))
    assert all((np.diff(part) > 0).all() for part in parts.values())


@example([23, 1, 12, 24, 24, 24], 0.45, 0.45, 0)
@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(1, 30), min_size=3, max_size=40), SHARES, SHARES, st.integers(0, 2**63))
def test_no_group_is_in_two_parts_and_every_part_has_one(sizes, test, validation, seed):
    groups = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    parts = by_group(groups, Split(test=test, validation=validation), seed)
    check(parts, len(groups))
    assert set(parts) == {"train", *(["test"] if test else []), *(["validation"] if validation else [])}
    assert sum(len(set(groups[part])) for part in parts.values()) == len(sizes)
    missed = 0  # by as much the next part may miss its share more: one group at least is left to train on
    for name, share in (("test", test), ("validation", validation)):
        if share:
            off = abs(len(parts[name]) - half_up(len(groups), share))
            assert off <= max(sizes) + missed
            missed = off


def test_the_shares_of_many_groups_are_met():
    groups = np.repeat(np.arange(500), np.random.default_rng(1).integers(1, 40, 500))
    parts = by_group(groups, Split(), 0)
    for name in ("test", "validation"):
        assert len(parts[name]) == half_up(len(groups), 0.2)


def test_another_seed_takes_other_groups():
    groups = np.repeat(np.arange(50), 4)
    first, again, other = (by_group(groups, Split(), seed)["test"] for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)


@pytest.mark.parametrize("groups", [[0, 0, 0], [0, 1, 1]])
def test_too_few_groups_are_refused(groups):
    with pytest.raises(DataError, match=r"too few for 3 parts"):
        by_group(np.array(groups), Split(), 0)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(0, 15), min_size=3, max_size=60), SHARES, SHARES)
def test_later_parts_hold_later_rows_and_rows_of_one_time_stay_together(values, test, validation):
    wanted = ["train", *(["validation"] if validation else []), *(["test"] if test else [])]
    values = np.array(values, float)
    if len(np.unique(values)) < len(wanted):
        with pytest.raises(DataError, match="too few"):
            by_time(values, Split(test=test, validation=validation))
        return
    parts = by_time(values, Split(test=test, validation=validation))
    check(parts, len(values))
    assert list(parts) == wanted
    for earlier, later in pairwise(wanted):
        assert values[parts[earlier]].max() < values[parts[later]].min()


def test_the_latest_rows_test():
    parts = by_time(np.arange(100.0)[::-1], Split(test=0.1, validation=0.2))
    assert {name: (part[0], part[-1]) for name, part in parts.items()} == {
        "test": (0, 9),
        "validation": (10, 29),
        "train": (30, 99),
    }


def test_given_parts_are_the_rows_of_their_files():
    parts = by_file({"train": 3, "test": 2})
    assert {name: part.tolist() for name, part in parts.items()} == {"train": [0, 1, 2], "test": [3, 4]}


def test_groups_and_times_come_from_columns():
    rows = np.arange(1, 4)
    np.testing.assert_array_equal(group_codes(category("b", "a", "b"), rows), [0, 1, 0])
    np.testing.assert_array_equal(group_codes(number(5, 3, 5), rows), [1, 0, 1])
    np.testing.assert_array_equal(row_times(dates("1970-01-02", "1970-01-01"), rows), [86400, 0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rows: group_codes(category("a", None, None), rows), 'row 2: the group column "c" is empty, and in 1'),
        (lambda rows: row_times(number(1, 2, np.nan), rows), 'row 3: the time column "x" is empty'),
        (lambda rows: row_times(category("a", "b", "c"), rows), 'the time column "c" is text'),
    ],
)
def test_every_row_needs_a_group_and_a_time(call, message):
    with pytest.raises(DataError, match=message):
        call(np.arange(1, 4))


def test_parts_by_group_are_the_same_on_every_machine_and_in_every_version():
    parts = by_group(np.arange(1000) // 7, Split(), 12345)
    digest = hashlib.sha256()
    for name in ("train", "validation", "test"):
        digest.update(np.ascontiguousarray(parts[name], "<i8").tobytes())
    assert digest.hexdigest() == "3702eb2c9821c4d265867f766f09ea7de97d8ab1321e563a01fffa38a176be72"
