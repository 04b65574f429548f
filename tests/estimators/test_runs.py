"""Estimators and runs: the same bits as `npnet train`, run folders that the commands take, and back."""

import csv
import resource
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError

import npnet
from npnet import NPNetClassifier, NPNetRegressor
from npnet.errors import NpnetWarning, UsageError
from tests.cli.conftest import call

CONFIG = """
dataset: {table: {path: rows.csv, target: bought}}
split: {test: 0.1, validation: 0.2}
layers: [{linear: 8}, relu, {dropout: 0.1}, linear]
epochs: 5
ensemble: 2
"""


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: pd.DataFrame, classes: NDArray[Any]) -> Path:
    """Return a folder with the table as a file and a config, the current one."""
    monkeypatch.chdir(tmp_path)
    table.assign(took=table["took"].dt.total_seconds(), bought=classes).to_csv("rows.csv", index=False)
    Path("config.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def test_a_config_gives_the_bits_of_npnet_train(there: Path) -> None:
    assert call("train", "config.yaml", "--run-dir", "run", "--no-plots").code == 0
    rows = pd.read_csv("rows.csv", parse_dates=["sold"])
    estimator = NPNetClassifier.from_config("config.yaml").fit(rows.drop(columns="bought"), rows["bought"])
    trained = NPNetClassifier.from_run("run")
    for name, values in trained._fitted.weights.items():
        np.testing.assert_array_equal(estimator._fitted.weights[name], values)
    X = rows.drop(columns="bought")
    np.testing.assert_array_equal(estimator.predict_proba(X), trained.predict_proba(X))
    pd.testing.assert_frame_equal(estimator.history_, npnet.Run("run").history)


def test_a_run_of_an_estimator_can_be_repeated(there: Path, table: pd.DataFrame, classes: NDArray[Any]) -> None:
    estimator = NPNetClassifier(layers=[{"linear": 8}, "relu", "linear"], epochs=5).fit(table, classes)
    run = estimator.to_run("run")
    assert (run.path, estimator.run_.id) == (there / "run", "run")
    assert call("train", "run/resolved.yaml", "--run-dir", "again", "--no-plots").code == 0
    for name in ("metrics.json", "history.csv", "predictions/validation.csv"):
        assert Path("again", name).read_bytes() == Path("run", name).read_bytes()


@pytest.mark.long
def test_every_command_takes_the_run_of_an_estimator(there: Path, table: pd.DataFrame, classes: NDArray[Any]) -> None:
    estimator = NPNetClassifier(layers=[{"linear": 8}, "relu", "linear"], epochs=5).fit(table, classes)
    estimator.to_run("run")
    predicted = call("predict", "run", "rows.csv", "--proba")
    rows = list(csv.DictReader(StringIO(predicted.out)))
    assert [row["prediction"] for row in rows] == estimator.predict(table).tolist()
    chances = [float(row["probability_yes"]) for row in rows]
    np.testing.assert_array_equal(chances, estimator.predict_proba(table)[:, 1])
    for command in (["evaluate", "run"], ["report", "run"], ["plot", "run"], ["plot", "run", "--kind", "importance"]):
        assert call(*command).code == 0, command


def test_a_run_gives_the_estimator_back(there: Path, table: pd.DataFrame, classes: NDArray[Any]) -> None:
    estimator = NPNetClassifier(layers=[{"linear": 8}, "relu", "linear"], epochs=5).fit(table, classes)
    back = NPNetClassifier.from_run(estimator.to_run("run"))
    np.testing.assert_array_equal(back.predict_proba(table), estimator.predict_proba(table))
    assert back.get_params()["layers"] == [{"linear": 8}, "relu", "linear"]
    assert (back.classes_.tolist(), back.feature_names_in_.tolist()) == (["no", "yes"], list(table.columns))
    assert back.fit(table, classes).score(table, classes) == estimator.score(table, classes)


@pytest.mark.parametrize(
    "target",
    ["weighted", *(pytest.param(one, marks=pytest.mark.long) for one in ("one", "several", "labels", "folds"))],
)
def test_every_task_has_its_run(there: Path, target: str, numbers: NDArray[np.float64]) -> None:
    weight = None
    y = numbers[:, 0] * 100
    keys: dict[str, Any] = {"layers": [{"linear": 4}, "tanh", "linear"], "epochs": 3}
    kind: Any = NPNetRegressor
    if target == "several":
        y = numbers[:, :2] ** 2
    elif target == "labels":
        kind, y = NPNetClassifier, (numbers[:, :2] > 0).astype(int)
    elif target == "weighted":
        weight = np.arange(len(y)) % 3
    elif target == "folds":
        keys["cv"] = 3
    estimator = kind(**keys).fit(numbers, y, sample_weight=weight)
    run = estimator.to_run("run")
    back = kind.from_run("run")
    np.testing.assert_array_equal(back.predict(numbers), estimator.predict(numbers))
    assert call("train", "run/resolved.yaml", "--run-dir", "again", "--no-plots").code == 0
    pd.testing.assert_frame_equal(run.metrics, npnet.Run("again").metrics)


def test_rows_that_are_gone_are_missed_in_words(there: Path, classifier: NPNetClassifier, numbers: Any) -> None:
    classifier.partial_fit(numbers, numbers[:, 0] > 0, classes=[False, True])
    with pytest.warns(NpnetWarning, match="the run holds no rows of the estimator"):
        classifier.to_run("run")
    assert call("predict", "run", "rows.csv").code == 4
    assert NPNetClassifier.from_run("run").classes_.tolist() == [False, True]


def test_what_is_wrong_with_a_run_is_a_value_error(there: Path, regressor: NPNetRegressor, numbers: Any) -> None:
    with pytest.raises(NotFittedError):
        regressor.to_run("run")
    regressor.fit(numbers, numbers[:, 0]).to_run("run")
    with pytest.raises(ValueError, match="is not a new or empty folder") as taken:
        regressor.to_run("run")
    assert isinstance(taken.value, UsageError)
    with pytest.raises(ValueError, match="the task of run is regression"):
        NPNetClassifier.from_run("run")
    with pytest.raises(npnet.errors.RunError, match="there is no run 'walk'"):
        NPNetRegressor.from_run("walk")
    with pytest.raises(AttributeError, match="to_run"):
        regressor.fit(numbers, numbers[:, 0]).run_  # noqa: B018 - it raises
    assert sorted(path.name for path in there.iterdir()) == ["config.yaml", "rows.csv", "run"]


def test_a_config_of_another_task_is_refused(there: Path) -> None:
    with pytest.raises(ValueError, match="no parameter target_transform"):
        NPNetClassifier.from_config({"dataset": "moons", "layers": ["linear"], "target_transform": "log"})
    with pytest.raises(ValueError, match="learning_rte"):
        NPNetClassifier.from_config("dataset: moons\nlayers: [linear]\nlearning_rte: 1")
    with pytest.raises(ValueError, match="no such file"):
        NPNetClassifier.from_config("absent.yaml")


@pytest.mark.parametrize("limit", [1000, 20_000])
def test_a_full_disk_leaves_nothing_behind(there: Path, limit: int, regressor: NPNetRegressor, numbers: Any) -> None:
    regressor.set_params(layers=[{"linear": 2000}, "relu", "linear"], epochs=1).fit(numbers, numbers[:, 0])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))  # the rows have 9 kB, the weights 48
    try:
        with pytest.raises(npnet.errors.MachineError, match="would be larger"):
            regressor.to_run("run")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert sorted(path.name for path in there.iterdir()) == ["config.yaml", "rows.csv"]
    assert regressor.to_run("run").status == "done"
