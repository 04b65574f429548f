"""Lists in a line."""

from npnet.text import first_of, listed


def test_a_short_list_is_whole() -> None:
    assert listed([]) == ""
    assert listed(["a", 2, None]) == "a, 2, None"
    assert listed(range(10)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"


def test_of_a_long_list_the_first_names_stand_and_the_number_of_the_others() -> None:
    assert listed(range(300), 3) == "0, 1, 2 and 297 more"
    assert listed("abcd", 3) == "a, b, c and 1 more"
    assert listed("ab", 3, total=10**15) == "a, b and 999999999999998 more"


def test_of_many_lines_the_first_stand_and_where_the_others_are() -> None:
    assert first_of(["a", "b"], "see there", 2) == ["a", "b"]
    assert first_of(["a", "b", "c"], "see there", 2) == ["a", "b", "and 1 more of this kind; see there"]
