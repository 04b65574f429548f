"""A pass: the buffers of one batch size, and a step as flat lists of calls."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from npnet.engine.batches import Batch
from npnet.engine.graph import Fork, LayerStep, Sum
from npnet.engine.network import Network
from npnet.engine.trace import Call, CallTrace
from npnet.nn.layer import Activations, Array, Layer, Memory, Scratch, decimals, draws
from npnet.nn.losses import Loss
from npnet.nn.shape import by_position


class Pass:
    """The forward and backward pass of a network for one batch size; steps allocate nothing.

    A training pass has gradients and random draws; an inference pass has `infer` in place of `forward`.
    `take` copies a batch in; `train` leaves the gradient of the mean loss in `network.grad`.
    `like` is a batch of the size and shape to come. `buffers` has every array by its name. Where the network ends with
    positions, a sample has a target at each, all of the first position before those of the next, and its loss is the
    mean over the positions that exist.
    """

    def __init__(self, network: Network, like: Batch, loss: Loss, *, training: bool) -> None:
        self.network, self.batch, self.loss, self.training = network, like.size, loss, training
        self.terms, self.positions = loss.terms(network.outputs), network.graph.shapes[-1].count
        columns = self.positions * self.batch
        if like.fixed and like.x.dtype == network.dtype:
            self._x = like.x
        elif like.whole:
            self._x = np.ones(like.x.shape, network.dtype)  # features first, which reads faster
        else:
            self._x = np.ones(like.x.mT.shape, network.dtype).mT  # row by row, as batches are gathered
        self._t = np.ones((len(like.t), like.t.shape[-2] // self.positions, columns), network.dtype)
        self._w = None if like.w is None else np.ones((len(like.w), 1, columns), network.dtype)
        self._taken: Batch | None = None
        self.nodes = self._nodes()
        self.z = self.nodes[-1].values
        self.losses = self._empty(self.terms, columns)
        self.dz = self._empty(network.outputs, columns) if training else self.z
        self._ones = np.ones(self.terms * columns, network.dtype)
        self._total = np.empty(network.models, network.dtype)
        self.buffers = {"x": self._x, "t": self._t, "losses": self.losses, "total_loss": self._total}
        if self._w is not None:
            self.buffers["w"] = self._w
        scratch, constants = loss.scratch(network.outputs, columns), loss.constants(network.outputs)
        self.m = self._memory("loss", Memory(), loss, scratch, constants)
        self.memories: dict[str, Memory] = {}
        self.draws: list[Call] = []
        self.forward, self.backward, self._losses = CallTrace(), CallTrace(), CallTrace()
        self._wire(self._gradients() if training else {})
        self._step = [*self.draws, *self.forward.calls, *self.backward.calls]

    def take(self, batch: Batch) -> None:
        """Copy a batch into the input buffers.

        A full batch is copied once; batches gathered in place are not copied.
        """
        if batch is self._taken:
            return
        if batch.x is not self._x:
            np.copyto(self._x, batch.x)
        if self.positions == 1:
            np.copyto(self._t, batch.t)
        else:
            target = by_position(self._t, (self.positions,)).swapaxes(-3, -2)
            np.copyto(target, batch.t.reshape(target.shape, copy=False))
        if self._w is not None and batch.w is not None:
            np.copyto(by_position(self._w, (self.positions,)), batch.w[..., np.newaxis, :])
        self._taken = batch if batch.whole else None

    def train(self) -> None:
        """Draw, and run forward and backward: the gradient of the mean loss is in `network.grad`."""
        for call, arrays in self._step:
            call(*arrays)

    def skip(self, steps: int) -> None:
        """Draw the random numbers of some steps, to advance the streams past them."""
        for _ in range(steps if self.draws else 0):
            for call, arrays in self.draws:
                call(*arrays)

    def scores(self) -> Array:
        """Run forward, and return raw scores (models, outputs, batch), overwritten by each call."""
        self.forward.play()
        return self.z

    def outputs(self) -> Iterator[tuple[LayerStep | Sum, Array]]:
        """Run forward, and yield a copy of the output of each layer or block, which later ones may overwrite."""
        steps = {f"{step.name}.forward": step for step in self.network.graph.steps if not isinstance(step, Fork)}
        for label, first, stop in self.forward.sections:
            for call, arrays in self.forward.calls[first:stop]:
                call(*arrays)
            if label in steps:
                yield steps[label], self.nodes[steps[label].y].values.copy()

    def total_loss(self) -> Array:
        """Return the sum of the (weighted) losses of the last scores, (models,)."""
        self._losses.play()
        return self._total / (self.terms * self.positions)

    def _wire(self, dx: dict[int, Array]) -> None:
        graph, back = self.network.graph, list[tuple[str, Callable[..., object], tuple[Any, ...]]]()
        for step in graph.steps:
            if isinstance(step, Fork):
                if step.x in dx:
                    back.append((f"{step.name}.grad_input", np.add, (dx[step.x], dx[step.y], dx[step.x])))
                continue
            if isinstance(step, LayerStep):
                self._wire_layer(step, dx, back)
            else:
                ends = (self.nodes[node].values for node in (step.x, step.skip, step.y))
                self.forward.trace(np.add, *ends, label=f"{step.name}.forward")
            self.buffers[f"{step.name}.y"] = self.nodes[step.y].with_ones
            if step.y in dx:
                self.buffers[f"{step.name}.dy"] = dx[step.y]
        weights = self._wire_weights(self.nodes[-1].mask)
        self._losses.trace(self._sum_losses, self.z, self._t, weights, self.losses, self.m)
        if self.training:
            self.backward.trace(self._slope, self.z, self._t, weights, self.dz, self.m, label="loss.derivative")
        for label, method, arrays in reversed(back):
            self.backward.trace(method, *arrays, label=label)

    def _wire_layer(self, step: LayerStep, dx: dict[int, Array], back: list[Any]) -> None:
        layer, x, y = step.layer, self.nodes[step.x], self.nodes[step.y]
        columns = step.inputs.count * self.batch
        scratch, constants = layer.scratch(step.inputs, columns), layer.constants(step.inputs, columns)
        m = self._memory(step.name, self.network.memory(step), layer, scratch, constants)
        self.memories[step.name] = m
        if step.owner and self.training:
            m.dtied = self.buffers[f"{step.name}.dtied"]
        self.forward.trace(layer.forward if self.training else layer.infer, x, y, m, label=f"{step.name}.forward")
        if not self.training:
            return
        if draws(layer):
            self.draws.append((layer.draw, (m,)))
        # In reverse order: the list is reversed at the end.
        if step.x in dx:
            back.append((f"{step.name}.grad_input", layer.grad_input, (x, y, dx[step.y], dx[step.x], m)))
        for user in self.network.graph.layer_steps:
            if user.owner == step.name:  # it comes later, so that its part of the gradient is there before
                part = self.buffers[f"{user.name}.dtied"] = np.empty_like(m.dW)
                back.append((f"{step.name}.grad_tied", np.add, (m.dW, part, m.dW)))
        if layer.parameters(step.inputs):
            back.append((f"{step.name}.grad_parameters", layer.grad_parameters, (x, dx[step.y], m)))

    def _wire_weights(self, mask: Array | None) -> Array | None:
        """Return the weights of the losses; a ragged position that does not exist has none."""
        if mask is None:
            return self._w
        shares, count = np.empty_like(mask), self._empty(1, 1, self.batch)
        self.buffers["shares"] = shares
        self.forward.trace(_share, mask, self._w, shares, count, self.positions, label="loss.weights")
        return shares

    def _slope(self, z: Array, t: Array, w: Array | None, dz: Array, m: Memory) -> None:
        self.loss.derivative(z, t, dz, m)
        np.multiply(dz, self.loss.factor / (self.batch * self.terms * self.positions), out=dz)
        if w is not None:
            np.multiply(dz, w, out=dz)

    def _sum_losses(self, z: Array, t: Array, w: Array | None, losses: Array, m: Memory) -> None:
        self.loss.values(z, t, losses, m)
        if w is not None:
            np.multiply(losses, w, out=losses)
        np.vecdot(losses.reshape(len(losses), -1, copy=False), self._ones, out=self._total)

    def _nodes(self) -> list[Activations]:
        """Allocate the activations of every node, shared where a layer overwrites its input."""
        graph, models = self.network.graph, self.network.models
        nodes = [Activations(np.broadcast_to(self._x, (models, *self._x.shape[1:])))]
        sources = {step.y: step.x for step in graph.steps if not isinstance(step, Fork)}
        for node, shape in enumerate(graph.shapes[1:], 1):
            shared = graph.overwritten(node)
            if shared is None:
                with_ones = np.ones((models, shape.features + 1, shape.count * self.batch), self.network.dtype)
                mask = nodes[sources[node]].mask if shape.ragged else None
                if shape.ragged and mask is None:
                    mask = np.ones((models, 1, shape.count * self.batch), self.network.dtype)
                nodes.append(Activations(with_ones, shape.positions, mask))
            else:
                nodes.append(nodes[shared])
        return nodes

    def _gradients(self) -> dict[int, Array]:
        """Allocate a gradient for each node that needs one; both ends of a sum share one array."""
        graph = self.network.graph
        dx = {len(graph.shapes) - 1: self.dz}
        sums = set()
        for step in reversed(graph.steps):
            if isinstance(step, Sum):
                sums |= {step.x, step.y}
                if step.y in dx:
                    dx[step.x] = dx[step.y]
            elif not isinstance(step, Fork) and step.x not in dx and graph.needs_gradient[step.x]:
                free = graph.overwritten(step.y) is not None and step.y not in sums
                shape = graph.shapes[step.x]
                dx[step.x] = dx[step.y] if free else self._empty(shape.features, shape.count * self.batch)
        return dx

    def _empty(self, *shape: int, dtype: Any = None) -> Array:
        return np.empty((self.network.models, *shape), dtype or self.network.dtype)

    def _memory(
        self, prefix: str, m: Memory, spec: Layer | Loss, scratch: Scratch, constants: dict[str, Any]
    ) -> Memory:
        """Add scratch arrays, decimal options and constants to a memory, and name its arrays in `buffers`."""
        for name, (shape, dtype) in scratch.items():
            setattr(m, name, self._empty(*shape, dtype=dtype))
        for name, value in {**decimals(spec), **constants}.items():
            # Columns are cast last: a row of a stack then equals that model alone.
            setattr(m, name, value.astype(self.network.dtype) if isinstance(value, np.ndarray) else value)
        self.buffers |= {f"{prefix}.{name}": one for name, one in vars(m).items() if isinstance(one, np.ndarray)}
        return m


def _share(mask: Array, w: Array | None, shares: Array, count: Array, positions: int) -> None:
    """Write the share of each position that exists in the loss of its sample, times the number of positions."""
    each, by_mask = by_position(shares, (positions,)), by_position(mask, (positions,))
    np.add.reduce(by_mask, axis=-2, keepdims=True, out=count)
    np.divide(by_mask, count, out=each)
    np.multiply(shares, positions, out=shares)
    if w is not None:
        np.multiply(shares, w, out=shares)
