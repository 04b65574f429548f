"""From a dataset to prepared parts: checked, split, prepared, and weighted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from npnet.data.columns.schema import FittedAggregate, Schema
from npnet.data.datasets import Dataset, Task, class_count, has_target, known_targets, refuse_unlearnable
from npnet.data.part import Part
from npnet.data.preprocessing import Preparation, PrepareSpec
from npnet.data.preprocessing.positions import fit_at
from npnet.data.preprocessing.scaling import Scaler
from npnet.data.preprocessing.target_transform import TRANSFORMS, TransformName, refuse_outside
from npnet.data.split import Parts, Split, parts_of, strata, words
from npnet.data.split.folds import stratified
from npnet.errors import DataError
from npnet.registry import nearest
from npnet.text import listed, quoted

Array = NDArray[np.float64]
ClassWeight = Literal["balanced"] | Mapping[str, float]
Scale = Literal["standard", "none"]


@dataclass(frozen=True, eq=False)
class Prepared:
    """A dataset ready to train on: its parts that have rows, and the preparation of its columns.

    `target_scaler` scales the targets of a regression for training, after `target_transform`; for classes it changes
    nothing. `notes` are warnings about the data, `remarks` are not. `predicts_next` says that the target of each
    position is the input of the next, `reproduces` that the targets of a row are its inputs.
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
    target_transform: TransformName | None = None
    remarks: tuple[str, ...] = ()
    steps: bool = False
    tokens: int = 0
    predicts_next: bool = False
    reproduces: bool = False

    @property
    def class_count(self) -> int:
        """The number of classes of a target, 2 for each label, 0 for values."""
        return class_count(self.task, self.classes)

    @property
    def inputs(self) -> int:
        """The number of inputs of the network."""
        return self.preparation.width

    @property
    def all_numbers(self) -> bool:
        """Whether every feature is a number in every row of all parts."""
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
    """Check, split and prepare a dataset; raises DataError where nothing can be trained."""
    refuse_unlearnable(dataset)
    return prepare_parts(dataset, parts_of(dataset, split_spec, seed), scale, class_weight, dtype)


def prepare_parts(
    dataset: Dataset,
    chosen: Parts,
    scale: Scale | PrepareSpec,
    class_weight: ClassWeight | None = None,
    dtype: DTypeLike = np.float64,
    target_transform: TransformName | None = None,
) -> Prepared:
    """Prepare parts whose rows are given; the preparation is fitted on the rows of "train"."""
    spec = scale if isinstance(scale, PrepareSpec) else plain(scale, dataset.schema)
    dataset = dataset if dataset.text is None else dataset.text.fitted(chosen["train"])
    layout, aggregates = dataset.frame, tuple[FittedAggregate, ...]()
    if dataset.own:
        from npnet.data.joining.own import with_own

        whole, layout, aggregates = with_own(dataset.frame, dataset.own, chosen["train"])
        dataset = replace(dataset, frame=whole)
    train = dataset.frame.take(chosen["train"])
    weight_of_train = None if dataset.weight is None else dataset.weight[chosen["train"]]
    if dataset.positions:
        spec = PrepareSpec(numbers="none", clip=False) if dataset.tokens else spec
        preparation = fit_at(dataset.positions, dataset.ragged, train, layout, spec, weight_of_train)
    else:
        preparation = Preparation.fit(train, layout, spec, weight_of_train)
        preparation = preparation.model_copy(update={"aggregates": aggregates})
    transform = target_transform if dataset.task == "regression" else None
    target_scaler = _target_scaler(dataset, chosen["train"], spec, transform)
    weight = _weights(dataset, chosen["train"], class_weight)
    parts: dict[str, Part] = {}
    for name in ("train", "validation", "test"):
        if name in chosen:
            rows = chosen[name]
            frame = train if name == "train" else dataset.frame.take(rows)
            own = None if weight is None else weight[rows]
            parts[name] = Part(frame, preparation.with_ones(frame, dtype=dtype), dataset.y[rows], own, dataset.steps)
    _refuse_weightless(parts, dataset, class_weight)
    notes = (*dataset.notes, *preparation.warnings)
    names = dataset.task, dataset.features, dataset.targets, dataset.classes
    rest = dataset.schema, notes, dataset.negatives, transform
    at = dataset.steps, dataset.tokens, dataset.text is not None
    return Prepared(*names, parts, preparation, target_scaler, *rest, (), *at)


def _target_scaler(
    dataset: Dataset, train: NDArray[np.int64], spec: PrepareSpec, transform: TransformName | None
) -> Scaler:
    """Fit the scaler of the targets, transformed if they are; raise DataError for values without a transform."""
    rows, y = dataset.frame.rows, dataset.y[train]
    weight = None if dataset.weight is None else dataset.weight[train]
    if dataset.steps:
        rows = rows[np.nonzero(has_target(dataset.y))[0]]
        weight = None if weight is None else weight[np.nonzero(has_target(y))[0]]
        y = known_targets(y)
    if transform is not None:
        refuse_outside(transform, dataset.each_y, dataset.targets, rows)
    if spec.numbers == "none" or dataset.task != "regression":
        return Scaler.none(len(dataset.targets))
    return Scaler.fit(y if transform is None else TRANSFORMS[transform].forward(y), weight)


