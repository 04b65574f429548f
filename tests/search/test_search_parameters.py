"""Parameters: a value at every fraction, and never one outside the bounds."""

import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from npnet.search import Choice, Range
from npnet.search.space import as_json

SHARES = st.floats(0, 1)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3))
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=2), SCALARS, max_size=2)


@given(st.lists(VALUES, min_size=1, max_size=9, unique_by=as_json), SHARES)
def test_a_choice_gives_each_of_its_values_equally_often(values: list[object], share: float) -> None:
    choice = Choice(values=tuple(values))
    place = min(math.floor(share * len(values)), len(values) - 1)
    assert as_json(choice.at(share)) == as_json(values[place])


@given(FINITE, FINITE, SHARES)
@example(-1e308, 1.7e308, 0.0)
def test_a_uniform_range_gives_decimals_between_its_bounds(low: float, high: float, share: float) -> None:
    assume(low < high)
    value = Range(min=low, max=high).at(share)
    assert type(value) is float
    assert low <= value <= high


@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300), SHARES)
def test_a_logarithmic_range_gives_decimals_between_its_bounds(low: float, high: float, share: float) -> None:
    assume(low < high)
    value = Range(min=low, max=high, distribution="log_uniform").at(share)
    assert type(value) is float
    assert low <= value <= high


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**18), SHARES, st.booleans())
@example(5, 1, 0.0, True)
@example(2**53 + 1, 1, 0.0, False)
def test_a_range_of_whole_numbers_gives_them_between_its_bounds(low: int, more: int, share: float, log: bool) -> None:
    low = max(1, low) if log else low
    value = Range(min=low, max=low + more, distribution="int_log_uniform" if log else None).at(share)
    assert type(value) is int
    assert low <= value <= low + more


def test_whole_numbers_have_equal_shares_below_zero_too() -> None:
    found = [Range(min=-2, max=2).at((place + 0.5) / 10) for place in range(10)]
    assert found == [-2, -2, -1, -1, 0, 0, 1, 1, 2, 2]


def test_every_power_of_ten_has_the_same_share_of_a_logarithmic_range() -> None:
    some = Range(min=1e-4, max=1.0, distribution="log_uniform")
    assert [round(math.log10(some.at(place / 4)), 9) for place in range(5)] == [-4, -3, -2, -1, 0]


@pytest.mark.parametrize("distribution", ["uniform", "log_uniform"])
def test_a_distribution_of_decimals_makes_decimals_of_whole_bounds(distribution: str) -> None:
    assert type(Range(min=1, max=3, distribution=distribution).at(1.0)) is float


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ({"min": 2, "max": 2}, "2 is not below 2"),
        ({"min": 1.0, "max": math.inf}, "1.0 is not below inf"),
        ({"min": math.nan, "max": 1.0}, "nan is not below 1.0"),
        ({"min": 0, "max": 1, "distribution": "log_uniform"}, "needs a min above 0, it is 0"),
        ({"min": -1, "max": 1, "distribution": "int_log_uniform"}, "needs a min above 0, it is -1"),
        ({"min": 0.5, "max": 2, "distribution": "int_uniform"}, "needs whole bounds"),
    ],
)
def test_an_invalid_range_is_refused(bounds: dict, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Range(**bounds)


@pytest.mark.parametrize("values", [(1, 2, 1), (True, 0, True), ([1], [1]), ({"a": 1}, {"a": 1})])
def test_a_duplicate_value_is_refused(values: tuple) -> None:
    with pytest.raises(ValidationError, match="is given twice"):
        Choice(values=values)


def test_one_as_int_float_and_bool_is_three_values() -> None:
    assert len(Choice(values=(1, 1.0, True)).values) == 3
