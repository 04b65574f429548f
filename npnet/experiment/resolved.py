"""The resolved experiment: every setting that the config leaves to the data, decided once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from npnet.config.experiment import Experiment
from npnet.config.sweep import maximizes
from npnet.data import Task
from npnet.engine.cost import Cost
from npnet.engine.graph import Graph
from npnet.engine.loop import Monitor
from npnet.experiment.data_info import DataInfo
from npnet.experiment.threads import choose_threads
from npnet.nn.activations import Sigmoid, Softmax
from npnet.nn.layer import Layers, fitted
from npnet.nn.linear import Linear
from npnet.nn.losses import BinaryCrossEntropy, CrossEntropy, Loss
from npnet.nn.regression_losses import MeanSquaredError, Poisson

DEFAULT_LOSS: dict[Task, Loss] = {
    "binary": BinaryCrossEntropy(),
    "multiclass": CrossEntropy(),
    "multilabel": BinaryCrossEntropy(),
    "regression": MeanSquaredError(),
    "counts": Poisson(),
}
FINAL_ACTIVATIONS = {"sigmoid": Sigmoid, "softmax": Softmax}


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
    def training_bytes(self) -> int:
        """Bytes of memory that the networks of one fold need, with the data."""
        return self.cost.training_bytes(self.data.rows, self.data.targets, self.given.ensemble)


def resolve(experiment: Experiment, data: DataInfo) -> ResolvedExperiment:
    """Decide every setting that an experiment leaves to its data, whether they fit it or not."""
    e, rows = experiment, data.rows["train"]
    loss = e.loss or DEFAULT_LOSS[data.task]
    layers = sized(fitted(e.layers, data.inputs), loss.outputs(data.targets, data.classes))
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
