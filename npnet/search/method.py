"""The contract of a search method: the points to train, stage by stage."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar

from numpy.random import Generator

from npnet.registry import Registry
from npnet.rng import stream
from npnet.search.parameters import Choice, Range
from npnet.spec import Named, Spec

Point = tuple[Any, ...]
"""A value for each key, in the order of the parameters."""


@dataclass(frozen=True)
class Space:
    """The search space: parameters by key, number of points (None: all), epochs, and seed."""

    parameters: Mapping[str, Choice | Range]
    trials: int | None
    epochs: int
    seed: int

    @property
    def size(self) -> int | None:
        """The number of combinations of the lists; None where a parameter is a range."""
        counts = [parameter.count for parameter in self.parameters.values()]
        return None if None in counts else prod(count for count in counts if count is not None)

    def at(self, fractions: Sequence[float]) -> Point:
        """Return the point at a fraction, from 0 to 1, of each parameter."""
        return tuple(p.at(fraction) for p, fraction in zip(self.parameters.values(), fractions, strict=True))

    def combination(self, number: int) -> Point:
        """Return a combination of the lists by its number from 0; the last key varies fastest."""
        point: list[Any] = []
        for parameter in reversed([p for p in self.parameters.values() if isinstance(p, Choice)]):
            number, index = divmod(number, len(parameter.values))
            point.insert(0, parameter.values[index])
        return tuple(point)

    def random_points(self) -> list[Point]:
        """Draw `trials` points at random."""
        random = stream(self.seed, "search")
        return [self.at(random.random(len(self.parameters)).tolist()) for _ in range(self.trials or 0)]

    def points(self) -> list[Point]:
        """Return all combinations of the lists, or `trials` of them, or random points."""
        if self.size is None:
            return self.random_points()
        drawn = self.trials is not None and self.trials < self.size
        numbers = sample(self.size, self.trials or 0, self.seed) if drawn else range(self.size)
        return [self.combination(number) for number in numbers]


@dataclass(frozen=True)
class Tried:
    """A tried point, its number from 1, and its value: less is better, infinite is failed."""

    number: int
    point: Point
    value: float


@dataclass(frozen=True)
class Stage:
    """Numbered points to train to an epoch (None: to the end), from the start or further.

    `resumes` states that the stage before trained them, `goes_on` that a later stage may train them further.
    """

    points: tuple[tuple[int, Point], ...]
    epochs: int | None = None
    goes_on: bool = False
    resumes: bool = False


class Method(Spec):
    """A way to choose the points of a sweep."""

    needs_trials: ClassVar[bool] = False
    accepts_ranges: ClassVar[bool] = True

    def count(self, space: Space) -> int:
        """Return the number of points that it will try."""
        return space.trials or space.size or 0

    def check(self, keys: Collection[str]) -> None:
        """Raise ValueError where it cannot choose values for these keys."""

    def check_epochs(self, epochs: int) -> None:
        """Raise OptionError where trainings of this many epochs are too short for it."""

    def require(self) -> None:
        """Raise UsageError where a package that it needs is not installed."""

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """Return the stage of a number from 0, given earlier results; None after the last."""
        raise TypeError(f"{type(self).__name__} has no stage")


methods: Registry[type[Method]] = Registry("method", "methods")
MethodSpec = Annotated[Method, Named(methods)]


def numbered(points: Sequence[Point], first: int = 1) -> tuple[tuple[int, Point], ...]:
    """Return points with their numbers."""
    return tuple(enumerate(points, first))


def sample(size: int, count: int, seed: int) -> list[int]:
    """Draw distinct numbers below a size of any magnitude, in ascending order.  Floyd (1987)."""
    random, chosen = stream(seed, "search"), set[int]()
    for top in range(size - count, size):
        number = _up_to(top, random)
        chosen.add(top if number in chosen else number)
    return sorted(chosen)


def _up_to(top: int, random: Generator) -> int:
    """Draw a number from 0 to `top`, all equally likely, of any number of digits."""
    bits = top.bit_length()
    while True:
        number = int.from_bytes(random.bytes(bits // 8 + 1)) >> (bits // 8 + 1) * 8 - bits
        if number <= top:
            return number
