"""Cases whose point is how lines, cells and characters are written; most need not a word from the user."""

from collections.abc import Mapping

from tests.tables.case import Case, Reading, Wrong, case, category, identifier, index, moment, number, text, truth

Columns = Mapping[str | int, Reading | tuple[Reading, ...]]
# A target of truth values may also be read as two classes, named as in the file.
ILL = (truth(True, False, True), category("yes", "no", "yes"))

HOUSES: Columns = {
    "district": category("Nord", "Süd", "Mitte"),
    "area": number(84.5, 121.0, 47.5),
    "rooms": number(3, 5, 2),
    "garden": truth(True, False, True),
    "price": number(312500, 418900, 352250),
}
HAEUSER: Columns = {
    "Stadtteil": category("Nord", "Süd", "Mitte"),
    "Fläche": number(84.5, 121.0, 47.5),
    "Zimmer": number(3, 5, 2),
    "Garten": truth(True, False, True),
    "Preis": number(312500, 418900, 352250),
}
MAISONS: Columns = {
    "quartier": category("Nord", "Süd", "Mitte"),
    "surface": number(84.5, 121.0, 47.5),
    "pièces": number(3, 5, 2),
    "jardin": truth(True, False, True),
    "prix €": number(312500, 418900, 352250),
}
NOTES = ("near the park\ntwo balconies", 'said to be "quiet", with lift', "ground floor; small yard")
NOTED: Columns = {**HOUSES, "note": (text(*NOTES), identifier(*NOTES))}
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
PATIENTS: Columns = {
    "age": number(63, 41, 58),
    "sex": category("f", "m", "m"),
    "bmi": number(27.4, 24.9, 31.2),
    "pressure": number(141, 122, 150),
    "smoker": truth(True, False, False),
    "ill": ILL,
}
PATIENTS_WITH_GAPS: Columns = {
    **PATIENTS,
    "sex": category("f", "m", "m", rows={6: None, 13: None}, gaps=2),
    "bmi": number(27.4, 24.9, 31.2, rows={4: None, 9: None, 15: None, 22: None, 31: None}, gaps=5),
    "ill": (truth(True, False, True), category("TRUE", "FALSE", "TRUE")),
}
SENSORS: Columns = {
    "time": moment("2024-03-01T06:00", "2024-03-01T09:30", "2024-03-02T18:15"),
    "temperature": number(4.5, 11.75, -1.25),
    "humidity": number(71.25, 60.5, 82),
    "power": number(3.52, 2.18, 4.61),
}
WAGES: Columns = {
    "age": number(34, 51, 27),
    "education": category("Bachelor", "Master", "School"),
    "dept": category("Sales", "IT", "Sales"),
    "hours": number(40, 38.5, 20),
    "salary": number(52000, 81234.1, 17850.75),
}
PLACED: Columns = {"place": category("Berlin, Mitte", "Bonn; Süd", "Köln"), **WAGES}
ORT: Columns = {"Ort": category("Berlin, Mitte", "Bonn; Süd", "Köln"), **WAGES}
LOANS: Columns = {
    "income": number(48250, 31900, 105400),
    "rate": number(3.5, 7.25, 2),
    "change": number(2.25, -4.5, 12),
    "years": number(10, 5, 15),
    "balance": number(1250.5, -2310.75, 14520.25),
}
UNIQUE = "Texts that occur once are read as texts or left out."
FROM_0 = index(0, 1, 2)
FROM_1 = index(1, 2, 3)

ENCODINGS_AND_DELIMITERS = (
    case("enc_utf8.csv", "encoding:utf-8 | delimiter:comma | truth:other language", "Preis", 40, HAEUSER),
    case("enc_utf8_bom.csv", "encoding:utf-8 bom | truth:other language", "Preis", 45, HAEUSER),
    case("enc_utf8_bom_quoted.csv", "encoding:utf-8 bom | quotes:everything", "revenue", 40, SALES),
    case("enc_utf16_le.txt", "encoding:utf-16 le | delimiter:tab | line ends:CRLF", "Preis", 40, HAEUSER),
    case(
        "enc_utf16_be.csv", "encoding:utf-16 be | delimiter:semicolon | decimal comma:semicolon", "Umsatz", 36, UMSATZ
    ),
    case("enc_utf16_le_comma.csv", "encoding:utf-16 le | delimiter:comma", "ill", 60, PATIENTS),
    case("enc_cp1252.csv", "encoding:cp1252 | delimiter:comma | truth:other language", "prix €", 40, MAISONS),
    case(
        "enc_cp1252_semicolon.csv",
        "encoding:cp1252 | delimiter:semicolon | decimal comma:semicolon",
        "Preis",
        50,
        HAEUSER,
    ),
    case(
        "enc_cp1252_late.csv",
        "encoding:cp1252",
        "salary",
        60,
        {
            "age": number(34, 51, 27),
            "dept": category("Sales", "IT", "Sales"),
            "place": category("Ulm", "Bonn", "Ulm", rows={58: "Zürich", 59: "Genève"}),
            "salary": number(52000, 81234.1, 17850.75),
        },
    ),
    case("delim_comma.csv", "delimiter:comma", "salary", 50, WAGES),
    case("delim_semicolon.csv", "delimiter:semicolon", "salary", 48, WAGES),
    case("delim_tab.tsv", "delimiter:tab | date:with time", "power", 52, SENSORS),
    case("delim_tab.txt", "delimiter:tab", "ill", 66, PATIENTS),
    case("delim_pipe.csv", "delimiter:pipe | date:ISO", "revenue", 40, SALES),
    case("delim_pipe_padded.txt", "delimiter:pipe | blanks after delimiter:padded", "salary", 35, WAGES),
    case(
        "delim_semicolon_commas_inside.csv",
        "delimiter:semicolon",
        "salary",
        40,
        {"Ort": category("Berlin, Mitte", "Bonn, Süd", "Köln"), **WAGES},
    ),
)

