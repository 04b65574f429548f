"""Labels that share a cell: a target such as `rock;jazz` becomes a column of 0 and 1 for each of its labels.

Blanks around labels are dropped, a label that a cell repeats counts once, and a cell of delimiters alone has no label.
An empty cell is a row without a target, as everywhere.
"""

from collections.abc import Mapping
from itertools import compress

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Column, Frame
from npnet.data.columns.schema import LabelColumn
from npnet.data.columns.spill_file import TranslatedCodes
from npnet.data.datasets.targets import find, in_order
from npnet.data.sniffing.tags import tags_of
from npnet.errors import DataError
from npnet.text import listed, quoted

TAKE_OUT = "take label_delimiter out"


def labels_of(frame: Frame, name: str, delimiter: str) -> LabelColumn:
    """Return the labels of a target; raise DataError where they are no labels, or have the names of columns."""
    column, target = find(frame, name), f"the target {quoted(name)}"
    if column.kind != "category":
        raise DataError(f"{target} is {column.content}, not text that label_delimiter divides", TAKE_OUT)
    if not any(delimiter in text for text in column.levels):
        other = tags_of(column.level_counts())
        hint = f"write label_delimiter: {quoted(other[0])}" if other else TAKE_OUT
        raise DataError(f"no cell of {target} holds {quoted(delimiter)}, its label_delimiter", hint)
    each = [_labels(text, delimiter) for text in column.levels]
    labels = in_order(set().union(*each))
    if len(labels) < 2:
        raise DataError(f"{target} has {len(labels)} label{'s' * (not labels)}, and needs two or more", TAKE_OUT)
    if common := set.intersection(*each):
        what = f"every row of {target} has the label {quoted(min(common))}"
        raise DataError(what, "there is nothing to learn; take this label out of the file")
    if clashes := [label for label in labels if label in frame.columns and label != name]:
        what = f"{quoted(clashes[0])} is a label of {target}, and the name of a column too"
        raise DataError(what, f"write drop: [{', '.join(map(quoted, clashes))}], or rename the column")
    return LabelColumn(column=name, delimiter=delimiter, labels=labels)


def label_columns(frame: Frame, known: LabelColumn) -> dict[str, Column]:
    """Return the columns of a frame with a column of 0 and 1 for each label in place of the target, NaN where empty.

    Raise DataError for a label that is not known.
    """
    target = frame.columns[known.column]
    each = [_labels(text, known.delimiter) for text in target.levels]
    codes = [code for code, labels in enumerate(each) if labels - set(known.labels)]
    values = target.values
    unknown = np.flatnonzero(np.isin(values, codes))
    if len(unknown):
        label = min(each[values[unknown[0]]] - set(known.labels))
        what = f"row {frame.rows[unknown[0]]}: the target {quoted(known.column)} has the label {quoted(label)}"
        raise DataError(f"{what}, which training never saw", f"the labels are: {listed(known.labels)}")
    columns = {}
    for name, column in frame.columns.items():
        if name != known.column:
            columns[name] = column
            continue
        for label in known.labels:
            table = np.array([*(label in labels for labels in each), np.nan], np.float64)
            columns[label] = Column(label, "number", TranslatedCodes(column.stored, table), rows=column.rows)
    return columns


def refuse_empty(frame: Frame, known: LabelColumn) -> None:
    """Raise DataError where a row has no target."""
    gaps = np.flatnonzero(frame.columns[known.labels[0]].missing)
    if len(gaps):
        count = f"{len(gaps)} row{'s' * (len(gaps) > 1)}"
        what = f"the target {quoted(known.column)} is empty in {count}, first in row {frame.rows[gaps[0]]}"
        none = f"a cell of {quoted(known.delimiter)} alone has no label"
        raise DataError(what, f"write drop_rows: true, which leaves such rows out; {none}")


def joined_labels(known: LabelColumn, predictions: Mapping[str, NDArray[np.generic]]) -> NDArray[np.object_]:
    """Return the labels of each row as a cell holds them, given 0, 1 or None by label; None where they are unknown."""
    rows = np.stack([predictions[label].astype(object) for label in known.labels], axis=1).tolist()
    texts = [None if None in row else known.delimiter.join(compress(known.labels, row)) for row in rows]
    return np.array([*texts, None], object)[:-1]


def _labels(text: str, delimiter: str) -> set[str]:
    return {label for label in map(str.strip, text.split(delimiter)) if label}