def prepare_members(
    dataset: Dataset,
    parts: Parts,
    seeds: Sequence[int],
    scale: Scale | PrepareSpec,
    class_weight: ClassWeight | None = None,
    dtype: DTypeLike = np.float64,
    target_transform: TransformName | None = None,
) -> list[Prepared]:
    """Prepare the same data for several members, each with a validation set of its own.

    It is drawn from the given training and validation sets, on whose union the common preparation is fitted. Groups,
    times and files of their own leave no choice: all members then have the given parts.
    """
    divided = dataset.groups is not None or dataset.times is not None or dataset.lengths is not None
    if divided or "validation" not in parts:
        return [prepare_parts(dataset, parts, scale, class_weight, dtype, target_transform)]
    pool, size = np.sort(np.concatenate([parts["train"], parts["validation"]])), len(parts["validation"])
    rest = {name: rows for name, rows in parts.items() if name == "test"}
    whole = prepare_parts(dataset, {"train": pool, **rest}, scale, class_weight, dtype, target_transform)
    codes, members = strata(dataset)[pool], []
    for seed in seeds:
        order = stratified(codes, words(len(pool), seed))
        own = {"train": np.sort(order[size:]), "validation": np.sort(order[:size])}
        taken = {name: whole.parts["train"].take(rows) for name, rows in own.items()}
        _refuse_weightless(taken, dataset, class_weight)
        members.append(replace(whole, parts={**taken, **{name: whole.parts[name] for name in rest}}))
    return members


def plain(scale: Scale, schema: Schema | None) -> PrepareSpec:
    """Return the options that `scale` stands for where `prepare` is not given.

    A dataset that comes with npnet has no schema, and keeps all its columns, so that its networks have the inputs that
    it names.
    """
    return PrepareSpec(numbers=scale, clip=False, constant="drop" if schema else "keep")


def _weights(dataset: Dataset, train: NDArray[np.int64], class_weight: ClassWeight | None) -> Array | None:
    """Return the weight of each row, by class and column; on average 1 in the training set."""
    factors = [] if dataset.weight is None else [dataset.weight]
    if class_weight is not None:
        if dataset.task not in ("binary", "multiclass") or dataset.steps:
            task = "there is one at each position" if dataset.steps else f"the task is {dataset.task}"
            error = DataError(f"class_weight is for a class of each row; {task}", "take class_weight out")
            error.key = "class_weight"
            raise error
        own = None if dataset.weight is None else dataset.weight[train]
        factors.append(class_weights(dataset.y[train], dataset.classes, class_weight, own)[dataset.y])
    return sample_weights(train, *factors) if factors else None


def _refuse_weightless(parts: Mapping[str, Part], dataset: Dataset, class_weight: ClassWeight | None) -> None:
    """Raise DataError for a part whose rows all have the weight 0: its mean is undefined."""
    for name, part in parts.items():
        if part.weight is not None and not part.weight.any():
            givers = {"weight": dataset.weight, "class_weight": class_weight}
            hint = f"take {' or '.join(key for key, given in givers.items() if given is not None)} out"
            raise DataError(f"every row of the {name} part has the weight 0", hint)


def class_weights(
    codes: NDArray[np.int64], classes: Sequence[str], option: ClassWeight, weight: Array | None = None
) -> Array:
    """Return the weight of each class, (classes,); `codes` are those of the training set, whose rows may have weights.

    balanced: rows / (classes * rows of the class), each by its weight, so that all classes weigh the same; a class
    without rows in the training set gets 0. A mapping names classes; all others weigh 1. Raises DataError for a name
    that is not a class, and for a weight that is negative or not finite.
    """
    if not isinstance(option, Mapping):
        counts = np.bincount(codes, weight, minlength=len(classes)).astype(np.float64)
        shares = np.zeros(len(classes))
        np.divide(counts.sum(), len(classes) * counts, out=shares, where=counts > 0)
        return shares
    named = {str(name): float(weight) for name, weight in option.items()}
    for name, factor in named.items():
        if name not in classes:
            near = nearest(name, list(classes))
            hint = f"did you mean {quoted(near)}?" if near else f"the classes are: {listed(classes)}"
            raise DataError(f"class_weight: {quoted(name)} is no class", hint)
        if not (np.isfinite(factor) and factor >= 0):
            raise DataError(f"class_weight: the weight of {quoted(name)} is {factor:g}", "weights are 0 or more")
    return np.array([named.get(name, 1.0) for name in classes])


def sample_weights(train: NDArray[np.int64], *factors: Array) -> Array:
    """Return the product of weights of all rows, scaled to mean 1 over the positions `train`.

    Equal weights become exactly 1. Raises DataError where every row of the training set has the weight 0.
    """
    product = np.prod(np.stack(factors), axis=0)
    largest = product[train].max()
    if largest == 0:
        raise DataError("every row to train on has the weight 0", "give rows of the train part a weight above 0")
    product = product / largest  # so that the mean of huge weights is finite
    return np.asarray(product / product[train].mean())
