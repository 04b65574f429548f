"""target_transform: a skewed target is trained on as its logarithm or root, and predicted in its own units."""

import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from npnet import load
from npnet.data import Scaler
from npnet.data.preprocessing.target_transform import TRANSFORMS, TransformName, smearing
from npnet.errors import NpnetWarning
from npnet.model.outputs import OutputTransform
from npnet.nn.losses.regression import Quantile
from tests.cli.conftest import call, start

CONFIG = """\
dataset: {table: {path: t.csv, target: y}}
layers: [{linear: 8}, tanh, linear]
epochs: 40
batch_size: 32
learning_rate: 0.02
schedule: constant
metrics: [rmse]
target_transform: log
"""


@pytest.fixture
def config(folder: Path) -> Path:
    """Write a table whose target is the exponential of a line and noise, and a config."""
    random = np.random.default_rng(0)
    x = random.normal(size=(600, 2))
    y = np.exp(8 + x[:, 0] - 0.5 * x[:, 1] + 0.5 * random.normal(size=600))
    pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y}).to_csv("t.csv", index=False)
    (folder / "c.yaml").write_text(CONFIG)
    return folder / "c.yaml"


def train(config: Path, name: str, *settings: str) -> dict[str, dict[str, float]]:
    result = call("train", config, *settings, "--no-plots", "--run-dir", name, "-q")
    assert result.code == 0, result.err
    return json.loads((config.parent / name / "metrics.json").read_text())


@pytest.mark.parametrize("name", ["log", "square_root"])
def test_the_mean_of_the_inverse_over_the_errors_is_that_of_all_pairs(name: TransformName) -> None:
    random = np.random.default_rng(1)
    f, errors = random.uniform(1, 3, (2, 1, 5)), random.normal(0, 0.3, (2, 1, 40))
    moments = smearing(name, errors, None)
    pairs = f[..., np.newaxis] + errors[..., np.newaxis, :]
    wanted = (np.exp(pairs) if name == "log" else np.square(pairs)).mean(axis=-1)
    np.testing.assert_allclose(TRANSFORMS[name].mean(f, moments[:, :, np.newaxis]), wanted, rtol=1e-12)


def test_errors_too_large_for_a_mean_correct_nothing() -> None:
    with np.errstate(over="ignore"):
        assert smearing("log", np.array([[[1e4, 0.0]]]), None).tolist() == [[[1.0]]]


def test_quantiles_are_turned_back_exactly() -> None:
    transform = OutputTransform(Quantile(quantile=(0.1, 0.9)), "regression", Scaler.none(1), "log")
    np.testing.assert_allclose(transform.quantiles(np.array([[[0.0], [2.0]]]))[0, 0, :, 0], [1.0, np.exp(2)], rtol=1e-6)
    assert not transform.smears


@pytest.mark.parametrize("name", ["log", "square_root"])
def test_predictions_and_scores_are_in_the_units_of_the_target(name: str, config: Path) -> None:
    scores = train(config, "run", f"target_transform={name}")
    table = pd.read_csv("t.csv")
    predicted = load("run").predict(table[["a", "b"]])[:, 0]
    assert 0.9 < predicted.mean() / table.y.mean() < 1.1
    assert np.corrcoef(predicted, table.y)[0, 1] > 0.7
    again = json.loads(call("evaluate", "run", "--json").out)
    assert again["test"]["rmse"] == pytest.approx(scores["test"]["rmse"], rel=1e-6)
    assert call("predict", "run", "t.csv", "-o", "p.csv").code == 0
    np.testing.assert_allclose(pd.read_csv("p.csv")["prediction"], predicted, rtol=1e-6)
    history = pd.read_csv("run/history.csv")
    assert 0.5 < history["validation_rmse"].iloc[-1] / scores["validation"]["rmse"] < 2


@pytest.mark.parametrize("settings", [[], ["ensemble=2", "own_validation=true"], ["cv=2"]], ids=str)
def test_a_training_that_goes_on_ends_as_a_longer_one(settings: list[str], config: Path) -> None:
    train(config, "whole", *settings, "epochs=6")
    train(config, "more", *settings, "epochs=3")
    assert call("resume", "more", "epochs=6", "-q").code == 0
    for file in ("weights.safetensors", "metrics.json"):
        assert (config.parent / "more" / file).read_bytes() == (config.parent / "whole" / file).read_bytes()
    assert call("evaluate", "more").code == 0


@pytest.mark.long
def test_a_training_that_was_killed_predicts_without_its_correction_and_says_so(config: Path) -> None:
    settings = ["epochs=1000", "batch_size=all", "checkpoint_every=0.05", "--no-plots", "--run-dir", "run", "-q"]
    training = start("train", config, *settings)
    while not Path("run/weights.safetensors").exists() and training.poll() is None:
        time.sleep(0.01)
    training.kill()
    training.communicate()
    warning = "target_transform: log is undone without the smearing correction"
    result = call("predict", "run", "t.csv")
    assert result.code == 0
    assert warning in result.err
    assert "npnet resume run ends it" in result.err
    assert warning in call("evaluate", "run", "--data", "t.csv").err
    with pytest.warns(NpnetWarning, match=warning):
        load("run").predict(pd.read_csv("t.csv"))
    assert warning not in call("evaluate", "run").err  # which has the training rows, and computes it
    assert call("resume", "run", "--no-plots", "-q").code == 0
    assert call("predict", "run", "t.csv").err == ""


@pytest.mark.parametrize(
    ("rows", "settings", "code", "error", "hint"),
    [
        ((0.0,), [], 4, 'row 3: the target "y" is 0; ', "write target_transform=square_root, which accepts 0"),
        ((-1.0, -2.0), [], 4, 'row 3: the target "y" is -1, and 2 such values in all; ', "take target_transform out"),
        ((-1.0,), ["target_transform=square_root"], 4, "needs values of 0 or more", "take target_transform out"),
        ((), ["loss=poisson"], 3, "poisson takes the logarithm of its predictions itself", "or write loss"),
        ((), ["dataset.table.task=counts"], 4, "which is no count", "write"),
    ],
)
def test_a_target_that_cannot_be_transformed_is_refused(
    rows: tuple[float, ...], settings: list[str], code: int, error: str, hint: str, config: Path
) -> None:
    table = pd.read_csv("t.csv")
    table.loc[2 : 1 + len(rows), "y"] = rows
    table.to_csv("t.csv", index=False)
    result = call("train", config, "target_transform=log", *settings, "--run-dir", "run", "-q")
    assert result.code == code
    assert error in result.err
    assert hint in result.err
    assert not Path("run").exists()


def test_classes_have_no_transform(config: Path) -> None:
    table = pd.read_csv("t.csv")
    table["y"] = (table["y"] > 3000).astype(int)
    table.to_csv("t.csv", index=False)
    result = call("train", config, "metrics=null", "-q")
    assert result.code == 3
    assert "target_transform is for a regression, the task is two classes" in result.err
    assert call("train", config, "metrics=null", "target_transform=null", "--no-plots", "-q").code == 0
