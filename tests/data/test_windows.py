"""Windows of tables: which rows they have, and what is refused."""

import numpy as np
import pytest

from npnet.data.windows.cutting import NEXT, Ordered, refuse_no_window
from npnet.errors import DataError


def by_hand(times: list[int], groups: list[int], window: int, horizon: int, stride: int) -> list[tuple[list[int], int]]:
    """Cut windows one by one: each series sorted, then every slice of it."""
    found = []
    for group in sorted(set(groups)):
        series = sorted((n for n in range(len(times)) if groups[n] == group), key=lambda n: (times[n], n))
        for start in range(0, len(series), stride):
            ahead = start + window - 1 + horizon
            if ahead < len(series):
                found.append((series[start : start + window], series[ahead]))
    return found


@pytest.mark.parametrize(("window", "horizon", "stride"), [(1, 1, 1), (3, 1, 1), (3, 2, 1), (4, 1, 3), (2, 5, 2)])
def test_windows_are_those_cut_by_hand(window: int, horizon: int, stride: int) -> None:
    random = np.random.default_rng(window)
    times, groups = random.integers(0, 12, 60), random.integers(0, 4, 60)
    found = Ordered.of(60, [times.astype(float)], groups).windows(window, horizon, stride)
    expected = by_hand(times.tolist(), groups.tolist(), window, horizon, stride)
    assert [(rows.tolist(), ahead) for rows, ahead in zip(found.rows, found.ahead.tolist(), strict=True)] == expected


def test_the_newest_windows_have_no_row_to_predict_yet() -> None:
    found = Ordered.of(6).windows(3, 2, newest=True)
    assert found.last.tolist() == [2, 3, 4, 5]
    assert found.ahead.tolist() == [4, 5, NEXT, NEXT]


def test_several_times_order_rows_one_after_the_other() -> None:
    day, hour = np.array([2.0, 1.0, 2.0, 1.0]), np.array([0.0, 5.0, 1.0, 3.0])
    assert Ordered.of(4, [day, hour]).order.tolist() == [3, 1, 0, 2]


def test_tables_that_are_too_short_are_refused_with_figures() -> None:
    with pytest.raises(
        DataError, match=r"sales.csv has 20 rows; a window of 24 rows and the target 1 row later need 25"
    ):
        refuse_no_window(Ordered.of(20), 24, 1, "sales.csv")
    groups = np.repeat([0, 1, 2], [5, 9, 3])
    ordered = Ordered.of(17, [np.arange(17.0)], groups)
    with pytest.raises(DataError, match="the longest of 3 series has 9 rows; a window of 9 rows") as caught:
        refuse_no_window(ordered, 9, 1, "sales.csv")
    assert caught.value.hint == "write window: 8, or a smaller one"
    (note,) = refuse_no_window(ordered, 4, 1, "sales.csv")
    assert note == "1 of 3 series has too few rows for a window and its target, 5: they are left out"
