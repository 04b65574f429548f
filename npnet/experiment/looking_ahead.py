"""Layers that see what a network is to predict: the inputs after a position, where its target is the next input."""

from collections.abc import Iterator
from contextlib import suppress

from npnet.config.nodes import KeyIssue
from npnet.engine.graph import Graph
from npnet.errors import AdvisedError
from npnet.experiment.resolved import ResolvedExperiment
from npnet.nn.layer import Layer, layers
from npnet.nn.sequence.recurrent import Recurrent

HINTS = {"attention": "write causal: true under attention", "conv1d": "write padding: causal under conv1d"}


def looking_ahead(r: ResolvedExperiment) -> Iterator[KeyIssue]:
    """Yield each layer that lets a position see later ones, where the target of each position is the next input."""
    graph = None
    with suppress(AdvisedError):  # layers that do not fit are reported as such
        graph = Graph(r.layers, r.data.features)
    if graph is None or not r.data.predicts_next or graph.shapes[-1].positions != r.data.positions:
        return
    in_front = len(r.sized_layers) - len(r.given.layers)
    for step in graph.layer_steps:
        if step.layer.looks_ahead(step.inputs):
            _, number, *inside = step.name.split(".")
            position = int(number) - in_front
            name, where = layers.name_of(step.layer), f"layers[{position}]{' inside' if inside else ''}"
            what = f"{name} at {where} sees the characters after a position, the next one of which is to be predicted"
            yield ("layers", position), what, _hint(step.layer)


def _hint(layer: Layer) -> str:
    name = layers.name_of(layer)
    if isinstance(layer, Recurrent) and layer.bidirectional:
        return f"take bidirectional out of {name}"
    return HINTS.get(name, f"take {name} out")
