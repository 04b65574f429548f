"""Points that somebody listed, such as the rows of a table."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from npnet.search.method import Method, Space, Stage, Tried, methods, numbered

Row = Annotated[tuple[Any, ...], Field(strict=False)]


@methods.add("listed")
class Listed(Method):
    """The points that are written out, a list of values each in the order of the parameters.

    `npnet sweep CONFIG --trials-from trials.csv` writes it, one point a row of the table.
    """

    takes_ranges: ClassVar[bool] = False

    points: Annotated[tuple[Row, ...], Field(strict=False, min_length=1)] = Field(description="The points.")

    def count(self, space: Space) -> int:
        """How many there are, or shall be of the first."""
        return min(len(self.points), space.trials or len(self.points))

    def check(self, keys: Collection[str]) -> None:
        """Each point has a value for each key."""
        for place, point in enumerate(self.points, 1):
            if len(point) != len(keys):
                raise ValueError(f"point {place} has {len(point)} values, but there are {len(keys)} parameters")

    def stage(self, space: Space, number: int, tried: Sequence[Sequence[Tried]]) -> Stage | None:
        """All of them at once."""
        return None if number else Stage(numbered(self.points[: space.trials]))
