"""Makers of the text files whose point is how lines, cells and characters are written."""

import csv
from collections.abc import Callable
from random import Random

from tests.tables.formats import cells, date, gap, gaps, lines, number, plain, quoted, r_table, words
from tests.tables.stories import (
    HOUSES,
    LOANS,
    PATIENTS,
    SALES,
    SENSORS,
    WAGES,
    houses,
    loans,
    patients,
    sales,
    sensors,
    wages,
)

HAEUSER = ("Stadtteil", "Fläche", "Zimmer", "Garten", "Preis")
MAISONS = ("quartier", "surface", "pièces", "jardin", "prix €")
UMSATZ = ("Datum", "Filiale", "Stück", "Einzelpreis", "Umsatz")
PLACES = ("Berlin, Mitte", "Köln", "Bonn; Süd", "Ulm", "Kiel, Nord")


def house(r: Random, n: int, point: str = ".", yes: str = "yes", no: str = "no") -> list[list[str]]:
    return cells(houses(r, n), plain, number(1, point), plain, words(yes, no), number(0))


def sale(r: Random, n: int, form: str = "%Y-%m-%d", point: str = ".", group: str = "") -> list[list[str]]:
    return cells(
        sales(r, n), date(form), plain, number(0, point, group), number(2, point, group), number(2, point, group)
    )


def patient(r: Random, n: int, yes: str = "yes", no: str = "no") -> list[list[str]]:
    return cells(patients(r, n), plain, plain, number(1), plain, words(yes, no), words(yes, no))


def sensor(r: Random, n: int, point: str = ".") -> list[list[str]]:
    return cells(sensors(r, n), date("%Y-%m-%d %H:%M"), number(2, point), number(2, point), number(2, point))


def wage(r: Random, n: int, point: str = ".") -> list[list[str]]:
    return cells(wages(r, n), plain, plain, plain, number(1, point), number(2, point))


def loan(r: Random, n: int, point: str = ".") -> list[list[str]]:
    return cells(loans(r, n), *[number(2, point)] * 3, plain, number(2, point))


def numbered(rows: list[list[str]], start: int = 0, step: Callable[[int], int] = int) -> list[list[str]]:
    return [[str(start + step(place)), *row] for place, row in enumerate(rows)]


def noted(r: Random, n: int, end: str = "\n") -> list[list[str]]:
    """Houses with a note that holds delimiters, quotes and line ends."""
    notes = [f"near the park{end}two balconies", 'said to be "quiet", with lift', "ground floor; small yard"]
    while len(notes) < n:
        notes.append(r.choice(["bright", "old", 'has a "view"', f"new{end}roof", "a, b; c"]) + f" no. {len(notes)}")
    return [[*row[:4], note, row[4]] for row, note in zip(house(r, n), notes, strict=True)]


def placed(r: Random, n: int) -> list[list[str]]:
    """Wages with a place that holds delimiters."""
    where = ["Berlin, Mitte", "Bonn; Süd", "Köln", *(r.choice(PLACES) for _ in range(n - 3))]
    return [[place, *row] for place, row in zip(where, wage(r, n), strict=True)]


def countries(r: Random, n: int) -> list[list[str]]:
    """Output by year: the last year follows from those before it."""
    rows = [
        ["Norway", 101.5, 104.25, 107.0, 110.5],
        ["Chile", 64.0, 66.75, 65.5, 69.25],
        ["Malta", 9.25, 9.5, 10.0, 10.75],
    ]
    while len(rows) < n:
        start, growth = r.randint(80, 800) / 4, r.uniform(0.97, 1.06)
        rows.append(
            [f"Region {len(rows)}", *(round(start * growth**year * 4 + r.gauss(0, 1)) / 4 for year in range(4))]
        )
    return cells(rows, plain, *[number(2)] * 4)


def spectra(r: Random, n: int) -> list[list[str]]:
    """Absorption by wavelength: protein."""
    rows = [[0.512, 0.634, 0.701, 11.25], [0.498, 0.655, 0.72, 12.5], [0.55, 0.601, 0.688, 9.75]]
    while len(rows) < n:
        first, second, third = r.gauss(0.52, 0.03), r.gauss(0.63, 0.04), r.gauss(0.7, 0.02)
        rows.append(
            [first, second, third, round(4 * (11 + 25 * (second - 0.63) - 20 * (first - 0.52) + r.gauss(0, 0.1))) / 4]
        )
    return cells(rows, *[number(3)] * 3, number(2))


def mushrooms(r: Random, n: int) -> list[list[str]]:
    """Letters only: edible or poisonous follows from smell and colour."""
    rows = [["p", "x", "n", "f"], ["e", "x", "y", "a"], ["e", "b", "w", "l"]]
    while len(rows) < n:
        shape, colour, smell = r.choice("xbfk"), r.choice("nywg"), r.choice("falpn")
        rows.append(["p" if smell in "fp" or (smell == "n" and colour == "g") else "e", shape, colour, smell])
    return rows


