"""`npnet list` and `npnet init`: everything that a config can name, and a config to start from."""

import inspect
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from npnet.cli.common.commands import CommandContext, command
from npnet.cli.common.files import OutputFile, destination, format_of
from npnet.cli.common.options import Force, Output, refuse_options
from npnet.errors import UsageError
from npnet.registry import Registry, nearest
from npnet.text import first_of, listed

if TYPE_CHECKING:
    from npnet.cli.console.plain import Item

TEMPLATES = Path(__file__).parent.parent / "templates"
KINDS = (
    *("layers", "losses", "optimizers", "schedules", "initializers"),
    *("datasets", "features", "metrics", "methods", "plots", "verdicts", "templates"),
)
LIST = """
npnet list layers
npnet list metrics
npnet list datasets --json
npnet list layers --plugin snake.py --check
"""
INIT = """
npnet init --list
npnet init spirals
npnet init table -o mine.yaml
npnet init iris -o -
npnet init --data credit.csv --target Status
npnet init --data flowers
npnet init --playground 'https://playground.tensorflow.org/#dataset=spiral&networkShape=8,8'
"""


@dataclass(frozen=True)
class Option:
    """An option of a registry entry; a default of None means that it is required."""

    name: str
    takes: str
    default: str | None
    description: str


@dataclass(frozen=True)
class RegistryEntry:
    """A registered thing: its name, the first line of its docstring, its options."""

    name: str
    description: str
    options: tuple[Option, ...] = ()

    def item(self, with_options: bool = False) -> "Item":
        """Return the entry as the console lists it."""
        options = []
        for one in self.options if with_options else ():
            default = "required" if one.default is None else f"default {one.default}"
            options.append((one.name, f"{one.takes}; {default}. {one.description}".rstrip()))
        return self.name, self.description, options


@command("list", LIST)
def list_entries(
    context: CommandContext,
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Try the layers of plugins: gradients, stacks, rows.")] = False,
) -> None:
    """List layers, losses, metrics and the like, with their options and defaults.

    Layers of plugins are among them. With --check these are tried on a few drawn rows, and nothing else is listed; it
    exits with 8 where one is wrong.
    """
    if check:
        from npnet.cli.common.layer_check import check_layers

        check_layers(context, kind)
        return
    if kind in ("layers", None):
        for note in offered_layers():
            context.screen.warn(note)
    found = {name: entries(name) for name in ([kind] if kind else KINDS)}
    if context.json:
        context.screen.result_json({name: [asdict(entry) for entry in some] for name, some in found.items()})
        return
    from npnet.cli.console.plain import definitions

    items = {name: [entry.item(with_options=kind is not None) for entry in some] for name, some in found.items()}
    context.screen.result(definitions(items, context.screen.out.width))


def offered_layers() -> list[str]:
    """Import the installed packages that offer layers; return a line for each layer that is ignored."""
    import npnet.config  # noqa: F401 - npnet's own come first
    from npnet.registry.packages import load_all

    return load_all()


def entries(kind: str) -> list[RegistryEntry]:
    """Return all entries of a kind as registered; raise UsageError for an unknown kind."""
    if kind not in KINDS:
        near = nearest(kind, list(KINDS))
        raise UsageError(f"there is no kind {kind}", f"did you mean {near}?" if near else ", ".join(KINDS))
    if kind == "templates":
        return [RegistryEntry(name, text.partition("\n")[0].lstrip("# ")) for name, text in templates().items()]
    import npnet.config
    import npnet.diagnosis.diagnose
    import npnet.plots  # noqa: F401 - importing them fills all registries

    things: Registry[Any] = Registry.every[kind]
    return [
        RegistryEntry(name, (inspect.getdoc(thing) or "").partition("\n")[0], tuple(_options_of(thing)))
        for name, thing in things.items()
    ]


def templates() -> dict[str, str]:
    """Return the texts of the configs that come with npnet, by name."""
    return {path.stem: path.read_text("utf-8") for path in sorted(TEMPLATES.glob("*.yaml"))}


def _options_of(thing: Any) -> Iterator[Option]:
    """Yield the options of a spec; metrics and plots have none."""
    from npnet.config.type_info import describe, type_of
    from npnet.spec import Spec

    if inspect.isclass(thing) and issubclass(thing, Spec):
        for name, field in thing.model_fields.items():
            default = None if field.is_required() else _default_text(field.default)
            yield Option(name, describe(type_of(field)), default, field.description or "")


