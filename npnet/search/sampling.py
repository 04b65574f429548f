"""Methods that choose all points in advance: grid, random, evenly spread, or listed."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from npnet.rng import stream
from npnet.search.method import Method, Point, Space, Stage, Tried, methods, numbered

Row = Annotated[tuple[Any, ...], Field(strict=False)]


class Sampling(Method):
    """A method with a single stage."""

    def points_of(self, space: Space) -> Sequence[Point]:
        """Return all points."""
        return space.points()

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """Return all points as the first stage."""
        return None if number else Stage(numbered(self.points_of(space)))


@methods.add("grid")
class Grid(Sampling):
    """All combinations of the values, or `trials` of them, drawn without repetition.

    Combinations are numbered with the last key varying fastest.
    """

    accepts_ranges: ClassVar[bool] = False

    def count(self, space: Space) -> int:
        """Return the number of combinations, at most `trials`."""
        size = space.size or 0
        return size if space.trials is None else min(space.trials, size)


@methods.add("random")
class Random(Sampling):
    """Points drawn at random, each key by its own distribution.

    More efficient than a grid where few keys matter.  Bergstra and Bengio (2012), Random search for hyper-parameter
    optimization.
    """

    needs_trials: ClassVar[bool] = True

    def points_of(self, space: Space) -> Sequence[Point]:
        """Draw all points."""
        return space.random_points()


@methods.add("sobol")
class Sobol(Sampling):
    """Points that fill the space evenly: a scrambled Sobol sequence.

    The first points are spread over all keys, however many there are; powers of 2 are best.  Sobol (1967),
    Owen (1998); SciPy's.
    """

    needs_trials: ClassVar[bool] = True

    def points_of(self, space: Space) -> Sequence[Point]:
        """Return the first points of the sequence."""
        from scipy.stats import qmc

        trials = space.trials or 0
        sequence = qmc.Sobol(len(space.parameters), rng=stream(space.seed, "search"))
        fractions = sequence.random_base2(max(trials - 1, 0).bit_length())[:trials]
        return [space.at(row) for row in fractions.tolist()]


@methods.add("listed")
class Listed(Sampling):
    """The points of a list, each a list of values in the order of the parameters.

    `npnet sweep CONFIG --trials-from trials.csv` writes it: each row of the table is a point.
    """

    accepts_ranges: ClassVar[bool] = False

    points: Annotated[tuple[Row, ...], Field(strict=False, min_length=1)] = Field(description="The points.")

    def count(self, space: Space) -> int:
        """Return the number of points, at most `trials`."""
        return min(len(self.points), space.trials or len(self.points))

    def check(self, keys: Collection[str]) -> None:
        """Raise ValueError for a point that does not have a value for each key."""
        for number, point in enumerate(self.points, 1):
            if len(point) != len(keys):
                raise ValueError(f"point {number} has {len(point)} values, but there are {len(keys)} parameters")

    def points_of(self, space: Space) -> Sequence[Point]:
        """Return the points, at most `trials`."""
        return self.points[: space.trials]
