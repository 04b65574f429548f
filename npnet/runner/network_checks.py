"""A network before it is trained: its layers and costs, the check of its gradients, the calls of one step."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from npnet.config import Loaded
from npnet.engine.batches import Batches, Samples
from npnet.engine.passes import Pass
from npnet.engine.trace import Call, CallTrace
from npnet.engine.updates import Updates
from npnet.experiment.resolved import resolve
from npnet.model.trainer import Trainer
from npnet.nn.layer import Array, layers
from npnet.nn.optimizers import optimizers
from npnet.nn.shape import Shape
from npnet.runner.prepared_run import PreparedRun

if TYPE_CHECKING:
    from npnet.engine.gradcheck import TensorCheck

ROWS = 32
"""Training rows on which gradients are checked."""


@dataclass(frozen=True)
class LayerLine:
    """One layer: its name in a state_dict, kind, inputs, outputs, parameters, and the positions of the outputs."""

    name: str
    kind: str
    inputs: int
    outputs: int
    parameters: int
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Outline:
    """A training before it runs: layers, parameters, rows by split, steps, their rows, epochs, threads, bytes.

    `steps` are those of an epoch; each is of `step_rows` rows in `batches` batches.
    """

    layers: list[LayerLine]
    parameters: int
    rows: dict[str, int]
    steps: int
    step_rows: int
    batches: int
    epochs: int
    threads: int
    memory: int


def layer_shapes(run: PreparedRun) -> Iterator[Shape]:
    """Iterate over the shapes after each layer of an experiment, the activation that the loss contains included."""
    shape = Shape(run.experiment.data.features)
    for layer in run.experiment.sized_layers:
        shape = layer.shape(shape)
        yield shape


def outline(run: PreparedRun) -> Outline:
    """Describe the training of an experiment without allocating anything for it."""
    experiment, lines = run.experiment, []
    for step in experiment.graph.layer_steps:
        shapes = [parameter.shape for parameter in step.layer.parameters(step.inputs).values()]
        count, made = sum(rows * columns for rows, columns in shapes), step.layer.shape(step.inputs)
        kind = layers.name_of(step.layer)
        lines.append(LayerLine(step.name, kind, step.inputs.features, made.features, count, made.positions))
    return Outline(
        layers=lines,
        parameters=experiment.cost.parameters,
        rows=dict(experiment.data.rows),
        steps=experiment.steps,
        step_rows=experiment.step_rows,
        batches=-(-experiment.step_rows // experiment.batch_rows),
        epochs=experiment.config.epochs,
        threads=experiment.threads,
        memory=experiment.training_bytes,
    )


@dataclass(frozen=True)
class GradientCheck:
    """The check of every tensor of a network, and the number of rows it was made on."""

    samples: int
    tensors: "list[TensorCheck]"

    @property
    def passed(self) -> bool:
        """Whether every gradient is right."""
        return all(tensor.passed for tensor in self.tensors)

    def hint(self, tensor: "TensorCheck") -> str:
        """Return what a wrong gradient looks like; empty where it is right."""
        from npnet.engine.gradcheck import hint

        return hint(tensor, self.samples)


def check_gradients_of(run: PreparedRun) -> GradientCheck:
    """Compare the gradients of a network at its initial values with central differences, in float64."""
    from npnet.engine.gradcheck import check_gradients

    trainer = single_trainer(run, dtype="float64")
    whole = trainer.samples("train")
    samples = Samples(whole.x[:ROWS], whole.t[:ROWS])
    network, constraints = trainer.stack_trainer.network, trainer.stack_trainer.learners[0].constraints
    return GradientCheck(len(samples), check_gradients(network, trainer.loss, samples, constraints))


class Operand(NamedTuple):
    """An array or a number of a call: its name, and its shape, which is () for a number."""

    name: str
    shape: tuple[int, ...]


class StepCall(NamedTuple):
    """One NumPy call: stage of the step, calling method, function, inputs and output."""

    stage: str
    method: str
    function: str
    inputs: tuple[Operand, ...]
    output: Operand


def calls_of_step(run: PreparedRun) -> list[StepCall]:
    """Return the NumPy calls of one step of one model on a whole batch, in order."""
    trainer = single_trainer(run)
    network, experiment = trainer.stack_trainer.network, trainer.resolved
    batches = Batches(trainer.samples("train"), experiment.batch_size, experiment.config.seed)
    one = Pass(network, batches.shapes[batches.size], experiment.loss, training=True)
    updates = Updates(network, experiment.config.optimizer, trainer.stack_trainer.learners[0].constraints)
    stages = {"forward": one.forward, "backward": one.backward, "penalties": updates.penalties, "update": updates.calls}
    return list(step_calls(stages, {**one.buffers, **updates.buffers}))


def step_calls(stages: Mapping[str, CallTrace], buffers: Mapping[str, Array]) -> Iterator[StepCall]:
    """Iterate over the calls of all stages; arrays are named by the buffer they lie in."""
    bounds = [(*np.lib.array_utils.byte_bounds(array), name) for name, array in buffers.items() if array.size]
    bounds.sort(key=lambda bound: bound[1] - bound[0])

    def operand(value: Any) -> Operand:
        name = "empty"
        if isinstance(value, np.ndarray) and value.size:
            low, high = np.lib.array_utils.byte_bounds(value)
            name = next((name for first, last, name in bounds if first <= low and high <= last), "work")
        if isinstance(value, np.ndarray) and value.ndim:
            return Operand(name, value.shape)
        return Operand(name if name not in ("empty", "work") else f"{float(value):.6g}", ())

    for stage, trace in stages.items():
        for label, first, stop in trace.sections:
            for function, inputs, output in map(_parts, trace.calls[first:stop]):
                yield StepCall(stage, label, _name(function), tuple(map(operand, inputs)), operand(output))


def _parts(call: Call) -> tuple[Callable[..., object], tuple[Any, ...], Any]:
    """Split a call into its function, inputs and output."""
    function, arrays = call
    if isinstance(function, partial):
        return function.func, function.args, function.keywords["out"]
    return (function, arrays[1:], arrays[0]) if function is np.copyto else (function, arrays[:-1], arrays[-1])


def _name(function: Any) -> str:
    ufunc = getattr(function, "__self__", None)
    return f"{ufunc.__name__}.{function.__name__}" if isinstance(ufunc, np.ufunc) else str(function.__name__)


def refuse_search(loaded: Loaded) -> None:
    """Raise ConfigError for an optimizer whose step is not one evaluation of the network."""
    optimizer = loaded.experiment.optimizer
    if optimizer.searches:
        what = f"a step of {optimizers.name_of(optimizer)} evaluates the network several times, and is not written out"
        raise loaded.error(("optimizer",), what, "write optimizer: sgd, which takes the gradient alone")


def single_trainer(run: PreparedRun, **changes: str) -> Trainer:
    """Return the trainer of one network of an experiment, with some settings changed."""
    config = run.experiment.config.model_copy(update={"ensemble": 1, **changes})
    return Trainer(resolve(config, run.experiment.data), run.folds[0][0])
