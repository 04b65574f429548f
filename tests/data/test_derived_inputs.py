"""prepare.features: squares, products and sines of columns of numbers become inputs, scaled as columns are."""

from pathlib import Path

import numpy as np
import pytest

from npnet.data.datasets.synthetic import Circles
from npnet.data.preprocessing import Preparation, PrepareSpec
from npnet.data.preprocessing.derived import Feature, Product, Sine, Square, features
from npnet.data.split import Split
from npnet.data.split_and_fit import Prepared, prepare
from npnet.errors import DataError
from tests.cli.conftest import call

TABLE = "a,b,c,day,y\n" + "".join(
    f"{n % 17 - 8},{n * n % 31 if n % 9 else ''},{'xyz'[n % 3]},2020-01-{n % 19 + 10},{'no' if n % 4 else 'yes'}\n"
    for n in range(120)
)
CONFIG = """\
dataset: {table: {path: t.csv, target: y}}
prepare: {features: [square, product, {sine: [b]}]}
layers: [{linear: 4}, tanh, linear]
epochs: 2
record: true
"""


def circles(*derived: Feature, **options: object) -> Prepared:
    """Return prepared circles."""
    spec = PrepareSpec.model_validate({"features": derived, "numbers": "none", **options})
    return prepare(Circles(samples=100, noise=0.1).load(Path(), 0), Split(), spec, 0)


def test_inputs_are_the_formulas_of_the_numbers() -> None:
    data = circles(Square(), Product(), Sine())
    x = data.parts["train"].raw
    assert data.preparation.names == ("x1", "x2", "x1²", "x2²", "x1·x2", "sin x1", "sin x2")
    assert data.preparation.sources == (("x1",), ("x2",), ("x1",), ("x2",), ("x1", "x2"), ("x1",), ("x2",))
    assert data.preparation.numbers == data.inputs == 7
    expected = np.column_stack([x, x**2, x[:, 0] * x[:, 1], np.sin(x)])
    np.testing.assert_allclose(data.parts["train"].X, expected, rtol=1e-15)


def test_they_are_scaled_on_the_training_set_and_clipped_as_numbers_are() -> None:
    data = circles(Square(columns=("x2",)), numbers="standard", clip=False)
    derived = data.parts["train"].X[:, 2]
    assert abs(derived.mean()) < 1e-12
    assert abs(derived.std() - 1) < 1e-12
    assert np.abs(circles(Square(), numbers="robust").parts["train"].X).max() < 3


@pytest.mark.parametrize("name", features)
def test_each_row_is_prepared_by_itself_and_a_text_gives_the_same_inputs(name: str) -> None:
    data = circles(features[name](), numbers="robust")
    assert len(set(data.preparation.names)) == data.inputs > 2
    frame, whole = data.parts["train"].frame, data.parts["train"].with_ones
    again = Preparation.parse(data.preparation.text())
    for rows in (np.arange(1), np.arange(3, 10)):
        assert again.with_ones(frame.take(rows), dtype=np.float64).tobytes() == whole[rows].tobytes()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a config and its table, which becomes the current one."""
    (tmp_path / "t.csv").write_text(TABLE)
    (tmp_path / "c.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_table_is_trained_evaluated_predicted_resumed_and_drawn(folder: Path) -> None:
    assert call("train", "c.yaml", "-q", "--run-dir", "run", "--no-plots").code == 0
    predicted = (folder / "run" / "predictions" / "test.csv").read_text().splitlines()
    rows = [int(line.split(",")[0]) for line in predicted[1:]]
    again = call("predict", "run", "t.csv", "--proba", "-q").out.splitlines()
    assert [again[row].split(",")[1:] for row in rows] == [line.split(",")[2:] for line in predicted[1:]]
    for command in (["evaluate", "run"], ["plot", "run", "--kind", "importance"], ["resume", "run", "epochs=3"]):
        assert call(*command, "-q").code == 0, command


@pytest.mark.parametrize(
    ("written", "message", "hint"),
    [
        ("[square, square]", "square is there twice", "keep one of them"),
        ("[sqare]", 'unknown feature "sqare"', 'did you mean "square"?'),
        ("[{square: [z]}]", 'no column of numbers "z"', "columns of numbers"),
        ("[{sine: [c]}]", 'no column of numbers "c"', "columns of numbers"),
        ("[{product: [a]}]", "a product needs two columns", "take product out"),
        ("[{product: {most: 0}}]", "product.most must be a whole number from 1 to 10000", ""),
        ("square", "must be a list", "[square]"),
    ],
)
def test_features_that_do_not_fit_are_refused(folder: Path, written: str, message: str, hint: str) -> None:
    result = call("train", "c.yaml", f"prepare.features={written}", "--run-dir", "run")
    assert result.code in (3, 4)
    assert message in result.err
    assert hint in result.err
    assert not (folder / "run").exists()


def test_squares_that_are_too_large_are_refused_in_training_and_prediction(folder: Path) -> None:
    none = "prepare={numbers: none, features: [square]}"
    assert call("train", "c.yaml", none, "-q", "--run-dir", "run", "--no-plots").code == 0
    (folder / "t.csv").write_text(TABLE.replace("\n-8,", "\n-8e200,"))
    for command in (["train", "c.yaml"], ["predict", "run", "t.csv"]):
        result = call(*command, "-q")
        assert result.code == 4
        assert "too large" in result.err


def test_the_products_of_many_columns_are_refused() -> None:
    names = [f"x{n}" for n in range(20)]
    with pytest.raises(DataError, match="20 columns of numbers have 190 products, more than 100") as refusal:
        list(Product().groups(names))
    assert "most: 190" in str(refusal.value.hint)
    assert len(list(Product(most=190).groups(names))) == 190
