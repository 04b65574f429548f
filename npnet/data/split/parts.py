"""The parts of a dataset or of each fold: by file, group, time or class; a part that is asked for has rows."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TypeVar

from npnet.data.source import Dataset
from npnet.data.split.folds import Folds, folds_by_class, folds_by_group, folds_by_time
from npnet.data.split.partition import Parts, by_group, by_time, given
from npnet.data.split.splits import Split, split, strata
from npnet.errors import DataError
from npnet.spec import Spec

LEAST = 2  # rows to train on
OWN_FILES = "drop_rows leaves out the rows without a target; give that file rows that have one"

S = TypeVar("S", bound=Spec)
T = TypeVar("T")


def parts_of(dataset: Dataset, spec: Split, seed: int) -> Parts:
    """The rows of each part, as `divided` gives them.

    DataError where a part that is asked for has no row or fewer than two rows train; its hint is a split that works.
    """
    rows = len(dataset)
    if dataset.lengths is not None:
        return _filled(given(dataset.lengths), dataset.lengths, rows, hint=OWN_FILES)

    def attempt(spec: Split) -> Parts:
        return _filled(divided(dataset, spec, seed), [name for name, share in spec if share], rows)

    others = (Split(), Split(test=0), Split(validation=0), Split(test=0, validation=0))
    return _tried(attempt, spec, others, "split", ("test", "validation"))


def divided(dataset: Dataset, spec: Split, seed: int) -> Parts:
    """The rows of each part that has some: those of files of their own, else by group, by time, or by class."""
    if dataset.lengths is not None:
        return given(dataset.lengths)
    if dataset.groups is not None:
        return by_group(dataset.groups, spec, seed)
    return by_time(dataset.times, spec) if dataset.times is not None else split(dataset, spec, seed)


def folds_of(dataset: Dataset, spec: Folds, seed: int) -> list[Parts]:
    """The parts of each fold of a cross-validation; the held rows are its part "test".

    DataError where there are too few rows, groups or times; its hint is a cross-validation that works.
    """

    def attempt(spec: Folds) -> list[Parts]:
        wanted = ["test", *(["validation"] if spec.validation else [])]
        return [_filled(parts, wanted, len(dataset), " of a fold") for parts in _folds(dataset, spec, seed)]

    return _tried(attempt, spec, _other_folds(spec), "cv", ("folds", "validation"))


def _folds(dataset: Dataset, spec: Folds, seed: int) -> Iterator[Parts]:
    if dataset.groups is not None:
        found = folds_by_group(strata(dataset), dataset.groups, spec, seed)
    elif dataset.times is not None:
        found = folds_by_time(dataset.times, spec)
    else:
        found = folds_by_class(strata(dataset), spec, seed)
    for fold in found:
        yield {"train": fold.train, "validation": fold.validation, "test": fold.held}


def _filled(parts: Parts, wanted: Collection[str], total: int, where: str = "", hint: str | None = None) -> Parts:
    """The parts that have rows; DataError where a wanted one has none, or too few train."""
    found = {name: rows for name, rows in parts.items() if len(rows)}
    train = len(found.get("train", ()))
    if train < LEAST:
        left = f"the train part{where} gets {'one' if train else 'none'} of {total} rows; training needs at least two"
        raise DataError(left, hint)
    for name in wanted:
        if name not in found:
            raise DataError(f"the {name} part{where} gets none of {total} rows", hint)
    return found


def _other_folds(spec: Folds) -> Iterator[Folds]:
    """Cross-validations to try instead, the most alike first."""
    for repeats in dict.fromkeys((spec.repeats, 1)):
        for folds in dict.fromkeys((spec.folds, 5, 3, 2)):
            for validation in dict.fromkeys((spec.validation, 0.2, 0.0)):
                repeated = {"repeats": repeats} if repeats > 1 else {}
                if folds <= spec.folds:
                    yield Folds(folds=folds, validation=validation, **repeated)


def _tried(attempt: Callable[[S], T], spec: S, others: Iterable[S], key: str, options: tuple[str, ...]) -> T:
    """What an attempt gives; the hint of an error is to write the first other spec that works, with these options."""
    try:
        return attempt(spec)
    except DataError as error:
        hint = error.hint
        if hint is None:
            working = next((other for other in others if _succeeds(attempt, other)), None)
            hint = f"take {key} out" if working is None else f"write {key}: {_written(working, options)}"
        refused = DataError(error.message, hint)
        refused.key = key
        raise refused from None


def _succeeds(attempt: Callable[[S], Any], spec: S) -> bool:
    try:
        attempt(spec)
    except DataError:
        return False
    return True


def _written(spec: Spec, options: Collection[str]) -> str:
    """The options of a spec, and others that are given, as YAML in braces."""
    shown = [key for key in type(spec).model_fields if key in options or key in spec.model_fields_set]
    return f"{{{', '.join(f'{key}: {getattr(spec, key):g}' for key in shown)}}}"
