"""The plan of a sweep: its config with the values to try, and the trials of it."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from npnet import config
from npnet.config import Experiment, Loaded
from npnet.config.files import SIZE
from npnet.config.loaded import TrialConfigs
from npnet.config.nodes import KeyIssue, Node, SourceLocation, dotted, parse_scalar
from npnet.config.nodes import Path as Keys
from npnet.config.overrides import kind_at
from npnet.config.sweep import SweepSpec, maximizes
from npnet.config.type_info import branches
from npnet.config.writer import relocated, write_resolved
from npnet.errors import ConfigError, DataError, OptionError, RunError
from npnet.model.predictor import Scores
from npnet.rng import trial_seed
from npnet.rundir import names as files
from npnet.rundir.plugins import require_plugins
from npnet.rundir.run import RunFolder
from npnet.search import Choice, Range, Space, Stage, Tried, methods
from npnet.storage import disk
from npnet.text import plural

Keep = Literal["all", "best", "light", "none"]
HINT = "npnet sweep CONFIG makes one"
MAX_CELLS = 5000  # of a table of points, which a plan can hold
TABLE_HINT = "its first line names keys, each other line is a trial"


@dataclass(frozen=True)
class SweepOptions:
    """Options of a sweep outside its config: its folder, where it trains, what it keeps.

    `keep`: light keeps config, history, scores and weights of every trial, all its last state too, best the weights
    of the best trial only, none no weights.
    """

    runs_dir: Path
    run_dir: Path | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()
    jobs: int = 1
    backend: str = "local"
    scheduler: str | None = None
    keep: Keep = "light"
    max_failures: int | None = None
    trial_timeout: float | None = None


@dataclass(frozen=True)
class Trial:
    """One training of a sweep: the values of a point, trained from initial values of its own.

    The numbers of trials, points and repeats start at 1.
    """

    number: int
    point: int
    repeat: int
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Goal:
    """The score by which trials are ranked: its split, its name and its direction."""

    split: str
    score: str
    maximizes: bool

    @property
    def name(self) -> str:
        """The name as users write it: validation.roc_auc."""
        return f"{self.split}.{self.score}"

    def value(self, scores: Scores) -> float | None:
        """Return the score, negated if it is maximized: less is better; None if undefined."""
        value = scores.get(self.split, {}).get(self.score)
        return None if value is None or value != value else -value if self.maximizes else value

    def written(self, value: float) -> float:
        """Return the score that has such a value."""
        return -value if self.maximizes else value


@dataclass(frozen=True)
class SweepPlan:
    """A config and its key `sweep`."""

    loaded: Loaded
    spec: SweepSpec

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys whose values differ between trials."""
        return tuple(self.spec.parameters)

    @cached_property
    def goal(self) -> Goal:
        """The score by which trials are ranked: the written one, or the monitored one."""
        if self.spec.metric is not None:
            split, _, score = self.spec.metric.name.partition(".")
            return Goal(split, score, self.spec.metric.maximizes)
        split, _, score = self.loaded.experiment.monitored.partition("_")
        return Goal(split, score, maximizes(score))

    @cached_property
    def space(self) -> Space:
        """The search space."""
        experiment = self.loaded.experiment
        parameters = {key: _with_distribution(key, parameter) for key, parameter in self.spec.parameters.items()}
        return Space(parameters, self.spec.trials, experiment.epochs, experiment.seed)

    @property
    def points(self) -> int:
        """The number of points of the whole sweep."""
        return self.spec.method.count(self.space)

    @property
    def size(self) -> int:
        """The number of trials of the whole sweep."""
        return self.points * self.spec.seeds

    def stage(self, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """Return the next stage, given the results of the stages before it; None after the last one."""
        return self.spec.method.stage(self.space, number, tried)

    def trials(self, stage: Stage) -> Iterator[Trial]:
        """Yield the trials of a stage: `seeds` trials for each point."""
        seeds = self.spec.seeds
        for point, values in stage.points:
            for repeat in range(1, seeds + 1):
                yield Trial((point - 1) * seeds + repeat, point, repeat, values)

    def values(self, trial: Trial) -> Mapping[str, Any]:
        """Return the values of a trial by their keys."""
        return dict(zip(self.keys, trial.values, strict=True))

    def experiment(self, trial: Trial) -> Experiment:
        """Return the experiment of a trial; raise ConfigError if its values are not valid together."""
        found = self._configs.experiment(self.values(trial))
        return found.model_copy(update={"model_seed": trial_seed(found.seed, trial.number)})

    @cached_property
    def _configs(self) -> TrialConfigs:
        return TrialConfigs(self.loaded.root)

    def text(self, folder: Path) -> bytes:
        """Return the file sweep.yaml of a folder: the whole config with the values to try."""
        return write_resolved(relocated(self.loaded.experiment, self.loaded.base, folder)).encode()


def make_plan(loaded: Loaded) -> SweepPlan:
    """Return the plan of a config.

    Raises ConfigError where there is nothing to try or a setting applies to no trial, UsageError where the package of
    a search method is missing.
    """
    e, found = loaded.experiment, list[KeyIssue]()
    if e.sweep is None:
        raise ConfigError(
            f"{loaded.path} has no key sweep, and no list is given",
            "npnet sweep CONFIG learning_rate=[0.01,0.1] tries two values",
        )
    e.sweep.method.require()
    if e.weights is not None:
        found.append((("weights",), "a trial starts from initial values", "take weights out"))
    if e.model_seed is not None:
        message = "every trial has a model_seed of its own, made of seed and its number"
        found.append((("model_seed",), message, "take model_seed out"))
    if isinstance(e.threads, int) and e.threads > 1:
        hint = "write threads: auto; --jobs N trains in N processes"
        found.append((("threads",), "a trial is trained by one thread", hint))
    try:
        e.sweep.method.check_epochs(e.epochs)
    except OptionError as error:
        key: Keys = ("sweep", "method", methods.name_of(e.sweep.method), *error.path)
        found.append((key, f"{dotted(key)}: {error.message}", error.hint))
    loaded.raise_for(found)
    return SweepPlan(loaded, e.sweep)


def read_plan(folder: Path) -> SweepPlan:
    """Read the plan of a sweep folder; raise RunError where there is none that can be used."""
    path = folder / files.SWEEP
    if not path.is_file():
        raise RunError(f"{folder} is no sweep: it has no {files.SWEEP}", HINT)
    if (folder / files.INFO).is_file():
        require_plugins(RunFolder(folder))
    with disk.reading(path):
        text = disk.read_regular_file(path, SIZE)
    try:
        loaded = config.load_alone(path, text)
    except ConfigError as error:
        raise RunError(f"{path} cannot be used: {error.message}") from error
    if loaded.experiment.sweep is None:
        raise RunError(f"{path} is not the plan of a sweep", HINT)
    return SweepPlan(loaded, loaded.experiment.sweep)


def _with_distribution(key: str, parameter: Choice | Range) -> Choice | Range:
    """Make a range of decimals of whole bounds, such as 0 to 1, if its key takes decimals."""
    if isinstance(parameter, Choice) or parameter.distribution is not None:
        return parameter
    kinds = {bare for bare, _ in branches(kind_at(key))}
    return parameter.model_copy(update={"distribution": "uniform"}) if float in kinds else parameter


def read_points(path: Path) -> tuple[Mapping[str, Node], str]:
    """Read a CSV table of points: the values of each key, and the search method that lists them.

    Cells are read as YAML values. Raises DataError where the file is no table, or too large for a plan.
    """
    try:
        text = disk.read_regular_file(path, 2**22).decode()
        header, *rows = list(csv.reader(text.splitlines(), strict=True)) or [[]]
    except FileNotFoundError:
        raise DataError(f"there is no file {path}", TABLE_HINT) from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no table of text: {error}") from None
    keys = [key.strip() for key in header]
    if not keys or not rows:
        raise DataError(f"{path} has no rows", TABLE_HINT)
    for number, row in enumerate(rows, 2):
        if len(row) != len(keys):
            raise DataError(f"{path}: line {number} has {plural(len(row), 'cell')}, the first line has {len(keys)}")
    if len(keys) * len(rows) > MAX_CELLS:
        raise DataError(f"{path} has {len(rows)} rows, which is too many points to list", "several tables, or a grid?")
    points = [[parse_scalar(cell.strip()) for cell in row] for row in rows]
    values = {}
    for key, column in zip(keys, zip(*points, strict=True), strict=True):
        distinct = {(type(value), value): value for value in column}
        values[key] = Node.of(list(distinct.values()), SourceLocation(str(path)))
    return values, json.dumps({"listed": {"points": points}})
