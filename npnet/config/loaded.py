"""Loading: a config file and overrides as an experiment, and the trials of its sweep."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError, create_model

from npnet.config.experiment import Experiment
from npnet.config.files import ConfigFiles, name_of, read_bytes, with_preset
from npnet.config.issues import issues_of, non_finite
from npnet.config.nodes import ConfigIssue, KeyIssue, Node, config_error
from npnet.config.nodes import Path as Keys
from npnet.config.overrides import put, with_overrides, with_sweep_values
from npnet.config.reader import read
from npnet.config.suggestions import as_override
from npnet.errors import ConfigError
from npnet.search import Choice, Range

SHARED = ("dataset", "split", "seed", "cv", "extends", "preset", "sweep", "model_seed", "threads", "weights")
"""Keys that all trials of a sweep share, or that each trial sets itself."""
CACHED = 20_000  # values of top-level keys of trials


@dataclass(frozen=True)
class Loaded:
    """An experiment, the file that it was read from, and the location of each of its values."""

    experiment: Experiment
    path: Path
    text: bytes = field(repr=False)  # the file as given
    root: Node = field(repr=False)

    @property
    def base(self) -> Path:
        """The folder of the file, where its relative paths start."""
        return self.path.parent

    def where(self, *keys: str | int) -> str:
        """Return the location of a key's value, `circles.yaml:7:3`, or of the value above it."""
        return self.root.location_of(keys).where

    def issue(self, keys: Keys, message: str, hint: str | None = None) -> ConfigIssue:
        """Return an issue at the value of a key."""
        location = self.root.location_of(keys)
        return ConfigIssue(location, message, as_override(hint, keys) if hint and location.on_command_line else hint)

    def raise_for(self, issues: Iterable[KeyIssue]) -> None:
        """Raise ConfigError with all issues, each at its key; return where there are none."""
        if found := [self.issue(*issue) for issue in issues]:
            raise config_error(found, self.root.location.file)

    def error(self, keys: Keys, message: str, hint: str | None = None) -> ConfigError:
        """Return the error of a single issue at the value of a key, to be raised."""
        return config_error([self.issue(keys, message, hint)], self.root.location.file)


def load(path: Path, overrides: Sequence[str] = (), sweep_values: Mapping[str, Node] | None = None) -> Loaded:
    """Read a config file, the files it extends, its preset, and the `KEY=VALUE` overrides.

    `sweep_values` are added to the parameters of its sweep. Raise ConfigError with every issue, and UsageError for a
    missing file or an override of another form.
    """
    path = Path(path)
    return load_text(path, read_bytes(path), overrides, sweep_values)


def load_text(
    path: Path, text: bytes, overrides: Sequence[str] = (), sweep_values: Mapping[str, Node] | None = None
) -> Loaded:
    """Load a config from its text as if it were that of a file at `path`, which need not exist."""
    return load_tree(*_read_mapping(text, path), path, text, overrides, sweep_values)


def load_tree(
    root: Node,
    issues: list[ConfigIssue],
    path: Path,
    text: bytes,
    overrides: Sequence[str] = (),
    sweep_values: Mapping[str, Node] | None = None,
) -> Loaded:
    """Complete the tree of a config by the files that it extends, its preset and the overrides, and load it."""
    root = ConfigFiles(Experiment, issues).extended(root, path)
    presets = [override for override in overrides if override.partition("=")[0].strip() == "preset"]
    root = with_overrides(root, presets, issues)
    root = with_preset(root, Experiment)
    root = with_overrides(root, [override for override in overrides if override not in presets], issues)
    for key, node in (sweep_values or {}).items():
        root = with_sweep_values(root, key, node)
    return of_tree(root, path, text, issues)


def load_alone(path: Path, text: bytes, overrides: Sequence[str] = ()) -> Loaded:
    """Load a config that npnet wrote from its text; refuse `extends`, to read no other file."""
    root, issues = _read_mapping(text, path)
    if extends := root.child("extends"):
        issues.append(ConfigIssue(extends.location, "a file that npnet wrote extends no other"))
        raise config_error(issues, root.location.file)
    return of_tree(with_overrides(root, overrides, issues), path, text, issues)


def _read_mapping(text: bytes, path: Path) -> tuple[Node, list[ConfigIssue]]:
    """Return the tree of a config and the issues found; raise ConfigError for one that is no mapping."""
    root, issues = read(text, name_of(path))
    if root.value is None:
        return Node({}, root.location), issues
    if not isinstance(root.value, dict):
        message = "a config is a mapping, key: value on each line"
        issues.append(ConfigIssue(root.location, message, "npnet init writes one"))
        raise config_error(issues, root.location.file)
    return root, issues