QUOTES = (
    case("quotes_needed.csv", "quotes:where needed | quotes:delimiter inside | delimiter:comma", "salary", 40, PLACED),
    case("quotes_needed_semicolon.csv", "quotes:delimiter inside | delimiter:semicolon", "salary", 44, ORT),
    case("quotes_all.csv", "quotes:everything | delimiter:comma", "salary", 40, WAGES),
    case("quotes_all_tab.tsv", "quotes:everything | delimiter:tab", "price", 33, HOUSES),
    case("quotes_r_csv.csv", "quotes:R | index:R | truth:True/FALSE", "price", 40, {"": FROM_1, **HOUSES}),
    case(
        "quotes_r_table.txt",
        "quotes:R | index:R | delimiter:tab",
        "salary",
        42,
        {"": FROM_1, **WAGES},
        why="write.table gives the row names no cell in the header: each row has one cell more, at its start.",
    ),
    case(
        "quotes_r_csv2.csv",
        "quotes:R | index:R | decimal comma:semicolon | missing:NA | truth:True/FALSE",
        "ill",
        60,
        {"": FROM_1, **PATIENTS_WITH_GAPS},
    ),
    case(
        "quotes_newline.csv",
        "quotes:newline inside | quotes:doubled | quotes:where needed",
        "price",
        40,
        NOTED,
        why=UNIQUE,
    ),
    case(
        "quotes_newline_crlf.csv",
        "quotes:newline inside | quotes:doubled | line ends:CRLF | delimiter:semicolon",
        "price",
        32,
        NOTED,
        why=UNIQUE,
    ),
    case(
        "quotes_doubled.tsv",
        "quotes:doubled | delimiter:tab",
        "price",
        40,
        {
            "screen": category('27" wide', '27" wide', '24"'),
            "area": number(84.5, 121.0, 47.5),
            "rooms": number(3, 5, 2),
            "garden": truth(True, False, True),
            "price": number(312500, 418900, 352250),
        },
    ),
)

LINES = (
    case("sep_line_semicolon.csv", "sep line:semicolon | decimal comma:semicolon", "price", 40, HOUSES),
    case("sep_line_comma.csv", "sep line:comma | encoding:utf-8 bom | line ends:CRLF", "salary", 40, WAGES),
    case("sep_line_tab.csv", "sep line:tab | encoding:utf-16 le | line ends:CRLF", "revenue", 40, SALES),
    case("sep_line_quoted.csv", "sep line:pipe | delimiter:pipe", "ill", 50, PATIENTS),
    case("comment_hash.csv", "comment:# | encoding:utf-8 | date:with time", "power", 60, SENSORS),
    case("comment_percent.csv", "comment:%", "salary", 40, WAGES),
    case("comment_slashes.txt", "comment:// | delimiter:tab", "balance", 40, LOANS),
    case("comment_hash_german.csv", "comment:# | delimiter:semicolon | decimal comma:semicolon", "power", 45, SENSORS),
    case(
        "comment_hash_header.tsv",
        "comment:# | delimiter:tab",
        "power",
        45,
        {
            "time": moment("2024-03-01T06:00", "2024-03-01T09:30", "2024-03-02T18:15"),
            "temperature": number(4.5, 11.75, -1.25),
            "humidity": number(71.25, 60.5, 82),
            "power": number(3.52, 2.18, 4.61),
        },
        why="numpy.savetxt writes the names behind a '#'. The first column may keep it: '#time' is the same column.",
    ),
    case("footer_total.csv", "footer:total", "revenue", 40, SALES, why="A sum of the rows above is no row."),
    case(
        "footer_summe.csv",
        "footer:sum in another language | date:D.M.YYYY | decimal comma:semicolon",
        "Umsatz",
        38,
        UMSATZ,
    ),
    case(
        "footer_row_count.txt",
        "footer:row count | delimiter:pipe | truth:t/f",
        "ill",
        50,
        {**PATIENTS, "ill": (truth(True, False, True), category("t", "f", "t"))},
        why="psql -A ends its tables so.",
    ),
)

