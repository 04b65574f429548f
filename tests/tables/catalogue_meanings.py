"""Cases whose point is what texts mean: truth values, dates, durations, ranges, identifiers, stray texts."""

from collections.abc import Mapping

from tests.tables.case import (
    Case,
    Reading,
    Wrong,
    case,
    category,
    duration,
    identifier,
    index,
    moment,
    number,
    ordered,
    truth,
)

Columns = Mapping[str | int, Reading | tuple[Reading, ...]]


def patients(smoker: Reading | tuple[Reading, ...], ill: Reading | tuple[Reading, ...]) -> Columns:
    return {
        "age": number(63, 41, 58),
        "sex": category("f", "m", "m"),
        "bmi": number(27.4, 24.9, 31.2),
        "pressure": number(141, 122, 150),
        "smoker": smoker,
        "ill": ill,
    }


SMOKER, ILL = truth(True, False, False), truth(True, False, True)
SMOKER_OR_NUMBER = (SMOKER, number(1, 0, 0))
HEATING: Columns = {
    "temperature": number(4.5, 11.75, -1.25),
    "humidity": number(71.25, 60.5, 82),
    "heating": truth(True, False, True, rows={9: None, 20: None, 31: None}, gaps=3),
    "power": number(3.52, 0.18, 4.61),
}
DAY = moment("2024-01-02", "2024-01-03", "2024-01-17")
SALES: Columns = {
    "day": DAY,
    "shop": category("Köln", "Bonn", "Köln"),
    "pieces": number(120, 85, 1340),
    "unit_price": number(12.5, 9.9, 11.25),
    "revenue": number(1540.75, 836.2, 15012.4),
}
SENSORS: Columns = {
    "time": moment("2024-03-01T06:00", "2024-03-01T09:30", "2024-03-02T18:15"),
    "temperature": number(4.5, 11.75, -1.25),
    "humidity": number(71.25, 60.5, 82),
    "power": number(3.52, 2.18, 4.61),
}
SENSORS_UTC: Columns = {
    **SENSORS,
    "time": moment("2024-03-01T06:00+00:00", "2024-03-01T09:30+00:00", "2024-03-02T18:15+00:00"),
}
SENSORS_BERLIN: Columns = {
    **SENSORS,
    "time": moment(
        "2024-03-01T05:00+00:00",
        "2024-03-01T08:30+00:00",
        "2024-03-02T17:15+00:00",
        rows={59: "2024-04-18T08:00+00:00"},
    ),
}
TRIPS: Columns = {
    "start": moment("2023-05-14T07:05", "2023-05-14T22:40", "2023-06-03T13:00"),
    "km": number(12.5, 61, 3.25),
    "stops": number(3, 0, 1),
    "lasting": duration(1530, 5025, 465),
    "fare": number(24.5, 98.25, 9),
}
POSTCODE = category("01067", "50667", "01069")
CUSTOMERS: Columns = {
    "customer": identifier("000417", "001093", "000002"),
    "postcode": POSTCODE,
    "phone": identifier("0351 4967021", "0221 2213010", "0049 351 88812"),
    "orders": number(12, 3, 27),
    "spent": number(640.5, 121, 1389.25),
}
UNIX = "Whole numbers of one era that rise row by row, in a column of times."

