"""Models find columns by name: those of a run, with the bits of `npnet predict`, and those trained in Python."""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from npnet import Linear, Model, ReLU, load
from npnet.errors import DataError, NpnetWarning, UsageError
from tests.cli.conftest import call
from tests.cli.tables import csv_of, people

FEATURES = ["code", "age", "town"]


def commanded(run: Path, text: str) -> np.ndarray:
    """Return the probabilities of `yes` that npnet predict gives for the rows of a CSV text."""
    (run.parent / "new.csv").write_text(text)
    result = call("predict", run, run.parent / "new.csv", "--proba")
    assert result.code == 0, result.err
    return np.array([[float(row["probability_yes"])] for row in csv.DictReader(io.StringIO(result.out))])


def frame(count: int = 120) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(csv_of(people(count))))


def test_a_run_answers_with_the_bits_of_the_command_in_whatever_order_columns_stand(run: Path) -> None:
    model, expected = load(run), commanded(run, csv_of(people()))
    rows = [{name: value or None for name, value in row.items()} for row in people()]
    for table in (frame(), frame()[["town", "age", "code"]], frame().assign(more=1), frame().to_dict("list"), rows):
        assert np.array_equal(model.predict(table), expected)


def test_a_text_that_training_never_saw_is_taken_as_unknown_with_a_warning(run: Path) -> None:
    strange = [person | {"town": "Paris"} for person in people(9)]
    strange[0]["town"] = "Rome"
    expected = commanded(run, csv_of(strange))
    with pytest.warns(NpnetWarning, match='column "town": 8 rows hold what training never saw') as warned:
        assert np.array_equal(load(run).predict(pd.DataFrame(strange)), expected)
    assert warned[0].filename == __file__


def test_columns_that_training_left_out_need_not_be_there(run: Path) -> None:
    assert np.array_equal(load(run).predict(frame()[FEATURES]), load(run).predict(frame()))


def test_a_missing_column_is_reported_with_the_nearest_name(run: Path) -> None:
    with pytest.raises(DataError, match='X has no column "town"') as caught:
        load(run).predict(frame().rename(columns={"town": "Town"}))
    assert 'did you mean "Town"?' in str(caught.value.hint)


@pytest.mark.parametrize("array", [np.ones((3, 3)), [["001", 40, "Rome"]], np.array([["x", 1, "Oslo"]], object)])
def test_an_array_has_no_names_for_columns_of_text(run: Path, array: object) -> None:
    with pytest.raises(
        DataError, match='"code" is no column of numbers, so the columns of X need their names'
    ) as error:
        load(run).predict(array)
    assert error.value.hint == "predict a DataFrame, a dict of columns, or a list of dicts"


