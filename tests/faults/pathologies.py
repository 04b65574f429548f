"""Pathologies of tables, in their rows and in the bytes that they are written in."""

from collections.abc import Callable
from random import Random

HUGE = ("1e308", "-1e308", "1.8e308", "1e999", "9" * 400, "9007199254740993", "5e-324", "0x1F", "1e-400", "-0.0")
NO_NUMBERS = (
    "nan",
    "NaN",
    "inf",
    "-Infinity",
    "NULL",
    "NA",
    "None",
    "?",
    "#N/A",
    "1,5",
    "1_000",
    "\u0661",
    "\u00b2",
    "--1",
    "1e",
)
ODD_NAMES = (
    "",
    " ",
    "a",
    "y",
    "row",
    "prediction",
    "../x",
    "a\tb",
    "\u202e",
    "x" * 5000,
    "nan",
    "1",
    "=cmd()",
    "a.b",
    "\ufeffa",
)
ODD_TEXTS = (
    "\u0130",
    "e\u0301",
    "\U0001f9e0",
    "\x1b[2J",
    "=1+1",
    "a" * 70_000,
    "\u2028",
    "'",
    "\x7f",
    " lead",
    "trail ",
    "\x85",
)
ENCODINGS = ("latin-1", "cp1252", "utf-16", "utf-16-le", "utf-8-sig", "utf-32", "shift_jis", "utf-7")

Rows = list[list[str]]
Pathology = Callable[[Rows, Random], None]


def ragged(rows: Rows, random: Random) -> None:
    row = random.choice(rows or [[]])
    row[:] = row[: random.randint(0, 4)] if random.random() < 0.5 else [*row, "x"]


def without_rows(rows: Rows, random: Random) -> None:
    del rows[random.choice((0, 1, 2, 3)) :]


def without_header(rows: Rows, random: Random) -> None:
    del rows[:1]


def header_twice(rows: Rows, random: Random) -> None:
    rows.insert(random.randint(0, len(rows)), rows[0][:] if rows else ["a"])


def empty_lines(rows: Rows, random: Random) -> None:
    for _ in range(random.choice((1, 3, 200))):
        rows.insert(random.randint(0, len(rows)), [])


def duplicate_names(rows: Rows, random: Random) -> None:
    if rows and rows[0]:
        rows[0][random.randrange(len(rows[0]))] = random.choice(rows[0])


def odd_name(rows: Rows, random: Random) -> None:
    if rows and rows[0]:
        rows[0][random.randrange(len(rows[0]))] = random.choice(ODD_NAMES)


def empty_column(rows: Rows, random: Random) -> None:
    _fill(rows, random, "")


def constant_column(rows: Rows, random: Random) -> None:
    _fill(rows, random, random.choice(("1", "x", "0", "1e300", "2024-01-01")))


def column_of_huge_numbers(rows: Rows, random: Random) -> None:
    column = _column(rows, random)
    for row in rows[1:]:
        row[column : column + 1] = [random.choice(HUGE)]


def one_huge_number(rows: Rows, random: Random) -> None:
    _one(rows, random, random.choice(HUGE))


def no_number(rows: Rows, random: Random) -> None:
    for _ in range(random.choice((1, 1, 3, 20))):
        _one(rows, random, random.choice(NO_NUMBERS))


def gaps(rows: Rows, random: Random) -> None:
    for _ in range(random.choice((1, 10, 200))):
        _one(rows, random, random.choice(("", "", " ", '""')))


def odd_text(rows: Rows, random: Random) -> None:
    _one(rows, random, random.choice(ODD_TEXTS))


def one_class(rows: Rows, random: Random) -> None:
    for row in rows[1:]:
        row[-1:] = ["p"]


def rare_class(rows: Rows, random: Random) -> None:
    if len(rows) > 1:
        rows[-1][-1:] = ["rare"]


def class_for_each_row(rows: Rows, random: Random) -> None:
    for number, row in enumerate(rows[1:]):
        row[-1:] = [f"class {number}"]


def one_target_of_text(rows: Rows, random: Random) -> None:
    if len(rows) > 1:
        random.choice(rows[1:])[-1:] = [random.choice((*NO_NUMBERS, ""))]


def same_rows(rows: Rows, random: Random) -> None:
    rows[1:] = [rows[-1][:] for _ in rows[1:]]


def one_column(rows: Rows, random: Random) -> None:
    for row in rows:
        del row[:-1]


def many_columns(rows: Rows, random: Random) -> None:
    for place, row in enumerate(rows):
        row[:0] = [f"w{number}" if not place else "1" for number in range(600)]


def odd_dates(rows: Rows, random: Random) -> None:
    for row in rows[1:]:
        row[3:4] = [
            random.choice(("0000-00-00", "9999-12-31", "2024-02-30", "01/02/2024", "2024-01-01T25:00", "1600-01-01Z"))
        ]


def mixed_kinds(rows: Rows, random: Random) -> None:
    for row in rows[1::2]:
        row[0:1] = ["text"]


def quotes(rows: Rows, random: Random) -> None:
    _one(rows, random, random.choice(('"', '"open', 'a"b', '"a""b"', '"a,b"', '"a\nb"', "''", '"a"b')))


def categories_without_number(rows: Rows, random: Random) -> None:
    for number, row in enumerate(rows[1:]):
        row[2:3] = [f"level {number}"]


