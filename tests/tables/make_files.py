"""Makers of the files that are no plain text: spreadsheets, Parquet, databases, archives, JSON lines, rubbish."""

import datetime
import gzip
import io
import json
import zlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from tests.tables.containers import Money, Percent, ods, sqlite, xlsx, zipped
from tests.tables.formats import cells, date, gaps, lines, number, plain, words
from tests.tables.stories import (
    CUSTOMERS,
    HOUSES,
    LOANS,
    PATIENTS,
    SALES,
    TRIPS,
    WAGES,
    customers,
    houses,
    loans,
    patients,
    sales,
    trips,
    wages,
)

UMSATZ = ("Datum", "Filiale", "Stück", "Einzelpreis", "Umsatz")


def sale(r: Random, n: int, form: str = "%Y-%m-%d", sep: str = ",", point: str = ".", group: str = "") -> str:
    rows = cells(
        sales(r, n), date(form), plain, number(0, point, group), number(2, point, group), number(2, point, group)
    )
    return lines(SALES if sep == "," else UMSATZ, rows, sep)


def wage(r: Random, n: int) -> str:
    return lines(WAGES, cells(wages(r, n), plain, plain, plain, number(1), number(2)))


def house(r: Random, n: int) -> str:
    return lines(HOUSES, cells(houses(r, n), plain, number(1), plain, words("yes", "no"), number(0)))


def percents(r: Random, n: int, kind: Callable[[float], Any] = float) -> list[list[Any]]:
    """Loans whose rate and change are cells in percent."""
    return [[income, kind(rate / 100), kind(change / 100), *rest] for income, rate, change, *rest in loans(r, n)]


def lasting(r: Random, n: int) -> list[list[Any]]:
    return [[*row[:3], datetime.timedelta(seconds=row[3]), row[4]] for row in trips(r, n)]


def with_gaps(r: Random, n: int, value: Any = None) -> list[list[Any]]:
    """Patients: no body mass index in rows 4, 9 and 30, no sex in row 6."""
    return gaps(gaps(patients(r, n), 2, (4, 9, 30), value), 1, (6,))


def frame(header: Sequence[str], rows: Sequence[Sequence[Any]], **kinds: Any) -> Any:
    """Return an Arrow table; a column of `kinds` has that type, the others what Arrow makes of them."""
    import pyarrow as pa

    columns = {name: [row[place] for row in rows] for place, name in enumerate(header)}
    return pa.table({name: pa.array(values, type=kinds.get(name)) for name, values in columns.items()})


def parquet(table: Any, **options: Any) -> bytes:
    import pyarrow.parquet as pq

    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def decimals(r: Random) -> bytes:
    import pyarrow as pa

    rows = [[*row[:4], Decimal(f"{row[4]:.2f}")] for row in wages(r, 40)]
    return parquet(frame(WAGES, rows, salary=pa.decimal128(12, 2)))


def not_numbers(r: Random) -> bytes:
    """NaN in rows 4, 9 and 30, null in row 12."""
    import pyarrow as pa

    rows = gaps(with_gaps(r, 60, float("nan")), 2, (12,))
    return parquet(frame(PATIENTS, rows, bmi=pa.float64()))


def dictionaries(r: Random) -> bytes:
    table = frame(HOUSES, houses(r, 45))
    return parquet(table.set_column(0, "district", table["district"].dictionary_encode()))


def dates(r: Random) -> bytes:
    import pyarrow as pa

    return parquet(frame(SALES, [[row[0].date(), *row[1:]] for row in sales(r, 40)], day=pa.date32()))


def zones(r: Random) -> bytes:
    import pyarrow as pa

    rows = [
        [row[0].replace(tzinfo=datetime.UTC), *row[1:3], datetime.timedelta(seconds=row[3]), row[4]]
        for row in trips(r, 40)
    ]
    return parquet(frame(TRIPS, rows, start=pa.timestamp("us", "Europe/Berlin"), lasting=pa.duration("s")))


