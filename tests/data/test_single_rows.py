import pytest

from npnet.data.datasets.targets import single_rows


@pytest.mark.parametrize(
    ("classes", "words"),
    [
        ({"a": 2, "b": 3}, None),
        ({"a": 2, "b": 0}, None),
        ({"a": 2, "b": 1}, '1 of 2 classes of "y" has a single row each ("b")'),
        (
            {"a": 9, **dict.fromkeys("bcdef", 1)},
            '5 of 6 classes of "y" have a single row each ("b", "c", "d" and 2 more)',
        ),
        (dict.fromkeys("abcdef", 1), '"y" has as many classes as rows, 6: '),
    ],
)
def test_classes_of_a_single_row_are_named(classes, words):
    found = single_rows("y", classes)
    assert found is None if words is None else found.startswith(words)
