"""Readers of table files, a module for each format, and the list of registered formats.

To add a format, write a module of this package with a class such as `npnet.data.readers.jsonlines.JsonLines`:

- decorate it with `table_format`, which names the format, its suffixes, and those of the options `encoding`,
  `delimiter`, `sheet` and `query` that it accepts;
- take a `DataFile`, its `ReadOptions` and the `Schema` of the table that it is read like in the constructor, and set
  `names`, the column names, and `estimate`, about how many rows there are;
- give `file.note` what the reader chose by itself, such as a sheet, or left out of the rows, and add to `file.chosen`
  the key of the schema by which other files are read like this one;
- yield the rows in blocks from `blocks`, as `TableReader` describes.

Then import the module in `npnet.data.readers.reading`. Messages and checks list the formats that are registered here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from npnet.data.columns.column_builder import Cells
from npnet.data.columns.schema import ReadOptions, Schema
from npnet.data.readers.data_file import STDIN_NAME, DataFile
from npnet.data.readers.packed import SUFFIXES
from npnet.errors import DataError
from npnet.text import quoted


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows of a table, column by column."""

    rows: int
    cells: Mapping[str, Cells]


class TableReader(Protocol):
    """A table that can be read repeatedly: its column names and an estimate of its rows.

    `blocks` reads the wanted columns. A column comes as text if `as_text` is true for its name, or if a cell of the
    block is not a number that float64 holds exactly; otherwise it may come as numbers.
    """

    names: tuple[str, ...]
    estimate: int

    def blocks(self, wanted: Sequence[str], as_text: Callable[[str], bool]) -> Iterator[Block]:
        """Yield the rows from the first to the last."""


Opener = Callable[[DataFile, ReadOptions, Schema], TableReader]
C = TypeVar("C", bound=Opener)


@dataclass(frozen=True)
class TableFormat:
    """A format of table files: the options that it accepts, and the function that opens a file.

    Files that begin with one of `magic` have the format whatever their suffix is; on standard input, so has a content
    that begins with `opening` after blanks.
    """

    name: str
    suffixes: tuple[str, ...]
    options: tuple[str, ...]
    magic: tuple[bytes, ...]
    opening: bytes
    open: Opener

    def recognises(self, head: bytes, stdin: bool) -> bool:
        """Return whether the first bytes of a file show that it has this format."""
        begins = head.startswith(self.magic)
        return begins or (stdin and bool(self.opening) and head.lstrip().startswith(self.opening))


FORMATS: list[TableFormat] = []


def table_format(
    name: str,
    suffixes: tuple[str, ...],
    options: tuple[str, ...] = (),
    magic: tuple[bytes, ...] = (),
    opening: bytes = b"",
) -> Callable[[C], C]:
    """Register the decorated class as the reader of a format; suffixes begin with a point."""

    def register(reader: C) -> C:
        FORMATS.append(TableFormat(name, suffixes, options, magic, opening, reader))
        return reader

    return register


def refuse_repeated(names: Sequence[str], table: str) -> None:
    """Raise DataError for a column name that a table has more than once."""
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise DataError(f"{table} has more than one column {quoted(twice)}", "give every column its own name")


def with_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return column names: the first column without a name is called "", others by their number."""
    found = [*names]
    for number in [number for number, name in enumerate(found) if not name][1:]:
        found[number] = f"column_{number + 1}"
    return tuple(found)


def suffixes() -> tuple[str, ...]:
    """Return the suffixes of all formats."""
    return tuple(suffix for known in FORMATS for suffix in known.suffixes)


def format_of(file: DataFile) -> TableFormat:
    """Return the format of a file, by its first bytes or its suffix; else that of delimited text.

    Raises DataError for files of kinds that are not tables of any format.
    """
    head, stdin = file.head(), file.name == STDIN_NAME
    for magic, what in OTHERS.items():
        if head.startswith(magic):
            raise DataError(f"{file.name} is {what}", f"npnet reads {_listed_formats()}")
    known = next((known for known in FORMATS if known.recognises(head, stdin)), None)
    known = known or next((known for known in FORMATS if file.suffix in known.suffixes), None)
    if known is None and file.suffix == ".json":
        raise DataError(f"{file.name} is one piece of JSON", "write an object a line, and call it .jsonl")
    return known or next(known for known in FORMATS if "delimiter" in known.options)


def _listed_formats() -> str:
    text = [suffix[1:] for known in FORMATS if "encoding" in known.options for suffix in known.suffixes]
    other = [suffix[1:] for suffix in suffixes() if suffix[1:] not in text]
    packed = f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
    return f"{', '.join(text[:-1])} and {text[-1]}, also as {packed}, and {', '.join(other[:-1])} and {other[-1]}"


OTHERS = {b"BZh": "compressed by bzip2", b"\xfd7zXZ": "compressed by xz"}
