"""Makers of the held-out files. Do not open while npnet's reading of tables is being written."""

import csv
import datetime
import gzip
import io
import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from tests.tables.containers import Money, ods, sqlite, xlsx, zipped
from tests.tables.formats import cells, gap, lines, number, plain, quoted
from tests.tables.make_files import frame, parquet, zstd

BOM, NBSP = "\ufeff", "\u00a0"
DAY = datetime.timedelta(days=1)


def grown(r: Random, n: int, first: Sequence[Sequence[Any]], make: Callable[[int], Sequence[Any]]) -> list[list[Any]]:
    """Return three rows written by hand and further ones from a generator."""
    return [list(row) for row in first] + [list(make(place)) for place in range(len(first), n)]


def bank(r: Random) -> bytes:
    """Return a bank's export: everything quoted, a text with delimiters, the saldo follows from kind and amount."""
    first = [
        ["28.03.24", "MIETE 04/24; WHG 7", "Lastschrift", -1234.56, "EUR", 310.0],
        ["28.03.24", 'REWE "SAGT DANKE"', "Karte", -47.9, "EUR", 21.5],
        ["02.04.24", "GEHALT", "Gutschrift", 3150.0, "EUR", 801.25],
    ]

    def make(place: int) -> Sequence[Any]:
        kind = r.choice(["Lastschrift", "Karte", "Gutschrift"])
        amount = r.randint(20000, 400000) / 100 * (1 if kind == "Gutschrift" else -1)
        score = abs(amount) / 4 + {"Lastschrift": 0, "Karte": 10, "Gutschrift": 15}[kind] + r.gauss(0, 4)
        return [
            f"{r.randint(1, 28):02d}.0{r.randint(4, 9)}.24",
            f"Zahlung {place}",
            kind,
            amount,
            "EUR",
            round(score * 4) / 4,
        ]

    rows = cells(grown(r, 45, first, make), plain, plain, plain, number(2, ",", "."), plain, number(2, ","))
    header = ("Buchungstag", "Verwendungszweck", "Buchungsart", "Betrag", "Währung", "Gebührenpunkte")
    return quoted(header, rows, ";", "\r\n", csv.QUOTE_ALL).encode("cp1252")


def adult(r: Random) -> bytes:
    """Return a classic of machine learning: no names, blanks after commas, question marks."""
    first = [
        [39, "State-gov", 77516, 13, "Never-married", 2174, ">50K"],
        [50, "Self-emp", 83311, 13, "Married", 0, "<=50K"],
        [38, "?", 215646, 9, "Divorced", 0, "<=50K"],
    ]

    def make(place: int) -> Sequence[Any]:
        age, years, gain = r.randint(18, 80), r.randint(5, 16), r.choice([0, 0, 0, 2174, 7688])
        rich = years + gain / 1000 + (age - 40) / 10 + r.gauss(0, 1) > 12.5
        work = r.choice(["Private", "State-gov", "Self-emp", "?"]) if place % 3 else "Private"
        return [
            age,
            work,
            r.randint(20000, 400000),
            years,
            r.choice(["Married", "Divorced"]),
            gain,
            ">50K" if rich else "<=50K",
        ]

    return lines(None, cells(grown(r, 80, first, make), *[plain] * 7), ", ").encode()


