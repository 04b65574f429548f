"""Spelling: short ways to write a thing, spelt out, so that options can be set and merged."""

from dataclasses import replace
from typing import Any

from npnet.config.nodes import Node
from npnet.config.type_info import below, registry_of, spec_of


def spell_out(node: Node, kind: Any) -> Node:
    """The tree of a thing with its options by name; what is no short form comes back as it is.

    `relu` is `{relu: {}}`, `{linear: 16}` is `{linear: {units: 16}}`.
    """
    registry, spec = registry_of(kind), spec_of(kind)
    if registry is not None and isinstance(node.value, str):
        return replace(node, value={node.value: replace(node, value={})})
    if registry is not None and isinstance(node.value, dict):
        return replace(node, value={name: spell_out(value, below(kind, name)) for name, value in node.value.items()})
    if spec is None or isinstance(node.value, dict):
        return node
    if node.value is None or node.value is False or node.value == "off":
        return replace(node, value={})
    main = spec.main_option()
    return replace(node, value={main: node}) if main else node


def merged(base: Node, over: Node, kind: Any) -> Node:
    """Two trees as one: mappings merge and `over` wins.

    Of a registered kind only options under the same name merge; another name replaces the base's.
    """
    left, right = spell_out(base, kind), over
    if not isinstance(left.value, dict) or not isinstance(right.value, dict):
        return over
    if registry_of(kind) is not None and left.value.keys() != right.value.keys():
        return over
    items = dict(left.value)
    for key, node in right.value.items():
        items[key] = merged(items[key], node, below(kind, key)) if key in items else node
    return replace(over, value=items)
