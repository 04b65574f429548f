import numpy as np
import pytest

from npnet.data.preprocessing import unseen_values
from npnet.data.preprocessing.steps import CategoryStep
from tests.data.frames import category


def fit(train, layout=None, rare=1, embed_above=32):
    return CategoryStep.fit(train, layout or train, rare, embed_above)


def encode(step, *texts):
    column = category(*texts, name=step.column)
    return step.table(column)[column.values].tolist()


def names(step):
    return [output.name for output in step.outputs]


def test_three_levels_or_more_are_one_column_each_in_the_order_of_their_texts():
    step = fit(category("b", "c", "a", "b"))
    assert names(step) == ["c = a", "c = b", "c = c"]
    assert encode(step, "a", "b", "c", "d", None) == [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_one_hot_is_that_of_scikit_learn():
    from sklearn.preprocessing import OneHotEncoder

    texts = np.random.default_rng(0).choice(list("abcdefg"), 100, p=[0.3, 0.3, 0.3, 0.04, 0.03, 0.02, 0.01])
    seen = [*texts, "z"]
    encoder = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=6, sparse_output=False)
    expected = encoder.fit(texts[:, None]).transform(np.array(seen)[:, None])
    step = fit(category(*texts), rare=6)
    assert names(step)[-1] == "c = (other)"
    np.testing.assert_array_equal(encode(step, *seen), expected)


def test_two_levels_are_one_column_of_signs_with_0_for_what_is_unknown():
    step = fit(category("yes", "no", "no"))
    assert names(step) == ["c = yes"]
    assert encode(step, "no", "yes", "maybe", None) == [[-1], [1], [0], [0]]


def test_missing_has_a_column_of_its_own_where_the_table_has_gaps():
    step = fit(category("no", "yes", None))
    assert names(step) == ["c = yes", "c is missing"]
    assert encode(step, "no", "yes", None, "maybe") == [[-1, 0], [1, 0], [0, 1], [0, 0]]


def test_rare_levels_share_a_place_and_unknown_ones_join_them():
    step = fit(category(*"aaabbbcd"), rare=3)
    assert names(step) == ["c = a", "c = b", "c = (other)"]
    assert encode(step, "b", "c", "d", "e") == [[0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]]


def test_many_levels_are_codes_with_a_place_for_others_and_one_for_missing():
    step = fit(category("a", "b", "c", None), embed_above=2)
    assert step.outputs == (("codes", "c", 5),)
    assert encode(step, "z", "a", "b", "c", None) == [[0], [1], [2], [3], [4]]


def test_a_gap_where_training_had_none_is_code_0():
    assert encode(fit(category("a", "b", "c"), embed_above=2), None, "c") == [[0], [3]]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [(("a", "a", None), ["c is missing"]), (("a", "b", "c"), []), (("a", "b", None), ["c is missing"])],
)
def test_levels_that_tell_nothing_are_left_out(texts, expected):
    assert names(fit(category(*texts), rare=1 if texts.count("a") == 2 else 2)) == expected


def test_levels_come_from_the_whole_table_and_what_is_learned_of_them_from_the_train_part():
    whole = category(*"aaabbbcccz")
    step = fit(category(*"aaabc", name="c"), whole, rare=3)
    assert names(step) == ["c = a", "c = b", "c = c", "c = (other)"]
    assert encode(step, "a", "b", "c", "z") == [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1]]


def test_what_training_never_saw_is_counted_and_what_it_pooled_is_not():
    step = fit(category(*"aaabbbc"), rare=3)
    assert unseen_values(step, category("a", "c", "new", "new", None)) == {"new": 2, "": 1}


def test_a_level_without_rows_is_no_level():
    column = category("a", "b", "b", "c").take(np.array([0, 1, 2]))
    assert column.level_counts() == {"a": 1, "b": 2}
    assert names(fit(column)) == ["c = b"]
