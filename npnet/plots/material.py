"""What a picture is drawn from: plain arrays and names, nothing of runs or networks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Task = Literal["binary", "multiclass", "regression"]
Floats = NDArray[np.float64]

MOST_CLASSES = 50  # that one picture shows, the most frequent ones
OTHERS = "(others)"


LARGEST = 1e300  # of a value that can be drawn: the width of an axis must be a finite number too


def drawable(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Which values are finite, and not too large for an axis."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(values) < LARGEST)


@dataclass(frozen=True)
class Predictions:
    """What a network said of one part of the data, and what was true.

    rows (n,); target and prediction (n,) class codes or (n, targets) values; probability (n, classes), None for values.
    """

    rows: NDArray[np.int64]
    target: NDArray[np.int64] | Floats
    prediction: NDArray[np.int64] | Floats
    probability: Floats | None = None


@dataclass(frozen=True)
class Importance:
    """By how much a metric gets worse when a column is shuffled: drop (columns, repeats), of some part."""

    metric: str
    part: str
    score: float
    columns: tuple[str, ...]
    drop: Floats


@dataclass(frozen=True)
class Material:
    """All that the pictures of one training show.

    `history` holds the columns of history.csv (NaN where a value was not computed), `metrics` and `predictions` go by
    part ("train", "validation", "test"), as do `points`, the (X, y) in the units of the data. `predict` takes X
    (n, features) in those units; it gives probabilities (n, classes), two columns if binary, or values (n, targets).
    It is None where a feature is not a number in every row.
    `best_epochs` are the first and the last of several networks, of which `best_epoch` is the median.
    `baselines` are scores by name and part. `threshold` decides two classes. `importance` takes some seconds to say.
    `rows` counts those of each part. Where the data are not at hand, `missing` says why: `points` is then empty.
    """

    title: str
    subtitle: str
    task: Task
    classes: tuple[str, ...]
    features: tuple[str, ...]
    targets: tuple[str, ...]
    history: dict[str, Floats]
    best_epoch: int | None
    metrics: dict[str, dict[str, float | None]]
    predictions: dict[str, Predictions]
    points: dict[str, tuple[Floats, NDArray[np.int64] | Floats]] = field(default_factory=dict)
    predict: Callable[[Floats], Floats] | None = None
    baselines: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    threshold: float = 0.5
    best_epochs: tuple[int, int] | None = None
    importance: Callable[[], Importance] | None = None
    rows: dict[str, int] = field(default_factory=dict)
    missing: str | None = None

    @property
    def judged(self) -> str | None:
        """The part whose predictions count most: test, else validation, else train, else None."""
        return next((part for part in ("test", "validation", "train") if part in self.predictions), None)

    @property
    def unpredicted(self) -> str:
        """Why there is no picture of predictions where there are none."""
        return self.missing or "needs predictions of the test or validation part"

    @property
    def shown(self) -> NDArray[np.int64]:
        """The codes of the classes that a picture shows: all, or the most frequent ones of the judged part."""
        if len(self.classes) <= MOST_CLASSES:
            return np.arange(len(self.classes))
        rows = self.predictions[self.judged].target if self.judged else next(iter(self.points.values()))[1]
        counts = np.bincount(rows.astype(np.int64), minlength=len(self.classes))
        return np.sort(np.argsort(-counts, kind="stable")[:MOST_CLASSES])

    @property
    def few(self) -> str:
        """What to say where not all classes are shown: "50 most frequent of 2,000 classes", else ""."""
        classes = len(self.classes)
        return f"{MOST_CLASSES} most frequent of {classes:,} classes" if classes > MOST_CLASSES else ""
