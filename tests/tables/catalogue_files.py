"""Cases that are no plain text, and files that must be an error with a hint."""

from collections.abc import Mapping

from tests.tables.case import Case, Reading, Wrong, case, category, duration, identifier, index, moment, number, truth

Columns = Mapping[str | int, Reading | tuple[Reading, ...]]

HOUSES: Columns = {
    "district": category("Nord", "Süd", "Mitte"),
    "area": number(84.5, 121.0, 47.5),
    "rooms": number(3, 5, 2),
    "garden": truth(True, False, True),
    "price": number(312500, 418900, 352250),
}
SALES: Columns = {
    "day": moment("2024-01-02", "2024-01-03", "2024-01-17"),
    "shop": category("Köln", "Bonn", "Köln"),
    "pieces": number(120, 85, 1340),
    "unit_price": number(12.5, 9.9, 11.25),
    "revenue": number(1540.75, 836.2, 15012.4),
}
UMSATZ: Columns = {
    "Datum": moment("2024-01-02", "2024-01-03", "2024-01-17"),
    "Filiale": category("Köln", "Bonn", "Köln"),
    "Stück": number(120, 85, 1340),
    "Einzelpreis": number(12.5, 9.9, 11.25),
    "Umsatz": number(1540.75, 836.2, 15012.4),
}
WAGES: Columns = {
    "age": number(34, 51, 27),
    "education": category("Bachelor", "Master", "School"),
    "dept": category("Sales", "IT", "Sales"),
    "hours": number(40, 38.5, 20),
    "salary": number(52000, 81234.1, 17850.75),
}
# Cells in percent hold 0.035; 3.5 is right as well, as long as the whole column is.
LOANS: Columns = {
    "income": number(48250, 31900, 105400),
    "rate": (number(0.035, 0.0725, 0.02), number(3.5, 7.25, 2)),
    "change": (number(0.0225, -0.045, 0.12), number(2.25, -4.5, 12)),
    "years": number(10, 5, 15),
    "balance": number(1250.5, -2310.75, 14520.25),
}
TRIPS: Columns = {
    "start": moment("2023-05-14T07:05", "2023-05-14T22:40", "2023-06-03T13:00"),
    "km": number(12.5, 61, 3.25),
    "stops": number(3, 0, 1),
    "lasting": duration(1530, 5025, 465),
    "fare": number(24.5, 98.25, 9),
}
PATIENTS: Columns = {
    "age": number(63, 41, 58),
    "sex": category("f", "m", "m", rows={6: None}, gaps=1),
    "bmi": number(27.4, 24.9, 31.2, rows={4: None, 9: None, 30: None}, gaps=3),
    "pressure": number(141, 122, 150),
    "smoker": truth(True, False, False),
    "ill": truth(True, False, True),
}
PERCENT = "Cells in percent hold 0.035; 3.5 is the same for the network."

