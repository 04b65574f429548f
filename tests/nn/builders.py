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
from npnet.nn.residual import Residual
from npnet.registry import Registry

# Only layers that need options are written here; all others are found in the registry.
WRITTEN: dict[str, Callable[[], Layer]] = {
    "linear": lambda: Linear(units=5),
    "residual": lambda: Residual(layers=(Linear(units=5), Tanh(), Residual(layers=(Tanh(),)))),
}


def layer_of(name: str) -> Layer:
    """Build a registered layer with its defaults."""
    return WRITTEN[name]() if name in WRITTEN else layers[name]()


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
