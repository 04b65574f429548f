"""Looking into models: summaries, activations, gradients and their check, boundaries."""

import numpy as np
import pytest

import npnet
from npnet import Dropout, Linear, Model, ReLU, Residual, Sigmoid, Tanh
from npnet.api.arguments import LAYERS
from npnet.errors import DataError, NpnetError, UsageError
from tests.api.test_training import MOONS

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 2))
Y = np.hypot(*X.T) < 1


def deep() -> Model:
    return Model(
        Linear(2, 5), ReLU(), npnet.BatchNorm(), Residual([Linear(5), Tanh()]), Dropout(0.2), Linear(1), Sigmoid()
    )


def test_a_summary_is_a_table_in_text_and_in_a_notebook() -> None:
    summary = deep().summary()
    lines = repr(summary).splitlines()
    assert [line.split() for line in lines[2:5]] == [
        ["inputs", "2"],
        ["layers.0", "Linear(5)", "5", "15"],
        ["layers.1", "ReLU()", "5"],
    ]
    assert [line.split()[0] for line in lines[5:9]] == [f"layers.{n}" for n in ("2", "3.layers.0", "3.layers.1", "3")]
    assert lines[-1] == "61 parameters; not trained"
    assert summary.parameters == 61
    assert "<td" in summary._repr_html_()
    assert "<script" not in Model(Linear(2, 1)).summary()._repr_html_()


def test_a_summary_of_unknown_sizes_says_so() -> None:
    summary = Model(Linear(5), Linear()).summary()
    assert summary.parameters is None
    assert "unknown until it is trained; not trained" in repr(summary)
    trained = Model(Linear(5), Linear()).train(X, Y, epochs=2)
    assert trained.summary().parameters == 21
    assert "trained for 2 epochs" in repr(trained.summary())


def test_a_text_of_a_model_is_code_that_makes_it() -> None:
    code, _, state = repr(deep()).partition("  # ")
    assert eval(code, {"Model": Model, **LAYERS}).summary().parameters == 61  # noqa: S307 - the text of this very test
    assert state == "no parameters yet, not trained"
    assert (
        repr(Model(Linear(2, 1)).train(X, Y, epochs=3)) == "Model(Linear(2, 1))  # 3 parameters, trained for 3 epochs"
    )
    assert repr(Model(*[ReLU()] * 30)).count("ReLU()") == 12


def test_activations_of_every_layer_are_the_ones_of_a_prediction() -> None:
    model = deep()
    found = model.activations(X)
    assert list(found) == [f"layers.{n}" for n in ("0", "1", "2", "3.layers.0", "3.layers.1", "3", "4", "5", "6")]
    weights = model.parameters()
    assert np.allclose(found["layers.0"], X @ weights["layers.0.weight"].T + weights["layers.0.bias"], atol=1e-5)
    assert (found["layers.1"] == np.maximum(found["layers.0"], 0)).all()
    assert np.allclose(found["layers.3"], found["layers.2"] + found["layers.3.layers.1"], atol=1e-6)
    assert np.allclose(found["layers.6"], model.predict(X))
    model.train(X, Y, 0.1, 5)
    assert np.allclose(model.activations(X)["layers.6"], model.predict(X))


def test_activations_of_several_networks_have_an_axis_for_them() -> None:
    model = Model(Linear(4), Tanh(), Linear(), Sigmoid()).train(X, Y, epochs=3, ensemble=3)
    found = model.activations(X)
    assert found["layers.1"].shape == (3, 40, 4)
    assert np.allclose(found["layers.3"].mean(axis=0), model.predict(X))


def test_gradients_are_the_slopes_of_the_loss() -> None:
    model = Model(Linear(2, 3), Tanh(), Linear(3, 1))
    model.parameters()
    found = model.gradients(X, X[:, 0], loss="mean_squared_error")
    assert {name: one.shape for name, one in found.items()} == {
        name: one.shape for name, one in model.parameters().items()
    }

    def loss() -> float:
        return float(np.mean((model.predict(X)[:, 0] - X[:, 0]) ** 2))

    bias = model.parameters()["layers.2.bias"]
    bias += 0.01
    above = loss()
    bias -= 0.02
    assert (above - loss()) / 0.02 == pytest.approx(found["layers.2.bias"][0], rel=1e-3)


def test_gradients_of_a_trained_model_scale_as_it_does() -> None:
    model = Model(Linear(4), Tanh(), Linear()).train(
        100 * X, 5 + 50 * X[:, 0], 0.1, 400, scale="standard", optimizer="adam"
    )
    found = model.gradients(100 * X, 5 + 50 * X[:, 0])
    assert max(np.abs(one).max() for one in found.values()) < 0.05
    before = {name: one.copy() for name, one in model.parameters().items()}
    assert all((before[name] == one).all() for name, one in model.parameters().items())


