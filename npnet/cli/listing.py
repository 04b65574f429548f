"""`npnet list`: everything that a config can name, with its options."""

import inspect
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from npnet.cli.commands import CommandContext, command
from npnet.errors import UsageError
from npnet.registry import Registry, nearest

if TYPE_CHECKING:
    from npnet.cli.console.plain import Item

TEMPLATES = Path(__file__).parent.parent / "templates"
KINDS = (
    "layers",
    "losses",
    "optimizers",
    "schedules",
    "initializers",
    "datasets",
    "metrics",
    "methods",
    "plots",
    "templates",
)
EXAMPLES = """
npnet list layers
npnet list metrics
npnet list datasets --json
"""


@dataclass(frozen=True)
class Option:
    """An option of a registry entry; a default of None means that it is required."""

    name: str
    takes: str
    default: str | None
    description: str

    @property
    def text(self) -> str:
        """Values, default and description in a line."""
        default = "required" if self.default is None else f"default {self.default}"
        return f"{self.takes}; {default}. {self.description}".rstrip()


@dataclass(frozen=True)
class RegistryEntry:
    """A registered thing: its name, the first line of its docstring, its options."""

    name: str
    description: str
    options: tuple[Option, ...] = ()

    def item(self, with_options: bool = False) -> "Item":
        """Return the entry as the console lists it."""
        return self.name, self.description, [(one.name, one.text) for one in self.options if with_options]


@command("list", EXAMPLES)
def list_entries(
    context: CommandContext,
    kind: Annotated[str | None, typer.Argument(metavar="KIND", help=f"One of {', '.join(KINDS)}.")] = None,
) -> None:
    """List layers, losses, metrics and the like, with their options and defaults."""
    found = {name: entries(name) for name in ([kind] if kind else KINDS)}
    if context.json:
        context.screen.result_json({name: [asdict(entry) for entry in some] for name, some in found.items()})
        return
    from npnet.cli.console.plain import definitions

    items = {name: [entry.item(with_options=kind is not None) for entry in some] for name, some in found.items()}
    context.screen.result(definitions(items, context.screen.out.width))


def entries(kind: str) -> list[RegistryEntry]:
    """Return all entries of a kind as registered; raise UsageError for an unknown kind."""
    if kind not in KINDS:
        near = nearest(kind, list(KINDS))
        raise UsageError(f"there is no kind {kind}", f"did you mean {near}?" if near else ", ".join(KINDS))
    if kind == "templates":
        return [RegistryEntry(name, text.partition("\n")[0].lstrip("# ")) for name, text in templates().items()]
    import npnet.config
    import npnet.plots  # noqa: F401 - importing both fills all registries

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
