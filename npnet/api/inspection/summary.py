"""The layers of a model as a table: their output shapes and parameters."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from npnet.api.arguments import SizedLayer, layer_text
from npnet.api.inspection.tables import TextTable
from npnet.engine.graph import Fork, Graph, LayerStep
from npnet.errors import AdvisedError
from npnet.nn.layer import Layers

UNKNOWN = "?"


@dataclass(frozen=True, repr=False)
class ModelSummary(TextTable):
    """The layers of a model with what they put out; `parameters` is their number, None while it is unknown."""

    parameters: int | None = None


def summary_of(layers: Layers, written: list[SizedLayer], inputs: int | None, state: str) -> ModelSummary:
    """Return the table of layers; sizes are unknown where the number of inputs is, or the target's size."""
    rows: list[tuple[str, str, str, str]] = []
    parameters: int | None = None
    try:
        if inputs is None:
            raise AdvisedError("the number of inputs is unknown")
        graph = Graph(layers, inputs)
        rows, parameters = list(_rows(graph)), sum(_size(step) for step in graph.layer_steps)
    except AdvisedError:
        rows = [(f"layers.{number}", repr(layer), UNKNOWN, UNKNOWN) for number, layer in enumerate(written)]
    count = "parameters unknown until it is trained" if parameters is None else f"{parameters:,} parameters"
    rows.insert(0, ("", "inputs", UNKNOWN if inputs is None else str(inputs), ""))
    columns = ["name", "layer", "output", "parameters"]
    return ModelSummary(columns, rows, ["parameters"], f"{count}; {state}", parameters)


def _rows(graph: Graph) -> Iterator[tuple[str, str, str, str]]:
    for step in graph.steps:
        if isinstance(step, Fork):
            continue
        shape = graph.shapes[step.y].text()
        if isinstance(step, LayerStep):
            count = _size(step)
            yield step.name, layer_text(step.layer), shape, f"{count:,}" if count else ""
        else:
            yield step.name, "Residual: the sum", shape, ""


def _size(step: LayerStep) -> int:
    return sum(prod(parameter.shape) for parameter in step.layer.parameters(step.inputs).values())
