"""Compact states: what a finished training needs beside its weights, should it be trained on one day."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.cohort.kept import MOVING, Tensors

THETA, STATE = "best.theta", "best.state"  # what the weights of the run hold as well


def compact(state: Tensors) -> Tensors:
    """A state without its best parameters, and of the models that have had enough without where they were."""
    going = state["done"] == 0
    rest = {name: values for name, values in state.items() if name not in (THETA, STATE)}
    return {name: values[going] if name.startswith(MOVING) else values for name, values in rest.items()}


def is_compact(state: Tensors) -> bool:
    """Whether a state goes with the weights of its run."""
    return THETA not in state


def whole(state: Tensors, theta: NDArray[Any], statistics: NDArray[Any]) -> Tensors:
    """The state of which `compact` made this one; what has another shape than there stays as it is.

    `theta` and `statistics` are the best parameters and what goes with them. Where a model that has had enough was,
    nobody asks: it gets zeros.
    """
    done = state.get("done", np.zeros(0, np.uint8))
    going = done == 0
    filled = {name: values for name, values in state.items() if name.startswith(MOVING)}
    for name, values in filled.items():
        if done.ndim == 1 and values.shape[:1] == (int(going.sum()),):
            filled[name] = np.zeros((len(done), *values.shape[1:]), values.dtype)
            filled[name][going] = values
    return {**state, **filled, THETA: theta.copy(), STATE: statistics.copy()}
