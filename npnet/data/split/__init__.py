"""The parts of a dataset: training, validation and test set, the same on every machine.

By files of their own, else by group, by time, or at random with each class by its share; by integers alone.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Annotated, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from npnet.data.columns import Rows
from npnet.data.datasets import Dataset
from npnet.errors import DataError
from npnet.rng import stream
from npnet.spec import Spec

Codes = NDArray[np.int64]
Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
Parts = dict[str, Rows]
S = TypeVar("S", bound=Spec)
T = TypeVar("T")

LEAST = 2  # rows to train on
OWN_FILES = "drop_rows leaves out the rows without a target; give that file rows that have one"
Share = Annotated[float, Field(ge=0, lt=1, description="Share of all rows; 0 leaves the part out.")]


class Split(Spec):
    """The shares of all rows that are held out from training; 0 leaves a part out."""

    test: Share = 0.2
    validation: Share = 0.2

    @model_validator(mode="after")
    def _leave_rows_to_train_on(self) -> "Split":
        if exact(self.test) + exact(self.validation) >= 1:
            raise ValueError(
                f"test {self.test:g} and validation {self.validation:g} leave no rows to train on; "
                "both together must be less than 1"
            )
        return self


def parts_of(dataset: Dataset, spec: Split, seed: int) -> Parts:
    """Return the positions of the rows of each part, as `divided` does.

    Raises DataError where a requested part has no row or the training set fewer than two; its hint is a split that
    works.
    """
    rows = len(dataset)
    if dataset.lengths is not None:
        return filled(by_file(dataset.lengths), dataset.lengths, rows, hint=OWN_FILES)

    def attempt(spec: Split) -> Parts:
        return filled(divided(dataset, spec, seed), [name for name, share in spec if share], rows)

    others = (Split(), Split(test=0), Split(validation=0), Split(test=0, validation=0))
    return try_specs(attempt, spec, others, "split", ("test", "validation"))


def divided(dataset: Dataset, spec: Split, seed: int) -> Parts:
    """Return the rows of each part: by files, else by group, by time, or by class."""
    if dataset.lengths is not None:
        return by_file(dataset.lengths)
    if dataset.groups is not None:
        return by_group(dataset.groups, spec, seed)
    if dataset.times is None:
        return by_class(strata(dataset), spec, seed)
    parts = by_time(dataset.times, spec)
    return parts if dataset.begins is None else apart(parts, dataset.times, dataset.begins)


def strata(dataset: Dataset) -> Codes:
    """Return the class of each row, or its set of labels, as a code; zeros for values, and targets at positions."""
    if dataset.task == "multilabel":
        return np.unique(dataset.y, axis=0, return_inverse=True)[1].reshape(-1)
    return dataset.y if dataset.classes and not dataset.steps else np.zeros(len(dataset), np.int64)


# By class


def by_class(codes: Codes, spec: Split, seed: int) -> Parts:
    """Return the sorted rows of each part, drawn class by class; empty parts are left out.

    Classes keep their shares by the method of largest remainders, so that each part has exactly its share of all
    rows, rounded, and each class in a part is less than one row off its own. A class of few rows goes to the training
    set first: every class has a row there, even where another part gets less than its share.
    """
    sizes = np.bincount(codes)
    rank = ranks_in_class(codes, sizes, words(len(codes), seed))
    room = [max(size - 1, 0) for size in sizes.tolist()]
    tests = apportion(sizes.tolist(), exact(spec.test), room)
    room = [free - taken for free, taken in zip(room, tests, strict=True)]
    validations = apportion(sizes.tolist(), exact(spec.validation), room)
    test, validation = (np.array(counts, np.int64)[codes] for counts in (tests, validations))
    parts = {
        "train": rank >= test + validation,
        "validation": (rank >= test) & (rank < test + validation),
        "test": rank < test,
    }
    return {name: np.flatnonzero(chosen) for name, chosen in parts.items() if chosen.any()}


def ranks_in_class(codes: Codes, sizes: Codes, random: Words) -> Codes:
    """Return the rank of each row within its class, from 0, in random order."""
    order = np.lexsort((random, codes))
    rank = np.empty(len(codes), np.int64)
    rank[order] = np.arange(len(codes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rank


def apportion(sizes: Sequence[int], share: Fraction, room: Sequence[int]) -> list[int]:
    """Return whole numbers, none above its room, that sum to the share of all sizes.

    Largest remainders: each gets the whole part of its share; what is missing to the rounded total goes, one each, to
    the largest fractions, then to those with the most room (Hamilton, 1792).
    """
    shares = [size * share for size in sizes]
    counts = [min(int(part), free) for part, free in zip(shares, room, strict=True)]
    missing = int(sum(sizes) * share + Fraction(1, 2)) - sum(counts)
    order = sorted(range(len(sizes)), key=lambda i: (int(shares[i]) - shares[i], -room[i], i))
    while missing > 0 and (takers := [i for i in order if counts[i] < room[i]]):
        for i in takers[:missing]:
            counts[i] += 1
        missing -= len(takers[:missing])
    return counts


# By group, by time and by file


def by_group(groups: Codes, spec: Split, seed: int) -> Parts:
    """Return parts that share no group, each about its share of the rows.

    In random order each group goes to the test set, then to the validation set, where it still fits, else to the
    training set; one group more is added where that comes nearer. Each part has a group: DataError for too few groups.
    """
    return group_parts(groups, {"test": spec.test, "validation": spec.validation}, words(len(groups), seed))


def group_parts(groups: Codes, shares: Mapping[str, float], order: Words) -> Parts:
    """Return parts of whole groups, taken in the order of their words; the rest is "train"."""
    sizes = np.bincount(groups)
    free = sorted(np.flatnonzero(sizes).tolist(), key=order.__getitem__)
    wanted = {name: half_up(len(groups), share) for name, share in shares.items() if share}
    if len(free) <= len(wanted):
        count = f"{len(free)} group{'s are' if len(free) > 1 else ' is'}"
        raise DataError(f"{count} too few for {len(wanted) + 1} parts that share none")
    parts, rest = {}, np.ones(len(groups), bool)
    for index, (name, rows) in enumerate(wanted.items()):
        chosen = _groups_for(free, sizes, rows, len(free) - len(wanted) + index)
        free = [group for group in free if group not in chosen]
        inside = np.isin(groups, list(chosen))
        parts[name], rest = np.flatnonzero(inside), rest & ~inside
    return {"train": np.flatnonzero(rest), **parts}


def _groups_for(free: list[int], sizes: Codes, wanted: int, most: int) -> set[int]:
    """Choose one to `most` free groups that together have about the wanted number of rows."""
    chosen: set[int] = set()
    for group in free:
        if sizes[group] <= wanted and len(chosen) < most:
            chosen.add(group)
            wanted -= int(sizes[group])
    others = [group for group in free if group not in chosen]
    if len(chosen) < most:
        nearest = min(others, key=lambda group: abs(int(sizes[group]) - wanted))
        if not chosen or abs(int(sizes[nearest]) - wanted) < wanted:
            chosen.add(nearest)
    return chosen


def by_time(times: Floats, spec: Split) -> Parts:
    """Return the latest rows as the test set, and those before them as the validation set.

    The borders are those between two times that are nearest to the shares. Raises DataError for too few different
    times.
    """
    order = np.argsort(times, kind="stable")
    edges = time_edges(times[order])
    wanted = bool(spec.test) + bool(spec.validation)
    if len(edges) < wanted:
        raise DataError(f"{len(edges) + 1} different times are too few for {wanted + 1} parts one after the other")
    test = validation = len(times)
    if spec.test:
        test = nearest_edge(edges[int(wanted == 2) :], test - half_up(len(times), spec.test))
        validation = test
    if spec.validation:
        validation = nearest_edge(edges[edges < test], test - half_up(len(times), spec.validation))
    parts = {"train": order[:validation], "validation": order[validation:test], "test": order[test:]}
    return {name: np.sort(rows) for name, rows in parts.items() if len(rows)}


def apart(parts: Parts, times: Floats, begins: Floats) -> Parts:
    """Return parts by time without the rows that begin before all of the part before them has ended."""
    found, end = Parts(), -np.inf
    for name, rows in parts.items():
        found[name] = rows[begins[rows] > end]
        end = times[rows].max()
    return found


def time_edges(ordered: Floats) -> Rows:
    """Return the positions in ascending times at which another time begins."""
    return np.flatnonzero(ordered[1:] != ordered[:-1]) + 1


def nearest_edge(edges: Rows, wanted: int) -> int:
    """Return the edge nearest to a position; the earlier of two."""
    return int(edges[np.argmin(np.abs(edges - wanted))])


def by_file(lengths: Mapping[str, int]) -> Parts:
    """Return the parts of files that were read one after the other, given the rows of each file."""
    ends = np.cumsum(list(lengths.values())).tolist()
    return {name: np.arange(end - lengths[name], end) for name, end in zip(lengths, ends, strict=True)}


# What splits and cross-validations share


def words(count: int, seed: int, *key: int) -> Words:
    """Return random words of 64 bits by which rows or groups are ordered."""
    return np.asarray(stream(seed, "split", *key).bit_generator.random_raw(count))


def half_up(rows: int, share: float) -> int:
    """Return the share of a number of rows, rounded."""
    return int(rows * exact(share) + Fraction(1, 2))


def exact(share: float) -> Fraction:
    """Return a share as the decimal that was written: 0.1 is one tenth, which no float is."""
    return Fraction(repr(share))


def filled(parts: Parts, wanted: Collection[str], total: int, where: str = "", hint: str | None = None) -> Parts:
    """Return the parts that have rows; raises DataError where a wanted part has too few."""
    found = {name: rows for name, rows in parts.items() if len(rows)}
    train = len(found.get("train", ()))
    if train < LEAST:
        left = f"the train part{where} gets {'one' if train else 'none'} of {total} rows; training needs at least two"
        raise DataError(left, hint)
    for name in wanted:
        if name not in found:
            raise DataError(f"the {name} part{where} gets none of {total} rows", hint)
    return found


def try_specs(attempt: Callable[[S], T], spec: S, others: Iterable[S], key: str, options: tuple[str, ...]) -> T:
    """Call `attempt` with a spec; the hint of its DataError is the first other spec that works."""
    try:
        return attempt(spec)
    except DataError as error:
        hint = f"take {key} out" if error.hint is None else error.hint
        for other in others if error.hint is None else ():
            with suppress(DataError):
                attempt(other)
                shown = [name for name in type(other).model_fields if name in {*options, *other.model_fields_set}]
                hint = f"write {key}: {{{', '.join(f'{name}: {getattr(other, name):g}' for name in shown)}}}"
                break
        refused = DataError(error.message, hint)
        refused.key = key
        raise refused from None