def test_a_run_is_looked_into_like_a_model(tmp_path) -> None:
    run = npnet.train(MOONS, runs_dir=tmp_path)
    points = run.predictions()
    assert run.model.summary().parameters == 17
    found = run.model.activations(np.zeros((3, 2)))
    assert {name: one.shape for name, one in found.items()} == {
        "layers.0": (3, 4),
        "layers.1": (3, 4),
        "layers.2": (3, 1),
    }
    assert run.model.gradcheck([[0.1, 0.2], [0.2, -0.1], [0.3, 1.0]], ["0", "1", "0"]).passed
    assert set(run.model.gradients(np.eye(2), [0, 1])) == set(run.model.parameters())
    assert len(points) == 24


def test_a_gradient_check_has_a_row_for_every_tensor() -> None:
    report = deep().gradcheck(X, Y)
    assert report.passed
    assert [one.tensor for one in report.checks][:3] == ["input", "weight", "bias"]
    assert max(report.by_layer.values()) < 1e-6
    assert "whole network with BinaryCrossEntropy on 32 rows" in repr(report)
    assert Model(Linear(2, 5), ReLU(), Linear(5, 3), npnet.Softmax()).gradcheck().passed


@pytest.mark.long
@pytest.mark.parametrize("y", [Y, X[:, 0]], ids=["classes", "values"])
def test_a_boundary_is_a_figure(y: np.ndarray) -> None:
    figure = Model(Linear(4), Tanh(), Linear()).train(X, y, 0.1, 20).plot_boundary(X, y)
    assert figure.axes[0].get_xlabel() == "x1"


def test_models_runs_and_sweeps_show_themselves_in_a_notebook(tmp_path) -> None:
    run = npnet.train(MOONS, runs_dir=tmp_path, name="<b>moons</b>")
    sweep = npnet.sweep(MOONS, learning_rate=[0.01, 0.1], runs_dir=tmp_path)
    model = Model(Linear(2, 1)).train(X, Y, epochs=5)
    for shown in (run, sweep, model, model.gradcheck()):
        html = shown._repr_html_()
        assert "<table" in html
        assert "class=" not in html  # viewers drop style sheets, so all looks are written out
    html = run._repr_html_()
    assert "the network reaches roc_auc" in html
    assert html.count("<path") >= 4
    assert "<b>&lt;b&gt;moons&lt;/b&gt;</b>" in html
    assert "<svg" in model._repr_html_()
    assert "<svg" not in npnet.train(MOONS, runs_dir=tmp_path, epochs=0)._repr_html_()
    assert "not trained" in Model(Linear(2, 1))._repr_html_()


WRONG = [
    (lambda: Model(Linear(5)).activations(np.zeros((3, 0))), NpnetError, "."),
    (lambda: Model(Linear(2, 5)).activations(X[:, :1]), NpnetError, "written for 2 inputs and gets 1"),
    (lambda: Model(Linear(2, 1)).train(X, Y, epochs=1).activations(X[:, :1]), DataError, "X has 1 column"),
    (lambda: Model(Linear(5), Linear()).gradcheck(), UsageError, "number of inputs is not known"),
    (lambda: Model(Linear(2, 1)).gradients(X, Y[:-1]), DataError, "X has 40 rows, Y has 39"),
    (lambda: Model(Linear(2, 1)).train(X, Y, epochs=1).gradients(X, Y[:-1]), DataError, "X has 40 rows, y has 39"),
    (lambda: Model(Linear(2, 1)).train(X, Y, epochs=1).gradients(X, X), DataError, "y has 2 targets, the model has 1"),
    (lambda: Model(Linear(2, 1)).gradients(X, Y, loss="log"), UsageError, "loss"),
    (lambda: Model(Linear(2, 1)).plot_boundary(X, Y), UsageError, "the model is not trained"),
    (
        lambda: Model(Linear(3, 1)).train(X @ np.ones((2, 3)), Y, epochs=1).plot_boundary(X @ np.ones((2, 3)), Y),
        UsageError,
        "needs two features; there are 3",
    ),
    (lambda: Model("relu"), UsageError, r"'relu' is no layer write ReLU\(\)"),
    (lambda: Model([ReLU()]), UsageError, r"is no layer write Model\(\*layers\)"),
    (lambda: ReLU(inplace=True), UsageError, r"ReLU has no options leave out inplace: ReLU\(\)"),
]


@pytest.mark.parametrize(("call", "error", "words"), WRONG, ids=range(len(WRONG)))
def test_wrong_arguments_are_refused_with_the_reason(call, error: type[NpnetError], words: str) -> None:
    import re

    with pytest.raises(error) as raised:
        call()
    assert re.search(words, f"{raised.value.message} {raised.value.hint}")
