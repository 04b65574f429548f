"""What a dataset is once loaded, and the specs that load one."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.frame import Frame
from npnet.data.columns.schema import Schema
from npnet.errors import DataError
from npnet.registry import Registry
from npnet.spec import Named, Spec

Task = Literal["binary", "multiclass", "multilabel", "regression", "counts"]
VALUES: tuple[Task, ...] = ("regression", "counts")
"""The tasks whose targets are values and not classes."""


def class_count(task: Task, classes: Sequence[str]) -> int:
    """How many classes a target has: 2 of each of several labels, 0 of values."""
    return 2 if task == "multilabel" else len(classes)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A table as its source gave it: typed columns, neither scaled nor split.

    `frame` holds the features. y is (samples,) int64 class codes, (samples, targets) int64 labels, or (samples,
    targets) float64 values. `classes` are names in the order of the codes, empty for values; of several labels
    those of the classes 1, and `negatives` those of the classes 0. `weight`, `groups` and `times` are (samples,) where
    the source has them; `lengths` says how many rows each part has where the parts are files of their own. `schema` is
    how a file was read.
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

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns to learn from."""
        return tuple(self.frame.columns)

    @property
    def X(self) -> NDArray[Any]:  # noqa: N802 - the mathematics
        """The features as a matrix, (samples, features)."""
        return self.frame.matrix


class Source(Spec):
    """The spec of a dataset: says where its rows come from and loads them."""

    @abstractmethod
    def load(self, base: Path, seed: int) -> Dataset:
        """Load the rows; a relative path starts at `base`, the folder of the config."""

    @property
    def files(self) -> tuple[str, ...]:
        """The paths of the files that the rows are read from, as the config has them."""
        return ()


datasets: Registry[type[Source]] = Registry("dataset", "datasets")
SourceSpec = Annotated[Source, Named(datasets)]


def refuse_few_rows(rows: int) -> None:
    """DataError for fewer than two rows, of which nothing can be learned."""
    if rows < 2:
        raise DataError(f"there is {'one row' if rows else 'no row'} with a target; training needs at least two")


def classification(
    X: NDArray[Any], codes: NDArray[Any], features: tuple[str, ...], target: str, classes: tuple[str, ...]
) -> Dataset:
    """The dataset whose target is one of some classes, given as codes from 0; its rows are numbered from 1."""
    task: Task = "multiclass" if len(classes) > 2 else "binary"
    frame = Frame.of(X.astype(np.float64), features)
    return Dataset(frame, codes.astype(np.int64), task, (target,), classes)


def regression(X: NDArray[Any], y: NDArray[Any], features: tuple[str, ...], targets: tuple[str, ...]) -> Dataset:
    """The dataset whose targets, (samples,) or (samples, targets), are numbers; its rows are numbered from 1."""
    values = y.astype(np.float64).reshape(len(y), len(targets))
    return Dataset(Frame.of(X.astype(np.float64), features), values, "regression", targets, ())
