"""The cost of a training, computed from its graph before anything is allocated."""

from collections.abc import Mapping
from math import prod

from npnet.engine.graph import Graph

CACHE = 2 << 20
"""Bytes up to which a larger stack is faster per model; beyond, cache misses outweigh the gain."""
LARGE_CACHE = 32 << 20
FEW, MANY = 8, 256
CHUNK = 1024
"""Rows of an inference pass."""
FLOAT64 = 8


class Cost:
    """The cost of one model: its parameters, bytes, products, and the size of stacks.

    `by_layer` counts the parameters of each layer, residual blocks flattened, and `parameters` all of them.
    `largest_product` is the multiply-adds of the largest matrix product in a step. `weights_bytes` has parameters and
    running statistics; `checkpoint_bytes` has them twice, current and best, and the optimizer's slots.
    """

    def __init__(self, graph: Graph, batch_rows: int, slots: int, itemsize: int) -> None:
        self.graph, self.batch_rows, self.slots, self.itemsize = graph, batch_rows, slots, itemsize
        steps = graph.layer_steps
        sizes = [[prod(p.shape) for p in step.layer.parameters(step.inputs).values()] for step in steps]
        self.by_layer = [sum(of_layer) for of_layer in sizes]
        self.parameters = sum(self.by_layer)
        self.largest_product = max((size for of_layer in sizes for size in of_layer), default=0) * batch_rows
        statistics = sum(s.size for step in steps for s in step.layer.state(step.inputs))
        self.weights_bytes = itemsize * (self.parameters + statistics)
        self.checkpoint_bytes = 2 * self.weights_bytes + slots * itemsize * self.parameters

    @property
    def models_per_stack(self) -> int:
        """Models that train fastest as one stack: as many as fit into the cache, or a few.

        A step reads or writes parameters, gradient, slots, two work arrays, and the buffers of a batch.
        """
        each = self.itemsize * (self.parameters * (3 + self.slots) + self.buffers(self.batch_rows))
        return min(MANY, max(CACHE // each, min(FEW, LARGE_CACHE // each), 1))

    def buffers(self, rows: int) -> int:
        """Count the values in the buffers of a pass: outputs with ones, gradients, scratch."""
        nodes = sum(2 * width + 1 for width in self.graph.widths)
        scratch = [step.layer.scratch(step.inputs, rows).values() for step in self.graph.layer_steps]
        return nodes * rows + sum(height * width for arrays in scratch for (height, width), _ in arrays)

    def training_bytes(self, rows: Mapping[str, int], targets: int, models: int) -> int:
        """Estimate the bytes to train some models: arrays like theta, buffers, data."""
        arrays = 6 + self.slots  # theta, gradient, mask, two work arrays, the best, and the slots
        passes = [self.batch_rows, rows["train"] % self.batch_rows, min(CHUNK, max(rows.values()))]
        # For each row: inputs and a one, encoded targets and scores, and the target with its index, position and order.
        row = (self.graph.inputs + 1) * self.itemsize
        row += self.graph.outputs * (2 * self.itemsize + FLOAT64) + (targets + 3) * FLOAT64
        values = self.parameters * arrays + sum(self.buffers(size) for size in passes)
        return models * self.itemsize * values + sum(rows.values()) * row
