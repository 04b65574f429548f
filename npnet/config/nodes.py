"""The tree of a config: plain values that know the place where they are written."""

from dataclasses import dataclass, replace
from typing import Any

from npnet.config.locations import SourceLocation
from npnet.config.scalars import Scalar

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Node:
    """A value of the tree, the place where it starts and the place of the key above it."""

    value: "Scalar | dict[str, Node] | list[Node]"
    place: SourceLocation
    key: SourceLocation | None = None

    def plain(self) -> Any:
        """The value alone, as dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, list) else self.value

    def child(self, key: str | int) -> "Node | None":
        """The value under a key of a mapping or at a position of a list."""
        if isinstance(self.value, dict):
            return self.value.get(str(key))
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return self.value[key]
        return None

    def walk(self, path: Path) -> "list[Node]":
        """The values along a path, from this one to the last that is written.

        An option that a short form leaves out, as `layers` in `residual: [relu]`, is passed over.
        """
        nodes = [self]
        for key in path:
            below = nodes[-1].child(key)
            if below is not None:
                nodes.append(below)
            elif not isinstance(nodes[-1].value, list) or isinstance(key, int):
                break
        return nodes

    def place_of(self, path: Path, of_key: bool = False) -> SourceLocation:
        """The place of the value at a path, or of its key; else of the last one on the way."""
        nodes = self.walk(path)
        written = len(nodes) == len(path) + 1
        return nodes[-1].key or nodes[-1].place if of_key and written else nodes[-1].place

    def having(self, key: str | int, node: "Node") -> "Node":
        """The same mapping or list with one more or another value."""
        if isinstance(self.value, list):
            assert isinstance(key, int)
            return replace(self, value=[*self.value[:key], node, *self.value[key + 1 :]])
        items = self.value if isinstance(self.value, dict) else {}
        return replace(self, value={**items, str(key): node})


def dotted(path: Path) -> str:
    """A path as messages write it: `layers[0].linear.units`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")