def passengers(r: Random) -> bytes:
    """Return a ship's list: a number that counts up, names with commas, many cabins missing."""
    first = [
        [1, "Braun, Mr. Otto Harald", 3, "male", 22, 7.25, None, 0],
        [2, 'Heikkinen, Miss. Laina "Lani"', 1, "female", 38, 71.2833, "C85", 1],
        [3, "Moran, Mr. James", 3, "male", None, 7.925, None, 0],
    ]

    def make(place: int) -> Sequence[Any]:
        cls, sex = r.randint(1, 3), r.choice(["male", "female"])
        age = None if place % 9 == 5 else r.choice([r.randint(1, 70), 0.83, 28.5])
        alive = (sex == "female") * 2 - cls / 2 + r.gauss(0, 0.4) > 0.2
        return [
            place + 1,
            f"Name{place}, {'Mr' if sex == 'male' else 'Mrs'}. A",
            cls,
            sex,
            age,
            round(90 / cls**2 * r.uniform(0.8, 1.2), 4),
            "B" + str(place) if cls == 1 else None,
            int(alive),
        ]

    header = ("PassengerId", "Name", "Pclass", "Sex", "Age", "Fare", "Cabin", "Survived")
    return quoted(header, cells(grown(r, 70, first, make), *[plain] * 8)).encode()


def motors(r: Random) -> bytes:
    """R's row names are names of cars, not numbers."""
    first = [
        ["Mazda RX4", 21, 6, 110, 2.62],
        ["Datsun 710", 22.8, 4, 93, 2.32],
        ["Hornet 4 Drive", 21.4, 6, 110, 3.215],
    ]

    def make(place: int) -> Sequence[Any]:
        weight, hp = r.randint(1500, 5400) / 1000, r.randint(52, 330)
        return [
            f"Car {place}",
            round(38 - 4 * weight - 0.03 * hp + r.gauss(0, 0.7), 1),
            r.choice([4, 6, 8]),
            hp,
            weight,
        ]

    rows = [[f'"{name}"', *(f"{value:g}" for value in values)] for name, *values in grown(r, 32, first, make)]
    return lines([f'"{name}"' for name in ("mpg", "cyl", "hp", "wt")], rows, "\t").encode()


def weather(r: Random) -> bytes:
    """Return a station's record: notes in front, 9999 where an instrument was off, a note at the end."""
    first = [
        ["2023-07-01", 18.5, 1013.2, 3, 4.25],
        ["2023-07-02", 21.25, 1009.8, 12, 6.5],
        ["2023-07-03", 16.0, 9999.0, 0, 2.75],
    ]

    def make(place: int) -> Sequence[Any]:
        day = (datetime.date(2023, 7, 1) + place * DAY).isoformat()
        warm, wet = r.randint(40, 120) / 4, r.choice([0, 0, 3, 8, 12])
        pressure = 9999.0 if place in (20, 21, 40) else round(r.gauss(1012, 6), 1)
        return [
            day,
            9999.0 if place == 30 else warm,
            pressure,
            wet,
            round(4 * (0.2 * warm + 0.15 * wet + r.gauss(0, 0.2))) / 4,
        ]

    head = "# Station 10865; 515 m; 48.16 N, 11.54 E\n# date, °C, hPa, mm, mm\n# 9999: no reading\n"
    rows = cells(grown(r, 60, first, make), plain, plain, plain, plain, number(2))
    return (BOM + head + lines(("date", "air", "pressure", "rain", "evaporation"), rows)).encode()


def months(r: Random) -> bytes:
    """Three months' exports in one file: names and a total with each."""
    rows: list[list[str]] = []
    for month, first in (
        (
            1,
            [
                ["03.01.2024", "Nord", "4", "1.210,50"],
                ["19.01.2024", "Süd", "11", "3.295,00"],
                ["30.01.2024", "Nord", "7", "2.102,75"],
            ],
        ),
        (2, []),
        (3, []),
    ):
        block = list(first)
        while len(block) < 14:
            pieces, region = r.randint(1, 20), r.choice(["Nord", "Süd"])
            amount = pieces * 300 + (0 if region == "Nord" else 20) + r.gauss(0, 15)
            block.append([f"{r.randint(1, 28):02d}.{month:02d}.2024", region, str(pieces), number(2, ",", ".")(amount)])
        total = sum(float(row[3].replace(".", "").replace(",", ".")) for row in block)
        rows += [
            ["Datum", "Region", "Pakete", "Umsatz"],
            *block,
            ["Gesamt", "", str(sum(int(row[2]) for row in block)), number(2, ",", ".")(total)],
            [""],
        ]
    return lines(None, rows, ";").encode()


