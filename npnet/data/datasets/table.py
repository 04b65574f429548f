"""The dataset `table`: a file whose columns are typed by their text and have roles."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import numpy as np
from pydantic import Field, model_validator
from typing_extensions import override

from npnet.data.columns import MISSING, Column, Frame, Stored
from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.columns.spelling import respelled
from npnet.data.columns.spill_file import ChunkedArray, TranslatedCodes
from npnet.data.datasets import Dataset, Source, datasets, refuse_few_rows
from npnet.data.datasets.roles import group_codes, row_times, row_weights
from npnet.data.datasets.targets import Target, TaskOption, find, with_target
from npnet.data.joining.specs import SELF, Aggregate, Join
from npnet.data.readers.data_file import STDIN, STDIN_NAME
from npnet.data.readers.reading import read_frame, refuse_missing
from npnet.errors import DataError, OptionError
from npnet.text import quoted

if TYPE_CHECKING:
    from npnet.data.joining.own import OwnAggregate

Name = Annotated[str, Field(strict=True, min_length=1)]
Names = Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
Joins = Annotated[tuple[Join, ...], Field(strict=False, min_length=1)]
Aggregates = Annotated[tuple[Aggregate, ...], Field(strict=False, min_length=1)]
ClassName = str | Annotated[int, Field(ge=-(10**15), le=10**15)]


@dataclass(frozen=True, eq=False)
class TableRows:
    """The rows that were read for a table, and the rows of each part that is a file of its own.

    `own` are the aggregates of the table over its own rows.
    """

    frame: Frame
    schema: Schema
    lengths: dict[str, int] | None
    notes: tuple[str, ...]
    own: "tuple[OwnAggregate, ...]" = ()


@datasets.add("table")
class Table(ReadOptions, Source):
    """Rows of a csv, parquet, xlsx or other file; columns without another role are features.

    A column is numbers where at least 90 % of its cells are, dates where they are ISO dates, else categories; an
    empty cell is missing. A target of text is classes. One of numbers is classes where they are whole and few, at
    most 2 distinct values, or at most 20 that make up no more than 5 % of the rows; else a regression. Several
    targets of two classes each are labels, others a regression. `task` decides otherwise. Rows are numbered from 1.
    """

    target: Name | Names | None = Field(
        None, description="The column to predict, or several; none where the network reproduces its inputs."
    )
    label_delimiter: Name | None = Field(
        None, description='What stands between the labels of a cell of the target: ";" makes rock;jazz two labels.'
    )
    task: TaskOption | None = Field(None, description="What the target is, where the rule would take it for another.")
    positive_class: ClassName | None = Field(None, description="Which of two classes is class 1.")
    drop_rows: bool = Field(False, description="Leave out the rows that have no target, instead of refusing them.")
    weight: str | None = Field(None, description="A column of weights: how much each row counts.")
    group: str | None = Field(None, description="A column of groups, none of which is divided between two parts.")
    time: str | None = Field(None, description="A column by which the latest rows are the test part.")
    validation: str | None = Field(None, description="A file of its own for the validation part.")
    test: str | None = Field(None, description="A file of its own for the test part.")

    join: Join | Joins | None = Field(None, description="Columns of another file, by a key; or a list of such.")
    aggregate: Aggregate | Aggregates | None = Field(
        None, description="Counts, means and the like of the rows of another file, by a key; or a list of such."
    )

    @model_validator(mode="after")
    def _roles_do_not_meet(self) -> Self:
        named = [*self.roles, *self.left_out]
        twice = next((name for name, count in Counter(named).items() if count > 1), None)
        if twice is not None:
            if named.count(twice) in (one.count(twice) for one in (self.targets, self.drop, self.id)):
                raise ValueError(f'"{twice}" is named twice')
            raise ValueError(f'"{twice}" has two roles among target, weight, group, time, id and drop')
        self._require_target()
        if self.task == "classification" and not isinstance(self.target, str):
            raise ValueError("task: classification has one target; write its name, not a list")
        if self.label_delimiter is not None:
            self._require_labels()
        return self

    def _require_target(self) -> None:
        """Raise OptionError for options that say what the target means where there is none."""
        given = [key for key in ("task", "label_delimiter", "positive_class") if getattr(self, key) is not None]
        for key in given if self.target is None else ():
            what = f"{key} is for a target, and none is named"
            raise OptionError(key, what, f"write target: COLUMN, or take {key} out")

    def _require_labels(self) -> None:
        """Raise OptionError for options that do not fit a target whose cells hold several labels."""
        if len(self.targets) > 1:
            raise OptionError("label_delimiter", "label_delimiter divides the cells of one target", "name one target")
        if self.task not in (None, "multilabel"):
            what = f"label_delimiter makes several labels, which task: {self.task} does not fit"
            raise OptionError("task", what, "take task out, or label_delimiter")
        if self.positive_class is not None:
            what = "positive_class is for two classes; label_delimiter makes several labels"
            raise OptionError("positive_class", what, "take positive_class out")

    @model_validator(mode="after")
    def _has_one_division(self) -> Self:
        if self.group is not None and self.time is not None:
            hint = "take time out to keep groups whole, or group out to test on the latest rows"
            raise OptionError("time", "a table is divided by group or by time, not by both", hint)
        files = self.own_files
        divider = next((key for key in ("group", "time") if getattr(self, key) is not None), None)
        if files and divider:
            what = f"{divider} divides no rows where the parts are files of their own"
            raise OptionError(divider, what, f"take {divider} out, or {' and '.join(files)}")
        return self

    @property
    def own_files(self) -> tuple[str, ...]:
        """The names of the parts that are files of their own, without the training set."""
        return tuple(name for name in ("validation", "test") if getattr(self, name) is not None)

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the target columns."""
        return (self.target,) if isinstance(self.target, str) else self.target or ()

    @property
    def roles(self) -> tuple[str, ...]:
        """The names of the columns that are not features."""
        return (*self.targets, *(name for name in (self.weight, self.group, self.time) if name is not None))

    @property
    def sides(self) -> tuple[Join | Aggregate, ...]:
        """The other tables, in the order in which their columns are added."""
        return tuple(
            side for one in (self.join, self.aggregate) for side in (one if isinstance(one, tuple) else (one,)) if side
        )

    @property
    @override
    def files(self) -> tuple[str, ...]:
        others = (side.path for side in self.sides if side.path != SELF)
        return tuple(path for path in (self.path, self.validation, self.test, *others) if path is not None)

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        return self.dataset(self.read(base))

    def read(self, base: Path) -> TableRows:
        """Read the file, or the files of the parts, with all columns that are not dropped."""
        if self.label_delimiter is not None:
            return self._with_labels(base, self.label_delimiter)
        if self.join or self.aggregate:
            return self._with_sides(base)
        read = self._read(base, self)
        refuse_missing(self.roles, tuple(read.frame.columns), self._file)
        return read

    def _with_labels(self, base: Path, delimiter: str) -> TableRows:
        """Read the target as text, and divide it into a column for each label."""
        (target,) = self.targets
        as_text = {"categorical": (*self.categorical, target), "label_delimiter": None}
        return divided_into_labels(self.model_copy(update=as_text).read(base), target, delimiter)

    @property
    def _file(self) -> str:
        return STDIN_NAME if self.path == STDIN else self.path

    def _read(self, base: Path, spec: ReadOptions) -> TableRows:
        """Read the file, or the files of the parts, by some options."""
        first, schema = read_frame(spec, base)
        if not self.own_files:
            return TableRows(first, schema, None, first.notes)
        frames: dict[str, Frame] = {"train": first}
        for name in self.own_files:
            other = read_frame(spec.model_copy(update={"path": getattr(self, name)}), base, schema)[0]
            frames[name] = respelled(other, {one: column.levels for one, column in first.columns.items()})
        lengths = {name: len(one) for name, one in frames.items()}
        return TableRows(joined(list(frames.values())), schema, lengths, first.notes)

    def _with_sides(self, base: Path) -> TableRows:
        """Read the file, and add the columns of other tables to it; then leave out what is dropped."""
        from npnet.data.joining.several import SideTables

        sides = SideTables.read(self.sides, self.path, base, self.time)
        read = self._read(base, sides.wanted(self))
        added = sides.added_to(read.frame, self.targets)
        names = [name for name in added.frame.columns if name not in self.left_out]
        refuse_missing(self.roles, names, self._file)
        frame = Frame({name: added.frame.columns[name] for name in names}, read.frame.rows)
        schema = read.schema.model_copy(update={"sides": added.sides})
        return TableRows(frame, schema, read.lengths, (*read.notes, *added.notes), added.own)

    def dataset(self, read: TableRows) -> Dataset:
        """Return the dataset of rows that were read."""
        frame, lengths, own, labels = read.frame, read.lengths, read.own, read.schema.labels
        targets = self.targets if labels is None else labels.labels
        if self.drop_rows:
            complete = with_target(frame, targets)
            frame, own = frame.take(complete), tuple(one.take(complete) for one in own)
            if lengths is not None:
                ends = np.searchsorted(complete, np.cumsum(list(lengths.values())))
                lengths = dict(zip(lengths, np.diff(ends, prepend=0).tolist(), strict=True))
        refuse_few_rows(len(frame))
        if labels is not None:
            from npnet.data.datasets.labels import refuse_empty

            refuse_empty(frame, labels)
        task = self.task if labels is None else "multilabel"
        target = Target.infer(frame, targets, task, self.positive_class)
        columns = {name: column for name, column in frame.columns.items() if name not in (*self.roles, *targets)}
        if not columns and not own:
            what = f"{quoted(self.path)} has no columns left to learn from"
            raise DataError(what, "target: and drop: name all of them")
        rows, lacking = frame.rows, len(read.frame) - len(frame)
        left = (f"left out {lacking} row{'s' * (lacking != 1)} without a target",) if lacking else ()
        return Dataset(
            frame=Frame(columns, rows),
            y=target.encode(frame),
            task=target.task,
            targets=targets,
            classes=target.class_names,
            weight=None if self.weight is None else row_weights(find(frame, self.weight), rows),
            groups=None if self.group is None else group_codes(find(frame, self.group), rows),
            times=None if self.time is None else row_times(find(frame, self.time), rows),
            lengths=lengths,
            schema=read.schema,
            notes=(*read.notes, *left),
            negatives=target.negatives,
            own=own,
        )


