"""Facts: the sizes of the data by which an experiment is checked and completed."""

from collections.abc import Mapping
from dataclasses import dataclass

from npnet.config.experiment import Experiment
from npnet.config.nodes import Path
from npnet.data import Prepared, Task
from npnet.nn.layer import Inputs, Layers, fitted
from npnet.nn.linear import Linear
from npnet.nn.losses import BinaryCrossEntropy, CrossEntropy, Loss
from npnet.nn.regression_losses import MeanSquaredError, Poisson

USUAL_LOSS: dict[Task, Loss] = {
    "binary": BinaryCrossEntropy(),
    "multiclass": CrossEntropy(),
    "multilabel": BinaryCrossEntropy(),
    "regression": MeanSquaredError(),
    "counts": Poisson(),
}


@dataclass(frozen=True)
class DataInfo:
    """A dataset's task, and its numbers of inputs, targets, classes (or 0), rows per part, and what its inputs are.

    `lowest` is the smallest target, of a regression or of counts.
    """

    task: Task
    features: int
    targets: int
    classes: int
    rows: Mapping[str, int]
    inputs: Inputs
    lowest: float = 0.0

    @classmethod
    def of(cls, prepared: Prepared) -> "DataInfo":
        """The sizes of data that are ready to train on."""
        rows = {name: len(part.X) for name, part in prepared.parts.items()}
        inputs = Inputs(prepared.preparation.numbers, prepared.preparation.embedded)
        lowest = min(float(part.y.min()) for part in prepared.parts.values())
        return cls(prepared.task, prepared.inputs, len(prepared.targets), prepared.class_count, rows, inputs, lowest)


def loss_of(experiment: Experiment, facts: DataInfo) -> Loss:
    """The loss as written, or the usual one of the task."""
    return experiment.loss or USUAL_LOSS[facts.task]


def suited(layers: Layers, facts: DataInfo, outputs: int) -> Layers:
    """The layers with what they take from the data: what the inputs are, the size of a last `linear`."""
    return sized(fitted(layers, facts.inputs), outputs)


def sized(layers: Layers, outputs: int) -> Layers:
    """The layers with the size of a last `linear` without units filled in.

    A layer after it, such as sigmoid, does not keep it from being the last linear one.
    """
    for place in reversed(range(len(layers))):
        layer = layers[place]
        if isinstance(layer, Linear):
            if layer.units is None:
                layer = layer.model_copy(update={"units": outputs})
            return (*layers[:place], layer, *layers[place + 1 :])
    return layers


def size_key(layers: Layers, place: int) -> Path:
    """The key that says how many outputs a layer has: a linear one's units, else the layer."""
    return ("layers", place, "linear", "units") if isinstance(layers[place], Linear) else ("layers", place)


def complete(experiment: Experiment, facts: DataInfo) -> Experiment:
    """The experiment with loss, what layers take from the data, learning rate and monitored value filled in."""
    loss = loss_of(experiment, facts)
    monitor = experiment.monitor or f"{'validation' if 'validation' in facts.rows else 'train'}_loss"
    filled = {
        "loss": loss,
        "layers": suited(experiment.layers, facts, loss.outputs(facts.targets, facts.classes)),
        "learning_rate": experiment.learning_rate or experiment.optimizer.usual_rate,
        "monitor": monitor,
    }
    return experiment.model_copy(update=filled)