def forms(r: Random) -> bytes:
    """Answers of an online form: American times, free text with line ends, a scale from 1 to 5."""
    first = [
        ["3/14/2024 9:05:12", "31", "Yes", "Great!\nMore of it, please", "5"],
        ["3/14/2024 21:40:00", "58", "No", "", "2"],
        ["3/15/2024 0:07:59", "45", "Yes", 'They said "maybe"', "4"],
    ]

    def make(place: int) -> Sequence[Any]:
        yes, age = r.random() < 0.5, r.randint(18, 75)
        score = min(5, max(1, round(3.3 + (1.2 if yes else -1.2) - (age - 45) / 40 + r.gauss(0, 0.2))))
        return [
            f"3/{15 + place // 5}/2024 {r.randint(0, 23)}:{r.randint(0, 59):02d}:00",
            str(age),
            "Yes" if yes else "No",
            f"Answer no. {place}" if place % 4 else "",
            str(score),
        ]

    header = (
        "Timestamp",
        "Your age?",
        "Been here before?",
        "Anything else, in your words",
        "How did you like it? (1-5)",
    )
    return quoted(header, grown(r, 50, first, make)).encode()


def rents(r: Random) -> bytes:
    """Swiss rents on tabs, each row with a tab at its end that the names lack."""
    first = [["8001", 3.5, 92, 2850.0, 0.125], ["3011", 2.5, 64, 1790.0, 0.08], ["8003", 4.5, 118, 3240.0, 0.22]]

    def make(place: int) -> Sequence[Any]:
        code, area = r.choice(["8001", "3011", "8003", "4051"]), r.randint(40, 160)
        return [
            code,
            r.randint(2, 10) / 2 + 0.5,
            area,
            round((500 + 22 * area + (450 if code[0] == "8" else 0) + r.gauss(0, 50)) / 10) * 10,
            r.randint(4, 60) / 200,
        ]

    rows = cells(grown(r, 44, first, make), plain, plain, plain, number(2, ".", "'"), lambda v: f"{100 * v:.1f}%")
    return lines(
        ("PLZ", "Zimmer", "Fläche m²", "Miete CHF", "Leerstand"), [[*row, ""] for row in rows], "\t", "\r\n"
    ).encode("cp1252")


def power(r: Random) -> bytes:
    """Swedish bills: no-break spaces, kr, minus for refunds; UTF-16 as Excel saves it."""
    first = [
        ["2024-01-31", 1240.5, "Hus", 2431.75],
        ["2024-02-29", 980.0, "Hus", 1920.0],
        ["2024-01-31", 12.25, "Stuga", -135.5],
    ]

    def make(place: int) -> Sequence[Any]:
        kind, kwh = r.choice(["Hus", "Stuga"]), r.randint(0, 8000) / 4
        return [
            f"2024-{place % 12 + 1:02d}-15",
            kwh,
            kind,
            round(4 * (1.96 * kwh + (0 if kind == "Hus" else -160) + r.gauss(0, 15))) / 4,
        ]

    money = number(2, ",", NBSP, after=NBSP + "kr")
    rows = cells(grown(r, 40, first, make), plain, number(2, ",", NBSP), plain, money)
    return (BOM + lines(("datum", "förbrukning", "typ", "belopp"), rows, "\t", "\r\n")).encode("utf-16-le")