TRUTH = (
    case("truth_yes_no.csv", "truth:yes/no", "ill", 60, patients(SMOKER, (ILL, category("yes", "no", "yes")))),
    case(
        "truth_yes_no_mixed.csv",
        "truth:yes/no",
        "ill",
        66,
        patients(SMOKER, ILL),
        why="Spellings change within the column: two values, not six.",
    ),
    case("truth_y_n.csv", "truth:Y/N", "ill", 60, patients(SMOKER, (ILL, category("Y", "N", "Y")))),
    case("truth_true_false.csv", "truth:True/FALSE", "ill", 60, patients(SMOKER, ILL)),
    case(
        "truth_t_f.tsv",
        "truth:t/f | delimiter:tab",
        "ill",
        60,
        patients(SMOKER, (ILL, category("t", "f", "t"))),
        why="The f of the column sex is no truth value: it stands beside m.",
    ),
    case("truth_t_f_upper.csv", "truth:t/f", "ill", 60, patients(SMOKER, (ILL, category("T", "F", "T")))),
    case(
        "truth_0_1.csv",
        "truth:0/1",
        "ill",
        60,
        patients(SMOKER_OR_NUMBER, (ILL, category("1", "0", "1"))),
        why="As inputs 0 and 1 are truth values or numbers alike; as a target they are two classes.",
    ),
    case(
        "truth_0_1_decimals.csv",
        "truth:0/1",
        "ill",
        60,
        patients(SMOKER_OR_NUMBER, (ILL, category("1.0", "0.0", "1.0"), category("1", "0", "1"))),
        why="As above; pandas writes 1.0 where the column once had a gap.",
    ),
    case("truth_on_off.csv", "truth:on/off | missing:empty", "power", 50, HEATING),
    case("truth_on_off_upper.csv", "truth:on/off | missing:NA", "power", 50, HEATING),
    case("truth_on_off_title.csv", "truth:on/off | missing:?", "power", 50, HEATING),
    case(
        "truth_ja_nein.csv",
        "truth:other language | delimiter:semicolon",
        "krank",
        60,
        {
            "Alter": number(63, 41, 58),
            "Geschlecht": category("f", "m", "m"),
            "BMI": number(27.4, 24.9, 31.2),
            "Blutdruck": number(141, 122, 150),
            "Raucher": SMOKER,
            "krank": (ILL, category("ja", "nein", "ja")),
        },
    ),
    case(
        "truth_vrai_faux.csv",
        "truth:other language | encoding:cp1252 | delimiter:semicolon",
        "malade",
        60,
        {
            "âge": number(63, 41, 58),
            "sexe": category("f", "m", "m"),
            "imc": number(27.4, 24.9, 31.2),
            "tension": number(141, 122, 150),
            "fumeur": (SMOKER, category("VRAI", "FAUX", "FAUX")),
            "malade": (ILL, category("VRAI", "FAUX", "VRAI")),
        },
        why="French Excel's words for true and false; as two classes they carry the same.",
    ),
)

DATES = (
    case("date_iso.csv", "date:ISO", "revenue", 40, SALES),
    case("date_iso_t.csv", "date:ISO | date:with time", "power", 45, SENSORS),
    case("date_iso_micro.csv", "date:ISO | date:with time", "power", 45, SENSORS),
    case("date_zone_z.csv", "date:with zone | date:with time", "power", 45, SENSORS_UTC),
    case(
        "date_zone_offset.csv",
        "date:with zone | date:with time",
        "power",
        60,
        SENSORS_BERLIN,
        why="The offset changes on 31 March.",
    ),
    case("date_zone_utc.csv", "date:with zone | date:with time", "power", 48, SENSORS_UTC),
    case(
        "date_compact.csv",
        "date:compact",
        "revenue",
        40,
        SALES,
        why="20240102 in a column named day, all within one year, is a date.",
    ),
    case("date_dots.csv", "date:D.M.YYYY | decimal comma:semicolon", "revenue", 40, SALES),
    case("date_dots_time.csv", "date:D.M.YYYY | date:with time | delimiter:semicolon", "power", 40, SENSORS),
    case("date_dots_short_year.csv", "date:D.M.YYYY | decimal comma:semicolon", "revenue", 40, SALES),
    case("date_mdy.csv", "date:M/D/YYYY", "revenue", 40, SALES, why="1/17/2024 decides."),
    case("date_mdy_am_pm.csv", "date:M/D/YYYY | date:with time", "power", 50, SENSORS),
    case("date_mdy_short_year.csv", "date:M/D/YYYY", "revenue", 40, SALES),
    case("date_dmy.csv", "date:D/M/YYYY | decimal comma:semicolon", "revenue", 40, SALES, why="17/01/2024 decides."),
    case("date_dmy_time.tsv", "date:D/M/YYYY | date:with time | delimiter:tab", "power", 40, SENSORS),
    case("date_dmy_dash.csv", "date:D/M/YYYY | delimiter:pipe", "revenue", 40, SALES),
    case("date_month_names.csv", "date:month name", "revenue", 40, SALES),
    case(
        "date_gaps.csv",
        "date:D.M.YYYY | missing:-",
        "revenue",
        40,
        {**SALES, "day": moment("2024-01-02", "2024-01-03", "2024-01-17", rows={4: None, 12: None, 30: None}, gaps=3)},
    ),
    case("unix_seconds.csv", "date:unix seconds", "power", 45, SENSORS_UTC, why=UNIX),
    case("unix_seconds_decimals.csv", "date:unix seconds", "power", 45, SENSORS_UTC, why=UNIX),
    case("unix_seconds.tsv", "date:unix seconds | delimiter:tab", "power", 36, SENSORS_UTC, why=UNIX),
    case("unix_milliseconds.csv", "date:unix milliseconds", "power", 45, SENSORS_UTC, why=UNIX),
    case(
        "unix_milliseconds_semicolon.csv",
        "date:unix milliseconds | delimiter:semicolon",
        "power",
        40,
        SENSORS_UTC,
        why=UNIX,
    ),
    case(
        "unix_milliseconds_quoted.csv",
        "date:unix milliseconds | quotes:where needed",
        "power",
        40,
        SENSORS_UTC,
        why=UNIX,
    ),
)

