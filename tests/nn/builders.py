"""Small networks and samples for the tests of the engine."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from npnet.engine.batches import Batches, Samples
from npnet.engine.loop import Rates, train
from npnet.engine.network import Network
from npnet.engine.updates import Constraints, Updates
from npnet.nn.activations import Tanh
from npnet.nn.layer import Layer, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import Loss, losses
from npnet.nn.optimizers import Adam, Optimizer
from npnet.nn.positions.reshape import Flatten, Positions
from npnet.nn.residual import Residual
from npnet.nn.shape import Shape
from npnet.registry import Registry
from npnet.spec import Named

# Only layers that need options are written here; all others are found in the registry.
WRITTEN: dict[str, Callable[[int], Layer]] = {
    "linear": lambda inputs: Linear(units=5),
    "positions": lambda inputs: Positions(size=inputs),
    "conv1d": lambda inputs: layers["conv1d"](filters=3, kernel=2),  # type: ignore[call-arg]
    "conv2d": lambda inputs: layers["conv2d"](filters=3, kernel=2, padding=1),  # type: ignore[call-arg]
    "token_embedding": lambda inputs: layers["token_embedding"](tokens=4, size=3),  # type: ignore[call-arg]
    "unembedding": lambda inputs: layers["unembedding"](tokens=4),  # type: ignore[call-arg]
    "attention": lambda inputs: layers["attention"](heads=1),  # type: ignore[call-arg]
    **{name: lambda inputs, name=name: layers[name](units=3) for name in ("rnn", "gru", "lstm")},  # type: ignore[misc]
    "residual": lambda inputs: Residual(layers=(Linear(units=inputs), Tanh(), Residual(layers=(Tanh(),)))),
}


# Layers for any positions that would do nothing without them.
POSITIONS = {
    "token_embedding": 1,
    "unembedding": 1,
    "positional": 1,
    "attention": 1,
    "flatten": 1,
    "global_average_pool": 2,
    "max_pool": 2,
    "average_pool": 2,
    "upsample": 2,
}


def chain_of(name: str, *, first: bool = False, outputs: int = 2) -> list[Layer]:
    """Build a layer between linear layers, at positions if it needs them; or as the first layer, for 4 inputs."""
    axes = layers[name].axes or POSITIONS.get(name, 0)
    sizes = {1: ((2,), (4,)), 2: ((2, 2), (4, 3))}.get(axes, ((), ()))[not first]
    before: list[Layer] = [] if first else [Linear(units={1: 12, 2: 24}.get(axes, 5))]
    before += [Positions(size=2 if name == "similarity" else sizes)] if axes else []
    if name in ("token_embedding", "unembedding"):
        before = [*before[:-1], Positions(size=4), *([layer_of("token_embedding")] if name == "unembedding" else [])]
        before = before if first else [Linear(units=4), *before[1:]]
    layer, shape = layer_of(name, 4 if first else 5), Shape(4)
    for one in (*before, layer):
        shape = one.shape(shape)
    return [*before, layer, *([Flatten()] if shape.positions else []), Linear(units=outputs)]


def layer_of(name: str, inputs: int = 5) -> Layer:
    """Build a registered layer with its defaults."""
    return WRITTEN[name](inputs) if name in WRITTEN else layers[name]()


def has_positions(name: str) -> bool:
    """Whether the chain of a layer has positions."""
    return any(isinstance(layer, Positions) for layer in chain_of(name))


def written(name: str) -> list[Any]:
    """Return the chain of a layer as a config has it, with units left to the target at its end."""
    return [*map(Named(layers).write, chain_of(name)[:-1]), "linear"]


def reference_of(registry: Registry[Any], name: str, table: Mapping[str, Any], file: str) -> Any:
    """Look up the independent formula of an entry: in the table of a test file, or the entry's own `reference`."""
    found = table.get(name) or getattr(registry[name], "reference", None)
    assert found, f"{name} has no reference: write it as CONTRIBUTING.md shows, or add it to {file}"
    return found


def targets_of(loss: Loss, rows: int, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Draw encoded targets for a loss, and return them with the number of scores that it needs."""
    task = loss.tasks[0]
    classes = {"binary": 2, "multiclass": 3}.get(task, 0)
    y = rng.integers(0, classes, rows) if classes else rng.random(rows)
    return loss.encode(y, classes), loss.outputs(1, classes)


def samples(rows: int = 9, features: int = 4, outputs: int = 2, dtype: Any = np.float64, seed: int = 0) -> Samples:
    """Draw random samples with weights."""
    rng = np.random.default_rng(seed)
    x, t = rng.standard_normal((rows, features)), rng.standard_normal((rows, outputs))
    return Samples.of(x, t, rng.random((rows, 1)) + 0.5, dtype)


def network(models: Sequence[Sequence[Layer]], features: int = 4, dtype: Any = np.float64, **options: Any) -> Network:
    """Build a stack with slightly moved parameters, so that no bias is 0 and no gain is 1."""
    options = {"seeds": range(len(models)), **options}
    stack = Network([tuple(one) for one in models], features, dtype=dtype, **options)
    for row, seed in zip(stack.theta, options["seeds"], strict=True):
        row += 0.1 * np.random.default_rng(seed).standard_normal(len(row)).astype(dtype)
    return stack


def run(
    stack: Network,
    rows: Samples,
    *,
    epochs: int,
    loss: Loss | None = None,
    optimizer: Optimizer | None = None,
    rates: Sequence[float] | None = None,
    batch: int | None = 8,
    constraints: Constraints | None = None,
) -> Updates:
    """Train a network or a stack in place."""
    loss = loss or losses["mean_squared_error"]()
    updates = Updates(stack, optimizer or Adam(), constraints or Constraints())
    batches = Batches(rows, batch, seed=3)
    for _ in train(stack, loss, updates, Rates(rates or [0.01] * stack.models, epochs), batches, epochs):
        pass
    return updates


def move(updates: Updates, rate: float) -> None:
    """Move the parameters once along the gradient in `network.grad`."""
    updates.move(updates.numbers(np.full(1, rate))[0])
