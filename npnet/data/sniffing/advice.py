"""Columns that a strict reading takes for something else than they are, and the options that make them whole."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from npnet.data.columns.column_builder import CellFault
from npnet.data.columns.number_style import NumberStyle
from npnet.data.columns.schema import DURATION, Layout, ReadOptions, Schema
from npnet.data.columns.type_rules import NO_NUMBER, TOO_LONG
from npnet.data.columns.value_parsers import NO_DATE
from npnet.data.sniffing.meaning import MARKERS, Meaning, Texts
from npnet.data.sniffing.numbers import number_style
from npnet.data.sniffing.values import meaning_of
from npnet.errors import DataError
from npnet.text import as_yaml, in_quotes, quoted

MOST_MISSING = 10  # texts that a hint offers as missing


def config_advice(options: ReadOptions, fault: CellFault, texts: Callable[[], Texts]) -> str:
    """Return what to do about a cell of a table that is read by these options, by all texts of its column."""
    column = in_quotes(fault.column)
    as_text = f"or categorical: [{column}] to keep it as text"
    as_text += f", in the place of its {key}" if (key := options.key_of(fault.column)) else ""
    rounded = "or lossy: true to round it, " if fault.why == TOO_LONG else ""
    lines = "" if rounded else option_lines(fault.column, texts(), options)
    if lines:
        return f"write {lines}, {as_text}"
    others = _unfitting(fault, texts(), options)
    if len(others) > MOST_MISSING:
        kind = "dates in one form" if fault.why == NO_DATE else "numbers"
        what = f"{len(others)} different texts of the column do not fit: write {kind} into the file"
        return f"{what}, {rounded}or write {as_text.removeprefix('or ')}"
    is_listed = fault.column in options.datetime and not isinstance(options.datetime, dict)
    name = as_yaml(fault.column)
    form = f'or datetime: {{{name}: "%d/%m/%Y"}} for the form of dates, ' if is_listed else ""
    ranks = options.ordered.get(fault.column)
    if isinstance(ranks, tuple | list):
        form = f"or ordered: {shown_option({fault.column: [*ranks, fault.text]})}, in its place, "
    missing = f"write na_values: {shown_option(_with_missing(fault.column, others, options))}"
    return f"{missing} to make {'it' if len(others) == 1 else 'them'} missing, {form}{rounded}{as_text}"


def _unfitting(fault: CellFault, texts: Texts, options: ReadOptions) -> list[str]:
    """Return the texts of a column that do not fit its kind, that of the fault first."""
    style = _style(texts, options)
    found = None if style is None else meaning_of(fault.column, texts, style)
    others = () if found is None or found.kind == "category" else (*found.missing, *found.exceptions)
    given = set(options.missing)
    return [fault.text, *(text for text in others if text not in given and text != fault.text)]


def _with_missing(column: str, texts: Sequence[str], options: ReadOptions) -> Any:
    """Return `na_values` with texts of a column."""
    if not isinstance(options.na_values, dict):
        return [*options.missing, *texts]
    return {**options.na_values, column: [*options.na_values.get(column, ()), *texts]}


def option_lines(name: str, texts: Texts, options: ReadOptions) -> str:
    """Return the options that make a column whole, as lines of a config; nothing if none do."""
    given = set(options.missing)
    known = {text: count for text, count in texts.items() if text not in given}
    style = _style(known, options)
    found = [] if style is None else [meaning_of(name, known, style)]
    if not found or found[0].exceptions or found[0].kind == "category":
        return ""  # categorical is advised anyway
    if len(found[0].forms) > 1:
        return " or ".join(f"datetime: {{{as_yaml(name)}: {quoted(form)}}}" for form in found[0].forms)
    return " and ".join(
        f"{key}: {shown_option(value)}" for key, value in _options(name, found[0], style, options).items()
    )


def file_advice(schema: Schema, fault: CellFault, texts: Callable[[], Texts]) -> str:
    """Return the options to write for a cell of a file that is read by the schema of another; nothing if none help."""
    lines = _style_lines(fault.column, texts(), schema) if fault.why == NO_NUMBER else ""
    advice = f"write {lines} if this file writes its numbers so; otherwise correct the cell, or leave it empty"
    return advice if lines else ""


def _style_lines(name: str, texts: Texts, schema: Schema) -> str:
    """Return the options of how a file writes numbers that make a column numeric, as lines; nothing if none do."""
    layout = {key: getattr(schema, key) for key in Layout.model_fields}
    options = ReadOptions(path=name, na_values=schema.na_values, **layout)
    known = {text: count for text, count in texts.items() if text not in schema.na_values}
    style = _style(known, options)
    found = None if style is None else meaning_of(name, known, style)
    if found is None or found.kind != "number" or found.forms or found.ranks or found.missing or found.exceptions:
        return ""
    return " and ".join(f"{key}: {shown_option(value)}" for key, value in _options(name, found, style, options).items())


def _style(texts: Texts, options: ReadOptions) -> NumberStyle | None:
    if options.decimal or options.thousands:
        return options.number_style
    return number_style([texts], options.delimiter == ";")


def _options(name: str, meaning: Meaning, style: NumberStyle | None, options: ReadOptions) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if style is not None and meaning.kind == "number" and not (meaning.forms or meaning.ranks):
        found |= {"decimal": style.decimal} if style.decimal != options.number_style.decimal else {}
        found |= {"thousands": style.thousands} if style.thousands != options.thousands else {}
        found |= {"units": [*options.units, *meaning.units]} if set(meaning.units) - set(options.units) else {}
        found |= {"percent": True} if meaning.percent and not options.percent else {}
    if meaning.missing:
        found["na_values"] = [*options.missing, *meaning.missing]
    if meaning.forms == (DURATION,):
        found["duration"] = [name]
    elif meaning.forms:
        found["datetime"] = {name: meaning.forms[0]}
    return found


def shown_option(value: Any) -> str:
    """Return the value of an option as a config has it on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{as_yaml(str(key))}: {shown_option(one)}" for key, one in value.items()) + "}"
    return "[" + ", ".join(map(shown_option, value)) + "]" if isinstance(value, list | tuple) else in_quotes(str(value))


def misread(columns: Mapping[str, Texts], options: ReadOptions, file: str) -> list[str]:
    """Return notes on columns of texts that may be meant as dates or durations; raise DataError for one of numbers."""
    notes = []
    for name, texts in columns.items():
        style = _style(texts, options)
        found = None if style is None else meaning_of(name, texts, style)
        if found is not None and (found.kind == "category" or found.exceptions or found.ranks):
            continue
        if found is not None and not set(_options(name, found, style, options)) - {"na_values"}:
            continue  # plain numbers, too few to decide the kind
        first = quoted(next(text for text in texts if text not in MARKERS))
        lines = option_lines(name, texts, options) or 'decimal: "," or thousands: ","'
        if found is not None and found.forms:
            notes.append(f"column {quoted(name)} is read as text, such as {first}; {lines} reads its values")
            continue
        what = f"{file}: column {quoted(name)} is text, such as {first}, that may be meant as numbers"
        raise DataError(what, f"write {lines}, or categorical: [{in_quotes(name)}] to keep it as text")
    return notes
