"""Makers of the text files whose point is how numbers and gaps are written."""

import csv
from collections.abc import Callable, Sequence
from random import Random

from tests.tables.formats import Format, cells, date, gap, gaps, lines, number, plain, quoted, words
from tests.tables.stories import LOANS, PATIENTS, SALES, SENSORS, WAGES, loans, patients, sales, sensors, wages

GEHALT = ("Alter", "Ausbildung", "Abteilung", "Stunden", "Gehalt")
KREDIT = ("Einkommen", "Zinssatz", "Änderung", "Jahre", "Saldo")
NBSP, NARROW = "\u00a0", "\u202f"


HOURS = number(1)


def wage(r: Random, n: int, money: Format, hours: Format = HOURS) -> list[list[str]]:
    return cells(wages(r, n), plain, plain, plain, hours, money)


def loan(r: Random, n: int, money: Format, percent: Format, change: Format | None = None) -> list[list[str]]:
    return cells(loans(r, n), money, percent, change or percent, plain, money)


def german(r: Random, n: int, money: Format) -> str:
    return lines(GEHALT, wage(r, n, money, number(1, ",")), ";")


def bracketed(write: Format) -> Format:
    """Return a formatter that writes negative amounts in parentheses."""
    return lambda value: f"({write(-value)})" if value < 0 else write(value)


def minus_after(write: Format) -> Format:
    return lambda value: write(-value) + "-" if value < 0 else write(value)


def minus_inside(before: str, write: Format) -> Format:
    return lambda value: before + write(value)


def signed(write: Format) -> Format:
    return lambda value: ("+" if value > 0 else "") + write(value)


def shortest(point: str = ".") -> Format:
    """Return a formatter that leaves out decimals that are zero."""
    return lambda value: f"{value:.15g}".replace(".", point)


def towns(r: Random, n: int, group: str, point: str) -> list[list[str]]:
    """Inhabitants, area, share of gardens: tons of waste."""
    rows: list[list] = [
        ["Altdorf", 12500, 24.5, 4112.5],
        ["Neustadt", 1234567, 310.0, 402318.0],
        ["Weiler", 950, 8.25, 310.75],
    ]
    while len(rows) < n:
        people, area = round(10 ** r.uniform(2.8, 6.1)), r.randint(20, 1600) / 4
        rows.append([f"Ort {len(rows)}", people, area, round(4 * (0.33 * people * r.uniform(0.97, 1.03))) / 4])
    return cells(rows, plain, number(0, point, group), number(2, point, group), number(2, point, group))


def parcels(r: Random, n: int) -> list[list[str]]:
    """Weight with three decimals, which are no thousands."""
    rows: list[list] = [[1.25, 120, 5.49], [12.375, 640, 13.99], [3.5, 75, 6.49]]
    while len(rows) < n:
        weight, km = r.randint(1100, 19900) / 1000, r.randint(5, 900)
        rows.append([weight, km, round(4 + 0.6 * weight + 0.003 * km + r.gauss(0, 0.15), 2)])
    return cells(rows, number(3), plain, number(2))


def tiny(r: Random, n: int) -> list[list[str]]:
    """Concentrations in scientific notation, with and without a sign."""
    rows: list[list] = [[1.5e-07, 0.5, 12.25], [2e-06, -0.25, 41.5], [7.25e-08, 3.0, -3.5]]
    while len(rows) < n:
        amount, shift = 10 ** r.uniform(-7.5, -5.5), r.randint(-16, 16) / 4
        rows.append(
            [amount, shift, round(4 * (150 + 20 * (r.gauss(0, 0.1) + float(f"{amount:.3e}"[-3:])) + shift)) / 4]
        )
    return cells(rows, lambda v: f"{v:.3E}", lambda v: f"{v:+.2f}".replace("0.", "."), number(2))


