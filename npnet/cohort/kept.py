"""Kept: the state of all models of a cohort as files have it, and the way back from there."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npnet.cohort.group import Course, Group, Places

if TYPE_CHECKING:
    from npnet.cohort.cohort import Cohort

Tensors = dict[str, NDArray[Any]]
NEVER = float(np.finfo(np.float64).max)
"""What stands in a file for the best value of a model that has none yet, infinity."""
BEST = ("theta", "state", "value", "epoch")
MOVING = ("theta", "state", "slots.", "rates.")


class Kept:
    """What the models of a cohort were when their stacks were last looked at: those that are done stay as they were.

    Of a state, `theta`, `state`, `slots.*` and `rates.*` are where each model is, `best.*` its best epoch; `done` says
    who has had enough, `first` the loss before training, `said` the bits of what was measured last, of which NaN and
    infinity may be some, and `behind` how many batches of the epoch under way each model has had, and one more where it
    was evaluated.
    """

    def __init__(self, cohort: "Cohort") -> None:
        self.cohort = cohort
        self._values: Tensors = {}

    def keep(self, course: Course) -> None:
        """Note the state of the models of a course as it is now."""
        network, rates = course.group.network, course.rates
        slots = {f"slots.{name}": slot for name, slot in course.updates.slots.items()}
        best = np.where(np.isinf(rates.best), NEVER, rates.best)
        waiting = {"rates.drop": rates.drop, "rates.best": best, "rates.waited": rates.waited}
        for name, values in {"theta": network.theta, "state": network.state, **slots, **waiting}.items():
            whole = self._values.setdefault(name, np.zeros((self._models, *values.shape[1:]), values.dtype))
            whole[course.group.places] = values

    def state(self) -> Tensors:
        """All that the training goes on from, each with the model axis in front."""
        cohort = self.cohort
        for course in cohort.courses:
            self.keep(course)
        best = {name: getattr(cohort.best, name).copy() for name in BEST}
        best["value"][np.isinf(best["value"])] = NEVER
        return {
            **{name: values.copy() for name, values in self._values.items()},
            **{f"best.{name}": values for name, values in best.items()},
            "done": cohort.best.done.astype(np.uint8),
            "first": cohort.growth.first.copy(),
            "said": cohort.tally.said.view(np.int64).copy(),
            "behind": self._behind(),
        }

    def resume(self, state: Tensors) -> list[Course]:
        """Let the cohort be what it was in a state; the courses that are left of it."""
        cohort = self.cohort
        self._values = {name: values for name, values in state.items() if name.startswith(MOVING)}
        cohort.best.done[...] = state["done"].astype(bool)
        cohort.growth.first[...] = state["first"]
        cohort.tally.said[...] = state["said"].view(np.float64)
        for name in BEST:
            getattr(cohort.best, name)[...] = state[f"best.{name}"]
        cohort.best.value[cohort.best.value == NEVER] = np.inf
        cohort.network.theta[...], cohort.network.state[...] = state["theta"], state["state"]
        left = [group.places[~cohort.best.done[group.places]] for group in cohort.groups]
        return [self._course(places, int(state["behind"][places[0]])) for places in left if len(places)]

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
        cohort, network = self.cohort, self.cohort.network
        theta, state, one = network.theta, network.state, np.zeros(self._models)
        number, flag = one.astype(np.int64), one.astype(np.uint8)
        slots = {f"slots.{name}": theta for name in cohort.experiment.optimizer.slots}
        rates = {"rates.drop": one, "rates.best": one, "rates.waited": number}
        best = {"best.theta": theta, "best.state": state, "best.value": one, "best.epoch": number}
        others: Tensors = {"done": flag, "first": one, "said": cohort.tally.said.view(np.int64), "behind": number}
        whole: Tensors = {"theta": theta, "state": state, **slots, **rates, **best, **others}
        return {name: _kind(values) for name, values in whole.items()}

    @property
    def _models(self) -> int:
        return len(self.cohort.learners)

    def _behind(self) -> NDArray[np.int64]:
        behind = np.zeros(self._models, np.int64)
        for course in self.cohort.courses:
            behind[course.group.places] = course.behind
        return behind

    def _course(self, places: Places, behind: int) -> Course:
        cohort, values = self.cohort, self._values
        group, rates = Group(cohort, places, cohort.network.take(places)), cohort.rates(places)
        rates.drop, rates.waited = values["rates.drop"][places], values["rates.waited"][places]
        best = values["rates.best"][places]
        rates.best = np.where(best == NEVER, np.inf, best)
        slots = {name[6:]: slot[places] for name, slot in values.items() if name.startswith("slots.")}
        return Course(group, rates, cohort.epoch, behind, slots)


def _kind(values: NDArray[Any]) -> str:
    return f"{values.dtype.name} {values.shape}"
