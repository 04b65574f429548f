"""Makers of the text files in which several kinds come together."""

import csv
from collections.abc import Callable
from random import Random

from tests.tables import make_meanings as meanings
from tests.tables import make_numbers as numbers
from tests.tables import make_text as texts
from tests.tables.formats import cells, date, lines, number, plain, quoted, words
from tests.tables.stories import HOUSES, LOANS, PATIENTS, SALES, TRIPS, WAGES, loans, patients, sales, trips

BOM = "\ufeff"


def commented(mark: str, text: str, end: str = "\n") -> str:
    return f"{mark} Auszug vom 3.4.2024; Stand: vorläufig{end}{mark} a;b;c{end}" + text


def joined(
    header: tuple[str, ...], rows: list[list[str]], sep: str, parts: int, quoting: int = csv.QUOTE_MINIMAL
) -> str:
    return "".join(texts.blocks(header, rows, sep, parts, quoting))


def visits(r: Random, n: int) -> str:
    """Trips with a short clock, Y and N, and a total of the fares."""
    rows = [[*row[:4], row[3] > 1600, row[4]] for row in trips(r, n)]
    clock = meanings.clock("{h:02d}:{m:02d}:{s:02d}")
    body = cells(rows, date("%m/%d/%Y %H:%M"), plain, plain, clock, words("Y", "N"), number(2, before="$"))
    total = ["Total", "", "", "", "", number(2, ".", ",", "$")(sum(row[5] for row in rows))]
    return quoted((*TRIPS[:4], "slow", "fare"), [*body, total])


def missing_two(r: Random, n: int, marker: str, sep: str, point: str, end: str = "\n") -> str:
    """Patients without a body mass index in rows 4, 9, 15, 22 and 31, without a sex in rows 6 and 13."""
    rows = cells(texts.with_na(r, n), plain, plain, number(1, point), plain, words("Y", "N"), words("Y", "N"))
    return lines(PATIENTS, [[cell or marker for cell in row] for row in rows], sep, end)


def numbered_spectra(r: Random, n: int, names: tuple[str, ...], sep: str) -> str:
    return lines((*names, "Eiweiß"), texts.spectra(r, n), sep)


def yearly(r: Random, n: int, names: tuple[str, ...]) -> str:
    """Output by month as pandas writes a pivot table: the index has a name, the names are dates."""
    return quoted(("country", *names), texts.countries(r, n), ";", quoting=csv.QUOTE_ALL)


def short_rows(r: Random, n: int) -> str:
    """Trips whose stops, in the last place, are cut off in rows 8 and 21."""
    rows = cells(
        [[*row[:2], *row[3:], row[2]] for row in trips(r, n)],
        date("%d.%m.%Y %H:%M"),
        plain,
        meanings.iso,
        number(2),
        plain,
    )
    return lines(
        ("start", "km", "lasting", "fare", "stops"),
        [row[:4] if place in (8, 21) else row for place, row in enumerate(rows)],
        "\t",
    )


def long_row(r: Random, n: int) -> str:
    rows = texts.loan(r, n, ",")
    rows[20][4] = rows[20][4].replace(",", ";")
    return lines(LOANS, rows, ";")


def unclear_times(r: Random, n: int) -> str:
    """Short years with dashes and a time; no day is over 12."""
    head, *rows = meanings.unclear(r, n, "-", "24").splitlines()
    return "\n".join([head, *(row.replace(",", " 08:30,", 1) for row in rows)]) + "\n"


def stray_money(r: Random, n: int, said: tuple[str, str]) -> str:
    """Loans with incomes in dollars; two of them, in rows 12 and 33, are no plain amounts."""
    rows = cells(loans(r, n), number(0, ".", ",", "$"), number(2), number(2), plain, number(2))
    rows[12][0], rows[33][0] = said
    return quoted(LOANS, rows)


