"""`npnet data`: a look at a table before anything is trained on it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from npnet.cli.commands import Config, Here, Overrides, command, group, refuse_options

if TYPE_CHECKING:
    from npnet.runner.data_report import Look

CHECK = """
npnet data check credit.yaml
npnet data check credit.yaml split.test=0.3
npnet data check credit.yaml --json
"""


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    family = group(app, "data", "Look at the data of a config.", CHECK)
    command(family, "check", CHECK, ignore_unknown_options=True)(check)


def check(here: Here, config: Config, overrides: Overrides = None) -> None:
    """Say what the columns hold, how the rows are split, and what looks odd.

    What looks odd is no error: copies, identifiers, constant columns, rare classes, columns that tell the target.
    """
    refuse_options([str(config), *(overrides or [])])
    from npnet.config import load
    from npnet.runner.data_report import look

    found = look(load(config, overrides or []))
    if here.json:
        here.screen.result_json(fields_of(found))
        return
    from npnet.cli.console.data_reports import look_text

    here.screen.result_table(look_text(found))


def fields_of(found: "Look") -> dict[str, Any]:
    """A look as plain values."""
    inspection = found.inspection
    return {
        "rows": inspection.rows,
        "task": inspection.task,
        "columns": [asdict(one) | {"role": found.roles.get(one.name, "feature")} for one in inspection.columns],
        "classes": inspection.classes,
        "split": found.parts,
        "findings": [asdict(finding) for finding in inspection.findings],
    }
