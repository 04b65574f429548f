"""Variants: the experiments that a config becomes with other values under some keys."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from npnet.config.advice import as_override
from npnet.config.experiment import Experiment
from npnet.config.issues import mistakes_of, unbounded
from npnet.config.locations import ConfigIssue, SourceLocation, refusal
from npnet.config.nodes import Node
from npnet.config.overrides import put
from npnet.errors import ConfigError
from npnet.registry import Registry
from npnet.search import Choice, Range
from npnet.spec import Spec

SHARED = ("dataset", "split", "seed", "cv", "extends", "preset", "sweep", "model_seed", "threads", "weights")
"""Keys that all trials of a sweep have in common, or that are each trial's own."""
SWEEP = "sweep"
Values = Mapping[str, Any]


class TrialConfigs:
    """Experiments from the tree of a config and values by dotted key, as overrides on the command line would give.

    Decimals are put straight into the experiment of the other values, which is validated once: each was validated
    before, and no two keys are checked together. So ten thousand trials cost little.
    """

    def __init__(self, root: Node) -> None:
        assert isinstance(root.value, dict)
        self.root = replace(root, value={key: node for key, node in root.value.items() if key != SWEEP})
        self._bases: dict[str, Experiment] = {}

    def experiment(self, values: Values) -> Experiment:
        """The experiment with these values; ConfigError where they do not go together."""
        apart = _apart(tuple(values))
        decimals = {key: value for key, value in values.items() if isinstance(value, float) and key in apart}
        others = {key: value for key, value in values.items() if key not in decimals}
        name = repr((others, sorted(decimals)))
        if name not in self._bases:
            self._bases[name] = self.validated({key: node_of(value, self.root.place) for key, value in values.items()})
        found: Experiment | None = self._bases[name]
        for key, value in decimals.items():
            found = found and _with(found, tuple(key.split(".")), value)
        if found is None:
            return self.validated({key: node_of(value, self.root.place) for key, value in values.items()})
        return found

    def validated(self, nodes: Mapping[str, Node]) -> Experiment:
        """The experiment of a tree with these values; ConfigError with all that is wrong."""
        root, found = self.root, list[ConfigIssue]()
        for key, node in nodes.items():
            try:
                root = put(root, Experiment, tuple(key.split(".")), node, ())
            except LookupError as error:
                found.append(ConfigIssue(node.key or node.place, *error.args))
        found += unbounded(root, Experiment)
        try:
            experiment = Experiment.model_validate(root.plain())
        except ValidationError as error:
            known = {mistake.place for mistake in found}
            found += [mistake for mistake in mistakes_of(error, root, Experiment) if mistake.place not in known]
            raise refusal(found) from None
        if found:
            raise refusal(found)
        return experiment


@lru_cache(maxsize=100)
def _apart(keys: tuple[str, ...]) -> frozenset[str]:
    """The keys of which none stands inside another, so that their order does not matter."""
    parts = {tuple(key.split(".")) for key in keys}
    above = {part[:end] for part in parts for end in range(1, len(part))}
    inside = {part for part in parts if any(part[:end] in parts for end in range(1, len(part)))}
    return frozenset(".".join(part) for part in parts - inside if part not in above)


def wrong_values(root: Node, experiment: Experiment) -> Iterator[ConfigIssue]:
    """Every key and value of a sweep that the config could not have."""
    assert experiment.sweep is not None
    written = root.walk((SWEEP, "parameters"))[-1]
    variants = TrialConfigs(root)
    for key, parameter in experiment.sweep.parameters.items():
        node = written.child(key)
        assert node is not None
        place = node.key or node.place
        if key.partition(".")[0] in SHARED:
            way = "write seeds: 5 under sweep, which repeats every point" if key == "seed" else f"take {key} out"
            hint = f"{as_override(way) if place.on_command_line else way}: all trials share data, split and seed"
            yield ConfigIssue(place, f'a sweep does not try "{key}"', hint)
            continue
        for value in _values(node, parameter):
            try:
                variants.validated({key: replace(value, key=place)})
            except ConfigError as error:
                yield from _as_mistakes(error, place, value)
                break


def _as_mistakes(error: ConfigError, place: SourceLocation, value: Node) -> Iterator[ConfigIssue]:
    for problem in error.problems:
        at = value.place if problem.where == value.place.where else place
        yield ConfigIssue(at, problem.message, problem.hint)


def _values(node: Node, parameter: Choice | Range) -> Sequence[Node]:
    """The values of a key where they are written: of a range its bounds, as its distribution makes them."""
    if isinstance(parameter, Choice):
        listed = node if isinstance(node.value, list) else node.child("values")
        assert listed is not None
        assert isinstance(listed.value, list)
        return _telling(listed.value)
    bounds = [bound for bound in (node.child("min"), node.child("max")) if bound is not None]
    if parameter.distribution is None:
        return bounds
    kind = int if parameter.whole else float
    made = (kind(parameter.min), kind(parameter.max))
    return [replace(bound, value=value) for bound, value in zip(bounds, made, strict=True)]


def _telling(nodes: list[Node]) -> list[Node]:
    """The values that tell of all: of numbers the extremes, for what a number may be has no gaps."""
    found: list[Node] = [node for node in nodes if type(node.value) not in (int, float)]
    for kind in (int, float):
        numbers = [(node.value, place) for place, node in enumerate(nodes) if type(node.value) is kind]
        if numbers:
            found += [nodes[place] for _, place in dict.fromkeys((min(numbers), max(numbers)))]
    return found


def node_of(value: Any, place: SourceLocation) -> Node:
    """A plain value as a tree whose every part stands at one place."""
    if isinstance(value, Mapping):
        return Node({str(key): node_of(item, place) for key, item in value.items()}, place, place)
    if isinstance(value, list | tuple):
        return Node([node_of(item, place) for item in value], place, place)
    return Node(value, place, place)


def _with(spec: Any, path: tuple[str, ...], value: float) -> Any:
    """A spec with a decimal at a path of attributes, positions and names; None where none stands there."""
    word, *rest = path
    if isinstance(spec, tuple):
        place = int(word)
        inner = _with(spec[place], tuple(rest), value) if rest else None
        return None if inner is None else (*spec[:place], inner, *spec[place + 1 :])
    if not isinstance(spec, Spec):
        return None
    if any(registry.get(word) is type(spec) for registry in Registry.every.values()):  # a name: its options follow
        options = rest or [type(spec).main_option() or ""]
        return _with(spec, tuple(options), value)
    if word not in type(spec).model_fields:
        return None
    if not rest:
        return spec.model_copy(update={word: value}) if type(getattr(spec, word)) is float else None
    inner = _with(getattr(spec, word), tuple(rest), value)
    return None if inner is None else spec.model_copy(update={word: inner})
