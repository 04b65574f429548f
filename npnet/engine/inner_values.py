"""What a network computes inside for some rows: the output of every layer, gates of recurrent ones, attention."""

from dataclasses import dataclass

import numpy as np

from npnet.engine.batches import Batch, Samples
from npnet.engine.graph import LayerStep, Sum
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.nn.layer import Array
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.shape import Shape, by_position


@dataclass(frozen=True, eq=False)
class StepValues:
    """The values of a layer, or of the sum at the end of a residual block, at prediction time.

    output (models, samples, features, *positions), (models, samples, features) without positions; `inner` has what the
    layer itself names, (models, samples, ...). Of ragged positions, `exists` (models, samples, positions) says which of
    its input there are, else it is None.
    """

    step: LayerStep | Sum
    output: Array
    inner: dict[str, Array]
    exists: Array | None = None


def inner_values(network: Network, samples: Samples) -> list[StepValues]:
    """Return the values of every step of a network for samples, in forward order."""
    batch = Batch(samples, slice(None))
    whole = Pass(network, batch, MeanSquaredError(), training=False)
    whole.take(batch)
    with np.errstate(all="ignore"):
        return [_values(whole, step, output) for step, output in whole.outputs()]


def _values(whole: Pass, step: LayerStep | Sum, output: Array) -> StepValues:
    found = samples_first(output, whole.network.graph.shapes[step.y])
    if isinstance(step, Sum):
        return StepValues(step, found, {})
    x = whole.nodes[step.x]
    inner = step.layer.inner_values(x, whole.memories[step.name])
    exists = None if x.mask is None else samples_first(x.mask, Shape(1, (step.inputs.count,)))[..., 0, :] > 0
    return StepValues(step, found, {name: values.copy() for name, values in inner.items()}, exists)


def samples_first(values: Array, shape: Shape) -> Array:
    """Return values (models, features, columns) as (models, samples, features, *positions)."""
    if not shape.positions:
        return np.ascontiguousarray(values.mT)
    return np.ascontiguousarray(np.moveaxis(by_position(values, shape.positions), -1, 1))
