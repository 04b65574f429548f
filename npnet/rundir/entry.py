"""What lists show of a run: a few fields of its run.json, and its scores."""

import math
from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, Self

FACTS = ("id", "name", "status", "started", "finished", "seconds", "git", "data", "parameters", "best_epoch")
Scores = dict[str, dict[str, float]]


class Entry(NamedTuple):
    """A run as lists know it; `numbers` are the scores, under `names`: test.roc_auc and the like.

    The stamps tell whether run.json and metrics.json are still the files that were read. The scores are one text: to
    make 27 decimals of each of 10 000 runs takes longer than all the rest, and a list shows one.
    """

    id: str
    info_stamp: str
    metrics_stamp: str
    name: str
    status: str
    tags: list[str]
    started: str
    finished: str | None
    seconds: float | None
    git: str | None
    data: str | None
    parameters: int | None
    best_epoch: int | None
    trials: int | None  # of a sweep
    names: tuple[str, ...]
    numbers: str

    @classmethod
    def of(cls, id: str, stamps: tuple[str, str], info: dict[str, Any], scores: Scores) -> Self:  # noqa: A002
        """From what a run's two files hold; the id is the folder's name, which RUN takes."""
        flat = {f"{part}.{name}": score for part, some in scores.items() for name, score in some.items()}
        own = {name: info[name] for name in (*FACTS, "tags") if name != "id"}
        own["trials"] = info.get("trials")
        return cls(id, *stamps, names=tuple(flat), numbers=",".join(map(repr, flat.values())), **own)

    @property
    def headline(self) -> tuple[str, float] | None:
        """The first score of the last part that is not its loss, test if there is one: ("roc_auc", 0.9998)."""
        place = _headline(self.names)
        return None if place is None else (self.names[place].partition(".")[2], self._score(place))

    def _score(self, place: int) -> float:
        batches_done = len(self.names) - place
        try:
            return float(self.numbers.rsplit(",", batches_done)[-batches_done])
        except (IndexError, ValueError):  # an index that was tampered with
            return math.nan


def reader(field: str) -> Callable[[Entry], Any]:
    """What gives the value of that field for one entry after the other."""
    if field in FACTS:
        return attrgetter(field)

    def score(entry: Entry) -> float | None:
        place = _places(entry.names).get(field)
        return None if place is None else entry._score(place)

    return score


@cache
def _places(names: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}


@cache
def _headline(names: tuple[str, ...]) -> int | None:
    last = names[-1].partition(".")[0] if names else ""
    suits = (place for place, name in enumerate(names) if name.startswith(f"{last}.") and name != f"{last}.loss")
    return next(suits, None)