def marathon(r: Random) -> bytes:
    """Return times and paces; who is in the elite follows from the time."""
    first = [
        ["F", "30-34", "2:34:56", "3:40", "yes"],
        ["M", "65+", "5:07:00", "7:17", "no"],
        ["M", "<20", "3:59:05", "5:40", "no"],
    ]

    def make(place: int) -> Sequence[Any]:
        seconds = r.randint(7900, 20000)
        pace = round(seconds / 42.195)
        group = r.choice(["<20", "20-29", "30-34", "35-64", "65+"])
        return [
            r.choice("MF"),
            group,
            f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}",
            f"{pace // 60}:{pace % 60:02d}",
            "yes" if seconds < 11000 else "no",
        ]

    return lines(("sex", "class", "net_time", "pace_min_km", "elite"), grown(r, 60, first, make), "|").encode()


def parcels(r: Random) -> bytes:
    """American addresses: ZIP+4, phones in parentheses, dollars, a tracking number above 2^53."""
    first = [
        ["9400110200881234567890", "02134-1021", "(617) 555-0143", 2.5, "$8.75", "t"],
        ["9400110200881234567906", "90210", "(310) 555-0199", 11.0, "$1,012.40", "f"],
        ["9400110200881234567913", "02134-1021", "617-555-0101", 0.75, "$5.10", "t"],
    ]

    def make(place: int) -> Sequence[Any]:
        weight, air = r.randint(2, 80) / 4, r.random() < 0.5
        cost = 4 + (1.5 if air else 90) * weight + r.gauss(0, 0.4)
        return [
            str(9400110200881234567920 + 7 * place),
            r.choice(["02134-1021", "90210", "10001"]),
            f"({r.randint(200, 900)}) 555-{place:04d}",
            weight,
            f"${abs(cost):,.2f}",
            "t" if air else "f",
        ]

    return quoted(("tracking", "zip", "phone", "pounds", "cost", "air"), grown(r, 48, first, make)).encode()


def offsets(r: Random) -> bytes:
    """Names that are whole numbers with signs, above numbers of the same size; blanks in front of them."""
    first = [[3.5, 0.25, -2.75, 10.5], [2.0, -0.5, -3.25, 7.25], [4.25, 1.0, -2.0, 13.25]]

    def make(place: int) -> Sequence[Any]:
        a, b, c = (round(r.gauss(m, 1) * 4) / 4 for m in (3, 0, -3))
        return [a, b, c, round(4 * (8 + a + 1.5 * b + 0.5 * c + r.gauss(0, 0.2))) / 4]

    return lines(("-5", "0", "5", "+10"), cells(grown(r, 40, first, make), *[number(2)] * 4), " ; ").encode()


def old_mac(r: Random) -> bytes:
    """Excel of an old Mac: CR, tabs, texts that differ in case and in a no-break space."""
    first = [["Käse", "Ja", 4.5, 12.75], ["KÄSE", "nein", 2.25, 5.0], ["Wurst" + NBSP, "JA", 3.0, 10.25]]

    def make(place: int) -> Sequence[Any]:
        kind, organic, kilos = r.choice(["Käse", "Wurst", "Brot", "brot"]), r.random() < 0.5, r.randint(2, 40) / 4
        price = kilos * {"K": 2.2, "W": 2.6, "B": 1.1, "b": 1.1}[kind[0]] + (2.5 if organic else 0) + r.gauss(0, 0.2)
        return [kind, r.choice(["ja", "Ja"]) if organic else r.choice(["nein", "Nein"]), kilos, round(4 * price) / 4]

    rows = cells(grown(r, 40, first, make), plain, plain, number(2, ","), number(2, ","))
    return lines(("Ware", "bio", "Kilo", "Preis"), rows, "\t", "\r").encode("cp1252")


