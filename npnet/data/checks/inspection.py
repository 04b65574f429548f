"""The inspection of a table: the kinds and sizes of its columns, and everything that looks odd."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.checks.leakage import suspicion
from npnet.data.checks.levels import Levels, ordered_codes, repeated_rows, same_columns
from npnet.data.checks.oddities import Finding, FindingKind, class_counts, oddities
from npnet.data.columns import Frame, Kind, looks_like_identifier
from npnet.data.datasets.targets import Target, TaskOption, single_rows, with_target
from npnet.text import listed, quoted

RARE_CLASS = 10  # rows: of fewer a test part has one or two
UNBALANCED = 0.9  # share of the commonest class
COPIES = {
    "the same values": "is {other} again, value for value",
    "the same order": "rises and falls with {other} in every row",
    "the same groups": "is {other} in other words: one value for each of its values",
}


@dataclass(frozen=True)
class ColumnSummary:
    """The kind of a column, the number of its missing values and of its distinct values."""

    name: str
    kind: Kind
    missing: int
    distinct: int


@dataclass(frozen=True)
class Inspection:
    """The result of the checks; `classes` has the number of rows of each class by target."""

    rows: int
    task: str
    columns: tuple[ColumnSummary, ...]
    classes: Mapping[str, Mapping[str, int]]
    findings: tuple[Finding, ...]


def inspect(
    frame: Frame, targets: Sequence[str], task: TaskOption | None = None, settled: Collection[FindingKind] = ()
) -> Inspection:
    """Check a table of features and targets; findings of the kinds `settled` are left out.

    Rows without a target are counted, and judged by their features alone. Raises DataError only for targets that
    cannot be predicted.
    """
    target = Target.infer(frame, targets, task)
    levels = {name: Levels.of(column) for name, column in frame.columns.items()}
    features = [column for name, column in levels.items() if name not in targets]
    complete = with_target(frame, targets)
    y = target.encode(frame.take(complete)).reshape(len(complete), -1)
    classes = class_counts(target, y)
    odd = oddities(frame, target, y, settled)
    numbers = {finding.columns[0] for finding in odd if finding.fault == "units"}
    identifiers = _identifiers([column for column in features if column.column.name not in numbers])
    named = {finding.columns[0] for finding in identifiers}
    describing = [column for name, column in levels.items() if name not in named]
    lacking, copies = len(frame) - len(complete), repeated_rows(describing)
    without = f"{lacking} {_rows(lacking)} without a target; drop_rows: true leaves them out"
    repeated = f"{copies} {_rows(copies)} repeat{'s' * (copies == 1)} an earlier one in every column but identifiers"
    return Inspection(
        rows=len(frame),
        task=target.task,
        columns=tuple(ColumnSummary(name, c.column.kind, c.missing, c.distinct) for name, c in levels.items()),
        classes=classes,
        findings=(
            *([Finding("target", tuple(targets), without)] if lacking else []),
            *odd,
            *_useless(features),
            *identifiers,
            *_copies(features),
            *_predictors([c for c in features if c.column.name not in named], target, y, complete),
            *_balance(classes),
            *([Finding("rows", (), repeated)] if copies else []),
        ),
    )


def _useless(columns: Sequence[Levels]) -> list[Finding]:
    found = []
    for column in columns:
        name = column.column.name
        if column.distinct == 0:
            what = f"{quoted(name)} is empty in every row; nothing can be learned from it"
            found.append(Finding("empty", (name,), what))
        elif column.distinct == 1:
            gaps = ", where it is not missing" if column.missing else "; nothing can be learned from it"
            found.append(Finding("constant", (name,), f"{quoted(name)} is the same in every row{gaps}"))
    return found


def _identifiers(columns: Sequence[Levels]) -> list[Finding]:
    reasons = {column.column.name: looks_like_identifier(column.column) for column in columns}
    what = "{name} looks like an identifier: {why}; drop: leaves it out"
    return [
        Finding("identifier", (name,), what.format(name=quoted(name), why=why)) for name, why in reasons.items() if why
    ]


def _copies(columns: Sequence[Levels]) -> list[Finding]:
    return [
        Finding("copy", (name, other), f"{quoted(name)} {COPIES[how].format(other=quoted(other))}")
        for name, other, how in same_columns(columns)
    ]


def _predictors(
    columns: Sequence[Levels], target: Target, y: NDArray[Any], complete: NDArray[np.int64]
) -> list[Finding]:
    found = []
    for index, name in enumerate(target.names):
        classes = len(target.classes[index]) if target.classes else 0
        codes = y[:, index] if classes else ordered_codes(y[:, index])[0]  # of values only the order matters
        for column in columns:
            judged = column if len(complete) == len(column.codes) else Levels.of(column.column.take(complete))
            if judged.distinct and (why := suspicion(judged, codes, classes)):
                what = f"{quoted(column.column.name)} may be the target {quoted(name)} again: {why}"
                found.append(Finding("predictor", (column.column.name, name), what))
    return found


def _balance(counts: Mapping[str, Mapping[str, int]]) -> list[Finding]:
    found = []
    for name, classes in counts.items():
        whole = single_rows(name, classes) if set(classes.values()) == {1} else None
        found += [Finding("rare class", (name,), whole)] if whole else []
        rare = {quoted(label): rows for label, rows in classes.items() if rows < RARE_CLASS and not whole}
        if len(rare) == 1:
            ((label, rows),) = rare.items()
            found.append(
                Finding("rare class", (name,), f"the class {label} of {quoted(name)} has {rows} {_rows(rows)}")
            )
        elif rare:
            has = "has" if len(rare) == 1 else "have"
            what = f"{len(rare)} of {len(classes)} classes of {quoted(name)} {has} fewer than {RARE_CLASS} rows"
            each = listed(f"{label} {rows}" for label, rows in sorted(rare.items(), key=lambda one: one[1]))
            found.append(Finding("rare class", (name,), f"{what}: {each}"))
        commonest = max(classes, key=lambda label: classes[label])
        share = classes[commonest] / sum(classes.values())
        if share > UNBALANCED:
            what = f"{share:.1%} of the rows are {quoted(commonest)} in {quoted(name)}; class_weight: balanced may help"
            found.append(Finding("balance", (name,), what))
    return found


def _rows(count: int) -> str:
    return "row" if count == 1 else "rows"
