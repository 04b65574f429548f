"""Kept: the state of all models of a cohort as files have it, and the way back from there."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npnet.model.stack import Indices, Stack, StackTraining

if TYPE_CHECKING:
    from npnet.model.stack_trainer import StackTrainer

Tensors = dict[str, NDArray[Any]]
NEVER = float(np.finfo(np.float64).max)
"""What stands in a file for the best value of a model that has none yet, infinity."""
BEST = ("theta", "state", "value", "epoch")
MOVING = ("theta", "state", "slots.", "rates.")


class TrainState:
    """What the models of a cohort were when their stacks were last looked at: those that are done stay as they were.

    Of a state, `theta`, `state`, `slots.*` and `rates.*` are where each model is, `best.*` its best epoch; `done` says
    who has had enough, `first` the loss before training, `said` the bits of what was measured last, of which NaN and
    infinity may be some, and `batches_done` how many batches of the epoch under way each model has had, and one more
    where it was evaluated.
    """

    def __init__(self, trainer: "StackTrainer") -> None:
        self.trainer = trainer
        self._values: Tensors = {}

    def keep(self, stack_training: StackTraining) -> None:
        """Note the state of the models of a course as it is now."""
        network, rates = stack_training.stack.network, stack_training.rates
        slots = {f"slots.{name}": slot for name, slot in stack_training.updates.slots.items()}
        best = np.where(np.isinf(rates.best), NEVER, rates.best)
        waiting = {"rates.drop": rates.drop, "rates.best": best, "rates.waited": rates.waited}
        for name, values in {"theta": network.theta, "state": network.state, **slots, **waiting}.items():
            whole = self._values.setdefault(name, np.zeros((self._models, *values.shape[1:]), values.dtype))
            whole[stack_training.stack.indices] = values

    def state(self) -> Tensors:
        """All that the training goes on from, each with the model axis in front."""
        trainer = self.trainer
        for stack_training in trainer.stack_trainings:
            self.keep(stack_training)
        best = {name: getattr(trainer.best, name).copy() for name in BEST}
        best["value"][np.isinf(best["value"])] = NEVER
        return {
            **{name: values.copy() for name, values in self._values.items()},
            **{f"best.{name}": values for name, values in best.items()},
            "done": trainer.best.done.astype(np.uint8),
            "first": trainer.growth.first.copy(),
            "said": trainer.tally.said.view(np.int64).copy(),
            "behind": self._behind(),
        }

    def resume(self, state: Tensors) -> list[StackTraining]:
        """Let the cohort be what it was in a state; the courses that are left of it."""
        trainer = self.trainer
        self._values = {name: values for name, values in state.items() if name.startswith(MOVING)}
        trainer.best.done[...] = state["done"].astype(bool)
        trainer.growth.first[...] = state["first"]
        trainer.tally.said[...] = state["said"].view(np.float64)
        for name in BEST:
            getattr(trainer.best, name)[...] = state[f"best.{name}"]
        trainer.best.value[trainer.best.value == NEVER] = np.inf
        trainer.network.theta[...], trainer.network.state[...] = state["theta"], state["state"]
        left = [stack.indices[~trainer.best.done[stack.indices]] for stack in trainer.stacks]
        return [self._course(indices, int(state["behind"][indices[0]])) for indices in left if len(indices)]

    def differences(self, state: Tensors, epoch: int) -> list[str]:
        """What keeps a state, said to be of an epoch, from being one of this cohort."""
        own, given = self._layout(), {name: _kind(values) for name, values in state.items()}
        shapes = [
            f"{name[:60]!a} is {given.get(name, 'nothing')} instead of {own.get(name, 'nothing')}"
            for name in {**own, **given}
            if own.get(name) != given.get(name)
        ]
        if shapes:
            return shapes
        most = {"done": 1, "best.epoch": epoch + 1, "rates.waited": epoch + 1, "behind": NEVER}
        odd = [name for name, last in most.items() if ((state[name] < 0) | (state[name] > last)).any()]
        return [f"{name} is out of its range" for name in odd]

    def _layout(self) -> dict[str, str]:
        """The type and shape of each array of a state."""
        trainer, network = self.trainer, self.trainer.network
        theta, state, one = network.theta, network.state, np.zeros(self._models)
        number, flag = one.astype(np.int64), one.astype(np.uint8)
        slots = {f"slots.{name}": theta for name in trainer.experiment.optimizer.slots}
        rates = {"rates.drop": one, "rates.best": one, "rates.waited": number}
        best = {"best.theta": theta, "best.state": state, "best.value": one, "best.epoch": number}
        others: Tensors = {"done": flag, "first": one, "said": trainer.tally.said.view(np.int64), "behind": number}
        whole: Tensors = {"theta": theta, "state": state, **slots, **rates, **best, **others}
        return {name: _kind(values) for name, values in whole.items()}

    @property
    def _models(self) -> int:
        return len(self.trainer.learners)

    def _behind(self) -> NDArray[np.int64]:
        batches_done = np.zeros(self._models, np.int64)
        for stack_training in self.trainer.stack_trainings:
            batches_done[stack_training.stack.indices] = stack_training.batches_done
        return batches_done

    def _course(self, indices: Indices, batches_done: int) -> StackTraining:
        trainer, values = self.trainer, self._values
        stack, rates = Stack(trainer, indices, trainer.network.take(indices)), trainer.rates(indices)
        rates.drop, rates.waited = values["rates.drop"][indices], values["rates.waited"][indices]
        best = values["rates.best"][indices]
        rates.best = np.where(best == NEVER, np.inf, best)
        slots = {name[6:]: slot[indices] for name, slot in values.items() if name.startswith("slots.")}
        return StackTraining(stack, rates, trainer.epoch, batches_done, slots)


def _kind(values: NDArray[Any]) -> str:
    return f"{values.dtype.name} {values.shape}"