def divided_into_labels(read: TableRows, target: str, delimiter: str) -> TableRows:
    """Return rows with a column for each label in place of a target of texts."""
    from npnet.data.datasets.labels import label_columns, labels_of

    labels = labels_of(read.frame, target, delimiter)
    frame = Frame(label_columns(read.frame, labels), read.frame.rows)
    return replace(read, frame=frame, schema=read.schema.model_copy(update={"labels": labels}))


def joined(frames: list[Frame]) -> Frame:
    """Join tables of the same columns one below the other; rows keep their numbers."""
    columns = {}
    for name, first in frames[0].columns.items():
        parts = [frame.columns[name] for frame in frames]
        levels = tuple(dict.fromkeys(level for part in parts for level in part.levels))
        codes = {level: code for code, level in enumerate(levels)}
        chunks: list[Stored] = list(parts)
        if first.kind == "category":
            tables = [np.array([*(codes[level] for level in part.levels), MISSING], np.int32) for part in parts]
            chunks = [TranslatedCodes(part, table) for part, table in zip(parts, tables, strict=True)]
        columns[name] = Column(first.name, first.kind, ChunkedArray(tuple(chunks)), levels)
    marks = {name: np.concatenate([frame.marks[name] for frame in frames]) for name in frames[0].marks}
    return Frame(columns, np.concatenate([frame.rows for frame in frames]), marks=marks)
