"""The program of NumPy exports."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.export.python_code.answers import answers_of
from npnet.export.python_code.numpy_inputs import inputs_of
from npnet.export.python_code.numpy_layers import LAYERS
from npnet.export.python_code.numpy_outputs import calibrated, output_of
from npnet.export.python_code.numpy_positions import POSITIONS
from npnet.export.python_code.reading import Cells, Row, cells_of

MODEL: dict[str, Any] = {}  # the document of the run, without its weights


def forward(x: NDArray[Any], layers: list[dict[str, Any]], weights: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """Return the scores (rows, scores) of inputs (rows, inputs): one layer after another."""
    for layer in layers:
        if layer["op"] == "residual":
            x = x + forward(x, layer["layers"], weights)
            continue
        start = f"{layer['name']}."
        own = {name.removeprefix(start): values for name, values in weights.items() if name.startswith(start)}
        function = LAYERS[layer["op"]] if layer["op"] in LAYERS else POSITIONS[layer["op"]]
        x = function(x, layer["options"], own)
    return x


def outputs_of(cells: Cells) -> NDArray[Any]:
    """Return probabilities or values, (rows, outputs), averaged over all models."""
    stored = np.load(Path(__file__).with_name("weights.npz"), allow_pickle=False)
    inputs = [inputs_of(cells, preparation).astype(MODEL["dtype"]) for preparation in MODEL["preparations"]]
    for row in np.argwhere(~np.isfinite(np.concatenate(inputs, axis=1)).all(axis=1)):
        raise ValueError(f"row {row[0] + 1}: a number is too large")
    outputs = []
    for number, model in enumerate(MODEL["models"]):
        start = f"{number}."
        weights = {name.removeprefix(start): stored[name] for name in stored.files if name.startswith(start)}
        scores = forward(inputs[model["fold"]], MODEL["layers"], weights)
        outputs.append(output_of(scores.astype(float), model, MODEL["output"]))
    return calibrated(np.mean(outputs, axis=0), MODEL["output"])


def predict(rows: list[Row]) -> list[dict[str, Any]]:
    """Return the prediction of each row, given as the texts of a table by column."""
    with np.errstate(all="ignore"):
        outputs = outputs_of(cells_of(rows, MODEL["columns"], MODEL["writing"]))
    return [answers_of(row, MODEL["output"]) for row in outputs.tolist()]
