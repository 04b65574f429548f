"""npnet init --playground: a link of TensorFlow Playground becomes a config that trains what the page trains."""

from pathlib import Path

import numpy as np
import pytest

from npnet.config import load_alone
from npnet.config.playground import playground_config
from npnet.data.datasets.playground import Playground
from npnet.nn.linear import Linear
from tests.cli.conftest import call

PAGE = "https://playground.tensorflow.org/"
WHOLE = (
    "#activation=tanh&batchSize=10&dataset=circle&regDataset=reg-plane&learningRate=0.03&regularizationRate=0&noise=0"
    "&networkShape=4,2&seed=0.91979&showTestData=false&discretize=false&percTrainData=50&x=true&y=true&xTimesY=false"
    "&xSquared=false&ySquared=false&cosX=false&sinX=false&cosY=false&sinY=false&collectStats=false"
    "&problem=classification&initZero=false&hideText=false&discretize_hide=false&activation_hide=true"
)
LOSS = ["the loss is binary_cross_entropy of a sigmoid; Playground has the squared error of a tanh"]
SEED = ["the seed gives other random numbers than in Playground"]
HALF = ["learning_rate is half of the link's: the squared error of npnet is twice that of Playground"]
LINKS = {
    PAGE + WHOLE: ({"shape": "circle", "units": [4, 2], "rows": 1 - 0.5}, [*LOSS, *SEED]),
    WHOLE: ({"seed": 91979, "learning_rate": 0.03, "batch_size": 10, "features": []}, [*LOSS, *SEED]),
    PAGE: ({"shape": "circle", "units": [4, 2], "learning_rate": 0.03}, LOSS),
    "http://playground.tensorflow.org/#dataset=spiral&noise=25&networkShape=8,8,8&activation=relu&percTrainData=90"
    "&xSquared=true&ySquared=true&xTimesY=true&sinX=true&sinY=true&regularization=L2&regularizationRate=0.003": (
        {"shape": "spiral", "noise": 0.25, "l2": 0.003, "features": ["square", "product", "sine"], "rows": 0.1},
        LOSS,
    ),
    f"{PAGE}#problem=regression&regDataset=reg-gauss&networkShape=&learningRate=0.1&regularization=L1"
    "&regularizationRate=0.01&initZero=true": (
        {"shape": "bumps", "units": [], "learning_rate": 0.05, "l1": 0.02},
        HALF,
    ),
    f"{PAGE}#problem=regression&ySquared=true&activation=linear&x=false&cosY=true&netShape=3&batchSize=1": (
        {"shape": "plane", "batch_size": 1, "features": ["square"]},
        [
            *HALF,
            "x=false is left out: x1 is an input of every network here",
            "cosY=true is left out: there is no feature cosine",
            "'netShape' is left out: Playground has no such setting; did you mean networkShape?",
        ],
    ),
}


@pytest.mark.parametrize("link", LINKS)
def test_a_link_becomes_a_config_and_what_is_left_out_is_named(link: str, tmp_path: Path) -> None:
    expected, left_out = LINKS[link]
    text, notes = playground_config(link)
    e = load_alone(tmp_path / "c.yaml", text.encode()).experiment
    assert isinstance(e.dataset, Playground)
    hidden = [layer.units for layer in e.layers if isinstance(layer, Linear) and layer.units]
    derived = [type(one).__name__.lower() for one in e.prepare.features] if e.prepare else []
    found = {name: getattr(e, name) for name in ("seed", "learning_rate", "batch_size", "l1", "l2")}
    found |= {"shape": e.dataset.shape, "noise": e.dataset.noise, "units": hidden, "features": derived}
    found["rows"] = pytest.approx(e.split.validation)
    assert {name: found[name] for name in expected} == expected
    assert notes == left_out


@pytest.mark.parametrize("link", [one for number, one in enumerate(LINKS) if number in (0, 3, 4)])
def test_the_config_is_written_and_trains(link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("init", "--playground", link, "-q").code == 0
    result = call("train", "playground.yaml", "epochs=2", "--no-plots", "-q", "--run-dir", "run")
    assert result.code == 0, result.err


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["https://example.org/#dataset=xor"], "is no link of playground.tensorflow.org", "copy the address"),
        (["https://playground.tensorflow.org.evil.org/#x=true"], "is no link of playground.tensorflow.org", ""),
        (["javascript:alert(1)"], "is no link of", "copy the address"),
        (["https://[::1/#x=true"], "is no link of", "copy the address"),
        ([PAGE + "#" + "a" * 20_000], "is no link of", "copy the address"),
        (["#"], "has no settings", "copy the address"),
        (["#dataset=moons"], "dataset in the link must be one of circle, xor, gauss, spiral", "change dataset="),
        (["#batchSize=1.5"], "batchSize in the link must be a whole number from 1 to 10000", "change batchSize="),
        (["#noise=51"], "noise in the link must be a number from 0 to 50", "change noise="),
        (["#learningRate=nan"], "learningRate in the link must be a number", "change learningRate="),
        (["#learningRate=-1"], "learningRate in the link must be a number", "change learningRate="),
        (["#networkShape=4,,2"], "networkShape in the link must be", "such as 4,2"),
        (["#networkShape=" + "8," * 30 + "8"], "networkShape in the link must be", "such as 4,2"),
        (["#networkShape=10000000"], "networkShape in the link must be", "such as 4,2"),
        (["#xSquared=yes"], "xSquared in the link must be one of true, false", "change xSquared="),
        (["#seed=\x1b[31m"], "seed in the link must be a number", "change seed="),
        (["#dataset=xor", "circles"], "--playground goes with no template", "leave out circles"),
        (["#dataset=xor", "--data", "t.csv"], "--playground goes with no template", "leave out --data"),
    ],
)
def test_a_wrong_link_is_refused(
    arguments: list[str], message: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = call("init", "--playground", *arguments)
    assert result.code == 2
    assert message in result.err
    assert hint in result.err
    assert "\x1b" not in result.err
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("shape", ["circle", "xor", "gauss", "spiral", "plane", "bumps"])
def test_the_data_are_those_of_the_page(shape: str) -> None:
    data = Playground.model_validate({"shape": shape, "samples": 500}).load(Path(), 1)
    x, y = data.frame.matrix, data.y
    assert np.abs(x).max() <= {"gauss": 7, "plane": 6, "bumps": 6, "xor": 5.3}.get(shape, 5)
    distance = np.linalg.norm(x, axis=1)
    right = {
        "circle": lambda: (y == (distance < 2.5)).all() and ((distance < 2.5) | (distance >= 3.5)).all(),
        "xor": lambda: (y == (x.prod(axis=1) > 0)).all() and (np.abs(x) >= 0.3).all(),
        "gauss": lambda: np.abs(x[y == 1].mean(axis=0) - 2).max() < 0.2 and abs(x[y == 0].var() - 0.5) < 0.1,
        "spiral": lambda: (np.bincount(y) == 250).all() and np.isclose(distance.max(), 4.98),
        "plane": lambda: np.allclose(y[:, 0], x.sum(axis=1) / 10),
        "bumps": lambda: np.abs(y).max() <= 1 and (y[np.linalg.norm(x - [4, 2.5], axis=1) < 1.9, 0] > 0).all(),
    }
    assert right[shape]()
    noisy = Playground.model_validate({"shape": shape, "samples": 500, "noise": 0.5}).load(Path(), 1)
    assert not np.array_equal(noisy.y, y) or not np.array_equal(noisy.frame.matrix, x)
