"""What an experiment needs to know of its data: task, sizes, and what the inputs are."""

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
    """Task, number of features, targets and classes (0 without), rows of each split, and what the inputs are.

    `lowest` is the smallest target of a regression or of counts.
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
        """Return the sizes of prepared data."""
        rows = {name: len(part.X) for name, part in prepared.parts.items()}
        inputs = Inputs(prepared.preparation.numbers, prepared.preparation.embedded)
        lowest = min(float(part.y.min()) for part in prepared.parts.values())
        return cls(prepared.task, prepared.inputs, len(prepared.targets), prepared.class_count, rows, inputs, lowest)


def loss_of(experiment: Experiment, data: DataInfo) -> Loss:
    """Return the loss of the config, or the usual one of the task."""
    return experiment.loss or USUAL_LOSS[data.task]


def suited(layers: Layers, data: DataInfo, outputs: int) -> Layers:
    """Fill in what layers take from the data: the kinds of inputs, and the size of a last `linear`."""
    return sized(fitted(layers, data.inputs), outputs)


def sized(layers: Layers, outputs: int) -> Layers:
    """Fill in the units of a last `linear` that has none.

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
    """Return the key that sets the number of outputs of a layer: the units of `linear`, else the layer."""
    return ("layers", place, "linear", "units") if isinstance(layers[place], Linear) else ("layers", place)