AMBIGUOUS = (
    case(
        "ambiguous_slash.csv",
        "ambiguous date:slash | error:ambiguous date",
        "revenue",
        error=Wrong(("day",), ('datetime: {day: "%d/%m/%Y"}', 'datetime: {day: "%m/%d/%Y"}')),
        why="No value is over 12 in either place.",
    ),
    case(
        "ambiguous_slash_short.csv",
        "ambiguous date:slash | error:ambiguous date",
        "revenue",
        error=Wrong(("day",), ('datetime: {day: "%d/%m/%Y"}', 'datetime: {day: "%m/%d/%Y"}')),
    ),
    case(
        "ambiguous_dash.csv",
        "ambiguous date:dash | error:ambiguous date",
        "revenue",
        error=Wrong(("day",), ('datetime: {day: "%d-%m-%Y"}', 'datetime: {day: "%m-%d-%Y"}')),
    ),
    case(
        "ambiguous_year.csv",
        "ambiguous date:short year | error:ambiguous date",
        "revenue",
        error=Wrong(("day",), ('datetime: {day: "%d/%m/%y"}', 'datetime: {day: "%m/%d/%y"}')),
    ),
)

DURATIONS = (
    case("duration_hms.csv", "duration:h:m:s", "fare", 45, TRIPS),
    case("duration_hms_padded.tsv", "duration:h:m:s | delimiter:tab", "fare", 40, TRIPS),
    case(
        "duration_hms_fraction.csv", "duration:h:m:s", "fare", 40, {**TRIPS, "lasting": duration(1530.5, 5025.5, 465.5)}
    ),
    case(
        "duration_target.csv",
        "duration:h:m:s | delimiter:semicolon",
        "Zeit",
        50,
        {"km": number(10, 21.1, 5), "Höhenmeter": number(120, 240, 15), "Zeit": duration(3135, 7530, 1385)},
    ),
    case(
        "duration_short.csv",
        "duration:short",
        "fare",
        40,
        {
            "start": moment("2023-05-14T07:05", "2023-05-14T22:40", "2023-06-03T13:00"),
            "km": number(12.5, 61, 3.25),
            "stops": number(3, 0, 1),
            "min:sec": (duration(1530, 5025, 465), duration(91800, 301500, 27900)),
            "fare": number(24.5, 98.25, 9),
        },
        why="Only the name tells minutes from hours; for the network a factor of 60 is none.",
    ),
    case("duration_iso.csv", "duration:ISO 8601", "fare", 40, TRIPS),
    case("duration_iso_padded.csv", "duration:ISO 8601 | delimiter:semicolon", "fare", 40, TRIPS),
    case(
        "duration_pandas.csv",
        "duration:pandas",
        "cost",
        45,
        {
            "age": number(71, 35, 58),
            "kind": category("hip", "eye", "heart"),
            "stay": duration(93784, 18000, 604805),
            "cost": number(4120, 990, 21800),
        },
    ),
    case("duration_pandas_short.csv", "duration:pandas", "fare", 40, TRIPS),
)

