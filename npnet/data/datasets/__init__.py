"""Datasets, the specs that load them, and checks that a dataset can be learned from."""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Frame
from npnet.data.columns.at_positions import columns_at
from npnet.data.columns.schema import Schema
from npnet.errors import DataError
from npnet.registry import Registry
from npnet.spec import Named, Spec
from npnet.text import quoted

if TYPE_CHECKING:
    from npnet.data.datasets.text import TextWindows
    from npnet.data.joining.own import OwnAggregate
    from npnet.data.row_blocks import RowBlock

Task = Literal["binary", "multiclass", "multilabel", "regression", "counts"]
VALUES: tuple[Task, ...] = ("regression", "counts")  # the tasks whose targets are values and not classes


def class_count(task: Task, classes: Sequence[str]) -> int:
    """Return how many classes a target has: 2 for each of several labels, 0 for values."""
    return 2 if task == "multilabel" else len(classes)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table as its source gave it: typed columns, neither scaled nor split.

    `frame` holds the features. y is (samples,) int64 class codes, (samples, targets) int64 labels, or (samples,
    targets) float64 values. `classes` are names in the order of the codes, empty for values; for several labels
    the names of the classes 1, and `negatives` the names of the classes 0. `weight`, `groups` and `times` are
    (samples,) where the source has them; `lengths` are the rows of each part where the parts are files of their own.
    `schema` tells how a file was read; `own` are aggregates over its rows, which become features of each fold.

    Of data at `positions`, sequences or images, the columns are all features of the first position, then all of the
    next, with the names of `columns_at`. `steps` says that each position has a target: y is then (samples, positions),
    codes or values, of one target; -1 or NaN where a position does not exist. `ragged` says that the last positions of
    a row, all NaN, may not exist; `tokens` is the number of codes where the values are codes and not numbers.

    A row at a time may have values from before it: `begins` is the time of the first. `text` has the windows of a text,
    where the target of each position is the input of the next; its codes are those of the training set of each fold.
    """

    frame: Frame
    y: NDArray[Any]
    task: Task
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    weight: NDArray[np.float64] | None = None
    groups: NDArray[np.int64] | None = None
    times: NDArray[np.float64] | None = None
    lengths: Mapping[str, int] | None = None
    schema: Schema | None = None
    notes: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    own: "tuple[OwnAggregate, ...]" = ()
    positions: tuple[int, ...] = ()
    steps: bool = False
    ragged: bool = False
    tokens: int = 0
    begins: NDArray[np.float64] | None = None
    text: "TextWindows | None" = None

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the feature columns."""
        return tuple(self.frame.columns)

    @property
    def X(self) -> NDArray[Any]:  # noqa: N802 - the mathematics
        """The features as a matrix, (samples, features)."""
        return self.frame.matrix

    @property
    def target_columns(self) -> tuple[str, ...]:
        """The names of the targets, of each position where each has one."""
        return columns_at(self.targets, self.positions if self.steps else ())

    @property
    def each_y(self) -> NDArray[Any]:
        """The targets that there are, of every row and position: (targets,) codes or (targets, 1) values."""
        return known_targets(self.y) if self.steps else self.y


@dataclass(frozen=True)
class WantedRows:
    """What a run reads of new rows: its features, targets if they are scored, and how its own table was read."""

    features: tuple[str, ...]
    targets: tuple[str, ...] = ()
    schema: Schema | None = None


class NewRows(Protocol):
    """New rows of a run in blocks, which can be read repeatedly.

    `kept` are the columns that name them, which are copied beside predictions: of several files, also the file.
    """

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of those columns."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on how the rows were read."""

    def __iter__(self) -> "Iterator[RowBlock]": ...


class Source(Spec):
    """The spec of a dataset, which loads its rows.

    New rows of a run, to predict or to score, are the rows of a table file unless the source `reads_new_rows` itself.
    """

    reads_new_rows: ClassVar[bool] = False
    path_options: ClassVar[tuple[str, ...]] = ()
    """The options that are paths, relative to the folder of the config."""

    @abstractmethod
    def load(self, base: Path, seed: int) -> Dataset:
        """Load the rows; a relative path starts at `base`, the folder of the config."""

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the files that the rows are read from, as the config has them."""
        return tuple(path for path in (getattr(self, key) for key in self.path_options) if path is not None)

    def new_rows(self, paths: Sequence[str], wanted: WantedRows) -> NewRows:
        """Return the new rows at paths that a command names, relative to the working folder."""
        raise TypeError(f"{type(self).__name__} reads no rows of its own")


datasets: Registry[type[Source]] = Registry("dataset", "datasets")
SourceSpec = Annotated[Source, Named(datasets)]


def has_target(y: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which targets there are, of codes (-1 for none) or of values (NaN for none)."""
    return np.asarray(~np.isnan(y) if y.dtype.kind == "f" else y >= 0)


