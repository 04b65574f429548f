import numpy as np
import pytest

from npnet.data.columns import looks_like_identifier
from tests.data.frames import category, dates, number

SHUFFLED = np.random.default_rng(0).permutation(30)


@pytest.mark.parametrize(
    ("column", "why"),
    [
        (number(*range(1, 31)), "rise"),
        (number(*np.arange(30) ** 2), "rise"),
        (number(*SHUFFLED), "from 0 to 29"),
        (number(*SHUFFLED**2, name="rownames"), "name"),
        (number(*SHUFFLED**2, name="customerId"), "name"),
        (number(*SHUFFLED**2, name="order_id"), "name"),
        (category(*(f"Mr {i}" for i in range(30))), "text of its own"),
        (category(*(f"Mr {max(i, 1)}" for i in range(30))), "text of its own"),
    ],
)
def test_an_identifier_is_told_by_its_values(column, why):
    assert why in looks_like_identifier(column)


@pytest.mark.parametrize(
    "column",
    [
        number(*range(10)),
        number(*SHUFFLED**2, name="paid"),
        number(*SHUFFLED / 7),
        number(*range(15), *range(15)),
        number(*range(29), np.nan),
        number(*SHUFFLED // 2, name="id"),
        category(*(f"town {i % 15}" for i in range(30))),
        dates(*(f"2024-01-{day:02}" for day in range(1, 31))),
    ],
)
def test_what_describes_rows_is_no_identifier(column):
    assert looks_like_identifier(column) is None