def deliveries(r: Random, known: bool, time: bool = False) -> bytes:
    """Two columns of days with slashes; with `known`, the first one has days over 12 and the second has none."""
    first = [
        ["25/03/2024" if known else "05/03/2024", "04/04/2024", 120, 12],
        ["07/03/2024", "11/03/2024", 45, 4],
        ["09/01/2024", "10/01/2024", 20, 1],
    ]

    def make(place: int) -> Sequence[Any]:
        pieces = r.randint(10, 150)
        days = [f"{r.randint(1, 12):02d}/{r.randint(1, 12):02d}/2024" for _ in range(2)]
        return [
            f"{r.randint(13, 28):02d}/05/2024" if known and place % 3 == 0 else days[0],
            days[1],
            pieces,
            round(pieces / 10 + r.gauss(0, 0.4)),
        ]

    rows = cells(grown(r, 40, first, make), *[plain] * 4)
    if time:
        rows = [[f"{row[0]} {place % 24}:{place:02d}", *row[2:]] for place, row in enumerate(rows)]
        return lines(("pickup", "pieces", "effort"), rows, "\t").encode()
    return lines(("ordered", "delivered", "pieces", "effort"), rows, ";").encode()


def members(r: Random) -> bytes:
    """Return a club's list: a cross for yes and nothing for no, phones, dates of birth, a sum at the end."""
    first = [
        ["0007", "12.5.1961", "x", "030/1234567", "120,00 €"],
        ["0012", "1.11.1998", "", "0171 555 01 01", "60,00 €"],
        ["0031", "30.1.1975", "", "n/a", "60,00 €"],
    ]

    def make(place: int) -> Sequence[Any]:
        cross = r.random() < 0.5
        return [
            f"{40 + 3 * place:04d}",
            f"{r.randint(1, 28)}.{r.randint(1, 12)}.{r.randint(1940, 2005)}",
            "x" if cross else "",
            f"0{r.randint(30, 900)}/{r.randint(10**5, 10**7)}",
            "120,00 €" if cross else "60,00 €",
        ]

    rows = grown(r, 36, first, make)
    total = sum(float(row[4].split(",")[0]) for row in rows)
    foot = f"Summe;;;;{number(2, ',', '.')(total)} €\n"
    return (BOM + lines(("Mitglied", "Geburtstag", "Vorstand", "Telefon", "Beitrag"), rows, ";") + "\n" + foot).encode()


def genes(r: Random) -> bytes:
    """Names that spreadsheets break, hex checksums, exponents, NaN and -Inf spelled by NumPy."""
    first = [
        ["MARCH1", "00e41200", 1.5e3, -0.25, 2.75],
        ["SEPT2", "7f3a9c10", 2.25e-2, 1.5, 0.5],
        ["DEC1", "12e45678", 310.0, None, 2.5],
    ]

    def make(place: int) -> Sequence[Any]:
        level, fold = 10 ** r.uniform(-2, 3.5), r.gauss(0, 1)
        return [
            f"GEN{place}",
            f"{r.getrandbits(32):08x}",
            level,
            None if place % 11 == 7 else fold,
            len(f"{level:.0f}") * 0.75 + r.gauss(0, 0.1),
        ]

    rows = cells(
        grown(r, 55, first, make), plain, plain, lambda v: f"{v:.6e}", gap("nan", lambda v: f"{v:.4f}"), number(2)
    )
    return ("// genes v7\n// cols: 5\n" + lines(("gene", "checksum", "tpm", "log2fc", "score"), rows, "\t")).encode()


def seniority(r: Random) -> bytes:
    """Ranges in words, percents with blanks, an index named Unnamed: 0, everything quoted."""
    first = [
        ["0", "2-5 years", "12,5 %", 3120.0],
        ["1", "6+ years", "-3,0 %", 4050.5],
        ["2", "0-1 years", "0,0 %", 2480.0],
    ]

    def make(place: int) -> Sequence[Any]:
        rank, change = r.randrange(3), r.randint(-20, 40) / 2
        name = ("0-1 years", "2-5 years", "6+ years")[rank]
        return [str(place), name, f"{change:.1f} %".replace(".", ","), 2500 + 750 * rank + 12 * change + r.gauss(0, 30)]

    rows = cells(grown(r, 42, first, make), plain, plain, plain, number(2, ",", "."))
    return quoted(("Unnamed: 0", "seniority", "change", "pay"), rows, ";", quoting=csv.QUOTE_ALL).encode()