def missing(
    r: Random, n: int, markers: Sequence[str], header: Sequence[str] = PATIENTS, sep: str = ",", point: str = "."
) -> str:
    """Patients of whom a quarter has no body mass index: rows 3, 7, 11 and so on."""
    rows = cells(patients(r, n), plain, plain, number(1, point), plain, words("yes", "no"), words("yes", "no"))
    for place in range(3, n, 4):
        rows[place][2] = markers[place // 4 % len(markers)]
    return lines(header, rows, sep)


def missing_more(r: Random, n: int, marker: str) -> str:
    """Patients with gaps in three columns, the target among them."""
    rows = gaps(gaps(gaps(patients(r, n), 2, (5, 17, 29, 41)), 1, (8, 20)), 5, (10, 33))
    yes_no = gap(marker, words("yes", "no"))
    return lines(PATIENTS, cells(rows, plain, gap(marker), gap(marker, number(1)), plain, yes_no, yes_no))


def dead_sensor(r: Random, n: int, marker: str, columns: Sequence[int], point: str = ".", sep: str = ",") -> str:
    rows = cells(sensors(r, n), date("%Y-%m-%d %H:%M"), *[number(2, point)] * 3)
    for column in columns:
        for place in (6, 18, 25, 44):
            rows[place + column][column] = marker
    return lines(SENSORS, rows, sep)


def countries(r: Random, n: int) -> str:
    """Countries by code, Namibia among them."""
    rows: list[list] = [["DE", 12, 140.5], ["NA", 7, 61.25], ["FR", 9, 112.0]]
    while len(rows) < n:
        code, orders = r.choice(["DE", "NA", "FR", "AT"]), r.randint(1, 40)
        rows.append(
            [code, orders, round(4 * (orders * {"DE": 12, "NA": 8, "FR": 12.5, "AT": 11}[code] + r.gauss(0, 4))) / 4]
        )
    return lines(("country", "orders", "revenue"), cells(rows, plain, plain, number(2)))


def garages(r: Random, n: int) -> str:
    """Houses without a garage have the kind None."""
    rows: list[list] = [["Attached", 140.5, 281000], ["None", 88.0, 152500], ["Detached", 121.25, 230000]]
    while len(rows) < n:
        kind, area = r.choice(["Attached", "None", "Detached"]), r.randint(160, 800) / 4
        price = 1700 * area + {"Attached": 35000, "None": 0, "Detached": 21000}[kind] + r.gauss(0, 4000)
        rows.append([kind, area, round(price / 500) * 500])
    return lines(("garage", "living_area", "price"), cells(rows, plain, number(2), plain))


def accounts(r: Random, n: int) -> str:
    """Money, percent and parentheses in one file."""
    rows = cells(
        loans(r, n),
        number(0, ".", ",", "$"),
        number(2, after="%"),
        signed(number(1, after="%")),
        plain,
        bracketed(number(2, ".", ",", "$")),
    )
    return quoted(LOANS, rows)


TEXTS: dict[str, Callable[[Random], str]] = {
    "decimal_semicolon.csv": lambda r: lines(KREDIT, loan(r, 40, number(2, ","), number(2, ",")), ";"),
    "decimal_tab.txt": lambda r: lines(GEHALT, wage(r, 40, number(2, ","), number(1, ",")), "\t"),
    "decimal_quoted.csv": lambda r: quoted(
        SENSORS, cells(sensors(r, 45), date("%Y-%m-%d %H:%M"), *[number(2, ",")] * 3)
    ),
    "decimal_seldom.csv": lambda r: lines(KREDIT, loan(r, 42, shortest(","), shortest(",")), ";"),
    "decimals_three.csv": lambda r: lines(("weight", "km", "postage"), parcels(r, 45)),
    "numbers_scientific.csv": lambda r: lines(("molar", "shift", "signal"), tiny(r, 50)),
    "thousands_comma.csv": lambda r: quoted(WAGES, wage(r, 40, number(2, ".", ","))),
    "thousands_comma.tsv": lambda r: lines(("town", "people", "area", "waste"), towns(r, 45, ",", "."), "\t"),
    "thousands_dot.csv": lambda r: german(r, 40, number(2, ",", ".")),
    "thousands_dot_whole.csv": lambda r: lines(("Ort", "Einwohner", "Fläche", "Abfall"), towns(r, 50, ".", ","), ";"),
    "thousands_space.csv": lambda r: german(r, 36, number(2, ",", " ")),
    "thousands_nbsp.csv": lambda r: german(r, 41, number(2, ",", NBSP)),
    "thousands_narrow.tsv": lambda r: lines(
        ("ville", "habitants", "surface", "déchets"), towns(r, 40, NARROW, ","), "\t"
    ),
    "thousands_apostrophe.csv": lambda r: lines(GEHALT, wage(r, 40, number(2, ".", "'"))),
    "thousands_apostrophe_curly.csv": lambda r: lines(GEHALT, wage(r, 40, number(2, ".", "’")), ";"),
    "thousands_apostrophe_whole.csv": lambda r: lines(
        ("Ort", "Einwohner", "Fläche", "Abfall"), towns(r, 44, "'", "."), ";"
    ),
    "currency_dollar.csv": lambda r: quoted(WAGES, wage(r, 50, number(2, ".", ",", "$"))),
    "currency_dollar_brackets.csv": lambda r: quoted(
        LOANS, loan(r, 45, bracketed(number(2, ".", ",", "$")), number(2))
    ),
    "currency_dollar_minus.tsv": lambda r: lines(LOANS, loan(r, 40, number(2, ".", ",", "$"), number(2)), "\t"),
    "currency_euro.csv": lambda r: german(r, 40, number(2, ",", ".", after=" €")),
    "currency_euro_cp1252.csv": lambda r: lines(
        KREDIT, loan(r, 40, number(2, ",", ".", after="€"), number(2, ",")), ";"
    ),
    "currency_euro_leading.csv": lambda r: quoted(WAGES, wage(r, 40, number(2, ".", ",", "€"))),
    "currency_pound.csv": lambda r: quoted(LOANS, loan(r, 40, number(2, ".", ",", "£"), number(2))),
    "currency_pound_inside.csv": lambda r: lines(LOANS, loan(r, 44, minus_inside("£", number(2)), number(2))),
    "currency_pound_blank.csv": lambda r: lines(WAGES, wage(r, 38, number(0, before="£ "))),
    "currency_eur_trailing.csv": lambda r: german(r, 40, number(2, ",", ".", after=" EUR")),
    "currency_eur_leading.csv": lambda r: german(r, 43, number(2, ",", ".", before="EUR ")),
    "currency_eur_brackets.csv": lambda r: quoted(
        LOANS, loan(r, 40, bracketed(number(2, ".", ",", after=" EUR")), number(2))
    ),
    "currency_kr.csv": lambda r: german(r, 40, number(0, ",", " ", after=" kr")),
    "currency_kr_nbsp.csv": lambda r: german(r, 40, number(2, ",", NBSP, after=NBSP + "kr")),
    "currency_kr_leading.tsv": lambda r: lines(
        WAGES, wage(r, 40, number(2, ",", ".", before="kr "), number(1, ",")), "\t"
    ),
    "minus_after.csv": lambda r: lines(
        KREDIT, loan(r, 40, minus_after(number(2, ",", ".")), minus_after(number(2, ","))), ";"
    ),
    "minus_after_dollar.csv": lambda r: lines(LOANS, loan(r, 40, minus_after(number(2, before="$")), number(2))),
    "minus_after_eur.txt": lambda r: lines(LOANS, loan(r, 40, minus_after(number(2, after=" EUR")), number(2)), "\t"),
    "accounts.csv": lambda r: accounts(r, 48),
    "percent.csv": lambda r: lines(LOANS, loan(r, 40, number(2), number(2, after="%"), signed(number(2, after="%")))),
    "percent_blank.csv": lambda r: lines(KREDIT, loan(r, 40, number(2, ","), number(2, ",", after=" %")), ";"),
    "percent_nbsp.csv": lambda r: lines(LOANS, loan(r, 40, number(2), number(2, after=NBSP + "%"))),
    "percent_comma.csv": lambda r: quoted(
        LOANS, loan(r, 40, number(2, ","), number(2, ",", after="%")), quoting=csv.QUOTE_ALL
    ),
    "missing_na.csv": lambda r: missing(r, 60, ["NA"]),
    "missing_n_a.csv": lambda r: missing(r, 60, ["N/A"]),
    "missing_hash_n_a.csv": lambda r: missing(r, 60, ["#N/A"], sep=";", point=","),
    "missing_nan_upper.csv": lambda r: missing(r, 60, ["NaN"]),
    "missing_nan.csv": lambda r: missing(r, 60, ["nan"]),
    "missing_null.tsv": lambda r: missing(r, 60, ["null"], sep="\t"),
    "missing_null_upper.csv": lambda r: missing(r, 60, ["NULL"]),
    "missing_none.csv": lambda r: missing(r, 60, ["None"]),
    "missing_dash.csv": lambda r: missing(r, 60, ["-"]),
    "missing_dash_comma.csv": lambda r: missing(r, 60, ["-"], sep=";", point=","),
    "missing_question.csv": lambda r: missing(r, 60, ["?"]),
    "missing_dot.csv": lambda r: missing(r, 60, ["."]),
    "missing_dot_comma.csv": lambda r: missing(r, 60, ["."], sep=";", point=","),
    "missing_empty.csv": lambda r: missing(r, 60, [""]),
    "missing_empty_quoted.csv": lambda r: missing(r, 60, ['""']),
    "missing_several.csv": lambda r: missing(r, 60, ["NA", "-", "", "?"]),
    "missing_several_error.csv": lambda r: missing(r, 60, ["#N/A", "#DIV/0!", "#VALUE!"]),
    "missing_everywhere_na.csv": lambda r: missing_more(r, 60, "NA"),
    "missing_everywhere_question.csv": lambda r: missing_more(r, 60, "?"),
    "missing_everywhere_none.csv": lambda r: missing_more(r, 60, "None"),
    "missing_999.csv": lambda r: dead_sensor(r, 60, "-999", (1, 2)),
    "missing_999_decimals.csv": lambda r: dead_sensor(r, 60, "-999.00", (1,)),
    "missing_999_comma.csv": lambda r: dead_sensor(r, 60, "-999,0", (2,), ",", ";"),
    "missing_9999.csv": lambda r: dead_sensor(r, 60, "9999", (1,)),
    "missing_9999_decimals.csv": lambda r: dead_sensor(r, 60, "9999.99", (2,)),
    "missing_9999_minus.csv": lambda r: dead_sensor(r, 60, "-9999", (1, 2)),
    "na_is_a_country.csv": lambda r: countries(r, 60),
    "none_is_a_kind.csv": lambda r: garages(r, 50),
    "sales_all_signs.csv": lambda r: lines(
        SALES,
        cells(
            sales(r, 45),
            date("%d.%m.%Y"),
            plain,
            number(0, ",", "."),
            number(2, ",", after=" €"),
            number(2, ",", ".", after=" €"),
        ),
        ";",
        "\r\n",
    ),
}
ENCODINGS = {
    "thousands_nbsp.csv": "cp1252",
    "currency_euro_cp1252.csv": "cp1252",
    "currency_kr_nbsp.csv": "cp1252",
    "currency_euro_leading.csv": "utf-8-sig",
    "sales_all_signs.csv": "cp1252",
}
