"""`npnet init`: write a first config, with comments."""

from pathlib import Path
from typing import Annotated

import typer

from npnet.cli.commands import CommandContext, command
from npnet.cli.files import OutputFile, destination, format_of
from npnet.cli.listing import entries, templates
from npnet.cli.options import Force, Output
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


@command("init", EXAMPLES)
def init(
    context: CommandContext,
    template: Annotated[
        str | None, typer.Argument(metavar="TEMPLATE", help="Name of a template; default: circles.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
    data: Annotated[str | None, typer.Option(metavar="FILE", help="Write a config for this table.")] = None,
    target: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Column of the table to predict; repeatable.")
    ] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented config to start from; default file: TEMPLATE.yaml.

    With --data the config is made for a table: identifiers are left out, and the recipe for tables is written in full.
    """
    if show:
        _list_templates(context)
    elif data is not None:
        if template is not None:
            raise UsageError("--data and a template do not go together", f"leave out {template}, or --data")
        _write_proposal(context, data, target or [], output, force)
    elif target:
        raise UsageError("--target is for a table", "write --data FILE too")
    else:
        _write_template(context, template or "circles", output, force)


def _list_templates(context: CommandContext) -> None:
    from npnet.cli.console.plain import definitions

    found, screen = entries("templates"), context.screen
    if context.json:
        screen.result_json({"templates": [{"name": one.name, "description": one.description} for one in found]})
    else:
        screen.result(definitions({"templates": [one.item() for one in found]}, screen.out.width))


def _write_template(context: CommandContext, template: str, output: str | None, force: bool) -> None:
    known = templates()
    if template not in known:
        near = nearest(template, list(known))
        hint = f'did you mean "{near}"?' if near else f"there are: {', '.join(known)}"
        raise UsageError(f'there is no template "{template}"', hint)
    file = _destination(output or f"{template}.yaml", force)
    _deliver(context, known[template], file, {"template": template})


def _write_proposal(context: CommandContext, data: str, target: list[str], output: str | None, force: bool) -> None:
    """Write a config for a table, and show what was decided."""
    if not target:
        raise UsageError("--data needs --target", "add --target COLUMN, the column to predict")
    from npnet.runner.data_report import propose

    file = _destination(output or f"{Path(data).name.partition('.')[0] or 'table'}.yaml", force, data)
    proposal = propose(data, target, Path() if file is None else file.path.parent)
    predictors = [f"{warning}; drop it if it is not known when you predict" for warning in proposal.warnings]
    for warning in first_of(predictors, "npnet data check --json lists all"):
        context.screen.warn(warning)
    if proposal.dropped:
        context.screen.info(f"left out as identifiers: {listed(proposal.dropped)}")
    _deliver(context, proposal.text, file, {"data": data, "dropped": list(proposal.dropped)})


def _destination(output: str, force: bool, *inputs: str) -> OutputFile | None:
    """Return the file of a config, or None for standard output."""
    file = destination(output, force, inputs)
    if file is not None:
        format_of(file.path, "yaml", ("yaml",), "-o FILE.yaml")
    return file


def _deliver(context: CommandContext, text: str, file: OutputFile | None, info: dict[str, object]) -> None:
    if file is None:
        context.screen.result(text)
        return
    file.write([text.encode()])
    context.screen.info(f"wrote {file.path}; next: npnet train {file.path}")
    if context.json:
        context.screen.result_json(info | {"file": str(file.path)})
