"""A table read with the schema of another: the same text reads the same way, whatever the table is otherwise."""

import itertools

import numpy as np
import pytest

from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.readers.reading import read_frame
from npnet.errors import DataError

TRAIN = "id,size,day,sold\n" + "".join(f"{row:03d},{row / 2},2024-03-{row:02d},?\n" for row in range(1, 29))


def learned(folder, **options):
    (folder / "train.csv").write_text(TRAIN)
    spec = ReadOptions(path="train.csv", categorical=("id",), na_values=("?", "-1"), **options)
    return read_frame(spec, folder)


def again(folder, content, schema, needs=None, **options):
    (folder / "other.csv").write_text(content)
    return read_frame(ReadOptions(path="other.csv", **options), folder, schema, needs)[0]


def refusal(folder, content, schema, needs=None):
    with pytest.raises(DataError) as caught:
        again(folder, content, schema, needs)
    assert caught.value.code == 4
    return caught.value.message, caught.value.hint or ""


def test_a_schema_is_json_and_comes_back_the_same(tmp_path):
    _, schema = learned(tmp_path, datetime={"sold": "%d/%m/%Y"})
    assert Schema.model_validate_json(schema.model_dump_json()) == schema
    assert Schema.model_validate(schema.model_dump(mode="json")) == schema
    assert [(one.name, one.kind, one.form) for one in schema.columns] == [
        ("id", "category", None),
        ("size", "number", None),
        ("day", "datetime", None),
        ("sold", "datetime", "%d/%m/%Y"),
    ]


def test_the_same_text_reads_the_same_way_with_its_schema(tmp_path):
    frame, schema = learned(tmp_path)
    other = again(tmp_path, TRAIN, schema)
    for name, column in frame.columns.items():
        assert (column.kind, column.levels) == (other.columns[name].kind, other.columns[name].levels)
        np.testing.assert_array_equal(column.values, other.columns[name].values)


def test_kinds_come_from_the_schema_and_not_from_the_rows(tmp_path):
    _, schema = learned(tmp_path)
    frame = again(tmp_path, "id,size,day,sold\n7,-1,?,\n", schema)
    assert frame.columns["id"].levels == ("7",)
    assert [frame.columns[name].kind for name in frame.columns] == ["category", "number", "datetime", "number"]
    assert all(frame.columns[name].missing.all() for name in ("size", "day", "sold"))


def test_columns_are_found_by_name_in_any_order(tmp_path):
    _, schema = learned(tmp_path)
    cells = {"id": "007", "size": "1.5", "day": "2024-03-01", "sold": "2"}
    for order in itertools.permutations(cells):
        frame = again(tmp_path, ",".join(order) + "\n" + ",".join(cells[name] for name in order) + "\n", schema)
        assert list(frame.columns) == list(cells)
        assert frame.columns["id"].levels == ("007",)
        assert frame.columns["size"].values.tolist() == [1.5]
        assert frame.notes == ()


def test_other_columns_are_left_aside_with_a_note(tmp_path):
    _, schema = learned(tmp_path)
    content = "id,more,size,day,sold,and\n1,x,2,2024-03-01,,oops\n"
    assert again(tmp_path, content, schema).notes == ('columns ignored: "more", "and"',)
    assert again(tmp_path, content, schema, drop=("and",)).notes == ('columns ignored: "more"',)


def test_missing_columns_are_refused_by_name_unless_they_are_not_needed(tmp_path):
    _, schema = learned(tmp_path)
    said, advice = refusal(tmp_path, "id,Day\n1,2\n", schema)
    assert said == 'other.csv has no column "size", "day", "sold"'
    assert 'The columns are: "id", "Day"' in advice
    assert list(again(tmp_path, "id,size\n1,2\n", schema, needs={"id", "size"}).columns) == ["id", "size"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1,large,2024-03-01,", 'row 1: "large" is not a number in column "size"'),
        ("1,inf,2024-03-01,", 'row 1: "inf" is not finite in column "size"'),
        ("1,2,1 March,", 'row 1: "1 March" is not a date in column "day"'),
        ("1,2,3,", 'row 1: "3" is not a date in column "day"'),
    ],
)
def test_a_cell_that_its_column_cannot_hold_is_refused_with_row_and_column(tmp_path, row, message):
    _, schema = learned(tmp_path)
    said, advice = refusal(tmp_path, f"id,size,day,sold\n{row}\n", schema)
    assert said == f"other.csv: {message}"
    assert "correct the cell" in advice


def test_delimiter_and_encoding_are_those_of_the_schema_unless_the_file_says_otherwise(tmp_path):
    (tmp_path / "train.csv").write_bytes("name;a\nKäse;1\n".encode("latin-1"))
    _, schema = read_frame(ReadOptions(path="train.csv", delimiter=";", encoding="latin-1"), tmp_path)
    assert read_frame(ReadOptions(path="train.csv"), tmp_path, schema)[0].columns["name"].levels == ("Käse",)
    (tmp_path / "other.tsv").write_text("name\ta\nKäse\t1\n")
    other, _ = read_frame(ReadOptions(path="other.tsv", encoding="utf-8"), tmp_path, schema)
    assert other.columns["name"].levels == ("Käse",)
