"""A value has one spelling: that of the training, or the most frequent one within a table."""

from pathlib import Path

import pytest

from npnet.data.columns.schema import ReadOptions
from npnet.data.columns.spelling import Spellings
from npnet.data.readers.reading import read_frame


@pytest.mark.parametrize(
    ("known", "given", "text"),
    [
        ({"1", "2"}, "1.0", "1"),
        ({"1", "1.0"}, "1.0", "1.0"),
        ({"1", "1.0"}, "1.00", "1.00"),  # either could be meant
        ({"007", "x"}, "7", "007"),
        ({"007", "7"}, "7", "7"),
        ({"007", "07"}, "7", "7"),
        ({"true", "false"}, "True", "true"),
        ({"TRUE", "FALSE"}, "false", "FALSE"),
        ({"True", "true"}, "TRUE", "TRUE"),
        ({"1", "0"}, "True", "1"),
        ({"1", "0", "2"}, "True", "True"),  # which are no truth values
        ({"False", "True"}, "1", "True"),
        ({"False", "True"}, "0.0", "False"),
        ({"False", "True", "x"}, "1", "1"),
        ({"1"}, "1" + "0" * 1000, "1" + "0" * 1000),
        ({"9007199254740993"}, "9007199254740992", "9007199254740992"),
        ({"yes"}, "Yes", "Yes"),
    ],
)
def test_a_text_is_taken_for_the_only_known_one_of_its_meaning(known: set[str], given: str, text: str) -> None:
    assert Spellings(known).of(given) == text


@pytest.mark.parametrize(
    ("cells", "levels", "notes"),
    [
        (["True", "true", "TRUE", "True", "False"], ("False", "True"), 1),
        (["TRUE", "TRUE", "true", "FALSE", "0", "false", "false"], ("TRUE", "false"), 2),
        (["1.0", "1", "1", "x", "y", "z"], ("1", "1.0", "x", "y", "z"), 0),
        (["007", "7", "x", "y"], ("007", "7", "x", "y"), 0),
        (["Yes", "yes", "no"], ("Yes", "no", "yes"), 0),
        (["true", "True", "True", "maybe"], ("True", "maybe"), 1),
    ],
)
def test_spellings_of_a_value_become_one_level(
    cells: list[str], levels: tuple[str, ...], notes: int, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("\n".join(["c", *cells]) + "\n")
    frame, _ = read_frame(ReadOptions(path="t.csv", categorical=("c",)), tmp_path)
    assert frame.columns["c"].levels == levels
    assert len(frame.notes) == notes
    if notes:
        assert "means the same" in frame.notes[0]
