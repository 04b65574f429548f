"""Predictions come back as they were; no text in them is a formula."""

import csv
import io
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from npnet.rundir.table import csv_rows, line, mixed_line, parse_mixed, parse_numbers, parse_predictions


def cells(columns) -> list[list[str]]:
    return list(csv.reader(io.StringIO(csv_rows(columns).decode(), newline="")))


def test_a_table_of_classes_is_written_by_rows():
    columns = {"row": np.array([7, 9]), "target": ["yes", "no"], "prediction": ["yes", "yes"]}
    columns |= {"probability_no": np.array([0.1, 0.75]), "probability_yes": np.array([0.9, 0.25])}
    assert csv_rows(columns) == (
        b"row,target,prediction,probability_no,probability_yes\n7,yes,yes,0.1,0.9\n9,no,yes,0.75,0.25\n"
    )


def test_classes_are_read_as_text_also_when_they_look_like_numbers():
    columns = {"row": [1, 2], "target": ["0", "1"], "prediction": ["1", "1"], "probability_0": [0.5, 0.5]}
    read = parse_predictions(csv_rows(columns))
    assert read["target"].tolist() == ["0", "1"]
    assert read["row"].dtype == np.int64


def test_values_of_a_regression_are_read_as_numbers():
    read = parse_predictions(csv_rows({"row": [1, 2], "target": [0.5, -1.5], "prediction": [math.nan, 2.0]}))
    assert read["target"].tolist() == [0.5, -1.5]
    np.testing.assert_array_equal(read["prediction"], [math.nan, 2])


def test_no_predictions_are_columns_of_length_zero():
    read = parse_predictions(csv_rows({"row": [], "target": [], "probability_a": []}))
    assert {name: len(column) for name, column in read.items()} == {"row": 0, "target": 0, "probability_a": 0}
    assert parse_predictions(b"") == {}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=cmd()", "'=cmd()"),
        ("+1+1", "'+1+1"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("'=1", "''=1"),
        ("-1", "-1"),
        ("+1.5e-3", "+1.5e-3"),
        ("it's", "it's"),
        ("a=b", "a=b"),
    ],
)
def test_text_that_begins_like_a_formula_gets_a_quote_and_numbers_do_not(text, written):
    names, row = cells({"row": [1], "target": [text], f"{text} ": [0.5], "probability_x": [-0.5]})
    assert row == ["1", written, "0.5", "-0.5"]
    assert names[2] in (f"{text} ", f"'{text} ")
    assert names[2][0] not in "=+-@"


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(TEXTS | st.sampled_from("=+-@'"), st.floats(allow_nan=False)), max_size=5))
@example([("a\0", 0.1), ("'=", 0.1), ("=", -0.0), ("a,b\n\r\"'", 5e-324), ("", 1e308)])
def test_any_text_and_any_number_come_back(rows):
    texts, numbers = [text for text, _ in rows], [number for _, number in rows]
    columns = {"row": list(range(len(rows))), "target": texts, "probability_=": np.array(numbers, np.float64)}
    data = csv_rows(columns)
    read = parse_predictions(data)
    assert read["target"].tolist() == texts
    assert read["probability_="].tobytes() == np.array(numbers, np.float64).tobytes()
    assert not any(cell.startswith(("=", "@")) for _, cell, _ in cells(columns)[1:])


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(allow_nan=True), min_size=1, max_size=5))
def test_numbers_of_a_history_come_back_bit_for_bit(values):
    read = parse_numbers(b"a\n" + b"".join(line([value]) for value in values))
    np.testing.assert_array_equal(read["a"], values)


def test_a_table_of_numbers_and_texts_is_read_as_it_was_written() -> None:
    row = [1, 0.1, float("nan"), None, True, "=1+1", 'a,"b"\n', {"adamw": 0.1}]
    data = mixed_line([f"-c{place}" for place in range(len(row))]) + mixed_line(row)
    texts = [some[0] for some in parse_mixed(data).values()]
    assert texts == ["1", "0.1", "", "", "true", "=1+1", 'a,"b"\n', '{"adamw": 0.1}']
    assert next(iter(parse_mixed(data))) == "-c0"
    for broken in (b"a,b\n1\n", b"a,a\n1,2\n", b'a\n"\n'):
        with pytest.raises(ValueError, match=r"table|cell"):
            parse_mixed(broken)
