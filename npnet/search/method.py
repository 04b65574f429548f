"""Methods that choose the points of a sweep: all in advance, or stage by stage from the results so far."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from npnet.errors import AdvisedError, OptionError, UsageError
from npnet.registry import Registry
from npnet.rng import stream
from npnet.search.space import Choice, Point, Range, Space, as_json
from npnet.spec import Named, Spec
from npnet.text import plural

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution

Row = Annotated[tuple[Any, ...], Field(strict=False)]


@dataclass(frozen=True)
class Tried:
    """A tried point, its number from 1, and its value: less is better, infinite is failed."""

    number: int
    point: Point
    value: float


@dataclass(frozen=True)
class Stage:
    """Numbered points to train to an epoch (None: to the end), from the start or further.

    `resumes` states that the stage before trained them, `goes_on` that a later stage may train them further.
    """

    points: tuple[tuple[int, Point], ...]
    epochs: int | None = None
    goes_on: bool = False
    resumes: bool = False


class Method(Spec):
    """A way to choose the points of a sweep."""

    needs_trials: ClassVar[bool] = False
    accepts_ranges: ClassVar[bool] = True

    def count(self, space: Space) -> int:
        """Return the number of points that it will try: `trials`, or all combinations where they are fewer."""
        if self.needs_trials or space.size is None:
            return space.trials or 0
        return min(space.trials or space.size, space.size)

    def check(self, keys: Collection[str]) -> None:
        """Raise ValueError where it cannot choose values for these keys."""

    def check_epochs(self, epochs: int) -> None:
        """Raise OptionError where trainings of this many epochs are too short for it."""

    def require(self) -> None:
        """Raise UsageError where a package that it needs is not installed."""

    def points_of(self, space: Space) -> Sequence[Point]:
        """Return the points of the first stage."""
        return space.points()

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """Return the stage of a number from 0, given earlier results; None after the last.

        A method that does not override it has a single stage.
        """
        return None if number else Stage(tuple(enumerate(self.points_of(space), 1)))


methods: Registry[type[Method]] = Registry("method", "methods")
MethodSpec = Annotated[Method, Named(methods)]


@methods.add("grid")
class Grid(Method):
    """All combinations of the values, or `trials` of them, drawn without repetition.

    Combinations are numbered with the last key varying fastest.
    """

    accepts_ranges: ClassVar[bool] = False


@methods.add("random")
class Random(Method):
    """Points drawn at random, each key by its own distribution.

    More efficient than a grid where few keys matter.  Bergstra and Bengio (2012), Random search for hyper-parameter
    optimization.
    """

    needs_trials: ClassVar[bool] = True

    def points_of(self, space: Space) -> Sequence[Point]:
        """Draw all points."""
        return space.random_points()


@methods.add("sobol")
class Sobol(Method):
    """Points that fill the space evenly: a scrambled Sobol sequence.

    The first points are spread over all keys, however many there are; powers of 2 are best.  Sobol (1967),
    Owen (1998); SciPy's.
    """

    needs_trials: ClassVar[bool] = True

    def points_of(self, space: Space) -> Sequence[Point]:
        """Return the first points of the sequence."""
        from scipy.stats import qmc

        trials = space.trials or 0
        sequence = qmc.Sobol(len(space.parameters), rng=stream(space.seed, "search"))
        fractions = sequence.random_base2(max(trials - 1, 0).bit_length())[:trials]
        return [space.at(row) for row in fractions.tolist()]


@methods.add("listed")
class Listed(Method):
    """The points of a list, each a list of values in the order of the parameters.

    `npnet sweep CONFIG --trials-from trials.csv` writes it: each row of the table is a point.
    """

    accepts_ranges: ClassVar[bool] = False

    points: Annotated[tuple[Row, ...], Field(strict=False, min_length=1)] = Field(description="The points.")

    def count(self, space: Space) -> int:
        """Return the number of points, at most `trials`."""
        return min(len(self.points), space.trials or len(self.points))

    def check(self, keys: Collection[str]) -> None:
        """Raise ValueError for a point that does not have a value for each key."""
        for number, point in enumerate(self.points, 1):
            if len(point) != len(keys):
                raise ValueError(
                    f"point {number} has {plural(len(point), 'value')}, for {plural(len(keys), 'parameter')}"
                )

    def points_of(self, space: Space) -> Sequence[Point]:
        """Return the points, at most `trials`."""
        return self.points[: space.trials]


@methods.add("halving")
class Halving(Method):
    """Successive halving: all points for a few epochs, then the best for more, rung by rung.

    Of the points of a rung, one in `reduction` continues, for `reduction` times as many epochs.
    Rung r ends at epoch min_epochs · reduction^r, the last one at the config's epochs; the points are all combinations,
    or `trials` of them.  Jamieson and Talwalkar (2016), Non-stochastic best arm identification.
    """

    reduction: int = Field(
        3, ge=2, le=100, description="One in this many points continues, for this many times the epochs."
    )
    min_epochs: int = Field(1, ge=1, le=10**7, description="Epochs of the first rung.")

    def check(self, keys: Collection[str]) -> None:
        """Raise AdvisedError for the key epochs: the rungs set it."""
        if "epochs" in keys:
            raise AdvisedError("halving itself sets the epochs of each trial", "take epochs out of parameters")

    def check_epochs(self, epochs: int) -> None:
        """Raise OptionError where there would be a single rung."""
        if self.min_epochs >= epochs:
            message = f"the first of {self.min_epochs} epochs is the last one too: epochs is {epochs}"
            hint = "write min_epochs: 1" if epochs > 1 else "write epochs: 9, or more"
            raise OptionError("min_epochs", message, hint)

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """Return the points of a rung: the best of the rung before."""
        last = next(rung for rung in range(64) if self.min_epochs * self.reduction**rung >= space.epochs)
        if number > last:
            return None
        points = tuple(enumerate(space.points(), 1)) if number == 0 else self._best(tried[number - 1])
        epochs = min(self.min_epochs * self.reduction**number, space.epochs)
        return Stage(points, epochs, goes_on=number < last, resumes=number > 0) if points else None

    def _best(self, tried: Sequence[Tried]) -> tuple[tuple[int, Point], ...]:
        ranked = sorted((one for one in tried if math.isfinite(one.value)), key=lambda one: (one.value, one.number))
        best = ranked[: max(1, len(tried) // self.reduction)]
        return tuple((one.number, one.point) for one in sorted(best, key=lambda one: one.number))


@methods.add("tpe")
class TPE(Method):
    """Tree-structured Parzen estimators: points like good earlier points, unlike bad ones.

    Needs optuna: pip install 'npnet[optuna]'.  Bergstra et al. (2011), Algorithms for hyper-parameter optimization.
    """

    needs_trials: ClassVar[bool] = True

    together: int = Field(8, ge=1, le=1000, description="Number of points chosen at a time and trained together.")

    def require(self) -> None:
        """Raise UsageError where optuna is not installed."""
        if find_spec("optuna") is None:
            raise UsageError("the method tpe needs optuna", "pip install 'npnet[optuna]'")

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """Return the next points, from a study rebuilt of all results, so that no study is stored."""
        known = [one for stage in tried[:number] for one in stage]
        count = min(self.together, (space.trials or 0) - len(known))
        if count <= 0:
            return None
        distributions = {name: _distribution(parameter) for name, parameter in space.parameters.items()}
        study = _study(space, number, known, distributions)
        points = []
        for _ in range(count):
            asked = study.ask(distributions).params
            chosen = ((parameter, asked[name]) for name, parameter in space.parameters.items())
            points.append(tuple(p.values[param] if isinstance(p, Choice) else param for p, param in chosen))
        return Stage(tuple(enumerate(points, len(known) + 1)))


def _study(space: Space, number: int, known: Sequence[Tried], distributions: "dict[str, BaseDistribution]") -> "Study":
    """Return an optuna study that knows all results."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seed = int(stream(space.seed, "search", number).integers(2**32))
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed, constant_liar=True))
    for one in known:
        finite = math.isfinite(one.value)
        state = optuna.trial.TrialState.COMPLETE if finite else optuna.trial.TrialState.FAIL
        params = {name: _param(space.parameters[name], v) for name, v in zip(distributions, one.point, strict=True)}
        value = one.value if finite else None
        study.add_trial(optuna.trial.create_trial(state=state, value=value, params=params, distributions=distributions))
    return study


def _distribution(parameter: Choice | Range) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(parameter, Choice):
        return CategoricalDistribution(list(range(len(parameter.values))))
    if parameter.whole:
        return IntDistribution(int(parameter.min), int(parameter.max), log=parameter.logarithmic)
    return FloatDistribution(parameter.min, parameter.max, log=parameter.logarithmic)


def _param(parameter: Choice | Range, value: Any) -> Any:
    """Return optuna's parameter of a value: of a choice its index."""
    return list(map(as_json, parameter.values)).index(as_json(value)) if isinstance(parameter, Choice) else value
