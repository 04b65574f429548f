"""`npnet list`: everything that a config can name."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from npnet.cli.catalogue import KINDS, Entry, entries
from npnet.cli.commands import Here, command

if TYPE_CHECKING:
    from npnet.cli.console.lists import Item

EXAMPLES = """
npnet list layers
npnet list metrics
npnet list datasets --json
"""


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "list", EXAMPLES)(listing)


def listing(
    here: Here,
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")] = None,
) -> None:
    """List what there is of a kind, with options, what they take and their defaults."""
    from npnet.cli.console.lists import definitions

    kinds = [kind] if kind else list(KINDS)
    found = {one: entries(one) for one in kinds}
    if here.json:
        here.screen.result_json({name: [asdict(entry) for entry in some] for name, some in found.items()})
        return
    items = {name: [item(entry, with_options=kind is not None) for entry in some] for name, some in found.items()}
    here.screen.result(definitions(items, here.screen.out.width))


def item(entry: Entry, with_options: bool = False) -> "Item":
    """An entry as the console lists it."""
    return entry.name, entry.description, [(one.name, one.text) for one in entry.options if with_options]