NAMES = (
    case(
        "header_none_numbers.csv",
        "no header:numbers",
        3,
        50,
        {
            0: number(84.5, 121.0, 47.5),
            1: number(3, 5, 2),
            2: (truth(True, False, True), number(1, 0, 1)),
            3: number(312500, 418900, 352250),
        },
        why="0 and 1 mean the same as numbers and as truth values.",
    ),
    case(
        "header_none_mixed.csv",
        "no header:mixed | delimiter:semicolon | truth:Y/N",
        5,
        60,
        {
            0: number(63, 41, 58),
            1: category("f", "m", "m"),
            2: number(27.4, 24.9, 31.2),
            3: number(141, 122, 150),
            4: truth(True, False, False),
            5: (truth(True, False, True), category("Y", "N", "Y")),
        },
    ),
    case(
        "header_none_texts.data",
        "no header:texts",
        0,
        80,
        {
            0: category("p", "e", "e"),
            1: category("x", "x", "b"),
            2: category("n", "y", "w"),
            3: category("f", "a", "l"),
        },
        why="Each cell of the first row is a value of its column further down.",
    ),
    case(
        "header_none_dates.tsv",
        "no header:mixed | date:ISO | delimiter:tab",
        4,
        40,
        {
            0: moment("2024-01-02", "2024-01-03", "2024-01-17"),
            1: category("Köln", "Bonn", "Köln"),
            2: number(120, 85, 1340),
            3: number(12.5, 9.9, 11.25),
            4: number(1540.75, 836.2, 15012.4),
        },
    ),
    case(
        "header_texts_only.csv",
        "header like data:texts",
        "verkauft",
        60,
        {
            "Farbe": category("rot", "blau", "rot"),
            "Größe": category("M", "XL", "S"),
            "Stoff": category("Baumwolle", "Leinen", "Leinen"),
            "verkauft": (truth(True, False, True), category("ja", "nein", "ja")),
        },
        why="No cell of the first row occurs again: they are names, although all columns are texts.",
    ),
    case(
        "names_years.csv",
        "numeric names:years | header like data:numbers",
        "2023",
        40,
        {
            "country": (category("Norway", "Chile", "Malta"), identifier("Norway", "Chile", "Malta")),
            "2020": number(101.5, 64, 9.25),
            "2021": number(104.25, 66.75, 9.5),
            "2022": number(107, 65.5, 10),
            "2023": number(110.5, 69.25, 10.75),
        },
        why="Each country occurs once: a class of its own, or an identifier that is left out.",
    ),
    case(
        "names_positions.csv",
        "numeric names:positions | index:unnamed | header like data:numbers",
        "3",
        50,
        {
            "": FROM_0,
            "0": number(0.512, 0.498, 0.55),
            "1": number(0.634, 0.655, 0.601),
            "2": number(0.701, 0.72, 0.688),
            "3": number(11.25, 12.5, 9.75),
        },
        why="pandas writes an array so: names and index count up.",
    ),
    case(
        "names_decimals.csv",
        "numeric names:decimals | delimiter:semicolon | header like data:numbers",
        "protein",
        44,
        {
            "450.5": number(0.512, 0.498, 0.55),
            "500.0": number(0.634, 0.655, 0.601),
            "550.25": number(0.701, 0.72, 0.688),
            "protein": number(11.25, 12.5, 9.75),
        },
        why="Wavelengths; the only text of the first row stands above a column of numbers.",
    ),
    case(
        "names_dates.csv",
        "header like data:dates",
        "2023-01-01",
        42,
        {
            "country": (category("Norway", "Chile", "Malta"), identifier("Norway", "Chile", "Malta")),
            "2020-01-01": number(101.5, 64, 9.25),
            "2021-01-01": number(104.25, 66.75, 9.5),
            "2022-01-01": number(107, 65.5, 10),
            "2023-01-01": number(110.5, 69.25, 10.75),
        },
        why="Each country occurs once: a class of its own, or an identifier that is left out.",
    ),
    case("repeated_plain.csv", "repeated header:plain", "salary", 45, WAGES),
    case(
        "repeated_bom.csv",
        "repeated header:with bom | encoding:utf-8 bom | decimal comma:semicolon",
        "Preis",
        40,
        HAEUSER,
    ),
    case(
        "repeated_quoted.csv", "repeated header:quoted | quotes:everything | blank lines:between", "revenue", 40, SALES
    ),
)

