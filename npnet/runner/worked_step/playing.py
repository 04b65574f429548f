"""One step of the engine, played method by method, with a copy of every array after each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from npnet.engine.batches import Batch, Samples
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.engine.trace import Call
from npnet.engine.updates import Constraints, Updates
from npnet.nn.layer import Array
from npnet.nn.losses import Loss
from npnet.nn.optimizers import Optimizer

Arrays = dict[str, Array]


@dataclass(frozen=True)
class PlayedMethod:
    """A method that was played: its part of the step, its label, and copies of all arrays after it, by name.

    `elementwise` tells whether every number that it writes depends on the numbers in the same position alone.
    """

    part: str
    label: str
    arrays: Arrays
    elementwise: bool = False


@dataclass(frozen=True)
class PlayedStep:
    """A step that was played: its network, loss and optimizer, and its methods in order; the first is the start."""

    network: Network
    loss: Loss
    optimizer: Optimizer
    constraints: Constraints
    rate: float
    batch: int
    loss_numbers: dict[str, Any]
    methods: tuple[PlayedMethod, ...]

    def of_part(self, part: str) -> list[tuple[PlayedMethod, Arrays]]:
        """Return the methods of a part, each with the arrays before it."""
        pairs = zip(self.methods, self.methods[1:], strict=False)
        return [(one, before.arrays) for before, one in pairs if one.part == part]


def play_step(
    network: Network, loss: Loss, samples: Samples, optimizer: Optimizer, constraints: Constraints, rate: float
) -> PlayedStep:
    """Play the first step of a network on all samples as one batch; the network is then one step further."""
    batch = Batch(samples, slice(None))
    one = Pass(network, batch, loss, training=True)
    updates = Updates(network, optimizer, constraints)
    network.start_epoch(1)
    one.take(batch)
    methods = tuple(_methods(one, updates, rate))
    return PlayedStep(network, loss, optimizer, constraints, rate, batch.size, vars(one.m), methods)


def _methods(one: Pass, updates: Updates, rate: float) -> Iterator[PlayedMethod]:
    buffers = {**updates.buffers, **one.buffers}

    def played(part: str, label: str, calls: Sequence[Call] = ()) -> PlayedMethod:
        arrays = {name: array.copy() for name, array in buffers.items()}
        return PlayedMethod(part, label, arrays, all(map(_elementwise, calls)))

    with np.errstate(all="ignore"):
        for call, arrays in one.draws:
            call(*arrays)
        yield played("start", "")
        for label, calls in one.forward.play_sections():
            yield played("forward", label, calls)
        one.total_loss()
        yield played("loss", "loss.values")
        for label, _ in one.backward.play_sections():
            yield played("backward", label)
        for label, _ in updates.penalties.play_sections():
            yield played("penalties", label)
        names = ("learning_rate", *updates.optimizer.scalars(rate, 1))
        for name, value in zip(names, updates.numbers([rate])[0], strict=True):
            buffers[name][...] = value
        updates.count += 1
        for label, _ in updates.calls.play_sections():
            yield played("update", label)


def _elementwise(call: Call) -> bool:
    """Return whether a call works on each position alone, with the numbers of options."""
    function: Any = call[0]
    arrays = call[1]
    if isinstance(function, partial):
        function, arrays = function.func, (*function.args, *function.keywords.values())
    sizes = {array.size for array in arrays if isinstance(array, np.ndarray) and array.ndim}
    plain = isinstance(function, np.ufunc) and function.signature is None
    return len(sizes) < 2 and (plain or function is np.copyto)