AGES, SIZES = ("18-25", "26-35", "36-50", "51-64", "65+"), ("<10", "10-49", "50-249", "250+")
BETRIEB = ("bis 9 MA", "10–49 MA", "50–249 MA", "ab 250 MA")
INCOMES = ("<$25,000", "$25,000-$49,999", "$50,000-$99,999", "$100,000+")
STAFF = ("<5", "5-19", "20-99", "100-200", ">200")
ORDERED = (
    case(
        "ordered_ages.csv",
        "ordered:from-to | ordered:open end | ordered:below",
        "satisfaction",
        60,
        {
            "age_group": ordered("26-35", "51-64", "18-25", order=AGES),
            "employees": ordered("<10", "50-249", "10-49", order=SIZES),
            "satisfaction": number(5.25, 7.5, 4.75),
        },
    ),
    case(
        "ordered_en_dash.csv",
        "ordered:from-to | ordered:open end | ordered:below",
        "Zufriedenheit",
        60,
        {
            "Altersgruppe": ordered("26–35", "51–64", "18–25", order=("18–25", "26–35", "36–50", "51–64", "65+")),
            "Betrieb": (
                ordered("bis 9 MA", "50–249 MA", "10–49 MA", order=BETRIEB),
                category("bis 9 MA", "50–249 MA", "10–49 MA"),
            ),
            "Zufriedenheit": number(5.25, 7.5, 4.75),
        },
        why="Words around the numbers need German; four classes lose only their order.",
    ),
    case(
        "ordered_like_dates.csv",
        "ordered:from-to | ordered:open end | ordered:below",
        "score",
        60,
        {
            "months": ordered("4-6", "13+", "1-3", order=("1-3", "4-6", "7-12", "13+")),
            "visits": ordered("<5", "10-20", "5-9", order=("<5", "5-9", "10-20")),
            "score": number(5.25, 7.5, 4.75),
        },
        why="4-6 is neither the 4th of June nor a difference.",
    ),
    case(
        "ordered_money.csv",
        "ordered:from-to | ordered:below | currency:$ | percent:attached | quotes:delimiter inside",
        "score",
        60,
        {
            "income": ordered("$25,000-$49,999", "$100,000+", "<$25,000", order=INCOMES),
            "savings": ordered("0-5%", ">10%", "5-10%", order=("0-5%", "5-10%", ">10%")),
            "score": number(5.25, 7.5, 4.75),
        },
    ),
    case(
        "ordered_target.csv",
        "ordered:from-to | ordered:below | delimiter:semicolon",
        "Mitarbeiter",
        70,
        {
            "Fläche": number(41.5, 8.25, 70),
            "Jahre": number(12, 2, 25),
            "Mitarbeiter": (ordered("20-99", "<5", "100-200", order=STAFF), category("20-99", "<5", "100-200")),
        },
        why="As a target, classes without order are right as well.",
    ),
)

