"""`npnet init`: a first config, with comments."""

from pathlib import Path
from typing import Annotated

import typer

from npnet.cli.catalogue import entries, templates
from npnet.cli.commands import Here, command
from npnet.cli.files import write
from npnet.cli.listing import item
from npnet.errors import UsageError
from npnet.registry import nearest

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
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; - is standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented config to start from, TEMPLATE.yaml unless told otherwise.

    With --data it is fitted to a table: identifiers are left out, and the recipe for tables is written in full.
    """
    if show:
        list_templates(here)
    elif data is not None:
        if template is not None:
            raise UsageError("--data and a template do not go together", "leave out one of them")
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
    deliver(here, known[template], output or f"{template}.yaml", force, {"template": template})


def write_proposal(here: Here, data: str, target: list[str], output: str | None, force: bool) -> None:
    """Write a config for a table, and say what was decided."""
    if not target:
        raise UsageError("--data needs --target COLUMN", "the column to predict")
    from npnet.running.proposing import propose

    file = output or f"{Path(data).name.partition('.')[0] or 'table'}.yaml"
    proposal = propose(data, target, Path() if file == "-" else Path(file).parent)
    for warning in proposal.warnings:
        here.screen.warn(f"{warning}; drop it if it is not known when you predict")
    if proposal.dropped:
        here.screen.say(f"left out as identifiers: {', '.join(proposal.dropped)}")
    deliver(here, proposal.text, file, force, {"data": data, "dropped": list(proposal.dropped)})


def deliver(here: Here, text: str, output: str, force: bool, about: dict[str, object]) -> None:
    """Write a config to a file or to standard output, and say so."""
    if output == "-":
        here.screen.result(text)
        return
    write(Path(output), text, force)
    here.screen.say(f"wrote {output}; next: npnet train {output}")
    if here.json:
        here.screen.result_json(about | {"file": output})


def list_templates(here: Here) -> None:
    """Write the names of the templates and what each is."""
    from npnet.console.lists import definitions

    found = entries("templates")
    if here.json:
        here.screen.result_json({"templates": [{"name": one.name, "description": one.description} for one in found]})
    else:
        here.screen.result(definitions({"templates": [item(one) for one in found]}, here.screen.out.width))
