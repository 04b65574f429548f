"""The resolved experiment: data prepared, and every setting that the config leaves to them decided once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from npnet.config.experiment import Experiment
from npnet.config.sweep import maximizes
from npnet.data import Dataset, Prepared, Task
from npnet.data.datasets import refuse_unlearnable
from npnet.data.reproduction import reproducing
from npnet.data.split import parts_of
from npnet.data.split.folds import folds_of
from npnet.data.split_and_fit import prepare_members, prepare_parts
from npnet.engine.augmentation import Augmentation
from npnet.engine.graph import Cost, Graph
from npnet.engine.loop import Monitor
from npnet.errors import DataError
from npnet.experiment.frame_plan import HALF, FramePlan
from npnet.machine.resources import cores
from npnet.nn.activations import Sigmoid, Softmax
from npnet.nn.attention.tokens import TokenEmbedding, Unembedding
from npnet.nn.layer import Inputs, Layers, fitted
from npnet.nn.linear import Linear
from npnet.nn.losses import BinaryCrossEntropy, CrossEntropy, Loss
from npnet.nn.losses.regression import MeanSquaredError, Poisson
from npnet.nn.positions.reshape import Positions
from npnet.rng import member_seed

DEFAULT_LOSS: dict[Task, Loss] = {
    "binary": BinaryCrossEntropy(),
    "multiclass": CrossEntropy(),
    "multilabel": BinaryCrossEntropy(),
    "regression": MeanSquaredError(),
    "counts": Poisson(),
}
FINAL_ACTIVATIONS = {"sigmoid": Sigmoid, "softmax": Softmax}
LARGE_PRODUCT = 2e7
"""Multiply-adds of a matrix product from which a second thread is faster, in spite of waking it up."""


@dataclass(frozen=True)
class DataInfo:
    """Task, sizes and kinds of inputs of prepared data.

    `features`, `targets` and `classes` (0 without) are numbers, `rows` are counted for each split; `lowest` is the
    smallest target of a regression or of counts. Data at `positions` may be `ragged`: the last positions of a row
    may not exist. `steps` says whether each has a target; `tokens` is the number of codes, if values are codes;
    `predicts_next` says that the target of each position is the input of the next.
    """

    task: Task
    features: int
    targets: int
    classes: int
    rows: Mapping[str, int]
    inputs: Inputs
    lowest: float = 0.0
    positions: tuple[int, ...] = ()
    ragged: bool = False
    steps: bool = False
    tokens: int = 0
    predicts_next: bool = False

    @property
    def positions_of_target(self) -> tuple[int, ...]:
        """The positions that a network must end with: none where a row has one target."""
        return self.positions if self.steps else ()

    @classmethod
    def of(cls, prepared: Prepared) -> "DataInfo":
        """Return the sizes of prepared data."""
        rows = {name: len(split.X) for name, split in prepared.parts.items()}
        inputs = Inputs(prepared.preparation.numbers, prepared.preparation.embedded)
        lowest = min(float(split.each_target.y.min()) for split in prepared.parts.values())
        sizes, at = (prepared.inputs, len(prepared.targets), prepared.class_count), prepared.preparation
        each = prepared.steps, prepared.tokens, prepared.predicts_next
        return cls(prepared.task, *sizes, rows, inputs, lowest, at.positions, at.ragged, *each)


def prepare_folds(experiment: Experiment, dataset: Dataset) -> list[list[Prepared]]:
    """Split and prepare a data set: for each fold its data, or those of each member."""
    e = experiment
    refuse_unlearnable(dataset)
    if e.cv and dataset.text is not None:
        error = DataError("cv holds out rows, and a text is split in its order", "take cv out; split: has the shares")
        error.key = "cv"
        raise error
    folds = folds_of(dataset, e.cv, e.seed) if e.cv else [parts_of(dataset, e.split, e.seed)]
    options = e.preparing, e.class_weight, e.dtype, e.target_transform
    if not e.own_validation:
        prepared = [[prepare_parts(dataset, fold, *options)] for fold in folds]
    else:
        seeds = [member_seed(e.seed, member) for member in range(e.ensemble)]
        prepared = [prepare_members(dataset, fold, seeds, *options) for fold in folds]
    return [[reproducing(one) for one in fold] for fold in prepared] if e.target == "inputs" else prepared


@dataclass(frozen=True, eq=False)
class ResolvedExperiment:
    """An experiment with its data's sizes and every setting that depends on them.

    `given` is the experiment as the config has it. `sized_layers` are its layers with all sizes filled in, `layers`
    those that are trained: a final activation that the loss contains is left out. `batch_rows` is at most the number
    of training rows; `batch_size` is None for full-batch training, which does not shuffle.
    Graph, cost, threads and config are computed when first asked for, which needs layers that fit the data.
    """

    given: Experiment
    data: DataInfo
    loss: Loss
    sized_layers: Layers
    layers: Layers
    learning_rate: float
    monitor: Monitor
    batch_rows: int
    batch_size: int | None
    dtype: type[np.floating[Any]]

    @cached_property
    def graph(self) -> Graph:
        """The graph of the trained layers."""
        return Graph(self.layers, self.data.features)

    @cached_property
    def cost(self) -> Cost:
        """The cost of one of its models."""
        return Cost(self.graph, self.batch_rows, len(self.given.optimizer.slots), np.dtype(self.dtype).itemsize)

    @cached_property
    def threads(self) -> int:
        """The number of BLAS threads."""
        return choose_threads(self.given.threads, self.cost.largest_product)

    @cached_property
    def config(self) -> Experiment:
        """The experiment with everything filled in, as resolved.yaml has it."""
        filled = {"loss": self.loss, "layers": self.sized_layers, "learning_rate": self.learning_rate}
        return self.given.model_copy(update={**filled, "monitor": self.monitor.name, "threads": self.threads})

    @property
    def step_rows(self) -> int:
        """The rows of a step: those of a batch, or of all batches over which its gradient is accumulated."""
        return min(self.batch_rows * self.given.accumulate, self.data.rows["train"])

    @property
    def steps(self) -> int:
        """The steps of an epoch."""
        return -(-self.data.rows["train"] // self.step_rows)

    @cached_property
    def augmentation(self) -> Augmentation | None:
        """The changes of training rows, at the positions that the first layer gives them."""
        if self.given.augment is None:
            return None
        return Augmentation(self.given.augment, self.graph.shapes[1], self.given.seed)

    @property
    def frame_bytes(self) -> int:
        """Bytes of the recorded parameters and running statistics of a model."""
        return HALF * self.cost.weights_bytes // self.cost.itemsize

    @cached_property
    def frame_plan(self) -> FramePlan | None:
        """The steps of the training that are recorded, if any."""
        if self.given.record is None:
            return None
        return FramePlan.of(self.given.record, self.steps, self.frame_bytes)

    @property
    def training_bytes(self) -> int:
        """Bytes of memory that the networks of one fold need, with the data."""
        return self.cost.training_bytes(self.data.rows, self.data.targets, self.given.ensemble)


def resolve(experiment: Experiment, data: DataInfo) -> ResolvedExperiment:
    """Decide every setting that an experiment leaves to its data, whether they fit it or not."""
    e, rows = experiment, data.rows["train"]
    loss = e.loss or DEFAULT_LOSS[data.task]
    layers = sized(fitted(at_positions(e.layers, data), data.inputs), loss.outputs(data.targets, data.classes))
    monitor = e.monitor or f"{'validation' if 'validation' in data.rows else 'train'}_loss"
    batch_size = None if e.batch_size == "all" else e.batch_size
    return ResolvedExperiment(
        given=e,
        data=data,
        loss=loss,
        sized_layers=layers,
        layers=without_final_activation(layers, loss),
        learning_rate=e.learning_rate or e.optimizer.usual_rate,
        monitor=Monitor(monitor, maximizes(monitor.partition("_")[2])),
        batch_rows=min(batch_size or rows, rows),
        batch_size=batch_size,
        dtype=np.dtype(e.dtype).type,
    )


def at_positions(layers: Layers, data: DataInfo) -> Layers:
    """Return the layers for data at positions: `positions` in front, unless it is there, and the number of tokens."""
    if data.positions and not isinstance(layers[0], Positions):
        size = data.positions[0] if len(data.positions) == 1 else data.positions
        layers = (Positions(size=size, ragged=data.ragged), *layers)
    if not data.tokens:
        return layers
    return tuple(
        layer.model_copy(update={"tokens": data.tokens})
        if isinstance(layer, TokenEmbedding | Unembedding) and layer.tokens is None
        else layer
        for layer in layers
    )


def sized(layers: Layers, outputs: int) -> Layers:
    """Fill in missing units of the last `linear`; layers such as sigmoid may follow it."""
    for position in reversed(range(len(layers))):
        layer = layers[position]
        if isinstance(layer, Linear):
            if layer.units is None:
                layer = layer.model_copy(update={"units": outputs})
            return (*layers[:position], layer, *layers[position + 1 :])
    return layers


def without_final_activation(layers: Layers, loss: Loss) -> Layers:
    """Remove a final activation that the loss contains."""
    contained = FINAL_ACTIVATIONS.get(loss.link)
    return layers[:-1] if contained and isinstance(layers[-1], contained) else layers


def choose_threads(written: int | Literal["auto"], largest_product: int) -> int:
    """Return the number of BLAS threads; for `auto` all cores where the products are large."""
    if written != "auto":
        return written
    return cores() if largest_product >= LARGE_PRODUCT else 1
