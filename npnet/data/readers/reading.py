"""Tables read into typed frames, from a file of any format or from memory."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

from npnet.data.columns import CONTENT, Column, Frame, Kind
from npnet.data.columns.column_builder import CellFault, ColumnBuilder
from npnet.data.columns.schema import DURATION, ColumnSchema, ReadOptions, Schema, WantedColumn
from npnet.data.columns.spelling import are_truths, with_one_spelling
from npnet.data.columns.spill_file import SpillFile
from npnet.data.columns.type_rules import NO_FINITE, Rules
from npnet.data.readers import TableReader, database, delimited, feather, format_of, jsonlines, parquet, workbook
from npnet.data.readers.data_file import DataFile, opened
from npnet.data.readers.in_memory import InMemory
from npnet.errors import DataError, MachineError
from npnet.machine.resources import SHARE, available, size_text
from npnet.registry import nearest
from npnet.text import listed, quoted

READERS = (delimited, jsonlines, parquet, feather, workbook, database)  # each registers a format when imported
HOW_WRITTEN = ("delimiter", "encoding", "quote", "header", "comment", "footer", "decimal", "sheet", "query")
MOST = 2000  # texts of a column that may be meant otherwise
INPUT = 4  # bytes of an input of a network in float32
LEARNED = "the network learned this column otherwise: correct the cell, or leave it empty"
SMALLER = "drop: leaves columns out; a file of fewer rows takes less"

Wanted = list[WantedColumn]
Advice = Callable[[CellFault, Callable[[], Counter[str]]], str]  # what to do about a cell, by all texts of its column


class CellError(DataError):
    """Cells that their columns cannot hold; `columns` are all such columns."""

    columns: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class ReadFrame(Frame):
    """A table as it was read, with the SHA-256 of the file and notes on ignored columns and other choices."""

    fingerprint: str
    notes: tuple[str, ...]


def read_frame(
    spec: ReadOptions,
    base: Path,
    schema: Schema | None = None,
    needs: Collection[str] | None = None,
    dtype: DTypeLike = np.float64,
) -> tuple[ReadFrame, Schema]:
    """Read a table file and return it with its schema; `needs` names the columns if not all.

    A relative path starts at `base`. Types follow `npnet.data.columns.type_rules`. With the schema of another table,
    column kinds and missing markers are those of that table; columns are found by name, and others are ignored with a
    note. Numbers have `dtype`, float64 or float32; dates are always float64. Raises DataError for a file, row or cell
    that is not valid, MachineError where the table does not fit into memory.
    """
    with opened(spec.path, base) as file:
        return read_file(file, spec, schema, needs, dtype)


def read_file(
    file: DataFile, spec: ReadOptions, schema: Schema | None, needs: Collection[str] | None, dtype: DTypeLike
) -> tuple[ReadFrame, Schema]:
    """Read a table file that is open, as `read_frame` does."""
    try:
        rows, options = open_rows(file, spec, schema)
        wanted = columns_of(schema, needs) if schema else _columns_in(rows.names, spec, needs, file.name)
        advice = partial(cell_advice, options if schema else spec)
        columns, count = _typed(rows, file.name, wanted, options, dtype, advice)
        notes = [*file.notes]
        if schema is None:
            columns, spelled = with_one_spelling(columns)
            notes += [*spelled, *_misread(columns, spec, file.name)]
        else:
            notes += ignored_columns(rows.names, schema, spec.left_out)
    except DataError as error:
        raise with_notes(error, file.notes) from None
    except MemoryError:
        raise MachineError(f"{file.name} does not fit into memory", SMALLER) from None
    frame = ReadFrame(columns, np.arange(1, count + 1), file.fingerprint or "", tuple(notes))
    return frame, schema or _with_columns(options.model_copy(update=file.chosen), wanted, columns)


def _misread(columns: Mapping[str, Column], spec: ReadOptions, file: str) -> list[str]:
    """Return notes on columns of texts with digits, which may be meant as dates; raise DataError for numbers."""
    texts: dict[str, dict[str, int]] = {}
    for name, column in columns.items():
        levels = () if name in spec.named else column.levels[:MOST]
        if any(text[:1].isdigit() or text[-1:].isdigit() for text in levels):
            counts = column.level_counts()
            texts[name] = {level: counts[level] for level in levels}
    if not texts:
        return []
    from npnet.data.sniffing.advice import misread

    return misread(texts, spec, file)


def cell_advice(options: ReadOptions | Schema, fault: CellFault, texts: Callable[[], Counter[str]]) -> str:
    """Return what to do about a cell of a file that is read by the options of a config or by the schema of another."""
    from npnet.data.sniffing.advice import config_advice, file_advice

    if isinstance(options, Schema):
        return file_advice(options, fault, texts) or LEARNED
    return config_advice(options, fault, texts)


def read_table(
    table: InMemory,
    schema: Schema | None = None,
    needs: Collection[str] | None = None,
    text: Kind | None = None,
) -> tuple[ReadFrame, Schema]:
    """Read a table in memory as `read_frame` reads a file of the same rows.

    Without a schema the type of a column gives its kind; a column of texts has the kind `text`, or the kind that its
    texts give. Columns of dates or durations are read as such, whatever form of text the schema gives.
    """
    options = schema or Schema(columns=())
    if schema is None:
        _refuse_no_name(table.names, table.name, "give it one, or leave the column out")
        wanted = [WantedColumn(name=name, kind=table.kind(name) or text) for name in table.names]
    else:
        wanted = columns_of(schema, needs)
        _refuse_in_index(table, wanted)
    wanted = [_in_memory(table, one) for one in wanted]
    advice = partial(_memory_advice, schema is not None)
    columns, rows = _typed(table, table.name, wanted, options, np.float64, advice)
    if schema is None:
        columns, _ = with_one_spelling(columns)
    return ReadFrame(columns, np.arange(1, rows + 1), "", ()), schema or _with_columns(options, wanted, columns)


def open_rows(file: DataFile, spec: ReadOptions, given: Schema | None) -> tuple[TableReader, Schema]:
    """Open the rows of a file, and return them with the options by which they are read.

    These are those of the schema, if one is given, and beside it those that `spec` sets on how the file is written.
    Raises DataError for an option that the format of the file does not have.
    """
    options = given or Schema(columns=(), na_values=spec.missing, lossy=spec.lossy, **spec.layout)
    options = options.model_copy(update={key: getattr(spec, key) for key in spec.model_fields_set & set(spec.layout)})
    known = format_of(file)
    for key in HOW_WRITTEN:
        if key in spec.model_fields_set and getattr(spec, key) not in (None, ()) and key not in known.options:
            raise DataError(f"{file.name} is {known.name}, which has no {key}", f"take {key} out")
    return known.open(file, spec, options), options


def _with_columns(options: Schema, wanted: Wanted, columns: Mapping[str, Column]) -> Schema:
    found = tuple(
        ColumnSchema(**{**dict(one), "kind": columns[one.name].kind, "truths": are_truths(columns[one.name])})
        for one in wanted
    )
    return options.model_copy(update={"columns": found})


def _columns_in(names: Sequence[str], spec: ReadOptions, needs: Collection[str] | None, file: str) -> Wanted:
    refuse_missing([*spec.named, *(needs or ())], names, file)
    if "" not in spec.left_out:
        _refuse_no_name(names, file, 'an index? Then write drop: [""]')
    return [spec.column(name) for name in names if name not in spec.left_out and (needs is None or name in needs)]


def _refuse_no_name(names: Sequence[str], file: str, hint: str) -> None:
    if "" in names:
        raise DataError(f"{file}: column {names.index('') + 1} has no name", hint)


def _refuse_in_index(table: InMemory, wanted: Wanted) -> None:
    """Raise DataError for a wanted column that is the index of a table instead."""
    for one in wanted:
        if one.name not in table.names and one.name in table.index_names:
            what = f"{table.name} has no column {quoted(one.name)}, which is the name of its index"
            raise DataError(what, f"{table.name}.reset_index() makes a column of the index")


def _in_memory(table: InMemory, wanted: WantedColumn) -> WantedColumn:
    """Return how a column of a table in memory is to be read: dates and durations in the form that they become."""
    if table.has_dates(wanted.name):
        return wanted.model_copy(update={"form": None})
    if table.has_durations(wanted.name) and wanted.kind == "number":
        return wanted.model_copy(update={"form": DURATION})
    return wanted


def columns_of(schema: Schema, needs: Collection[str] | None) -> Wanted:
    """Return the columns of a schema, or those that are needed."""
    return [WantedColumn(**dict(one)) for one in schema.columns if needs is None or one.name in needs]


def refuse_missing(wanted: Sequence[str], names: Sequence[str], file: str) -> None:
    """Raise DataError for wanted columns that do not exist, with the nearest name and all names."""
    known = set(names)
    missing = [name for name in dict.fromkeys(wanted) if name not in known]
    if missing:
        near = nearest(missing[0], list(names))
        question = f"did you mean {quoted(near)}? " if near else ""
        raise DataError(f"{file} has no column {_listed(missing)}", f"{question}The columns are: {_listed(names)}")


def with_notes(error: DataError, notes: Sequence[str]) -> DataError:
    """Return an error whose hint also has notes on how its table was read, which may be the cause."""
    return DataError(error.message, "; ".join([*([error.hint] if error.hint else []), *notes])) if notes else error


def ignored_columns(names: Sequence[str], schema: Schema, others: Collection[str]) -> tuple[str, ...]:
    """Return a note on the columns that neither a schema has nor `others`; nothing where there is none."""
    known = {one.name for one in schema.columns} | set(others)
    ignored = [name for name in names if name not in known]
    return (f"columns ignored: {_listed(ignored)}",) if ignored else ()


def _typed(
    rows: TableReader, name: str, wanted: Wanted, options: Schema, dtype: DTypeLike, advice: Advice
) -> tuple[dict[str, Column], int]:
    """Read the wanted columns and count the rows; `name` is how messages call the table.

    A second pass reads the columns in which numbers or dates came before the first text.
    """
    refuse_missing([one.name for one in wanted], rows.names, name)
    _refuse_too_large(name, rows.estimate, len(wanted))
    rules, file = Rules.of(options.na_values, dtype, options.lossy, options.number_style), SpillFile(len(wanted))
    first = {one.name: ColumnBuilder(one, rules, dtype, file) for one in wanted}
    count = _fill(rows, first)
    if not count:
        raise DataError(f"{name} has no rows", "there is nothing below the line of column names")
    found = {column: builder.finish() for column, builder in first.items()}
    unfinished = [column for column in first if found[column] is None]
    if unfinished:
        texts = [one for one in wanted if one.name in unfinished]
        again = {one.name: ColumnBuilder(one, rules, dtype, file, as_text=True) for one in texts}
        _fill(rows, again)
        found |= {column: builder.finish() for column, builder in again.items()}
    faults = [one for one in found.values() if isinstance(one, CellFault)]
    if faults:
        raise cell_error(faults, rows, name, advice)
    return {column: one for column, one in found.items() if isinstance(one, Column)}, count


def _fill(rows: TableReader, builders: dict[str, ColumnBuilder]) -> int:
    count = 0
    for block in rows.blocks(list(builders), lambda name: builders[name].as_text):
        for name, cells in block.cells.items():
            builders[name].add(cells)
        count += block.rows
    return count


def _refuse_too_large(file: str, rows: int, columns: int) -> None:
    """Raise MachineError where the prepared rows would take over 90 % of the available memory.

    The columns may be in a file; but each becomes an input at least, and each row has three numbers of 8 bytes.
    """
    need, free = rows * (columns * INPUT + 3 * np.dtype(np.int64).itemsize), available()
    if need > SHARE * free:
        what = f"about {rows} rows of {columns} columns need {size_text(need)}, {size_text(free)} are available"
        raise MachineError(f"{file} does not fit into memory: {what}", SMALLER)


def cell_error(faults: Sequence[CellFault], rows: TableReader, name: str, advice: Advice) -> CellError:
    """Return the error for the first faulty cell of a table."""
    first = min(faults, key=lambda fault: fault.row)
    what = f"row {first.row}: {quoted(first.text)} {first.why} in column {quoted(first.column)}"
    if first.nearly:
        what = f"column {quoted(first.column)} is {first.share:.0%} {CONTENT[first.nearly]}, but row {first.row} has"
        what += f" {quoted(first.text)}"

    def texts() -> Counter[str]:
        wanted = WantedColumn(name=first.column, kind="category")
        builder = ColumnBuilder(wanted, Rules.of((), np.float64), np.float64, SpillFile(1))
        _fill(rows, {first.column: builder})
        column = builder.finish()
        return column.level_counts() if isinstance(column, Column) else Counter()

    error = CellError(f"{name}: {what}", advice(first, texts))
    error.columns = tuple(fault.column for fault in faults)
    return error


def _memory_advice(learned: bool, fault: CellFault, _: object) -> str:
    if learned:
        return LEARNED
    column = quoted(fault.column)
    if fault.why == NO_FINITE:
        return f"X[{column}].replace([numpy.inf, -numpy.inf], numpy.nan) makes such numbers missing"
    numbers = f'pandas.to_numeric(X[{column}], errors="coerce") makes such texts missing'
    return f'{numbers}, X[{column}].astype("category") makes categories of all'


def _listed(names: Sequence[str]) -> str:
    return listed(map(quoted, names), 30)
