"""Types of the Python interface: a user's script passes mypy in its strict mode, and mistakes in it are found."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long  # mypy reads NumPy, pandas and npnet
RIGHT = """
import numpy as np
import pandas as pd
from numpy.typing import NDArray

import npnet
from npnet import Linear, Model, NPNetClassifier, PlainLayer, ReLU, Run, load


class Twice(PlainLayer):
    def forward(self, x: NDArray[np.float64], parameters: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        return 2 * x


run: Run = npnet.train({"dataset": "moons", "layers": [Linear(4), ReLU(), Linear()]}, epochs=2, name="x", tags=["a"])
history: pd.DataFrame = run.history
model: Model = load(run.id)
model = Model(Linear(2, 5, init="glorot_uniform"), npnet.Dropout(0.2), Twice(), npnet.Residual([Linear(5)]), seed=1)
model.add(npnet.Sigmoid()).train(np.zeros((4, 2)), [0, 1] * 2, 0.1, 5, optimizer="adam", validation=0.2)
found: dict[str, NDArray[np.float64]] = model.activations([[0.0, 1.0]])
right: bool = model.gradcheck().passed
best: Run = npnet.sweep(run.config, learning_rate=[0.1, 0.2], epochs=1).best
table: pd.DataFrame = npnet.runs()
estimator = NPNetClassifier(epochs=2)
"""
WRONG = {
    "npnet.Lineer(3)": 'maybe "Linear"',
    "npnet.Dropout(rat=1)": 'did you mean "rate"',
    "npnet.train(3)": "incompatible type",
    "npnet.train('a.yaml', learning_rte=1)": 'Unexpected keyword argument "learning_rte"',
    "npnet.Model().train([[1.0]], [1], lr=0.1)": 'Unexpected keyword argument "lr"',
    "npnet.Model(3)": "incompatible type",
}


def test_a_script_passes_and_mistakes_are_found(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="needs the dev extra")
    (tmp_path / "right.py").write_text(RIGHT)
    (tmp_path / "wrong.py").write_text("\n".join(["import npnet", *WRONG]))
    command = [sys.executable, "-m", "mypy", "--strict", "right.py", "wrong.py"]
    lines = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout.splitlines()
    assert not [line for line in lines if line.startswith("right.py")]
    for number, words in enumerate(WRONG.values(), 2):
        assert any(line.startswith(f"wrong.py:{number}:") and words in line for line in lines), words
