"""`npnet list layers --check`: the contract of a layer, tried on the layers of plugins."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from npnet.cli.common.commands import CommandContext
from npnet.errors import AdvisedError, Unmet, UsageError
from npnet.text import listed, one_line

if TYPE_CHECKING:
    from npnet.engine.layer_check import ContractCheck


def check_layers(context: CommandContext, kind: str | None) -> None:
    """Show what was tried on each layer of a plugin; raise Unmet where one is wrong, UsageError where there is none."""
    from npnet.cli.console.tables import table
    from npnet.cli.listing import offered_layers
    from npnet.nn.layer import layers
    from npnet.registry.plugins import is_foreign

    if kind not in ("layers", None):
        raise UsageError(f"--check tries layers, not {kind}", "write npnet list layers --check")
    for note in offered_layers():
        context.screen.warn(note)
    foreign = {name: layer for name, layer in layers.items() if is_foreign(layer)}
    if not foreign:
        raise UsageError("--check tries the layers of plugins, and there are none", "add --plugin FILE")
    found = {name: list(_findings(layer)) for name, layer in foreign.items()}
    if context.json:
        context.screen.result_json({name: [asdict(one) for one in some] for name, some in found.items()})
    else:
        rows = [
            [name, one.tried, "right" if one.passed else "WRONG", one.text]
            for name, some in found.items()
            for one in some
        ]
        context.screen.result_table(table(["layer", "tried", "", "figure"], rows))
    if wrong := [name for name, some in found.items() if not all(one.passed for one in some)]:
        raise Unmet(f"{len(wrong)} of {len(found)} layers break the contract of a layer: {listed(wrong, 5)}")


def _findings(kind: Any) -> "Iterator[ContractCheck]":
    """Try a layer with its defaults; what keeps it from being tried is a finding too."""
    from npnet.engine.layer_check import ContractCheck, contract_checks, usual_inputs
    from npnet.registry.plugins import fault_of

    try:
        layer = kind()
        yield from contract_checks(layer, usual_inputs(layer))
    except ValidationError as error:
        missing = ", ".join(str(problem["loc"][0]) for problem in error.errors())
        text = f"{missing} has none; in Python npnet.check_layer({kind.__name__}(...)) tries the layer"
        yield ContractCheck("defaults", False, text)
    except AdvisedError as error:
        yield ContractCheck("inputs", False, f"{error}; in Python npnet.check_layer(layer, inputs) tries others")
    except Exception as error:
        if (fault := fault_of(error)) is None:
            raise
        yield ContractCheck("one run", False, one_line(fault.message, 300))