def shirts(r: Random, n: int) -> list[list[str]]:
    """Texts only, below a row of names."""
    rows = [["rot", "M", "Baumwolle", "ja"], ["blau", "XL", "Leinen", "nein"], ["rot", "S", "Leinen", "ja"]]
    while len(rows) < n:
        colour, size, cloth = (
            r.choice(["rot", "blau", "weiß"]),
            r.choice(["S", "M", "L", "XL"]),
            r.choice(["Baumwolle", "Leinen"]),
        )
        rows.append([colour, size, cloth, "ja" if colour == "rot" or (cloth == "Leinen" and size in "SM") else "nein"])
    return rows


def joined(blocks: list[str], between: str = "") -> str:
    return between.join(blocks)


def blocks(
    header: tuple[str, ...], rows: list[list[str]], sep: str, parts: int, quoting: int = csv.QUOTE_MINIMAL
) -> list[str]:
    size = len(rows) // parts
    return [quoted(header, rows[start : start + size], sep, quoting=quoting) for start in range(0, len(rows), size)]


def short(r: Random) -> str:
    rows = [[row[4], *row[:4]] for row in wage(r, 40)]
    return lines(("salary", *WAGES[:4]), [row[:4] if place in (7, 19, 33) else row for place, row in enumerate(rows)])


def long(r: Random) -> str:
    rows = wage(r, 40)
    rows[11][1] = "Bachelor, Berlin"
    return lines(WAGES, rows)


def total(rows: list[list[str]], label: str, point: str = ".") -> list[str]:
    pieces, revenue = sum(int(row[2]) for row in rows), sum(float(row[4].replace(",", ".")) for row in rows)
    return [label, "", str(pieces), "", number(2, point)(revenue)]


def footed(r: Random, n: int, label: str, header: tuple[str, ...], sep: str, point: str, form: str) -> str:
    rows = sale(r, n, form, point)
    return lines(header, [*rows, total(rows, label, point)], sep)


def padded(rows: list[list[str]], sep: str) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(sep.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + "\n" for row in rows)


def unevenly(text: str) -> str:
    """Lines that end in CRLF, but for each third one."""
    return "".join(line + ("\n" if place % 3 == 2 else "\r\n") for place, line in enumerate(text.splitlines()))


def spaced(text: str, places: set[int], blank: str = "") -> str:
    return "".join(
        line + "\n" + (blank + "\n" if place in places else "") for place, line in enumerate(text.splitlines())
    )


def with_na(r: Random, n: int) -> list[list]:
    return gaps(gaps(patients(r, n), 2, (4, 9, 15, 22, 31)), 1, (6, 13))


