"""The catalogue: everything that a config can name, with what its options take, straight from the registries."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npnet.errors import UsageError
from npnet.registry import Registry, nearest

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


@dataclass(frozen=True)
class Option:
    """An option of a registered thing: what it takes, in words, its default (None: required), what it is."""

    name: str
    takes: str
    default: str | None
    description: str

    @property
    def text(self) -> str:
        """All of it in a line."""
        default = "required" if self.default is None else f"default {self.default}"
        return f"{self.takes}; {default}. {self.description}".rstrip()


@dataclass(frozen=True)
class Entry:
    """A registered thing: its name, the first line of its docstring, its options."""

    name: str
    description: str
    options: tuple[Option, ...] = ()


def entries(kind: str) -> list[Entry]:
    """All things of a kind, in the order of registration; UsageError for no such kind."""
    if kind not in KINDS:
        near = nearest(kind, list(KINDS))
        raise UsageError(f"there is nothing called {kind}", f"did you mean {near}?" if near else ", ".join(KINDS))
    if kind == "templates":
        return [Entry(name, first_comment(text)) for name, text in templates().items()]
    import npnet.config
    import npnet.plots  # noqa: F401 - importing both fills all registries

    things: Registry[Any] = Registry.every[kind]
    return [Entry(name, first_line(thing), tuple(options_of(thing))) for name, thing in things.items()]


def templates() -> dict[str, str]:
    """The texts of the configs that come with npnet, by name."""
    return {path.stem: path.read_text("utf-8") for path in sorted(TEMPLATES.glob("*.yaml"))}


def options_of(thing: Any) -> Iterator[Option]:
    """The options of a spec; metrics and plots have none."""
    from npnet.config.type_info import describe, type_of
    from npnet.spec import Spec

    if inspect.isclass(thing) and issubclass(thing, Spec):
        for name, field in thing.model_fields.items():
            default = None if field.is_required() else written(field.default)
            yield Option(name, describe(type_of(field)), default, field.description or "")


def written(value: Any) -> str:
    """A default as a config would have it: none, true, [1, 2], he_uniform."""
    from npnet.nn.initializers import initializers
    from npnet.spec import Spec

    if isinstance(value, Spec):
        return initializers.name_of(value)
    if isinstance(value, tuple):
        return f"[{', '.join(map(written, value))}]"
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def first_line(thing: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0]


def first_comment(text: str) -> str:
    """The first line of a template, which says what it is."""
    return text.partition("\n")[0].lstrip("# ")
