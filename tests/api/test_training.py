"""Trainings from Python: the run of the command, as an object; configs as files, texts and dicts; wrong ones."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import npnet
from npnet.errors import ConfigError, DataError, Diverged, NpnetError, NpnetWarning, RunError, UsageError
from tests.cli.conftest import call

MOONS = {"dataset": {"moons": {"samples": 120}}, "layers": [npnet.Linear(4), npnet.Tanh(), "linear"], "epochs": 3}
TEXT = "dataset: {moons: {samples: 120}}\nlayers: [{linear: 4}, tanh, linear]\nepochs: 3\n"


DYING = {**MOONS, "layers": [npnet.Linear(4), "relu", "linear"], "learning_rate": 20.0, "epochs": 40}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> npnet.Run:
    return npnet.train(MOONS, runs_dir=tmp_path_factory.mktemp("runs"), name="moons", tags=["first"])


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def weights(run: npnet.Run) -> bytes:
    return (run.path / "weights.safetensors").read_bytes()


def test_dir_names_what_npnet_has_without_numpy() -> None:
    code = "import sys, npnet; print(*dir(npnet)); assert 'numpy' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"Model", "Run", "load", "train", "runs", "Linear", "Dropout", "errors"} <= {*done.stdout.split()}
    assert not [name for name in done.stdout.split() if name.startswith("_") and not name.startswith("__")]


@pytest.mark.long  # imports scikit-learn
def test_every_name_that_dir_shows_is_there() -> None:
    for name in dir(npnet):
        assert getattr(npnet, name, None) is not None or name in ("__path__", "__builtins__", "__cached__"), name
    names: dict = {}
    exec("from npnet import *", names)  # noqa: S102 - a star does not stand in a function
    assert {"Linear", "Model", "train"} <= names.keys()


def test_a_dict_a_text_a_file_and_the_command_give_the_same_bits(run: npnet.Run, tmp_path: Path) -> None:
    Path("moons.yaml").write_text(TEXT)
    assert call("train", "moons.yaml", "--quiet", "--no-plots").code == 0
    command = npnet.Run("latest")
    for config in (TEXT, "moons.yaml", tmp_path / "moons.yaml", command.config):
        assert weights(npnet.train(config)) == weights(command)
    assert weights(run) == weights(command)
    assert (run.path / "history.csv").read_bytes() == (command.path / "history.csv").read_bytes()


def test_overrides_are_keys_with_dots_or_keywords() -> None:
    run = npnet.train(
        TEXT, {"layers.0.linear.units": np.int64(6)}, epochs=1, optimizer={"adamw": {"weight_decay": 0.1}}
    )
    assert run.config["layers"][0]["linear"]["units"] == 6
    assert list(run.config["optimizer"]) == ["adamw"]
    assert len(run.history) == 1


def test_a_run_has_tables_of_what_its_folder_holds(run: npnet.Run) -> None:
    assert run.id.partition("-moons-")[1]
    assert (run.status, run.info["tags"], run.path.is_dir()) == ("done", ["first"], True)
    assert list(run.history.columns) == ["train_loss", "validation_loss", "learning_rate"]
    assert list(run.history.index) == [1, 2, 3]
    assert run.metrics.loc["loss", "train"] == pytest.approx(run.history["train_loss"].min(), abs=0.1)
    assert list(run.metrics.columns) == ["train", "validation", "test"]
    assert list(run.predictions().columns) == ["row", "target", "prediction", "probability_0", "probability_1"]
    assert len(run.predictions("validation")) == 24
    assert run.model.predict(np.zeros((2, 2))).shape == (2, 1)
    assert repr(run).startswith(f'<Run "{run.id}": done, 2-4-1, roc_auc 0.')
    assert npnet.Run(run.path).id == npnet.Run(run.id[:20], runs_dir=run.path.parent).id == run.id


def test_runs_is_the_table_of_a_folder(run: npnet.Run) -> None:
    found = npnet.runs(run.path.parent)
    assert found.loc[run.id, ["name", "status"]].to_list() == ["moons", "done"]
    assert found.loc[run.id, "test.roc_auc"] == run.metrics["test"]["roc_auc"]
    assert isinstance(npnet.runs("nothing"), pd.DataFrame)
    assert npnet.runs("nothing").empty


def test_warnings_of_the_command_are_warnings_of_python() -> None:
    with pytest.warns(NpnetWarning, match="they learn nothing") as found:
        run = npnet.train(DYING)
    assert found[0].filename == __file__
    assert "warning: 100% of the units" in (run.path / "log.txt").read_text()


def test_warnings_before_the_first_epoch_are_at_the_line_of_the_call() -> None:
    with pytest.warns(NpnetWarning, match="relu as the last layer") as found:
        npnet.train(MOONS, layers=["linear", "relu"], epochs=1)
    assert found[0].filename == __file__


def test_the_traceback_of_an_error_ends_at_the_call() -> None:
    with pytest.raises(UsageError) as raised:
        npnet.train("nothing.yaml")
    assert [frame.path.name for frame in raised.traceback][1:] == ["reporting.py"]


def test_a_warning_that_is_raised_ends_the_training_as_failed() -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(NpnetWarning, match="learn nothing"):
            npnet.train(DYING)
    assert npnet.Run("latest").status == "failed"


def test_ctrl_c_keeps_the_best_weights_and_says_how_to_continue() -> None:
    before = signal.getsignal(signal.SIGINT)

    def press() -> None:
        while not list(Path("runs").glob("*/history.csv")):
            time.sleep(0.01)
        signal.raise_signal(signal.SIGINT)

    threading.Thread(target=press).start()
    with pytest.raises(KeyboardInterrupt) as raised:
        npnet.train(MOONS, epochs=10**6)
    run = npnet.Run("latest")
    assert f'npnet.Run("{run.id}") has what is done so far' in raised.value.__notes__[0]
    assert run.status == "interrupted"
    assert run.model.predict([[0.0, 1.0]]).shape == (1, 1)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_training_that_diverges_says_where_its_run_is() -> None:
    with pytest.raises(Diverged, match="diverged in epoch") as raised:
        npnet.train(MOONS, learning_rate=1e6, optimizer="sgd", loss="mean_squared_error")
    assert "npnet.Run(" in raised.value.__notes__[-1]


WRONG = [
    (lambda: npnet.train("nothing.yaml"), UsageError, "no such file: nothing.yaml"),
    (lambda: npnet.train(3), UsageError, "a config is a path, a YAML text or a dict, not int"),
    (lambda: npnet.train({"datset": "moons"}), ConfigError, "also config: unknown key .datset. .hint: did you mean"),
    (lambda: npnet.train(TEXT + "epoch: 3\n"), ConfigError, r"^config:4:1: unknown key .epoch. .* \|     epoch: 3 \|"),
    (lambda: npnet.train(TEXT, learning_rte=1), ConfigError, "^learning_rte: unknown key"),
    (lambda: npnet.train(TEXT, epochs="many"), ConfigError, "^epochs: epochs must be a whole number"),
    (lambda: npnet.train(TEXT, {"epochs": 2}, epochs=3), UsageError, "epochs is given twice"),
    (lambda: npnet.train(TEXT, ["epochs=2"]), UsageError, "overrides are a dict, not list"),
    (lambda: npnet.train(TEXT, epochs=object()), UsageError, "epochs holds a object, which a config cannot have"),
    (
        lambda: npnet.train({**MOONS, "dataset": pd.DataFrame({"y": [1]})}),
        UsageError,
        "the config.dataset holds a table",
    ),
    (
        lambda: npnet.train({**MOONS, "dataset": {"table": {"path": "no.csv", "target": "y"}}}),
        DataError,
        "^config: there is no file no.csv",
    ),
    (lambda: npnet.Run("nothing"), RunError, r"there is no run 'nothing'.*hint: `npnet train|npnet.train\(config\)"),
    (lambda: npnet.train(MOONS, run_dir="."), UsageError, "hint: choose another one for run_dir"),
    (lambda: npnet.train(MOONS, verbose=True), ConfigError, "^verbose: .*hint: take it out: quiet=True prints less"),
    (lambda: npnet.train({**MOONS, "layers": [npnet.Linear]}), UsageError, r"hint: write Linear\(\)"),
    (lambda: npnet.sweep(MOONS, epochs=3), ConfigError, r"hint: npnet.sweep\(config, learning_rate=\[0.01, 0.1\]\)"),
    (lambda: npnet.sweep(MOONS, epochs=[1, 2], jobs=0), UsageError, "jobs is a number of processes from 1 on"),
]


@pytest.mark.parametrize(("call", "error", "words"), WRONG, ids=range(len(WRONG)))
def test_wrong_arguments_are_refused_with_the_reason(call, error: type[NpnetError], words: str) -> None:
    with pytest.raises(error) as raised:
        call()
    import re

    assert re.search(words, " | ".join([str(raised.value), *getattr(raised.value, "__notes__", [])]))
    assert not list(Path().glob("runs/*"))


def test_predictions_that_a_run_lacks_are_refused(run: npnet.Run) -> None:
    with pytest.raises(RunError, match="has no predictions of 'train'"):
        run.predictions("train")
