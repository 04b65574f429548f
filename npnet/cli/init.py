"""`npnet init`: a first config, with comments."""

from pathlib import Path
from typing import Annotated

import typer

from npnet.cli.catalogue import entries, templates
from npnet.cli.commands import Here, command
from npnet.cli.listing import item
from npnet.errors import UsageError
from npnet.registry import nearest

EXAMPLES = """
npnet init --list
npnet init spirals
npnet init table -o mine.yaml
npnet init iris -o -
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "init", EXAMPLES)(init)


def init(
    here: Here,
    template: Annotated[
        str, typer.Argument(metavar="TEMPLATE", help="Which one; circles if none is named.")
    ] = "circles",
    show: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; - is standard output.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace a file that is there.")] = False,
) -> None:
    """Write a commented config to start from, TEMPLATE.yaml unless told otherwise."""
    if show:
        list_templates(here)
        return
    known = templates()
    if template not in known:
        near = nearest(template, list(known))
        hint = f'did you mean "{near}"?' if near else f"there are: {', '.join(known)}"
        raise UsageError(f'there is no template "{template}"', hint)
    if output == "-":
        here.screen.result(known[template])
        return
    file = Path(output or f"{template}.yaml")
    write(file, known[template], force)
    here.screen.say(f"wrote {file}; next: npnet train {file}")
    if here.json:
        here.screen.result_json({"template": template, "file": str(file)})


def list_templates(here: Here) -> None:
    """Write the names of the templates and what each is."""
    from npnet.console.lists import definitions

    found = entries("templates")
    if here.json:
        here.screen.result_json({"templates": [{"name": one.name, "description": one.description} for one in found]})
    else:
        here.screen.result(definitions({"templates": [item(one) for one in found]}, here.screen.out.width))


def write(file: Path, text: str, force: bool) -> None:
    """Write a new file, or any with `force`; UsageError where one is there."""
    from npnet.io import explained, write_atomic, write_new

    if force:
        write_atomic(file, text.encode())
        return
    try:
        with explained(file):
            write_new(file, text.encode())
    except FileExistsError:
        raise UsageError(f"{file} is there already", "-f replaces it, -o FILE writes another one") from None
