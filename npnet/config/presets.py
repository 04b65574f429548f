"""Presets: recipes that stand for the keys that a config does not have."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from npnet.config.locations import ConfigIssue, refusal, shown
from npnet.config.nodes import Node
from npnet.config.overrides import override
from npnet.config.reader import read
from npnet.config.shorthand import merged
from npnet.errors import AdvisedError
from npnet.registry import nearest

FOLDER = Path(__file__).parent.parent / "templates" / "presets"
KEY = "preset"


def names() -> list[str]:
    """The names of the presets."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def known(name: str) -> str:
    """The name, if a preset has it; ValueError with the nearest one if not."""
    if name not in names():
        near = nearest(name, names())
        hint = f'did you mean "{near}"?' if near else f"there is {', '.join(names())}"
        raise AdvisedError(f'unknown preset "{shown(name)}"', hint)
    return name


def text_of(name: str) -> str:
    """A preset as YAML, with comments."""
    return (FOLDER / f"{name}.yaml").read_text("utf-8")


def overridden(root: Node, kind: Any, texts: Sequence[str]) -> tuple[Node, list[ConfigIssue]]:
    """A config over the preset that it or an override names, then with every other override put in."""
    first = [text for text in texts if text.partition("=")[0].strip() == KEY]
    root, refused = override(root, kind, first)
    root, others = override(completed(root, kind), kind, [text for text in texts if text not in first])
    return root, [*refused, *others]


def completed(root: Node, kind: Any) -> Node:
    """A config over its preset: mappings merge, and the config wins; ConfigError for a preset of another name."""
    named = root.child(KEY)
    if named is None or not isinstance(named.value, str):
        return root
    try:
        known(named.value)
    except AdvisedError as error:
        raise refusal([ConfigIssue(named.place, error.message, error.hint)]) from None
    recipe = read(text_of(named.value).encode(), f"preset {named.value}").root
    return replace(merged(recipe, root, kind), place=root.place)
