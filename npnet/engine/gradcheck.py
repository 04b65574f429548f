"""The gradient check: backpropagation compared with central differences in float64."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from npnet.engine.batches import Batch, Samples
from npnet.engine.graph import LayerStep
from npnet.engine.network import Network, weights_of
from npnet.engine.passes import Pass
from npnet.engine.updates import Constraints, Updates
from npnet.nn.layer import Array, Layer
from npnet.nn.linear import Linear
from npnet.nn.losses import Loss
from npnet.nn.losses.regression import MeanSquaredError
from npnet.nn.optimizers import SGD

STEPS = (1e-4, 1e-5, 1e-6, 1e-7)
"""Widths of the differences: wide ones have less rounding error, narrow ones rarely cross a kink."""
AGREE = 1e-7
TOLERANCE = 1e-6


@dataclass(frozen=True)
class TensorCheck:
    """The check of one tensor: entries compared, entries left out at kinks, error and ratio.

    `error` is the largest difference over the largest gradient; `ratio` is the length of the gradient along the
    true gradient over the length of that, 1 if it is right.
    """

    name: str
    shape: tuple[int, ...]
    checked: int
    kinks: int
    error: float
    ratio: float

    @property
    def passed(self) -> bool:
        """Whether the gradient is right: an error below 1e-6."""
        return self.error < TOLERANCE


def check_gradients(
    network: Network, loss: Loss, samples: Samples, constraints: Constraints | None = None, most: int = 200
) -> list[TensorCheck]:
    """Compare the gradient of the mean loss and the penalties with central differences.

    Raise ValueError unless the network and the samples are float64. Of a large tensor `most` entries, evenly
    spread, are compared. Random draws are made once and then fixed; the network is left unchanged.
    """
    if network.dtype != np.float64 or samples.x.dtype != np.float64:
        raise ValueError("a gradient check needs float64")
    state = network.state.copy()
    network.start_epoch(1)
    batch = Batch(samples, slice(None))
    whole = Pass(network, batch, loss, training=True)
    whole.take(batch)
    updates = Updates(network, SGD(), constraints or Constraints())
    whole.train()
    updates.penalties.play()

    def objective() -> NDArray[np.float64]:
        whole.scores()
        return whole.total_loss() / len(samples) + updates.penalty()

    names = network.named(np.arange(network.size)[np.newaxis])
    picked = {name: _spread(columns.ravel(), most) for name, columns in names.items()}
    found = {
        name: np.stack([_slope(network.theta[:, column], objective) for column in columns], axis=1)
        for name, columns in picked.items()
    }
    floor = 1e-4 * max((np.nanmax(np.abs(f), initial=0.0) for f in found.values()), default=0.0)
    checks = [
        _compare(name, names[name].shape[1:], network.grad[:, picked[name]], found[name], floor) for name in names
    ]
    network.state[...] = state
    return checks


def _spread(columns: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    return np.asarray(columns[np.unique(np.linspace(0, len(columns) - 1, min(most, len(columns))).astype(int))])


def _slope(entries: Array, objective: Callable[[], NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the slopes of the objectives by one entry of theta in every model, NaN at kinks.

    They are the difference of the first two widths that agree: across a kink, they do not.
    """
    slope = np.full(len(entries), np.nan)
    wide = _difference(entries, objective, STEPS[0])
    for step in STEPS[1:]:
        narrow = _difference(entries, objective, step)
        rounding = 1e-14 / step + 1e-9
        agree = np.abs(wide - narrow) <= AGREE * np.maximum(np.abs(wide), np.abs(narrow)) + rounding
        slope = np.where(np.isnan(slope) & agree, wide, slope)
        if not np.isnan(slope).any():
            break
        wide = narrow
    return slope


def _difference(entries: Array, objective: Callable[[], NDArray[np.float64]], step: float) -> NDArray[np.float64]:
    """Return (f(+h) - f(-h)) / 2h with the h³ term removed by Richardson extrapolation."""
    original, values = entries.copy(), []
    for shift in (step, -step, step / 2, -step / 2):
        entries[...] = original + shift
        values.append(objective())
    entries[...] = original
    full, half = (values[0] - values[1]) / (2 * step), (values[2] - values[3]) / step
    return np.asarray((4 * half - full) / 3)


