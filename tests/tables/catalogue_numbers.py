"""Cases whose point is how numbers are written: decimals, thousands, money, percent, gaps."""

from collections.abc import Mapping

from tests.tables.case import Case, Reading, case, category, identifier, moment, number, truth

Columns = Mapping[str | int, Reading | tuple[Reading, ...]]

WAGES: Columns = {
    "age": number(34, 51, 27),
    "education": category("Bachelor", "Master", "School"),
    "dept": category("Sales", "IT", "Sales"),
    "hours": number(40, 38.5, 20),
    "salary": number(52000, 81234.1, 17850.75),
}
GEHALT: Columns = {
    "Alter": number(34, 51, 27),
    "Ausbildung": category("Bachelor", "Master", "School"),
    "Abteilung": category("Sales", "IT", "Sales"),
    "Stunden": number(40, 38.5, 20),
    "Gehalt": number(52000, 81234.1, 17850.75),
}
LOANS: Columns = {
    "income": number(48250, 31900, 105400),
    "rate": number(3.5, 7.25, 2),
    "change": number(2.25, -4.5, 12),
    "years": number(10, 5, 15),
    "balance": number(1250.5, -2310.75, 14520.25),
}
KREDIT: Columns = {
    "Einkommen": number(48250, 31900, 105400),
    "Zinssatz": number(3.5, 7.25, 2),
    "Änderung": number(2.25, -4.5, 12),
    "Jahre": number(10, 5, 15),
    "Saldo": number(1250.5, -2310.75, 14520.25),
}
# Each town occurs once: a class of its own, or an identifier that is left out.
TOWN = (category("Altdorf", "Neustadt", "Weiler"), identifier("Altdorf", "Neustadt", "Weiler"))
ORTE: Columns = {
    "Ort": TOWN,
    "Einwohner": number(12500, 1234567, 950),
    "Fläche": number(24.5, 310, 8.25),
    "Abfall": number(4112.5, 402318, 310.75),
}
SENSORS: Columns = {
    "time": moment("2024-03-01T06:00", "2024-03-01T09:30", "2024-03-02T18:15"),
    "temperature": number(4.5, 11.75, -1.25),
    "humidity": number(71.25, 60.5, 82),
    "power": number(3.52, 2.18, 4.61),
}
TEMPERATURE_GAPS = number(4.5, 11.75, -1.25, rows={7: None, 19: None, 26: None, 45: None}, gaps=4)
HUMIDITY_GAPS = number(71.25, 60.5, 82, rows={8: None, 20: None, 27: None, 46: None}, gaps=4)
BMI_GAPS = number(27.4, 24.9, 31.2, rows={3: None, 7: None, 11: None, 15: None, 59: None}, gaps=15)
PATIENTS: Columns = {
    "age": number(63, 41, 58),
    "sex": category("f", "m", "m"),
    "bmi": BMI_GAPS,
    "pressure": number(141, 122, 150),
    "smoker": truth(True, False, False),
    "ill": (truth(True, False, True), category("yes", "no", "yes")),
}
SEX_GAPS = category("f", "m", "m", rows={8: None, 20: None}, gaps=2)
GAPS_EVERYWHERE: Columns = {
    **PATIENTS,
    "sex": SEX_GAPS,
    "bmi": number(27.4, 24.9, 31.2, rows={5: None, 17: None, 29: None, 41: None}, gaps=4),
    "ill": (
        truth(True, False, True, rows={10: None, 33: None}, gaps=2),
        category("yes", "no", "yes", rows={10: None, 33: None}, gaps=2),
    ),
}
# 3.5 % may be read as 3.5 or as 0.035, as long as the whole column is.
RATE = (number(3.5, 7.25, 2), number(0.035, 0.0725, 0.02))
CHANGE = (number(2.25, -4.5, 12), number(0.0225, -0.045, 0.12))
PERCENT = "3.5 % is 3.5 or 0.035: the network learns the same from both."

