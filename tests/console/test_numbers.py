"""Numbers as people read them."""

import math

import pytest

from npnet.cli.console.plain import short
from npnet.text import duration


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.99979, "0.9998"),
        (1.0, "1.0000"),
        (2.302585, "2.3026"),
        (53.1289, "53.13"),
        (1234.56, "1235"),
        (123456.0, "1.23e+05"),
        (0.0000123, "1.23e-05"),
        (0.00012, "0.00012"),
        (-0.5, "-0.5000"),
        (0.0, "0"),
        (math.inf, "inf"),
        (math.nan, "-"),
        (None, "-"),
    ],
)
def test_scores_have_four_digits(value: float | None, text: str) -> None:
    assert short(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (0.34, "0.3 s"), (12.4, "12 s"), (59.9, "60 s"), (125, "2:05"), (3725, "1:02:05")],
)
def test_spans_are_shown_as_a_clock_would(seconds: float, text: str) -> None:
    assert duration(seconds) == text
