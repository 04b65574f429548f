import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from npnet.data.columns import Frame
from npnet.data.preprocessing import Preparation, PrepareSpec, encoders
from npnet.errors import DataError, RunError
from tests.data.frames import category, dates, frame, mixed, number

METHODS = ["standard", "robust", "min_max", "quantile", "none"]


def inputs_of(preparation, *args, **options):
    return preparation.with_ones(*args, **options)[:, :-1]


def fit(table, **options):
    return Preparation.fit(table, table, PrepareSpec(**options))


def test_inputs_stand_in_the_order_numbers_indicators_levels_codes_and_have_names():
    preparation = fit(mixed(), embed_above=20, rare=1)
    assert preparation.names == (
        *("income", "age", "since: year", "since: month", "since: day", "since: weekday", "since: hour"),
        "income is missing",
        *("records = yes", "home = own", "home = parents", "home = rent", "home is missing"),
        *(f"since: {wave} of {part}" for part in ("month", "weekday", "hour") for wave in ("sine", "cosine")),
        "town",
    )
    assert (preparation.numbers, preparation.embedded) == (7, (len(mixed().columns["town"].levels) + 1,))
    assert preparation.sources[-8:] == tuple((name,) for name in ("home", *["since"] * 6, "town"))
    assert inputs_of(preparation, mixed()).shape == (200, preparation.width)


def test_each_input_holds_what_its_name_says():
    table = mixed()
    preparation = fit(table, numbers="none", embed_above=20, rare=1)
    inputs = dict(zip(preparation.names, inputs_of(preparation, table, dtype=np.float64).T, strict=True))
    np.testing.assert_array_equal(inputs["age"], table.columns["age"].values)
    np.testing.assert_array_equal(inputs["income is missing"], table.columns["income"].missing)
    home = table.columns["home"]
    np.testing.assert_array_equal(inputs["home = rent"], home.values == home.levels.index("rent"))
    town = table.columns["town"]
    np.testing.assert_array_equal(inputs["town"], [sorted(town.levels).index(town.levels[c]) + 1 for c in town.values])


@pytest.mark.parametrize("method", METHODS)
def test_a_preparation_comes_back_from_its_text_bit_for_bit(method):
    table = mixed()
    preparation = fit(table, numbers=method)
    again = Preparation.parse(preparation.text())
    assert again == preparation
    assert again.text() == preparation.text()
    np.testing.assert_array_equal(inputs_of(again, table), inputs_of(preparation, table))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_row_is_prepared_alike_in_any_batch(method, dtype):
    table = mixed(40_000)
    preparation = fit(table, numbers=method)
    together = inputs_of(preparation, table, dtype=dtype)
    assert together.dtype == dtype
    for rows in ([0], [39_999], [17, 3], range(16_380, 16_390), range(1, 40_000, 3)):
        chosen = np.array(rows)
        np.testing.assert_array_equal(inputs_of(preparation, table.take(chosen), dtype=dtype), together[chosen])


def test_columns_are_found_by_name_and_others_do_not_matter():
    table = mixed()
    preparation = fit(table)
    shuffled = {name: table.columns[name] for name in sorted(table.columns, reverse=True)}
    other = Frame({"more": number(*range(200), name="more"), **shuffled}, table.rows)
    np.testing.assert_array_equal(inputs_of(preparation, other), inputs_of(preparation, table))


def test_levels_are_found_by_their_texts_not_by_their_codes():
    preparation = fit(frame(category(*"abcabcabc")))
    np.testing.assert_array_equal(
        inputs_of(preparation, frame(category("c", "a"))), inputs_of(preparation, frame(category("a", "c")))[::-1]
    )


def test_rows_outside_the_train_part_change_nothing_that_is_learned():
    table = mixed()
    train = np.arange(100)
    other = {name: replace(column, stored=column.values.copy()) for name, column in table.columns.items()}
    for column in other.values():
        column.values[100:] = column.values[100:][::-1]
    other["age"].values[150:] *= 1e6
    fits = [Preparation.fit(f.take(train), f, PrepareSpec()) for f in (table, Frame(other, table.rows))]
    assert fits[0].text() == fits[1].text()


def test_folds_have_the_same_inputs_whatever_their_train_parts_hold():
    table = mixed(60)
    fits = [Preparation.fit(table.take(np.arange(i, i + 12)), table, PrepareSpec()) for i in (0, 20, 40)]
    assert len({(f.names, f.sources, f.numbers, f.embedded) for f in fits}) == 1
    assert len({f.text() for f in fits}) == 3
    for preparation in fits:
        assert np.isfinite(inputs_of(preparation, table)).all()


