"""What a case of the catalogue is: a file, and the reading that a careful analyst would give it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Value = float | bool | str | None  # None is a gap; dates and times are ISO texts; durations are seconds

# kind of file: its spellings. A case names them as "kind:spelling"; a test holds this list against the cases.
KINDS: dict[str, tuple[str, ...]] = {
    "encoding": ("utf-8", "utf-8 bom", "utf-16 le", "utf-16 be", "cp1252"),
    "delimiter": ("comma", "semicolon", "tab", "pipe"),
    "quotes": ("where needed", "everything", "R", "delimiter inside", "newline inside", "doubled"),
    "sep line": ("semicolon", "comma", "tab", "pipe"),
    "comment": ("#", "%", "//"),
    "no header": ("numbers", "mixed", "texts"),
    "numeric names": ("years", "positions", "decimals"),
    "repeated header": ("plain", "with bom", "quoted"),
    "trailing delimiter": ("all lines", "data only", "several"),
    "index": ("unnamed", "Unnamed: 0", "R"),
    "decimal comma": ("semicolon", "tab", "quoted"),
    "thousands": ("comma", "dot", "space", "no-break space", "apostrophe"),
    "currency": ("$", "€", "£", "EUR", "kr"),
    "currency place": ("leading", "trailing"),
    "negative money": ("parentheses", "minus before", "minus after"),
    "percent": ("attached", "blank before", "decimal comma"),
    "missing": (
        *("NA", "N/A", "#N/A", "NaN", "nan", "null", "None", "-", "?", ".", "empty", "-999", "9999"),
        "several",
    ),
    "truth": ("yes/no", "Y/N", "True/FALSE", "t/f", "0/1", "on/off", "other language"),
    "date": (
        "ISO",
        "compact",
        "month name",
        "D.M.YYYY",
        "M/D/YYYY",
        "D/M/YYYY",
        "with time",
        "with zone",
        "unix seconds",
        "unix milliseconds",
    ),
    "ambiguous date": ("slash", "dash", "short year"),
    "duration": ("h:m:s", "short", "ISO 8601", "pandas"),
    "ordered": ("from-to", "open end", "below"),
    "excel": ("one sheet", "several sheets", "formatted"),
    "opendocument": ("one sheet", "several sheets", "repeated cells"),
    "parquet": ("plain", "decimals", "NaN", "dictionary", "dates"),
    "feather": ("plain", "compressed", "dictionary"),
    "sqlite": ("table", "query", "view"),
    "zip": ("one member", "folder", "two members"),
    "gzip": ("plain", "with name", "combined"),
    "zstd": ("plain", "checksum", "combined"),
    "jsonl": ("plain", "missing keys", "mixed"),
    "identifier": ("leading zeros", "above 2^53", "hex", "phone", "postal code", "counting"),
    "text variants": ("case", "blanks", "both"),
    "stray text": ("words", "limits", "notes"),
    "header like data": ("numbers", "dates", "texts"),
    "ragged": ("short", "long", "title line"),
    "line ends": ("CRLF", "CR", "mixed"),
    "blank lines": ("between", "around", "of delimiters"),
    "blanks after delimiter": ("all cells", "before quotes", "padded"),
    "footer": ("total", "sum in another language", "row count"),
    "error": ("ambiguous date", "two members", "binary", "no rows", "ragged"),
}
READINGS = (
    *("number", "category", "truth", "datetime", "duration", "ordered"),
    *("identifier", "index", "text"),  # identifier and index are left out of what is learned from
)


@dataclass(frozen=True)
class Reading:
    """The right reading of a column.

    `first` are the values of the first three rows; `rows` are further values by number of row, from 0, of the rows that
    are data. Exactly `gaps` rows are gaps. `order` are the texts of an ordered column from the lowest to the highest.
    A datetime with a zone is right when it is the same instant; one read without a zone counts as UTC. Seconds that are
    not written are 0. A text is compared without blanks around it, a name without blanks and "#" around it.
    """

    kind: str
    first: tuple[Value, ...] = ()
    rows: Mapping[int, Value] = field(default_factory=dict)
    gaps: int = 0
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wrong:
    """The error that is right for a file: `words` are in the message, in any case, `lines` are offered by its hint."""

    words: tuple[str, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A file and its right reading.

    The columns are all that the file has, by name; by position, from 0, where it has no names; a column without a name
    is "". Where a column has several readings, each of them is right, and `why` gives the reason. Where a case has both
    columns and an error, either is right. `init` holds the arguments that a user must give to `npnet init`. `needs` is
    the package that writes the file.
    """

    name: str
    file: str
    kinds: tuple[str, ...]
    target: str | int = ""
    rows: int = 0
    columns: Mapping[str | int, Reading | tuple[Reading, ...]] = field(default_factory=dict)
    init: tuple[str, ...] = ()
    error: Wrong | None = None
    why: str = ""
    needs: str = ""

    def readings(self, column: str | int) -> tuple[Reading, ...]:
        """Return all right readings of a column."""
        found = self.columns[column]
        return found if isinstance(found, tuple) else (found,)


def case(
    file: str,
    kinds: str,
    target: str | int = "",
    rows: int = 0,
    columns: Mapping[str | int, Reading | tuple[Reading, ...]] | None = None,
    *,
    name: str = "",
    init: tuple[str, ...] = (),
    error: Wrong | None = None,
    why: str = "",
    needs: str = "",
) -> Case:
    """Return a case; its kinds are written in a line, "kind:spelling | kind:spelling"."""
    named = tuple(kind.strip() for kind in kinds.split(" | "))
    return Case(name or file.replace(".", "_"), file, named, target, rows, columns or {}, init, error, why, needs)


def number(*first: float | None, rows: Mapping[int, Value] | None = None, gaps: int = 0) -> Reading:
    """Return the reading of a column of numbers."""
    return Reading("number", first, rows or {}, gaps)


def truth(*first: bool | None, rows: Mapping[int, Value] | None = None, gaps: int = 0) -> Reading:
    """Return the reading of a column of truth values."""
    return Reading("truth", first, rows or {}, gaps)


def category(*first: str | None, rows: Mapping[int, Value] | None = None, gaps: int = 0) -> Reading:
    """Return the reading of a column of classes."""
    return Reading("category", first, rows or {}, gaps)


def moment(*first: str | None, rows: Mapping[int, Value] | None = None, gaps: int = 0) -> Reading:
    """Return the reading of a column of dates or times."""
    return Reading("datetime", first, rows or {}, gaps)


def duration(*first: float | None, rows: Mapping[int, Value] | None = None, gaps: int = 0) -> Reading:
    """Return the reading of a column of durations, in seconds."""
    return Reading("duration", first, rows or {}, gaps)


def ordered(*first: str | None, order: tuple[str, ...], gaps: int = 0) -> Reading:
    """Return the reading of a column of ordered texts."""
    return Reading("ordered", first, {}, gaps, order)


def identifier(*first: str | None, gaps: int = 0) -> Reading:
    """Return the reading of a column that only tells rows apart."""
    return Reading("identifier", first, {}, gaps)


def index(*first: float | str) -> Reading:
    """Return the reading of a column that counts the rows."""
    return Reading("index", first)


def text(*first: str | None, rows: Mapping[int, Value] | None = None, gaps: int = 0) -> Reading:
    """Return the reading of a column of free text."""
    return Reading("text", first, rows or {}, gaps)
