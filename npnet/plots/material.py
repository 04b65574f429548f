"""What the plots of a training show, as plain arrays and names, without runs or networks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Task = Literal["binary", "multiclass", "regression"]
Floats = NDArray[np.float64]

MOST_CLASSES = 50  # in a picture: the most frequent ones
OTHERS = "(others)"


LARGEST = 1e300  # largest value to draw: the width of an axis must be a finite number as well


def fits_axis(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Return which values are finite and not too large for an axis."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(values) < LARGEST)


@dataclass(frozen=True)
class Predictions:
    """Predictions of a network for one split, and the true values.

    rows (n,); target and prediction (n,) class codes or (n, targets) values; probability (n, classes), None for values.
    """

    rows: NDArray[np.int64]
    target: NDArray[np.int64] | Floats
    prediction: NDArray[np.int64] | Floats
    probability: Floats | None = None

    @property
    def probabilities(self) -> Floats:
        """Probabilities (n, classes); raise ValueError where values are predicted."""
        if self.probability is None:
            raise ValueError("these predictions are values, not classes")
        return self.probability


@dataclass(frozen=True)
class Importance:
    """Loss of a metric on a split when a column is shuffled: drop (columns, repeats)."""

    metric: str
    part: str
    score: float
    columns: tuple[str, ...]
    drop: Floats


@dataclass(frozen=True)
class Material:
    """Everything that the plots of one training show.

    `history` holds the columns of history.csv (NaN where a value was not computed). `metrics`, `predictions`, `rows`
    (their number) and `points`, the (X, y) in units of the data, are by split: "train", "validation", "test".
    `predict` maps X (n, features) in those units to probabilities (n, classes), two columns if binary, or to values
    (n, targets); it is None where a feature has cells that are not numbers. `best_epochs` are the first and last best
    epoch of several networks, `best_epoch` is their median. `baselines` are scores by name and split. `threshold`
    divides two classes. `importance` takes some seconds. Without the data, `missing` holds the reason and `points` is
    empty.
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
        """Split whose predictions count most: test, else validation, else train, else None."""
        return next((part for part in ("test", "validation", "train") if part in self.predictions), None)

    @property
    def unpredicted(self) -> str:
        """Reason why there is no plot of predictions."""
        return self.missing or "needs predictions of the test or validation set"

    @property
    def shown(self) -> NDArray[np.int64]:
        """Codes of the classes shown: all, or the most frequent ones of the judged split."""
        if len(self.classes) <= MOST_CLASSES:
            return np.arange(len(self.classes))
        rows = self.predictions[self.judged].target if self.judged else next(iter(self.points.values()))[1]
        counts = np.bincount(rows.astype(np.int64), minlength=len(self.classes))
        return np.sort(np.argsort(-counts, kind="stable")[:MOST_CLASSES])

    @property
    def few(self) -> str:
        """Note where not all classes are shown, as "50 most frequent of 2,000 classes"; else ""."""
        classes = len(self.classes)
        return f"{MOST_CLASSES} most frequent of {classes:,} classes" if classes > MOST_CLASSES else ""


def needs_classes(material: Material) -> str | None:
    """Require predicted classes."""
    if material.task == "regression":
        return "needs classes; this target has values"
    return None if material.judged else material.unpredicted
