"""Methods that choose all points at once: every one, at random, or evenly."""

from collections.abc import Sequence
from typing import ClassVar

from npnet.rng import stream
from npnet.search.method import Method, Space, Stage, Tried, methods, numbered


@methods.add("grid")
class Grid(Method):
    """Every combination of the values; with `trials`, so many of them, drawn without repetition.

    Combinations are numbered with the last key fastest.
    """

    takes_ranges: ClassVar[bool] = False

    def count(self, space: Space) -> int:
        """How many combinations there are, or shall be."""
        size = space.size or 0
        return size if space.trials is None else min(space.trials, size)

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """All of them at once."""
        return None if number else Stage(numbered(space.start()))


@methods.add("random")
class Random(Method):
    """Points drawn at random, each key by its own distribution.

    Better than a grid where few keys matter.  Bergstra and Bengio (2012), Random search for hyper-parameter
    optimization.
    """

    needs_trials: ClassVar[bool] = True

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """All of them at once."""
        if number:
            return None
        random = stream(space.seed, "search")
        points = [space.at(random.random(len(space.parameters)).tolist()) for _ in range(space.trials or 0)]
        return Stage(numbered(points))


@methods.add("sobol")
class Sobol(Method):
    """Points that fill the space evenly: a scrambled Sobol sequence.

    Every beginning of it is spread over all keys; powers of 2 are best.  Sobol (1967), Owen (1998); SciPy's.
    """

    needs_trials: ClassVar[bool] = True

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """All of them at once."""
        if number:
            return None
        from scipy.stats import qmc

        trials = space.trials or 0
        sequence = qmc.Sobol(len(space.parameters), rng=stream(space.seed, "search"))
        shares = sequence.random_base2(max(trials - 1, 0).bit_length())[:trials]
        return Stage(numbered([space.at(row) for row in shares.tolist()]))
