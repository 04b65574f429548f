"""The cost of a training, computed from its graph before anything is allocated."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from npnet.engine.graph import Graph

CACHE = 2 << 20
"""Bytes up to which a larger stack is faster per model; beyond, cache misses outweigh the gain."""
LARGE_CACHE = 32 << 20
FEW, MANY = 8, 256
CHUNK = 1024
"""Rows of an inference pass."""
FLOAT64 = 8


@dataclass(frozen=True)
class Cost:
    """The cost of one model: its parameters, bytes, products, and the size of stacks."""

    graph: Graph
    batch_rows: int
    slots: int
    itemsize: int

    @cached_property
    def by_layer(self) -> list[int]:
        """Parameters of each layer, residual blocks flattened."""
        steps = self.graph.of_layers()
        return [sum(p.shape[0] * p.shape[1] for p in step.layer.parameters(step.inputs).values()) for step in steps]

    @cached_property
    def parameters(self) -> int:
        """Parameters of the model."""
        return sum(self.by_layer)

    @cached_property
    def statistics(self) -> int:
        """Running statistics of the model, such as those of batch_norm."""
        return sum(s.size for step in self.graph.of_layers() for s in step.layer.state(step.inputs))

    @property
    def largest_product(self) -> int:
        """Multiply-adds of the largest matrix product in a step: batch rows times parameters."""
        sizes = [p.shape[0] * p.shape[1] for s in self.graph.of_layers() for p in s.layer.parameters(s.inputs).values()]
        return max(sizes, default=0) * self.batch_rows

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
        scratch = [step.layer.scratch(step.inputs, rows).values() for step in self.graph.of_layers()]
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

    @property
    def weights_bytes(self) -> int:
        """Bytes of a model's parameters and running statistics."""
        return self.itemsize * (self.parameters + self.statistics)

    @property
    def checkpoint_bytes(self) -> int:
        """Bytes of a model in a checkpoint: current and best weights, and the optimizer's slots."""
        return 2 * self.weights_bytes + self.slots * self.itemsize * self.parameters