EXCEL = (
    case("excel_plain.xlsx", "excel:one sheet", "price", 40, HOUSES, needs="openpyxl"),
    case("excel_dates.xlsx", "excel:formatted | date:D/M/YYYY | currency:€", "revenue", 45, SALES, needs="openpyxl"),
    case(
        "excel_percent.xlsx",
        "excel:formatted | percent:attached | currency:$",
        "balance",
        40,
        LOANS,
        why=PERCENT,
        needs="openpyxl",
    ),
    case("excel_times.xlsx", "excel:formatted | duration:h:m:s | date:with time", "fare", 40, TRIPS, needs="openpyxl"),
    case("excel_gaps.xlsx", "excel:one sheet | missing:#N/A | missing:empty", "ill", 60, PATIENTS, needs="openpyxl"),
    case(
        "excel_texts.xlsx",
        "excel:one sheet | date:D.M.YYYY | thousands:dot",
        "Umsatz",
        40,
        UMSATZ,
        why="All cells are texts, as after a paste from the web.",
        needs="openpyxl",
    ),
    case(
        "excel_title.xlsx",
        "excel:one sheet | ragged:title line | blank lines:between",
        "salary",
        40,
        WAGES,
        error=Wrong(("header",)),
        why="A title and an empty row above the names; an error that says so is right as well.",
        needs="openpyxl",
    ),
    case(
        "excel_empty_sheets.xlsx",
        "excel:several sheets",
        "salary",
        36,
        WAGES,
        why="Only one sheet has cells.",
        needs="openpyxl",
    ),
    case(
        "excel_sheets.xlsx",
        "excel:several sheets | date:ISO",
        "revenue",
        40,
        SALES,
        init=("sheet=Sales 2024",),
        needs="openpyxl",
    ),
    case("excel_two_sheets.xlsx", "excel:several sheets", "salary", 40, WAGES, init=("sheet=Nord",), needs="openpyxl"),
    case(
        "excel_two_sheets.xlsx",
        "excel:several sheets",
        "salary",
        40,
        WAGES,
        name="excel_two_sheets_untold",
        error=Wrong(("sheet",), ("sheet: Nord", "sheet: South")),
        why="Two sheets with data: the first with a note, or an error that offers both.",
        needs="openpyxl",
    ),
)

OPENDOCUMENT = (
    case(
        "ods_plain.ods",
        "opendocument:one sheet",
        "price",
        40,
        HOUSES,
        why="The cells' values count, not their German texts.",
    ),
    case("ods_typed.ods", "opendocument:one sheet | currency:€ | date:D.M.YYYY", "Umsatz", 40, UMSATZ),
    case(
        "ods_percent_around.ods",
        "opendocument:repeated cells | percent:decimal comma",
        "balance",
        40,
        LOANS,
        why=PERCENT,
    ),
    case("ods_times.ods", "opendocument:one sheet | duration:h:m:s | date:with time", "fare", 40, TRIPS),
    case(
        "ods_repeated.ods",
        "opendocument:repeated cells | missing:empty",
        "ill",
        60,
        PATIENTS,
        why="A million empty rows follow as one element.",
    ),
    case(
        "ods_repeated_rows.ods",
        "opendocument:repeated cells",
        "salary",
        40,
        {
            "age": number(34, 34, 51),
            "education": category("Bachelor", "Bachelor", "Master"),
            "dept": category("Sales", "Sales", "IT"),
            "hours": number(40, 40, 38.5),
            "salary": number(52000, 52000, 81234.1),
        },
        why="Each row stands there twice, as one element.",
    ),
    case("ods_repeated_dates.ods", "opendocument:repeated cells | date:ISO", "revenue", 35, SALES),
    case("ods_sheets.ods", "opendocument:several sheets", "price", 33, HOUSES, init=("sheet=Daten",)),
    case(
        "ods_two_sheets.ods",
        "opendocument:several sheets",
        "salary",
        40,
        WAGES,
        init=("sheet=2024",),
        why="The name is a number.",
    ),
    case(
        "ods_two_sheets.ods",
        "opendocument:several sheets",
        "salary",
        name="ods_two_sheets_wrong",
        init=("sheet=2025",),
        error=Wrong(("2025",), ("2023", "2024")),
    ),
)

