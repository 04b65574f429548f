"""Understanding of a table file: the options by which it is to be read, found from its bytes and its texts.

`npnet init` writes what `understand` finds as keys of the config; other commands read strictly by the keys, and ask
only for the line to write where the strict reading fails.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npnet.data.columns.column_builder import TextCodes
from npnet.data.columns.number_style import PLAIN
from npnet.data.columns.schema import DURATION, Layout, ReadOptions, Schema
from npnet.data.columns.value_parsers import ANY_FORM
from npnet.data.readers import TableReader, format_of
from npnet.data.readers.data_file import opened
from npnet.data.readers.layout import sniff_layout
from npnet.data.sniffing.advice import shown_option
from npnet.data.sniffing.meaning import ALWAYS, MARKERS, Meaning, Texts, category_markers
from npnet.data.sniffing.numbers import number_style
from npnet.data.sniffing.values import meaning_of
from npnet.errors import DataError
from npnet.text import as_yaml, listed, quoted

ROWS = 5_000  # rows whose texts are looked at
DOUBTFUL = re.compile(r"-?[1-9]\d{0,2}([.,]\d{3})+")  # 1.234
INDEXES = ("", "Unnamed: 0")


@dataclass(frozen=True)
class Understanding:
    """The options of a table that were found, beside those given, and why, by option."""

    options: dict[str, Any]
    comments: dict[str, str]


def understand(
    path: str, base: Path, given: Mapping[str, Any], targets: Sequence[str], whole: Mapping[str, Texts] | None = None
) -> Understanding:
    """Find the options by which a file is read; `given` ones hold, and `whole` has all texts of some columns.

    Raise DataError where two readings fit equally well: the hint has the options for both.
    """
    with opened(path, base) as file:
        layout: dict[str, Any] = {}
        if "delimiter" in format_of(file).options:
            layout = sniff_layout(file, given, targets)
        options = ReadOptions(path=path, **{**_layout_of(given), **layout})
        schema = Schema(columns=(), **options.layout)
        reader = format_of(file).open(file, options, schema)
        texts = texts_of(reader, reader.names)
    named = ReadOptions(path=path, **given).named
    index = [name for name in texts if name in INDEXES and name not in named and name not in targets]
    index += [name for name in texts if name.startswith("column_") and not any(texts[name])]
    columns = {name: (whole or {}).get(name, found) for name, found in texts.items() if name not in (*named, *index)}
    found, comments = _style(file.name, columns, {**given, **layout})
    style = ReadOptions(path=path, **{**_layout_of(given), **layout, **found}).number_style
    meanings = {name: meaning_of(name, column, style) for name, column in columns.items()}
    options_found = {**layout, **found, **_meant(file.name, meanings, columns, comments)}
    if index:
        options_found["drop"] = index
        comments["drop"] = "row numbers or nothing" if index == [""] else f"{listed(map(quoted, index))}: row numbers"
    return Understanding({key: _joined(given.get(key), value) for key, value in options_found.items()}, comments)


def contradictions(options: ReadOptions, base: Path, targets: Sequence[str]) -> list[str]:
    """Return what the file of some options shows and they do not say, a sentence for each option.

    Columns that the options name are as they say.
    """
    try:
        found = understand(options.path, base, {}, targets).options
    except DataError as error:
        return [error.message]
    missing = {key: _unsaid(value, getattr(options, key), options) for key, value in found.items()}
    return [f"the file seems to need {key}: {shown_option(value)}" for key, value in missing.items() if value]


def _unsaid(found: Any, has: Any, options: ReadOptions) -> Any:
    """Return what was found for an option and is neither its value nor about a column that another option names."""
    if isinstance(found, list):
        known = {*options.named, *map(str, has)}
        return [] if isinstance(has, dict) else [one for one in found if one not in known]
    if isinstance(found, dict):
        return {name: one for name, one in found.items() if name not in options.named}
    return None if found == has else found


def _layout_of(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key in Layout.model_fields}


def texts_of(reader: TableReader, names: Sequence[str]) -> dict[str, Counter[str]]:
    """Count the distinct texts of the first rows, by column, without blanks around them."""
    found: dict[str, Counter[str]] = {name: Counter() for name in names}
    rows = 0
    for block in reader.blocks(names, lambda _: True):
        for name, cells in block.cells.items():
            codes = TextCodes({""})
            known = Counter(codes.encode(cells[:ROWS]).tolist())
            found[name].update(
                {text: known[code] for text, code in codes.items() if code >= 0 and text == text.strip()}
            )
        rows += block.rows
        if rows >= ROWS:
            break
    return found


def _style(file: str, columns: Mapping[str, Texts], known: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the decimal sign and the thousands separator of a file that are not given, and their comments."""
    if known.get("decimal") or known.get("thousands"):
        return {}, {}
    style = number_style(list(columns.values()), known.get("delimiter") == ";")
    if style is None:
        name, text = next((name, text) for name, texts in columns.items() for text in texts if DOUBTFUL.fullmatch(text))
        sign = "," if "," in text else "."
        what = f"{file}: {quoted(text)} in column {quoted(name)} may be a decimal number or one with thousands"
        raise DataError(what, f'write decimal: "{sign}" or thousands: "{sign}"')
    found: dict[str, Any] = {}
    comments = {}
    if style.decimal != PLAIN.decimal:
        found["decimal"], comments["decimal"] = style.decimal, "3,5 is three and a half"
    if style.thousands is not None:
        found["thousands"] = style.thousands
        comments["thousands"] = f"1{style.thousands}234 is one thousand two hundred thirty-four"
    return found, comments


