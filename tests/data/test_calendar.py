import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npnet.data.preprocessing.steps import DATE_PARTS, date_part, on_circle

EPOCH = datetime.datetime(1970, 1, 1)


@settings(deadline=None)
@given(st.datetimes().map(lambda moment: moment.replace(microsecond=0)))
def test_the_parts_of_a_date_are_those_of_the_calendar(moment):
    seconds = np.array([(moment - EPOCH).total_seconds()])
    found = {name: date_part(seconds, name)[0] for name in DATE_PARTS}
    assert int(found["year"]) == moment.year
    assert found["month"] == moment.month
    assert found["day"] == moment.day
    assert found["weekday"] == moment.weekday()
    assert found["hour"] == pytest.approx(moment.hour + moment.minute / 60 + moment.second / 3600, abs=1e-9)


@pytest.mark.parametrize(
    ("date", "year"), [("2023-01-01", 2023), ("2024-07-02", 2024.5), ("2024-12-31T23:59:59", 2024.99999997)]
)
def test_a_year_has_its_fraction(date, year):
    assert date_part(np.array([float(np.datetime64(date, "s").astype(int))]), "year")[0] == pytest.approx(
        year, abs=1e-8
    )


def test_what_is_missing_stays_missing_and_stands_at_the_middle_of_its_circle():
    values = date_part(np.array([np.nan, 0.0]), "month")
    np.testing.assert_array_equal(values, [np.nan, 1])
    np.testing.assert_array_equal(on_circle(values, "month")[0], [0, 0])


def test_december_is_as_near_to_january_as_february_is():
    january, february, december = on_circle(np.array([1.0, 2.0, 12.0]), "month")
    assert np.linalg.norm(january - december) == pytest.approx(np.linalg.norm(january - february))
