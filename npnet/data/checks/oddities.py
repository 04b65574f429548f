"""Oddities of values: texts spelled in two ways, skewed targets, counts taken for classes, rows in two sets."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import MISSING, Column, Frame, Rows, looks_like_data, looks_like_identifier
from npnet.data.datasets import Dataset
from npnet.data.datasets.targets import Target
from npnet.text import plural, quoted

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]

MOST_TEXTS = 100_000  # distinct texts of a column that are compared
FEWEST = 30  # rows: of fewer a shape says little
SKEWED = 2.0  # skewness of a target with a long tail
COUNTS = 4  # classes, 0 included, that may be counts
TAIL = 0.25  # rows of the last class of counts, as a share of those of the commonest
ENOUGH = 50_000  # rows for the shares of values
CHANCE = 2.0  # test rows that are in another set too are a finding from this many times those by chance
FIRST_ROWS = 20  # that are compared with the header
DIGIT = re.compile(r"\d")
ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: spreads whole numbers over all words

FindingKind = Literal[
    "target",
    "header",
    "empty",
    "constant",
    "identifier",
    "copy",
    "predictor",
    "spelling",
    "units",
    "skew",
    "counts",
    "rare class",
    "balance",
    "rows",
    "repeated",
    "reading",
]


@dataclass(frozen=True)
class Finding:
    """An oddity of a table: its kind, the columns that it is about, and a message."""

    fault: FindingKind
    columns: tuple[str, ...]
    message: str


def oddities(frame: Frame, target: Target, y: NDArray[Any], settled: Collection[FindingKind] = ()) -> list[Finding]:
    """Find oddities of the names and texts of a table, and of its target (rows, targets)."""
    found = [*header_of_values(frame), *spellings(frame.columns.values()), *mixed_units(frame.columns.values())]
    if target.task == "regression":
        found += skewed(target.names, y)
    if target.task == "multiclass":
        found += counts_as_classes(target.names[0], class_counts(target, y)[target.names[0]])
    return [finding for finding in found if finding.fault not in settled]


def class_counts(target: Target, y: NDArray[Any]) -> dict[str, dict[str, int]]:
    """Return the number of rows of each class by target, given classes as codes (rows, targets)."""
    counts = {}
    for index, classes in enumerate(target.classes):
        rows = np.bincount(y[:, index], minlength=len(classes)).tolist()
        counts[target.names[index]] = dict(zip(classes, rows, strict=True))
    return counts


def spellings(columns: Iterable[Column]) -> list[Finding]:
    """Find columns of texts that differ only in case or blanks."""
    found = []
    for column in columns:
        if column.kind != "category" or len(column.levels) > MOST_TEXTS or looks_like_identifier(column):
            continue
        counts, same = column.level_counts(), defaultdict(list)
        for text in counts:
            same["".join(text.casefold().split())].append(text)
        twice = [texts for texts in same.values() if len(texts) > 1]
        if twice:
            most = max(twice, key=lambda texts: sum(counts[text] for text in texts))
            first, second = sorted(most, key=lambda text: (-counts[text], text))[:2]
            what = f"{quoted(column.name)} has texts that differ only in case or blanks, such as {quoted(first)} "
            what += f"({plural(counts[first], 'row')}) and {quoted(second)} ({counts[second]}): "
            what += "they are different categories"
            found.append(Finding("spelling", (column.name,), what))
    return found


def mixed_units(columns: Iterable[Column]) -> list[Finding]:
    """Find columns of texts that are numbers with different units, such as 12k and 3.4M."""
    found, texts = [], [column for column in columns if 1 < len(column.levels) <= MOST_TEXTS]
    for column in (column for column in texts if any(map(DIGIT.search, column.levels))):
        from npnet.data.sniffing.numbers import several_units

        if pair := several_units(column.level_counts()):
            what = f"{quoted(column.name)} is text, such as {quoted(pair[0])} and {quoted(pair[1])}: write its values "
            found.append(Finding("units", (column.name,), f"{what}in one unit, and they are numbers"))
    return found


def skewed(names: Sequence[str], y: Floats) -> list[Finding]:
    """Find positive targets (rows, targets) of a regression with a long tail that a transform makes short.

    The transform is for all targets, so all must accept it. Whole numbers from 0 may be counts.
    """
    if len(y) < FEWEST or (y < 0).any():
        return []
    transform, values = ("log", np.log(y)) if (y > 0).all() else ("square_root", np.sqrt(y))
    found = []
    for name, before, after in zip(names, y.T, values.T, strict=True):
        skew = skewness(before)
        if skew > SKEWED and transform != "log" and (before == np.floor(before)).all():
            what = f"the target {quoted(name)} is whole numbers from 0 with a long tail (skewness {skew:.1f})"
            found.append(Finding("counts", (name,), f"{what}: if they are counts, write task: counts"))
        elif skew > SKEWED and abs(skewness(after)) < skew / 2:
            sign = "is positive" if transform == "log" else "is never negative"
            what = f"the target {quoted(name)} {sign} and has a long tail (skewness {skew:.1f})"
            found.append(Finding("skew", (name,), f"{what}; target_transform: {transform} may help"))
    return found


def skewness(values: Floats) -> float:
    """Return the mean cube of standardised values; 0 for equal ones."""
    with np.errstate(all="ignore"):
        deviation = values.std()
        found = float(np.mean(((values - values.mean()) / deviation) ** 3)) if deviation else 0.0
    return found if np.isfinite(found) else 0.0


def counts_as_classes(name: str, classes: Mapping[str, int]) -> list[Finding]:
    """Find a target whose classes are 0, 1, 2, ... with one peak and a falling tail, as counts have."""
    rows = np.array(list(classes.values()))
    if len(rows) < COUNTS or list(classes) != list(map(str, range(len(rows)))) or rows.sum() < FEWEST:
        return []
    steps = np.diff(rows)
    peak = int(np.argmax(rows))
    noise = 2 * np.sqrt(rows[:-1] + rows[1:])
    if (steps[:peak] < -noise[:peak]).any() or (steps[peak:] > noise[peak:]).any() or rows[-1] > TAIL * rows[peak]:
        return []
    what = f"the {len(rows)} classes of the target {quoted(name)} are 0 to {len(rows) - 1}, most of them small"
    return [Finding("counts", (name,), f"{what}: if they are counts, write task: counts")]


def header_of_values(frame: Frame) -> list[Finding]:
    """Find a header whose names are values like those below it."""
    cells: list[list[str]] = []
    for column in frame.columns.values():
        values = column[:FIRST_ROWS].tolist()
        if column.kind == "category":
            cells.append(["" if code == MISSING else column.levels[code] for code in values])
        else:
            cells.append(["" if np.isnan(value) else f"{value:g}" for value in values])
    rows = [list(frame.columns), *map(list, zip(*cells, strict=True))]
    if not looks_like_data(rows):
        return []
    what = f"the header looks like a row: its names are values such as {quoted(next(iter(frame.columns)))}"
    return [Finding("header", (), f"{what}; header: false reads it as one")]


def repeated_in_test(dataset: Dataset, parts: Mapping[str, NDArray[np.int64]]) -> list[Finding]:
    """Find rows of the test set that equal a row of the other sets in every feature and the target.

    Tables of few columns of few values have such rows by chance: these are no finding.
    """
    if "test" not in parts or dataset.groups is not None:
        return []
    hashes = _hashes(dataset)
    others = np.concatenate([rows for name, rows in parts.items() if name != "test"])
    count = int(np.isin(hashes[parts["test"]], hashes[others]).sum())
    if not count or count < CHANCE * _repeated_by_chance(dataset, parts["test"], others):
        return []
    what = f"{count} of {len(parts['test'])} test rows equal{'s' * (count == 1)} a training or validation row"
    group = "" if dataset.schema is None else ", or write group: COLUMN to keep them in one set"
    hint = f"if they are the same cases, test scores are too good: drop the copies{group}"
    return [Finding("repeated", (), f"{what} in every column; {hint}")]


def _repeated_by_chance(dataset: Dataset, rows: Rows, others: Rows) -> float:
    """Return how many of some rows equal one of the others where no column depends on another: 1 - (1 - p)^n each."""
    logs = np.zeros(len(rows))
    seen = others[:: max(1, len(others) // ENOUGH)]
    for values in _values(dataset):
        codes, counts = np.unique(_comparable(values[seen]), return_counts=True)
        here = _comparable(values[rows])
        places = np.minimum(np.searchsorted(codes, here), len(codes) - 1)
        logs += np.log(np.where(codes[places] == here, counts[places], 0.5) / len(seen))
    return float(-np.expm1(len(others) * np.log1p(-np.minimum(np.exp(logs), 0.999))).sum())


def spans(dataset: Dataset, parts: Mapping[str, NDArray[np.int64]], time: str) -> dict[str, tuple[str, str]]:
    """Return the first and the last time of each set, dates in ISO 8601."""
    if dataset.times is None:
        return {}
    if (texts := dataset.frame.marks.get(time)) is not None:
        each = ((name, rows[np.argsort(dataset.times[rows], kind="stable")]) for name, rows in parts.items())
        return {name: (texts[rows[0]], texts[rows[-1]]) for name, rows in each}
    kinds = {} if dataset.schema is None else {one.name: one.kind for one in dataset.schema.columns}
    found = {}
    for name, rows in parts.items():
        times = dataset.times[rows]
        ends = [float(times.min()), float(times.max())]
        found[name] = tuple(_date(value) if kinds.get(time) == "datetime" else f"{value:g}" for value in ends)
    return found  # type: ignore[return-value]


def _date(seconds: float) -> str:
    return str(np.datetime64(int(seconds), "s")).removesuffix("T00:00:00")


def _values(dataset: Dataset) -> Iterator[NDArray[Any]]:
    """Yield the values of each feature and each target."""
    yield from (column.values for column in dataset.frame.columns.values())
    yield from dataset.y.reshape(len(dataset), -1).T


def _comparable(values: NDArray[Any]) -> Floats:
    """Return numbers that are equal, bit by bit, where values are: gaps are one number, and so are 0 and -0."""
    return np.nan_to_num(values.astype(np.float64), nan=-0.5e300) + 0.0


def _hashes(dataset: Dataset) -> Words:
    """Return a hash of 64 bits of the features and targets of each row."""
    words = np.zeros(len(dataset), np.uint64)
    for values in _values(dataset):
        words = (words ^ _comparable(values).view(np.uint64)) * ODD
        words = words ^ (words >> np.uint64(29))
    return words
