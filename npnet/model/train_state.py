"""The state of a training: arrays of all models, as the loop uses them and as checkpoints store them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from npnet.engine.loop import KeepBest, PerModel
from npnet.engine.network import Network

Tensors = dict[str, NDArray[Any]]
Array = NDArray[Any]
Rows = NDArray[np.intp] | slice

NEVER = float(np.finfo(np.float64).max)
"""The value that stands for infinity in a file: the best value of a model that has none yet."""
KEYS = {
    "theta": "theta",
    "statistics": "state",
    "rate_drop": "rates.drop",
    "plateau_best": "rates.best",
    "plateau_epochs": "rates.plateau_epochs",
    "best_theta": "best.theta",
    "best_statistics": "best.state",
    "best_value": "best.value",
    "best_epoch": "best.epoch",
    "done": "done",
    "initial_loss": "initial_loss",
    "measured": "measured",
    "batches_done": "batches_done",
}
"""Fields of `TrainState` and their names in a checkpoint."""
SLOTS, BEST_SLOTS = "slots.", "best.slots."
"""What precedes the name of a slot of the optimizer in a checkpoint."""
MOVING = ("theta", "state", SLOTS, "rates.")
"""The beginnings of the names whose arrays only a model that still trains needs."""
BEST_OF = {"theta": "best.theta", "state": "best.state"}
"""Where a model is, and where it was best: the latter is in the weights of the run too."""
AWAY = "away_from_best"
"""The key of a compact state that flags the models which are not at their best epoch."""


@dataclass(eq=False)
class TrainState:
    """All that a training continues from; every array has the model axis in front.

    theta, best_theta (models, size) and statistics, best_statistics (models, statistics) are the parameters and running
    statistics now and in the best epoch; slots, by name, are those of the optimizer. rate_drop, plateau_best,
    plateau_epochs (models,) belong to `Rates`; best_value, best_epoch and done to `KeepBest`. initial_loss (models,) is
    the loss before training; measured (models, 1 + values) the last learning rate and values; batches_done (models,)
    the batches of the epoch in progress, one more where it was evaluated too. best_slots, by name, are the slots of the
    first model (1, size) in its best epoch where its training is recorded; else there are none.
    """

    theta: Array
    statistics: Array
    slots: Tensors
    rate_drop: PerModel
    plateau_best: PerModel
    plateau_epochs: NDArray[np.int64]
    best_theta: Array
    best_statistics: Array
    best_value: PerModel
    best_epoch: NDArray[np.int64]
    done: NDArray[np.bool_]
    initial_loss: PerModel
    measured: NDArray[np.float64]
    batches_done: NDArray[np.int64]
    best_slots: Tensors

    @classmethod
    def initial(
        cls, network: Network, best: KeepBest, slots: Sequence[str], rates: PerModel, values: int, recorded: bool
    ) -> Self:
        """Return the state before the first epoch; it shares the arrays of `best`, which it sees change."""
        models, theta, statistics = network.models, network.theta, network.state
        measured = np.full((models, 1 + values), np.nan)
        measured[:, 0] = rates
        return cls(
            theta=np.zeros(theta.shape, theta.dtype),  # np.zeros takes memory only once it is written to
            statistics=np.zeros(statistics.shape, statistics.dtype),
            slots={name: np.zeros(theta.shape, theta.dtype) for name in slots},
            rate_drop=np.ones(models),
            plateau_best=np.full(models, np.inf),
            plateau_epochs=np.zeros(models, np.int64),
            best_theta=best.theta,
            best_statistics=best.state,
            best_value=best.value,
            best_epoch=best.epoch,
            done=best.done,
            initial_loss=np.zeros(models),
            measured=measured,
            batches_done=np.zeros(models, np.int64),
            best_slots={name: np.zeros_like(theta[:1]) for name in slots if recorded},
        )

    def take(self, rows: Rows) -> "TrainState":
        """Return the state of some models: views for a slice, copies for indices."""
        arrays = {name: getattr(self, name)[rows] for name in KEYS}
        slots = {name: slot[rows] for name, slot in self.slots.items()}
        return TrainState(**arrays, slots=slots, best_slots=self.best_slots)

    def put(self, rows: Rows, other: "TrainState") -> None:
        """Overwrite the state of some models."""
        for name in KEYS:
            getattr(self, name)[rows] = getattr(other, name)
        for name, slot in self.slots.items():
            slot[rows] = other.slots[name]
        for name, slot in self.best_slots.items():
            slot[...] = other.best_slots[name]

    def as_tensors(self) -> Tensors:
        """Return the arrays as a checkpoint has them, without copies where no value has to change.

        A file holds finite numbers only: infinity becomes `NEVER`, and `measured`, with its NaN, its bits.
        """
        found = {key: getattr(self, name) for name, key in KEYS.items()}
        found |= {f"{SLOTS}{name}": slot for name, slot in self.slots.items()}
        found |= {f"{BEST_SLOTS}{name}": slot for name, slot in self.best_slots.items()}
        for name in ("rates.best", "best.value"):
            found[name] = np.where(np.isinf(found[name]), NEVER, found[name])
        return found | {"done": self.done.astype(np.uint8), "measured": self.measured.view(np.int64)}

    @classmethod
    def from_tensors(cls, tensors: Tensors) -> Self:
        """Return the state of a checkpoint whose arrays have the right names, types and shapes."""
        found = {field: tensors[name] for field, name in KEYS.items()}
        for name in ("plateau_best", "best_value"):
            found[name] = np.where(found[name] == NEVER, np.inf, found[name])
        found |= {"done": found["done"].astype(bool), "measured": found["measured"].view(np.float64)}
        return cls(**found, slots=slots_in(tensors, SLOTS), best_slots=slots_in(tensors, BEST_SLOTS))

    def differences(self, tensors: Tensors, epoch: int) -> list[str]:
        """Return what keeps the tensors of a checkpoint after `epoch` from being a state of these models."""
        own = {name: _kind(values) for name, values in self.as_tensors().items()}
        given = {name: _kind(values) for name, values in tensors.items()}
        shapes = [
            f"{name[:60]!a} is {given.get(name, 'nothing')} instead of {own.get(name, 'nothing')}"
            for name in {**own, **given}
            if own.get(name) != given.get(name)
        ]
        if shapes:
            return shapes
        most = {"done": 1, "best.epoch": epoch + 1, "rates.plateau_epochs": epoch + 1, "batches_done": NEVER}
        odd = [name for name, last in most.items() if ((tensors[name] < 0) | (tensors[name] > last)).any()]
        return [f"{name} is out of its range" for name in odd]


def slots_in(tensors: Tensors, prefix: str) -> Tensors:
    """Return the slots of a checkpoint by name, those now or, by the other prefix, those of the best epoch."""
    return {name.removeprefix(prefix): slot for name, slot in tensors.items() if name.startswith(prefix)}


def compact(state: Tensors) -> Tensors:
    """Return the state of a finished training without what its weights hold.

    Left out are the best values, the present ones of models at their best epoch, and all that moves of models that are
    done.
    """
    going = state["done"] == 0
    away = np.zeros_like(going)
    for name, best in BEST_OF.items():
        bits = f"u{state[name].dtype.itemsize}"  # as integers, 0 and -0 are two values
        away |= going & (state[name].view(bits) != state[best].view(bits)).any(axis=1)
    rest = {name: values for name, values in state.items() if name not in BEST_OF.values()}
    moving = {
        name: values[away if name in BEST_OF else going] for name, values in rest.items() if name.startswith(MOVING)
    }
    return {**rest, **moving, AWAY: away.astype(np.uint8)}


def expand(state: Tensors, theta: Array, statistics: Array) -> Tensors:
    """Return the state from which `compact` made this one, given the best values of its weights.

    The present values of models that are done, which nothing reads, are zeros. An array of another shape than `compact`
    gives stays as it is.
    """
    best = {"theta": theta, "state": statistics}
    found = {name: values for name, values in state.items() if name != AWAY}
    going, away = (_flags(state.get(name), len(theta)) for name in ("done", AWAY))
    for name, values in [(name, values) for name, values in found.items() if name.startswith(MOVING)]:
        rows = away == 1 if name in BEST_OF else going == 0
        start = best.get(name, np.zeros((len(rows), *values.shape[1:]), values.dtype))
        if values.shape == (int(rows.sum()), *start.shape[1:]):
            found[name] = start.copy()
            found[name][rows] = values
    return {**found, BEST_OF["theta"]: theta.copy(), BEST_OF["state"]: statistics.copy()}


def is_compact(state: Tensors) -> bool:
    """Return whether a state needs the weights of its run."""
    return BEST_OF["theta"] not in state


def _flags(values: Array | None, models: int) -> Array:
    """Return a flag for every model; 2, which is no flag, where there are none of that shape."""
    return values if values is not None and values.shape == (models,) else np.full(models, 2, np.uint8)


def _kind(values: Array) -> str:
    return f"{values.dtype.name} {values.shape}"