DECIMALS = (
    case("decimal_semicolon.csv", "decimal comma:semicolon | delimiter:semicolon", "Saldo", 40, KREDIT),
    case("decimal_tab.txt", "decimal comma:tab | delimiter:tab", "Gehalt", 40, GEHALT),
    case(
        "decimal_quoted.csv", "decimal comma:quoted | quotes:delimiter inside | delimiter:comma", "power", 45, SENSORS
    ),
    case(
        "decimal_seldom.csv",
        "decimal comma:semicolon",
        "Saldo",
        42,
        KREDIT,
        why="Whole numbers stand there without decimals.",
    ),
    case(
        "decimals_three.csv",
        "delimiter:comma",
        "postage",
        45,
        {"weight": number(1.25, 12.375, 3.5), "km": number(120, 640, 75), "postage": number(5.49, 13.99, 6.49)},
        why="1.250 in a file of decimal points is 1.25 kg, never 1250.",
    ),
    case(
        "numbers_scientific.csv",
        "delimiter:comma",
        "signal",
        50,
        {
            "molar": number(1.5e-07, 2e-06, 7.25e-08),
            "shift": number(0.5, -0.25, 3),
            "signal": number(12.25, 41.5, -3.5),
        },
    ),
)

THOUSANDS = (
    case("thousands_comma.csv", "thousands:comma | quotes:delimiter inside", "salary", 40, WAGES),
    case(
        "thousands_comma.tsv",
        "thousands:comma | delimiter:tab",
        "waste",
        45,
        {
            "town": TOWN,
            "people": number(12500, 1234567, 950),
            "area": number(24.5, 310, 8.25),
            "waste": number(4112.5, 402318, 310.75),
        },
        why="12,500 beside 24.50: the comma groups.",
    ),
    case("thousands_dot.csv", "thousands:dot | decimal comma:semicolon", "Gehalt", 40, GEHALT),
    case(
        "thousands_dot_whole.csv",
        "thousands:dot | decimal comma:semicolon",
        "Abfall",
        50,
        ORTE,
        why="12.500 is a whole number: 1.234.567 in its column and 24,50 beside it decide.",
    ),
    case("thousands_space.csv", "thousands:space | decimal comma:semicolon", "Gehalt", 36, GEHALT),
    case(
        "thousands_nbsp.csv",
        "thousands:no-break space | encoding:cp1252 | decimal comma:semicolon",
        "Gehalt",
        41,
        GEHALT,
    ),
    case(
        "thousands_narrow.tsv",
        "thousands:no-break space | decimal comma:tab",
        "déchets",
        40,
        {
            "ville": TOWN,
            "habitants": number(12500, 1234567, 950),
            "surface": number(24.5, 310, 8.25),
            "déchets": number(4112.5, 402318, 310.75),
        },
        why="French programs write the narrow no-break space U+202F.",
    ),
    case("thousands_apostrophe.csv", "thousands:apostrophe | delimiter:comma", "Gehalt", 40, GEHALT),
    case("thousands_apostrophe_curly.csv", "thousands:apostrophe | delimiter:semicolon", "Gehalt", 40, GEHALT),
    case(
        "thousands_apostrophe_whole.csv",
        "thousands:apostrophe | delimiter:semicolon",
        "Abfall",
        44,
        ORTE,
        why="Each town occurs once: a class of its own, or left out.",
    ),
)