def of_tree(root: Node, path: Path, text: bytes, issues: Sequence[ConfigIssue] = ()) -> Loaded:
    """Return the config of a tree; raise ConfigError with the given and the found issues."""
    loaded = Loaded(validated(root, issues), path, text, root)
    sweep = loaded.experiment.sweep
    if sweep is not None and sweep.too_many:
        raise loaded.error(("sweep", "parameters"), sweep.too_many, "write trials: 1000 under sweep, or --trials 1000")
    if sweep is not None and (wrong := list(_wrong_sweep_values(root, sweep.parameters))):
        raise config_error(wrong, root.location.file)
    return loaded


def validated(root: Node, issues: Iterable[ConfigIssue] = ()) -> Experiment:
    """Return the experiment of a tree; raise ConfigError with the given and the found issues."""
    found = [*issues, *non_finite(root, Experiment)]
    try:
        experiment = Experiment.model_validate(root.plain())
    except ValidationError as error:
        known = {issue.location for issue in found}
        found += [issue for issue in issues_of(error, root, Experiment) if issue.location not in known]
        raise config_error(found, root.location.file) from None
    if found:
        raise config_error(found, root.location.file)
    return experiment


class TrialConfigs:
    """The experiments of a config with other values, given by dotted key like overrides.

    Only the top-level keys that change are validated, each alone, since an experiment validates no two keys together:
    10,000 trials take seconds.
    """

    def __init__(self, root: Node) -> None:
        self.root = replace(root, value={key: node for key, node in root.items.items() if key != "sweep"})
        self._validated: dict[str, Any] = {}

    @cached_property
    def _base(self) -> Experiment:
        return validated(self.root)

    def experiment(self, values: Mapping[str, Any]) -> Experiment:
        """Return the experiment with these values; raise ConfigError where they are invalid."""
        by_name: dict[str, dict[str, Any]] = {}
        for key, value in values.items():
            by_name.setdefault(key.partition(".")[0], {})[key] = value
        try:
            changed = {name: self._value(name, own) for name, own in by_name.items()}
        except (LookupError, ValidationError):
            return self.validated({key: Node.of(value, self.root.location) for key, value in values.items()})
        return self._base.model_copy(update=changed)

    def validated(self, nodes: Mapping[str, Node]) -> Experiment:
        """Return the experiment with these nodes, validated as a whole, or raise ConfigError."""
        root, issues = self.root, list[ConfigIssue]()
        for key, node in nodes.items():
            try:
                root = put(root, Experiment, tuple(key.split(".")), node)
            except LookupError as error:
                issues.append(ConfigIssue(node.start, *error.args))
        return validated(root, issues)

    def _value(self, name: str, values: Mapping[str, Any]) -> Any:
        """Return the value of a top-level key after values are put in at it or below it."""
        text = f"{name} {values!r}"
        if text not in self._validated:
            root = self.root
            for key, value in values.items():
                root = put(root, Experiment, tuple(key.split(".")), Node.of(value, root.location))
            if len(self._validated) == CACHED:
                self._validated.clear()
            made = _model_of(name).model_validate({name: root.items[name].plain()})
            self._validated[text] = getattr(made, name)
        return self._validated[text]


@cache
def _model_of(name: str) -> type[BaseModel]:
    """Return a model of a single key of a config."""
    field = Experiment.model_fields[name]
    fields: dict[str, Any] = {name: (field.annotation, field)}
    return create_model(name, __config__=Experiment.model_config, **fields)


def _wrong_sweep_values(root: Node, parameters: Mapping[str, Choice | Range]) -> Iterator[ConfigIssue]:
    """Yield an issue for every key and value of a sweep that the config could not have."""
    written = root.walk(("sweep", "parameters"))[-1].items
    configs = TrialConfigs(root)
    for key, parameter in parameters.items():
        location = written[key].start
        if key.partition(".")[0] in SHARED:
            way = "write seeds: 5 under sweep, which repeats every point" if key == "seed" else f"take {key} out"
            hint = f"{as_override(way) if location.on_command_line else way}: all trials share data, split and seed"
            yield ConfigIssue(location, f'a sweep does not try "{key}"', hint)
            continue
        for value in _extremes(written[key], parameter):
            try:
                configs.validated({key: replace(value, key_location=location)})
            except ConfigError as error:
                for problem in error.problems:
                    at = value.location if problem.where == value.location.where else location
                    yield ConfigIssue(at, problem.message, problem.hint)
                break


def _extremes(node: Node, parameter: Choice | Range) -> list[Node]:
    """Return all values of a key to validate: of numbers the extremes, of a range the bounds."""
    if isinstance(parameter, Range):
        bounds = [bound for bound in (node.child("min"), node.child("max")) if bound is not None]
        if parameter.distribution is None:
            return bounds
        kind = int if parameter.whole else float
        made = (kind(parameter.min), kind(parameter.max))
        return [replace(bound, value=value) for bound, value in zip(bounds, made, strict=True)]
    values = (node.child("values") or node).value
    nodes = values if isinstance(values, list) else []
    found = [item for item in nodes if type(item.value) not in (int, float)]
    for kind in (int, float):
        numbers = sorted((item for item in nodes if type(item.value) is kind), key=attrgetter("value"))
        found += [*numbers[:1], *numbers[1:][-1:]]
    return found
