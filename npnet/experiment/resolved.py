"""The resolved experiment: what the config leaves to the data, decided once, before anything is allocated."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from npnet.config.experiment import Experiment
from npnet.engine.cost import Cost
from npnet.engine.graph import Graph
from npnet.engine.loop import Monitor
from npnet.experiment.data_info import DataInfo, loss_of, suited
from npnet.experiment.threads import choose_threads
from npnet.metrics import metrics
from npnet.nn.activations import Sigmoid, Softmax
from npnet.nn.layer import Layers
from npnet.nn.losses import Loss

LAST = {"sigmoid": Sigmoid, "softmax": Softmax}


@dataclass(frozen=True, eq=False)
class ResolvedExperiment:
    """An experiment as it is trained; `config` is the same as a config, which resolved.yaml has.

    `layers` are those that are trained: a last activation that the loss contains is left out. `batch_rows` is at most
    the number of training rows; `batch_size` is None where every step takes all of them, unshuffled.
    """

    config: Experiment
    data: DataInfo
    loss: Loss
    layers: Layers
    learning_rate: float
    monitor: Monitor
    batch_rows: int
    batch_size: int | None
    dtype: type[np.floating[Any]]
    threads: int
    graph: Graph

    @cached_property
    def cost(self) -> Cost:
        """What one of its models costs."""
        return Cost(self.graph, self.batch_rows, len(self.config.optimizer.slots), np.dtype(self.dtype).itemsize)

    @property
    def training_bytes(self) -> int:
        """Bytes of memory that the networks of one fold take, with the data."""
        return self.cost.training_bytes(self.data.rows, self.data.targets, self.config.ensemble)


def resolve(experiment: Experiment, data: DataInfo) -> ResolvedExperiment:
    """Fill in what an experiment leaves to the data, which it fits as `check` says."""
    loss = loss_of(experiment, data)
    layers = suited(experiment.layers, data, loss.outputs(data.targets, data.classes))
    learning_rate = experiment.learning_rate or experiment.optimizer.usual_rate
    monitor = experiment.monitor or f"{'validation' if 'validation' in data.rows else 'train'}_loss"
    trained = without_final_activation(layers, loss)
    graph = Graph(trained, data.features)
    batch_size = None if experiment.batch_size == "all" else experiment.batch_size
    batch_rows = min(batch_size or data.rows["train"], data.rows["train"])
    dtype = np.float64 if experiment.dtype == "float64" else np.float32
    threads = choose_threads(experiment.threads, Cost(graph, batch_rows, 0, 0).largest_product)
    filled = {"loss": loss, "layers": layers, "learning_rate": learning_rate, "monitor": monitor, "threads": threads}
    config = experiment.model_copy(update=filled)
    return ResolvedExperiment(
        config=config,
        data=data,
        loss=loss,
        layers=trained,
        learning_rate=learning_rate,
        monitor=monitor_of(monitor),
        batch_rows=batch_rows,
        batch_size=batch_size,
        dtype=dtype,
        threads=threads,
        graph=graph,
    )


def without_final_activation(layers: Layers, loss: Loss) -> Layers:
    """Leave out a last activation that the loss contains."""
    last = LAST.get(loss.link)
    return layers[:-1] if last and isinstance(layers[-1], last) else layers


def monitor_of(name: str) -> Monitor:
    """The monitored value of that name, such as validation_loss, and whether more of it is better."""
    metric = name.partition("_")[2]
    return Monitor(name, metric != "loss" and metrics[metric].goal == "maximize")
