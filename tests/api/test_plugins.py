"""Plugins in Python: files by `plugins=`, and layers that the program registers itself."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import numpy as np
import pytest

import npnet
from npnet.errors import PluginError, UsageError
from npnet.nn.activations import Tanh
from npnet.nn.layer import layers
from npnet.registry.plugins import loaded, unload

SNAKE = Path(__file__).parents[2] / "examples" / "snake.py"
CONFIG = {"dataset": {"xor": {"samples": 100}}, "layers": [{"linear": 4}, "snake", "linear"], "epochs": 2}
PLUGINS = ["snake.py"]


def forget() -> None:
    """Unload all plugins, as in a new process."""
    for plugin in loaded():
        unload(plugin)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    copy(SNAKE, tmp_path)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    forget()


def test_a_run_is_trained_and_opened_with_a_plugin() -> None:
    run = npnet.train(CONFIG, plugins=PLUGINS, quiet=True)
    expected = run.model.predict(np.eye(2))
    forget()
    with pytest.raises(PluginError, match="needs the plugin snake") as error:
        npnet.load(run.path)
    assert error.value.hint == 'npnet.Run, npnet.Sweep and npnet.load accept plugins=["snake.py"]'
    assert np.array_equal(npnet.Run(run.path, plugins="snake.py").model.predict(np.eye(2)), expected)


def test_another_file_is_loaded_in_place_of_the_old_one_and_accepted_for_one_run(folder: Path) -> None:
    one, other = (npnet.train(CONFIG, plugins=PLUGINS, quiet=True) for _ in range(2))
    (folder / "snake.py").write_text(f"{SNAKE.read_text('utf-8')}\n")
    with pytest.raises(PluginError) as error:
        npnet.load(one.path, plugins=PLUGINS)
    assert error.value.hint == "accept_plugin=True uses the code of now"
    npnet.load(one.path, plugins=PLUGINS, accept_plugin=True)
    with pytest.raises(PluginError):
        npnet.load(other.path, plugins=PLUGINS)


def test_a_layer_of_the_program_works_by_its_name_in_this_process_alone() -> None:
    class Own(Tanh):
        """A layer of this program."""

    layers.add("own")(Own)
    try:
        run = npnet.train(CONFIG, {"layers.1": "own"}, quiet=True)
        assert run.info["plugins"] == [{"module": __name__, "names": ["own"]}]
        assert npnet.load(run.path).predict(np.eye(2)).shape == (2, 1)
        assert npnet.check_layer(Own()).passed
        assert npnet.Model(npnet.Linear(2, 3), Own(), npnet.Linear(1)).predict(np.eye(2)).shape == (2, 1)
        with pytest.raises(UsageError, match="only this program registers own"):
            npnet.sweep(CONFIG, {"layers.1": "own", "learning_rate": [0.1, 0.2]}, jobs=2, quiet=True)
    finally:
        del layers["own"]
    with pytest.raises(PluginError, match=r"the program registered that trained it"):
        npnet.load(run.path)


def test_check_layer_refuses_what_it_cannot_try() -> None:
    with pytest.raises(UsageError, match="no shape of inputs"):
        npnet.check_layer(npnet.Tanh(), (0, 3))
    with pytest.raises(UsageError) as error:
        npnet.check_layer(Tanh)
    assert error.value.hint == "write Tanh()"
