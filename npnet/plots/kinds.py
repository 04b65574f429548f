"""What the plots of a training show, the registry of all plots, and how a drawing becomes files."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from npnet.errors import UsageError
from npnet.plots.encoding import csv_of, render
from npnet.plots.film import Move, film
from npnet.plots.inside.rows import Inside, Kind
from npnet.plots.layout import Box, Figure, Flags, Floats, Ints, page
from npnet.plots.style import styled
from npnet.plots.sweeps import SweepMaterial
from npnet.registry import Registry
from npnet.storage import disk

Task = Literal["binary", "multiclass", "multilabel", "regression"]
Numbers = Mapping[str, NDArray[np.generic]]
Progress = Callable[[int, int], None]  # of an animation: pictures done, and their number

MOST_CLASSES = 50  # in a picture: the most frequent ones
OTHERS = "(others)"
LARGEST = 1e300  # largest value to draw: the width of an axis must be a finite number as well
STILL, MOVING = ("png", "svg", "pdf"), ("gif", "png")
USUAL = (
    "loss",
    "boundary",
    "roc",
    "confusion",
    "predicted_against_true",
    "forecast",
    "feature_maps",
    "gates",
    "attention",
    "summary",
)


def fits_axis(values: NDArray[np.generic]) -> Flags:
    """Return which values are finite and not too large for an axis."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(values) < LARGEST)


@dataclass(frozen=True)
class Predictions:
    """Predictions of a network for one split, and the true values.

    rows (n,); target and prediction (n,) class codes, or (n, targets) values, or labels of 0 and 1 with the probability
    of each; probability (n, classes), None for values and labels, and for classes whose probabilities are not kept;
    marks (n,), texts such as the time of each row.
    """

    rows: Ints
    target: Ints | Floats
    prediction: Ints | Floats
    probability: Floats | None = None
    marks: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def lacks_probabilities(self) -> bool:
        """Whether these are classes whose probabilities were not kept."""
        return self.probability is None and self.prediction.dtype.kind == "i"

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
class Recorded:
    """The recorded frames of a training: steps (frames,), epochs with their fractions, losses, and what each predicts.

    `predict` maps the index of a frame and X (n, features) to what `Material.predict` gives.
    """

    labels: tuple[str, ...]
    steps: Ints
    epochs: Floats
    losses: dict[str, Floats]
    predict: Callable[[int, Floats], Floats]


