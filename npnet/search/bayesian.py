"""Search that learns: optuna's tree-structured Parzen estimator, asked and told in one process."""

import math
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from npnet.errors import UsageError
from npnet.rng import stream
from npnet.search.method import Method, Space, Stage, Tried, methods, numbered
from npnet.search.parameters import Choice, Range, written

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution


@methods.add("tpe")
class TPE(Method):
    """Asks where good points lie and bad ones do not, from all that was found before.

    Needs optuna: pip install 'npnet[optuna]'.  Bergstra et al. (2011), Algorithms for hyper-parameter optimization.
    """

    needs_trials: ClassVar[bool] = True

    together: int = Field(8, ge=1, le=1000, description="Points that are asked for at a time, and trained together.")

    def require(self) -> None:
        """UsageError without optuna."""
        if find_spec("optuna") is None:
            raise UsageError("the method tpe needs optuna", "pip install 'npnet[optuna]'")

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """The next points; the study is made anew of what is known, so that nothing of it needs to be kept."""
        known = [one for stage in tried[:number] for one in stage]
        count = min(self.together, (space.trials or 0) - len(known))
        if count <= 0:
            return None
        return Stage(numbered(_asked(space, number, known, count), len(known) + 1))


def _asked(space: Space, number: int, known: Sequence[Tried], count: int) -> list[tuple[Any, ...]]:
    distributions = {name: _distribution(parameter) for name, parameter in space.parameters.items()}
    study = _study(space, number, known, distributions)
    found = []
    for _ in range(count):
        asked = study.ask(distributions)
        found.append(tuple(_value(space.parameters[name], asked.params[name]) for name in distributions))
    return found


def _study(space: Space, number: int, known: Sequence[Tried], distributions: "dict[str, BaseDistribution]") -> "Study":
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    seed = int(stream(space.seed, "search", number).integers(2**32))
    sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
    study = optuna.create_study(sampler=sampler)
    for one in known:
        state = optuna.trial.TrialState.COMPLETE if math.isfinite(one.value) else optuna.trial.TrialState.FAIL
        params = {name: _written(space.parameters[name], v) for name, v in zip(distributions, one.point, strict=True)}
        value = one.value if math.isfinite(one.value) else None
        study.add_trial(optuna.trial.create_trial(state=state, value=value, params=params, distributions=distributions))
    return study


def _distribution(parameter: Choice | Range) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(parameter, Choice):
        return CategoricalDistribution(list(range(len(parameter.values))))
    if parameter.whole:
        return IntDistribution(int(parameter.min), int(parameter.max), log=parameter.logarithmic)
    return FloatDistribution(parameter.min, parameter.max, log=parameter.logarithmic)


def _value(parameter: Choice | Range, chosen: Any) -> Any:
    return parameter.values[chosen] if isinstance(parameter, Choice) else chosen


def _written(parameter: Choice | Range, value: Any) -> Any:
    return list(map(written, parameter.values)).index(written(value)) if isinstance(parameter, Choice) else value
