"""Columns of other tables: joins and aggregates with the right values, and every input that they refuse."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from npnet.data import datasets, fingerprint
from npnet.data.preprocessing import PrepareSpec
from npnet.data.split_and_fit import prepare_parts
from npnet.errors import DataError

pd = pytest.importorskip("pandas")

TABLE = "who,day,x,y\n1,2024-01-02,0.5,1\n2,2024-01-03,1.5,2\n1,2024-01-04,2.5,4\n3,2024-01-05,3.5,8\n"
SIDE = "who,city,age\n2,Rome,20\n1,Oslo,10\n4,Bonn,40\n"
EVENTS = (
    "id,who,at,n,kind\n"
    "a,1,2024-01-01,10,p\n"
    "b,1,2024-01-02,20,q\n"
    "c,1,2024-01-03,,q\n"
    "d,2,2024-01-03,7,p\n"
    "e,2,2024-01-01,5,q\n"
)


def load(folder, table=TABLE, **options):
    (folder / "t.csv").write_text(table)
    return datasets["table"](**{"path": "t.csv", "target": "y", "task": "regression"} | options).load(folder, 0)


def side(folder, text=SIDE, **options):
    (folder / "side.csv").write_text(text)
    return {"path": "side.csv", "on": "who"} | options


def events(folder, text=EVENTS, **options):
    (folder / "events.csv").write_text(text)
    return {
        "path": "events.csv",
        "on": "who",
        "columns": {"n": ["mean", "sum", "min", "max", "last", "count"]},
    } | options


def refusal(folder, **options):
    with pytest.raises(DataError) as caught:
        load(folder, **options)
    assert caught.value.code == 4
    assert "\n" not in caught.value.message
    return caught.value.message, caught.value.hint or ""


def values(dataset, name):
    return [None if np.isnan(value) else value for value in dataset.frame.columns[name].values.tolist()]


def texts(dataset, name):
    column = dataset.frame.columns[name]
    return [None if code < 0 else column.levels[code] for code in column.values]


def test_a_join_takes_the_columns_of_the_row_with_the_key(tmp_path):
    found = load(tmp_path, join=side(tmp_path))
    assert found.features == ("who", "day", "x", "city", "age")
    assert values(found, "age") == [10, 20, 10, None]
    assert texts(found, "city") == ["Oslo", "Rome", "Oslo", None]
    assert "side: 1 of 4 rows has no match in it" in found.notes


def test_the_key_may_be_dropped_and_columns_chosen_and_renamed(tmp_path):
    found = load(tmp_path, drop=["who", "day"], join=side(tmp_path, columns=["age"], prefix="side_"))
    assert found.features == ("x", "side_age")


def test_a_joined_column_may_be_dropped_and_may_be_the_target(tmp_path):
    assert "age" not in load(tmp_path, join=side(tmp_path), drop=["age"]).features
    found = load(tmp_path, join=side(tmp_path), drop=["y"], target="age", drop_rows=True)
    assert found.y[:, 0].tolist() == [10, 20, 10]


@pytest.mark.parametrize("keys", [("1", "2"), ("1.0", "2.0"), ("01", "002"), (" 1", "2.00")])
@pytest.mark.parametrize("options", [{}, {"categorical": ["who"]}, {"drop": ["who"]}])
def test_numbers_are_the_same_key_in_every_spelling(tmp_path, keys, options):
    text = f"who,age\n{keys[0]},10\n{keys[1]},20\nnobody,1\n"
    assert values(load(tmp_path, join=side(tmp_path, text), **options), "age") == [10, 20, 10, None]


def test_keys_above_the_whole_numbers_of_float64_are_told_apart(tmp_path):
    table = "who,x,y\n9007199254740993,1,1\n9007199254740992,2,2\n9007199254740993,3,4\n"
    join = side(tmp_path, "who,age\n9007199254740992,20\n9007199254740993,10\n")
    assert values(load(tmp_path, table, join=join, drop=["who"]), "age") == [10, 20, 10]


def test_dates_are_keys(tmp_path):
    join = side(tmp_path, "day,sun\n2024-01-03,7\n2024-01-02,5\n", on="day")
    assert values(load(tmp_path, join=join), "sun") == [5, 7, None, None]
    join = side(tmp_path, "tag,sun\n3.1.2024,7\n", on={"day": "tag"}, datetime={"tag": "%d.%m.%Y"})
    assert values(load(tmp_path, join=join), "sun") == [None, 7, None, None]


def test_a_key_of_several_columns(tmp_path):
    text = "who,tag,k\n1,2024-01-02,1\n1,2024-01-04,2\n2,2024-01-02,3\n"
    join = side(tmp_path, text, on={"who": "who", "day": "tag"})
    assert values(load(tmp_path, join=join), "k") == [1, None, 2, None]


def test_a_row_without_a_key_has_no_match(tmp_path):
    table = TABLE.replace("\n2,", "\n,")
    assert values(load(tmp_path, table, join=side(tmp_path, SIDE + ",Nowhere,99\n,Nowhere,98\n")), "age")[1] is None


def test_a_second_join_may_use_a_column_of_the_first(tmp_path):
    (tmp_path / "cities.csv").write_text("city,people\nRome,3\nOslo,1\n")
    found = load(tmp_path, join=[side(tmp_path), {"path": "cities.csv", "on": "city"}])
    assert values(found, "people") == [1, 3, 1, None]


def test_side_files_of_other_formats(tmp_path):
    frame = pd.DataFrame({"who": [2.0, 1.0, 4.0], "age": [20, 10, 40]})
    (tmp_path / "side.csv.gz").write_bytes(gzip.compress(b"who;age\n2;20,0\n1;10,0\n"))
    frame.to_json(tmp_path / "side.jsonl", orient="records", lines=True)
    options = {"side.csv.gz": {"delimiter": ";", "decimal": ","}, "side.jsonl": {}}
    if pytest.importorskip("pyarrow"):
        frame.to_parquet(tmp_path / "side.parquet")
        options["side.parquet"] = {}
    for path, more in options.items():
        found = load(tmp_path, join={"path": path, "on": "who", **more})
        assert values(found, "age") == [10, 20, 10, None], path


def test_repeated_keys_are_refused(tmp_path):
    what, hint = refusal(tmp_path, join=side(tmp_path, SIDE + "1.0,Bern,30\n"))
    assert what == 'side: who "1" is in rows 2 and 4' or what == 'side: who "1.0" is in rows 2 and 4'
    assert "aggregate:" in hint


def test_names_that_clash_are_refused(tmp_path):
    what, hint = refusal(tmp_path, join=side(tmp_path, "who,x\n1,2\n"))
    assert (what, hint.partition(" ")[0]) == ('side: the table has a column "x" already', "prefix:")
    assert load(tmp_path, join=side(tmp_path, "who,x\n1,2\n", prefix="side_")).features[-1] == "side_x"


@pytest.mark.parametrize(
    ("text", "options", "what"),
    [
        ("who,age\n", {}, "side.csv has no rows"),
        ("", {}, "side.csv has no rows"),
        ("id,age\n1,2\n", {}, 'side.csv has no column "who"'),
        (SIDE, {"on": "day"}, 'side.csv has no column "day"'),
        (SIDE, {"on": {"nobody": "who"}}, 't.csv has no column "nobody"'),
        (SIDE, {"columns": ["size"]}, 'side.csv has no column "size"'),
        ("who,age\nx1,2\n", {}, 'side: no row has a match in it; in row 1 who is 1 here, and "x1" there'),
        (SIDE, {"path": "t.csv"}, "join: t.csv is the table itself"),
        (SIDE, {"path": "none.csv"}, "there is no file none.csv"),
    ],
)
def test_a_join_that_cannot_be_made_is_refused(tmp_path, text, options, what):
    assert refusal(tmp_path, join=side(tmp_path, text, **options))[0] == what


def test_two_tables_of_one_name_are_refused(tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "side.csv").write_text("who,more\n1,1\n")
    other = {"path": "more/side.csv", "on": "who"}
    what, _ = refusal(tmp_path, join=[side(tmp_path), other])
    assert what == 'side.csv and more/side.csv are both called "side"'
    assert values(load(tmp_path, join=[side(tmp_path), {**other, "name": "more"}]), "more") == [1, None, 1, None]


def test_aggregates_of_all_rows_of_a_key(tmp_path):
    found = load(tmp_path, aggregate=events(tmp_path))
    each = {name: values(found, f"events.n.{name}") for name in ("mean", "sum", "min", "max", "last", "count")}
    assert each == {
        "mean": [15, 6, 15, None],
        "sum": [30, 12, 30, None],
        "min": [10, 5, 10, None],
        "max": [20, 7, 20, None],
        "last": [20, 5, 20, None],
        "count": [2, 2, 2, 0],
    }


def test_only_rows_from_strictly_before_count(tmp_path):
    found = load(tmp_path, aggregate=events(tmp_path, time={"day": "at"}))
    each = {name: values(found, f"events.n.{name}") for name in ("mean", "sum", "min", "max", "last", "count")}
    assert each == {
        "mean": [10, 5, 15, None],
        "sum": [10, 5, 30, None],
        "min": [10, 5, 10, None],
        "max": [10, 5, 20, None],
        "last": [10, 5, 20, None],
        "count": [1, 1, 2, 0],
    }


def test_texts_and_dates_are_aggregated(tmp_path):
    columns = {"kind": ["last", "count"], "at": ["max"]}
    found = load(tmp_path, aggregate=events(tmp_path, columns=columns, time={"day": "at"}))
    assert texts(found, "events.kind.last") == ["p", "q", "q", None]
    assert values(found, "events.at.max")[2] == pd.Timestamp("2024-01-03").timestamp()
    assert found.frame.columns["events.at.max"].kind == "datetime"


def test_the_time_is_that_of_the_table_or_of_the_same_name(tmp_path):
    one = load(tmp_path, aggregate=events(tmp_path, time="at"), time="day")
    other = load(tmp_path, aggregate=events(tmp_path, EVENTS.replace(",at,", ",day,"), time="day"))
    assert values(one, "events.n.count") == values(other, "events.n.count") == [1, 1, 2, 0]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"columns": {"kind": "mean"}}, 'events: column "kind" is text, which has no mean'),
        ({"columns": {"at": "sum"}}, 'events: column "at" is dates, which has no sum'),
        ({"columns": {"m": "sum"}}, 'events.csv has no column "m"'),
        ({"time": "at"}, 't.csv has no column "at", which is the time of the other table'),
        ({"time": {"day": "kind"}}, 'events: the time column "kind" is text'),
        ({"time": {"day": "n"}}, 'events: the time "day" is dates, and "n" is numbers'),
    ],
)
def test_an_aggregate_that_is_not_defined_is_refused(tmp_path, options, what):
    assert refusal(tmp_path, aggregate=events(tmp_path, **options))[0] == what


def test_a_row_without_a_time_is_refused(tmp_path):
    table = TABLE.replace("2024-01-03", "")
    what, _ = refusal(tmp_path, table=table, aggregate=events(tmp_path, time={"day": "at"}))
    assert what == 'row 2: the time column "day" is empty'


def own(folder, rows, **options):
    return load(folder, "k,y,x\n" + "".join(f"{k},{y},{x}\n" for k, y, x in rows), **options)


def prepared(dataset, train, test):
    parts = {"train": np.array(train), "test": np.array(test)}
    return prepare_parts(dataset, parts, PrepareSpec())


def test_a_row_of_the_training_set_does_not_see_its_own_target(tmp_path):
    random = np.random.default_rng(0)
    rows = [(n % 2, y, n) for n, y in enumerate(random.normal(size=400).round(3).tolist())]
    columns = {"y": ["mean", "count"]}
    found = own(tmp_path, rows, aggregate={"path": "self", "on": "k", "columns": columns}, drop=["k"])
    data = prepared(found, range(300), range(300, 400))
    train, test = data.parts["train"].frame, data.parts["test"].frame
    means, y = train.columns["self.y.mean"].values, found.y[:300, 0]
    keys = np.arange(300) % 2
    for key in (0, 1):
        assert len(set(means[keys == key].round(9))) == 5
        assert abs(np.corrcoef(means[keys == key], y[keys == key])[0, 1]) < 0.3
    exact = [y[keys == key].mean() for key in np.arange(300, 400) % 2]
    np.testing.assert_allclose(test.columns["self.y.mean"].values, exact)
    assert set(test.columns["self.y.count"].values) == {150}


def test_targets_outside_the_training_set_do_not_count(tmp_path):
    rows = [(n % 3, n, n % 5) for n in range(60)]
    changed = [(k, y if n < 40 else 1000 * y, x) for n, (k, y, x) in enumerate(rows)]
    option = {"path": "t.csv", "on": "k", "columns": {"y": ["mean", "max", "last"], "x": "sum"}}
    one, other = (prepared(own(tmp_path, each, aggregate=option), range(40), range(40, 60)) for each in (rows, changed))
    for part in ("train", "test"):
        np.testing.assert_array_equal(one.parts[part].with_ones, other.parts[part].with_ones)
    assert one.preparation == other.preparation
    assert "t.y.last" in one.features


def test_own_aggregates_by_time_see_only_the_training_rows_before(tmp_path):
    rows = [(0, n, n) for n in range(10)]
    option = {"path": "self", "on": "k", "time": "x", "columns": {"y": ["sum", "count"]}}
    data = prepared(own(tmp_path, rows, aggregate=option), [0, 2, 4, 6, 8], [1, 3, 9])
    assert data.parts["train"].frame.columns["self.y.count"].values.tolist() == [0, 1, 2, 3, 4]
    assert data.parts["test"].frame.columns["self.y.sum"].values.tolist() == [0, 2, 20]


def test_the_aggregates_of_the_training_set_are_stored_number_for_number(tmp_path):
    rows = [(n % 3, n / 7, "ab"[n % 2]) for n in range(30)]
    option = {"path": "self", "on": "k", "columns": {"y": ["mean"], "x": ["last", "count"]}}
    data = prepared(own(tmp_path, rows, aggregate=option), range(20), range(20, 30))
    again = type(data.preparation).parse(data.preparation.text())
    assert again == data.preparation
    bare = own(tmp_path, rows, aggregate=option).frame.take(np.arange(20, 30))
    np.testing.assert_array_equal(again.with_ones(bare, dtype=np.float64), data.parts["test"].with_ones)


def test_the_fingerprint_knows_every_byte_of_a_side_table(tmp_path):
    one = fingerprint(load(tmp_path, join=side(tmp_path)))
    assert fingerprint(load(tmp_path, join=side(tmp_path))) == one
    assert fingerprint(load(tmp_path, join=side(tmp_path, SIDE + "5,Kiel,1\n"))) != one
    assert Path(tmp_path / "side.csv").exists()


def test_validation_and_test_files_are_joined_and_do_not_count_in_aggregates(tmp_path):
    (tmp_path / "v.csv").write_text("who,day,x,y\n2,2024-01-03,1.5,100\n1,2024-01-03,1.5,100\n")
    own_rows = {"path": "t.csv", "on": "who", "columns": {"y": "max"}}
    found = load(tmp_path, join=side(tmp_path), aggregate=own_rows, validation="v.csv")
    assert values(found, "age") == [10, 20, 10, None, 20, 10]
    parts = {"train": np.arange(4), "validation": np.arange(4, 6)}
    data = prepare_parts(found, parts, PrepareSpec())
    assert data.parts["validation"].frame.columns["t.y.max"].values.tolist() == [2, 4]


def test_a_copy_of_the_table_is_the_table_itself(tmp_path):
    (tmp_path / "copy.csv").write_text(TABLE)
    what, hint = refusal(tmp_path, aggregate={"path": "copy.csv", "on": "who", "columns": {"y": "mean"}})
    assert what == "copy is the table itself, byte for byte: targets would come from their own rows"
    assert "path: self" in hint
    (tmp_path / "link.csv").symlink_to("t.csv")
    assert load(tmp_path, aggregate={"path": "link.csv", "on": "who", "columns": {"y": "mean"}}).own
