"""Lessons: two configs that differ in one thing, a question, and an answer.

A lesson is a folder of `library`: lesson.yaml has its texts and what its scores must be, failing.yaml and mended.yaml
are its configs, and other files are tables that they name.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from npnet.config.reader import read
from npnet.errors import UsageError
from npnet.registry import nearest
from npnet.spec import Spec

LIBRARY = Path(__file__).with_name("library")
TEXTS = "lesson.yaml"
Side = Literal["failing", "mended"]
SIDES: tuple[Side, ...] = ("failing", "mended")


class Lesson(Spec):
    """The texts of a lesson, and between which values the score of each of its trainings lies.

    `number` is its place among the lessons; `look` says where the answer can be seen. The score is `metric` on the rows
    of `split`. `picture` is the kind of plot by which both networks are compared.
    """

    number: int
    title: str
    question: str
    look: str
    answer: str
    metric: str
    split: str
    failing: tuple[float, float]
    mended: tuple[float, float]
    picture: str = "boundary"

    def expects(self, side: Side, score: float) -> bool:
        """Return whether a score is what the lesson says of a side."""
        low, high = self.failing if side == "failing" else self.mended
        return low <= score <= high


@cache
def lessons() -> dict[str, Lesson]:
    """Return all lessons by name, in the order in which they are taught."""
    found = {folder.name: _lesson(folder / TEXTS) for folder in LIBRARY.iterdir() if (folder / TEXTS).is_file()}
    return dict(sorted(found.items(), key=lambda pair: pair[1].number))


def _lesson(path: Path) -> Lesson:
    return Lesson.model_validate(read(path.read_bytes(), path.name)[0].plain(), strict=False)


def find_lesson(name: str) -> Lesson:
    """Return a lesson; raise UsageError with the nearest name where there is none."""
    known = lessons()
    if name not in known:
        near = nearest(name, list(known))
        raise UsageError(
            f"there is no lesson {name}", f"did you mean {near}?" if near else f"one of {', '.join(known)}"
        )
    return known[name]


def files_of(name: str) -> dict[str, bytes]:
    """Return the files that a learner gets, by name: both configs, and the tables that they read."""
    return {path.name: path.read_bytes() for path in sorted((LIBRARY / name).iterdir()) if path.name != TEXTS}