def known_targets(y: NDArray[Any]) -> NDArray[Any]:
    """Return the targets that there are, of targets (samples, positions), row by row: codes (n,) or values (n, 1)."""
    known = y[has_target(y)]
    return known[:, np.newaxis] if y.dtype.kind == "f" else known


def refuse_few_rows(rows: int) -> None:
    """Raise DataError for fewer than two rows, from which nothing can be learned."""
    if rows < 2:
        raise DataError(f"there is {'one row' if rows else 'no row'} with a target; training needs at least two")


def refuse_unlearnable(dataset: Dataset) -> None:
    """Raise DataError for a single row, infinite values, and a target of a single value."""
    refuse_few_rows(len(dataset))
    for name, column in dataset.frame.columns.items():
        if column.kind == "number":  # a gap, NaN, is allowed in a table that was read, and where no position exists
            gaps = dataset.schema is not None or dataset.ragged
            _refuse_not_finite(column.values, name, dataset.frame.rows, gaps)
    y = dataset.each_y
    if dataset.task in VALUES:
        rows = np.nonzero(has_target(dataset.y))[0] if dataset.steps else slice(None)
        for name, values in zip(dataset.targets, y.T, strict=True):
            _refuse_not_finite(values, name, dataset.frame.rows[rows])
            if (values == values[0]).all():
                raise DataError(f"the target {quoted(name)} is {values[0]:g} in every row", "there is nothing to learn")
    elif dataset.task != "multilabel":
        target, classes = quoted(dataset.targets[0]), dataset.classes
        if len(classes) < 2:
            raise DataError(f"the target {target} has a single class, {quoted(classes[0])}", "it needs two or more")
        counts = np.bincount(y, minlength=len(classes))
        if not counts.all() and not dataset.tokens:
            raise DataError(f"the class {quoted(classes[int(np.argmin(counts))])} has no rows", "take more samples")


def _refuse_not_finite(values: NDArray[Any], name: str, rows: NDArray[np.int64], gaps: bool = False) -> None:
    finite = ~np.isinf(values) if gaps else np.isfinite(values)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(f"row {rows[row]}: {values[row]} in column {quoted(name)} is not finite")


def fingerprint(dataset: Dataset) -> str:
    """Return the SHA-256 of values, names, classes, task and side tables, in hex; the same on every machine."""
    columns = dataset.frame.columns.values()
    names: list[object] = [dataset.task, dataset.targets, dataset.classes]
    names.append([(c.name, c.kind, c.levels) for c in columns])
    if dataset.positions:
        names.append([dataset.positions, dataset.steps, dataset.ragged, dataset.tokens])
    sides = () if dataset.schema is None else dataset.schema.sides
    files = [(side.name, side.fingerprint) for side in sides]
    digest = hashlib.sha256(json.dumps([*names, files] if files else names).encode())
    for column in columns:
        kind = "<i4" if column.kind == "category" else "<f8"
        digest.update(np.ascontiguousarray(column.values, kind).data)
    digest.update(np.ascontiguousarray(dataset.y, "<f8" if dataset.task in VALUES else "<i8").data)
    return digest.hexdigest()


def classification(
    X: NDArray[Any], codes: NDArray[Any], features: tuple[str, ...], target: str, classes: tuple[str, ...]
) -> Dataset:
    """Return a dataset for classification, with class codes from 0 and rows numbered from 1."""
    task: Task = "multiclass" if len(classes) > 2 else "binary"
    frame = Frame.of(X.astype(np.float64), features)
    return Dataset(frame, codes.astype(np.int64), task, (target,), classes)


def regression(X: NDArray[Any], y: NDArray[Any], features: tuple[str, ...], targets: tuple[str, ...]) -> Dataset:
    """Return a dataset for regression on targets (samples,) or (samples, targets)."""
    values = y.astype(np.float64).reshape(len(y), len(targets))
    return Dataset(Frame.of(X.astype(np.float64), features), values, "regression", targets, ())
