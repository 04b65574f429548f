"""Compact states: what a finished training needs beside its weights, should it be trained on one day."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.model.train_state import MOVING, Tensors

BEST = {"theta": "best.theta", "state": "best.state"}
"""Where a model is, and where it was best, which the weights of the run hold as well."""
MOVED = "moved"
"""Which models are elsewhere than where they were best."""


def compact(state: Tensors) -> Tensors:
    """A state without what the weights hold: the best values, also of models that are there still.

    Of models that have had enough it has only the best values.
    """
    going = state["done"] == 0
    others = [(_bits(state[name]) != _bits(state[best])).any(axis=1) for name, best in BEST.items()]
    apply_threshold = going & np.any(others, axis=0)
    rest = {name: values for name, values in state.items() if name not in BEST.values()}
    kept = {
        name: values[apply_threshold if name in BEST else going]
        for name, values in rest.items()
        if name.startswith(MOVING)
    }
    return {**rest, **kept, MOVED: apply_threshold.astype(np.uint8)}


def whole(state: Tensors, theta: NDArray[Any], statistics: NDArray[Any]) -> Tensors:
    """The state of which `compact` made this one; what has another shape than there stays as it is.

    `theta` and `statistics` are the best values. Where a model that has had enough was, nobody asks.
    """
    best = {"theta": theta, "state": statistics}
    found = {name: values for name, values in state.items() if name != MOVED}
    going, apply_threshold = (_flags(state.get(name), len(theta)) for name in ("done", MOVED))
    for name, values in [(name, values) for name, values in found.items() if name.startswith(MOVING)]:
        rows = apply_threshold == 1 if name in BEST else going == 0
        start = best.get(name, np.zeros((len(rows), *values.shape[1:]), values.dtype))
        if values.shape == (int(rows.sum()), *start.shape[1:]):
            found[name] = start.copy()
            found[name][rows] = values
    return {**found, BEST["theta"]: theta.copy(), BEST["state"]: statistics.copy()}


def is_compact(state: Tensors) -> bool:
    """Whether a state goes with the weights of its run."""
    return BEST["theta"] not in state


def _bits(values: NDArray[Any]) -> NDArray[Any]:
    """Floats as whole numbers, so that 0 and -0 are two."""
    return values.view(f"u{values.dtype.itemsize}")


def _flags(values: NDArray[Any] | None, models: int) -> NDArray[Any]:
    """Flags of every model; where there are no such, none that fits."""
    return values if values is not None and values.shape == (models,) else np.full(models, 2, np.uint8)
