"""From a dataset to what trains: checked, split, and prepared by what the train part says."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from npnet.data.columns.frame import Frame
from npnet.data.columns.schema import Schema
from npnet.data.preprocessing.preprocessing import Preparation, PrepareSpec
from npnet.data.preprocessing.scaling import mean_and_deviation, restored, standardised
from npnet.data.preprocessing.weighting import ClassWeight, class_weights, sample_weights
from npnet.data.source import VALUES, Dataset, Task, class_count, refuse_few_rows
from npnet.data.split.folds import stratified
from npnet.data.split.partition import Parts, words
from npnet.data.split.parts import parts_of
from npnet.data.split.splits import Split, strata
from npnet.errors import DataError
from npnet.text import quoted

Array = NDArray[np.float64]
Scale = Literal["standard", "none"]


@dataclass(frozen=True, eq=False)
class Scaler:
    """Standardisation by columns: z = (x - mean) / scale; mean and scale are (columns,)."""

    mean: Array
    scale: Array

    @classmethod
    def fit(cls, X: Array) -> "Scaler":
        """Mean and standard deviation (of n, not n - 1) of each column; a constant column gets scale 1."""
        mean, scale = mean_and_deviation(X)
        constant = (X[0] == X).all(axis=0)
        with np.errstate(over="ignore"):  # a deviation may be too small for a float, a range too large
            scale = np.where(scale == 0, X.max(axis=0) - X.min(axis=0), scale)
        return cls(np.where(constant, X[0], mean), np.where(constant, 1.0, scale))

    @classmethod
    def none(cls, columns: int) -> "Scaler":
        """The scaler that changes nothing."""
        return cls(np.zeros(columns), np.ones(columns))

    def transform(self, X: Array) -> Array:
        """Values in units of the data, (n, columns), to scaled ones."""
        return standardised(X, self.mean, self.scale)

    def inverse(self, Z: Array) -> Array:
        """Scaled values, (n, columns), back to units of the data."""
        return restored(Z, self.mean, self.scale)


@dataclass(frozen=True, eq=False)
class Part:
    """The rows of one part: prepared, `frame` as they were read, y as in the Dataset, never scaled.

    `with_ones` (n, inputs + 1) are the prepared rows as the engine takes them, with a one at the end of each.
    """

    frame: Frame
    with_ones: NDArray[Any]
    y: NDArray[Any]
    weight: Array | None = None

    def take(self, rows: NDArray[np.int64]) -> "Part":
        """Some rows of the part."""
        weight = None if self.weight is None else self.weight[rows]
        return Part(self.frame.take(rows), self.with_ones[rows], self.y[rows], weight)

    @property
    def X(self) -> NDArray[Any]:  # noqa: N802 - the mathematics
        """The inputs, (n, inputs), a view."""
        return self.with_ones[:, :-1]

    @property
    def rows(self) -> NDArray[np.int64]:
        """The numbers of the rows in their source, from 1."""
        return self.frame.rows

    @property
    def raw(self) -> NDArray[Any]:
        """The features in units of the data, (n, features), categories as codes."""
        return self.frame.matrix


@dataclass(frozen=True, eq=False)
class Prepared:
    """A dataset ready to train on: its parts that have rows, and how its columns became inputs.

    `target_scaler` says how training scales the targets of a regression; for classes it changes nothing.
    """

    task: Task
    features: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    parts: Mapping[str, Part]
    preparation: Preparation
    target_scaler: Scaler
    schema: Schema | None = None
    notes: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()

    @property
    def class_count(self) -> int:
        """How many classes a target has, 2 of each label, 0 of values."""
        return class_count(self.task, self.classes)

    @property
    def inputs(self) -> int:
        """How many inputs the columns became."""
        return self.preparation.width

    @property
    def all_numbers(self) -> bool:
        """Whether every feature is a number in every row of all parts, and can be drawn on an axis."""
        columns = (column for part in self.parts.values() for column in part.frame.columns.values())
        return all(column.kind == "number" and not column.missing.any() for column in columns)


def prepare(
    dataset: Dataset,
    split_spec: Split,
    scale: Scale | PrepareSpec,
    seed: int,
    class_weight: ClassWeight | None = None,
    dtype: DTypeLike = np.float64,
) -> Prepared:
    """Check, split, then prepare all parts by what the train part says; DataError where nothing can train."""
    refuse_unlearnable(dataset)
    return prepare_parts(dataset, parts_of(dataset, split_spec, seed), scale, class_weight, dtype)


def prepare_parts(
    dataset: Dataset,
    chosen: Parts,
    scale: Scale | PrepareSpec,
    class_weight: ClassWeight | None = None,
    dtype: DTypeLike = np.float64,
) -> Prepared:
    """Prepare parts whose rows are given, by what the rows of "train" say."""
    spec = scale if isinstance(scale, PrepareSpec) else plain(scale, dataset.schema)
    train = dataset.frame.take(chosen["train"])
    preparation = Preparation.fit(train, dataset.frame, spec)
    scales_target = spec.numbers != "none" and dataset.task == "regression"
    y = dataset.y[chosen["train"]]
    target_scaler = Scaler.fit(y) if scales_target else Scaler.none(len(dataset.targets))
    weight = _weights(dataset, chosen["train"], class_weight)
    parts = {name: _part(dataset, positions, preparation, weight, dtype) for name, positions in _ordered(chosen)}
    _refuse_weightless(parts, dataset, class_weight)
    notes = (*dataset.notes, *preparation.warnings)
    names = dataset.task, dataset.features, dataset.targets, dataset.classes
    return Prepared(*names, parts, preparation, target_scaler, dataset.schema, notes, dataset.negatives)


def prepare_members(
    dataset: Dataset,
    parts: Parts,
    seeds: Sequence[int],
    scale: Scale | PrepareSpec,
    class_weight: ClassWeight | None = None,
    dtype: DTypeLike = np.float64,
) -> list[Prepared]:
    """The same data for several members, each with a validation part of its own, as large and by class.

    It is drawn from the train and validation parts, all of which some members train on: these fit the one
    preparation. Groups, times and files of their own leave no choice: all members then have the parts given.
    """
    divided = dataset.groups is not None or dataset.times is not None or dataset.lengths is not None
    if divided or "validation" not in parts:
        return [prepare_parts(dataset, parts, scale, class_weight, dtype)]
    pool, size = np.sort(np.concatenate([parts["train"], parts["validation"]])), len(parts["validation"])
    rest = {name: rows for name, rows in parts.items() if name == "test"}
    whole = prepare_parts(dataset, {"train": pool, **rest}, scale, class_weight, dtype)
    codes, members = strata(dataset)[pool], []
    for seed in seeds:
        order = stratified(codes, words(len(pool), seed))
        own = {"train": np.sort(order[size:]), "validation": np.sort(order[:size])}
        taken = {name: whole.parts["train"].take(rows) for name, rows in own.items()}
        _refuse_weightless(taken, dataset, class_weight)
        members.append(replace(whole, parts={**taken, **{name: whole.parts[name] for name in rest}}))
    return members


def plain(scale: Scale, schema: Schema | None) -> PrepareSpec:
    """What `scale` stands for where `prepare` says nothing else: plain scaling, no clipping.

    A dataset that comes with npnet, and has no schema, keeps all its columns, so that its networks have the inputs that
    it names.
    """
    return PrepareSpec(numbers=scale, clip=False, constant="drop" if schema else "keep")


def refuse_unlearnable(dataset: Dataset) -> None:
    """DataError for one row, values that are not finite, a class without rows, a single class, a constant target."""
    refuse_few_rows(len(dataset))
    _refuse_infinite(dataset)
    if dataset.task not in VALUES:
        _refuse_classes_without_rows(dataset)
        return
    for name, column in zip(dataset.targets, dataset.y.T, strict=True):
        _refuse_not_finite(column, name, dataset.frame.rows)
        if (column == column[0]).all():
            raise DataError(f"the target {quoted(name)} is {column[0]:g} in every row", "there is nothing to learn")


def fingerprint(dataset: Dataset) -> str:
    """SHA-256 of all values, names, classes and the task, in hex; the same on every machine."""
    columns = dataset.frame.columns.values()
    names = [dataset.task, dataset.targets, dataset.classes, [(c.name, c.kind, c.levels) for c in columns]]
    digest = hashlib.sha256(json.dumps(names).encode())
    for column in columns:
        kind = "<i4" if column.kind == "category" else "<f8"
        digest.update(np.ascontiguousarray(column.values, kind).data)
    digest.update(np.ascontiguousarray(dataset.y, "<f8" if dataset.task in VALUES else "<i8").data)
    return digest.hexdigest()


def _ordered(chosen: Parts) -> Iterator[tuple[str, NDArray[np.int64]]]:
    return ((name, chosen[name]) for name in ("train", "validation", "test") if name in chosen)


def _part(
    dataset: Dataset, positions: NDArray[np.int64], preparation: Preparation, weight: Array | None, dtype: DTypeLike
) -> Part:
    frame = dataset.frame.take(positions)
    rows = preparation.with_ones(frame, dtype=dtype)
    return Part(frame, rows, dataset.y[positions], None if weight is None else weight[positions])


def _weights(dataset: Dataset, train: NDArray[np.int64], class_weight: ClassWeight | None) -> Array | None:
    """How much each row counts, by its class and its weight; on average 1 in the train part."""
    factors = [] if dataset.weight is None else [dataset.weight]
    if class_weight is not None:
        if dataset.task not in ("binary", "multiclass"):
            error = DataError(f"class_weight is for classes; the task is {dataset.task}", "take class_weight out")
            error.key = "class_weight"
            raise error
        factors.append(class_weights(dataset.y[train], dataset.classes, class_weight)[dataset.y])
    return sample_weights(train, *factors) if factors else None


def _refuse_weightless(parts: Mapping[str, Part], dataset: Dataset, class_weight: ClassWeight | None) -> None:
    """DataError for a part whose rows all have the weight 0: no mean over it is defined."""
    for name, part in parts.items():
        if part.weight is not None and not part.weight.any():
            givers = {"weight": dataset.weight, "class_weight": class_weight}
            hint = f"take {' or '.join(key for key, given in givers.items() if given is not None)} out"
            raise DataError(f"every row of the {name} part has the weight 0", hint)


def _refuse_infinite(dataset: Dataset) -> None:
    """Numbers must be finite; a gap, NaN, is one only in a table that was read, where it means missing."""
    for name, column in dataset.frame.columns.items():
        if column.kind == "number":
            _refuse_not_finite(column.values, name, dataset.frame.rows, gaps=dataset.schema is not None)


def _refuse_not_finite(values: NDArray[Any], name: str, rows: NDArray[np.int64], gaps: bool = False) -> None:
    finite = ~np.isinf(values) if gaps else np.isfinite(values)
    if not finite.all():
        row = int(np.argmin(finite))
        raise DataError(f"row {rows[row]}: {values[row]} in column {quoted(name)} is not finite")


def _refuse_classes_without_rows(dataset: Dataset) -> None:
    if dataset.task == "multilabel":
        return
    if len(dataset.classes) < 2:
        only = quoted(dataset.classes[0])
        raise DataError(f"the target {quoted(dataset.targets[0])} has a single class, {only}", "it needs two or more")
    counts = np.bincount(dataset.y, minlength=len(dataset.classes))
    if not counts.all():
        raise DataError(f"the class {quoted(dataset.classes[int(np.argmin(counts))])} has no rows", "take more samples")