def _meant(
    file: str, meanings: Mapping[str, Meaning], columns: Mapping[str, Texts], comments: dict[str, str]
) -> dict[str, Any]:
    """Return the options for what columns mean; adds their comments."""
    found: dict[str, Any] = {}
    units = tuple(dict.fromkeys(unit for one in meanings.values() for unit in one.units))
    if units:
        found["units"] = list(units)
        comments["units"] = _columns(name for name, one in meanings.items() if one.units)
    if percent := [name for name, one in meanings.items() if one.percent]:
        found["percent"], comments["percent"] = True, f"{_columns(percent)}: 45% is 0.45{_unsigned(columns, percent)}"
    missing, why = _missing(meanings, columns)
    if missing:
        comments["na_values"] = why
    dates: dict[str, str] = {}
    for name, one in meanings.items():
        if one.kind == "datetime" and len(one.forms) > 1:
            lines = "write " + " or ".join(f"datetime: {{{as_yaml(name)}: {quoted(form)}}}" for form in one.forms)
            text = next(text for text in columns[name] if text not in MARKERS)
            raise DataError(
                f"{file}: the day and the month of {quoted(text)} in column {quoted(name)} can be either", lines
            )
        if one.kind == "datetime" and one.forms:
            dates[name] = one.forms[0]
    found |= {"na_values": missing} if missing else {}
    found |= {"datetime": dates} if dates else {}
    if durations := [name for name, one in meanings.items() if one.forms == (DURATION,)]:
        found["duration"], comments["duration"] = durations, "in seconds"
    if ordered := {name: dict(one.ranks) for name, one in meanings.items() if one.ranks}:
        found["ordered"], comments["ordered"] = ordered, "the middles of ranges"
    if codes := [name for name, one in meanings.items() if one.are_codes]:
        found["categorical"], comments["categorical"] = codes, "digits that are codes, not numbers"
    return found


def _missing(meanings: Mapping[str, Meaning], columns: Mapping[str, Texts]) -> tuple[Any, str]:
    """Return the texts that mean missing: in all columns, or by column where one holds them as values."""
    by_column = {name: list(one.missing) for name, one in meanings.items() if one.missing}
    texts = list(dict.fromkeys(text for listed_ in by_column.values() for text in listed_))
    counts = {text: sum(columns[name][text] for name, known in by_column.items() if text in known) for text in texts}
    comment = listed((f"{quoted(text)} in {count} cell{'s' * (count != 1)}" for text, count in counts.items()), 4)
    clash = any(
        text in columns[name] and text not in one.missing and not _is_marker(text, columns[name])
        for name, one in meanings.items()
        for text in texts
    )
    return (by_column if clash else texts), comment


def _unsigned(columns: Mapping[str, Texts], percent: Sequence[str]) -> str:
    """Return that some numbers of columns with percent signs have none, and so are not divided by 100."""
    plain = [
        (name, text)
        for name in percent
        for text in columns[name]
        if not text.endswith("%") and PLAIN.plain(text) and float(text)
    ]
    return f", but {plain[0][1]} in {quoted(plain[0][0])}, which has no %, stays {plain[0][1]}" if plain else ""


def _is_marker(text: str, texts: Texts) -> bool:
    """Return whether a text that means missing in another column does so in a column of categories."""
    return text in MARKERS and (text not in ALWAYS or text in category_markers(texts))


def _columns(names: Any) -> str:
    return listed(map(quoted, names), 3)


def _joined(given: Any, found: Any) -> Any:
    """Return a given value with what was found beside it."""
    if given is None:
        return found
    if isinstance(found, dict):
        return {**found, **(given if isinstance(given, dict) else dict.fromkeys(given, ANY_FORM))}
    return [*given, *(one for one in found if one not in given)] if isinstance(found, list) else given
