"""`npnet explain-step` and `npnet gradcheck`: the calls and the gradients of one step."""

from dataclasses import asdict
from typing import Annotated

import typer

from npnet.cli.commands import CommandContext, command
from npnet.cli.options import Config, Overrides, refuse_options
from npnet.errors import Unmet, UsageError
from npnet.text import listed

GRADCHECK = """
npnet gradcheck circles.yaml
npnet gradcheck circles.yaml l2=0.1 layers.1=gelu
npnet gradcheck circles.yaml --json
"""
EXPLAIN_STEP = """
npnet explain-step circles.yaml --calls
npnet explain-step circles.yaml optimizer=sgd batch_size=2 --calls
npnet explain-step circles.yaml --calls --json
"""
ShowCalls = Annotated[bool, typer.Option("--calls", help="List the NumPy calls of the step, with names and shapes.")]


@command("gradcheck", GRADCHECK, ignore_unknown_options=True)
def gradcheck(context: CommandContext, config: Config, overrides: Overrides = None) -> None:
    """Compare the gradients of a config's network, loss and penalties with central differences.

    In float64, on up to 32 rows of the training set, at the initial values, with fixed dropout masks. Each tensor has a
    row: `error` is the largest difference relative to the largest gradient, `ratio` the length of the gradient along
    the true one. Exits with 8 where a gradient is wrong.
    """
    refuse_options([str(config), *(overrides or [])])
    from npnet.cli.console.tables import gradient_table
    from npnet.config import load
    from npnet.runner import prepare_run
    from npnet.runner.network_checks import check_gradients_of

    check = check_gradients_of(prepare_run(load(config, overrides or [])))
    if context.json:
        tensors = [{**asdict(one), "passed": one.passed, "hint": check.hint(one)} for one in check.tensors]
        context.screen.result_json({"samples": check.samples, "passed": check.passed, "tensors": tensors})
    else:
        context.screen.result_table(gradient_table(check))
    wrong = [tensor.name for tensor in check.tensors if not tensor.passed]
    if wrong:
        raise Unmet(f"{len(wrong)} of {len(check.tensors)} gradients are wrong: {listed(wrong, 5)}")


@command("explain-step", EXPLAIN_STEP, ignore_unknown_options=True)
def explain_step(
    context: CommandContext, config: Config, overrides: Overrides = None, calls: ShowCalls = False
) -> None:
    """List every NumPy call of one training step: forward, backward and update.

    Each call has a row, in order: the layer's method that makes it, the function, the arrays that it reads and the one
    that it writes, with their shapes. Arrays are (features, batch), or (1, features, batch) for one model. Random
    draws, as of dropout, come before the first call.
    """
    refuse_options([str(config), *(overrides or [])])
    if not calls:
        raise UsageError("explain-step needs to know what to show", "add --calls for the list of NumPy calls")
    from npnet.cli.console.tables import step_calls_table
    from npnet.config import load
    from npnet.runner import prepare_run
    from npnet.runner.network_checks import calls_of_step

    found = calls_of_step(prepare_run(load(config, overrides or [])))
    if context.json:
        rows = [
            {**call._asdict(), "inputs": [one._asdict() for one in call.inputs], "output": call.output._asdict()}
            for call in found
        ]
        context.screen.result_json({"calls": rows})
    else:
        context.screen.result_table(step_calls_table(found))
