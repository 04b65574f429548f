import numpy as np
import pytest

from npnet.data.checks.levels import Levels, repeated_rows, same_columns
from tests.data.frames import category, dates, number

random = np.random.default_rng(0)
X = random.normal(size=50)
CODES = random.integers(0, 4, 50)


def same(*columns):
    return same_columns([Levels.of(column) for column in columns])


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        (number(*X), number(*X, name="z"), "the same values"),
        (number(*X, np.nan), number(*X, np.nan, name="z"), "the same values"),
        (number(*X, 0.0), number(*X, -0.0, name="z"), "the same values"),
        (number(*X), number(*X * 2.54, name="z"), "the same order"),
        (number(*CODES), number(*CODES * 10, name="z"), "the same order"),
        (number(*CODES), number(*5 - CODES, name="z"), "the same groups"),
        (number(*CODES), category(*np.array(list("dbac"))[CODES], name="z"), "the same groups"),
        (
            category(*np.array(list("dbac"))[CODES]),
            category(*np.array(list("wxyz"))[CODES], name="z"),
            "the same groups",
        ),
        (category(*"dbac" * 5), category(*("dbac" * 5), name="z"), "the same values"),
    ],
)
def test_columns_that_say_the_same_are_found(one, other, how):
    assert same(one, other) == [("z", one.name, how)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (number(*X), number(*X[::-1], name="z")),
        (number(*X), number(*-X, name="z")),
        (number(*X, np.nan), number(*X, 1.0, name="z")),
        (number(*CODES), number(*CODES // 2, name="z")),
        (number(*[1] * 50), number(*[1] * 50, name="z")),
        (number(1, 2, 3), number(1, 2, 3, name="z")),
        (category(*(f"a{i}" for i in range(50))), category(*(f"b{i}" for i in range(50)), name="z")),
        (
            number(*range(0, 864000, 86400)),
            dates(*(f"1970-01-{d:02}" for d in range(1, 11)), name="z").take(np.arange(10)[::-1]),
        ),
    ],
)
def test_columns_that_differ_are_not(one, other):
    assert same(one, other) == []


def test_the_first_of_several_is_named():
    columns = [number(*X, name=name) for name in "abc"]
    assert same(*columns) == [("b", "a", "the same values"), ("c", "a", "the same values")]


def test_repeated_rows_are_those_equal_in_every_column():
    columns = [number(1, 1, 2, np.nan, np.nan, 1), category("a", "b", "a", None, None, "a")]
    assert repeated_rows([Levels.of(column) for column in columns]) == 2
    assert repeated_rows([Levels.of(columns[0])]) == 3
    assert repeated_rows([]) == 0


def test_columns_in_exchanged_places_are_no_repeated_rows():
    a, b = np.divmod(np.arange(10_000), 100)
    assert repeated_rows([Levels.of(number(*a)), Levels.of(number(*b))]) == 0
