"""Successive halving: many points for a few epochs, the best of them for more."""

import math
from collections.abc import Collection, Sequence

from pydantic import Field

from npnet.errors import AdvisedError, OptionError
from npnet.search.method import Method, Space, Stage, Tried, methods, numbered


@methods.add("halving")
class Halving(Method):
    """All points for a few epochs, then rung after rung the best of them for more.

    Of the points of a rung one in `reduction` goes on, for `reduction` times as many epochs.
    Rung r ends at epoch min_epochs · reduction^r, the last one at the config's epochs; the points are all combinations,
    or `trials` of them.  Jamieson and Talwalkar (2016), Non-stochastic best arm identification.
    """

    reduction: int = Field(3, ge=2, le=100, description="Of how many points one goes on, and how much longer.")
    min_epochs: int = Field(1, ge=1, le=10**7, description="Epochs of the first rung.")

    def check(self, keys: Collection[str]) -> None:
        """The rungs decide on the epochs."""
        if "epochs" in keys:
            what = "halving itself says how many epochs a trial has"
            raise AdvisedError(what, "take epochs out of parameters")

    def check_epochs(self, epochs: int) -> None:
        """There are two rungs or more."""
        if self.min_epochs >= epochs:
            what = f"the first of {self.min_epochs} epochs is the last one too: epochs is {epochs}"
            raise OptionError("min_epochs", what, "write min_epochs: 1" if epochs > 1 else "write epochs: 9, or more")

    def count(self, space: Space) -> int:
        """How many points the first rung has."""
        return min(space.trials or space.size or 0, space.size or space.trials or 0)

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """The points of a rung: of the one before, the best."""
        if number > self._last(space):
            return None
        epochs = min(self.min_epochs * self.reduction**number, space.epochs)
        points = numbered(space.start()) if number == 0 else self._best(tried[number - 1])
        return Stage(points, epochs, goes_on=number < self._last(space), resumes=number > 0) if points else None

    def _last(self, space: Space) -> int:
        """The number of the rung that trains to the end."""
        rung = 0
        while self.min_epochs * self.reduction**rung < space.epochs:
            rung += 1
        return rung

    def _best(self, tried: Sequence[Tried]) -> tuple[tuple[int, tuple[object, ...]], ...]:
        ranked = sorted((one for one in tried if math.isfinite(one.value)), key=lambda one: (one.value, one.number))
        kept = ranked[: max(1, len(tried) // self.reduction)]
        return tuple((one.number, one.point) for one in sorted(kept, key=lambda one: one.number))
