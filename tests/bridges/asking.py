"""Exports in the formats of others, asked for predictions: onnxruntime, the reference of ONNX, PyTorch."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.export.python_code.answers import answers_of
from npnet.export.python_code.reading import cells_of
from tests.export.cases import Exported
from tests.export.parity import ASK, Answers, Rows, module_of


def ask_onnxruntime(path: Path, rows: Rows) -> Answers:
    """Return the predictions of onnxruntime."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
    properties = session.get_modelmeta().custom_metadata_map
    names = [one.name for one in session.get_outputs()]
    return answers(dict(zip(names, session.run(names, feeds_of(properties, rows)), strict=True)), properties)


def feeds_of(properties: dict[str, str], rows: Rows) -> dict[str, NDArray[Any]]:
    """Return the inputs of a model, from the texts of rows by the readers that it carries."""
    columns, names = json.loads(properties["npnet.columns"]), json.loads(properties["npnet.inputs"])
    cells = cells_of(rows, columns, json.loads(properties["npnet.writing"]))
    feeds = {}
    for column in columns:
        values: Any = np.array(cells[column["name"]])
        if column["reader"] in ("text", "rank"):
            values = np.array([row[column["name"]].strip() for row in rows], object)
        feeds[names[column["name"]]] = values[:, np.newaxis]
    return feeds


def answers(found: dict[str, NDArray[Any]], properties: dict[str, str]) -> Answers:
    """Return the outputs of a model as the columns of npnet predict; checks the labels beside the probabilities."""
    output = {name: json.loads(properties[f"npnet.{name}"]) for name in ("task", "targets", "classes", "quantiles")}
    output |= {name: json.loads(properties[f"npnet.{name}"]) for name in ("negatives", "label_delimiter", "threshold")}
    several = len(output["quantiles"])
    output["middle"] = int(np.argmin(np.abs(np.array(output["quantiles"]) - 0.5))) if several else None
    y = found.get("quantiles", found.get("value", found.get("probabilities")))
    y = np.asarray(y).reshape(len(y), -1)
    if output["task"] == "binary":
        y = y[:, 1:]
    each = [answers_of(row, output) for row in y.tolist()]
    if output["task"] in ("binary", "multiclass"):
        assert [answer["prediction"] or "" for answer in each] == found["label"].tolist()
    if several:
        assert np.array_equal(found["quantiles"][..., output["middle"]], found["value"], equal_nan=True)
    return each


def ask_torch(path: Path, rows: Rows) -> Answers:
    """Return the predictions of model.py."""
    found: Answers = module_of(path / "model.py").predict(rows)
    return found


EVERY: Mapping[str, Callable[[Path, Exported], Answers]] = {
    "onnx": lambda path, case: ask_onnxruntime(path, case.rows),
    "numpy": ASK["numpy"],
    "torch": lambda path, case: ask_torch(path, case.rows),
    "c": ASK["c"],
    "json": ASK["json"],
}
"""Ask an export for the rows of a case, by target, in the order of the table of parity."""
