"""JSON lines read as a CSV file of the same content does."""

import json

import numpy as np
import pytest

from npnet.data.columns.schema import ReadOptions
from npnet.data.readers.reading import read_frame
from npnet.errors import DataError
from tests.data.slow_reader import assert_read_as, slowly


def read(folder, path, dtype=np.float64, **options):
    return read_frame(ReadOptions(path=path, **options), folder, dtype=dtype)[0]


def refusal(folder, path, **options):
    with pytest.raises(DataError) as caught:
        read(folder, path, **options)
    assert caught.value.code == 4
    assert "\n" not in caught.value.message
    return caught.value.message, caught.value.hint or ""


def lines(folder, text, **options):
    (folder / "t.jsonl").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read(folder, "t.jsonl", **options)


# JSON lines


def test_json_lines_read_as_the_same_cells_in_a_csv_file(tmp_path):
    rows = [{"id": f"0{row}", "x": row / 7, "class": ["ä", "b", ""][row % 3], "on": row % 2 == 0} for row in range(50)]
    text = "\n".join(json.dumps(row, ensure_ascii=row["x"] > 3) for row in rows)
    csv = "id,x,class,on\n" + "".join(f"{r['id']},{r['x']!r},{r['class']},{str(r['on']).lower()}\n" for r in rows)
    assert_read_as(lines(tmp_path, text), slowly(csv))
    assert_read_as(lines(tmp_path, "\ufeff" + text.replace("\n", "\r\n\n") + "\n"), slowly(csv))


def test_keys_that_a_line_lacks_and_nulls_are_missing(tmp_path):
    frame = lines(tmp_path, '{"a": 1}\n{"b": "x", "a": null}\n')
    assert_read_as(frame, slowly("a,b\n1,\n,x\n"))


def test_numbers_in_json_lines_keep_their_digits(tmp_path):
    frame = lines(tmp_path, '{"a": 1.0}\n{"a": 1}\n{"a": 1e0}\n', categorical=("a",))
    assert frame.columns["a"].levels == ("1", "1.0", "1e0")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "t.jsonl has no rows"),
        ("\n{}\n", "t.jsonl has no rows"),
        ('{"a": 1}\n[1]\n', "line 2 holds no object"),
        ('{"a": 1}\n\n{"a": 1\n', "line 3 is no JSON"),
        ('[{"a": 1}]\n', "line 1 holds no object"),
        ('{"a": 1, "a": 2}\n', 'line 1 has the key "a" twice'),
        ('{"a": {"b": 1}}\n', 'line 1: column "a" holds a list or an object'),
        ('{"a": [1]}\n', 'line 1: column "a" holds a list or an object'),
        ('{"a": "\\ud800"}\n', "line 1: column 'a' holds half of a character"),
        ('{"\\ud800": 1}\n', "line 1: column '\\ud800' holds half of a character"),
        ('{"a": ' + "[" * 100_000 + "\n", "line 1 is no JSON"),
        ('{"a": 1}\n{"a": NaN}\n', 'row 2: "NaN" is not finite in column "a"'),
        ('{"a": 1}\n{"a": 9007199254740993}\n', 'row 2: "9007199254740993" has more digits than float64 holds'),
        (b'{"a": "\xe9"}\n', "byte 7 is not UTF-8"),
        (b'{"a": 1}\n\0', "byte 9 is NUL"),
    ],
)
def test_what_is_no_table_of_json_lines_is_refused_with_its_line(tmp_path, text, message):
    (tmp_path / "t.jsonl").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert message in refusal(tmp_path, "t.jsonl")[0]


def test_one_piece_of_json_is_refused_with_what_to_write_instead(tmp_path):
    (tmp_path / "t.json").write_text('[{"a": 1}]')
    assert ".jsonl" in refusal(tmp_path, "t.json")[1]


@pytest.mark.parametrize("key", ["sheet", "query"])
@pytest.mark.parametrize(("name", "form"), [("t.csv", "csv"), ("t.jsonl", "JSON lines")])
def test_a_format_without_sheets_or_queries_refuses_their_keys(tmp_path, name, form, key):
    (tmp_path / name).write_text('{"a": 1}\n' if name == "t.jsonl" else "a,b\n1,2\n")
    assert refusal(tmp_path, name, **{key: "x"}) == (f"{name} is {form}, which has no {key}", f"take {key} out")


@pytest.mark.parametrize("options", [{"sheet": 0}, {"sheet": ""}, {"sheet": 1.5}, {"sheet": True}, {"query": ""}])
def test_a_sheet_is_a_name_or_a_number_from_1_and_a_query_is_a_text(options):
    with pytest.raises(ValueError, match=r"sheet|query"):
        ReadOptions(path="t.xlsx", **options)
