"""Layers in plain NumPy: they train as the same layers of npnet, and every mistake in them is named."""

from typing import Any

import numpy as np
import pytest

import npnet
from npnet.errors import UsageError

X = np.random.default_rng(0).normal(size=(60, 2))
Y = np.hypot(*X.T) < 1


class Dense(npnet.PlainLayer):
    """A linear layer with a learned factor, and on request a mistake."""

    def __init__(self, units: int, mistake: str = "") -> None:
        self.units, self.mistake = units, mistake

    def parameters(self, inputs: int, random: np.random.Generator) -> Any:
        values = {"W": random.normal(0, inputs**-0.5, (inputs, self.units)), "b": np.zeros(self.units), "factor": 1.0}
        return {"list": list(values), "text": values | {"b": "zeros"}}.get(self.mistake, values)

    def forward(self, x, parameters):
        if self.mistake == "error":
            return x @ parameters["W"].T
        y = parameters["factor"] * (x @ parameters["W"]) + parameters["b"]
        return {"flat": y[:, 0], "rows": y[:1], "words": [["y"]] * len(x), "input": y}.get(self.mistake, y)

    def backward(self, x, y, dy, parameters):
        W, factor = parameters["W"], parameters["factor"]
        dx, gradients = factor * dy @ W.T, {"W": factor * x.T @ dy, "b": dy.sum(axis=0), "factor": ((x @ W) * dy).sum()}
        if self.mistake == "dx":
            dx = 2 * dx
        if self.mistake == "dW":
            gradients["W"] = gradients["W"] / len(x)
        if self.mistake == "none":
            del gradients["b"]
        if self.mistake == "db":
            gradients["b"] = dy
        if self.mistake == "write":
            x *= 2
        return dx if self.mistake == "alone" else (dx, gradients)


class Swish(npnet.PlainLayer):
    def forward(self, x, parameters):
        return x / (1 + np.exp(-x))

    def backward(self, x, y, dy, parameters):
        return dy * (y + (1 - y) / (1 + np.exp(-x)))


class Half(npnet.PlainLayer):
    def forward(self, x, parameters):
        return x / 2


def test_plain_layers_train_to_the_same_weights_as_those_of_npnet() -> None:
    plain = npnet.Model(Dense(4), Swish(), Dense(1))
    own = npnet.Model(npnet.Linear(2, 4), npnet.SiLU(), npnet.Linear(4, 1))
    found = plain.activations(X[:1]) and plain.parameters()
    for name in ("layers.0", "layers.2"):
        own.set_parameters({f"{name}.weight": found[f"{name}.W"].T, f"{name}.bias": found[f"{name}.b"]})
        found[f"{name}.factor"][...] = 1.0
    options = {"optimizer": "sgd", "batch_size": 25, "dtype": "float64"}
    plain.train(X, Y, 1e-3, 3, **options)
    own.train(X, Y, 1e-3, 3, **options)
    assert np.allclose(plain.predict(X), own.predict(X), atol=1e-3)
    plain.train(X, Y, 0.05, 150, optimizer="adam", batch_size=25)
    assert ((plain.predict(X)[:, 0] > 0.5) == Y).mean() > 0.95


def test_plain_layers_stand_in_ensembles_and_residual_neighbours() -> None:
    model = npnet.Model(npnet.BatchNorm(), Dense(4), Swish(), npnet.Dropout(0.1), npnet.Linear())
    model.train(X, Y, 0.05, 5, ensemble=3, optimizer="adam")
    assert model.parameters()["layers.1.W"].shape == (3, 2, 4)
    assert model.parameters()["layers.1.factor"].shape == (3, 1)
    assert model.predict(X).shape == (60, 1)
    assert "Dense(units=4, mistake='')" in repr(model)


def test_two_models_of_one_seed_start_alike() -> None:
    first, second = (npnet.Model(Dense(4), Swish(), Dense(1), seed=3) for _ in range(2))
    assert (first.predict(X) == second.predict(X)).all()
    assert (first.predict(X) != npnet.Model(Dense(4), Swish(), Dense(1), seed=4).predict(X)).any()


def test_right_layers_pass_the_gradient_check() -> None:
    assert npnet.Model(Dense(4), Swish(), Dense(1)).gradcheck(X, Y).passed
    assert npnet.Model(npnet.Linear(2, 3), Swish(), Dense(2)).gradcheck().passed


@pytest.mark.parametrize(
    ("mistake", "tensor", "hint"), [("dx", "input", "ratio 2"), ("dW", "W", "1/32: a sum over the batch too few")]
)
def test_a_wrong_gradient_is_found_at_its_layer(mistake: str, tensor: str, hint: str) -> None:
    report = npnet.Model(npnet.Linear(2, 3), Dense(4, mistake), npnet.Linear(4, 1)).gradcheck(X, Y)
    wrong = [(one.layer, one.tensor) for one in report.checks if not one.passed]
    assert wrong == [("layers.1", tensor)]
    assert hint in next(one.hint for one in report.checks if not one.passed)
    assert "WRONG" in repr(report)


MISTAKES = [
    ("list", "Dense.parameters returns a dict of arrays, not list"),
    ("text", "Dense.parameters gives b of <U5, not an array of numbers"),
    ("flat", r"Dense.forward gives y of shape \(3,\), not \(3, outputs\), as x has 3 rows"),
    ("rows", r"Dense.forward gives y of shape \(1, 4\), not \(3, outputs\)"),
    ("words", "Dense.forward gives y of <U1, not"),
    ("none", "Dense.backward returns gradients of W, factor; the parameters are W, b, factor"),
    ("db", r"Dense.backward gives the gradient of b of shape \(60, 4\), not \(4,\)"),
    ("alone", "Dense.backward returns dx and a dict of gradients, not ndarray"),
]


@pytest.mark.parametrize(("mistake", "words"), MISTAKES, ids=[mistake for mistake, _ in MISTAKES])
def test_a_mistake_is_named(mistake: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        npnet.Model(npnet.Linear(2, 3), Dense(4, mistake), npnet.Linear(4, 1)).train(X, Y, epochs=1)


@pytest.mark.parametrize(
    ("mistake", "words", "method"),
    [("error", "mismatch in its core dimension", "forward"), ("write", "read-only", "backward")],
)
def test_an_error_in_a_layer_says_where_it_is(mistake: str, words: str, method: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        npnet.Model(npnet.Linear(2, 3), Dense(4, mistake), npnet.Linear(4, 1)).train(X, Y, epochs=1)
    assert f"in Dense(units=4, mistake='{mistake}').{method}, for arrays of" in raised.value.__notes__[0]


def test_a_layer_without_backward_predicts_and_does_not_train() -> None:
    model = npnet.Model(npnet.Linear(2, 3), Half(), npnet.Linear(3, 1))
    assert model.predict(X).shape == (60, 1)
    with pytest.raises(UsageError, match="Half has no backward, which train, gradients and gradcheck need"):
        model.train(X, Y, epochs=1)
    with pytest.raises(UsageError, match="PlainLayer has no forward"):
        npnet.Model(npnet.Linear(2, 3), npnet.PlainLayer()).predict(X)
    with pytest.raises(UsageError, match="a layer in Python code, which a config cannot have"):
        npnet.train({"dataset": "moons", "layers": [Half()]})