@dataclass(frozen=True)
class Material:
    """Everything that the plots of one training show.

    `history` holds the columns of history.csv (NaN where a value was not computed). `metrics`, `predictions`, `rows`
    (their number) and `points`, the (X, y) in units of the data, are by split: "train", "validation", "test".
    `predict` maps X (n, features) in those units to probabilities (n, classes), two columns if binary, or to values
    (n, targets); it is None where a feature has cells that are not numbers. `best_epochs` are the first and last best
    epoch of several networks, `best_epoch` is their median. `baselines` are scores by name and split. `threshold`
    divides two classes. `importance` takes some seconds; `recorded` reads the frames, if there are any.
    `inside_kinds` are the pictures that the layers have, and `inside` what they compute for some rows. Without the
    data, `missing` holds the reason and `points` is empty. `input_units` are those of the
    targets of a network that reproduces its inputs, (targets,).
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
    points: dict[str, tuple[Floats, Ints | Floats]] = field(default_factory=dict)
    predict: Callable[[Floats], Floats] | None = None
    baselines: dict[str, dict[str, dict[str, float]]] = field(default_factory=dict)
    threshold: float = 0.5
    best_epochs: tuple[int, int] | None = None
    importance: Callable[[], Importance] | None = None
    recorded: Callable[[], Recorded] | None = None
    inside_kinds: frozenset[Kind] = frozenset()
    inside: Callable[[], Inside] | None = None
    rows: dict[str, int] = field(default_factory=dict)
    missing: str | None = None
    input_units: Floats | None = None

    @property
    def judged(self) -> str | None:
        """Split whose predictions count most: test, else validation, else train, else None."""
        return next((part for part in ("test", "validation", "train") if part in self.predictions), None)

    @property
    def unpredicted(self) -> str:
        """Reason why there is no plot of predictions."""
        return self.missing or "needs predictions of the test or validation set"

    @property
    def shown(self) -> Ints:
        """Codes of the classes shown: all, or the most frequent ones of the judged split."""
        if not self.few:
            return np.arange(len(self.classes))
        rows = self.predictions[self.judged].target if self.judged else next(iter(self.points.values()))[1]
        counts = np.bincount(rows.astype(np.int64), minlength=len(self.classes))
        return np.sort(np.argsort(-counts, kind="stable")[:MOST_CLASSES])

    @property
    def few(self) -> str:
        """Note where not all classes are shown, as "50 most frequent of 2,000 classes"; else ""."""
        classes = len(self.classes)
        few = classes <= MOST_CLASSES or self.task == "multilabel"
        return "" if few else f"{MOST_CLASSES} most frequent of {classes:,} classes"


M = TypeVar("M", Material, SweepMaterial)


@dataclass(frozen=True)
class Drawing:
    """A picture and the numbers that it shows, as columns of equal length.

    `moves` paints the figure of an animation anew each time it is asked for the next, which is shown for its `seconds`.
    """

    figure: Figure
    numbers: Numbers
    moves: Callable[[], Iterator[Move]] | None = None
    seconds: tuple[float, ...] = ()


@dataclass
class Plot(Generic[M]):
    """A kind of plot of one training or of a sweep: call it with its material.

    `needs` returns why a material cannot be drawn, or None; `shows` names the other kinds that the plot contains, and
    `formats` the files that it can be written to.
    """

    of: type[M]
    paint: Callable[[M], Drawing]
    needs: Callable[[M], str | None]
    shows: Sequence[str] = ()
    formats: Sequence[str] = STILL

    def __post_init__(self) -> None:
        """Take over what the function says that it paints."""
        self.__doc__ = self.paint.__doc__

    def __call__(self, material: M) -> Drawing:
        """Draw a material for which `needs` returns None."""
        with styled(), np.errstate(all="ignore"):
            return self.paint(material)


plots: Registry[Plot[Any]] = Registry("plot", "plots")


def plot(
    name: str, needs: Callable[[Material], str | None], shows: Sequence[str] = (), formats: Sequence[str] = STILL
) -> Callable[[Callable[[Material], Drawing]], Plot[Material]]:
    """Register a function as a plot of a training; it is drawn where `needs` returns None."""
    return lambda paint: plots.add(name)(Plot(Material, paint, needs, shows, formats))


def sweep_plot(
    name: str, needs: Callable[[SweepMaterial], str | None]
) -> Callable[[Callable[[SweepMaterial], Drawing]], Plot[SweepMaterial]]:
    """Register a function as a plot of a sweep; it is drawn only where `needs` returns None."""
    return lambda paint: plots.add(name)(Plot(SweepMaterial, paint, needs))


def needs_classes(material: Material) -> str | None:
    """Require predicted classes."""
    if material.task in ("regression", "multilabel"):
        return f"needs classes; this target has {'values' if material.task == 'regression' else 'several labels'}"
    return None if material.judged else material.unpredicted


def sheet(material: Material | SweepMaterial, heading: str, width: float = 6.4, height: float = 4.4) -> Box:
    """Return the free box of a new figure with a heading and the names of a material."""
    return page(heading, (material.title, material.subtitle), width, height)


def suits(name: str, material: Material | SweepMaterial) -> str | None:
    """Return why a plot cannot be drawn, or None; raise UnknownName for an unknown plot."""
    found = plots.find(name)
    if not isinstance(material, found.of):
        return "shows one training, and this is a sweep" if found.of is Material else "shows a sweep, and this is none"
    reason: str | None = found.needs(material)
    return reason


def suitable(kinds: Iterable[str], material: Material | SweepMaterial) -> list[str]:
    """Return the kinds that can be drawn, and those that only lack the data."""
    missing = material.missing if isinstance(material, Material) else None
    return [kind for kind in kinds if suits(kind, material) in (None, missing)]


def usual(material: Material | SweepMaterial) -> list[str]:
    """Return the kinds that `npnet train` draws; of a sweep all."""
    if isinstance(material, SweepMaterial):
        return suitable(plots, material)
    return suitable([kind for kind in USUAL if kind != "confusion" or material.task != "binary"], material)


def lacking_data(names: Sequence[str], material: Material) -> list[str]:
    """Return the plots, also those that others contain, which cannot be drawn without the data."""
    if material.missing is None:
        return []
    wanted = dict.fromkeys(kind for name in names for kind in (name, *plots.find(name).shows))
    return [kind for kind in wanted if suits(kind, material) == material.missing]


def draw(
    material: Material | SweepMaterial,
    kinds: Sequence[str],
    folder: Path,
    formats: Sequence[str] = ("png",),
    progress: Progress | None = None,
) -> list[Path]:
    """Write `<kind>.<format>` and `<kind>.csv` of each kind into the folder; return their paths.

    Raise UsageError where a kind does not apply, before anything is drawn; UnknownName for an unknown plot;
    MachineError where matplotlib cannot be loaded. `progress` is called after each picture of an animation.
    """
    for kind in kinds:
        if reason := suits(kind, material):
            raise UsageError(f"no {kind} plot: it {reason}")
        if wrong := [form for form in formats if form not in plots[kind].formats]:
            raise UsageError(f"no {kind} plot as {wrong[0]}", f"write --format {','.join(plots[kind].formats)}")
    disk.make_folders(folder)
    paths = []
    for kind in kinds:
        for form, data in files_of(plots[kind](material), formats, progress).items():
            paths.append(folder / f"{kind}.{form}")
            disk.write_atomic(paths[-1], data)
    return paths


def files_of(drawing: Drawing, formats: Sequence[str], progress: Progress | None = None) -> dict[str, bytes]:
    """Return the bytes of a drawing in each format, and last its numbers as csv."""
    if drawing.moves is not None:
        with styled(), np.errstate(all="ignore"):
            pictures = film(drawing.figure, drawing.moves(), drawing.seconds, formats, progress)
    else:
        pictures = {form: render(drawing.figure, form) for form in formats}
    return pictures | {"csv": csv_of(drawing.numbers)}