def from_pandas(r: Random) -> bytes:
    import pandas as pd

    file = io.BytesIO()
    table = pd.DataFrame(wages(r, 60), columns=list(WAGES))
    table[table.index % 4 < 3].to_parquet(file)
    return file.getvalue()


def large(r: Random) -> bytes:
    rows = [[2**53 + 1 + 2 * place * (place + 3), *row[1:]] for place, row in enumerate(customers(r, 40))]
    return parquet(frame(CUSTOMERS, rows))


def feather(header: Sequence[str], rows: Sequence[Sequence[Any]], compression: str, dictionary: str = "") -> bytes:
    from pyarrow import feather as fe

    table, file = frame(header, rows), io.BytesIO()
    if dictionary:
        table = table.set_column(header.index(dictionary), dictionary, table[dictionary].dictionary_encode())
    fe.write_feather(table, file, compression=compression)
    return file.getvalue()


def days(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [[row[0].date().isoformat(), *row[1:]] for row in rows]


def shop(r: Random) -> bytes:
    """Two tables: the query joins them. The customers' rows are in another order than their orders."""
    kept = customers(r, 40)
    people = [[row[0], row[1]] for row in reversed(kept)]
    orders = [[place, *row[:1], *row[3:]] for place, row in enumerate(kept, 1)]
    tables = {
        "customers": ("customer text primary key, postcode text", people),
        "orders": ("id integer primary key, customer text, orders integer, spent real", orders),
    }
    return sqlite(tables, "create index by_customer on orders (customer)")


def viewed(r: Random) -> bytes:
    declared = "day text, shop text, pieces integer, unit_price real, revenue real"
    view = "create view large as select * from raw where pieces >= 100 or shop = 'Bonn' order by day"
    return sqlite({"raw": (declared, days(sales(r, 60)))}, view)


def two_tables(r: Random) -> bytes:
    declared = "day text, shop text, pieces integer, unit_price real, revenue real"
    return sqlite({"sales_2023": (declared, days(sales(r, 30))), "sales_2024": (declared, days(sales(r, 30)))})


def named_gzip(name: str, text: str) -> bytes:
    file = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=file, mtime=0) as packed:
        packed.write(text.encode())
    return file.getvalue()


def zstd(text: str, checksum: bool = False, encoding: str = "utf-8") -> bytes:
    if checksum:
        import zstandard  # type: ignore[import-not-found]

        return zstandard.ZstdCompressor(write_checksum=True).compress(text.encode(encoding))
    import pyarrow as pa

    return pa.compress(text.encode(encoding), codec="zstd", asbytes=True)


def jsonl(header: Sequence[str], rows: Sequence[Sequence[Any]], end: str = "\n", skip: bool = False) -> bytes:
    """Return JSON lines; with `skip`, a gap is a key that is not there."""
    objects = [
        {key: value for key, value in zip(header, row, strict=True) if value is not None or not skip} for row in rows
    ]
    return "".join(json.dumps(row, ensure_ascii=False) + end for row in objects).encode()


