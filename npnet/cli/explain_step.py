"""`npnet explain-step`: what one training step of this very network does."""

from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.commands import Config, Here, Overrides, command, refuse_options
from npnet.errors import UsageError

if TYPE_CHECKING:
    from npnet.engine.trace import Operand, StepCall

EXAMPLES = """
npnet explain-step circles.yaml --calls
npnet explain-step circles.yaml optimizer=sgd batch_size=2 --calls
npnet explain-step circles.yaml --calls --json
"""
Calls = Annotated[bool, typer.Option("--calls", help="List the NumPy calls of the step, with names and shapes.")]


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "explain-step", EXAMPLES, ignore_unknown_options=True)(explain_step)


def explain_step(here: Here, config: Config, overrides: Overrides = None, calls: Calls = False) -> None:
    """List every NumPy call of one training step: forward, backward and update.

    A row a call, in order: the layer's method that asks for it, the function, the arrays that it reads and the one
    that it writes, with their shapes. Arrays are (features, batch), or (1, features, batch) for one model. Random
    draws, as of dropout, come before the first call.
    """
    refuse_options([str(config), *(overrides or [])])
    if not calls:
        raise UsageError("explain-step needs to know what to show", "add --calls for the list of NumPy calls")
    from npnet.cli.console.tables import step_calls_table
    from npnet.config import load
    from npnet.runner import prepare_run
    from npnet.runner.explaining import calls_of_step

    found = calls_of_step(prepare_run(load(config, overrides or [])))
    if here.json:
        here.screen.result_json({"calls": [as_json(one) for one in found]})
    else:
        here.screen.result_table(step_calls_table(found))


def as_json(call: "StepCall") -> dict[str, object]:
    """A call as `--json` writes it."""

    def written(operand: "Operand") -> dict[str, object]:
        return {"name": operand.name, "shape": list(operand.shape)}

    inputs = [written(one) for one in call.inputs]
    return {
        "stage": call.stage,
        "method": call.method,
        "function": call.function,
        "inputs": inputs,
        "output": written(call.output),
    }
