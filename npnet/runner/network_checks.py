"""A network before it is trained: its layers and costs, the check of its gradients, the calls of one step."""

from dataclasses import dataclass

from npnet.engine.batches import Batches, Samples
from npnet.engine.gradcheck import TensorCheck, check_gradients, hint
from npnet.engine.passes import Pass
from npnet.engine.trace import StepCall, step_calls
from npnet.engine.updates import Updates
from npnet.experiment.resolved import resolve
from npnet.model.trainer import Trainer
from npnet.nn.layer import layers
from npnet.runner.prepared_run import PreparedRun

ROWS = 32
"""Training rows on which gradients are checked."""


@dataclass(frozen=True)
class LayerLine:
    """One layer: its name in a state_dict, its kind, its inputs and outputs, its parameters."""

    name: str
    kind: str
    inputs: int
    outputs: int
    parameters: int


@dataclass(frozen=True)
class Outline:
    """A training before it runs: layers, parameters, rows by split, steps an epoch, epochs, threads, bytes."""

    layers: list[LayerLine]
    parameters: int
    rows: dict[str, int]
    steps: int
    epochs: int
    threads: int
    memory: int


def outline(run: PreparedRun) -> Outline:
    """Describe the training of an experiment without allocating anything for it."""
    experiment, lines = run.experiment, []
    for step in experiment.graph.of_layers():
        shapes = [parameter.shape for parameter in step.layer.parameters(step.inputs).values()]
        count, outputs = sum(rows * columns for rows, columns in shapes), step.layer.width(step.inputs)
        lines.append(LayerLine(step.name, layers.name_of(step.layer), step.inputs, outputs, count))
    return Outline(
        layers=lines,
        parameters=experiment.cost.parameters,
        rows=dict(experiment.data.rows),
        steps=-(-experiment.data.rows["train"] // experiment.batch_rows),
        epochs=experiment.config.epochs,
        threads=experiment.threads,
        memory=experiment.training_bytes,
    )


@dataclass(frozen=True)
class GradientCheck:
    """The check of every tensor of a network, and the number of rows it was made on."""

    samples: int
    tensors: list[TensorCheck]

    @property
    def passed(self) -> bool:
        """Whether every gradient is right."""
        return all(tensor.passed for tensor in self.tensors)

    def hint(self, tensor: TensorCheck) -> str:
        """Return what a wrong gradient looks like; empty where it is right."""
        return hint(tensor, self.samples)


def check_gradients_of(run: PreparedRun) -> GradientCheck:
    """Compare the gradients of a network at its initial values with central differences, in float64."""
    trainer = _single(run, dtype="float64")
    whole = trainer.samples("train")
    samples = Samples(whole.x[:ROWS], whole.t[:ROWS])
    network, constraints = trainer.stack_trainer.network, trainer.stack_trainer.learners[0].constraints
    return GradientCheck(len(samples), check_gradients(network, trainer.loss, samples, constraints))


def calls_of_step(run: PreparedRun) -> list[StepCall]:
    """Return the NumPy calls of one step of one model on a whole batch, in order."""
    trainer = _single(run)
    network, experiment = trainer.stack_trainer.network, trainer.resolved
    batches = Batches(trainer.samples("train"), experiment.batch_size, experiment.config.seed)
    one = Pass(network, batches.shapes()[batches.size], experiment.loss, training=True)
    updates = Updates(network, experiment.config.optimizer, trainer.stack_trainer.learners[0].constraints)
    stages = {"forward": one.forward, "backward": one.backward, "penalties": updates.penalties, "update": updates.calls}
    return list(step_calls(stages, {**one.buffers, **updates.buffers}))


def _single(run: PreparedRun, **changes: str) -> Trainer:
    """Return the trainer of one network of an experiment, with some settings changed."""
    config = run.experiment.config.model_copy(update={"ensemble": 1, **changes})
    return Trainer(resolve(config, run.experiment.data), run.folds[0][0])