IDENTIFIERS = (
    case(
        "id_zeros.csv", "identifier:leading zeros | identifier:postal code | identifier:phone", "spent", 45, CUSTOMERS
    ),
    case(
        "id_large.csv",
        "identifier:above 2^53 | identifier:postal code",
        "amount",
        50,
        {
            "order_no": identifier("9007199254740993", "9007199254740995", "9007199254740992"),
            "zip": category("02134", "10001", "02139"),
            "pieces": number(3, 8, 1),
            "amount": number(61.5, 201, 19.75),
        },
    ),
    case(
        "id_large_counting.csv",
        "identifier:above 2^53 | identifier:counting",
        "spent",
        40,
        {**CUSTOMERS, "customer": (identifier("90071992547409931", "90071992547409932", "90071992547409933"), index())},
        why="It counts up, too; it is left out either way.",
    ),
    case(
        "id_hex.csv",
        "identifier:hex",
        "spent",
        40,
        {**CUSTOMERS, "customer": identifier("3e8a12ff", "12345678", "1e500000")},
        why="1e500000 is no number.",
    ),
    case(
        "id_uuid.csv",
        "identifier:hex",
        "spent",
        40,
        {
            **CUSTOMERS,
            "customer": identifier(
                "0b5e7a10-4c1d-4f0e-9c3a-5a1f6f2b7d01",
                "11111111-2222-4333-8444-555555555555",
                "9e107d9d-3722-4bb6-826b-d81d3542a419",
            ),
        },
    ),
    case(
        "id_counting.csv",
        "identifier:counting | identifier:postal code",
        "spent",
        44,
        {**CUSTOMERS, "customer": (identifier("1001", "1002", "1003"), index(1001, 1002, 1003))},
        why="Numbers that count up by one tell rows apart and no more; the order of rows has no meaning here.",
    ),
    case(
        "id_counting_prefix.csv",
        "identifier:counting | delimiter:semicolon",
        "spent",
        40,
        {**CUSTOMERS, "customer": identifier("K-0001", "K-0002", "K-0003")},
    ),
    case(
        "id_phone.csv",
        "identifier:phone",
        "spent",
        40,
        {
            **CUSTOMERS,
            "customer": identifier("C5000", "C4993", "C4986"),
            "phone": identifier("+493514967021", "+492212213010", "+4935188812"),
        },
    ),
    case(
        "id_phone_digits.csv",
        "identifier:phone | identifier:leading zeros",
        "spent",
        40,
        {
            **CUSTOMERS,
            "customer": identifier("00011", "00048", "00085"),
            "phone": identifier("03514967021", "02212213010", "004935188812"),
        },
    ),
)

MERGED = "Spellings are reported; whether they are one class is the user's decision."
AREA, RENT = number(61.5, 48, 80.25), number(1120, 905, 1050)
HOURS_GAPS = number(40, 38.5, 20, rows={5: None, 25: None, 45: None}, gaps=3)
WAGES: Columns = {
    "age": number(34, 51, 27),
    "education": category("Bachelor", "Master", "School"),
    "dept": category("Sales", "IT", "Sales"),
    "hours": HOURS_GAPS,
    "salary": number(52000, 81234.1, 17850.75),
}
VARIANTS = (
    case(
        "variants_case.csv",
        "text variants:case",
        "rent",
        60,
        {
            "city": (category("Berlin", "BERLIN", "Köln"), category("Berlin", "Berlin", "Köln")),
            "area": AREA,
            "rent": RENT,
        },
        why=MERGED,
    ),
    case(
        "variants_blanks.csv",
        "text variants:blanks",
        "rent",
        60,
        {"city": category("Berlin", "Berlin", "Köln"), "area": AREA, "rent": RENT},
        why=MERGED,
    ),
    case(
        "variants_both.csv",
        "text variants:both | text variants:case | text variants:blanks",
        "rent",
        70,
        {
            "city": (category("bad ems", "Bad Ems", "ULM"), category("Bad Ems", "Bad Ems", "Ulm")),
            "area": AREA,
            "rent": RENT,
        },
        why=MERGED,
    ),
    case(
        "stray_words.csv",
        "stray text:words",
        "salary",
        60,
        WAGES,
        error=Wrong(("hours",)),
        why="57 of 60 hours are numbers.",
    ),
    case(
        "stray_words_german.csv",
        "stray text:words | decimal comma:semicolon",
        "salary",
        60,
        WAGES,
        error=Wrong(("hours",)),
        why="k.A. is German for not stated.",
    ),
    case(
        "stray_limits.csv",
        "stray text:limits",
        "salary",
        60,
        {**WAGES, "hours": (HOURS_GAPS, number(40, 38.5, 20, rows={5: 15, 25: 50, 45: 15}))},
        error=Wrong(("hours",)),
        why="<15 is a gap or its limit; a line that asks the user is right as well.",
    ),
    case(
        "stray_notes.csv",
        "stray text:notes",
        "salary",
        60,
        {**WAGES, "hours": (HOURS_GAPS, number(40, 38.5, 20, rows={5: 38, 25: 40, 45: 30}))},
        error=Wrong(("hours",)),
        why="The note is lost with a gap, and the number is kept by a reader of notes.",
    ),
)

CASES: tuple[Case, ...] = (*TRUTH, *DATES, *AMBIGUOUS, *DURATIONS, *ORDERED, *IDENTIFIERS, *VARIANTS)