def test_a_level_that_the_train_part_lacks_is_unknown_there():
    table = frame(category(*"aaabbbccc"))
    preparation = Preparation.fit(table.take(np.arange(6)), table, PrepareSpec())
    assert preparation.names == ("c = a", "c = b", "c = c")
    unknown = {}
    np.testing.assert_array_equal(inputs_of(preparation, table, unknown)[6:], 0)
    assert unknown == {"c": Counter(c=3)}


def test_what_training_never_saw_is_counted_by_column_and_text():
    preparation = fit(frame(category(*"aaabbbccc", name="job"), number(*range(9), name="age")))
    unknown = {"job": Counter(x=1)}
    inputs_of(
        preparation, frame(category("a", "x", "y", "x", name="job"), number(1, np.nan, 2, 3, name="age")), unknown
    )
    assert unknown == {"job": Counter(x=3, y=1), "age": Counter({"": 1})}


def test_what_can_teach_nothing_is_left_out_and_named():
    table = frame(
        number(*range(5), *range(5), name="kept"),
        number(*[7] * 10, name="constant"),
        number(*[np.nan] * 10, name="empty"),
        category(*["a"] * 10, name="same"),
        category(*[None] * 10, name="nothing"),
        category(*"abcdefghij", name="names"),
        dates(*["2024-01-01"] * 10, name="day"),
    )
    preparation = fit(table)
    assert preparation.names == ("kept",)
    assert preparation.warnings == (
        'columns "constant", "same", "day" are left out: each is the same in every row',
        'columns "empty", "nothing" are left out: each is empty in every row',
        'column "names" is left out: no value of it occurs 3 times',
    )


def test_a_constant_with_gaps_becomes_its_indicator():
    preparation = fit(frame(number(7, np.nan, 7), category("a", "a", None)))
    assert preparation.names == ("x is missing", "c is missing")
    np.testing.assert_array_equal(
        inputs_of(preparation, frame(number(7, np.nan), category(None, "a"))), [[0, 1], [1, 0]]
    )


def test_a_column_that_looks_like_an_identifier_is_kept_and_reported():
    preparation = fit(frame(number(*range(1, 31), name="row")))
    assert preparation.names == ("row",)
    assert preparation.warnings == ('column "row" looks like an identifier: its whole numbers rise from row to row',)


def test_a_table_of_nothing_to_learn_from_is_refused():
    with pytest.raises(DataError, match="no column left to learn from"):
        fit(frame(number(1, 1, 1)))


def test_gaps_are_refused_where_that_is_asked_for():
    table = frame(number(1, np.nan, np.nan, 2))
    with pytest.raises(DataError, match='row 2 and in 1 more: column "x" is empty'):
        fit(table, missing="error")
    preparation = Preparation.parse(fit(frame(number(1, 2, 3)), missing="error").text())
    with pytest.raises(DataError, match='row 2 and in 1 more: column "x" is empty'):
        inputs_of(preparation, table)


@pytest.mark.parametrize(
    ("table", "message", "hint"),
    [
        (frame(number(1, name="Age")), 'there is no column "age"', 'did you mean "Age"?'),
        (frame(category("1", name="age")), "is of kind category; the network learned it as number", ""),
        (frame(number(1, 1e300, name="age")), 'row 2: 1e+300 in column "age" is too large', "clip"),
    ],
)
def test_what_cannot_be_prepared_is_refused(table, message, hint):
    with pytest.raises(DataError) as caught:
        inputs_of(fit(frame(number(1, 2, 3, name="age")), clip=False), table)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_clipping_takes_any_number():
    z = inputs_of(fit(frame(number(*range(9)))), frame(number(1e308, -1e308)))
    np.testing.assert_allclose(z[:, 0], [3, -3])


def test_values_too_large_to_scale_are_refused():
    with pytest.raises(DataError, match="too large to scale"):
        fit(frame(number(-1.7e308, 1.7e308, 0, 1.6e308, -1.6e308)))


@pytest.mark.parametrize("text", ["", "{}", "[]", "{", '{"missing": "median", "steps": [{"kind": "number"}]}'])
def test_a_text_that_is_no_preparation_is_a_run_error(text):
    with pytest.raises(RunError, match="no preparation of a table"):
        Preparation.parse(text)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", '"1"', "null", "true"])
