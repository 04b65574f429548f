"""The key `sweep`, and the names of scores such as validation.roc_auc."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from npnet.config.type_info import Shorthand
from npnet.errors import AdvisedError
from npnet.metrics import metrics
from npnet.registry import nearest
from npnet.search import Grid, MethodSpec, Parameter, Range, Space
from npnet.spec import Spec

SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "val", "valid", "dev"),
    "test": ("test", "testing"),
}
"""The sets that a score may be measured on, each with the words that other libraries use."""
MAX_TRIALS = 1000
"""Trials that a sweep may have without the key `trials`."""


def known_score(name: str, separator: str, splits: Sequence[str]) -> str:
    """Return the name of a score of a split; raise AdvisedError for any other name."""
    scores = ["loss", *metrics]
    if name in (f"{split}{separator}{score}" for split in splits for score in scores):
        return name
    words = [word for word in re.split(r"[\W_]+", name.lower()) if word]
    split = "validation"
    for position in (0, -1):  # val_loss, auc, train/acc, acc_test
        found = next((known for known, also in SPLITS.items() if words and words[position] in also), None)
        if found is not None:
            words.pop(position)
            split = found if found in splits else split
            break
    near = nearest("_".join(words), scores) if words else "loss"
    listed = f"write {split}{separator} and one of {', '.join(scores)}"
    raise AdvisedError(f'unknown score "{name}"', f'did you mean "{split}{separator}{near}"?' if near else listed)


def maximizes(score: str) -> bool:
    """Whether larger values of a score, which is a metric or the loss, are better."""
    return score != "loss" and metrics[score].goal == "maximize"


class Objective(Spec):
    """The score that decides which trial is best."""

    name: Annotated[str, AfterValidator(lambda name: known_score(name, ".", tuple(SPLITS)))] = Field(
        description="The score, such as validation.roc_auc or validation.loss."
    )
    goal: Literal["maximize", "minimize"] | None = Field(
        None, description="Whether larger or smaller is better; default: the usual goal of the score."
    )

    @property
    def maximizes(self) -> bool:
        """Whether larger is better."""
        return self.goal == "maximize" if self.goal else maximizes(self.name.partition(".")[2])


class SweepSpec(Spec):
    """Many trainings of one config with different values of some keys; all share data and split."""

    method: MethodSpec = Field(Grid(), description="How points are chosen: grid, random, sobol, halving or tpe.")
    metric: Annotated[
        Objective | None,
        BeforeValidator(lambda value: {"name": value} if isinstance(value, str) else value),
        Shorthand("the name of a score", ({"type": "string"},)),
    ] = Field(None, description="The score that decides which trial is best; default: the monitored score.")
    parameters: Annotated[dict[str, Parameter], Field(min_length=1, max_length=100)] = Field(
        description="Dotted keys of the config, each with a list of values or {min, max, distribution}."
    )
    seeds: int = Field(
        1, ge=1, le=10_000, description="How many times each point is trained, each time from other initial values."
    )
    trials: int | None = Field(
        None, ge=1, le=10**7, description="The number of points; default: all combinations of a grid."
    )

    @model_validator(mode="after")
    def _can_be_searched(self) -> Self:
        ranges = [key for key, parameter in self.parameters.items() if isinstance(parameter, Range)]
        if ranges and not self.method.accepts_ranges:
            hint = f"--method random --trials 20 draws from ranges; a grid needs a list for {ranges[0]}"
            raise AdvisedError(f"a grid takes lists, and {ranges[0]} is a range", hint)
        if self.trials is None and (self.method.needs_trials or ranges):
            raise AdvisedError("this search needs trials: how many points to try", "write trials: 20 under sweep")
        self.method.check(self.parameters)
        return self

    @property
    def too_many(self) -> str | None:
        """The message for more trials than were probably meant, where `trials` gives no number."""
        if self.trials is not None:
            return None
        size = self.method.count(Space(self.parameters, None, epochs=1, seed=0)) * self.seeds
        return f"the sweep has {size:,} trials, more than {MAX_TRIALS:,}" if size > MAX_TRIALS else None
