"""Footprints: how much memory a model takes while it trains, and how many of them stay in cache together."""

from collections.abc import Iterator

from npnet.engine.graph import Graph

CACHE = 2 << 20
"""Bytes up to which a stack gains by every further model; from there on the caches lose as much."""
LARGE_CACHE = 32 << 20
FEW, MANY = 8, 256


def parameters(graph: Graph) -> Iterator[int]:
    """How many values each layer learns."""
    for step in graph.of_layers():
        yield sum(p.shape[0] * p.shape[1] for p in step.layer.parameters(step.inputs).values())


def buffers(graph: Graph, batch: int) -> int:
    """Values in the buffers of a pass: outputs with their row of ones, gradients, scratch."""
    nodes = sum(2 * width + 1 for width in graph.widths)
    scratch = [step.layer.scratch(step.inputs, batch).values() for step in graph.of_layers()]
    return nodes * batch + sum(rows * columns for arrays in scratch for (rows, columns), _ in arrays)


def together(graph: Graph, batch: int, slots: int, itemsize: int) -> int:
    """How many such models train fastest as one stack: as many as fit into the cache, or a few.

    A step touches parameters, gradient, slots and work, and the buffers of a batch.
    """
    each = itemsize * (sum(parameters(graph)) * (3 + slots) + buffers(graph, batch))
    return min(MANY, max(CACHE // each, min(FEW, LARGE_CACHE // each), 1))