NUMBERS = "a,b,c,y\n" + "".join(f"{n % 7},{n % 5 / 2},{n % 3},{n % 7 - n % 5 / 2}\n" for n in range(60))


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train a run on a table of numbers only."""
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "t.csv").write_text(NUMBERS)
    (folder / "c.yaml").write_text(
        "dataset: {table: {path: t.csv, target: y, drop: [c]}}\nlayers: [{linear: 4}, relu, linear]\nepochs: 3\n"
    )
    result = call("train", folder / "c.yaml", "--no-plots", "-q", "--run-dir", folder / "run")
    assert result.code == 0, result.err
    return folder / "run"


def test_an_array_has_the_columns_of_the_training_in_their_order(numbers: Path) -> None:
    table = pd.read_csv(io.StringIO(NUMBERS))
    model = load(numbers)
    assert np.array_equal(model.predict(table[["a", "b"]].to_numpy()), model.predict(table[["c", "b", "a"]]))


def test_an_array_of_another_width_is_refused(numbers: Path) -> None:
    with pytest.raises(DataError, match="X has 3 columns, the network takes 2") as caught:
        load(numbers).predict(np.ones((2, 3)))
    assert caught.value.hint == 'in this order: "a", "b"'


def test_gaps_and_infinities_of_an_array_are_those_of_a_table(numbers: Path) -> None:
    model = load(numbers)
    with pytest.warns(NpnetWarning, match='column "a": 1 row holds what training never saw, .*: empty 1'):
        by_position = model.predict([[np.nan, 1.0]])
    with pytest.warns(NpnetWarning, match="empty 1"):
        assert np.array_equal(by_position, model.predict({"a": [None], "b": [1]}))
    with pytest.raises(DataError, match='X: row 2: inf in column "b" is not finite'):
        model.predict([[1, 2], [1, np.inf]])


X = np.random.default_rng(0).standard_normal((150, 2))
Y = X[:, 0] > X[:, 1]
NAMED = pd.DataFrame(X, columns=["left", "right"])


def small() -> Model:
    return Model(Linear(2, 8), ReLU(8), Linear(8, 1))


def test_a_table_of_numbers_trains_as_its_array_and_then_predicts_by_name() -> None:
    array, table = small().train(X, Y, 0.1, 20), small().train(NAMED, Y, 0.1, 20)
    expected = array.predict(X)
    for known in (NAMED, NAMED[["right", "left"]], X):
        assert np.array_equal(table.predict(known), expected)
    assert table.loss == array.loss
    with pytest.raises(DataError, match='X has no column "right"'):
        table.predict(NAMED[["left"]])


def test_a_constant_column_of_a_table_stays_an_input_as_in_an_array() -> None:
    model = Model(Linear(3, 1)).train(NAMED.assign(one=1), Y, 0.1, 3)
    assert model.predict(NAMED.assign(one=1)).shape == (150, 1)


def test_names_that_no_training_had_are_ignored_with_a_warning() -> None:
    model = small().train(X, Y, 0.1, 3)
    with pytest.warns(NpnetWarning, match="those of the training had none: they are taken in their order"):
        assert np.array_equal(model.predict(NAMED), model.predict(X))
    with pytest.warns(NpnetWarning), pytest.raises(DataError, match='column "left" of X is text, not numbers'):
        model.predict(NAMED.astype(str).assign(left="a"))


def test_text_dates_and_gaps_of_a_table_become_inputs() -> None:
    town = np.array(["Rome", "Oslo", "Lima"])[np.arange(150) % 3]
    table = NAMED.assign(town=town, day=pd.date_range("2024-01-01", periods=150), left=NAMED["left"].where(Y))
    model = Model(Linear(16), ReLU(), Linear())
    with pytest.warns(NpnetWarning, match='gaps are filled by the median, and marked, in 1 column: "left"'):
        model.train(table, town, 0.1, 200, scale="standard")
    assert (model.predict(table).argmax(axis=1) == np.unique(town, return_inverse=True)[1]).mean() > 0.95
    with pytest.raises(DataError, match="no column of numbers"):
        model.predict(X)


def test_wrong_sizes_are_reported_with_the_inputs_that_columns_became() -> None:
    with pytest.raises(UsageError, match="written for 2 inputs and gets 4") as caught:
        small().train(NAMED.assign(town=["a", "b", "c"] * 50).drop(columns="left"), Y)
    assert caught.value.hint == "the inputs are: right, town = a, town = b, town = c"


def test_targets_may_be_a_series_a_frame_or_a_list() -> None:
    expected = small().train(X, Y, 0.1, 3).predict(X)
    for classes in (pd.Series(Y), Y.tolist(), pd.DataFrame({"wins": Y}), Y.astype(int), pd.Categorical(Y.tolist())):
        assert np.array_equal(small().train(X, classes, 0.1, 3).predict(X), expected)


def test_several_columns_of_two_values_are_labels() -> None:
    labels = np.stack([Y, X[:, 0] > 0, X[:, 1] > 0], axis=1)
    model = Model(Linear(2, 16), ReLU(), Linear()).train(X, labels, 0.01, 300, optimizer="adam")
    assert ((model.predict(X) > 0.5) == labels).mean() > 0.95


def test_a_model_trains_on_by_name() -> None:
    once, twice = small().train(NAMED, Y, 0.1, 20), small().train(NAMED, Y, 0.1, 10)
    for again in (NAMED[["right", "left"]], NAMED.assign(more="x"), X):
        twice.train(again, Y, 0.1, 1)
    twice.train(NAMED, Y, 0.1, 7)
    assert twice.loss == pytest.approx(once.loss)
    assert twice.predict(NAMED) == pytest.approx(once.predict(NAMED), abs=1e-6)
    with pytest.raises(DataError, match='X has no column "left"'):
        twice.train(NAMED[["right"]], Y)


def test_inputs_and_classes_that_moved_are_refused() -> None:
    towns = NAMED.assign(town=["a", "b", "c"] * 50)
    model = Model(Linear(5, 1)).train(towns, Y, 0.1, 2)
    with pytest.raises(DataError, match='the input "town = b" is number 3 here, and number 4 for the weights'):
        model.train(towns.assign(town=["b", "c", "d"] * 50), Y, 0.1, 2)
    classes = np.arange(150) % 3
    several = Model(Linear(2, 3)).train(X, classes, 0.1, 2)
    with pytest.raises(DataError, match='the class "1" is number 1 here, and number 2 for the weights'):
        several.train(X, classes + 1, 0.1, 2)


def test_the_model_of_a_run_trains_on_by_name_and_scales_as_the_run_did(numbers: Path) -> None:
    table = pd.read_csv(io.StringIO(NUMBERS))
    model = load(numbers)
    model.train(table[["y", "b", "a"]], table["y"] * 1e6, learning_rate=0.1, epochs=200)
    assert np.abs(model.predict(table)[:, 0] / 1e6 - table["y"]).mean() < 0.2
    assert np.array_equal(model.predict(table), model.predict(table[["a", "b"]].to_numpy()))


def test_what_a_masked_array_masks_is_missing_wherever_it_stands(run: Path) -> None:
    known = frame(20)
    masked = known.to_dict("list") | {"age": np.ma.array(known["age"], mask=np.arange(20) % 3 == 0)}
    gaps = known.assign(age=np.where(np.arange(20) % 3 == 0, np.nan, known["age"]))
    assert np.array_equal(load(run).predict(masked), load(run).predict(gaps))


@pytest.mark.parametrize("shape", [(40,), (40, 1), (40, 2)], ids=str)
def test_masked_targets_are_missing(shape: tuple[int, ...]) -> None:
    X, Y = (
        np.random.default_rng(0).standard_normal((40, 2)),
        np.ones(shape) * np.arange(40).reshape(-1, *[1] * (len(shape) - 1)),
    )
    with pytest.raises(DataError, match="missing in 20 of 40 rows"):
        Model(Linear(shape[1] if len(shape) > 1 else 1)).train(X, np.ma.masked_where(Y < 20, Y), epochs=1)


def test_odd_columns_are_warned_of_as_the_command_does() -> None:
    table = {"x": np.linspace(0, 1, 60), "town": ["Bonn", "bonn", "Ulm"] * 20}
    with pytest.warns(NpnetWarning, match='"town" has texts that differ only in case or blanks'):
        Model(Linear()).train(table, ["a", "b", "a"] * 20, epochs=1)
