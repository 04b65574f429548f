"""Loaded: a config file and overrides as an experiment that remembers its lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from npnet.config.advice import as_override
from npnet.config.experiment import Experiment
from npnet.config.extends import Family
from npnet.config.issues import mistakes_of, unbounded
from npnet.config.locations import ConfigIssue, refusal, shown
from npnet.config.nodes import Node
from npnet.config.nodes import Path as Keys
from npnet.config.overrides import override
from npnet.config.presets import overridden
from npnet.config.reader import read
from npnet.config.sweep_overrides import with_sweep_values
from npnet.config.trial_configs import wrong_values
from npnet.errors import ConfigError


@dataclass(frozen=True)
class Loaded:
    """An experiment, the file that it was read from, and the place of each of its values."""

    experiment: Experiment
    path: Path
    text: bytes = field(repr=False)  # the file as given
    root: Node = field(repr=False)

    @property
    def base(self) -> Path:
        """The folder of the file: where its relative paths start."""
        return self.path.parent

    def where(self, *keys: str | int) -> str:
        """The place of a key's value, `circles.yaml:7:3`, or of what stands above it."""
        return self.root.place_of(keys).where

    def mistake(self, keys: Keys, message: str, hint: str | None = None) -> ConfigIssue:
        """A mistake in the value of a key."""
        place = self.root.place_of(keys)
        return ConfigIssue(place, message, as_override(hint, keys) if hint and place.on_command_line else hint)

    def problem(self, keys: Keys, message: str, hint: str | None = None) -> ConfigError:
        """The error that says what is wrong with the value of a key, to be raised."""
        return self.refusal([self.mistake(keys, message, hint)])

    def refusal(self, mistakes: Iterable[ConfigIssue]) -> ConfigError:
        """The error that holds all mistakes, in the order of the file."""
        return refusal(mistakes, self.root.place.file)


def load(path: Path, overrides: Sequence[str] = (), tries: Mapping[str, Node] | None = None) -> Loaded:
    """Read a config file, what it extends, its preset, and the `KEY=VALUE` overrides.

    `tries` is put into what its sweep tries.
    ConfigError holds every mistake, UsageError stands for a missing file or an override that is none.
    """
    path = Path(path)
    family = Family(path, Experiment)
    mistakes = family.mistakes
    root = _mapping(family.root, mistakes)
    root, refused = overridden(root, Experiment, overrides)
    return of_tree(with_sweep_values(root, tries or {}), path, family.text, [*mistakes, *refused])


def load_alone(path: Path, text: bytes, overrides: Sequence[str] = ()) -> Loaded:
    """The config of a file that npnet wrote, from its text: a stranger's leads to no other file by `extends`."""
    reading = read(text, shown(str(path), 200))
    mistakes = [*reading.mistakes]
    root = _mapping(reading.root, mistakes)
    if isinstance(root.value, dict) and "extends" in root.value:
        mistakes.append(ConfigIssue(root.value["extends"].place, "a file that npnet wrote extends no other"))
        raise refusal(mistakes, root.place.file)
    root, refused = override(root, Experiment, list(overrides))
    return of_tree(root, path, text, [*mistakes, *refused])


def _mapping(root: Node, mistakes: list[ConfigIssue]) -> Node:
    if root.value is None:
        return Node({}, root.place)
    if not isinstance(root.value, dict):
        mistakes.append(
            ConfigIssue(root.place, "a config is a mapping, key: value on each line", "npnet init writes one")
        )
        raise refusal(mistakes, root.place.file)
    return root


def of_tree(root: Node, path: Path, text: bytes, mistakes: Sequence[ConfigIssue] = ()) -> Loaded:
    """The config of a tree; ConfigError with the mistakes known before, and those in it."""
    loaded = Loaded(validated(root, [*mistakes]), path, text, root)
    sweep = loaded.experiment.sweep
    if sweep is not None and sweep.too_many:
        raise loaded.problem(
            ("sweep", "parameters"), sweep.too_many, "write trials: 1000 under sweep, or --trials 1000"
        )
    if sweep is not None and (wrong := list(wrong_values(root, loaded.experiment))):
        raise loaded.refusal(wrong)
    return loaded


def validated(root: Node, mistakes: list[ConfigIssue]) -> Experiment:
    """The experiment of a tree; ConfigError with the mistakes known before and those in it."""
    found = [*mistakes, *unbounded(root, Experiment)]
    try:
        experiment = Experiment.model_validate(root.plain())
    except ValidationError as error:
        known = {mistake.place for mistake in found}
        found += [mistake for mistake in mistakes_of(error, root, Experiment) if mistake.place not in known]
        raise refusal(found, root.place.file) from None
    if found:
        raise refusal(found, root.place.file)
    return experiment
