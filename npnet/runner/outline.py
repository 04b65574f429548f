"""The outline of a training that is not run: its layers with shapes and parameters, its data, its steps."""

from dataclasses import dataclass

from npnet.engine.graph import Graph
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


def outline(run: PreparedRun) -> Outline:
    """Describe the training of an experiment without allocating anything for it."""
    experiment = run.experiment
    return Outline(
        layers=_lines(experiment.graph),
        parameters=experiment.cost.parameters,
        rows=dict(experiment.data.rows),
        steps=-(-experiment.data.rows["train"] // experiment.batch_rows),
        epochs=experiment.config.epochs,
        threads=experiment.threads,
        memory=experiment.training_bytes,
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
