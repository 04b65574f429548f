"""The plan of a sweep: its config with what to try, which never changes, and what follows from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from npnet import config
from npnet.config import Experiment, Loaded
from npnet.config.files import SIZE
from npnet.config.loaded import TrialConfigs
from npnet.config.nodes import ConfigIssue, dotted
from npnet.config.nodes import Path as Keys
from npnet.config.overrides import kind_at
from npnet.config.sweep import SweepSpec, maximizes
from npnet.config.type_info import branches
from npnet.config.writer import relocated, write_resolved
from npnet.errors import ConfigError, OptionError, RunError
from npnet.model.cross_validation import Scores
from npnet.search import Choice, Range, Space, Stage, Tried, methods
from npnet.storage import disk
from npnet.sweep.trial import Trial


@dataclass(frozen=True)
class Goal:
    """The score that a sweep makes large or small: of which part, which one."""

    part: str
    score: str
    maximizes: bool

    @property
    def name(self) -> str:
        """The name as it is written: validation.roc_auc."""
        return f"{self.part}.{self.score}"

    def value(self, scores: Scores) -> float | None:
        """The score among others, turned so that less is better; None where it is undefined."""
        value = scores.get(self.part, {}).get(self.score)
        return None if value is None or value != value else -value if self.maximizes else value

    def written(self, value: float) -> float:
        """A value as the score that it is."""
        return -value if self.maximizes else value


@dataclass(frozen=True)
class SweepPlan:
    """A config whose key `sweep` says what to try."""

    loaded: Loaded

    @property
    def spec(self) -> SweepSpec:
        """What to try, and how."""
        assert self.loaded.experiment.sweep is not None
        return self.loaded.experiment.sweep

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys whose values differ."""
        return tuple(self.spec.parameters)

    @cached_property
    def goal(self) -> Goal:
        """The score by which the best is found: as written, or the monitored one."""
        experiment = self.loaded.experiment
        if self.spec.metric is not None:
            part, _, score = self.spec.metric.name.partition(".")
            return Goal(part, score, self.spec.metric.maximizes)
        part, _, score = experiment.monitored.partition("_")
        return Goal(part, score, maximizes(score))

    @cached_property
    def space(self) -> Space:
        """What may be tried."""
        experiment = self.loaded.experiment
        parameters = {key: _suited(key, one) for key, one in self.spec.parameters.items()}
        return Space(parameters, self.spec.trials, experiment.epochs, experiment.seed)

    @property
    def points(self) -> int:
        """How many points there are, or will be."""
        return self.spec.method.count(self.space)

    @property
    def size(self) -> int:
        """How many trials there are, or will be."""
        return self.points * self.spec.seeds

    def stage(self, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """What to train next, from what the stages before it found."""
        return self.spec.method.stage(self.space, number, tried)

    def trials(self, stage: Stage) -> Iterator[Trial]:
        """The trials of a stage: each point as often as it is repeated."""
        for point, values in stage.points:
            for repeat in range(1, self.spec.seeds + 1):
                yield Trial.of(point, repeat, self.spec.seeds, values)

    def values(self, trial: Trial) -> Mapping[str, Any]:
        """The values of a trial by their keys."""
        return dict(zip(self.keys, trial.values, strict=True))

    def experiment(self, trial: Trial) -> Experiment:
        """The experiment of a trial; ConfigError where its values do not go together."""
        found = self._variants.experiment(self.values(trial))
        return found.model_copy(update={"model_seed": trial.model_seed(found.seed)})

    @cached_property
    def _variants(self) -> TrialConfigs:
        return TrialConfigs(self.loaded.root)

    def text(self, folder: Path) -> bytes:
        """The file sweep.yaml in a folder: the whole config, with what to try."""
        return write_resolved(relocated(self.loaded.experiment, self.loaded.base, folder)).encode()


def _suited(key: str, parameter: Choice | Range) -> Choice | Range:
    """A range with whole bounds of a key that takes decimals, such as 0 to 1, is one of decimals."""
    if isinstance(parameter, Choice) or parameter.distribution is not None:
        return parameter
    kinds = {bare for bare, _ in branches(kind_at(key))}
    return parameter.model_copy(update={"distribution": "uniform"}) if float in kinds else parameter


def read_plan(path: Path) -> SweepPlan:
    """The plan that a file has; RunError for anything else."""
    with disk.reading(path):
        text = disk.read_regular_file(path, SIZE)
    try:
        loaded = config.load_alone(path, text)
    except ConfigError as error:
        raise RunError(f"{path} cannot be used: {error.message}") from error
    if loaded.experiment.sweep is None:
        raise RunError(f"{path} is no plan of a sweep", "npnet sweep CONFIG makes one")
    return SweepPlan(loaded)


def planned(loaded: Loaded) -> SweepPlan:
    """The plan of a config; ConfigError where it says nothing to try, UsageError where its method lacks a package."""
    if loaded.experiment.sweep is None:
        raise ConfigError(
            f"{loaded.path} has no key sweep, and no list is given",
            "npnet sweep CONFIG learning_rate=[0.01,0.1] tries two values",
        )
    loaded.experiment.sweep.method.require()
    refuse_unused(loaded)
    return SweepPlan(loaded)


def refuse_unused(loaded: Loaded) -> None:
    """ConfigError for settings that no trial of a sweep would use."""
    e, found = loaded.experiment, list[ConfigIssue]()
    assert e.sweep is not None
    if e.weights is not None:
        found.append(loaded.issue(("weights",), "a trial starts from initial values", "take weights out"))
    if e.model_seed is not None:
        what = "every trial has a model_seed of its own, made of seed and its number"
        found.append(loaded.issue(("model_seed",), what, "take model_seed out"))
    if isinstance(e.threads, int) and e.threads > 1:
        hint = "write threads: auto; --jobs N trains in N processes"
        found.append(loaded.issue(("threads",), "a trial is trained by one thread", hint))
    try:
        e.sweep.method.check_epochs(e.epochs)
    except OptionError as error:
        key: Keys = ("sweep", "method", methods.name_of(e.sweep.method), *error.path)
        found.append(loaded.issue(key, f"{dotted(key)}: {error.message}", error.hint))
    if found:
        raise loaded.config_error(found)
