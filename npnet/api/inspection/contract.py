"""The contract of a layer, for its author: `npnet.check_layer(Snake())`."""

from collections.abc import Sequence
from dataclasses import dataclass

from npnet.api.arguments import sized_layer
from npnet.api.inspection.tables import TextTable
from npnet.api.layered import AnyLayer
from npnet.api.reporting import short_traceback
from npnet.engine.layer_check import ContractCheck, contract_checks, usual_inputs
from npnet.errors import AdvisedError, UsageError
from npnet.nn.layer import layers
from npnet.nn.shape import Shape


@dataclass(frozen=True, repr=False)
class LayerReport(TextTable):
    """What was tried on a layer; `passed` is whether all of it holds."""

    checks: tuple[ContractCheck, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the layer keeps the whole contract."""
        return all(one.passed for one in self.checks)


@short_traceback
def check_layer(layer: "AnyLayer", inputs: "int | Sequence[int] | None" = None) -> LayerReport:
    """Try the contract of a layer on a few drawn rows, alone between linear layers.

    Its gradients are compared with central differences, a stack of models with single models, rows alone with rows of a
    batch. `inputs` is the number of features, or features and positions as (3, 6); the default is a small shape that
    the layer accepts. An error in the code of the layer is raised as it is.

    >>> npnet.check_layer(npnet.Tanh()).passed
    True
    """
    one = sized_layer(layer).layer
    try:
        found = tuple(contract_checks(one, _shape(inputs) if inputs is not None else usual_inputs(one)))
    except AdvisedError as error:
        raise UsageError(error.message, f"inputs=(features, positions) gives another shape; {error.hint}") from None
    rows = [[finding.tried, "right" if finding.passed else "WRONG", finding.text] for finding in found]
    return LayerReport(["tried", layers.name_of(one), "figure"], rows, checks=found)


def _shape(inputs: "int | Sequence[int]") -> Shape:
    """Return a shape as it was written; raise UsageError where it is none."""
    sizes = (inputs,) if isinstance(inputs, int) else tuple(inputs)
    if not 1 <= len(sizes) <= 3 or not all(isinstance(size, int) and size > 0 for size in sizes):
        raise UsageError(f"{inputs!r} is no shape of inputs", "write features, or (features, positions), as (3, 6)")
    return Shape(sizes[0], sizes[1:])