COLUMNS = (
    case("parquet_plain.parquet", "parquet:plain", "price", 40, HOUSES, needs="pyarrow"),
    case("parquet_decimals.parquet", "parquet:decimals", "salary", 40, WAGES, needs="pyarrow"),
    case(
        "parquet_nan.parquet",
        "parquet:NaN | missing:NaN",
        "ill",
        60,
        {**PATIENTS, "bmi": number(27.4, 24.9, 31.2, rows={4: None, 9: None, 12: None, 30: None}, gaps=4)},
        why="NaN and null are gaps alike.",
        needs="pyarrow",
    ),
    case("parquet_dictionary.parquet", "parquet:dictionary", "price", 45, HOUSES, needs="pyarrow"),
    case("parquet_dates.parquet", "parquet:dates | date:ISO", "revenue", 40, SALES, needs="pyarrow"),
    case(
        "parquet_zones.parquet",
        "parquet:dates | date:with zone | duration:h:m:s",
        "fare",
        40,
        {
            **TRIPS,
            "start": moment("2023-05-14T07:05+00:00", "2023-05-14T22:40+00:00", "2023-06-03T13:00+00:00"),
        },
        needs="pyarrow",
    ),
    case(
        "parquet_pandas.parquet",
        "parquet:plain | index:unnamed",
        "salary",
        45,
        {"__index_level_0__": index(0, 1, 2), **WAGES},
        why="pandas stores the index of a frame of which rows were dropped so.",
        needs="pyarrow",
    ),
    case(
        "parquet_large.parquet",
        "parquet:plain | identifier:above 2^53 | identifier:leading zeros",
        "spent",
        40,
        {
            "customer": identifier("9007199254740993", "9007199254741001", "9007199254741013"),
            "postcode": category("01067", "50667", "01069"),
            "phone": identifier("0351 4967021", "0221 2213010", "0049 351 88812"),
            "orders": number(12, 3, 27),
            "spent": number(640.5, 121, 1389.25),
        },
        needs="pyarrow",
    ),
    case("feather_plain.feather", "feather:plain", "price", 40, HOUSES, needs="pyarrow"),
    case("feather_lz4.feather", "feather:compressed | date:ISO", "revenue", 40, SALES, needs="pyarrow"),
    case(
        "feather_zstd_dictionary.feather",
        "feather:compressed | feather:dictionary",
        "ill",
        60,
        PATIENTS,
        needs="pyarrow",
    ),
)

TWO_TABLES = Wrong(
    ("sales_2023", "sales_2024"), ('query: select * from "sales_2023"', 'query: select * from "sales_2024"')
)
DATABASES = (
    case(
        "sqlite_table.db",
        "sqlite:table",
        "price",
        40,
        {**HOUSES, "garden": (truth(True, False, True), number(1, 0, 1))},
        why="SQLite keeps truth values as 0 and 1; as an input a number is as good.",
    ),
    case(
        "sqlite_gaps.sqlite",
        "sqlite:table | missing:null",
        "ill",
        60,
        {
            **PATIENTS,
            "smoker": (truth(True, False, False), number(1, 0, 0)),
            "ill": (truth(True, False, True), category("1", "0", "1")),
        },
        why="SQLite keeps truth values as 0 and 1.",
    ),
    case(
        "sqlite_query.db",
        "sqlite:query | identifier:postal code",
        "spent",
        40,
        {
            "postcode": category("01067", "50667", "01069"),
            "orders": number(12, 3, 27),
            "spent": number(640.5, 121, 1389.25),
        },
        init=("query=select postcode, orders, spent from orders join customers using (customer) order by id",),
    ),
    case("sqlite_view.sqlite3", "sqlite:view | date:ISO", "revenue", 59, SALES, init=("query=select * from large",)),
    case("sqlite_two_tables.db", "sqlite:query", "revenue", 30, SALES, init=("query=select * from sales_2024",)),
    case(
        "sqlite_two_tables.db",
        "sqlite:query",
        "revenue",
        name="sqlite_two_tables_untold",
        error=TWO_TABLES,
        why="The names count; how the query is quoted does not.",
    ),
)

