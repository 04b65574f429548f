"""`npnet gradcheck`: whether the gradients of this very network are right."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from npnet.cli.commands import Config, Here, Overrides, command, refuse_options
from npnet.errors import Unmet
from npnet.text import listed

if TYPE_CHECKING:
    from npnet.runner.gradients import GradientCheck

EXAMPLES = """
npnet gradcheck circles.yaml
npnet gradcheck circles.yaml l2=0.1 layers.1=gelu
npnet gradcheck circles.yaml --json
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "gradcheck", EXAMPLES, ignore_unknown_options=True)(gradcheck)


def gradcheck(here: Here, config: Config, overrides: Overrides = None) -> int | None:
    """Compare the gradients of a config's network, loss and penalties with central differences.

    In float64, on up to 32 rows of the train part, at the initial values, dropout masks held fixed. A row a
    tensor: `error` is the largest difference over the largest gradient, `ratio` how long the gradient is along
    the true one. Exits with 8 where one is wrong.
    """
    refuse_options([str(config), *(overrides or [])])
    from npnet.cli.console.tables import gradient_table
    from npnet.config import load
    from npnet.runner import prepare_run
    from npnet.runner.gradients import check_gradients_of

    check = check_gradients_of(prepare_run(load(config, overrides or [])))
    if here.json:
        here.screen.result_json(as_json(check))
    else:
        here.screen.result_table(gradient_table(check))
    wrong = [tensor.name for tensor in check.tensors if not tensor.passed]
    if wrong:
        raise Unmet(f"{len(wrong)} of {len(check.tensors)} gradients are wrong: {listed(wrong, 5)}")
    return None


def as_json(check: "GradientCheck") -> dict[str, object]:
    """The check as the object that `--json` writes."""
    tensors = [{**asdict(one), "passed": one.passed, "hint": check.hint(one)} for one in check.tensors]
    return {"samples": check.samples, "passed": check.passed, "tensors": tensors}