def _default_text(value: Any) -> str:
    """Return a default as a config writes it: none, true, [1, 2], he_uniform."""
    from npnet.nn.initializers import initializers
    from npnet.spec import Spec

    if isinstance(value, Spec):
        return initializers.name_of(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_default_text, value))}]"
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@command("init", INIT)
def init(
    context: CommandContext,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEMPLATE] [KEY=VALUE]...", help="Name of a template (default: circles), or settings for --data."
        ),
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
    data: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write a config for this table, or folder of pictures.")
    ] = None,
    target: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Column of the table to predict; repeatable.")
    ] = None,
    playground: Annotated[
        str | None, typer.Option(metavar="URL", help="Write a config for a link of TensorFlow Playground.")
    ] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Write a commented config to start from; default file: TEMPLATE.yaml.

    With --data the config is made for a table: how its file is written is found out and written down, identifiers are
    left out, and the recipe for tables is written in full. A folder with a folder of pictures for each class gets a
    small network of convolutions. KEY=VALUE says what cannot be seen, as decimal=, or
    na_values=[-99], or sets another key of the config. With --playground it is what the page of the link trains.
    """
    overrides = [text for text in arguments or [] if "=" in text]
    names = [text for text in arguments or [] if "=" not in text]
    if len(names) == 1 and data is None and names[0] not in templates() and Path(names[0]).is_dir():
        names, data = [], names[0]
    template = _template(names, bool(overrides), data)
    if show:
        _list_templates(context)
    elif playground is not None:
        _write_playground(context, playground, [*(arguments or []), *(["--data"] if data else [])], output, force)
    elif data is not None:
        _write_proposal(context, data, target or [], overrides, output, force)
    elif target:
        raise UsageError("--target is for a table", "write --data FILE too")
    else:
        _write_template(context, template or "circles", output, force)


def _template(names: list[str], overrides: bool, data: str | None) -> str | None:
    """Return the name of the template; raise UsageError where there are several, or settings without a table."""
    refuse_options(names)
    if data is not None and names:
        raise UsageError("--data and a template do not go together", f"leave out {names[0]}, or --data")
    if len(names) > 1:
        raise UsageError("init takes one template", f"leave out {names[1]}")
    if overrides and data is None:
        raise UsageError("KEY=VALUE is for a table", "write --data FILE too, or change the config that init writes")
    return names[0] if names else None


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


def _write_proposal(
    context: CommandContext, data: str, target: list[str], overrides: list[str], output: str | None, force: bool
) -> None:
    """Write a config for a table or a folder of pictures, and show what was decided."""
    pictures = Path(data).is_dir()
    if pictures and (target or overrides):
        what = "--target" if target else overrides[0]
        raise UsageError(f"{what} is for a table, and {data} is a folder of pictures", f"leave out {what}")
    if not target and not pictures:
        raise UsageError("--data needs --target", "add --target COLUMN, the column to predict")
    from npnet.runner.image_proposal import propose_images
    from npnet.runner.proposal import propose

    file = _destination(output or f"{Path(data).resolve().name.partition('.')[0] or 'table'}.yaml", force, data)
    folder = Path() if file is None else file.path.parent
    proposal = propose_images(data, folder) if pictures else propose(data, target, folder, overrides)
    for note in first_of(proposal.notes, "the config has all"):
        context.screen.info(note)
    for warning in first_of(proposal.warnings, "npnet data check --json lists all"):
        context.screen.warn(warning)
    if proposal.dropped:
        context.screen.info(f"left out as identifiers: {listed(proposal.dropped)}")
    _deliver(context, proposal.text, file, {"data": data, "dropped": list(proposal.dropped)})


def _write_playground(context: CommandContext, link: str, others: list[str], output: str | None, force: bool) -> None:
    """Write the config of a link, and show what it cannot express."""
    if others:
        raise UsageError("--playground goes with no template, --data or settings", f"leave out {others[0]}")
    from npnet.config.playground import playground_config

    text, notes = playground_config(link)
    file = _destination(output or "playground.yaml", force)
    for note in notes:
        context.screen.info(note)
    _deliver(context, text, file, {"playground": link, "notes": notes})


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
