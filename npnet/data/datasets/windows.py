"""The dataset `windows`: the last rows of a table in order of time, and the target some rows later."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator
from typing_extensions import override

from npnet.data.columns import Column, Frame
from npnet.data.columns.schema import ColumnSchema, ReadOptions, Schema
from npnet.data.datasets import Dataset, Source, datasets, refuse_few_rows
from npnet.data.datasets.roles import group_codes, row_times, row_weights
from npnet.data.datasets.table import ClassName, Name
from npnet.data.datasets.targets import Target, TargetTask, find, with_target
from npnet.data.readers.data_file import STDIN, STDIN_NAME
from npnet.data.readers.reading import ReadFrame, read_frame, refuse_missing
from npnet.data.windows.cutting import Ordered, RowWindows, refuse_no_window, require_memory
from npnet.data.windows.samples import positions_frame
from npnet.data.windows.times import Times, calendar_column, calendar_name, column_texts
from npnet.errors import DataError, OptionError
from npnet.text import as_yaml, plural, quoted

NameList = Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
Count = Annotated[int, Field(ge=1, le=10**6)]
Parts = Annotated[tuple[Literal["month", "weekday", "hour"], ...], Field(strict=False)]
WHERE = "dataset.windows"
SERIES, TIME = "series", "time"  # the marks of a sample: columns of its prediction


@dataclass(frozen=True, eq=False)
class CutRows:
    """The rows of a table in their order, and the windows that are cut from them.

    `notes` report series that are too short, and odd times.
    """

    frame: Frame
    times: Times | None
    group: Column | None
    ordered: Ordered
    windows: RowWindows
    notes: tuple[str, ...]

    def samples(self, features: tuple[str, ...], horizon: int) -> Frame:
        """Return a row for each window, with the columns of all its rows, and the time that it is to predict."""
        marks: dict[str, NDArray[np.object_]] = {}
        if self.group is not None:
            marks[SERIES] = column_texts(self.group, self.windows.last)
        if self.times is not None:
            marks[TIME] = self.times.texts_ahead(self.windows, self.ordered, horizon)
        chosen = Frame({name: self.frame.columns[name] for name in features}, self.frame.rows)
        return positions_frame(chosen, self.windows, marks)


@datasets.add("windows")
class WindowsOfTable(ReadOptions, Source):
    """Windows of a table in order of time: a forecast from the last rows and their targets.

    The columns of a row become the features of a position, as a table's become inputs; the column of time is none of
    them. The test set are the windows with the latest targets, the validation set those before: no row of a training
    window, nor its target, is as late as they are. Rows of equal times keep the order of the file.
    """

    path_options: ClassVar[tuple[str, ...]] = ("path",)

    target: Name = Field(description="The column to predict, whose earlier values are features too.")
    window: Count = Field(description="How many rows a prediction is made from.")
    horizon: Count = Field(1, description="How many rows after the last one of the window the target is.")
    stride: Count = Field(1, description="How many rows after another a window begins, in training and scoring.")
    time: Name | NameList | None = Field(
        None, description="The column that orders the rows, or several, as [day, hour]; default: the order of the file."
    )
    group: Name | None = Field(None, description="A column of groups: several series, which no window crosses.")
    calendar: Parts = Field(
        (), description="Parts of a time of dates to add as features: month, weekday, hour, one-hot."
    )
    task: TargetTask | None = Field(
        None, description="What the target is, where the rule of `table` would take it for another."
    )
    positive_class: ClassName | None = Field(None, description="Which of two classes is class 1.")
    drop_rows: bool = Field(False, description="Leave out windows whose target is missing, instead of refusing them.")
    weight: Name | None = Field(None, description="A column of weights: how much a window with this target counts.")

    @model_validator(mode="after")
    def _roles_do_not_meet(self) -> Self:
        named = [self.target, *self.roles, *self.left_out]
        if twice := next((name for name, count in Counter(named).items() if count > 1), None):
            raise ValueError(f'"{twice}" has two roles among target, weight, group, time, id and drop')
        if self.group is not None and self.time is None:
            what = "group divides the rows into series, whose order needs a column of time"
            raise OptionError("group", what, "write time: COLUMN, or take group out")
        if self.calendar and self.time is None:
            raise OptionError("calendar", "calendar takes parts of the time, and there is none", "write time: COLUMN")
        return self

    @property
    def times(self) -> tuple[str, ...]:
        """The columns that order the rows."""
        return (self.time,) if isinstance(self.time, str) else self.time or ()

    @property
    def added(self) -> dict[str, Literal["month", "weekday", "hour"]]:
        """The columns that `calendar` adds, and the part of dates that each is."""
        return {calendar_name(self.times[0], part): part for part in self.calendar}

    @property
    def marks(self) -> tuple[str, ...]:
        """The columns that tell predictions apart: the series and the time that each is for."""
        return tuple(name for name, given in ((SERIES, self.group), (TIME, self.time)) if given is not None)

    @property
    def roles(self) -> tuple[str, ...]:
        """The columns that are no features, nor the target: only the first of several columns of time is one."""
        return (*self.times[:1], *(name for name in (self.weight, self.group) if name is not None))

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        return self.dataset(*self.read(base))

    def read(self, base: Path) -> tuple[ReadFrame, Schema]:
        """Read the file, with all columns that are not dropped."""
        frame, schema = read_frame(self, base)
        refuse_missing((self.target, *self.times, *self.roles), tuple(frame.columns), self._file)
        return frame, schema

    @property
    def _file(self) -> str:
        return STDIN_NAME if self.path == STDIN else self.path

    def dataset(self, frame: ReadFrame, schema: Schema) -> Dataset:
        """Return the dataset of rows that were read."""
        frame = self.with_calendar(frame)
        cut = self.cut(frame, self._file)
        target = Target.infer(frame, (self.target,), self.task, self.positive_class)
        cut, lacking = self.with_targets(cut)
        refuse_few_rows(len(cut.windows))
        ahead = frame.take(cut.windows.ahead)
        left = (f"left out {plural(lacking, 'window')} without a target",) if lacking else ()
        when = cut.windows.ahead.astype(np.float64) if cut.times is None else cut.times.ranks[cut.windows.ahead]
        return Dataset(
            frame=cut.samples(self.features(tuple(frame.columns)), self.horizon),
            y=target.encode(ahead),
            task=target.task,
            targets=(self.target,),
            classes=target.class_names,
            weight=None if self.weight is None else row_weights(find(ahead, self.weight), ahead.rows),
            times=when,
            schema=self._with_added(schema),
            notes=(*frame.notes, *cut.notes, *left),
            positions=(self.window,),
        )

    def features(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Return the columns of a table that are features, the target among them."""
        return tuple(name for name in columns if name not in self.roles)

    def cut(self, frame: Frame, file: str, learned: bool = False, newest: bool = False) -> CutRows:
        """Return the windows of rows that were read, of predictions by a `learned` network the `newest` too.

        Raise DataError for times that are none, and where there are too few rows for one window.
        """
        columns = [numbered(find(frame, name).loaded()) for name in self.times]
        values = [row_times(column, frame.rows, WHERE) for column in columns]
        group = None if self.group is None else find(frame, self.group).loaded()
        ordered = Ordered.of(len(frame), values, None if group is None else group_codes(group, frame.rows))
        short = refuse_no_window(ordered, self.window, 0 if newest else self.horizon, file, learned)
        require_memory(ordered, self.window, 1 if newest else self.stride, 0 if newest else len(frame.columns))
        windows = ordered.windows(self.window, self.horizon, 1 if newest else self.stride, newest)
        times = Times(columns) if columns else None
        odd = [] if times is None else times.notes(frame, ordered, group is not None)
        return CutRows(frame, times, group, ordered, windows, (*short, *odd))

    def with_calendar(self, frame: ReadFrame) -> ReadFrame:
        """Return rows with the parts of their time as columns, if `calendar` adds them."""
        if not self.calendar:
            return frame
        time = find(frame, self.times[0])
        if time.kind != "datetime":
            what = f"calendar takes parts of dates, and the time column {quoted(time.name)} is {time.content}"
            raise DataError(what, f"take calendar out; datetime: {{{as_yaml(time.name)}: FORM}} reads dates")
        parts = {name: calendar_column(time, part) for name, part in self.added.items()}
        if twice := next((name for name in parts if name in frame.columns), None):
            raise DataError(f"the table has a column {quoted(twice)} already", "take that part out of calendar")
        return replace(frame, columns={**frame.columns, **parts})

    def _with_added(self, schema: Schema) -> Schema:
        """Return a schema with the columns of the calendar, which a run knows although no file has them."""
        added = tuple(ColumnSchema(name=name, kind="category") for name in self.added)
        return schema.model_copy(update={"columns": (*schema.columns, *added)}) if added else schema

    def with_targets(self, cut: CutRows) -> tuple[CutRows, int]:
        """Return the windows whose target is known, and how many others `drop_rows` leaves out."""
        if not self.drop_rows:
            return cut, 0
        has = np.isin(cut.windows.ahead, with_target(cut.frame, (self.target,)))
        return replace(cut, windows=cut.windows.take(has)), int(np.count_nonzero(~has))


def numbered(column: Column) -> Column:
    """Return a column of categories that are all numbers, such as hours, as numbers; another as it is."""
    if column.kind != "category":
        return column
    try:
        numbers = np.array([*map(float, column.levels), np.nan])
    except ValueError:
        return column
    return Column(column.name, "number", numbers[column.values])
