"""How a new file is written, where the options of the run that is to read it do not fit."""

import codecs
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

from npnet.data.columns.number_style import NumberStyle
from npnet.data.columns.schema import Layout, ReadOptions, Schema
from npnet.data.columns.type_rules import Rules
from npnet.data.readers import format_of
from npnet.data.readers.data_file import DataFile
from npnet.data.readers.layout import HEAD, sniff_layout
from npnet.data.readers.reading import open_rows
from npnet.errors import DataError
from npnet.text import quoted

T = TypeVar("T")

ARRANGED = ("encoding", "delimiter", "quote", "header", "comment", "footer")
USUAL = {"encoding": "utf-8", "quote": '"', "decimal": "."}
STYLES = (NumberStyle(","), NumberStyle(".", ","))  # which 1,500 fits


def read_fitting(
    file: DataFile, spec: ReadOptions, schema: Schema, needs: Collection[str], read: Callable[[ReadOptions], T]
) -> T:
    """Call `read` with the options by which a file with the columns `needs` is read like the table of a schema.

    These are `spec`; where they do not fit, what is found of how the file is written takes the place of what the schema
    says, and a note of the file says so. Raises DataError where no options fit, or two do.
    """
    first = _with_utf8(file, spec, schema)
    try:
        return read(first)
    except DataError as error:
        notes, file.notes[:] = list(file.notes), []
        own = _own_options(file, spec, schema, needs)
        if own is None:
            file.notes[:] = notes
            raise error from None
    file.notes[:] = [_note(file, schema, own)]
    return read(own)


def _with_utf8(file: DataFile, spec: ReadOptions, schema: Schema) -> ReadOptions:
    """Return the options for a file of UTF-8, which another encoding of the schema would read wrongly."""
    if "encoding" in spec.model_fields_set or schema.encoding is None or "encoding" not in format_of(file).options:
        return spec
    if not _is_utf8(file):
        return spec
    found = spec.model_copy(update={"encoding": None})
    file.note(_note(file, schema, found))
    return found


def _is_utf8(file: DataFile) -> bool:
    """Return whether a text is UTF-8 with letters beyond ASCII."""
    decoder, ascii_only = codecs.getincrementaldecoder("utf-8")(), True
    with file.content() as content:
        while data := content.read(HEAD):
            ascii_only = ascii_only and data.isascii()
            try:
                decoder.decode(data)
            except UnicodeDecodeError:
                return False
    return not ascii_only


def _own_options(file: DataFile, spec: ReadOptions, schema: Schema, needs: Collection[str]) -> ReadOptions | None:
    """Return the options by which a file is written; None where they are those of the schema, or it has no header."""
    given = {key: getattr(spec, key) for key in spec.model_fields_set & set(Layout.model_fields)}
    found: dict[str, Any] = {}
    if "delimiter" in format_of(file).options:
        found = dict.fromkeys(key for key in ARRANGED if key not in given) | sniff_layout(file, given, needs)
        if found.get("header") is False and schema.header is not False:
            raise DataError(f"{file.name} has no line of column names", "write it above the rows, as in training")
        found["footer"] = found.get("footer") or given.get("footer") or ()
    options = ReadOptions(path=spec.path, drop=spec.drop, id=spec.id, **given, **{**found, **_absent(given, found)})
    if not {"decimal", "thousands"} & given.keys():
        options = _with_style(file, options, schema)
    return options if any(_changes(file, schema, options)) else None


def _absent(given: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in given}


def _with_style(file: DataFile, options: ReadOptions, schema: Schema) -> ReadOptions:
    """Return options with the decimal sign and the thousands separator of a file.

    Those of the schema hold if all of its numbers are written so, unless another delimiter shows that another program
    wrote the file and the numbers can be read in two ways: then raise DataError.
    """
    from npnet.data.sniffing.numbers import number_style
    from npnet.data.understanding import texts_of

    rows, _ = open_rows(file, options, schema)
    numbers = [one.name for one in schema.columns if one.kind == "number" and not (one.form or one.ranks)]
    rules = Rules.of(schema.na_values, float)
    counted = texts_of(rows, [name for name in numbers if name in rows.names])
    columns = {name: {t: n for t, n in texts.items() if t not in rules.missing} for name, texts in counted.items()}
    old = schema.number_style
    found = number_style(list(columns.values()), options.delimiter == ";")
    styles = STYLES if found is None else (found,)
    new = [NumberStyle(one.decimal, one.thousands, old.units, old.percent) for one in styles]
    texts = [(name, text) for name, known in columns.items() for text in known]
    fits_old = all(old.plain(text) is not None for _, text in texts if any(one.plain(text) for one in new))
    same_program = (options.delimiter or ",") == (schema.delimiter or ",")
    if fits_old and same_program:
        return options
    readings = list(dict.fromkeys([*([old] if fits_old else []), *new]))
    for name, text in texts:
        if len({_value(style, text) for style in readings}) > 1:
            what = f"{file.name}: {quoted(text)} in column {quoted(name)} can be read in two ways"
            raise DataError(what, f"write {' or '.join(map(_as_keys, readings[:2]))}")
    chosen = readings[0]
    decimal = None if chosen.decimal == "." else chosen.decimal
    return options.model_copy(update={"decimal": decimal, "thousands": chosen.thousands})


def _value(style: NumberStyle, text: str) -> float | None:
    plain = style.plain(text)
    return None if plain is None else float(plain)


def _as_keys(style: NumberStyle) -> str:
    if style.thousands is None or style.decimal == ",":
        return f"decimal: {quoted(style.decimal)}"
    return f"thousands: {quoted(style.thousands)}"


def _changes(file: DataFile, schema: Schema, options: ReadOptions) -> Iterator[tuple[str, str]]:
    """Yield the options that differ from those of the schema, with their values as a note shows them."""
    usual = USUAL | {"delimiter": "\t" if file.suffix in (".tsv", ".tab") else ","}
    for key in ("delimiter", "encoding", "quote", "header", "comment", "footer", "decimal", "thousands"):
        before, after = getattr(schema, key), getattr(options, key)
        if key not in options.model_fields_set or (before or usual.get(key)) == (after or usual.get(key)):
            continue
        shown = after or usual.get(key) or ("1" if key == "header" else "none")
        yield key, ", ".join(map(quoted, shown)) if isinstance(shown, tuple) else quoted(str(shown))


def _note(file: DataFile, schema: Schema, options: ReadOptions) -> str:
    changes = [f"{key}: {value}" for key, value in _changes(file, schema, options)]
    return f"{file.name}: read with {', '.join(changes)}"
