"""The gradient check of a model: a row for each tensor, found at the layer where it is."""

from dataclasses import dataclass

from npnet.api.arguments import layer_text
from npnet.api.inspection.tables import TextTable
from npnet.engine.batches import Samples
from npnet.engine.gradcheck import TensorCheck, check_gradients, check_layers, hint
from npnet.engine.network import Network
from npnet.nn.losses import Loss


@dataclass(frozen=True)
class LayerCheck:
    """The check of one tensor of a layer: its largest relative error, whether it is right, and what may be wrong."""

    layer: str
    kind: str
    tensor: str
    error: float
    passed: bool
    hint: str


@dataclass(frozen=True, repr=False)
class GradientReport(TextTable):
    """The checks of all layers; `passed` is whether every gradient is right."""

    checks: tuple[LayerCheck, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every gradient is right: an error below 1e-6."""
        return all(one.passed for one in self.checks)

    @property
    def by_layer(self) -> dict[str, float]:
        """The largest relative error of each layer by its name."""
        found: dict[str, float] = {}
        for one in self.checks:
            found[one.layer] = max(found.get(one.layer, 0.0), one.error)
        return found


def checked(network: Network, loss: Loss, samples: Samples) -> GradientReport:
    """Check every layer alone, and the whole network with its loss."""
    alone, count = check_layers(network, samples), len(samples)
    whole = check_gradients(network, loss, samples)
    checks = []
    for step in network.graph.layer_steps:
        tensors = alone.get(step.name) or [one for one in whole if one.name.startswith(f"{step.name}.")]
        names = {one.name: one.name.removeprefix(f"{step.name}.") for one in tensors}
        kind = layer_text(step.layer)
        checks += [_check(step.name, kind, names[one.name], one, count) for one in _merged(tensors)]
    worst = max((one.error for one in whole), default=0.0)
    if all(one.passed for one in checks) and not all(one.passed for one in whole):
        wrong = max(whole, key=lambda one: one.error)
        checks.append(_check("whole network", type(loss).__name__, wrong.name, wrong, count))
    rows = [[one.layer, one.kind, one.tensor, f"{one.error:.1e}", _verdict(one)] for one in checks]
    foot = f"whole network with {type(loss).__name__} on {count} rows: largest relative error {worst:.1e}"
    return GradientReport(["layer", "kind", "tensor", "error", "gradient"], rows, ["error"], foot, tuple(checks))


def _merged(tensors: list[TensorCheck]) -> list[TensorCheck]:
    """Return one check of the input: the worse one of the two by which it is measured."""
    inputs = [one for one in tensors if one.name.startswith("input")]
    others = [one for one in tensors if one not in inputs]
    return [*([max(inputs, key=lambda one: one.error)] if inputs else []), *others]


def _check(layer: str, kind: str, tensor: str, one: TensorCheck, count: int) -> LayerCheck:
    return LayerCheck(layer, kind, tensor.partition(" ")[0], one.error, one.passed, hint(one, count))


def _verdict(one: LayerCheck) -> str:
    return "right" if one.passed else f"WRONG; {one.hint}"