def test_a_statistic_that_is_no_number_is_a_run_error(value):
    text = fit(frame(number(1, 2, 3))).text().replace('"center": 2.0', f'"center": {value}')
    assert value in text
    with pytest.raises(RunError):
        Preparation.parse(text)


def test_names_of_any_kind_survive_the_text():
    odd = ["[/red]", "\x1b]0;x\x07", "$$", "été", "a = b", '"', "\u202e"]
    preparation = fit(frame(category(*odd * 3, name="\n")))
    assert Preparation.parse(preparation.text()).names == preparation.names
    assert json.loads(preparation.text())["steps"][0]["column"] == "\n"


@pytest.mark.parametrize("options", [{"rare": 0}, {"embed_above": 1}, {"numbers": "log"}, {"missing": "mean"}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValidationError):
        PrepareSpec(**options)


NUMBERS = st.lists(st.none() | st.floats(-1e30, 1e30), min_size=12, max_size=12).map(
    lambda values: number(*(np.nan if value is None else value for value in values), name="n")
)
TEXTS = st.lists(st.none() | st.sampled_from([*"abcd", "é", ""]), min_size=12, max_size=12).map(
    lambda values: category(*values, name="t")
)
DATES = st.lists(st.none() | st.floats(-6e10, 2.5e11), min_size=12, max_size=12).map(
    lambda values: replace(number(*(np.nan if value is None else value for value in values), name="d"), kind="datetime")
)


@settings(deadline=None, max_examples=150)
@given(NUMBERS, TEXTS, DATES, st.sampled_from(METHODS[:4]), st.booleans(), st.integers(1, 3), st.integers(1, 12))
def test_whatever_a_table_holds_every_input_is_a_finite_number(n, t, d, method, clip, rare, train):
    table = frame(n, t, d)
    spec = PrepareSpec(numbers=method, clip=clip, rare=rare, embed_above=2)
    try:
        preparation = Preparation.fit(table.take(np.arange(train)), table, spec)
        inputs = inputs_of(preparation, table)
    except DataError:  # no column left to learn from, or numbers too large next to the others
        reject()
    assert np.isfinite(inputs).all()
    assert inputs.shape == (12, len(preparation.names))
    again = Preparation.parse(preparation.text())
    np.testing.assert_array_equal(inputs_of(again, table.take(np.array([11]))), inputs[11:])


@pytest.mark.parametrize("spec", [PrepareSpec(), PrepareSpec(clip=False), PrepareSpec(numbers="none")], ids=str)
def test_columns_of_one_kind_are_encoded_as_one_block_to_the_same_bits(
    spec: PrepareSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(7)
    values = random.standard_cauchy((60, 40)) * 10.0 ** random.integers(-9, 9, 40)
    values[:, 5] = 1.0
    values[3, 7] = np.nan
    whole = Frame.of(values, tuple(f"x{n}" for n in range(40)))
    fitted = Preparation.fit(whole, whole, spec)
    gaps = Frame.of(np.where(random.random((60, 40)) < 0.1, np.nan, values), tuple(whole.columns))
    together = [fitted.with_ones(rows, dtype=np.float64) for rows in (whole, gaps)]
    monkeypatch.setattr(encoders, "TOGETHER", 1)
    for rows, expected in zip((whole, gaps), together, strict=True):
        assert fitted.with_ones(rows, dtype=np.float64).tobytes() == expected.tobytes()


@pytest.mark.parametrize("method", METHODS)
def test_numbers_of_half_the_digits_are_prepared_as_the_same_numbers_in_float64(method: str) -> None:
    random = np.random.default_rng(3)
    values = np.concatenate([random.standard_cauchy((90, 3)), random.integers(0, 9, (90, 2))], axis=1).astype(
        np.float32
    )
    values[random.random((90, 5)) < 0.1] = np.nan
    values[:, 1] = np.arange(90)[::-1]
    frames = [Frame.of(values.astype(dtype), tuple("abcde")) for dtype in (np.float32, np.float64)]
    fits = [fit(table, numbers=method) for table in frames]
    assert fits[0].text() == fits[1].text()
    assert fits[0].warnings == fits[1].warnings
    for dtype in (np.float32, np.float64):
        first, second = (fits[0].with_ones(table, dtype=dtype) for table in frames)
        assert first.tobytes() == second.tobytes()
