"""Tables read: what makes a typed Frame of a file, be it csv, tsv, JSON lines or Parquet, and of a table in memory."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from npnet.data.columns.cells import Rows
from npnet.data.columns.column_builder import NO_DATE, ColumnBuilder, Fault
from npnet.data.columns.dates import Seconds, iso_seconds, plain_seconds, seconds_by
from npnet.data.columns.frame import Column, Frame, Kind
from npnet.data.columns.schema import ANY_FORM, ColumnSchema, ReadOptions, Schema
from npnet.data.columns.spill_file import SpillFile
from npnet.data.columns.type_rules import TOO_LONG, Rules
from npnet.data.readers.data_file import DataFile, opened
from npnet.data.readers.delimited import Delimited
from npnet.data.readers.in_memory import InMemory
from npnet.data.readers.jsonlines import JsonLines
from npnet.data.readers.parquet import Parquet
from npnet.errors import DataError, MachineError
from npnet.machine.resources import SHARE, available, size_text
from npnet.registry import nearest
from npnet.text import listed, quoted

TABS = (".tsv", ".tab")
JSON_LINES = (".jsonl", ".ndjson")
PARQUET = (".parquet", ".pq")
INPUT = 4  # bytes of an input of a network in float32
SMALLER = "drop: leaves columns out; a file of fewer rows takes less"
OTHERS = {
    b"PK\3\4": "a zip file or a spreadsheet",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
}


@dataclass(frozen=True, eq=False)
class ReadFrame(Frame):
    """A table as it was read: `fingerprint` is the SHA-256 of the file, `notes` say what was left aside."""

    fingerprint: str
    notes: tuple[str, ...]


def read_frame(
    spec: ReadOptions,
    base: Path,
    schema: Schema | None = None,
    needs: Collection[str] | None = None,
    dtype: DTypeLike = np.float64,
) -> tuple[ReadFrame, Schema]:
    """Read the table of a file, and say how it was read; `needs` names the columns if not all are needed.

    A relative path starts at `base`. Types follow `npnet.data.columns.type_rules`. With the schema of another table,
    column kinds and missing markers are that table's; columns are found by their names, and others are ignored with
    a note. Numbers have `dtype`, float64 or float32; dates are always float64. Raises DataError for a file, row or
    cell that is not valid, MachineError where the table does not fit into memory.
    """
    with opened(spec.path, base) as file:
        try:
            return _read(file, spec, schema, needs, dtype)
        except MemoryError:
            raise MachineError(f"{file.name} does not fit into memory", SMALLER) from None


def read_table(
    table: InMemory,
    schema: Schema | None = None,
    needs: Collection[str] | None = None,
    text: Kind | None = None,
) -> tuple[ReadFrame, Schema]:
    """Read a table in memory as `read_frame` does a file of it.

    Without a schema a column is of the kind that its type stands for, and one of texts is of the kind `text`, or what
    the texts are. One that holds dates is read as such, whatever form its texts would have by a schema.
    """
    asked = schema or Schema(columns=())
    wanted: Wanted = [(name, table.kind(name) or text, None) for name in table.names]
    if schema is not None:
        learned = _columns_of(schema, needs)
        wanted = [(name, kind, None if table.has_dates(name) else form) for name, kind, form in learned]
    columns, rows = _typed(table, table.name, wanted, asked, np.float64, _to_convert if schema is None else _to_correct)
    return ReadFrame(columns, np.arange(1, rows + 1), "", ()), schema or _with_columns(asked, wanted, columns)


def _read(
    file: DataFile, spec: ReadOptions, given: Schema | None, needs: Collection[str] | None, dtype: DTypeLike
) -> tuple[ReadFrame, Schema]:
    asked = given or _asked(spec)
    rows = _rows(file, spec, asked)
    if given is None:
        _refuse_unused(rows, spec, file.name)
    wanted = _columns_of(given, needs) if given else _columns_in(rows.names, spec, needs, file.name)
    columns, count = _typed(rows, file.name, wanted, asked, dtype, _to_correct if given else _to_write)
    notes = _notes(rows.names, given, spec) if given else ()
    frame = ReadFrame(columns, np.arange(1, count + 1), file.fingerprint or "", notes)
    return frame, given or _with_columns(asked, wanted, columns)


def _with_columns(asked: Schema, wanted: "Wanted", columns: Mapping[str, Column]) -> Schema:
    """How a table was read: as was asked, and the kind that each column was found to be."""
    found = tuple(ColumnSchema(name=name, kind=columns[name].kind, form=form) for name, _, form in wanted)
    return asked.model_copy(update={"columns": found})


def _rows(file: DataFile, spec: ReadOptions, asked: Schema) -> Rows:
    """The rows of a file, by the format that its name or, on standard input, its first bytes say."""
    head = file.head()
    for magic, what in OTHERS.items():
        if head.startswith(magic):
            raise DataError(f"{file.name} is {what}", "npnet reads csv, tsv and jsonl, also as .gz, and parquet")
    encoding = spec.encoding or asked.encoding
    if file.suffix in PARQUET or head.startswith(b"PAR1"):
        return Parquet(file)
    if file.suffix in JSON_LINES or (spec.path == "-" and head.lstrip().startswith(b"{")):
        return JsonLines(file, encoding)
    if file.suffix == ".json":
        raise DataError(f"{file.name} is one piece of JSON", "write an object a line, and call it .jsonl")
    delimiter = spec.delimiter or ("\t" if file.suffix in TABS else asked.delimiter or ",")
    return Delimited(file, delimiter, encoding, asked.na_values)


def _refuse_unused(rows: Rows, spec: ReadOptions, file: str) -> None:
    """DataError for a delimiter or an encoding of a file that has none."""
    unused = ("delimiter", "encoding") if isinstance(rows, Parquet) else ("delimiter",)
    for key in unused if isinstance(rows, Parquet | JsonLines) else ():
        if getattr(spec, key) is not None:
            what = "Parquet" if isinstance(rows, Parquet) else "JSON lines"
            raise DataError(f"{file} is {what}, which has no {key}", f"take {key} out")


Wanted = list[tuple[str, Kind | None, str | None]]  # a column's name, its kind if given, the form of its dates


def _columns_in(names: Sequence[str], spec: ReadOptions, needs: Collection[str] | None, file: str) -> Wanted:
    """The columns of a file that are to be read, with what is said about them."""
    refuse_missing([*spec.drop, *spec.numeric, *spec.categorical, *spec.forms, *(needs or ())], names, file)
    kept = [name for name in names if name not in spec.drop and (needs is None or name in needs)]
    return [(name, *spec.asked(name)) for name in kept]


def _columns_of(schema: Schema, needs: Collection[str] | None) -> Wanted:
    return [(one.name, one.kind, one.form) for one in schema.columns if needs is None or one.name in needs]


def _refuse_too_large(file: str, rows: int, columns: int) -> None:
    """MachineError where what is prepared of the rows would take over 90 % of the available memory.

    Columns rest on the disk; in memory each becomes an input at least, and each row has its number, place and turn.
    """
    need, free = rows * (columns * INPUT + 3 * np.dtype(np.int64).itemsize), available()
    if need > SHARE * free:
        what = f"about {rows} rows of {columns} columns need {size_text(need)}, {size_text(free)} are available"
        raise MachineError(f"{file} does not fit into memory: {what}", SMALLER)


def refuse_missing(wanted: Sequence[str], names: Sequence[str], file: str) -> None:
    """DataError for columns that are wanted and not there, with the nearest name and all there are."""
    missing = [name for name in wanted if name not in set(names)]
    if missing:
        near = nearest(missing[0], list(names))
        question = f"did you mean {quoted(near)}? " if near else ""
        raise DataError(f"{file} has no column {_listed(missing)}", f"{question}The columns are: {_listed(names)}")


def _notes(names: Sequence[str], schema: Schema, spec: ReadOptions) -> tuple[str, ...]:
    known = {one.name for one in schema.columns} | set(spec.drop)
    others = [name for name in names if name not in known]
    return (f"columns left aside: {_listed(others)}",) if others else ()


Advice = Callable[[Fault], str]  # what to do about a cell


def _typed(
    rows: Rows, name: str, wanted: Wanted, asked: Schema, dtype: DTypeLike, advice: Advice
) -> tuple[dict[str, Column], int]:
    """The wanted columns, in two passes over the rows where numbers came before the first text of some; their length.

    `name` is how messages call the table.
    """
    refuse_missing([column for column, _, _ in wanted], rows.names, name)
    _refuse_too_large(name, rows.estimate, len(wanted))
    rules, place = Rules.of(asked.na_values, dtype, asked.lossy), SpillFile(len(wanted))
    first = {column: ColumnBuilder(column, rules, dtype, place, kind, _seconds(form)) for column, kind, form in wanted}
    count = _gather(rows, first)
    if not count:
        raise DataError(f"{name} has no rows", "there is nothing below the line of column names")
    found = {column: one.finish() for column, one in first.items()}
    again = {column: one.again() for column, one in first.items() if found[column] is None}
    if again:
        _gather(rows, again)
        found |= {column: one.finish() for column, one in again.items()}
    _refuse_first([one for one in found.values() if isinstance(one, Fault)], name, advice)
    return {column: one for column, one in found.items() if isinstance(one, Column)}, count


def _gather(rows: Rows, builders: dict[str, ColumnBuilder]) -> int:
    count = 0
    for block in rows.blocks(list(builders), lambda name: builders[name].as_text):
        for name, cells in block.cells.items():
            builders[name].add(cells)
        count += block.rows
    return count


def _refuse_first(faults: Sequence[Fault], name: str, advice: Advice) -> None:
    """DataError at the first cell that is a mistake."""
    if faults:
        first = min(faults, key=lambda fault: fault.row)
        cell = f"{quoted(first.text)} {first.why} in column {quoted(first.column)}"
        raise DataError(f"{name}: row {first.row}: {cell}", advice(first))


def _to_write(fault: Fault) -> str:
    """What to write into the config for a file."""
    rounded = "lossy: true rounds it, " if fault.why == TOO_LONG else ""
    text, column = quoted(fault.text), quoted(fault.column)
    form = f'datetime: {{{fault.column}: "%d/%m/%Y"}} says how dates are written, ' if fault.why == NO_DATE else ""
    return f"{form}{rounded}na_values: [{text}] makes it missing, categorical: [{column}] keeps it as text"


def _to_correct(_: Fault) -> str:
    return "the network learned this column otherwise: correct the cell, or leave it empty"


def _to_convert(fault: Fault) -> str:
    """What to do with a column of a table in memory."""
    column = quoted(fault.column)
    return f"pandas.to_numeric makes column {column} one of numbers, astype('category') keeps it as text"


def _listed(names: Sequence[str]) -> str:
    return listed(map(quoted, names), 30)


def _seconds(form: str | None) -> Seconds:
    if form is None:
        return iso_seconds
    return plain_seconds if form == ANY_FORM else seconds_by(form)


def _asked(spec: ReadOptions) -> Schema:
    """How a file is to be read, before its columns are known."""
    missing = tuple(map(str, spec.na_values))
    return Schema(columns=(), na_values=missing, lossy=spec.lossy, delimiter=spec.delimiter, encoding=spec.encoding)
