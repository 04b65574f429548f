"""Tables in memory: DataFrames, columns by name, or rows that are dicts, read as a file that holds the same.

Whole numbers and floats are numbers, unless their column is to be text; true and false are texts, dates and times those
of ISO 8601; None, NaN, NaT and NA are missing. What is text follows the rules of text.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from npnet.data.columns.cells import Block, Cells
from npnet.data.columns.frame import Kind
from npnet.data.columns.type_rules import doubtful
from npnet.data.readers.cell_text import CellText
from npnet.errors import DataError
from npnet.text import quoted

if TYPE_CHECKING:
    import pandas as pd

    Values = pd.Series[Any]

Holds = Literal["numbers", "texts", "moments", "dates", "values"]
INFERRED: dict[str, Holds] = {
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), "numbers"),
    **dict.fromkeys(("string", "empty"), "texts"),
    **dict.fromkeys(("date", "datetime", "datetime64"), "dates"),
}
KINDS: dict[Holds, Kind] = {"numbers": "number", "moments": "datetime", "dates": "datetime"}
WAYS = "a table is a DataFrame, a dict of columns, or a list of dicts, one for each row"


def is_table(value: object) -> bool:
    """Whether a value is a table with names: a DataFrame of any library, a dict of columns, or a list of dicts."""
    if isinstance(value, list | tuple):
        return any(isinstance(row, Mapping) for row in value)
    return isinstance(value, Mapping) or _names(value) is not None


def _names(table: Any) -> Sequence[object] | None:
    """The names of the columns of a DataFrame, an Arrow table or a structured array; None of anything else."""
    for owner, attribute in ((getattr(table, "dtype", None), "names"), (table, "column_names"), (table, "columns")):
        if (names := getattr(owner, attribute, None)) is not None:
            return list(names)
    return None


class InMemory:
    """The rows of a table in memory; see `npnet.data.columns.cells.Rows`. Blanks around a column's name are dropped.

    `known` has the texts that some columns are known to hold: a number or a truth value that stands there is spelled
    as they are. `name` is how messages call the table.
    """

    def __init__(self, table: Any, known: Mapping[str, Collection[str]] | None = None, name: str = "X") -> None:
        self.name, self._known = name, known or {}
        columns = [(str(key).strip(), values) for key, values in _columns_of(table, name)]
        self.names = tuple(key for key, _ in columns)
        twice = next((key for key in self.names if self.names.count(key) > 1), None)
        if twice is not None:
            raise DataError(f"{name} has more than one column {quoted(twice)}", "give every column its own name")
        self._columns = {key: _Column(_series(values, key, name)) for key, values in columns}
        self.estimate = self._length()

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """All rows at once; DataError at a cell that is neither a number, a text, true or false, nor a date."""
        yield Block(self.estimate, {name: self._cells(name, as_text(name)) for name in wanted})

    def kind(self, name: str) -> Kind | None:
        """The kind of a column by its type; None where its texts must tell."""
        return self._columns[name].kind

    def has_floats(self, name: str) -> bool:
        """Whether a column holds numbers of a type for decimals."""
        return self._columns[name].has_floats

    def has_dates(self, name: str) -> bool:
        """Whether a column holds dates, and no texts of some form."""
        return name in self._columns and self._columns[name].holds in ("moments", "dates")

    def _cells(self, name: str, as_text: bool) -> Cells:
        column = self._columns[name]
        numbers = None if as_text else column.numbers()
        if numbers is not None and not doubtful(numbers):
            return numbers
        try:
            return column.texts(CellText(self._known.get(name, ())))
        except _NoCellError as error:
            where = f"{self.name}: row {error.row}: column {quoted(name)}"
            what = f"{where} holds a value of type {error.kind}"
            raise DataError(what, "a cell is a number, a text, true or false, or a date") from None

    def _length(self) -> int:
        if not self._columns:
            raise DataError(f"{self.name} has no columns", WAYS)
        lengths = {name: len(column.values) for name, column in self._columns.items()}
        first = self.names[0]
        for name, length in lengths.items():
            if length != lengths[first]:
                what = f"column {quoted(name)} has {length} rows, column {quoted(first)} has {lengths[first]}"
                raise DataError(f"{self.name}: {what}", "all columns are equally long")
        if not lengths[first]:
            raise DataError(f"{self.name} has no rows")
        return lengths[first]


class _NoCellError(Exception):
    """A value that no cell of a table holds: its row, and the name of its type."""

    def __init__(self, row: int, kind: str) -> None:
        self.row, self.kind = row, kind


class _Column:
    """One column as pandas has it; `values` are those of the categories where it is a categorical."""

    def __init__(self, values: "Values") -> None:
        import pandas as pd

        self._categorical = isinstance(values.dtype, pd.CategoricalDtype)
        sparse = isinstance(values.dtype, pd.SparseDtype)
        self.values = pd.Series(np.asarray(values)) if self._categorical or sparse else values

    @cached_property
    def holds(self) -> Holds:
        """What stands there: dates are moments where their type says so, values are anything else."""
        import pandas as pd

        dtype, types = self.values.dtype, pd.api.types
        if types.is_datetime64_any_dtype(dtype):
            return "moments"
        if types.is_numeric_dtype(dtype):
            return "values" if types.is_bool_dtype(dtype) or types.is_complex_dtype(dtype) else "numbers"
        return INFERRED.get(types.infer_dtype(self.values, skipna=True), "values")

    @property
    def kind(self) -> Kind | None:
        """The kind of column that its type stands for; None where its texts must tell."""
        if self._categorical or self._has_truths:
            return "category"
        return KINDS.get(self.holds)

    @property
    def has_floats(self) -> bool:
        """Whether its numbers are of a type for decimals."""
        import pandas as pd

        dtype = self.values.dtype
        floats = "floating", "mixed-integer-float", "decimal"
        return bool(pd.api.types.is_float_dtype(dtype)) or pd.api.types.infer_dtype(self.values) in floats

    @property
    def _has_truths(self) -> bool:
        import pandas as pd

        return bool(pd.api.types.infer_dtype(self.values, skipna=True) == "boolean")

    def numbers(self) -> NDArray[np.float64] | None:
        """The numbers, NaN where nothing stands; None of a column that holds other things."""
        if self.holds != "numbers":
            return None
        try:
            return self.values.to_numpy(np.float64, na_value=np.nan)
        except OverflowError:  # a whole number of more than 308 digits
            return None

    def texts(self, text: CellText) -> Cells:
        """The texts that a file would hold, and None, NaN or NA where nothing stands."""
        if self.holds == "moments":
            return _iso(self.values)
        values = self.values.to_numpy(object)
        if self.holds == "texts":
            return values
        found, missing = np.empty(len(values), object), self.values.isna().to_numpy(bool)
        for row in np.flatnonzero(~missing).tolist():
            try:
                found[row] = text.of(values[row])
            except TypeError:
                raise _NoCellError(row + 1, type(values[row]).__name__) from None
        return found


def _iso(values: "Values") -> Cells:
    """Moments as ISO 8601 in UTC, to the microsecond."""
    import pandas as pd

    moments = pd.to_datetime(values, utc=True).dt.tz_localize(None).to_numpy("datetime64[us]")
    texts = np.datetime_as_string(moments).astype(object)
    texts[np.isnat(moments)] = None
    return np.asarray(texts)


def _columns_of(table: Any, name: str) -> list[tuple[object, Any]]:
    """The names and the values of the columns of any such table."""
    if isinstance(table, Mapping):
        return list(table.items())
    if isinstance(table, list | tuple):
        return _columns_of_rows(table, name)
    if hasattr(table, "iloc"):  # of pandas, which allows a name twice
        return [(key, table.iloc[:, place]) for place, key in enumerate(table.columns)]
    return [(key, table[key]) for key in _names(table) or ()]


def _columns_of_rows(rows: Sequence[Any], name: str) -> list[tuple[object, Any]]:
    """The columns of rows that are dicts, in the order in which their keys come; a key that a row lacks is a gap."""
    other = next((place for place, row in enumerate(rows, 1) if not isinstance(row, Mapping)), None)
    if other is not None:
        raise DataError(f"{name}: row {other} is a {type(rows[other - 1]).__name__}, others are dicts", WAYS)
    keys = dict.fromkeys(key for row in rows for key in row)
    return [(key, [row.get(key) for row in rows]) for key in keys]


def _series(values: Any, column: str, name: str) -> "Values":
    """A column as pandas has it; what stands in a list stays as it is."""
    import pandas as pd

    if isinstance(values, list | tuple | range):
        found = np.empty(len(values), object)
        for row, value in enumerate(values):
            found[row] = value
        return pd.Series(found)
    if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        return pd.Series(values)
    array = values if np.ma.isMaskedArray(values) else np.asarray(values)  # pandas takes what is masked as missing
    if array.ndim != 1:
        what = f"{name}: column {quoted(column)} is {_form(values, array)}"
        raise DataError(what, f"{WAYS}; one row is written [row]" if array.ndim == 0 else WAYS)
    return pd.Series(array)


def _form(values: Any, array: NDArray[Any]) -> str:
    return f"one {type(values).__name__}, not a list of values" if array.ndim == 0 else f"of the shape {array.shape}"