def _compare(name: str, shape: tuple[int, ...], claimed: Array, found: Array, floor: float) -> TensorCheck:
    clear = ~np.isnan(found)
    claimed, found = claimed[clear], found[clear]
    scale = max(np.abs(claimed).max(initial=0.0), np.abs(found).max(initial=0.0), floor, 1e-12)
    length = float(found @ found)
    ratio = float(claimed @ found) / length if length > (1e-3 * floor) ** 2 else 1.0
    error = float(np.abs(claimed - found).max(initial=0.0) / scale) if clear.any() else np.nan
    return TensorCheck(name, shape, int(clear.sum()), int((~clear).sum()), error, ratio)


def hint(check: TensorCheck, samples: int) -> str:
    """Describe a wrong gradient: a factor, a sign, a constant; return "" for a right one."""
    if check.passed:
        return ""
    if not np.isfinite(check.error):
        return "not a finite number"
    for factor, reason in (
        (1.0 / samples, "a sum over the batch too few, or divided by the batch twice?"),
        (float(samples), "a mean over the batch too few?"),
        (-1.0, "the sign is turned"),
        (2.0, "the 2 of a square twice?"),
        (0.5, "the 2 of a square forgotten?"),
        (0.0, "no gradient arrives"),
    ):
        if abs(check.ratio - factor) <= 0.02 * abs(factor) + 1e-9:
            fraction = f" = 1/{1 / check.ratio:.0f}" if 0 < check.ratio < 0.5 else ""
            return f"ratio {check.ratio:.4g}{fraction}: {reason}"
    return f"ratio {check.ratio:.4g}: the formula itself?"


def check_layers(network: Network, samples: Samples) -> dict[str, list[TensorCheck]]:
    """Check each layer alone, by its name, on the values that reach it from some samples.

    The check named `input` compares dx, by way of a linear layer in front that passes the values on: a wrong dx is
    found at its own layer, not at those before it. Layers at positions, and the inputs of a first layer that depends
    on what its inputs mean, are left out.
    """
    found = {}
    for step, x in _inputs_of(network, samples):
        if step.inputs.positions or step.layer.shape(step.inputs).positions:
            continue
        layer, first = step.layer, step.x == 0
        depends = type(layer).fitted is not Layer.fitted
        before = () if first and depends else (Linear(units=step.inputs.features),)
        alone = Network([(*before, layer)] * network.models, step.inputs.features, seeds=network.seeds, dtype=x.dtype)
        _fill(alone, network, step.name, f"layers.{len(before)}")
        target = np.random.default_rng(0).normal(size=(len(samples), alone.outputs))
        rows = Samples.of(x.mT, np.broadcast_to(target, (network.models, *target.shape)), dtype=x.dtype)
        checks = check_gradients(alone, MeanSquaredError(), rows)
        found[step.name] = [replace(one, name=_name_alone(one.name, bool(before))) for one in checks]
    return found


def _inputs_of(network: Network, samples: Samples) -> list[tuple[LayerStep, Array]]:
    """Return every layer with the values (models, features, columns) that it gets in a training pass."""
    network.start_epoch(1)
    batch = Batch(samples, slice(None))
    whole = Pass(network, batch, MeanSquaredError(), training=True)
    whole.take(batch)
    for call, arrays in whole.draws:
        call(*arrays)
    state, nodes = network.state.copy(), {0: whole.nodes[0].values.copy()}
    for step, values in whole.outputs():
        nodes[step.y] = values
    network.state[...] = state
    return [(step, nodes[step.x]) for step in network.graph.layer_steps]


def _fill(alone: Network, network: Network, name: str, own: str) -> None:
    """Copy the parameters of a layer; the layer in front of it passes values on."""
    given = weights_of(network)
    for target, values in weights_of(alone).items():
        if target.startswith(f"{own}."):
            values[...] = given[f"{name}.{target.removeprefix(f'{own}.')}"]
        else:
            values[...] = np.eye(values.shape[-1]) if target.endswith("weight") else 0.0


def _name_alone(name: str, has_before: bool) -> str:
    """Return the name of a tensor in its layer; the weights in front carry the gradient of the input."""
    if has_before and name.startswith("layers.0."):
        return "input" if name.endswith("weight") else "input (sum)"
    return name.split(".", 2)[-1]