PATHOLOGIES: tuple[Pathology, ...] = (
    *(ragged, without_rows, without_header, header_twice, empty_lines, duplicate_names, odd_name, empty_column),
    *(constant_column, column_of_huge_numbers, one_huge_number, no_number, gaps, odd_text, one_class, rare_class),
    *(class_for_each_row, one_target_of_text, same_rows, one_column, many_columns, odd_dates, mixed_kinds, quotes),
    categories_without_number,
)


def recoded(data: bytes, random: Random) -> bytes:
    return data.decode().encode(random.choice(ENCODINGS), "replace")


def with_carriage_returns(data: bytes, random: Random) -> bytes:
    return data.replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\r", b"\r\r\n")))


def with_an_odd_byte(data: bytes, random: Random) -> bytes:
    place = random.choice((0, len(data), random.randint(0, len(data))))
    return data[:place] + random.choice((b"\0", b"\xff", b"\xef\xbb\xbf", b"\x1a", b"\r", b"\x80", b'"')) + data[place:]


def cut_short(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def other_format(data: bytes, random: Random) -> bytes:
    return random.choice((b"PAR1", b"\x1f\x8b\x08", b"PK\x03\x04", b'{"a": 1}\n', b"\x93NUMPY", b"<html>")) + data


def with_other_delimiters(data: bytes, random: Random) -> bytes:
    return data.replace(b",", random.choice((b";", b"\t", b"|", b" ", b", ")))


BYTE_PATHOLOGIES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(recoded, with_carriage_returns, with_an_odd_byte, cut_short, other_format, with_other_delimiters),
)
PACKED_PATHOLOGIES: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(with_an_odd_byte, with_an_odd_byte, cut_short, other_format),
)


# Other ways to write a sound table, which `init` finds out


def with_decimal_commas(rows: Rows, random: Random) -> None:
    _each(rows, lambda cell: f'"{cell.replace(".", ",")}"' if "." in cell else cell)


def with_units(rows: Rows, random: Random) -> None:
    form = random.choice(("{}%", "${}", "{} kg", "({})", "{}-", "\u20ac {}"))
    _each(rows, lambda cell: form.format(cell) if cell[:1].isdigit() else cell, _column(rows, random))


def with_thousands(rows: Rows, random: Random) -> None:
    sign = random.choice((".", " ", "'", "\u202f"))
    _each(rows, lambda cell: f"{cell}{sign}{random.randint(0, 999):03}" if cell.isdigit() else cell)


def with_durations(rows: Rows, random: Random) -> None:
    form = random.choice(("{}:02:03", "{}:30", "PT{}H", "{}h 5min", "{} days 01:00:00", "{}s"))
    _each(rows, lambda cell: form.format(cell) if cell.isdigit() else cell)


def with_ranges(rows: Rows, random: Random) -> None:
    _each(rows, lambda cell: f"{cell}0-{cell}9" if cell.isdigit() and cell != "9" else "90+" if cell == "9" else cell)


def with_other_dates(rows: Rows, random: Random) -> None:
    form = random.choice(("{2}.{1}.{0}", "{1}/{2}/{0}", "{0}{1}{2}", "17{2}0{1}0000", "{0}-{1}", "{2} Mar {0}"))
    _each(rows, lambda cell: form.format(*cell.split("-")) if cell.count("-") == 2 else cell)


def with_other_truths(rows: Rows, random: Random) -> None:
    yes, no = random.choice((("TRUE", "False"), ("yes", "no"), ("1.0", "0"), ("t", "f"), ("Y", "N")))
    _each(rows, lambda cell: {"p": yes, "n": no, "1": yes, "0": no}.get(cell, cell))


def with_lines_around(rows: Rows, random: Random) -> None:
    above = random.choice((["# exported"], ["Sales of May"], ["sep=,"], ["#a", "b", "c", "d", "y"]))
    rows.insert(0, above)
    if random.random() < 0.5:
        rows.append([random.choice(("Total", "# end", "(40 rows)"))])


def with_trailing_delimiters(rows: Rows, random: Random) -> None:
    for row in rows:
        row.append("")


def with_an_index(rows: Rows, random: Random) -> None:
    for number, row in enumerate(rows):
        row.insert(0, str(number - 1) if number else random.choice(("", "Unnamed: 0", "id")))


LAYOUTS: tuple[Pathology, ...] = (
    *(with_decimal_commas, with_units, with_thousands, with_durations, with_ranges, with_other_dates),
    *(with_other_truths, with_lines_around, with_trailing_delimiters, with_an_index),
)


def _each(rows: Rows, written: Callable[[str], str], column: int | None = None) -> None:
    for row in rows[1:]:
        row[:] = [written(cell) if column in (None, place) else cell for place, cell in enumerate(row)]


def _column(rows: Rows, random: Random) -> int:
    return random.randrange(len(rows[0])) if rows and rows[0] else 0


def _fill(rows: Rows, random: Random, text: str) -> None:
    column = _column(rows, random)
    for row in rows[1:]:
        row[column : column + 1] = [text]


def _one(rows: Rows, random: Random, text: str) -> None:
    if len(rows) > 1:
        row = random.choice(rows[1:])
        if row:
            row[random.randrange(len(row))] = text
