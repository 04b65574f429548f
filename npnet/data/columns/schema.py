"""Options for reading a table, and the schema by which other tables are read the same way."""

from collections import Counter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from npnet.data.columns import Kind
from npnet.data.columns.type_rules import ANY_FORM
from npnet.spec import Spec

NO_DELIMITERS = "\"'\r\n\0+-._"


def _known(name: str) -> str:
    try:
        "a".encode(name)
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        raise ValueError(f'there is no encoding "{name}"; latin-1, cp1252 and utf-16 are some') from None
    return name


def _one_sign(sign: str) -> str:
    if len(sign) != 1 or not sign.isascii() or sign.isalnum() or sign in NO_DELIMITERS:
        raise ValueError('a delimiter is one sign such as ";" or "|"; in double quotes "\\t" is a tab')
    return sign


Encoding = Annotated[str, AfterValidator(_known)]
Delimiter = Annotated[str, AfterValidator(_one_sign)]
Text = Annotated[str, Field(strict=True)]
Names = Annotated[tuple[Text, ...], Field(strict=False)]
Sheet = Annotated[int, Field(strict=True, ge=1, le=10**6)] | Annotated[str, Field(strict=True, min_length=1)]
Query = Annotated[str, Field(strict=True, min_length=1)]
Number = Annotated[int, Field(strict=True)] | Annotated[float, Field(strict=True, allow_inf_nan=False)]


class ColumnSchema(Spec):
    """The name and the kind of a column, and the form of its dates unless it is ISO 8601."""

    name: str
    kind: Kind
    form: str | None = None


class Schema(Spec):
    """The columns of a table and the options by which they were read; stored with the run.

    `delimiter` and `encoding` are None where the name of the file decides, `sheet` and `query` where its content does.
    """

    format: Literal[1] = 1
    columns: Annotated[tuple[ColumnSchema, ...], Field(strict=False)]
    na_values: Names = ()
    lossy: bool = False
    delimiter: Delimiter | None = None
    encoding: Encoding | None = None
    sheet: Sheet | None = None
    query: Query | None = None


class ReadOptions(Spec):
    """A file to read as a table, and what its name and its cells do not show by themselves."""

    path: str = Field(min_length=1, description="The file, relative to the config; - is standard input.")
    drop: Names = Field((), description="Columns to leave out.")
    numeric: Names = Field((), description="Columns of numbers, whatever most of their cells are.")
    categorical: Names = Field((), description="Columns of categories, also where their cells are numbers.")
    datetime: Names | dict[Text, Annotated[str, Field(min_length=1)]] = Field(
        (), description='Columns of dates; {sold: "%d/%m/%Y"} says their form, a list allows all that are clear.'
    )
    na_values: Annotated[tuple[Text | Number, ...], Field(strict=False)] = Field(
        (), description="Texts that mean missing; an empty cell always does."
    )
    lossy: bool = Field(
        False, description="Round whole numbers above 2^53 to the nearest float64, instead of refusing."
    )
    encoding: Encoding | None = Field(None, description="The encoding of the text, where it is not UTF-8.")
    delimiter: Delimiter | None = Field(
        None, description="What stands between cells, where it is no comma (.tsv: tab)."
    )
    sheet: Sheet | None = Field(None, description="The sheet of a workbook: its name, or its number from 1.")
    query: Query | None = Field(None, description="The SELECT of SQL whose rows are the table, in a database.")

    @model_validator(mode="after")
    def _one_kind_each(self) -> Self:
        named = [*self.drop, *self.numeric, *self.categorical, *self.datetime]
        twice = next((name for name, count in Counter(named).items() if count > 1), None)
        if twice is not None:
            raise ValueError(f'"{twice}" is named twice among drop, numeric, categorical and datetime')
        return self

    @property
    def forms(self) -> dict[str, str]:
        """The form of the dates of each column that is named under `datetime`."""
        return self.datetime if isinstance(self.datetime, dict) else dict.fromkeys(self.datetime, ANY_FORM)

    def kind_of(self, name: str) -> tuple[Kind | None, str | None]:
        """Return the kind that the options give a column and the form of its dates, or None."""
        if name in self.forms:
            return "datetime", self.forms[name]
        if name in self.numeric:
            return "number", None
        return ("category" if name in self.categorical else None), None
