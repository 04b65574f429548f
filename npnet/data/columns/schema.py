"""Options for reading a table, and the schema by which other tables are read the same way."""

from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from npnet.data.columns import Kind
from npnet.data.columns.number_style import NumberStyle
from npnet.data.columns.value_parsers import ANY_FORM
from npnet.spec import Spec

Function = Literal["count", "mean", "sum", "min", "max", "last"]
NO_DELIMITERS = "\"'\r\n\0+-._"
DURATION = "duration"  # the form of a column of numbers that is read from durations


def _known(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        raise ValueError(f'there is no encoding "{name}"; latin-1, cp1252 and utf-16 are some') from None
    return name


def _one_of(signs: str, message: str) -> Callable[[str], str]:
    def check(sign: str) -> str:
        if len(sign) != 1 or sign not in signs:
            raise ValueError(message)
        return sign

    return check


def _delimiter(sign: str) -> str:
    sign = "\t" if sign == "\\t" else sign  # as a shell passes it
    if len(sign) != 1 or not sign.isascii() or sign.isalnum() or sign in NO_DELIMITERS:
        raise ValueError('a delimiter is one sign such as ";" or "|"; in double quotes "\\t" is a tab')
    return sign


Encoding = Annotated[str, AfterValidator(_known)]
Delimiter = Annotated[str, AfterValidator(_delimiter)]
Quote = Annotated[str, AfterValidator(_one_of("\"'", "a quote is \" or '"))]
Decimal = Annotated[str, AfterValidator(_one_of(".,", 'a decimal sign is "." or ","'))]
Thousands = Annotated[str, AfterValidator(_one_of(",. '", 'thousands are separated by ",", ".", " " or "\'"'))]
Sheet = Annotated[int, Field(strict=True, ge=1, le=10**6)] | Annotated[str, Field(strict=True, min_length=1)]
Query = Annotated[str, Field(strict=True, min_length=1)]
Text = Annotated[str, Field(strict=True)]
Filled = Annotated[str, Field(strict=True, min_length=1)]
Names = Annotated[tuple[Text, ...], Field(strict=False)]
Number = Annotated[int, Field(strict=True)] | Annotated[float, Field(strict=True, allow_inf_nan=False)]
Values = Annotated[tuple[Text | Number, ...], Field(strict=False)]
Ranks = Annotated[tuple[Text | Number, ...], Field(strict=False, min_length=2)] | dict[Text, Number]


class Layout(Spec):
    """How the text of a file is arranged, and how its numbers are written; None where the usual way holds."""

    encoding: Encoding | None = Field(None, description="The encoding of the text, where it is not UTF-8.")
    delimiter: Delimiter | None = Field(
        None, description="What stands between cells, where it is no comma (.tsv: tab)."
    )
    quote: Quote | None = Field(None, description='What stands around cells that hold a delimiter, where it is not ".')
    header: Literal[False] | Annotated[int, Field(strict=True, ge=1, le=10**6)] | None = Field(
        None, description="The line of the column names, where it is not the first; false: they are column_1, ..."
    )
    comment: Filled | None = Field(
        None, description="The start of comments: lines above the column names, and lines of another width below."
    )
    footer: Annotated[tuple[Filled, ...], Field(strict=False)] = Field(
        (), description="The starts of rows to leave out, such as Total."
    )
    decimal: Decimal | None = Field(None, description="The decimal sign of numbers, where it is no point.")
    thousands: Thousands | None = Field(None, description="What stands between groups of three digits.")
    units: Annotated[tuple[Filled, ...], Field(strict=False)] = Field(
        (), description="Texts beside a number to leave out, such as $ or kg."
    )
    percent: bool = Field(False, description="Read numbers with a percent sign: 45% is 0.45.")
    sheet: Sheet | None = Field(None, description="The sheet of a workbook: its name, or its number from 1.")
    query: Query | None = Field(None, description="The SELECT of SQL whose rows are the table, in a database.")

    @model_validator(mode="after")
    def _signs_differ(self) -> Self:
        decimal = self.number_style.decimal
        if self.thousands == decimal:
            other = "." if decimal == "," else ","
            raise ValueError(f'thousands and decimal are both "{decimal}"; write decimal: "{other}"')
        if self.delimiter is not None and self.delimiter in (self.thousands, self.comment):
            raise ValueError(f'delimiter is "{self.delimiter}" as another option, which cannot be')
        return self

    @property
    def number_style(self) -> NumberStyle:
        """How numbers are written."""
        usual = "," if self.thousands == "." else "."
        return NumberStyle(self.decimal or usual, self.thousands, self.units, self.percent)


class ColumnReading(Spec):
    """The name of a column, and how its cells are written.

    `form` is the form of its dates unless it is ISO 8601, or "duration" for a column of numbers read from
    durations; `ranks` are the numbers of ordered texts; `na_values` mean missing in this column alone. `truths` says
    that all numbers of a run were 0 and 1, so that true and false may stand for them.
    """

    name: str
    form: str | None = None
    ranks: dict[str, float] | None = None
    na_values: Names = ()
    truths: bool = False


class ColumnSchema(ColumnReading):
    """A column as it was read."""

    kind: Kind


class WantedColumn(ColumnReading):
    """A column to read; its cells decide its kind where that is None."""

    kind: Kind | None = None


class Schema(Layout):
    """The columns of a table and the options by which they were read; stored with the run.

    `delimiter` and `encoding` are None where the name of the file decides, `sheet` and `query` where its content does.
    """

    format: Literal[1] = 1
    columns: Annotated[tuple[ColumnSchema, ...], Field(strict=False)]
    na_values: Names = ()
    lossy: bool = False
    sides: Annotated[tuple["SideTable", ...], Field(strict=False)] = ()
    labels: "LabelColumn | None" = None

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each column, those of side tables included."""
        joined = {one.name: one.kind for side in self.sides for one in side.columns}
        return {one.name: one.kind for one in self.columns} | joined


class LabelColumn(Spec):
    """A target whose cells hold several labels; stored with the run, whose targets they are."""

    column: str
    delimiter: Filled
    labels: Names


class SideColumn(Spec):
    """A feature from another table: its name, the column it comes from, and the function of its rows, if any."""

    name: str
    source: str
    function: Function | None = None
    kind: Kind


class Key(Spec):
    """The columns by which rows of another table are found: each column here and the one it equals there.

    With `time`, a column here and one there, only rows from before count.
    """

    on: dict[str, str]
    time: Annotated[tuple[str, str], Field(strict=False)] | None = None

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that the key needs here."""
        return (*self.on, *(self.time or ())[:1])


class SideTable(Spec):
    """A table as its columns were joined to another one; stored with the run."""

    name: str
    fingerprint: str
    key: Key
    columns: Annotated[tuple[SideColumn, ...], Field(strict=False)]
    reading: Schema


class FittedAggregate(Spec):
    """Aggregates by key, and by time where one is given; stored with the run.

    `keys` are the texts of each column of the key, `values` the aggregates by name, None where missing; those of
    texts are codes into `levels`.
    """

    key: Key
    columns: tuple[SideColumn, ...]
    keys: dict[str, tuple[str, ...]]
    times: tuple[float, ...] | None = None
    time_kind: Kind = "number"
    values: dict[str, tuple[float | None, ...]]
    levels: dict[str, tuple[str, ...]]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        lists = [*self.keys.values(), *self.values.values(), *([self.times] if self.times is not None else [])]
        if len({len(one) for one in lists}) != 1 or set(self.keys) != set(self.key.on.values()):
            raise ValueError("the aggregates are of unequal length")
        if (self.times is None) != (self.key.time is None) or set(self.values) != {one.name for one in self.columns}:
            raise ValueError("the aggregates lack a column")
        for name, levels in self.levels.items():
            if any(code is not None and not 0 <= code < len(levels) for code in self.values.get(name, ())):
                raise ValueError("an aggregate is no text of its column")
        return self


class _Columns(Spec):
    """The file of a table, and what its columns mean."""

    path: str = Field(min_length=1, description="The file, relative to the config; - is standard input.")
    drop: Names = Field((), description="Columns to leave out.")
    id: Names = Field((), description="Columns that name a row: copied to its prediction, never learned from.")
    numeric: Names = Field((), description="Columns of numbers, whatever most of their cells are.")
    categorical: Names = Field((), description="Columns of categories, also where their cells are numbers.")
    datetime: Names | dict[Text, Filled] = Field(
        (),
        description='Columns of dates; {sold: "%d/%m/%Y"} says their form (also unix, unix_ms, unix_us, unix_ns), a '
        "list allows all that are clear.",
    )
    duration: Names = Field((), description="Columns of durations such as 1:02:03 or 1h 30min, read as seconds.")
    ordered: dict[Text, Ranks] = Field(
        {}, description="Texts in their order, by column: {size: [S, M, L]}; a mapping gives their numbers."
    )
    na_values: Values | dict[Text, Values] = Field(
        (), description="Texts that mean missing, also by column: {age: [NA]}; an empty cell always does."
    )
    lossy: bool = Field(
        False, description="Round whole numbers above 2^53 to the nearest float64, instead of refusing."
    )


class ReadOptions(Layout, _Columns):
    """A file to read as a table, and what its name and its cells do not show by themselves."""

    @model_validator(mode="after")
    def _one_kind_each(self) -> Self:
        named = [*self.left_out, *self.numeric, *self.categorical, *self.datetime, *self.duration, *self.ordered]
        twice = next((name for name, count in Counter(named).items() if count > 1), None)
        if twice is not None:
            kinds = "drop, id, numeric, categorical, datetime, duration and ordered"
            raise ValueError(f'"{twice}" is named twice among {kinds}')
        return self

    @property
    def layout(self) -> dict[str, Any]:
        """The options of `Layout`, by name."""
        return {name: getattr(self, name) for name in Layout.model_fields}

    @property
    def forms(self) -> dict[str, str]:
        """The form of the dates of each column that is named under `datetime`."""
        return self.datetime if isinstance(self.datetime, dict) else dict.fromkeys(self.datetime, ANY_FORM)

    @property
    def named(self) -> tuple[str, ...]:
        """The columns that any option names."""
        by_column = tuple(self.na_values) if isinstance(self.na_values, dict) else ()
        kinds = (self.numeric, self.categorical, tuple(self.forms), self.duration, tuple(self.ordered), by_column)
        return (*self.left_out, *(name for names in kinds for name in names))

    def key_of(self, name: str) -> str | None:
        """Return the option that gives the kind of a column, None where its cells decide."""
        kinds = ("numeric", "categorical", "datetime", "duration", "ordered")
        return next((key for key in kinds if name in getattr(self, key)), None)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The columns that are not read."""
        return (*self.drop, *self.id)

    @property
    def missing(self) -> tuple[str, ...]:
        """The texts that mean missing in every column."""
        return () if isinstance(self.na_values, dict) else tuple(map(str, self.na_values))

    def column(self, name: str) -> WantedColumn:
        """Return how a column is to be read."""
        missing = tuple(map(str, self.na_values.get(name, ()))) if isinstance(self.na_values, dict) else ()
        found = WantedColumn(name=name, na_values=missing)
        if name in self.forms:
            return found.model_copy(update={"kind": "datetime", "form": self.forms[name]})
        if name in self.duration:
            return found.model_copy(update={"kind": "number", "form": DURATION})
        if name in self.ordered:
            ranks = self.ordered[name]
            listed = ranks if isinstance(ranks, dict) else {str(text): rank for rank, text in enumerate(ranks)}
            return found.model_copy(update={"kind": "number", "ranks": {text: float(r) for text, r in listed.items()}})
        kind = "number" if name in self.numeric else "category" if name in self.categorical else None
        return found.model_copy(update={"kind": kind})