TEXTS: dict[str, Callable[[Random], str]] = {
    "both_utf16_be_tabs.txt": lambda r: (
        BOM + lines(texts.UMSATZ, texts.sale(r, 40, "%d.%m.%Y", ",", "."), "\t", "\r\n")
    ),
    "both_utf16_be_missing.csv": lambda r: BOM + missing_two(r, 60, "N/A", ";", ",", "\r\n"),
    "both_sep_comment.csv": lambda r: "sep=;\n" + commented("#", lines(LOANS, texts.loan(r, 40, ","), ";")),
    "both_sep_quotes.csv": lambda r: (
        BOM + "sep=,\n" + quoted(("place", *WAGES), texts.placed(r, 40), quoting=csv.QUOTE_ALL)
    ),
    "both_sep_tab_percent.csv": lambda r: (
        "sep=\t\r\n" + lines(LOANS, numbers.loan(r, 40, number(2), number(2, after="%")), "\t", "\r\n")
    ),
    "both_slashes_missing.csv": lambda r: commented("//", missing_two(r, 60, "NaN", ";", ".")),
    "both_slashes_no_header.txt": lambda r: commented("//", lines(None, texts.spectra(r, 45), "\t")),
    "both_no_header_index.csv": lambda r: lines(None, texts.numbered(texts.loan(r, 42, ","), 1), ";"),
    "both_no_header_letters.csv": lambda r: quoted(None, texts.mushrooms(r, 75), "|", quoting=csv.QUOTE_ALL),
    "both_years_thousands.csv": lambda r: lines(
        ("country", "2020", "2021", "2022", "2023"),
        [
            [row[0], *(f"1.{int(float(cell)):03d}" for cell in row[1:])]
            for row in texts.countries(r, 40)
            if max(map(float, row[1:])) < 999
        ],
        ";",
    ),
    "both_decimal_names.csv": lambda r: BOM + numbered_spectra(r, 40, ("1.5", "2.5", "3.5"), "|"),
    "both_names_are_days.csv": lambda r: yearly(r, 40, ("01.01.2020", "01.01.2021", "01.01.2022", "01.01.2023")),
    "both_repeated_index.csv": lambda r: joined(("", *LOANS), texts.numbered(texts.loan(r, 40)), ",", 2),
    "both_repeated_bom_tab.txt": lambda r: BOM + BOM.join(texts.blocks(SALES, texts.sale(r, 42), "\t", 3)),
    "both_repeated_quotes.csv": lambda r: joined(("Ort", *WAGES), texts.placed(r, 40), ";", 4, csv.QUOTE_ALL),
    "both_visits.csv": lambda r: visits(r, 45),
    "both_nan_dots.tsv": lambda r: missing_two(r, 60, ".", "\t", ","),
    "both_nan_mixed_ends.csv": lambda r: texts.unevenly(missing_two(r, 60, "nan", ",", ".")),
    "both_short_rows.txt": lambda r: short_rows(r, 40),
    "both_long_row.csv": lambda r: long_row(r, 40),
    "both_ambiguous_times.csv": lambda r: unclear_times(r, 40),
    "both_ambiguous_dash_semicolon.txt": lambda r: meanings.unclear(r, 40, "-", "2023", padded=False).replace(",", ";"),
    "both_stray_notes.csv": lambda r: stray_money(r, 50, ("$45,000 (est.)", "about $60,000")),
    "both_stray_limits.csv": lambda r: stray_money(r, 48, (">$100,000", "<$20,000")),
    "both_space_euro.csv": lambda r: numbers.german(r, 40, number(2, ",", " ", after=" €")),
    "both_minutes.csv": lambda r: meanings.trip(
        r, 42, meanings.clock("{minutes}:{s:02d}"), ("start", "km", "stops", "Dauer", "fare"), ";"
    ),
    "both_month_names.csv": lambda r: lines(texts.UMSATZ, texts.sale(r, 40, "%d-%b-%Y", ","), ";", "\r\n"),
    "both_compact_index.csv": lambda r: quoted(
        ("Unnamed: 0", *SALES), texts.numbered(texts.sale(r, 40, "%Y%m%d")), quoting=csv.QUOTE_ALL
    ),
    "both_title_semicolon.csv": lambda r: (
        "Umsätze je Filiale;;;;\n;;;;\n" + lines(texts.UMSATZ, texts.sale(r, 36, "%d.%m.%Y", ","), ";")
    ),
    "both_total_tab.tsv": lambda r: texts.footed(r, 40, "Total", SALES, "\t", ".", "%m/%d/%Y"),
    "both_blanks_quotes.csv": lambda r: quoted(HOUSES, texts.house(r, 40), quoting=csv.QUOTE_ALL).replace(
        '","', '",  "'
    ),
    "both_trailing_index.csv": lambda r: lines(
        ("", *PATIENTS), [[*row, ""] for row in texts.numbered(texts.patient(r, 60, "T", "F"))]
    ),
    "both_pandas_durations.tsv": lambda r: lines(
        ("", *TRIPS),
        texts.numbered(
            cells(
                trips(r, 40),
                date("%Y-%m-%d %H:%M:%S"),
                plain,
                plain,
                meanings.clock("0 days {h:02d}:{m:02d}:{s:02d}"),
                number(2),
            )
        ),
        "\t",
    ),
    "both_case_and_blanks.csv": lambda r: meanings.spelled(
        r,
        60,
        {"Lyon": ("Lyon", "LYON", "Lyon  "), "Nice": ("Nice",), "Metz": ("Metz", " metz")},
        ("LYON", "Lyon", "Nice"),
    ).replace(",", "\t"),
    "both_quoted_decimals.csv": lambda r: quoted(
        PATIENTS,
        cells(patients(r, 60), plain, plain, number(1, ","), plain, words("oui", "non"), words("oui", "non")),
        quoting=csv.QUOTE_ALL,
    ),
    "both_quoted_days.csv": lambda r: quoted(
        SALES, cells(sales(r, 40), date("%d/%m/%Y"), plain, plain, number(2, ",", "."), number(2, ",", "."))
    ),
}
ENCODINGS = {
    "both_utf16_be_tabs.txt": "utf-16-be",
    "both_utf16_be_missing.csv": "utf-16-be",
    "both_sep_comment.csv": "cp1252",
    "both_space_euro.csv": "cp1252",
}