ARCHIVES = (
    case("zip_one.zip", "zip:one member", "salary", 40, WAGES),
    case(
        "zip_folder.zip", "zip:folder | encoding:cp1252 | decimal comma:semicolon | date:D.M.YYYY", "Umsatz", 40, UMSATZ
    ),
    case(
        "zip_mac.zip",
        "zip:one member",
        "revenue",
        36,
        SALES,
        why="What macOS adds in __MACOSX is no member of the user's.",
    ),
    case("zip_stored.csv.zip", "zip:one member | encoding:utf-8 bom", "revenue", 38, SALES),
    case("zip_two.zip", "zip:two members | error:two members", "salary", error=Wrong(("train.csv", "test.csv"))),
    case("zip_none.zip", "zip:folder | error:no rows", "salary", error=Wrong(("zip_none.zip",))),
    case("gzip_plain.csv.gz", "gzip:plain", "salary", 40, WAGES),
    case("gzip_named.gz", "gzip:with name", "price", 40, HOUSES),
    case(
        "gzip_german.csv.gz",
        "gzip:combined | encoding:cp1252 | thousands:dot | decimal comma:semicolon | date:D.M.YYYY",
        "Umsatz",
        44,
        UMSATZ,
    ),
    case(
        "gzip_two_parts.csv.gz",
        "gzip:plain",
        "salary",
        42,
        WAGES,
        why="Two gzip files in a row are one: cat a.gz b.gz.",
    ),
    case("gzip_jsonl.jsonl.gz", "gzip:combined | jsonl:plain", "salary", 40, WAGES),
    case("zstd_plain.csv.zst", "zstd:plain", "salary", 40, WAGES, needs="pyarrow"),
    case("zstd_checksum.tsv.zst", "zstd:checksum | delimiter:tab", "price", 40, HOUSES, needs="zstandard"),
    case(
        "zstd_utf16.csv.zst",
        "zstd:combined | encoding:utf-16 le | decimal comma:semicolon | date:D.M.YYYY",
        "Umsatz",
        40,
        UMSATZ,
        needs="pyarrow",
    ),
    case("jsonl_plain.jsonl", "jsonl:plain", "salary", 40, WAGES),
    case("jsonl_missing_keys.jsonl", "jsonl:missing keys | missing:empty", "ill", 60, PATIENTS),
    case("jsonl_nulls_crlf.jsonl", "jsonl:plain | missing:null | line ends:CRLF", "ill", 60, PATIENTS),
    case(
        "jsonl_mixed.ndjson",
        "jsonl:mixed",
        "price",
        40,
        HOUSES,
        why="The order of keys changes; whole numbers have no point.",
    ),
    case(
        "jsonl_texts.jsonl",
        "jsonl:mixed | date:D.M.YYYY",
        "Umsatz",
        40,
        UMSATZ,
        why="Numbers and dates as texts, with decimal commas.",
    ),
)

ERRORS = (
    case("error_png.csv", "error:binary", "salary", error=Wrong(("error_png.csv",))),
    case("error_random.csv", "error:binary", "salary", error=Wrong(("error_random.csv",))),
    case(
        "error_cut.csv.gz",
        "error:binary | gzip:plain",
        "salary",
        error=Wrong(("error_cut.csv.gz",)),
        why="Half a table is never read in silence.",
    ),
    case("error_zeros.csv", "error:binary", "salary", error=Wrong(("error_zeros.csv",))),
    case("error_cut.xlsx", "error:binary", "salary", error=Wrong(("error_cut.xlsx",))),
    case("error_empty.csv", "error:no rows", "salary", error=Wrong(("error_empty.csv",))),
    case("error_header_only.csv", "error:no rows | encoding:utf-8 bom", "salary", error=Wrong(("row",))),
    case("error_comments_only.csv", "error:no rows | comment:#", "salary", error=Wrong(("error_comments_only.csv",))),
    case("error_blank.txt", "error:no rows | blank lines:around", "salary", error=Wrong(("error_blank.txt",))),
    case("error_header_only.jsonl", "error:no rows | jsonl:plain", "salary", error=Wrong(("error_header_only.jsonl",))),
)

CASES: tuple[Case, ...] = (*EXCEL, *OPENDOCUMENT, *COLUMNS, *DATABASES, *ARCHIVES, *ERRORS)
