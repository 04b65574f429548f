"""ONNX: columns in, predictions out, in one graph."""

import json
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.errors import MachineError
from npnet.export.document import MARK, Document
from npnet.export.onnx_code.columns import READERS, ColumnInputs, input_names
from npnet.export.onnx_code.graph import DOUBLE, FLOAT, OnnxGraph
from npnet.export.onnx_code.layers import OF_ROWS, NetworkNodes
from npnet.export.onnx_code.outputs import (
    LINKS,
    TRANSFORMS,
    any_of,
    calibrated,
    is_not_finite,
    output_of,
    write_outputs,
)
from npnet.export.onnx_code.positions import AT_POSITIONS
from npnet.export.onnx_code.preparation import FEATURES, STEPS, inputs_of
from npnet.machine.resources import out_of_memory
from npnet.text import quoted

LAYERS = {**OF_ROWS, **AT_POSITIONS}
OPERATIONS = {
    "layer": LAYERS,
    "option": (),
    "feature": FEATURES,
    "link": LINKS,
    "target_transform": TRANSFORMS,
    "reader": READERS,
    "step": STEPS,
}
OUTPUT = ("task", "targets", "classes", "negatives", "label_delimiter", "threshold", "quantiles")
"""What the metadata says of the outputs."""


def require() -> None:
    """Raise MachineError where onnx is not installed."""
    try:
        import onnx  # noqa: F401
    except ImportError as error:
        install = 'pip install "npnet[onnx]"'
        raise out_of_memory(error) or MachineError(f"--to onnx needs onnx: {error}", install) from error


def render(document: Document) -> bytes:
    """Return the model."""
    graph = OnnxGraph()
    columns = ColumnInputs(graph, document)
    kind = FLOAT if document.dtype == "float32" else DOUBLE
    inputs = []
    for preparation in document.preparations:
        inputs.append(graph.add("Cast", inputs_of(columns, preparation), to=kind))
        columns.refused.append(any_of(graph, is_not_finite(graph, inputs[-1])))
    outputs = []
    for model in document.models:
        nodes = NetworkNodes(graph, document.dtype, model.weights, LAYERS)
        scores = graph.add("Cast", nodes.forward(inputs[model.fold], document.layers), to=DOUBLE)
        outputs.append(output_of(graph, scores, model, document))
    mean = graph.add("Div", graph.add("Sum", *outputs), float(len(outputs)))
    refused = reduce(lambda one, other: graph.add("Or", one, other), dict.fromkeys(columns.refused))
    write_outputs(graph, calibrated(graph, mean, document), refused, document)
    _, _, version = document.origin.written_by.rpartition(" ")
    return graph.model(MARK, version, properties(document))


def predictions(model: bytes, document: Document, feeds: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """Return what the reference of ONNX predicts: probabilities or values, (rows, outputs)."""
    from onnx.reference import ReferenceEvaluator

    names = input_names(document)
    wanted = ["value" if document.output.has_values else "probabilities"]
    found = ReferenceEvaluator(model).run(wanted, {names[name]: values for name, values in feeds.items()})
    return np.asarray(found[0])


def properties(document: Document) -> dict[str, str]:
    """Return the metadata of the model: what it is of, and how the cells of a table become its inputs."""
    data = document.model_dump(mode="json", include={"origin", "columns", "writing"})
    texts = {
        "columns": data["columns"],
        "writing": data["writing"],
        "inputs": input_names(document),
        **{name: getattr(document.output, name) for name in OUTPUT},
    }
    origin = {f"npnet.{name}": value for name, value in data["origin"].items()}
    return origin | {f"npnet.{name}": json.dumps(value, ensure_ascii=False) for name, value in texts.items()}


def notes(document: Document) -> list[str]:
    """Return what the inputs hold that are not cells as they are, and which have another name."""
    found, style = [], document.writing
    read = [column.name for column in document.columns if column.reader == "number"]
    if read and (style.decimal != "." or style.thousands or style.units or style.percent):
        found.append(f"inputs {_listed(read)}: the number that a cell stands for, as ONNX does not read its text")
    for reader, what in (("date", "seconds since 1970 in UTC"), ("duration", "seconds")):
        names = [column.name for column in document.columns if column.reader == reader]
        if names:
            found.append(f"input{'s' * (len(names) > 1)} {_listed(names)}: {what}, as ONNX does not parse text")
    renamed = [f"{name} is the input {other}" for name, other in input_names(document).items() if name != other]
    return [*found, *renamed]


def _listed(names: list[str]) -> str:
    return ", ".join(map(quoted, names))
