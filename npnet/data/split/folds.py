"""Cross-validation: folds that train on equally many rows each, and hold out others.

A stack of models trains together only on tables of equal length. So all folds have as many rows to train on, and as
many for validation, as the fold with the fewest; excess rows are left out of that fold's training, never out of the
rows that are held out. Repeat after repeat, fold after fold; the positions of each part are sorted.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from npnet.data.columns import Rows
from npnet.data.datasets import Dataset
from npnet.data.split import (
    Codes,
    Floats,
    Parts,
    Share,
    Words,
    filled,
    group_parts,
    half_up,
    nearest_edge,
    ranks_in_class,
    strata,
    time_edges,
    try_specs,
    words,
)
from npnet.errors import DataError
from npnet.spec import Spec


class Folds(Spec):
    """The number of folds and repeats, and the share of each fold that is for validation."""

    folds: int = Field(5, ge=2, le=1000, description="How many parts are held in turn.")
    repeats: int = Field(1, ge=1, le=1000, description="How often, each time divided anew.")
    validation: Share = Field(0.2, description="Share of the rows not held that chooses the best epoch.")


class Fold(NamedTuple):
    """Positions of the rows of a fold; no row is in two of its parts."""

    train: Rows
    validation: Rows
    held: Rows


def folds_of(dataset: Dataset, spec: Folds, seed: int) -> list[Parts]:
    """Return the parts of each fold of a cross-validation; held out rows are its part "test".

    Raises DataError where there are too few rows, groups or times; its hint is a cross-validation that works.
    """

    def attempt(spec: Folds) -> list[Parts]:
        wanted = ["test", *(["validation"] if spec.validation else [])]
        parts = [{"train": fold.train, "validation": fold.validation, "test": fold.held} for fold in folds(spec)]
        return [filled(part, wanted, len(dataset), " of a fold") for part in parts]

    def folds(spec: Folds) -> list[Fold]:
        if dataset.groups is not None:
            return folds_by_group(strata(dataset), dataset.groups, spec, seed)
        if dataset.times is not None:
            return folds_by_time(dataset.times, spec)
        return folds_by_class(strata(dataset), spec, seed)

    return try_specs(attempt, spec, _other_folds(spec), "cv", ("folds", "validation"))


def folds_by_class(codes: Codes, spec: Folds, seed: int) -> list[Fold]:
    """Return folds in which every class has its share; each row is held out once in each repeat.

    Held parts differ by a row at most, also in the rows of a class. Raises DataError for fewer rows than folds.
    """
    _refuse_few(len(codes), spec.folds, "row", "rows")
    found = []
    for repeat in range(spec.repeats):
        order = np.lexsort((words(len(codes), seed, repeat), codes))
        for number in range(spec.folds):
            held = order[number :: spec.folds]
            rest = np.setdiff1d(order, held)
            rest = rest[stratified(codes[rest], words(len(codes), seed, repeat, number)[rest])]
            train = len(rest) - half_up(len(rest), spec.validation)
            found.append(Fold(rest[:train], rest[train:], held))
    return _equal(found)


def folds_by_group(codes: Codes, groups: Codes, spec: Folds, seed: int) -> list[Fold]:
    """Return folds that share no group; each row is held out once in each repeat.

    Nor do their training and validation sets. Held parts are about equally large: groups go, the larger first, to the
    fold with the fewest rows. Raises DataError for fewer groups than folds, or too few to train on.
    """
    sizes = np.bincount(groups)
    _refuse_few(len(sizes), spec.folds, "group", "groups")
    found = []
    for repeat in range(spec.repeats):
        fold_of = _dealt(sizes, spec.folds, words(len(sizes), seed, repeat))[groups]
        for number in range(spec.folds):
            random = words(len(codes), seed, repeat, number)
            held, rest = np.flatnonzero(fold_of == number), np.flatnonzero(fold_of != number)
            parts = group_parts(groups[rest], {"validation": spec.validation}, random)
            train, validation = (rest[parts.get(name, [])] for name in ("train", "validation"))
            train, validation = (rows[stratified(codes[rows], random[rows])] for rows in (train, validation))
            found.append(Fold(train, validation, held))
    return _equal(found)


def folds_by_time(times: Floats, spec: Folds) -> list[Fold]:
    """Return folds that are scored on later rows: the later half of the rows, fold after fold.

    Each trains on the rows just before its own, as many as the first has: a window of half of the rows, whose latest
    are for validation. Rows of one time stay together. Raises DataError for too few different times, and for repeats,
    which would all be the same.
    """
    if spec.repeats > 1:
        raise DataError("folds by time are the same in every repeat")
    order = np.argsort(times, kind="stable")
    edges = time_edges(times[order])
    _refuse_few(len(edges), spec.folds + bool(spec.validation), "change of time", "changes of time")
    starts = _starts(edges, len(times), spec)
    window = half_up(starts[0], spec.validation)
    middles = [nearest_edge(edges[edges < start], start - window) if window else start for start in starts]
    train = min(middles)
    validation = min(start - middle for start, middle in zip(starts, middles, strict=True))
    found = []
    for middle, start, end in zip(middles, starts, [*starts[1:], len(times)], strict=True):
        parts = (order[middle - train : middle], order[start - validation : start], order[start:end])
        found.append(Fold(*map(np.sort, parts)))
    return found


def stratified(codes: Codes, random: Words) -> Rows:
    """Return positions in an order whose every beginning has about its share of every class.

    The row of rank r among the n rows of its class stands at (r + 1/2) / n; equal positions are in random order.
    """
    sizes = np.bincount(codes)
    rank = ranks_in_class(codes, sizes, random)
    return np.lexsort((random, (2 * rank + 1) / (2 * sizes[codes])))


def _other_folds(spec: Folds) -> Iterator[Folds]:
    """Yield cross-validations to try instead, the most similar first."""
    for repeats in dict.fromkeys((spec.repeats, 1)):
        for folds in dict.fromkeys((spec.folds, 5, 3, 2)):
            for validation in dict.fromkeys((spec.validation, 0.2, 0.0)):
                repeated = {"repeats": repeats} if repeats > 1 else {}
                if folds <= spec.folds:
                    yield Folds(folds=folds, validation=validation, **repeated)


def _equal(folds: list[Fold]) -> list[Fold]:
    """Cut the folds to as many rows in each part as the smallest has, the first of their order."""
    train, validation = (min(len(fold[part]) for fold in folds) for part in (0, 1))
    return [
        Fold(np.sort(fold.train[:train]), np.sort(fold.validation[:validation]), np.sort(fold.held)) for fold in folds
    ]


def _dealt(sizes: NDArray[np.int64], folds: int, random: Words) -> Codes:
    """Return the fold of each group; groups of similar size come in random order."""
    powers = np.frexp(sizes)[1]
    fold_of = np.empty(len(sizes), np.int64)
    rows = [0] * folds
    for group in np.lexsort((random, -powers)).tolist():
        emptiest = rows.index(min(rows))
        fold_of[group] = emptiest
        rows[emptiest] += int(sizes[group])
    return fold_of


def _starts(edges: Rows, rows: int, spec: Folds) -> list[int]:
    """Return where each held part begins in the order of time, at borders between two times."""
    half = rows - rows // 2
    starts: list[int] = []
    for number in range(spec.folds):
        earlier = starts[-1] if starts else int(edges[0]) if spec.validation else 0
        later = edges[edges > earlier]
        room = later[: len(later) - (spec.folds - 1 - number)]
        if not len(room):
            raise DataError("too few different times in the later half of the rows for these folds")
        starts.append(nearest_edge(room, half + rows // 2 * number // spec.folds))
    return starts


def _refuse_few(count: int, folds: int, one: str, several: str) -> None:
    few = f"{count} {one} is" if count == 1 else f"{count} {several} are"
    if count < folds:
        raise DataError(f"{few} too few for {folds} folds")
