"""Groups: which trials share one stack, and how many of them."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from npnet.config import Experiment
from npnet.config.writer import plain_options
from npnet.errors import ConfigError
from npnet.sweep.trial import Trial

JOINED = ("layers", "loss", "optimizer")
"""Keys under which decimals may differ within a stack."""
NUMBERS = ("learning_rate", "l1", "l2", "clip_norm", "clip_value", "max_norm")
OWN = ("model_seed",)


def signature(experiment: Experiment) -> str:
    """A text that is equal for experiments whose models can stand in one stack: those that differ in decimals.

    Rates, decays, penalties and the like may differ, and the seed of initial values; a number and none may not, nor
    may lists of numbers.
    """
    written = plain_options(experiment)
    for key in JOINED:
        written[key] = _blurred(written[key])
    for key in NUMBERS:
        written[key] = None if written[key] is None else "a number"
    return json.dumps({key: value for key, value in written.items() if key not in OWN}, sort_keys=True)


def _blurred(value: Any) -> Any:
    if isinstance(value, float):
        return "a number"
    if isinstance(value, dict):
        return {key: _blurred(item) for key, item in value.items()}
    if isinstance(value, list) and not (value and all(isinstance(item, float) for item in value)):
        return [_blurred(item) for item in value]
    return value


def grouped(
    trials: Iterable[Trial], experiment_of: Callable[[Trial], Experiment], most: Callable[[Experiment], int]
) -> list[tuple[Trial, ...]]:
    """Trials in groups of one signature, in the order of their numbers, each of at most so many trials.

    One whose values do not go together is a group of its own.
    """
    open_groups: dict[str, tuple[int, list[Trial]]] = {}
    done: list[Sequence[Trial]] = []
    for trial in trials:
        try:
            experiment = experiment_of(trial)
            name = signature(experiment)
            if name not in open_groups:
                open_groups[name] = most(experiment), []
        except ConfigError:  # who trains it will say what is wrong with it
            done.append([trial])
            continue
        limit, group = open_groups[name]
        group.append(trial)
        if len(group) == limit:
            done.append(group)
            open_groups[name] = limit, []
    rest = [group for _, group in open_groups.values() if group]
    return sorted((tuple(group) for group in [*done, *rest]), key=lambda group: group[0].number)
