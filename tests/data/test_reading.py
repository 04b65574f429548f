"""read_frame against a slow reader that takes every cell as text and applies the rules as they are written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npnet.data.readers import delimited
from npnet.errors import DataError
from tests.data.slow_reader import assert_read_as, read, slowly

# Any table reads as the slow reader reads it

NUMBERS = st.one_of(
    st.integers(-3, 99).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(
        ["007", "+1", "-0", ".5", "5.", "1E5", " 2 ", "\t3", "1e-400", "-999", "-999.0", "9007199254740992"]
    ),
)
WORDS = "nan NaN -inf Infinity 1e400 9007199254740993 1_000 1,5,5 0x1F ١٢ 1e + True true NA null None n/a # 1d5 ä 12:30"
SIGNS = ("9" * 400, "a b", 'say "hi"', "x\ny", "a\r\nb", "é ", "\xa01", "- 1", "\ufeff1")
ODD = st.sampled_from((*WORDS.split(), *SIGNS))
DATES = st.sampled_from(
    ["2024-03-01", "2024-02-30", "2024-03-01T12:30:00Z", "2024-03-01 12:30", "1850-01-01T00:00:00.5+01:00"]
)
GAPS = st.sampled_from(["", " ", "-"])
CELLS = st.sampled_from([NUMBERS, DATES, ODD, NUMBERS | ODD | GAPS, DATES | GAPS, NUMBERS | GAPS])


def quoted(cell, quote):
    must = any(sign in cell for sign in ',"\r\n')
    return '"{}"'.format(cell.replace('"', '""')) if must or quote else cell


@st.composite
def tables(draw):
    """Draw the text of a table, mostly whole, else with rows too short or too long, blank lines or stray quotes."""
    names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True))
    kinds = [draw(CELLS) for _ in names]
    blocks = [(draw(st.integers(0, 12)), kinds), (draw(st.integers(0, 12)), [draw(CELLS) for _ in names])]
    quote, end = draw(st.booleans()), draw(st.sampled_from(["\n", "\r\n", "\n", "\r"]))
    lines = [[quoted(draw(kind), quote) for kind in row] for count, row in blocks for _ in range(count)]
    for spoil in draw(st.lists(st.sampled_from(["short", "long", "blank", "quote", "space"]), max_size=1)):
        lines.insert(draw(st.integers(0, len(lines))), spoilt(spoil, len(names)))
    text = end.join([",".join(names), *map(",".join, lines)])
    return text + draw(st.sampled_from(["", end, end * 2]))


def spoilt(how, width):
    if how == "short":
        return ["1"] * (width - 1)
    if how == "long":
        return ["1"] * width + [""]
    return {"blank": [""], "quote": ['5" disk'] * width, "space": [' "a"'] * width}[how]


@pytest.mark.long
@settings(deadline=None, max_examples=120)
@given(tables(), st.sampled_from([16, 64, 1 << 22]), st.sampled_from([(), ("-", "n/a"), ("-999",), ("nan", "1E5")]))
def test_any_table_reads_as_if_every_cell_were_text(tmp_path_factory, text, size, missing):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "FIRST", size)
        patch.setattr(delimited, "BLOCK", size)
        expected = slowly(text, missing)
        folder = tmp_path_factory.getbasetemp()
        if isinstance(expected, dict):
            assert_read_as(read(folder, text, na_values=missing), expected)
            some = list(expected)[::2]
            assert_read_as(read(folder, text, needs=some, na_values=missing), {name: expected[name] for name in some})
            return
        with pytest.raises(DataError) as caught:
            read(folder, text, na_values=missing)
        if expected != "no table":
            row, name = expected
            assert f": row {row}: " in caught.value.message or f"row {row} has " in caught.value.message
            assert f'column "{name}"' in caught.value.message
