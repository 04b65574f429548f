"""Columns in C: how the cells of each are read."""

import re
from decimal import Decimal

from npnet.data.columns.number_style import BLANKS, NUMBER, PLAIN, SAME, TRUTHS
from npnet.data.columns.spelling import LONGEST
from npnet.data.columns.value_parsers import UNIX
from npnet.export.c_code.library import array, comment, literal
from npnet.export.document import Document, RawColumn, TableWriting

READERS = ("number", "text", "date", "rank")
SIMPLE = re.compile(r"(?:%[YymdHMS]|[^%\s\w])(?:%[YymdHMS]|[^%\w]|T)*", re.ASCII)
"""Forms of dates made of numbers and signs alone."""


class DateForms:
    """The forms of dates that C reads: ISO 8601, Unix times, and those of strptime with numbers alone."""

    def __contains__(self, form: object) -> bool:
        return form == "ISO 8601" or form in UNIX or (isinstance(form, str) and SIMPLE.fullmatch(form) is not None)


def tables_of(document: Document) -> str:
    """Return the tables by which cells are read."""
    texts = [_lists(document.writing), _style("npnet_plain", None), _style("npnet_numbers", document.writing)]
    if any(column.truths for column in document.columns):
        texts.append(_style("npnet_numbers_or_truths", document.writing, truths=True))
    for number, column in enumerate(document.columns):
        texts.append(f"/* Column {number}: {comment(column.name)} */\n{_missing(number, column)}")
        if column.reader in ("text", "rank"):
            texts.append(_known(number, column))
    return "\n".join(texts)


def _lists(writing: TableWriting) -> str:
    separators = SAME.get(writing.thousands, writing.thousands) if writing.thousands else ""
    units = sorted(writing.units, key=len, reverse=True)
    lists = {"npnet_nothing": (), "npnet_blanks": BLANKS, "npnet_separators": separators, "npnet_units": units}
    return "".join(array("char *const", name, [*map(literal, texts), "NULL"]) for name, texts in lists.items())


def _style(name: str, writing: TableWriting | None, truths: bool = False) -> str:
    """Return how numbers are written; None is the plain form."""
    if writing is None:
        fields = ['"."', "npnet_nothing", "npnet_nothing", "npnet_blanks", "0", "0", "0", "1"]
    else:
        flags = (writing.thousands == ",", writing.percent, truths, writing.lossy)
        fields = [literal(writing.decimal), "npnet_separators", "npnet_units", "npnet_blanks"]
        fields += [str(int(flag)) for flag in flags]
    return f"static const npnet_style {name} = {{{', '.join(fields)}}};\n"


def _missing(number: int, column: RawColumn) -> str:
    """Return the texts and numbers that mean missing."""
    plain = [float(text) for text in map(PLAIN.plain, column.missing) if text is not None]
    absent = dict.fromkeys(plain) if column.reader == "number" else {}
    texts = array("char *const", f"npnet_missing_texts_{number}", [*map(literal, column.missing), "NULL"])
    numbers = array("double", f"npnet_missing_numbers_{number}", [repr(one) for one in absent])
    fields = f"npnet_missing_texts_{number}, {len(column.missing)}, npnet_missing_numbers_{number}, {len(absent)}"
    return f"{texts}{numbers}static const npnet_missing npnet_missing_{number} = {{{fields}}};\n"


def _known(number: int, column: RawColumn) -> str:
    """Return the texts that a column is known to hold, in the order of their bytes, and their other spellings."""
    known = sorted(column.known if column.ranks is None else column.ranks, key=str.encode)
    numbers: dict[Decimal, list[int]] = {}
    truths: dict[str, list[int]] = {"0": [], "1": []}
    for place, text in enumerate(known):
        if (truth := TRUTHS.get(text.lower())) is not None:
            truths[truth].append(place)
        elif len(text) <= LONGEST and NUMBER.fullmatch(text):
            numbers.setdefault(Decimal(text), []).append(place)
    of_truths = sum(map(len, [*numbers.values(), *truths.values()])) == len(known) and numbers.keys() <= {0, 1}
    shown = [{0: -1, 1: truths[digit][0] if truths[digit] else 0}.get(len(truths[digit]), -2) for digit in "01"]
    name = f"npnet_known_{number}"
    texts = array("char *const", f"{name}_texts", [*map(literal, known), "NULL"])
    texts += array("double", f"{name}_numbers", [repr(float(one)) for one in numbers])
    texts += array("int", f"{name}_places", [str(one[0]) if len(one) == 1 else "-1" for one in numbers.values()])
    if column.ranks is not None:
        texts += array("double", f"npnet_ranks_{number}", [repr(column.ranks[text]) for text in known])
    fields = f"{name}_texts, {len(known)}, {name}_numbers, {name}_places, {len(numbers)}"
    return f"{texts}static const npnet_texts {name} = {{{fields}, {{{shown[0]}, {shown[1]}}}, {int(of_truths)}}};\n"


def reading_of(document: Document) -> str:
    """Return the function that reads the cells of a row."""
    lines = []
    for number, column in enumerate(document.columns):
        cell, value, missing = f"npnet_cell(cells[{number}])", f"&values[{number}]", f"&npnet_missing_{number}"
        if column.reader == "text":
            lines.append(f"values[{number}] = npnet_read_text({cell}, &npnet_known_{number}, {missing});")
            continue
        call = {
            "number": f"npnet_read_number({cell}, &{_style_of(column)}, {missing}, {value})",
            "rank": f"npnet_read_rank({cell}, &npnet_known_{number}, npnet_ranks_{number}, {missing}, {value})",
            "date": f"npnet_read_date({cell}, {_form(column)}, {missing}, {value})",
        }[column.reader]
        lines.append(f"if (!{call}) return {number + 1};")
    body = "\n".join(f"    {line}" for line in [*lines, "return 0;"])
    head = "static inline int npnet_read(const char *const cells[NPNET_COLUMNS], double values[NPNET_COLUMNS])"
    return f"{head}\n{{\n{body}\n}}\n"


def _style_of(column: RawColumn) -> str:
    return "npnet_numbers_or_truths" if column.truths else "npnet_numbers"


def _form(column: RawColumn) -> str:
    """Return the form of dates, and the unit of Unix times."""
    unit = UNIX.get(column.form or "")
    return f"NULL, {unit!r}" if unit else f"{literal(column.form) if column.form else 'NULL'}, 0.0"


def code_of_text(column: RawColumn, text: str) -> int:
    """Return the code that the cells of a text get: 2 and more in the order of bytes."""
    return sorted(column.known, key=str.encode).index(text) + 2
