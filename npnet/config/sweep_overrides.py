"""Tries: lists and ranges on the command line, which say what a sweep tries."""

from collections.abc import Mapping, Sequence
from typing import Any

from npnet.config.experiment import Experiment
from npnet.config.nodes import Node
from npnet.config.overrides import read_override
from npnet.config.type_info import below, is_leaf, item_of, spec_of

RANGE = {"min", "max", "values"}


def parted(texts: Sequence[str]) -> tuple[dict[str, Node], list[str]]:
    """What to try under each key, and the other overrides, from `KEY=VALUE` texts.

    A list is the values to try, under a key that takes a list itself a list of lists; so is a mapping with min and max.
    """
    tries: dict[str, Node] = {}
    others = []
    for text in texts:
        key, node, mistakes = read_override(text)
        if not mistakes and _says_values(node, kind_at(key)):
            tries[key] = node
        else:
            others.append(text)
    return tries, others


def _says_values(node: Node, kind: Any) -> bool:
    if isinstance(node.value, dict):
        return bool(node.value.keys() & RANGE) or is_leaf(kind)
    if not isinstance(node.value, list):
        return False
    takes_list = item_of(kind) is not None
    return not takes_list or (bool(node.value) and all(isinstance(item.value, list) for item in node.value))


def kind_at(key: str) -> Any:
    """The type of what a dotted key takes; of a thing with a main option that of the option; None for no such key."""
    kind: Any = Experiment
    for word in key.split("."):
        kind = below(kind, int(word) if word.isdecimal() and len(word) < 10 else word)
        if kind is None:
            return None
    spec = spec_of(kind)
    main = spec.main_option() if spec else None
    return below(kind, main) if main else kind


def with_sweep_values(root: Node, tries: Mapping[str, Node]) -> Node:
    """The tree of a config with more to try in its sweep."""
    if not tries:
        return root
    place = next(iter(tries.values())).place
    sweep = root.child("sweep") or Node({}, place, place)
    parameters = sweep.child("parameters") or Node({}, place, place)
    for key, node in tries.items():
        parameters = parameters.having(key, node)
    return root.having("sweep", sweep.having("parameters", parameters))
