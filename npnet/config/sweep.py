"""The key `sweep`: what to try, how the points are chosen, and by which score the best is found."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from npnet.config.score_names import known_score
from npnet.config.type_info import Also
from npnet.errors import AdvisedError
from npnet.metrics import metrics
from npnet.search import MethodSpec, Parameter, Space
from npnet.search.sampling import Grid
from npnet.spec import Spec

PARTS = ("train", "validation", "test")
MOST = 1000
"""Trials that a sweep has at most unless it is told a number."""


def _known(name: str) -> str:
    return known_score(name, ".", PARTS)


class Objective(Spec):
    """The score that tells the best trial."""

    name: Annotated[str, AfterValidator(_known)] = Field(description="The score: validation.roc_auc, validation.loss.")
    goal: Literal["maximize", "minimize"] | None = Field(
        None, description="Which way is better; left out, the score's own."
    )

    @property
    def maximizes(self) -> bool:
        """Whether more of it is better."""
        metric = self.name.partition(".")[2]
        return (self.goal or ("minimize" if metric == "loss" else metrics[metric].goal)) == "maximize"


class SweepSpec(Spec):
    """Many trainings of one config, each with other values under some keys; all share data and split."""

    method: MethodSpec = Field(Grid(), description="How the points are chosen: grid, random, sobol, halving or tpe.")
    metric: Annotated[
        Objective | None,
        BeforeValidator(lambda value: {"name": value} if isinstance(value, str) else value),
        Also("the name of a score", ({"type": "string"},)),
    ] = Field(None, description="The score by which the best is found; left out, the monitored one.")
    parameters: Annotated[dict[str, Parameter], Field(min_length=1, max_length=100)] = Field(
        description="Dotted keys of the config, each with a list of values or {min, max, distribution}."
    )
    seeds: int = Field(1, ge=1, le=10_000, description="How often each point is trained, from other initial values.")
    trials: int | None = Field(
        None, ge=1, le=10**7, description="How many points; of a grid left out, all combinations."
    )

    @model_validator(mode="after")
    def _can_be_searched(self) -> Self:
        ranges = [key for key, parameter in self.parameters.items() if parameter.count is None]
        if ranges and not self.method.takes_ranges:
            hint = f"--method random --trials 20 draws from ranges; a grid needs a list for {ranges[0]}"
            raise AdvisedError(f"a grid takes lists, and {ranges[0]} is a range", hint)
        if self.trials is None and (self.method.needs_trials or ranges):
            raise AdvisedError("this search needs trials: how many points to try", "write trials: 20 under sweep")
        self.method.check(self.parameters)
        return self

    @property
    def too_many(self) -> str | None:
        """What to say of more trainings than anybody may have meant."""
        if self.trials is not None:
            return None
        size = self.method.count(Space(self.parameters, None, epochs=1, seed=0)) * self.seeds
        return f"the sweep has {size:,} trials, more than {MOST:,}" if size > MOST else None
