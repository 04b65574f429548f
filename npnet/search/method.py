"""A method of search: stage by stage, the points to try, made of a seed and of what was found before."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
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
    """What may be tried: the parameter of each key, how many points (None: all), the epochs of a whole training."""

    parameters: Mapping[str, Choice | Range]
    trials: int | None
    epochs: int
    seed: int

    @property
    def size(self) -> int | None:
        """How many points the lists make; None where a range is among them."""
        counts = [parameter.count for parameter in self.parameters.values()]
        return None if None in counts else prod(count for count in counts if count is not None)

    def every(self) -> Iterator[Point]:
        """All combinations of the lists, the last key fastest."""
        values = [parameter.values for parameter in self.parameters.values() if isinstance(parameter, Choice)]
        return product(*values)

    def at(self, shares: Sequence[float]) -> Point:
        """The point at a share of the way along each key."""
        return tuple(one.at(share) for one, share in zip(self.parameters.values(), shares, strict=True))

    def combination(self, number: int) -> Point:
        """One of all combinations, by its place among them."""
        point: list[Any] = []
        for parameter in reversed([one for one in self.parameters.values() if isinstance(one, Choice)]):
            number, place = divmod(number, len(parameter.values))
            point.insert(0, parameter.values[place])
        return tuple(point)

    def start(self) -> list[Point]:
        """All combinations, or as many points as there shall be: of lists some combinations, else at random."""
        if self.size is None:
            random = stream(self.seed, "search")
            return [self.at(random.random(len(self.parameters)).tolist()) for _ in range(self.trials or 0)]
        if self.trials is None or self.trials >= self.size:
            return list(islice(self.every(), self.trials))
        return [self.combination(number) for number in sample(self.size, self.trials, self.seed)]


@dataclass(frozen=True)
class Tried:
    """A point that was tried: its number from 1, and its value; less is better, infinite where it failed."""

    number: int
    point: Point
    value: float


@dataclass(frozen=True)
class Stage:
    """Points to train, by their numbers: up to an epoch or to the end, from the beginning or from where they are."""

    points: tuple[tuple[int, Point], ...]
    epochs: int | None = None
    goes_on: bool = False
    resumes: bool = False


class Method(Spec):
    """How the points of a sweep are chosen."""

    needs_trials: ClassVar[bool] = False
    takes_ranges: ClassVar[bool] = True

    def count(self, space: Space) -> int:
        """How many points it will try."""
        return space.trials or space.size or 0

    def check(self, keys: Collection[str]) -> None:
        """ValueError where it cannot choose values for these keys."""

    def check_epochs(self, epochs: int) -> None:
        """OptionError where it cannot try points in trainings of so many epochs."""

    def require(self) -> None:
        """UsageError where a package that it needs is not installed."""

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """The stage of a number from 0, from what the stages before it found; None after the last one."""
        raise TypeError(f"{type(self).__name__} has no stage")


methods: Registry[type[Method]] = Registry("method", "methods")
MethodSpec = Annotated[Method, Named(methods)]


def numbered(points: Sequence[Point], first: int = 1) -> tuple[tuple[int, Point], ...]:
    """Points with their numbers."""
    return tuple(enumerate(points, first))


def sample(size: int, count: int, seed: int) -> list[int]:
    """So many different numbers below a size, ascending; the size may be astronomical.  Floyd (1987)."""
    random, chosen = stream(seed, "search"), set[int]()
    for top in range(size - count, size):
        number = _up_to(top, random)
        chosen.add(top if number in chosen else number)
    return sorted(chosen)


def _up_to(top: int, random: Generator) -> int:
    """A number from 0 to `top`, each as likely, however many digits it has."""
    bits = top.bit_length()
    while True:
        number = int.from_bytes(random.bytes(bits // 8 + 1)) >> (bits // 8 + 1) * 8 - bits
        if number <= top:
            return number
