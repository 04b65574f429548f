"""A pass: the buffers of one batch size, wired into a flat list of calls."""

from collections.abc import Callable
from typing import Any

import numpy as np

from npnet.nn.layer import Activations, Array, Memory
from npnet.nn.losses import Loss
from npnet.nn.network import Network
from npnet.nn.plan import Fork, Step, Sum

Call = tuple[Callable[..., object], tuple[Any, ...]]


class Pass:
    """Forward and backward of a network for one batch size; nothing is allocated after it is made.

    A training pass has gradients and draws; an inference pass has `infer` in place of `forward`.
    `take` binds a batch; `train` leaves the gradient of the mean loss in `network.grad`.
    """

    def __init__(self, network: Network, batch: int, loss: Loss, *, training: bool) -> None:
        self.network, self.batch, self.loss, self.training = network, batch, loss, training
        self.nodes = [self._buffer(width) for width in network.plan.widths]
        self.draws: list[Call] = []
        self.forward: list[Call] = []
        self.backward: list[Call] = []
        self.z = self.nodes[-1].values
        terms = loss.terms(network.outputs)
        self.losses = self._empty(terms, batch)
        self.share = 1.0 / (batch * terms)
        self.m = self._scratch(Memory(), loss.scratch(network.outputs, batch), loss.constants())
        self._ones = np.ones(terms * batch, network.dtype)
        self.dz = self._empty(network.outputs, batch) if training else self.z
        self._wire()

    def take(self, x: Activations, t: Array, w: Array | None = None) -> None:
        """Bind the next batch: inputs with their row of ones, encoded targets, weights."""
        self.nodes[0].bind(x.with_ones, x.values)
        self.t, self.w = t, w

    def train(self) -> None:
        """Draw, go forward and backward: the gradient of the mean loss is in `network.grad`."""
        for call, arrays in self.draws:
            call(*arrays)
        self.scores()
        self.gradient()

    def scores(self) -> Array:
        """Go forward: the raw scores (models, outputs, batch), a buffer that the next call overwrites."""
        for call, arrays in self.forward:
            call(*arrays)
        return self.z

    def gradient(self) -> None:
        """Go backward from the scores that are there."""
        dz = self.dz
        self.loss.derivative(self.z, self.t, dz, self.m)
        np.multiply(dz, self.share, out=dz)
        if self.w is not None:
            np.multiply(dz, self.w, out=dz)
        for call, arrays in self.backward:
            call(*arrays)

    def total_loss(self) -> Array:
        """The sum of the (weighted) losses of the scores that are there, a number for each model."""
        self.loss.values(self.z, self.t, self.losses, self.m)
        if self.w is not None:
            np.multiply(self.losses, self.w, out=self.losses)
        flat = self.losses.reshape(self.network.models, -1, copy=False)
        return np.asarray(np.vecdot(flat, self._ones) / self.losses.shape[-2])

    def _wire(self) -> None:
        plan, dx = self.network.plan, self._gradients()
        for step in plan.steps:
            if isinstance(step, Step):
                self._wire_layer(step, dx)
            elif isinstance(step, Sum):
                arrays = (self.nodes[step.x].values, self.nodes[step.skip].values, self.nodes[step.y].values)
                self.forward.append((np.add, arrays))
            elif self.training and plan.needs_gradient[step.x]:
                self.backward.append((np.add, (dx[step.x], dx[step.y], dx[step.x])))
        self.backward.reverse()

    def _wire_layer(self, step: Step, dx: dict[int, Array]) -> None:
        layer, x, y = step.layer, self.nodes[step.x], self.nodes[step.y]
        m = self._scratch(
            self.network.memory(step), layer.scratch(step.inputs, self.batch), layer.constants(step.inputs, self.batch)
        )
        self.forward.append((layer.forward if self.training else layer.infer, (x, y, m)))
        if not self.training:
            return
        if layer.draws:
            self.draws.append((layer.draw, (m,)))
        # Appended backwards, for the list is reversed at the end.
        if self.network.plan.needs_gradient[step.x]:
            self.backward.append((layer.grad_input, (x, y, dx[step.y], dx[step.x], m)))
        if layer.parameters(step.inputs):
            self.backward.append((layer.grad_parameters, (x, dx[step.y], m)))

    def _gradients(self) -> dict[int, Array]:
        """A gradient buffer for each node that needs one; the two ends of a sum share theirs."""
        if not self.training:
            return {}
        plan = self.network.plan
        last = len(plan.widths) - 1
        dx = {last: self.dz}
        for step in reversed(plan.steps):
            if isinstance(step, Sum):
                if step.y in dx:
                    dx[step.x] = dx[step.y]
            elif not isinstance(step, Fork) and step.x not in dx and plan.needs_gradient[step.x]:
                dx[step.x] = self._empty(plan.widths[step.x], self.batch)
        return dx

    def _buffer(self, width: int) -> Activations:
        return Activations(np.ones((self.network.models, width + 1, self.batch), self.network.dtype))

    def _empty(self, rows: int, columns: int, dtype: Any = None) -> Array:
        return np.empty((self.network.models, rows, columns), dtype or self.network.dtype)

    def _scratch(self, m: Memory, scratch: dict[str, Any], constants: dict[str, Any]) -> Memory:
        for name, ((rows, columns), dtype) in scratch.items():
            setattr(m, name, self._empty(rows, columns, dtype))
        for name, value in constants.items():
            # Columns are cast last: a row of a stack then equals that model alone.
            setattr(m, name, value.astype(self.network.dtype) if isinstance(value, np.ndarray) else value)
        return m
