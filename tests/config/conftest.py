"""A valid config, and ways to write and load one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from npnet.config import Loaded, load
from npnet.errors import ConfigError, Problem

VALID = """\
dataset: {circles: {samples: 200, noise: 0.04}}
layers:
  - linear: 16          # inputs are inferred
  - relu
  - linear: 1
  - sigmoid
loss: binary_cross_entropy
optimizer: adam
learning_rate: 0.01
epochs: 100
batch_size: 128
"""

Load = Callable[..., Loaded]
Problems = Callable[..., list[Problem]]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def load_text() -> Load:
    """Write a text to c.yaml and load it with overrides."""

    def load_it(text: str | bytes = VALID, *overrides: str) -> Loaded:
        Path("c.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
        return load(Path("c.yaml"), list(overrides))

    return load_it


@pytest.fixture
def problems_of(load_text: Load) -> Problems:
    """Return the problems of a text that must be refused."""

    def problems(text: str | bytes = VALID, *overrides: str) -> list[Problem]:
        with pytest.raises(ConfigError) as caught:
            load_text(text, *overrides)
        assert caught.value.code == 3
        return list(caught.value.problems)

    return problems


@pytest.fixture
def valid() -> str:
    return VALID
