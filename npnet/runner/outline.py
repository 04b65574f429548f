"""The outline of a training that is not run: its layers with shapes and parameters, its data, its steps."""

from dataclasses import dataclass

from npnet.engine.graph import Graph
from npnet.experiment.data_info import complete
from npnet.experiment.memory import needed
from npnet.model.output_transform import without_final_activation
from npnet.nn.layer import layers
from npnet.runner.prepared_run import PreparedRun


@dataclass(frozen=True)
class LayerLine:
    """One layer: its name in a state_dict, its kind, the features that go in and come out, its parameters."""

    name: str
    kind: str
    inputs: int
    outputs: int
    parameters: int


@dataclass(frozen=True)
class Outline:
    """What a training would be: layers, parameters, rows by part, steps an epoch, epochs, threads, bytes."""

    layers: list[LayerLine]
    parameters: int
    rows: dict[str, int]
    steps: int
    epochs: int
    threads: int
    memory: int


def outline(ready: PreparedRun) -> Outline:
    """Describe the training of an experiment without allocating anything for it."""
    facts = ready.facts
    experiment = complete(ready.experiment, facts)
    assert experiment.loss is not None
    lines = _lines(Graph(without_final_activation(experiment.layers, experiment.loss), facts.features))
    rows = facts.rows["train"]
    size = rows if experiment.batch_size == "all" else min(experiment.batch_size, rows)
    return Outline(
        layers=lines,
        parameters=sum(line.parameters for line in lines),
        rows=dict(facts.rows),
        steps=-(-rows // size),
        epochs=experiment.epochs,
        threads=ready.threads,
        memory=needed(ready.experiment, facts),
    )


def _lines(plan: Graph) -> list[LayerLine]:
    lines = []
    for step in plan.of_layers():
        shapes = [parameter.shape for parameter in step.layer.parameters(step.inputs).values()]
        count = sum(rows * columns for rows, columns in shapes)
        lines.append(
            LayerLine(step.name, layers.name_of(step.layer), step.inputs, step.layer.width(step.inputs), count)
        )
    return lines
