"""`npnet init`: a first config, with comments."""

from pathlib import Path
from typing import Annotated

import typer

from npnet.cli.catalogue import entries, templates
from npnet.cli.commands import Force, Here, Output, command
from npnet.cli.files import OutputFile, destination, format_of
from npnet.cli.listing import item
from npnet.errors import UsageError
from npnet.registry import nearest
from npnet.text import first_of, listed

EXAMPLES = """
npnet init --list
npnet init spirals
npnet init table -o mine.yaml
npnet init iris -o -
npnet init --data credit.csv --target Status
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "init", EXAMPLES)(init)


def init(
    here: Here,
    template: Annotated[
        str | None, typer.Argument(metavar="TEMPLATE", help="Which one; circles if none is named.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
    data: Annotated[str | None, typer.Option(metavar="FILE", help="Write a config for this table.")] = None,
    target: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="The column of the table to predict; repeatable.")
    ] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented config to start from, TEMPLATE.yaml unless told otherwise.

    With --data it is fitted to a table: identifiers are left out, and the recipe for tables is written in full.
    """
    if show:
        list_templates(here)
    elif data is not None:
        if template is not None:
            raise UsageError("--data and a template do not go together", f"leave out {template}, or --data")
        write_proposal(here, data, target or [], output, force)
    elif target:
        raise UsageError("--target is for a table", "write --data FILE too")
    else:
        write_template(here, template or "circles", output, force)


def write_template(here: Here, template: str, output: str | None, force: bool) -> None:
    """Write a template as it is."""
    known = templates()
    if template not in known:
        near = nearest(template, list(known))
        hint = f'did you mean "{near}"?' if near else f"there are: {', '.join(known)}"
        raise UsageError(f'there is no template "{template}"', hint)
    place = destination_of(output or f"{template}.yaml", force)
    deliver(here, known[template], place, {"template": template})


def write_proposal(here: Here, data: str, target: list[str], output: str | None, force: bool) -> None:
    """Write a config for a table, and say what was decided."""
    if not target:
        raise UsageError("--data needs --target", "add --target COLUMN, the column to predict")
    from npnet.runner.proposing import propose

    place = destination_of(output or f"{Path(data).name.partition('.')[0] or 'table'}.yaml", force, data)
    proposal = propose(data, target, Path() if place is None else place.path.parent)
    predictors = [f"{warning}; drop it if it is not known when you predict" for warning in proposal.warnings]
    for warning in first_of(predictors, "npnet data check --json lists all"):
        here.screen.warn(warning)
    if proposal.dropped:
        here.screen.say(f"left out as identifiers: {listed(proposal.dropped)}")
    deliver(here, proposal.text, place, {"data": data, "dropped": list(proposal.dropped)})


def destination_of(output: str, force: bool, *inputs: str) -> OutputFile | None:
    """The file that a config goes to, None for standard output; UsageError where it may not go there."""
    place = destination(output, force, inputs)
    if place is not None:
        format_of(place.path, "yaml", ("yaml",), "-o FILE.yaml")
    return place


def deliver(here: Here, text: str, place: OutputFile | None, about: dict[str, object]) -> None:
    """Write a config to a file or to standard output, and say so."""
    if place is None:
        here.screen.result(text)
        return
    place.write([text.encode()])
    here.screen.say(f"wrote {place.path}; next: npnet train {place.path}")
    if here.json:
        here.screen.result_json(about | {"file": str(place.path)})


def list_templates(here: Here) -> None:
    """Write the names of the templates and what each is."""
    from npnet.cli.console.lists import definitions

    found = entries("templates")
    if here.json:
        here.screen.result_json({"templates": [{"name": one.name, "description": one.description} for one in found]})
    else:
        here.screen.result(definitions({"templates": [item(one) for one in found]}, here.screen.out.width))