MONEY = (
    case("currency_dollar.csv", "currency:$ | currency place:leading | thousands:comma", "salary", 50, WAGES),
    case(
        "currency_dollar_brackets.csv",
        "currency:$ | currency place:leading | negative money:parentheses",
        "balance",
        45,
        LOANS,
    ),
    case(
        "currency_dollar_minus.tsv",
        "currency:$ | negative money:minus before | thousands:comma | delimiter:tab",
        "balance",
        40,
        LOANS,
    ),
    case(
        "currency_euro.csv",
        "currency:€ | currency place:trailing | thousands:dot | decimal comma:semicolon",
        "Gehalt",
        40,
        GEHALT,
    ),
    case(
        "currency_euro_cp1252.csv",
        "currency:€ | currency place:trailing | negative money:minus before | encoding:cp1252",
        "Saldo",
        40,
        KREDIT,
    ),
    case("currency_euro_leading.csv", "currency:€ | currency place:leading | encoding:utf-8 bom", "salary", 40, WAGES),
    case(
        "currency_pound.csv",
        "currency:£ | currency place:leading | negative money:minus before | thousands:comma",
        "balance",
        40,
        LOANS,
    ),
    case(
        "currency_pound_inside.csv",
        "currency:£ | negative money:minus before",
        "balance",
        44,
        LOANS,
        why="The minus stands behind the sign.",
    ),
    case(
        "currency_pound_blank.csv",
        "currency:£ | currency place:leading",
        "salary",
        38,
        {**WAGES, "salary": number(52000, 81234, 17851)},
    ),
    case(
        "currency_eur_trailing.csv",
        "currency:EUR | currency place:trailing | thousands:dot | decimal comma:semicolon",
        "Gehalt",
        40,
        GEHALT,
    ),
    case(
        "currency_eur_leading.csv",
        "currency:EUR | currency place:leading | thousands:dot | decimal comma:semicolon",
        "Gehalt",
        43,
        GEHALT,
    ),
    case(
        "currency_eur_brackets.csv",
        "currency:EUR | currency place:trailing | negative money:parentheses | thousands:comma",
        "balance",
        40,
        LOANS,
    ),
    case(
        "currency_kr.csv",
        "currency:kr | currency place:trailing | thousands:space | decimal comma:semicolon",
        "Gehalt",
        40,
        {**GEHALT, "Gehalt": number(52000, 81234, 17851)},
    ),
    case(
        "currency_kr_nbsp.csv",
        "currency:kr | currency place:trailing | thousands:no-break space | encoding:cp1252",
        "Gehalt",
        40,
        GEHALT,
    ),
    case(
        "currency_kr_leading.tsv",
        "currency:kr | currency place:leading | thousands:dot | decimal comma:tab",
        "salary",
        40,
        WAGES,
    ),
    case(
        "minus_after.csv",
        "negative money:minus after | thousands:dot | decimal comma:semicolon",
        "Saldo",
        40,
        KREDIT,
        why="SAP writes so.",
    ),
    case("minus_after_dollar.csv", "negative money:minus after | currency:$", "balance", 40, LOANS),
    case("minus_after_eur.txt", "negative money:minus after | currency:EUR | delimiter:tab", "balance", 40, LOANS),
    case(
        "accounts.csv",
        "currency:$ | negative money:parentheses | percent:attached | thousands:comma | quotes:where needed",
        "balance",
        48,
        {**LOANS, "rate": RATE, "change": (number(2.2, -4.5, 12), number(0.022, -0.045, 0.12))},
        why=PERCENT,
    ),
    case(
        "sales_all_signs.csv",
        "currency:€ | thousands:dot | decimal comma:semicolon | date:D.M.YYYY | encoding:cp1252 | line ends:CRLF",
        "revenue",
        45,
        {
            "day": moment("2024-01-02", "2024-01-03", "2024-01-17"),
            "shop": category("Köln", "Bonn", "Köln"),
            "pieces": number(120, 85, 1340),
            "unit_price": number(12.5, 9.9, 11.25),
            "revenue": number(1540.75, 836.2, 15012.4),
        },
    ),
)

PERCENTS = (
    case("percent.csv", "percent:attached", "balance", 40, {**LOANS, "rate": RATE, "change": CHANGE}, why=PERCENT),
    case(
        "percent_blank.csv",
        "percent:blank before | percent:decimal comma | decimal comma:semicolon",
        "Saldo",
        40,
        {**KREDIT, "Zinssatz": RATE, "Änderung": CHANGE},
        why=PERCENT,
    ),
    case(
        "percent_nbsp.csv",
        "percent:blank before",
        "balance",
        40,
        {**LOANS, "rate": RATE, "change": CHANGE},
        why=PERCENT,
    ),
    case(
        "percent_comma.csv",
        "percent:decimal comma | decimal comma:quoted | quotes:everything",
        "balance",
        40,
        {**LOANS, "rate": RATE, "change": CHANGE},
        why=PERCENT,
    ),
)

