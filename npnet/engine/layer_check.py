"""The contract of a layer, tried on a layer alone: it runs, its gradients are right, a stack equals single models."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from npnet.engine.batches import Batch, Samples
from npnet.engine.gradcheck import TOLERANCE, check_gradients, hint
from npnet.engine.graph import LayerStep
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.nn.layer import Array, Layer, Layers, draws
from npnet.nn.linear import Linear
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.positions.reshape import Flatten, Positions
from npnet.nn.shape import Shape

ROWS = 9
EPSILON = 1e-9
PLACES = {0: Shape(4), 1: Shape(3, (6,)), 2: Shape(3, (4, 4))}
"""The input of a layer by the number of axes of positions that it needs."""


@dataclass(frozen=True)
class ContractCheck:
    """One part of the contract: what was tried, whether it holds, and the figure or what is wrong."""

    tried: str
    passed: bool
    text: str


def usual_inputs(layer: Layer) -> Shape:
    """Return a small shape on which a layer can be tried."""
    return PLACES[layer.axes if layer.axes is not None else int(layer.needs_positions)]


def run_once(layer: Layer, inputs: Shape) -> None:
    """Run every method of a layer once on numbers, so that an error comes from the line of the layer at fault.

    A pass only records the calls of a layer: an array of a wrong shape would fail in the step of a training.
    """
    network = Network([chain(layer, inputs)], inputs.values, seeds=[0], dtype=np.float64)
    one = Pass(network, Batch(_samples(network), slice(None)), MeanSquaredError(), training=True)
    step = next(step for step in network.graph.layer_steps if step.layer is layer)
    x, y, m = one.nodes[step.x], one.nodes[step.y], one.memories[step.name]
    dy, dx = np.ones_like(y.values), np.ones_like(x.values)
    x.values[...] = 0.5
    network.start_epoch(1)
    with np.errstate(all="ignore"):
        if draws(layer):
            layer.draw(m)
        layer.infer(x, y, m)
        layer.forward(x, y, m)
        if layer.parameters(step.inputs):
            layer.grad_parameters(x, dy, m)
        layer.grad_input(x, y, dy, dx, m)


def chain(layer: Layer, inputs: Shape) -> Layers:
    """Return a layer between linear layers, at positions where its inputs have some, with two outputs."""
    before = (Linear(units=inputs.values), *([Positions(size=inputs.positions)] if inputs.positions else []))
    after = (*([Flatten()] if layer.shape(inputs).positions else []), Linear(units=2))
    return (*before, layer, *after)


def contract_checks(layer: Layer, inputs: Shape) -> Iterator[ContractCheck]:
    """Try a layer on inputs of a shape: its gradients, a stack of models, single rows, and what it leaves unchanged."""
    run_once(layer, inputs)
    layers = chain(layer, inputs)
    for models in (1, 3):
        yield from _gradients(layer, _moved([layers] * models, inputs))
    yield _stack(layers, inputs)
    network = _moved([layers], inputs)
    rows = _samples(network)
    whole, part = _scores(network, rows, slice(None)), _scores(network, rows, slice(2, 5))
    yield _equal("rows predicted alone", whole[..., 2:5], part, "prediction depends on the other rows of the batch")
    yield _input(network, rows, layer)


def _gradients(layer: Layer, network: Network) -> Iterator[ContractCheck]:
    """Compare the gradients of a layer, by the linear layer in front those by its inputs, and of the layer after it."""
    samples = _samples(network)
    own = next(step.name for step in network.graph.layer_steps if step.layer is layer)
    stack = f", {network.models} models" if network.models > 1 else ""
    for check in check_gradients(network, MeanSquaredError(), samples, most=50):
        name = check.name.removeprefix(f"{own}.")
        if check.name == "layers.0.weight":
            name = "its inputs"
        elif name == check.name:
            continue
        text = f"{check.error:.1e}" if check.passed else f"{hint(check, len(samples))}; error {check.error:.1e}"
        passed = check.passed and check.checked > 0
        yield ContractCheck(
            f"gradient by {name}{stack}", passed, text if check.checked else f"no entry below {TOLERANCE:g}"
        )


def _stack(layers: Layers, inputs: Shape) -> ContractCheck:
    """Compare the gradients of a stack with those of each model alone, bit for bit."""
    seeds = (4, 5, 6)
    stack = Network([layers] * len(seeds), inputs.values, seeds=seeds, dtype=np.float32)
    together = _gradient(stack)
    for row, seed in enumerate(seeds):
        alone = _gradient(Network([layers], inputs.values, seeds=[seed], dtype=np.float32))
        if not np.array_equal(alone[0], together[row]):
            return ContractCheck(
                "stack of 3 models", False, f"model {row + 1} of a stack differs from that model alone"
            )
    return ContractCheck("stack of 3 models", True, "equal bit for bit to single models")


def _gradient(network: Network) -> Array:
    batch = Batch(_samples(network), slice(None))
    one = Pass(network, batch, MeanSquaredError(), training=True)
    network.start_epoch(1)
    one.take(batch)
    one.train()
    return network.grad.copy()


def _input(network: Network, rows: Samples, layer: Layer) -> ContractCheck:
    """Check that a step leaves the input of the layer, and the rows of ones, as they are."""
    one = Pass(network, Batch(rows, slice(None)), MeanSquaredError(), training=True)
    network.start_epoch(1)
    one.take(Batch(rows, slice(None)))
    step = next(step for step in network.graph.layer_steps if step.layer is layer)
    kept: dict[str, Array] = {}
    for label, _ in one.forward.play_sections():
        if label == _label_before(network, step):
            kept["x"] = one.nodes[step.x].values.copy()
    same = layer.overwrites or np.array_equal(kept["x"], one.nodes[step.x].values)
    ones = all((node.with_ones[..., -1, :] == 1).all() for node in one.nodes)
    text = "x is unchanged" if same and ones else f"forward writes into {'x' if ones else 'the row of ones'}"
    return ContractCheck("input", same and ones, text)


def _label_before(network: Network, step: LayerStep) -> str:
    steps = network.graph.layer_steps
    return f"{steps[steps.index(step) - 1].name}.forward"


def _equal(tried: str, one: Array, other: Array, wrong: str) -> ContractCheck:
    """Compare scores up to rounding."""
    if not np.isfinite(one).all():
        return ContractCheck(tried, False, "the outputs are not finite numbers")
    passed = bool(np.allclose(one, other, rtol=EPSILON, atol=EPSILON))
    return ContractCheck(tried, passed, "equal to those of the batch" if passed else wrong)


def _moved(chains: Any, inputs: Shape) -> Network:
    """Return a network with slightly moved parameters, so that no bias is 0 and no gain is 1."""
    network = Network(chains, inputs.values, seeds=range(len(chains)), dtype=np.float64)
    for number in range(network.models):
        row = network.theta[number]
        row += 0.1 * np.random.default_rng(number).standard_normal(len(row))
    return network


def _samples(network: Network) -> Samples:
    random = np.random.default_rng(0)
    x, t = random.standard_normal((ROWS, network.graph.inputs)), random.standard_normal((ROWS, network.outputs))
    return Samples.of(x, t, dtype=network.dtype)


def _scores(network: Network, rows: Samples, place: slice) -> Array:
    batch = Batch(rows, place)
    one = Pass(network, batch, MeanSquaredError(), training=False)
    one.take(batch)
    return one.scores().copy()
