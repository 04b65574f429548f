"""Makers of the text files whose point is what texts mean: truth values, dates, durations, ranges, identifiers."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from random import Random

from tests.tables.formats import Format, cells, date, gap, lines, number, plain, quoted, words
from tests.tables.stories import (
    CUSTOMERS,
    PATIENTS,
    SALES,
    SENSORS,
    TRIPS,
    WAGES,
    customers,
    patients,
    sales,
    sensors,
    trips,
    wages,
)


def patient(r: Random, n: int, yes: str, no: str, header: Sequence[str] = PATIENTS, sep: str = ",") -> str:
    said = words(yes, no)
    return lines(header, cells(patients(r, n), plain, plain, number(1), plain, said, said), sep)


def any_of(r: Random, yes: str, no: str) -> Format:
    """Return a formatter of truth values in changing spellings; the first value is the first spelling."""
    spellings = {True: yes.split(), False: no.split()}
    seen = {True: 0, False: 0}

    def write(value: bool) -> str:
        seen[value] += 1
        return spellings[value][seen[value] % len(spellings[value]) - 1]

    return write


def mixed(r: Random, n: int, yes: str, no: str) -> str:
    first, second = any_of(r, yes, no), any_of(r, yes, no)
    return lines(PATIENTS, cells(patients(r, n), plain, plain, number(1), plain, first, second))


def heating(r: Random, n: int, on: str, off: str, marker: str = "") -> str:
    """Sensors with a switch: the power follows from it; rows 9, 20 and 31 do not tell."""
    rows: list[list] = [[4.5, 71.25, True, 3.52], [11.75, 60.5, False, 0.18], [-1.25, 82.0, True, 4.61]]
    while len(rows) < n:
        temperature, humidity, switch = r.randint(-20, 80) / 4, r.randint(140, 380) / 4, r.random() < 0.5
        power = (4.3 - 0.1 * temperature if switch else 0.2) + abs(r.gauss(0, 0.1))
        rows.append([temperature, humidity, switch, round(power, 2)])
    for place in (9, 20, 31):
        rows[place][2] = None
    return lines(
        ("temperature", "humidity", "heating", "power"),
        cells(rows, plain, plain, gap(marker, words(on, off)), number(2)),
    )


def sale(r: Random, n: int, form: str | Format, sep: str = ",", point: str = ".") -> str:
    day = date(form) if isinstance(form, str) else form
    return lines(SALES, cells(sales(r, n), day, plain, plain, number(2, point), number(2, point)), sep)


def sensor(r: Random, n: int, form: str | Format, sep: str = ",") -> str:
    time = date(form) if isinstance(form, str) else form
    return lines(SENSORS, cells(sensors(r, n), time, *[number(2)] * 3), sep)


def berlin(time: datetime) -> str:
    """Return the time in Berlin with its offset; summer time begins on 31 March 2024."""
    hours = 2 if time >= datetime(2024, 3, 31, 3) else 1
    return time.replace(tzinfo=timezone(timedelta(hours=hours))).isoformat()


def unix(factor: int) -> Format:
    return lambda time: str(int(time.replace(tzinfo=UTC).timestamp()) * factor)


def am_pm(time: datetime) -> str:
    half = "AM" if time.hour < 12 else "PM"
    return f"{time.month}/{time.day}/{time.year} {(time.hour + 11) % 12 + 1}:{time.minute:02d} {half}"


def unclear(r: Random, n: int, sep: str, year: str, padded: bool = True) -> str:
    """Sales on days that are months as well."""
    rows: list[list] = [["03", "04"], ["11", "02"], ["07", "12"]]
    days = rows + [[f"{r.randint(1, 12):02d}", f"{r.randint(1, 12):02d}"] for _ in range(n - 3)]
    dates = [sep.join([*(day if padded else [str(int(part)) for part in day]), year]) for day in days]
    table = cells(sales(r, n), plain, plain, plain, number(2), number(2))
    return lines(SALES, [[day, *row[1:]] for day, row in zip(dates, table, strict=True)])


def undated(r: Random, n: int) -> str:
    """Sales of which some have no day."""
    rows = cells(sales(r, n), date("%d.%m.%Y"), plain, plain, number(2), number(2))
    for place in (4, 12, 30):
        rows[place][0] = "-"
    return lines(SALES, rows)


def clock(form: str, after: str = "") -> Format:
    def write(seconds: int) -> str:
        h, m, s = seconds // 3600, seconds // 60 % 60, seconds % 60
        return form.format(h=h, m=m, s=s, minutes=seconds // 60, days=seconds // 86400, rest=h % 24) + after

    return write


def iso(seconds: int) -> str:
    h, m, s = seconds // 3600, seconds // 60 % 60, seconds % 60
    return "PT" + (f"{h}H" if h else "") + (f"{m}M" if m else "") + (f"{s}S" if s else "")


def trip(r: Random, n: int, lasting: Format, header: Sequence[str] = TRIPS, sep: str = ",") -> str:
    return lines(header, cells(trips(r, n), date("%Y-%m-%d %H:%M"), plain, plain, lasting, number(2)), sep)


def stays(r: Random, n: int) -> str:
    """Stays in hospital as pandas writes timedeltas."""
    rows: list[list] = [[71, "hip", 93784, 4120], [35, "eye", 18000, 990], [58, "heart", 604805, 21800]]
    while len(rows) < n:
        age, kind = r.randint(20, 90), r.choice(["hip", "eye", "heart"])
        lasting = round({"hip": 100000, "eye": 15000, "heart": 500000}[kind] * r.uniform(0.6, 1.6))
        rows.append([age, kind, lasting, round(600 + lasting / 29 + 8 * age + r.gauss(0, 90))])
    return lines(
        ("age", "kind", "stay", "cost"),
        cells(rows, plain, plain, clock("{days} days {rest:02d}:{m:02d}:{s:02d}"), plain),
    )


def runs(r: Random, n: int) -> str:
    """Return a target that is a duration."""
    rows: list[list] = [[10.0, 120, 3135], [21.1, 240, 7530], [5.0, 15, 1385]]
    while len(rows) < n:
        km, climb = r.choice([5.0, 10.0, 15.0, 21.1]), r.randint(0, 400)
        rows.append([km, climb, round(km * 295 + climb * 2.2 + r.gauss(0, 60))])
    return lines(("km", "Höhenmeter", "Zeit"), cells(rows, plain, plain, clock("{h}:{m:02d}:{s:02d}")), ";")


def survey(
    r: Random, n: int, first: Sequence[str], second: Sequence[str], header: Sequence[str], quote: bool = False
) -> str:
    """Two ordered groups: satisfaction follows from their ranks, at first 1 and 0, 3 and 2, 0 and 1."""
    rows: list[list] = [[first[1], second[0], 5.25], [first[3], second[2], 7.5], [first[0], second[1], 4.75]]
    while len(rows) < n:
        one, two = r.randrange(len(first)), r.randrange(len(second))
        rows.append([first[one], second[two], round(4 * (4.2 + 0.8 * one + 0.5 * two + r.gauss(0, 0.2))) / 4])
    return (quoted if quote else lines)(header, cells(rows, plain, plain, number(2)))


def groups(r: Random, n: int, names: Sequence[str]) -> str:
    """Return a target of ordered groups: ranks 2, 0 and 3 first."""
    rows: list[list] = [[41.5, 12, names[2]], [8.25, 2, names[0]], [70.0, 25, names[3]]]
    while len(rows) < n:
        area, years = r.randint(20, 320) / 4, r.randint(0, 30)
        rank = min(len(names) - 1, max(0, round(area / 32 + years / 24 + r.gauss(0, 0.1))))
        rows.append([area, years, names[rank]])
    return lines(
        ("Fläche", "Jahre", "Mitarbeiter"), rows=[[str(area), str(years), name] for area, years, name in rows], sep=";"
    )


def customer(
    r: Random,
    n: int,
    ident: Callable[[int], str],
    phone: Format = plain,
    sep: str = ",",
    header: Sequence[str] = CUSTOMERS,
) -> str:
    """Return customers with other identifiers in place of the first column."""
    rows = [(ident(place), *row[1:]) for place, row in enumerate(customers(r, n))]
    return lines(header, cells(rows, plain, plain, phone, plain, number(2)), sep)


def uuid(r: Random) -> str:
    digits = f"{r.getrandbits(124):031x}"
    return "-".join([digits[:8], digits[8:12], "4" + digits[12:15], "8" + digits[15:18], digits[18:30]])


def original(r: Random, n: int) -> str:
    return lines(CUSTOMERS, cells(customers(r, n), plain, plain, plain, plain, number(2)))


def zips(r: Random, n: int) -> str:
    """Postal codes of Massachusetts and New York, a number of an order above 2^53."""
    rows: list[list] = [
        ["9007199254740993", "02134", 3, 61.5],
        ["9007199254740995", "10001", 8, 201.0],
        ["9007199254740992", "02139", 1, 19.75],
    ]
    for place in range(3, n):
        code, pieces = r.choice(["02134", "10001", "02139"]), r.randint(1, 30)
        rows.append(
            [
                str(9007199254740996 + 3 * place),
                code,
                pieces,
                round(4 * pieces * (25 if code == "10001" else 20) + r.gauss(0, 3)) / 4,
            ]
        )
    return lines(("order_no", "zip", "pieces", "amount"), cells(rows, plain, plain, plain, number(2)))


def spelled(r: Random, n: int, spellings: dict[str, Sequence[str]], first: Sequence[str]) -> str:
    """Cities in several spellings; the rent follows from the city."""
    rows: list[list] = [[first[0], 61.5, 1120], [first[1], 48.0, 905], [first[2], 80.25, 1050]]
    rent = dict(zip(spellings, (9, 7, 12), strict=True))
    while len(rows) < n:
        city, area = r.choice(list(spellings)), r.randint(120, 480) / 4
        rows.append([r.choice(spellings[city]), area, round(rent[city] * area + 300 + r.gauss(0, 25))])
    return lines(("city", "area", "rent"), cells(rows, plain, number(2), plain))


def stray(r: Random, n: int, texts: Sequence[str], sep: str = ",", point: str = ".") -> str:
    """Wages of which the hours are a text in rows 5, 25 and 45."""
    rows = cells(wages(r, n), plain, plain, plain, number(1, point), number(2, point))
    for place, said in zip((5, 25, 45), texts, strict=True):
        rows[place][3] = said
    return lines(WAGES, rows, sep)


BERLIN = {"Berlin": ("Berlin",), "Köln": ("Köln",), "München": ("München",)}
UUIDS = (
    "0b5e7a10-4c1d-4f0e-9c3a-5a1f6f2b7d01",
    "11111111-2222-4333-8444-555555555555",
    "9e107d9d-3722-4bb6-826b-d81d3542a419",
)
AGES, SIZES = ("18-25", "26-35", "36-50", "51-64", "65+"), ("<10", "10-49", "50-249", "250+")
TEXTS: dict[str, Callable[[Random], str]] = {
    "truth_yes_no.csv": lambda r: patient(r, 60, "yes", "no"),
    "truth_yes_no_mixed.csv": lambda r: mixed(r, 66, "Yes yes YES", "No no NO"),
    "truth_y_n.csv": lambda r: patient(r, 60, "Y", "N"),
    "truth_true_false.csv": lambda r: mixed(r, 60, "True TRUE true", "FALSE False false"),
    "truth_t_f.tsv": lambda r: patient(r, 60, "t", "f", sep="\t"),
    "truth_t_f_upper.csv": lambda r: patient(r, 60, "T", "F"),
    "truth_0_1.csv": lambda r: patient(r, 60, "1", "0"),
    "truth_0_1_decimals.csv": lambda r: patient(r, 60, "1.0", "0.0"),
    "truth_on_off.csv": lambda r: heating(r, 50, "on", "off"),
    "truth_on_off_upper.csv": lambda r: heating(r, 50, "ON", "OFF", "NA"),
    "truth_on_off_title.csv": lambda r: heating(r, 50, "On", "Off", "?"),
    "truth_ja_nein.csv": lambda r: patient(
        r, 60, "ja", "nein", ("Alter", "Geschlecht", "BMI", "Blutdruck", "Raucher", "krank"), ";"
    ),
    "truth_vrai_faux.csv": lambda r: patient(
        r, 60, "VRAI", "FAUX", ("âge", "sexe", "imc", "tension", "fumeur", "malade"), ";"
    ),
    "date_iso.csv": lambda r: sale(r, 40, "%Y-%m-%d"),
    "date_iso_t.csv": lambda r: sensor(r, 45, "%Y-%m-%dT%H:%M:%S"),
    "date_iso_micro.csv": lambda r: sensor(r, 45, "%Y-%m-%d %H:%M:%S.%f"),
    "date_zone_z.csv": lambda r: sensor(r, 45, "%Y-%m-%dT%H:%M:%SZ"),
    "date_zone_offset.csv": lambda r: sensor(r, 60, berlin),
    "date_zone_utc.csv": lambda r: sensor(r, 48, "%Y-%m-%d %H:%M:%S+00:00"),
    "date_compact.csv": lambda r: sale(r, 40, "%Y%m%d"),
    "date_dots.csv": lambda r: sale(r, 40, "%-d.%-m.%Y", ";", ","),
    "date_dots_time.csv": lambda r: sensor(r, 40, "%d.%m.%Y %H:%M", ";"),
    "date_dots_short_year.csv": lambda r: sale(r, 40, "%d.%m.%y", ";", ","),
    "date_mdy.csv": lambda r: sale(r, 40, "%-m/%-d/%Y"),
    "date_mdy_am_pm.csv": lambda r: sensor(r, 50, am_pm),
    "date_mdy_short_year.csv": lambda r: sale(r, 40, "%m/%d/%y"),
    "date_dmy.csv": lambda r: sale(r, 40, "%d/%m/%Y", ";", ","),
    "date_dmy_time.tsv": lambda r: sensor(r, 40, "%d/%m/%Y %H:%M:%S", "\t"),
    "date_dmy_dash.csv": lambda r: sale(r, 40, "%d-%m-%Y", "|"),
    "date_month_names.csv": lambda r: sale(r, 40, "%-d %b %Y"),
    "date_gaps.csv": lambda r: undated(r, 40),
    "unix_seconds.csv": lambda r: sensor(r, 45, unix(1)),
    "unix_seconds_decimals.csv": lambda r: sensor(r, 45, lambda time: unix(1)(time) + ".0"),
    "unix_seconds.tsv": lambda r: sensor(r, 36, unix(1), "\t"),
    "unix_milliseconds.csv": lambda r: sensor(r, 45, unix(1000)),
    "unix_milliseconds_semicolon.csv": lambda r: sensor(r, 40, unix(1000), ";"),
    "unix_milliseconds_quoted.csv": lambda r: sensor(r, 40, lambda time: f'"{unix(1000)(time)}"'),
    "ambiguous_slash.csv": lambda r: unclear(r, 40, "/", "2024"),
    "ambiguous_slash_short.csv": lambda r: unclear(r, 36, "/", "2023", padded=False),
    "ambiguous_dash.csv": lambda r: unclear(r, 40, "-", "2024"),
    "ambiguous_year.csv": lambda r: unclear(r, 40, "/", "24"),
    "duration_hms.csv": lambda r: trip(r, 45, clock("{h}:{m:02d}:{s:02d}")),
    "duration_hms_padded.tsv": lambda r: trip(r, 40, clock("{h:02d}:{m:02d}:{s:02d}"), sep="\t"),
    "duration_hms_fraction.csv": lambda r: trip(r, 40, clock("{h}:{m:02d}:{s:02d}", ".500")),
    "duration_target.csv": lambda r: runs(r, 50),
    "duration_short.csv": lambda r: trip(
        r, 40, clock("{minutes:02d}:{s:02d}"), ("start", "km", "stops", "min:sec", "fare")
    ),
    "duration_iso.csv": lambda r: trip(r, 40, iso),
    "duration_iso_padded.csv": lambda r: trip(r, 40, clock("PT{h}H{m}M{s}S"), sep=";"),
    "duration_pandas.csv": lambda r: stays(r, 45),
    "duration_pandas_short.csv": lambda r: trip(r, 40, clock("0 days {h:02d}:{m:02d}:{s:02d}")),
    "ordered_ages.csv": lambda r: survey(r, 60, AGES, SIZES, ("age_group", "employees", "satisfaction")),
    "ordered_en_dash.csv": lambda r: survey(
        r,
        60,
        [age.replace("-", "–") for age in AGES],
        [f"{size} MA" for size in ("bis 9", "10–49", "50–249", "ab 250")],
        ("Altersgruppe", "Betrieb", "Zufriedenheit"),
    ),
    "ordered_like_dates.csv": lambda r: survey(
        r, 60, ("1-3", "4-6", "7-12", "13+"), ("<5", "5-9", "10-20"), ("months", "visits", "score")
    ),
    "ordered_money.csv": lambda r: survey(
        r,
        60,
        ("<$25,000", "$25,000-$49,999", "$50,000-$99,999", "$100,000+"),
        ("0-5%", "5-10%", ">10%"),
        ("income", "savings", "score"),
        quote=True,
    ),
    "ordered_target.csv": lambda r: groups(r, 70, ("<5", "5-19", "20-99", "100-200", ">200")),
    "id_zeros.csv": lambda r: original(r, 45),
    "id_large.csv": lambda r: zips(r, 50),
    "id_large_counting.csv": lambda r: customer(r, 40, lambda place: str(90071992547409931 + place)),
    "id_hex.csv": lambda r: customer(
        r, 40, lambda place: ("3e8a12ff", "12345678", "1e500000")[place] if place < 3 else f"{r.getrandbits(32):08x}"
    ),
    "id_uuid.csv": lambda r: customer(r, 40, lambda place: UUIDS[place] if place < 3 else uuid(r)),
    "id_counting.csv": lambda r: customer(r, 44, lambda place: str(1001 + place)),
    "id_counting_prefix.csv": lambda r: customer(r, 40, lambda place: f"K-{place + 1:04d}", sep=";"),
    "id_phone.csv": lambda r: customer(
        r,
        40,
        lambda place: f"C{5000 - 7 * place}",
        lambda said: "+49" + said.removeprefix("0049").removeprefix("0").replace(" ", ""),
    ),
    "id_phone_digits.csv": lambda r: customer(
        r, 40, lambda place: f"{place * 37 + 11:05d}", lambda said: said.replace(" ", "")
    ),
    "variants_case.csv": lambda r: spelled(
        r,
        60,
        {"Berlin": ("Berlin", "BERLIN", "berlin"), "Köln": ("Köln", "KÖLN"), "München": ("München",)},
        ("Berlin", "BERLIN", "Köln"),
    ),
    "variants_blanks.csv": lambda r: spelled(
        r,
        60,
        {"Berlin": ("Berlin", "Berlin ", " Berlin"), "Köln": ("Köln",), "München": ("München", "München  ")},
        ("Berlin", "Berlin ", "Köln"),
    ),
    "variants_both.csv": lambda r: spelled(
        r,
        70,
        {"Bad Ems": ("Bad Ems", "bad ems", "Bad Ems "), "Köln": ("Köln", " köln"), "Ulm": ("Ulm", "ULM")},
        ("bad ems", "Bad Ems ", "ULM"),
    ),
    "stray_words.csv": lambda r: stray(r, 60, ["unknown", "part time", "ask Paul"]),
    "stray_words_german.csv": lambda r: stray(r, 60, ["k.A.", "unbekannt", "k.A."], ";", ","),
    "stray_limits.csv": lambda r: stray(r, 60, ["<15", ">50", "<15"]),
    "stray_notes.csv": lambda r: stray(r, 60, ["38 (est.)", "ca. 40", "30?"]),
}
ENCODINGS: dict[str, str] = {"truth_vrai_faux.csv": "cp1252"}