MISSING = (
    case("missing_na.csv", "missing:NA", "ill", 60, PATIENTS),
    case("missing_n_a.csv", "missing:N/A", "ill", 60, PATIENTS),
    case(
        "missing_hash_n_a.csv",
        "missing:#N/A | decimal comma:semicolon",
        "ill",
        60,
        PATIENTS,
        why="'#' in a cell begins no comment.",
    ),
    case("missing_nan_upper.csv", "missing:NaN", "ill", 60, PATIENTS),
    case("missing_nan.csv", "missing:nan", "ill", 60, PATIENTS),
    case("missing_null.tsv", "missing:null | delimiter:tab", "ill", 60, PATIENTS),
    case("missing_null_upper.csv", "missing:null", "ill", 60, PATIENTS),
    case("missing_none.csv", "missing:None", "ill", 60, PATIENTS),
    case("missing_dash.csv", "missing:-", "ill", 60, PATIENTS),
    case("missing_dash_comma.csv", "missing:- | decimal comma:semicolon", "ill", 60, PATIENTS),
    case("missing_question.csv", "missing:?", "ill", 60, PATIENTS),
    case("missing_dot.csv", "missing:.", "ill", 60, PATIENTS),
    case("missing_dot_comma.csv", "missing:. | decimal comma:semicolon", "ill", 60, PATIENTS),
    case("missing_empty.csv", "missing:empty", "ill", 60, PATIENTS),
    case("missing_empty_quoted.csv", "missing:empty | quotes:where needed", "ill", 60, PATIENTS),
    case(
        "missing_several.csv",
        "missing:several | missing:NA | missing:- | missing:? | missing:empty",
        "ill",
        60,
        PATIENTS,
    ),
    case(
        "missing_several_error.csv",
        "missing:several | missing:#N/A",
        "ill",
        60,
        PATIENTS,
        why="Errors of Excel formulas are gaps.",
    ),
    case(
        "missing_everywhere_na.csv",
        "missing:NA",
        "ill",
        60,
        GAPS_EVERYWHERE,
        why="Rows without a target count as rows of the file.",
    ),
    case("missing_everywhere_question.csv", "missing:?", "ill", 60, GAPS_EVERYWHERE),
    case(
        "missing_everywhere_none.csv",
        "missing:None",
        "ill",
        60,
        {**GAPS_EVERYWHERE, "sex": (SEX_GAPS, category("f", "m", "m", rows={8: "None", 20: "None"}))},
        why="None may be a class of its own where a column holds texts.",
    ),
    case(
        "missing_999.csv",
        "missing:-999",
        "power",
        60,
        {**SENSORS, "temperature": TEMPERATURE_GAPS, "humidity": HUMIDITY_GAPS},
        why="No air has -999 degrees: where a value lies far outside all others, it is a marker.",
    ),
    case("missing_999_decimals.csv", "missing:-999", "power", 60, {**SENSORS, "temperature": TEMPERATURE_GAPS}),
    case(
        "missing_999_comma.csv",
        "missing:-999 | decimal comma:semicolon",
        "power",
        60,
        {**SENSORS, "humidity": HUMIDITY_GAPS},
    ),
    case("missing_9999.csv", "missing:9999", "power", 60, {**SENSORS, "temperature": TEMPERATURE_GAPS}),
    case("missing_9999_decimals.csv", "missing:9999", "power", 60, {**SENSORS, "humidity": HUMIDITY_GAPS}),
    case(
        "missing_9999_minus.csv",
        "missing:9999",
        "power",
        60,
        {**SENSORS, "temperature": TEMPERATURE_GAPS, "humidity": HUMIDITY_GAPS},
    ),
    case(
        "na_is_a_country.csv",
        "missing:NA",
        "revenue",
        60,
        {
            "country": (category("DE", "NA", "FR"), category("DE", None, "FR", gaps=14)),
            "orders": number(12, 7, 9),
            "revenue": number(140.5, 61.25, 112),
        },
        why="NA is Namibia here, which only a person can know; a gap that is reported does no harm.",
    ),
    case(
        "none_is_a_kind.csv",
        "missing:None",
        "price",
        50,
        {
            "garage": (category("Attached", "None", "Detached"), category("Attached", None, "Detached", gaps=16)),
            "living_area": number(140.5, 88, 121.25),
            "price": number(281000, 152500, 230000),
        },
        why="No garage is a kind of garage; as a gap it is one class of its own as well.",
    ),
)

CASES: tuple[Case, ...] = (*DECIMALS, *THOUSANDS, *MONEY, *PERCENTS, *MISSING)
