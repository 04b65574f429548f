"""The text of a value is what a CSV file holds."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from npnet.data.readers.in_memory import text_of

TEXTS = [
    ("Rome ", "Rome "),
    (7, "7"),
    (np.int8(7), "7"),
    (2**60 + 1, "1152921504606846977"),
    (1.0, "1.0"),
    (np.float64(0.1), "0.1"),
    (Decimal("0.10"), "0.10"),
    (True, "True"),
    (np.False_, "False"),
    (date(2024, 3, 1), "2024-03-01"),
    (datetime(2024, 3, 1, 12, 30), "2024-03-01T12:30:00"),
    (pd.Timestamp("2024-03-01 12:30+02:00"), "2024-03-01T12:30:00+02:00"),
    (np.datetime64("2024-03-01T12"), "2024-03-01T12:00:00.000000"),
    (pd.Timedelta("1s"), "00:00:01"),
]


@pytest.mark.parametrize(("value", "text"), TEXTS)
def test_a_value_has_the_text_of_a_file(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize("value", [b"a", [1], {"a": 1}, 1j, pd.Period("2024"), object()])
def test_anything_else_is_no_cell(value: object) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        text_of(value)
