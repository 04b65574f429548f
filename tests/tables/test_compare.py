"""What is right passes the comparison, and what is wrong in any way does not."""

import pytest

from tests.tables.case import Wrong, case, category, identifier, moment, number, ordered, truth
from tests.tables.compare import Understood, differences, message_differences

SMALL = case(
    "small.csv",
    "delimiter:comma",
    "price",
    4,
    {
        "id": identifier("a", "b", "c"),
        "day": moment("2024-01-02", "2024-01-03T10:00+00:00", None, gaps=1),
        "garden": truth(True, False, True),
        "size": ordered("<5", "5-9", "<5", order=("<5", "5-9")),
        "rate": (number(3.5, 2, 1, rows={3: None}, gaps=1), number(0.035, 0.02, 0.01, rows={3: None}, gaps=1)),
        "price": (number(10, 20, 30), category("10", "20", "30")),
    },
)
RIGHT: dict[str | int, Understood] = {
    "day": Understood("datetime", ["2024-01-02T00:00:00", "2024-01-03T12:00:00+02:00", None, "2024-05-06"]),
    "garden": Understood("truth", [1, 0, 1.0, True]),
    "size": Understood("ordered", ["<5 ", "5-9", "<5", "5-9"], ("<5", "5-9")),
    "rate": Understood("number", [0.035, 0.02, 0.01, float("nan")]),
    "#price": Understood("category", ["10", "20", "30", "40"]),
}


def test_a_right_reading_passes() -> None:
    assert differences(SMALL, RIGHT) == []


@pytest.mark.parametrize(
    ("name", "column", "wrong"),
    [
        ("more", Understood("number", [1, 2, 3, 4]), "'more' is no column of the file"),
        ("id", Understood("category", ["a", "b", "c", "d"]), "'id': read as category, not as identifier"),
        (
            "day",
            Understood("datetime", ["2024-02-01", None, None, None]),
            "'day': row 0 is '2024-02-01', not '2024-01-02'",
        ),
        ("garden", Understood("truth", [1, 0, 1]), "'garden': 3 rows, not 4"),
        ("garden", Understood("identifier", [1, 0, 1, 1]), "'garden': left out, not read as truth"),
        ("size", Understood("ordered", ["<5", "5-9", "<5", None], ("<5", "5-9")), "'size': 1 gaps, not 0"),
        (
            "size",
            Understood("ordered", ["<5", "5-9", "<5", "<5"], ("5-9", "<5")),
            "'size': in the order ('5-9', '<5'), not",
        ),
        ("rate", Understood("number", [3.5, 2, 0.01, None]), "'rate': row 2 is 0.01, not 1 or row 0 is 3.5, not 0.035"),
    ],
)
def test_a_wrong_reading_does_not_pass(name: str, column: Understood, wrong: str) -> None:
    (found,) = differences(SMALL, {**RIGHT, name: column})
    assert found.startswith(wrong)


def test_a_message_must_hold_words_and_lines() -> None:
    wrong = Wrong(("day",), ('datetime: {day: "%d/%m/%Y"}', 'datetime: {day: "%m/%d/%Y"}'))
    assert message_differences(wrong, "Day: write datetime: {day: '%d/%m/%Y'} or datetime: { day: %m/%d/%Y }") == []
    assert message_differences(wrong, "which datetime: {day: '%d/%m/%Y'}") == ['datetime: {day: "%m/%d/%Y"}']
