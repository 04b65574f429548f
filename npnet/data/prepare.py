"""From a dataset to what trains: checked, split, and then scaled by what the train part says."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data.source import Dataset, Task, quoted
from npnet.data.splits import Split, split
from npnet.errors import DataError

Array = NDArray[np.float64]
Scale = Literal["standard", "none"]


@dataclass(frozen=True, eq=False)
class Scaler:
    """Standardisation by columns: z = (x - mean) / scale; mean and scale are (features,)."""

    mean: Array
    scale: Array

    @classmethod
    def fit(cls, X: Array) -> "Scaler":
        """Mean and standard deviation (of n, not n - 1) of each column; a constant column gets scale 1."""
        with np.errstate(over="ignore", invalid="ignore"):  # prepare() names such columns
            mean, scale = X.mean(axis=0), X.std(axis=0)
        constant = (X[0] == X).all(axis=0)
        return cls(np.where(constant, X[0], mean), np.where(constant | (scale == 0), 1.0, scale))

    @classmethod
    def none(cls, features: int) -> "Scaler":
        """The scaler that changes nothing."""
        return cls(np.zeros(features), np.ones(features))

    def transform(self, X: Array) -> Array:
        """Values in units of the data, (n, features), to scaled ones."""
        return (X - self.mean) / self.scale

    def inverse(self, Z: Array) -> Array:
        """Scaled values, (n, features), back to units of the data."""
        return Z * self.scale + self.mean


@dataclass(frozen=True, eq=False)
class Part:
    """The rows of one part: X (n, features) scaled, raw the same unscaled, y as in the Dataset, never scaled."""

    rows: NDArray[np.int64]
    X: Array
    raw: Array
    y: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Prepared:
    """A dataset ready to train on: its parts that have rows, and how they were scaled.

    `target_scaler` says how training scales the targets of a regression; for classes it changes nothing.
    """

    task: Task
    features: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    parts: Mapping[str, Part]
    scaler: Scaler
    target_scaler: Scaler

    @property
    def constant(self) -> tuple[str, ...]:
        """The features that have one value only in the train part: nothing can be learned from them."""
        raw = self.parts["train"].raw
        return tuple(name for name, column in zip(self.features, raw.T, strict=True) if (column == column[0]).all())


def prepare(dataset: Dataset, split_spec: Split, scale: Scale, seed: int) -> Prepared:
    """Check, split, then scale all parts by mean and deviation of the train part; DataError where nothing can train."""
    refuse_unlearnable(dataset)
    chosen = split(dataset, split_spec, seed)
    X, y = dataset.X[chosen["train"]], dataset.y[chosen["train"]]
    scaler = _fit(X, dataset.features) if scale == "standard" else Scaler.none(X.shape[1])
    scales_target = scale == "standard" and dataset.task == "regression"
    target_scaler = _fit(y, dataset.targets) if scales_target else Scaler.none(len(dataset.targets))
    return Prepared(
        task=dataset.task,
        features=dataset.features,
        targets=dataset.targets,
        classes=dataset.classes,
        parts={name: _part(dataset, positions, scaler) for name, positions in chosen.items()},
        scaler=scaler,
        target_scaler=target_scaler,
    )


def refuse_unlearnable(dataset: Dataset) -> None:
    """DataError for one row, values that are not finite, a class without rows, a single class, a constant target."""
    if len(dataset.X) < 2:
        raise DataError(f"there is {'one row' if len(dataset.X) else 'no row'}; training needs at least two")
    _refuse_not_finite(dataset.X, dataset.features, dataset.rows)
    if dataset.task != "regression":
        _refuse_classes_without_rows(dataset)
        return
    _refuse_not_finite(dataset.y, dataset.targets, dataset.rows)
    for name, column in zip(dataset.targets, dataset.y.T, strict=True):
        if (column == column[0]).all():
            raise DataError(f"the target {quoted(name)} is {column[0]:g} in every row", "there is nothing to learn")


def fingerprint(dataset: Dataset) -> str:
    """SHA-256 of all values, names, classes and the task, in hex; the same on every machine."""
    names = [dataset.task, dataset.features, dataset.targets, dataset.classes, dataset.X.shape]
    digest = hashlib.sha256(json.dumps(names).encode())
    digest.update(np.ascontiguousarray(dataset.X, "<f8").tobytes())
    digest.update(np.ascontiguousarray(dataset.y, "<f8" if dataset.task == "regression" else "<i8").tobytes())
    return digest.hexdigest()


def _part(dataset: Dataset, positions: NDArray[np.int64], scaler: Scaler) -> Part:
    raw = dataset.X[positions]
    return Part(dataset.rows[positions], scaler.transform(raw), raw, dataset.y[positions])


def _fit(X: Array, names: tuple[str, ...]) -> Scaler:
    scaler = Scaler.fit(X)
    if not np.isfinite(scaler.scale).all():
        name = names[int(np.argmin(np.isfinite(scaler.scale)))]
        raise DataError(f"the values of {quoted(name)} are too large to scale", "divide them, or take their logarithm")
    return scaler


def _refuse_not_finite(values: Array, names: tuple[str, ...], rows: NDArray[np.int64]) -> None:
    finite = np.isfinite(values)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise DataError(f"row {rows[row]}: {values[row, column]} in column {quoted(names[column])} is not finite")


def _refuse_classes_without_rows(dataset: Dataset) -> None:
    if len(dataset.classes) < 2:
        only = quoted(dataset.classes[0])
        raise DataError(f"the target {quoted(dataset.targets[0])} has a single class, {only}", "it needs two or more")
    counts = np.bincount(dataset.y, minlength=len(dataset.classes))
    if not counts.all():
        raise DataError(f"the class {quoted(dataset.classes[int(np.argmin(counts))])} has no rows", "more samples?")
