"""The Python interface: the article's calls, sizes that are checked, parameters that can be read and set."""

import warnings

import numpy as np
import pytest

import npnet
from npnet import Linear, Model, ReLU, Sigmoid, Softmax
from npnet.errors import DataError, Diverged, NpnetError, NpnetWarning, UsageError


def _circles(rows: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    angle, label = rng.uniform(0, 2 * np.pi, rows), np.arange(rows) % 2
    radius = np.where(label, 0.5, 1.0)[:, np.newaxis]
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1), label


def _article() -> Model:
    model = Model()
    model.add(Linear(2, 5))
    model.add(ReLU(5))
    model.add(Linear(5, 1))
    model.add(Sigmoid(1))
    return model


def test_a_target_far_from_1_that_is_not_scaled_is_warned_of() -> None:
    X = np.random.default_rng(0).normal(size=(100, 2))
    y = 1e9 * (5 + X[:, 0])
    with pytest.warns(NpnetWarning, match=r'the mean 4.93e\+09 and the deviation .* scale="standard" scales X and Y'):
        Model(Linear(2, 1)).train(X, y, epochs=1, optimizer="adam")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Model(Linear(2, 1)).train(X, y, epochs=1, optimizer="adam", scale="standard")
        Model(Linear(2, 1)).train(X, y / 1e9, epochs=1, optimizer="adam")


def test_the_articles_calls_work_as_it_writes_them(capsys: pytest.CaptureFixture[str]) -> None:
    X, Y = _circles()
    model = _article()
    model.train(X_train=X, Y_train=Y, learning_rate=0.5, epochs=200, verbose=True)
    assert len(model.loss) == 200
    assert model.loss[-1] < model.loss[0]
    assert model.predict(X).shape == (400, 1)
    assert "epoch 200: loss" in capsys.readouterr().out


def test_positional_arguments_and_a_column_of_targets_work() -> None:
    X, Y = _circles()
    one, other = _article(), _article()
    one.train(X, Y, 0.1, 5, False)
    other.train(X, Y.reshape(-1, 1).astype(float), 0.1, 5)
    assert np.array_equal(one.predict(X), other.predict(X))


def test_options_of_a_config_go_by_keyword() -> None:
    X, Y = _circles()
    model = Model(Linear(16), ReLU(), Linear(16), ReLU(), Linear(1))
    model.train(X, Y, 0.01, 60, optimizer="adam", batch_size=32, validation=0.2, scale="standard")
    assert ((model.predict(X)[:, 0] > 0.5) == Y).mean() > 0.98


def test_training_again_goes_on_from_where_it_is() -> None:
    X, Y = _circles()
    model, whole = _article(), _article()
    model.train(X, Y, 0.1, 10).train(X, Y, 0.1, 10)
    whole.train(X, Y, 0.1, 20)
    assert len(model.loss) == 20
    assert np.allclose(model.loss, whole.loss)


def test_several_classes_and_regressions_are_recognised_by_their_targets() -> None:
    rng = np.random.default_rng(1)
    X = rng.standard_normal((90, 3))
    names = np.array(["a", "b", "c"])[X.argmax(axis=1)]
    model = Model(Linear(8), ReLU(), Linear(), Softmax()).train(X, names, 0.5, 50)
    assert np.allclose(model.predict(X).sum(axis=1), 1)
    values = Model(Linear(8), ReLU(), Linear()).train(X, X @ [[1.0, 0.5], [2, 0.1], [3, 0.2]], 0.05, 50)
    assert values.predict(X).shape == (90, 2)


def test_parameters_have_the_names_and_shapes_of_a_state_dict_and_can_be_set() -> None:
    model = _article()
    shapes = {name: values.shape for name, values in model.parameters().items()}
    assert shapes == {
        "layers.0.weight": (5, 2),
        "layers.0.bias": (5,),
        "layers.2.weight": (1, 5),
        "layers.2.bias": (1,),
    }
    model.set_parameters({"layers.0.weight": np.eye(5, 2), "layers.2.bias": [0.5]})
    model.parameters()["layers.2.weight"][...] = 0.0
    assert np.allclose(model.predict(np.ones((3, 2))), 1 / (1 + np.exp(-0.5)))
    before = {name: values.copy() for name, values in model.parameters().items()}
    X, Y = _circles()
    model.train(X, Y, 1e-9, 1)
    assert np.allclose(model.parameters()["layers.0.weight"], before["layers.0.weight"], atol=1e-6)


X, Y = _circles(20)
WRONG = [
    (lambda: Model(Linear(3, 5)).train(X, Y), UsageError, "written for 3 inputs and gets 2"),
    (lambda: Model(Linear(2, 5), ReLU(4)).train(X, Y), UsageError, r"layers\[1\] is written for 4 outputs and gives 5"),
    (lambda: Model().train(X, Y), UsageError, "no layers"),
    (lambda: Model(Linear(5)).parameters(), UsageError, "number of inputs is not known"),
    (lambda: Linear(1, 2, 3), UsageError, "at most two sizes"),
    (lambda: Linear(-1), UsageError, "units"),
    (lambda: Model(Linear(1)).train(X, Y[:-1]), DataError, "X has 20 rows, Y has 19"),
    (lambda: Model(Linear(1)).train(X[:, 0], Y), DataError, "shape"),
    (lambda: Model(Linear(1)).train([["a", "b"]] * 20, Y), DataError, "not a number"),
    (lambda: Model(Linear(1)).train(X * np.nan, Y), DataError, "not finite"),
    (lambda: Model(Linear(1)).train(X, Y * 0), DataError, "single class"),
    (lambda: Model(Linear(1)).train(X, Y, optimizer="adm"), UsageError, "adam"),
    (lambda: Model(Linear(1)).train(X, Y, layer="x"), UsageError, "layer"),
    (lambda: Model(Linear(1)).train(X, Y).predict(X[:, :1]), DataError, "1 column,"),
    (lambda: Model(Linear(1)).train(X, Y).add(ReLU()), UsageError, "add all layers before"),
    (lambda: _article().set_parameters({"layers.0.weight": np.ones(3)}), UsageError, "does not fit"),
    (lambda: _article().set_parameters({"layer.0.weight": np.ones(3)}), UsageError, "one of"),
    (
        lambda: Model(Linear(4), Linear(1)).train(X, X[:, 0], 1e6, 50, loss="mean_squared_error"),
        Diverged,
        "learning_rate",
    ),
]


@pytest.mark.parametrize(("call", "error", "words"), WRONG, ids=range(len(WRONG)))
def test_wrong_arguments_are_refused_with_the_reason(call, error: type[NpnetError], words: str) -> None:
    with pytest.raises(error) as raised:
        call()
    import re

    assert re.search(words, f"{raised.value.message} {raised.value.hint}")


def test_a_name_that_npnet_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Lineal"):
        npnet.Lineal  # type: ignore[attr-defined]  # noqa: B018
