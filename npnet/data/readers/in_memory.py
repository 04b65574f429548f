"""Tables in memory: DataFrames, dicts of columns, or lists of dicts, read as a file is.

Whole numbers and floats are numbers, unless their column is to be text; true and false are texts, dates and times those
of ISO 8601; durations are numbers of seconds; None, NaN, NaT and NA are missing. Text follows the rules of text.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns import Kind
from npnet.data.columns.column_builder import Cells
from npnet.data.columns.type_rules import needs_text
from npnet.data.readers import Block, refuse_repeated
from npnet.data.readers.child.cells import clock
from npnet.errors import DataError
from npnet.text import plural, quoted

if TYPE_CHECKING:
    import pandas as pd

    Values = pd.Series[Any]

FLOATS = ("floating", "mixed-integer-float", "decimal")  # types of values as pandas infers them
NUMBERS = ("integer", *FLOATS)
TEXTS = ("string", "empty")
DATES = ("date", "datetime", "datetime64")
DURATIONS = ("timedelta", "timedelta64")
WAYS = "a table is a DataFrame, a dict of columns, or a list of dicts, one for each row"


def is_table(value: object) -> bool:
    """Return whether a value is a table: a DataFrame, a dict of columns, or a list of dicts."""
    if isinstance(value, list | tuple):
        return any(isinstance(row, Mapping) for row in value)
    return isinstance(value, Mapping) or _names(value) is not None


class InMemory:
    """The rows of a table in memory; see `npnet.data.readers.TableReader`. Blanks around names are dropped.

    `name` is how messages call the table.
    """

    def __init__(self, table: Any, name: str = "X") -> None:
        self.name = name
        index = getattr(getattr(table, "index", None), "names", ())
        self.index_names = tuple(str(one) for one in index if one is not None)
        columns = [(str(key).strip(), values) for key, values in _columns_of(table, name)]
        self.names = tuple(key for key, _ in columns)
        refuse_repeated(self.names, name)
        self._columns = {key: _MemoryColumn(_series(values, key, name)) for key, values in columns}
        self.estimate = self._length()

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """Yield all rows as one block; raises DataError at a value that no cell can hold."""
        yield Block(self.estimate, {name: self._cells(name, as_text(name)) for name in wanted})

    def kind(self, name: str) -> Kind | None:
        """Return the kind of a column by its type; None where its texts decide."""
        return self._columns[name].kind

    def has_floats(self, name: str) -> bool:
        """Return whether a column holds numbers of a type for decimals, or durations."""
        return self._columns[name].has_floats or self._columns[name].has_durations

    def has_dates(self, name: str) -> bool:
        """Return whether a column holds dates, and not texts of a form."""
        return name in self._columns and self._columns[name].has_dates

    def has_durations(self, name: str) -> bool:
        """Return whether a column holds durations, and not texts that stand for them."""
        return name in self._columns and self._columns[name].has_durations

    def _cells(self, name: str, as_text: bool) -> Cells:
        column = self._columns[name]
        numbers = None if as_text else column.numbers()
        if numbers is not None and not needs_text(numbers):
            return numbers
        try:
            return column.texts()
        except _NoCellError as error:
            what = f"{self.name}: row {error.row}: column {quoted(name)} holds a value of type {error.kind}"
            raise DataError(what, "a cell is a number, a text, true or false, a date, or a duration") from None

    def _length(self) -> int:
        if not self._columns:
            raise DataError(f"{self.name} has no columns", WAYS)
        lengths = {name: len(column.values) for name, column in self._columns.items()}
        first = self.names[0]
        for name, length in lengths.items():
            if length != lengths[first]:
                what = f"column {quoted(name)} has {plural(length, 'row')}, column {quoted(first)} has {lengths[first]}"
                raise DataError(f"{self.name}: {what}", "all columns are equally long")
        if not lengths[first]:
            raise DataError(f"{self.name} has no rows")
        return lengths[first]


def text_of(value: object) -> str:
    """Return the text of any value as a CSV file holds it; raises TypeError for a type that no cell holds."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, Real | Decimal):
        return str(int(value)) if isinstance(value, Integral) else str(value)
    if isinstance(value, np.datetime64):
        return str(value.astype("datetime64[us]"))
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, np.timedelta64):
        return clock(int(value.astype("timedelta64[us]").astype(np.int64)))
    if isinstance(value, timedelta):
        return clock(value // timedelta(microseconds=1))
    raise TypeError(type(value).__name__)


class _NoCellError(Exception):
    """A value that no cell of a table holds: its row, and the name of its type."""

    def __init__(self, row: int, kind: str) -> None:
        self.row, self.kind = row, kind


class _MemoryColumn:
    """A column as a pandas Series; `values` are those of the categories where it is categorical."""

    def __init__(self, values: "Values") -> None:
        import pandas as pd

        self._categorical = isinstance(values.dtype, pd.CategoricalDtype)
        sparse = isinstance(values.dtype, pd.SparseDtype)
        plain = values.astype(object) if self._categorical else np.asarray(values) if sparse else values
        self.values = pd.Series(plain)  # whole numbers of categories stay whole beside gaps
        self._inferred = pd.api.types.infer_dtype(self.values, skipna=True)
        dtype, types = self.values.dtype, pd.api.types
        self._moments = types.is_datetime64_any_dtype(dtype)  # of a type for dates, and not only dates as objects
        numeric = types.is_numeric_dtype(dtype)
        numbers = not (types.is_bool_dtype(dtype) or types.is_complex_dtype(dtype))
        self._has_numbers = numbers if numeric else self._inferred in NUMBERS
        self._has_texts = not numeric and not self._moments and self._inferred in TEXTS
        self.has_dates = self._moments or (not numeric and self._inferred in DATES)
        self.has_durations = types.is_timedelta64_dtype(dtype) or self._inferred in DURATIONS
        self.has_floats = bool(types.is_float_dtype(dtype)) or self._inferred in FLOATS

    @property
    def kind(self) -> Kind | None:
        """The kind of the column by its type; None where its texts decide."""
        if self._categorical or self._inferred == "boolean":
            return "category"
        if self._has_numbers or self.has_durations:
            return "number"
        return "datetime" if self.has_dates else None

    def numbers(self) -> NDArray[np.float64] | None:
        """Return the numbers, NaN where missing; None of a column that holds other values."""
        if not self._has_numbers:
            return None
        try:
            return self.values.to_numpy(np.float64, na_value=np.nan)
        except OverflowError:  # a whole number of more than 308 digits
            return None

    def texts(self) -> Cells:
        """Return the texts that a file would hold, and None, NaN or NA where missing."""
        if self._moments:
            return _iso(self.values)
        values = self.values.to_numpy(object)
        if self._has_texts:
            return values
        found, missing = np.empty(len(values), object), self.values.isna().to_numpy(bool)
        for row in np.flatnonzero(~missing).tolist():
            try:
                found[row] = text_of(values[row])
            except TypeError:
                raise _NoCellError(row + 1, type(values[row]).__name__) from None
        return found


def _iso(values: "Values") -> Cells:
    """Return moments as ISO 8601 in UTC, to the microsecond."""
    import pandas as pd

    moments = pd.to_datetime(values, utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
    texts = np.datetime_as_string(moments).astype(object)
    texts[np.isnat(moments)] = None
    return np.asarray(texts)


def _names(table: Any) -> Sequence[object] | None:
    """Return the column names of a DataFrame, an Arrow table or a structured array, or None."""
    for owner, attribute in ((getattr(table, "dtype", None), "names"), (table, "column_names"), (table, "columns")):
        if (names := getattr(owner, attribute, None)) is not None:
            return list(names)
    return None


def _columns_of(table: Any, name: str) -> list[tuple[object, Any]]:
    """Return the names and values of the columns of any table; a key that a row lacks is a gap."""
    if isinstance(table, Mapping):
        return list(table.items())
    if isinstance(table, list | tuple):
        other = next((number for number, row in enumerate(table, 1) if not isinstance(row, Mapping)), None)
        if other is not None:
            raise DataError(f"{name}: row {other} is a {type(table[other - 1]).__name__}, others are dicts", WAYS)
        return [(key, [row.get(key) for row in table]) for key in dict.fromkeys(key for row in table for key in row)]
    if getattr(getattr(table, "columns", None), "nlevels", 1) > 1:
        what = f"{name} has names of several levels for its columns, such as {table.columns[0]}"
        raise DataError(
            what, f'{name}.columns = ["_".join(map(str, names)) for names in {name}.columns] makes each one name'
        )
    if hasattr(table, "iloc"):  # of pandas, which allows a name twice
        return [(key, table.iloc[:, index]) for index, key in enumerate(table.columns)]
    return [(key, table[key]) for key in _names(table) or ()]


def _series(values: Any, column: str, name: str) -> "Values":
    """Return a column as a Series; the values of a list stay as they are."""
    import pandas as pd

    if isinstance(values, list | tuple | range):
        found = np.empty(len(values), object)
        for row, value in enumerate(values):
            found[row] = value
        return pd.Series(found)
    if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        return pd.Series(values)
    array = values if np.ma.isMaskedArray(values) else np.asarray(values)  # pandas reads masked values as missing
    if array.ndim == 0:
        what = f"{name}: column {quoted(column)} is one {type(values).__name__}, not a list of values"
        raise DataError(what, f"{WAYS}; one row is written [row]")
    if array.ndim > 1:
        raise DataError(f"{name}: column {quoted(column)} is of the shape {array.shape}", WAYS)
    return pd.Series(array)
