"""Methods that choose the next points from the results so far."""

import math
from collections.abc import Collection, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from npnet.errors import AdvisedError, OptionError, UsageError
from npnet.rng import stream
from npnet.search.method import Method, Point, Space, Stage, Tried, methods, numbered
from npnet.search.parameters import Choice, Range, as_json

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution


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

    def count(self, space: Space) -> int:
        """Return the number of points of the first rung."""
        return min(space.trials or space.size or 0, space.size or space.trials or 0)

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """Return the points of a rung: the best of the rung before."""
        last = next(rung for rung in range(64) if self.min_epochs * self.reduction**rung >= space.epochs)
        if number > last:
            return None
        points = numbered(space.points()) if number == 0 else self._best(tried[number - 1])
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
            points.append(tuple(_value(space.parameters[name], asked[name]) for name in distributions))
        return Stage(numbered(points, len(known) + 1))


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


def _value(parameter: Choice | Range, param: Any) -> Any:
    return parameter.values[param] if isinstance(parameter, Choice) else param


def _param(parameter: Choice | Range, value: Any) -> Any:
    """Return optuna's parameter of a value: of a choice its index."""
    return list(map(as_json, parameter.values)).index(as_json(value)) if isinstance(parameter, Choice) else value
