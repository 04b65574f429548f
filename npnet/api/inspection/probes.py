"""What a network computes inside: activations of its layers, and gradients of its parameters."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.datasets import class_count
from npnet.engine.batches import Batch, Samples
from npnet.engine.inner_values import inner_values
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.model.predictor import Predictor
from npnet.nn.losses import Loss
from npnet.rundir.restore import DataMetadata

Arrays = dict[str, NDArray[Any]]


def activations_of(network: Network, samples: Samples) -> Arrays:
    """Return the output of every layer at prediction time by its name: (samples, units), with positions after them.

    Those of several networks have a leading axis for them.
    """
    found = {one.step.name: one.output for one in inner_values(network, samples)}
    return {name: values[0] if network.models == 1 else values for name, values in found.items()}


def inner_values_of(network: Network, samples: Samples) -> dict[str, Arrays]:
    """Return what each layer names of its own values at prediction time, by its name."""
    return {
        one.step.name: {name: values[0] if network.models == 1 else values for name, values in one.inner.items()}
        for one in inner_values(network, samples)
        if one.inner
    }


def gradients_of(network: Network, loss: Loss, samples: Samples) -> Arrays:
    """Return the gradient of the mean loss by the name of each parameter; the network is left unchanged."""
    own = network.take(range(network.models))
    own.start_epoch(1)
    batch = Batch(samples, slice(None))
    whole = Pass(own, batch, loss, training=True)
    whole.take(batch)
    with np.errstate(all="ignore"):
        whole.train()
    found = own.named(own.grad)
    return {name: (values[0] if own.models == 1 else values).copy() for name, values in found.items()}


def double(network: Network) -> Network:
    """Return a copy of a network in float64."""
    other = Network(network.chains, network.graph.inputs, seeds=network.seeds, dtype=np.float64, draw=False)
    other.theta[...], other.state[...] = network.theta, network.state
    return other


def samples_of(predictor: Predictor, data: DataMetadata, frame: Frame, y: NDArray[Any] | None, dtype: Any) -> Samples:
    """Return rows as a trained network takes them, with encoded targets where there are any."""
    network, each = predictor.network, []
    for preparation, transform in predictor.folds:
        x = preparation.with_ones(frame, dtype=dtype)
        width = network.outputs * network.graph.shapes[-1].count
        t = np.zeros((len(x), width)) if y is None else transform.encode(y, class_count(data.task, data.classes))
        each.append((x, t))
    if len(each) == 1:
        return Samples.of_prepared(*each[0], dtype=dtype)
    xs, ts = (np.repeat(np.stack(arrays), network.models // len(each), axis=0) for arrays in zip(*each, strict=True))
    return Samples.of_prepared(xs, ts, dtype=dtype)


def few(samples: Samples, rows: int) -> Samples:
    """Return the first rows of samples."""
    return Samples(samples.x[..., :rows, :], samples.t[..., :rows, :])