def logs(r: Random) -> list[dict[str, Any]]:
    """Return a server's log: Unix times, a text for yes, addresses, a size with gaps: seconds."""
    first = [
        {"ts": 1700000000, "path": "/a", "cached": "yes", "size": 1200, "seconds": 0.25},
        {"ts": 1700003600, "path": "/b", "cached": "no", "size": None, "seconds": 2.5},
        {"ts": 1700010000, "path": "/a", "cached": "no", "size": 88000, "seconds": 3.25},
    ]
    for place in range(3, 50):
        cached, size = r.random() < 0.5, r.randint(500, 90000)
        seconds = 0.2 if cached else 2.2 + size / 80000
        row = {
            "ts": 1700010000 + 977 * place,
            "path": r.choice(["/a", "/b"]),
            "cached": "yes" if cached else "no",
            "seconds": round(seconds + abs(r.gauss(0, 0.1)), 3),
        }
        first.append(row if place % 8 == 3 else {**row, "size": size})
    return first


def jsonl(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def animals(r: Random, n: int) -> list[list[Any]]:
    """Kind, kilos, awake: grams of food, with a decimal type in Parquet."""
    first = [["dog", 12.5, True, "410.00"], ["cat", 4.25, False, "125.50"], ["dog", None, True, "300.00"]]

    def make(place: int) -> Sequence[Any]:
        kind, kilos, awake = r.choice(["dog", "cat"]), r.randint(8, 120) / 4, r.random() < 0.5
        food = 28 * kilos + (60 if awake else 0) + (20 if kind == "dog" else 0) + abs(r.gauss(0, 8))
        return [kind, float("nan") if place % 10 == 4 else kilos, awake, f"{food:.2f}"]

    return grown(r, n, first, make)


def zoo(r: Random) -> bytes:
    import pyarrow as pa

    rows = [[*row[:3], Decimal(row[3])] for row in animals(r, 50)]
    table = frame(("kind", "kilos", "awake", "food"), rows, kilos=pa.float32(), food=pa.decimal128(9, 2))
    return parquet(table.set_column(0, "kind", table["kind"].dictionary_encode()), compression="gzip")


def bookings(r: Random) -> bytes:
    """Feather with days, milliseconds and a large kind of text."""
    import pyarrow as pa
    from pyarrow import feather

    first: list[list[Any]] = [
        [datetime.date(2024, 2, 29), "suite", 3, 540.0],
        [datetime.date(2024, 3, 1), "single", 1, 79.5],
        [datetime.date(2024, 3, 31), "single", 14, 1113.0],
    ]

    def make(place: int) -> Sequence[Any]:
        kind, nights = r.choice(["suite", "single", "double"]), r.randint(1, 14)
        return [
            datetime.date(2024, 4, 1) + place * DAY,
            kind,
            nights,
            {"suite": 180, "single": 79.5, "double": 110}[kind] * nights + r.randint(-4, 4),
        ]

    table = frame(
        ("arrival", "room", "nights", "price"),
        grown(r, 45, first, make),
        arrival=pa.date64(),
        room=pa.large_string(),
        nights=pa.int8(),
    )
    file = io.BytesIO()
    feather.write_feather(
        table.set_column(1, "room", table["room"].dictionary_encode()), file, compression="zstd", chunksize=7
    )
    return file.getvalue()


def measured(r: Random) -> bytes:
    """SQLite: a table with a blank in its name, milliseconds, NULL."""
    first = [
        [1, 1706745600000, 21.5, "on", 3.25],
        [2, 1706749200000, None, "off", 0.25],
        [3, 1706752800000, 19.25, "on", 3.0],
    ]

    def make(place: int) -> Sequence[Any]:
        warm, on = r.randint(60, 100) / 4, r.random() < 0.5
        return [
            place + 1,
            1706745600000 + place * 3600000,
            warm,
            "on" if on else "off",
            round(4 * ((3 + (20 - warm) / 10 if on else 0.25) + r.gauss(0, 0.05))) / 4,
        ]

    return sqlite(
        {
            "Meine Messungen": (
                "id integer primary key, at integer, warm real, pump text, load real",
                grown(r, 48, first, make),
            )
        }
    )


def timetable(r: Random) -> bytes:
    """Return a workbook: a cover sheet, days as dates, wages as German texts."""
    first = [
        ["Anna", datetime.datetime(2024, 5, 6), 7.5, "1.250,00 €"],
        ["Bo", datetime.datetime(2024, 5, 7), 4.0, "610,50 €"],
        ["Anna", datetime.datetime(2024, 5, 8), 8.25, "1.371,25 €"],
    ]

    def make(place: int) -> Sequence[Any]:
        who, hours = r.choice(["Anna", "Bo", "Cem"]), r.randint(8, 36) / 4
        pay = hours * {"Anna": 166, "Bo": 153, "Cem": 140}[who] + r.gauss(0, 6)
        return [who, datetime.datetime(2024, 5, 8) + place * DAY, hours, number(2, ",", ".", after=" €")(pay)]

    return xlsx(
        {
            "Deckblatt": [["Stundenzettel"], ["Stand", datetime.datetime(2024, 7, 1)]],
            "Mai": [("Wer", "Tag", "Stunden", "Lohn"), *grown(r, 34, first, make)],
        },
        {1: "DD.MM.YYYY"},
    )


def harvest(r: Random) -> bytes:
    """OpenDocument: an index without a name, truth values, money, gaps, runs of equal cells."""
    first = [[0, "Süd", True, 4.5, 910.25], [1, "Nord", False, 3.25, 655.0], [2, "Nord", False, None, 500.5]]

    def make(place: int) -> Sequence[Any]:
        side, wet, tons = r.choice(["Süd", "Nord"]), r.random() < 0.5, r.randint(4, 40) / 4
        worth = 200 * tons + (15 if side == "Süd" else 0) - (25 if wet else 0) + r.gauss(0, 8)
        return [place, side, wet, tons, round(worth * 4) / 4]

    rows = [[*row[:4], Money(row[4])] for row in grown(r, 37, first, make)]
    return ods({"Ernte": [(None, "Hang", "bewässert", "Tonnen", "Erlös"), *rows]}, runs=True, around=True)


def lab(r: Random) -> bytes:
    """Numbers with limits and notes among them, SAP's minus, a `sep=` line, a footer of a database."""
    first = [["A", "0,75", "12,5-", 4.5], ["B", "1,25", "3,0", 7.0], ["A", "<0,05", "0,5", 3.75]]

    def make(place: int) -> Sequence[Any]:
        kind, level, shift = r.choice("AB"), r.randint(2, 60) / 20, r.randint(-60, 60) / 4
        said = "<0,05" if place == 17 else "n. best." if place == 28 else f"{level:.2f}".replace(".", ",")
        shown = f"{abs(shift):.1f}".replace(".", ",") + ("-" if shift < 0 else "")
        return [
            kind,
            said,
            shown,
            round(4 * (4 + 2 * level + 0.1 * shift + (0.5 if kind == "B" else 0) + r.gauss(0, 0.1))) / 4,
        ]

    rows = cells(grown(r, 50, first, make), plain, plain, plain, number(2, ","))
    return ("sep=|\n" + lines(("Gerät", "Gehalt", "Drift", "Note"), rows, "|") + "(50 Zeilen)\n").encode()


def unlabelled(r: Random) -> bytes:
    """No names, a semicolon at each end of line, American short dates, None for what is missing."""
    first = [
        ["4/30/24", "B-7", "TRUE", 14.5, 31.25],
        ["5/1/24", "C-1", "FALSE", 8.0, 17.5],
        ["5/2/24", "None", "False", 21.75, 44.5],
    ]

    def make(place: int) -> Sequence[Any]:
        yes, size = r.random() < 0.5, r.randint(20, 120) / 4
        return [
            f"5/{3 + place % 28}/24",
            r.choice(["B-7", "C-1"]),
            "True" if yes else "FALSE",
            size,
            round(4 * (2 * size + (2 if yes else 1) + r.gauss(0, 0.3))) / 4,
        ]

    return lines(
        None, [[*row, ""] for row in cells(grown(r, 40, first, make), plain, plain, plain, plain, number(2))], ";"
    ).encode()


def pdf() -> bytes:
    return (
        b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        + bytes(range(128, 256)) * 3
        + b"\ntrailer\n%%EOF\n"
    )


def titled(r: Random) -> bytes:
    """Return a percent-commented file with time zones; its names look like ranges; a few short rows."""
    first = [
        ["2024-06-01T10:00:00-04:00", 4, 11, 2, 9.5],
        ["2024-06-01T16:30:00Z", 7, 8, 0, 8.75],
        ["2024-06-02T00:15:00+05:30", 1, 3, 5, 10.25],
    ]

    def make(place: int) -> Sequence[Any]:
        young, middle, old = r.randint(0, 9), r.randint(0, 15), r.randint(0, 9)
        return [
            f"2024-06-{3 + place // 3:02d}T{place % 24:02d}:00:00Z",
            young,
            middle,
            old,
            round(4 * (4 + 0.2 * young + 0.3 * middle + 1.1 * old + r.gauss(0, 0.2))) / 4,
        ]

    rows = [
        [row[0], row[4], *row[1:4]] for row in cells(grown(r, 48, first, make), plain, plain, plain, plain, number(2))
    ]
    rows = [row[:4] if place in (11, 30) else row for place, row in enumerate(rows)]
    return ("% visits by age\n%\n" + lines(("at", "load", "0-17", "18-64", "65+"), rows, ",", "\r\n")).encode()


FILES: dict[str, Callable[[Random], bytes]] = {
    "bank.csv": bank,
    "adult.data": adult,
    "passengers.csv": passengers,
    "motors.txt": motors,
    "weather.csv": weather,
    "months.csv": months,
    "forms.csv": forms,
    "rents.tsv": rents,
    "power.txt": power,
    "marathon.psv": marathon,
    "labels.csv": parcels,
    "offsets.csv": offsets,
    "old_mac.txt": old_mac,
    "deliveries_known.csv": lambda r: deliveries(r, known=True),
    "deliveries_unknown.csv": lambda r: deliveries(r, known=False),
    "pickups.tsv": lambda r: deliveries(r, known=False, time=True),
    "members.csv": members,
    "genes.tsv": genes,
    "seniority.csv": seniority,
    "log.jsonl": lambda r: jsonl(logs(r)).encode(),
    "log.jsonl.zst": lambda r: zstd(jsonl(logs(r))),
    "log_one.zip": lambda r: zipped({"var/log/access.jsonl": jsonl(logs(r)).encode()}),
    "zoo.parquet": zoo,
    "bookings.feather": bookings,
    "measured.sqlite": measured,
    "timetable.xlsx": timetable,
    "harvest.ods": harvest,
    "lab.csv": lab,
    "unlabelled.csv": unlabelled,
    "visits.csv": titled,
    "visits.gz": lambda r: gzip.compress(titled(r), mtime=0),
    "with_readme.zip": lambda r: zipped({"data.csv": offsets(r), "README.txt": b"Read data.csv.\n"}),
    "report.csv": lambda r: pdf(),
    "nothing.xlsx": lambda r: xlsx({"Leer": [("Wer", "Tag", "Stunden", "Lohn")]}),
}


def content(file: str) -> bytes:
    """Return the bytes of a held-out file."""
    return FILES[file](Random(file))