def mixed(r: Random) -> bytes:
    """Keys in another order in each second line, whole numbers without a point, truth values in two spellings."""
    rows = [dict(zip(HOUSES, row, strict=True)) for row in houses(r, 40)]
    for place, row in enumerate(rows):
        row["area"] = int(row["area"]) if row["area"] == int(row["area"]) else row["area"]
        if place % 2:
            rows[place] = dict(reversed(row.items()))
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def png() -> bytes:
    """Return a picture of 8 x 8 grey dots."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    head = (8).to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0])
    rows = zlib.compress(b"".join(bytes([0, *range(row, row + 64, 8)]) for row in range(8)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


NOTES = [["Sales of all shops"], ["Prepared by Ms Berg"], [None], ["Ask before you change a number"]]
FILES: dict[str, Callable[[Random], bytes]] = {
    "excel_plain.xlsx": lambda r: xlsx({"Houses": [HOUSES, *houses(r, 40)]}),
    "excel_dates.xlsx": lambda r: xlsx(
        {"Sheet1": [SALES, *sales(r, 45)]}, {0: "DD/MM/YYYY", 3: "#,##0.00 €", 4: "#,##0.00 €"}
    ),
    "excel_percent.xlsx": lambda r: xlsx(
        {"Kredite": [LOANS, *percents(r, 40)]}, {0: '"$"#,##0', 1: "0.00%", 2: "0.0%"}
    ),
    "excel_times.xlsx": lambda r: xlsx({"Trips": [TRIPS, *lasting(r, 40)]}, {0: "yyyy-mm-dd hh:mm", 3: "[h]:mm:ss"}),
    "excel_gaps.xlsx": lambda r: xlsx({"Patients": [PATIENTS, *with_gaps(r, 60, "#N/A")]}),
    "excel_texts.xlsx": lambda r: xlsx(
        {"Tabelle1": [UMSATZ, *(line.split(";") for line in sale(r, 40, "%d.%m.%Y", ";", ",", ".").splitlines()[1:])]}
    ),
    "excel_title.xlsx": lambda r: xlsx({"Report": [["Wages, all departments"], [], WAGES, *wages(r, 40)]}),
    "excel_empty_sheets.xlsx": lambda r: xlsx({"Tabelle1": [WAGES, *wages(r, 36)], "Tabelle2": [], "Tabelle3": []}),
    "excel_sheets.xlsx": lambda r: xlsx(
        {"Read me": NOTES, "Sales 2023": [SALES, *reversed(sales(r, 30))], "Sales 2024": [SALES, *sales(r, 40)]}
    ),
    "excel_two_sheets.xlsx": lambda r: xlsx(
        {"Nord": [WAGES, *wages(r, 40)], "South": [WAGES, *reversed(wages(r, 30))]}
    ),
    "ods_plain.ods": lambda r: ods({"Houses": [HOUSES, *houses(r, 40)]}),
    "ods_typed.ods": lambda r: ods(
        {"Verkauf": [UMSATZ, *([*row[:3], Money(row[3]), Money(row[4])] for row in sales(r, 40))]}
    ),
    "ods_percent_around.ods": lambda r: ods({"Tabelle1": [LOANS, *percents(r, 40, Percent)]}, around=True),
    "ods_times.ods": lambda r: ods({"Trips": [TRIPS, *lasting(r, 40)]}),
    "ods_repeated.ods": lambda r: ods({"Patients": [PATIENTS, *with_gaps(r, 60)]}, runs=True, around=True),
    "ods_repeated_rows.ods": lambda r: ods(
        {"Wages": [WAGES, *(row for row in wages(r, 20) for _ in range(2))]}, runs=True
    ),
    "ods_repeated_dates.ods": lambda r: ods({"Sales": [SALES, *sales(r, 35)]}, runs=True, around=True),
    "ods_sheets.ods": lambda r: ods({"Lies mich": NOTES, "Daten": [HOUSES, *houses(r, 33)]}),
    "ods_two_sheets.ods": lambda r: ods({"2023": [WAGES, *reversed(wages(r, 30))], "2024": [WAGES, *wages(r, 40)]}),
    "parquet_plain.parquet": lambda r: parquet(frame(HOUSES, houses(r, 40))),
    "parquet_decimals.parquet": decimals,
    "parquet_nan.parquet": not_numbers,
    "parquet_dictionary.parquet": dictionaries,
    "parquet_dates.parquet": dates,
    "parquet_zones.parquet": zones,
    "parquet_pandas.parquet": from_pandas,
    "parquet_large.parquet": large,
    "feather_plain.feather": lambda r: feather(HOUSES, houses(r, 40), "uncompressed"),
    "feather_lz4.feather": lambda r: feather(SALES, sales(r, 40), "lz4"),
    "feather_zstd_dictionary.feather": lambda r: feather(PATIENTS, with_gaps(r, 60), "zstd", "sex"),
    "sqlite_table.db": lambda r: sqlite(
        {"houses": ("district text, area real, rooms integer, garden integer, price real", houses(r, 40))}
    ),
    "sqlite_gaps.sqlite": lambda r: sqlite(
        {"patients": ("age int, sex text, bmi real, pressure int, smoker bool, ill bool", with_gaps(r, 60))}
    ),
    "sqlite_query.db": shop,
    "sqlite_view.sqlite3": viewed,
    "sqlite_two_tables.db": two_tables,
    "zip_one.zip": lambda r: zipped({"wages.csv": wage(r, 40).encode()}),
    "zip_folder.zip": lambda r: zipped(
        {"export/": b"", "export/umsatz.csv": sale(r, 40, "%d.%m.%Y", ";", ",").encode("cp1252")}
    ),
    "zip_mac.zip": lambda r: zipped(
        {"sales.csv": sale(r, 36).encode(), "__MACOSX/._sales.csv": b"\0\5\x16\7\0\2\0\0Mac OS X        "}
    ),
    "zip_stored.csv.zip": lambda r: zipped({"sales.csv": sale(r, 38).encode("utf-8-sig")}, stored=["sales.csv"]),
    "zip_two.zip": lambda r: zipped({"train.csv": wage(r, 40).encode(), "test.csv": wage(r, 30).encode()}),
    "zip_none.zip": lambda r: zipped({"empty/": b""}),
    "gzip_plain.csv.gz": lambda r: gzip.compress(wage(r, 40).encode(), mtime=0),
    "gzip_named.gz": lambda r: named_gzip("houses.csv", house(r, 40)),
    "gzip_german.csv.gz": lambda r: gzip.compress(sale(r, 44, "%d.%m.%Y", ";", ",", ".").encode("cp1252"), mtime=0),
    "gzip_two_parts.csv.gz": lambda r: (
        lambda text: gzip.compress(text[:700].encode(), mtime=0) + gzip.compress(text[700:].encode(), mtime=0)
    )(wage(r, 42)),
    "gzip_jsonl.jsonl.gz": lambda r: gzip.compress(jsonl(WAGES, wages(r, 40)), mtime=0),
    "zstd_plain.csv.zst": lambda r: zstd(wage(r, 40)),
    "zstd_checksum.tsv.zst": lambda r: zstd(house(r, 40).replace(",", "\t"), checksum=True),
    "zstd_utf16.csv.zst": lambda r: zstd("\ufeff" + sale(r, 40, "%d.%m.%Y", ";", ","), encoding="utf-16-le"),
    "jsonl_plain.jsonl": lambda r: jsonl(WAGES, wages(r, 40)),
    "jsonl_missing_keys.jsonl": lambda r: jsonl(PATIENTS, with_gaps(r, 60), skip=True),
    "jsonl_nulls_crlf.jsonl": lambda r: jsonl(PATIENTS, with_gaps(r, 60), "\r\n"),
    "jsonl_mixed.ndjson": mixed,
    "jsonl_texts.jsonl": lambda r: jsonl(
        UMSATZ, [line.split(";") for line in sale(r, 40, "%d.%m.%Y", ";", ",").splitlines()[1:]]
    ),
    "error_png.csv": lambda r: png(),
    "error_random.csv": lambda r: r.randbytes(3000),
    "error_cut.csv.gz": lambda r: gzip.compress(wage(r, 60).encode(), mtime=0)[:400],
    "error_zeros.csv": lambda r: bytes(2048),
    "error_cut.xlsx": lambda r: zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook"})[:-10],
    "error_empty.csv": lambda r: b"",
    "error_header_only.csv": lambda r: (",".join(WAGES) + "\r\n").encode("utf-8-sig"),
    "error_comments_only.csv": lambda r: b"# nothing measured today\n#\n\n",
    "error_blank.txt": lambda r: b"\n \n\t\n",
    "error_header_only.jsonl": lambda r: b"\n\n",
}