BOM = "\ufeff"
ALL = csv.QUOTE_ALL
TEXTS: dict[str, Callable[[Random], str]] = {
    # encodings, delimiters
    "enc_utf8.csv": lambda r: lines(HAEUSER, house(r, 40, yes="ja", no="nein")),
    "enc_utf8_bom.csv": lambda r: BOM + lines(HAEUSER, house(r, 45, yes="ja", no="nein")),
    "enc_utf8_bom_quoted.csv": lambda r: BOM + quoted(SALES, sale(r, 40), quoting=ALL),
    "enc_utf16_le.txt": lambda r: BOM + lines(HAEUSER, house(r, 40, yes="ja", no="nein"), "\t", "\r\n"),
    "enc_utf16_be.csv": lambda r: BOM + lines(UMSATZ, sale(r, 36, point=","), ";"),
    "enc_utf16_le_comma.csv": lambda r: BOM + quoted(PATIENTS, patient(r, 60)),
    "enc_cp1252.csv": lambda r: lines(MAISONS, house(r, 40, yes="oui", no="non")),
    "enc_cp1252_semicolon.csv": lambda r: lines(HAEUSER, house(r, 50, ",", "ja", "nein"), ";", "\r\n"),
    "enc_cp1252_late.csv": lambda r: lines(("age", "dept", "place", "salary"), late(r, 60)),
    "delim_comma.csv": lambda r: lines(WAGES, wage(r, 50)),
    "delim_semicolon.csv": lambda r: lines(WAGES, wage(r, 48), ";"),
    "delim_tab.tsv": lambda r: lines(SENSORS, sensor(r, 52), "\t"),
    "delim_tab.txt": lambda r: lines(PATIENTS, patient(r, 66), "\t"),
    "delim_pipe.csv": lambda r: lines(SALES, sale(r, 40), "|"),
    "delim_pipe_padded.txt": lambda r: padded([list(WAGES), *wage(r, 35)], " | "),
    "delim_semicolon_commas_inside.csv": lambda r: lines(
        ("Ort", *WAGES), [[row[0].replace(";", ","), *row[1:]] for row in placed(r, 40)], ";"
    ),
    # quotes
    "quotes_needed.csv": lambda r: quoted(("place", *WAGES), placed(r, 40)),
    "quotes_needed_semicolon.csv": lambda r: quoted(("Ort", *WAGES), placed(r, 44), ";"),
    "quotes_all.csv": lambda r: quoted(WAGES, wage(r, 40), quoting=ALL),
    "quotes_all_tab.tsv": lambda r: quoted(HOUSES, house(r, 33), "\t", quoting=ALL),
    "quotes_r_csv.csv": lambda r: r_table(HOUSES, houses(r, 40)),
    "quotes_r_table.txt": lambda r: r_table(WAGES, wages(r, 42), "\t", corner=None),
    "quotes_r_csv2.csv": lambda r: r_table(PATIENTS, with_na(r, 60), ";", ","),
    "quotes_newline.csv": lambda r: quoted((*HOUSES[:4], "note", "price"), noted(r, 40)),
    "quotes_newline_crlf.csv": lambda r: quoted((*HOUSES[:4], "note", "price"), noted(r, 32), ";", "\r\n", ALL),
    "quotes_doubled.tsv": lambda r: quoted(
        ("screen", *HOUSES[1:]), [['24"' if row[0] < "N" else '27" wide', *row[1:]] for row in house(r, 40)], "\t"
    ),
    # lines that are no rows
    "sep_line_semicolon.csv": lambda r: "sep=;\n" + lines(HOUSES, house(r, 40, ","), ";"),
    "sep_line_comma.csv": lambda r: BOM + "sep=,\r\n" + quoted(WAGES, wage(r, 40), end="\r\n"),
    "sep_line_tab.csv": lambda r: BOM + "sep=\t\r\n" + lines(SALES, sale(r, 40), "\t", "\r\n"),
    "sep_line_quoted.csv": lambda r: '"sep=|"\n' + quoted(PATIENTS, patient(r, 50), "|"),
    "comment_hash.csv": lambda r: "# station: Oberwiesenfeld\n# units: °C, %, kW\n#\n" + lines(SENSORS, sensor(r, 60)),
    "comment_percent.csv": lambda r: "% exported by Octave, 12 March 2024\n" + lines(WAGES, wage(r, 40)),
    "comment_slashes.txt": lambda r: "// Version 2; rev 14\n// a, b, c, d, e, f, g\n" + lines(LOANS, loan(r, 40), "\t"),
    "comment_hash_german.csv": lambda r: (
        "#Gerät: 4711;Raum 3\n#Zeit;Wert\n" + lines(SENSORS, sensor(r, 45, ","), ";", "\r\n")
    ),
    "comment_hash_header.tsv": lambda r: "#" + lines(SENSORS, sensor(r, 45), "\t"),
    # names
    "header_none_numbers.csv": lambda r: lines(
        None, [[*row[1:3], "1" if row[3] == "yes" else "0", row[4]] for row in house(r, 50)]
    ),
    "header_none_mixed.csv": lambda r: lines(None, patient(r, 60, "Y", "N"), ";"),
    "header_none_texts.data": lambda r: lines(None, mushrooms(r, 80)),
    "header_none_dates.tsv": lambda r: lines(None, sale(r, 40), "\t"),
    "header_texts_only.csv": lambda r: lines(("Farbe", "Größe", "Stoff", "verkauft"), shirts(r, 60)),
    "names_years.csv": lambda r: lines(("country", "2020", "2021", "2022", "2023"), countries(r, 40)),
    "names_positions.csv": lambda r: lines(("", "0", "1", "2", "3"), numbered(spectra(r, 50))),
    "names_decimals.csv": lambda r: lines(("450.5", "500.0", "550.25", "protein"), spectra(r, 44), ";"),
    "names_dates.csv": lambda r: lines(
        ("country", "2020-01-01", "2021-01-01", "2022-01-01", "2023-01-01"), countries(r, 42)
    ),
    "repeated_plain.csv": lambda r: joined(blocks(WAGES, wage(r, 45), ",", 3)),
    "repeated_bom.csv": lambda r: BOM + joined(blocks(HAEUSER, house(r, 40, ",", "ja", "nein"), ";", 2), BOM),
    "repeated_quoted.csv": lambda r: joined(blocks(SALES, sale(r, 40), ",", 4, ALL), "\n"),
    # too many cells and columns
    "trailing_all.csv": lambda r: lines((*WAGES, ""), [[*row, ""] for row in wage(r, 40)]),
    "trailing_data.csv": lambda r: lines(LOANS, [[*row, ""] for row in loan(r, 45)]),
    "trailing_several.csv": lambda r: (
        lines((*UMSATZ, "", "", ""), [[*row, "", "", ""] for row in sale(r, 35, point=",")], ";") + ";;;;;;;\n" * 5
    ),
    "trailing_tabs.txt": lambda r: lines((*SENSORS, ""), [[*row, ""] for row in sensor(r, 40)], "\t", "\r\n"),
    "index_unnamed.csv": lambda r: lines(("", *HOUSES), numbered(house(r, 40))),
    "index_unnamed_0.csv": lambda r: lines(("", "Unnamed: 0", *WAGES), numbered(numbered(wage(r, 40), 1))),
    "index_r.csv": lambda r: quoted(("", *WAGES), numbered(wage(r, 50), 1), quoting=ALL),
    "index_filtered.csv": lambda r: lines(("", *LOANS), numbered(loan(r, 40), 0, lambda place: place + place // 3 * 2)),
    "index_unnamed_0_semicolon.csv": lambda r: lines(
        ("Unnamed: 0", *HAEUSER), numbered(house(r, 40, ",", "ja", "nein"), 1), ";"
    ),
    "ragged_short.csv": short,
    "ragged_long.csv": long,
    "ragged_title.csv": lambda r: "Sales by day\n\n" + lines(SALES, sale(r, 40)),
    # line ends, blanks
    "ends_crlf.csv": lambda r: lines(WAGES, wage(r, 40), end="\r\n"),
    "ends_cr.csv": lambda r: lines(HOUSES, house(r, 40), ";", "\r"),
    "ends_mixed.csv": lambda r: unevenly(lines(LOANS, loan(r, 41))),
    "ends_cr_quoted.csv": lambda r: quoted(PATIENTS, patient(r, 55), end="\r", quoting=ALL),
    "blank_between.csv": lambda r: spaced(lines(SALES, sale(r, 40)), {0, 5, 6, 20, 33}),
    "blank_around.csv": lambda r: "\n\n" + lines(WAGES, wage(r, 40)) + "\n\n\n",
    "blank_of_delimiters.csv": lambda r: spaced(lines(HOUSES, house(r, 40, ","), ";"), {8, 17, 40}, ";;;;"),
    "blanks_after_comma.csv": lambda r: lines(WAGES, wage(r, 40), ", "),
    "blanks_before_quotes.csv": lambda r: quoted(("place", *WAGES), placed(r, 40), quoting=ALL).replace('","', '", "'),
    "blanks_padded.csv": lambda r: padded([list(LOANS), *loan(r, 40)], "; "),
    "footer_total.csv": lambda r: footed(r, 40, "Total", SALES, ",", ".", "%Y-%m-%d"),
    "footer_summe.csv": lambda r: footed(r, 38, "Summe", UMSATZ, ";", ",", "%d.%m.%Y"),
    "footer_row_count.txt": lambda r: lines(PATIENTS, patient(r, 50, "t", "f"), "|") + "(50 rows)\n",
    # together
    "both_german_excel.csv": lambda r: lines(
        (*UMSATZ, ""), [[*row, ""] for row in sale(r, 44, "%d.%m.%Y", ",", ".")], ";", "\r\n"
    ),
    "both_excel_unicode.txt": lambda r: BOM + quoted(("Ort", *WAGES), placed(r, 40), "\t", "\r\n"),
    "both_logger.txt": lambda r: (
        "% Kanal 1; 2; 3\n% Fühler Pt100\n" + lines(SENSORS, sensor(r, 48, ","), "\t", "\r\n") + "\r\n"
    ),
    "both_missing_index_bom.csv": lambda r: (
        BOM
        + lines(
            ("", *PATIENTS),
            numbered(
                cells(
                    with_na(r, 60),
                    plain,
                    gap("NA"),
                    gap("NA", number(1)),
                    plain,
                    words("TRUE", "FALSE"),
                    words("TRUE", "FALSE"),
                )
            ),
            ";",
        )
    ),
}
ENCODINGS = {
    "enc_utf16_le.txt": "utf-16-le",
    "enc_utf16_be.csv": "utf-16-be",
    "enc_utf16_le_comma.csv": "utf-16-le",
    "sep_line_tab.csv": "utf-16-le",
    "enc_cp1252.csv": "cp1252",
    "enc_cp1252_semicolon.csv": "cp1252",
    "enc_cp1252_late.csv": "cp1252",
    "both_german_excel.csv": "cp1252",
    "both_excel_unicode.txt": "utf-16-le",
    "both_logger.txt": "cp1252",
}


def late(r: Random, n: int) -> list[list[str]]:
    """Wages where the first letter that is not ASCII stands in the last rows."""
    places = ["Ulm", "Bonn", "Ulm"] + [r.choice(["Ulm", "Bonn"]) for _ in range(n - 5)] + ["Zürich", "Genève"]
    return [[row[0], row[2], place, row[4]] for row, place in zip(wage(r, n), places, strict=True)]
