"""Stacks: specs that agree in all but decimals, joined into one that holds a column for each."""

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np

from npnet.spec import Spec

S = TypeVar("S", bound=Spec)


def join(specs: Sequence[S], trailing: int = 2) -> S:
    """One spec for a whole stack: decimals that differ become float64 columns (models, 1, ...).

    Used inside the engine only: a joined spec is never compared, hashed or dumped.
    ValueError where specs differ in more than decimals.
    """
    first = specs[0]
    if any(type(spec) is not type(first) for spec in specs):
        raise ValueError(f"a stack cannot mix {sorted({type(spec).__name__ for spec in specs})}")
    changed = {}
    for name in type(first).model_fields:
        values = [getattr(spec, name) for spec in specs]
        joined = _join_values(name, values, trailing)
        if joined is not values[0]:
            changed[name] = joined
    return first.model_copy(update=changed) if changed else first


def _join_values(name: str, values: list[Any], trailing: int) -> Any:
    first = values[0]
    if isinstance(first, tuple) and first and isinstance(first[0], Spec):
        return tuple(join(column, trailing) for column in zip(*values, strict=True))
    if isinstance(first, Spec):
        # Initial values are drawn model by model from each one's own spec.
        return first
    if all(value == first for value in values):
        return first
    if all(isinstance(value, float) for value in values):
        return np.array(values).reshape(-1, *[1] * trailing)
    raise ValueError(f"models of one stack differ in {name}: {values[0]} and others")