SHAPES = (
    case("trailing_all.csv", "trailing delimiter:all lines", "salary", 40, WAGES),
    case(
        "trailing_data.csv",
        "trailing delimiter:data only",
        "balance",
        45,
        LOANS,
        why="The names belong to the first five cells.",
    ),
    case(
        "trailing_several.csv",
        "trailing delimiter:several | blank lines:of delimiters | delimiter:semicolon",
        "Umsatz",
        35,
        UMSATZ,
    ),
    case("trailing_tabs.txt", "trailing delimiter:all lines | delimiter:tab | line ends:CRLF", "power", 40, SENSORS),
    case("index_unnamed.csv", "index:unnamed", "price", 40, {"": FROM_0, **HOUSES}),
    case(
        "index_unnamed_0.csv",
        "index:unnamed | index:Unnamed: 0",
        "salary",
        40,
        {"": FROM_0, "Unnamed: 0": FROM_1, **WAGES},
    ),
    case("index_r.csv", "index:R | quotes:everything", "salary", 50, {"": FROM_1, **WAGES}),
    case(
        "index_filtered.csv",
        "index:unnamed",
        "balance",
        40,
        {"": FROM_0, **LOANS},
        why="Rows were left out: 0, 1, 2, 5, 6, ...",
    ),
    case(
        "index_unnamed_0_semicolon.csv",
        "index:Unnamed: 0 | decimal comma:semicolon",
        "Preis",
        40,
        {"Unnamed: 0": FROM_1, **HAEUSER},
    ),
    case(
        "ragged_short.csv",
        "ragged:short",
        "salary",
        40,
        {**WAGES, "hours": number(40, 38.5, 20, rows={7: None, 19: None, 33: None}, gaps=3)},
        error=Wrong(("9",)),
        why="Missing cells at the end of a row are gaps; an error that names line 9 is right as well.",
    ),
    case(
        "ragged_long.csv",
        "ragged:long | error:ragged",
        error=Wrong(("13",)),
        why="Line 13 has a bare comma in a text: which cell it splits is a guess.",
    ),
    case(
        "ragged_title.csv",
        "ragged:title line | blank lines:between",
        "revenue",
        40,
        SALES,
        error=Wrong(("line",)),
        why="A title and an empty line before the names are no data; an error that says so is right as well.",
    ),
    case("ends_crlf.csv", "line ends:CRLF", "salary", 40, WAGES),
    case("ends_cr.csv", "line ends:CR | delimiter:semicolon", "price", 40, HOUSES),
    case("ends_mixed.csv", "line ends:mixed", "balance", 41, LOANS),
    case("ends_cr_quoted.csv", "line ends:CR | quotes:everything", "ill", 55, PATIENTS),
    case("blank_between.csv", "blank lines:between", "revenue", 40, SALES),
    case("blank_around.csv", "blank lines:around", "salary", 40, WAGES),
    case("blank_of_delimiters.csv", "blank lines:of delimiters | decimal comma:semicolon", "price", 40, HOUSES),
    case("blanks_after_comma.csv", "blanks after delimiter:all cells", "salary", 40, WAGES),
    case(
        "blanks_before_quotes.csv",
        "blanks after delimiter:before quotes | quotes:delimiter inside",
        "salary",
        40,
        PLACED,
    ),
    case("blanks_padded.csv", "blanks after delimiter:padded | delimiter:semicolon", "balance", 40, LOANS),
)

TOGETHER = (
    case(
        "both_german_excel.csv",
        "encoding:cp1252 | delimiter:semicolon | decimal comma:semicolon | thousands:dot | date:D.M.YYYY | "
        "trailing delimiter:all lines | line ends:CRLF",
        "Umsatz",
        44,
        UMSATZ,
    ),
    case(
        "both_excel_unicode.txt",
        "encoding:utf-16 le | delimiter:tab | quotes:where needed | line ends:CRLF",
        "salary",
        40,
        ORT,
    ),
    case(
        "both_logger.txt",
        "encoding:cp1252 | comment:% | delimiter:tab | decimal comma:tab | line ends:CRLF | blank lines:around",
        "power",
        48,
        SENSORS,
    ),
    case(
        "both_missing_index_bom.csv",
        "encoding:utf-8 bom | delimiter:semicolon | index:unnamed | missing:NA | truth:True/FALSE",
        "ill",
        60,
        {"": FROM_0, **PATIENTS_WITH_GAPS},
    ),
)

CASES: tuple[Case, ...] = (*ENCODINGS_AND_DELIMITERS, *QUOTES, *LINES, *NAMES, *SHAPES, *TOGETHER)
