"""A trial: one training of a sweep, by its number."""

from dataclasses import dataclass
from typing import Any

from npnet.rng import trial_seed


@dataclass(frozen=True)
class Trial:
    """Values under some keys, trained from initial values of its own: one of the repeats of a point.

    Numbers of trials, points and repeats are from 1.
    """

    number: int
    point: int
    repeat: int
    values: tuple[Any, ...]

    @classmethod
    def of(cls, point: int, repeat: int, repeats: int, values: tuple[Any, ...]) -> "Trial":
        """The trial of a point and one of its repeats."""
        return cls((point - 1) * repeats + repeat, point, repeat, values)

    def model_seed(self, seed: int) -> int:
        """The seed of its initial values and dropout, of the sweep's seed and its number."""
        return trial_seed(seed, self.number)

    def written(self) -> list[Any]:
        """The trial as a file has it."""
        return [self.number, self.point, self.repeat, list(self.values)]

    @classmethod
    def read(cls, written: list[Any]) -> "Trial":
        """The trial that a file has; TypeError or ValueError for anything else."""
        number, point, repeat, values = written
        if not all(type(one) is int and one > 0 for one in (number, point, repeat)):
            raise ValueError("a trial is numbered from 1")
        return cls(number, point, repeat, tuple(values))
