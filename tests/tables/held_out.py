"""Held-out cases: for a verdict at the end. Do not open while npnet's reading of tables is being written."""

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
    text,
    truth,
)

Columns = Mapping[str | int, Reading | tuple[Reading, ...]]

LOG: Columns = {
    "ts": moment("2023-11-14T22:13:20+00:00", "2023-11-14T23:13:20+00:00", "2023-11-15T01:00:00+00:00"),
    "path": category("/a", "/b", "/a"),
    "cached": truth(True, False, False),
    "size": number(1200, None, 88000, rows={3: None, 11: None, 43: None}, gaps=7),
    "seconds": number(0.25, 2.5, 3.25),
}
VISITS: Columns = {
    "at": moment("2024-06-01T14:00+00:00", "2024-06-01T16:30+00:00", "2024-06-01T18:45+00:00"),
    "load": number(9.5, 8.75, 10.25),
    "0-17": number(4, 7, 1),
    "18-64": number(11, 8, 3),
    "65+": number(2, 0, 5, rows={11: None, 30: None}, gaps=2),
}
OTTO = ("Braun, Mr. Otto Harald", 'Heikkinen, Miss. Laina "Lani"', "Moran, Mr. James")
ANSWERS = ("Great!\nMore of it, please", None, 'They said "maybe"')
MOTIVES = ("MIETE 04/24; WHG 7", 'REWE "SAGT DANKE"', "GEHALT")
CARS = ("Mazda RX4", "Datsun 710", "Hornet 4 Drive")
YEARS = ("0-1 years", "2-5 years", "6+ years")

TEXTS = (
    case(
        "bank.csv",
        "encoding:cp1252 | quotes:everything | quotes:delimiter inside | quotes:doubled | delimiter:semicolon | "
        "decimal comma:semicolon | thousands:dot | negative money:minus before | date:D.M.YYYY | line ends:CRLF",
        "Gebührenpunkte",
        45,
        {
            "Buchungstag": moment("2024-03-28", "2024-03-28", "2024-04-02"),
            "Verwendungszweck": (text(*MOTIVES), identifier(*MOTIVES)),
            "Buchungsart": category("Lastschrift", "Karte", "Gutschrift"),
            "Betrag": number(-1234.56, -47.9, 3150),
            "Währung": (category("EUR", "EUR", "EUR"), text("EUR", "EUR", "EUR")),
            "Gebührenpunkte": number(310, 21.5, 801.25),
        },
        why="Texts that occur once are texts or left out. The currency never changes.",
    ),
    case(
        "adult.data",
        "no header:mixed | blanks after delimiter:all cells | missing:?",
        6,
        80,
        {
            0: number(39, 50, 38),
            1: category("State-gov", "Self-emp", None, gaps=19),
            2: number(77516, 83311, 215646),
            3: number(13, 13, 9),
            4: category("Never-married", "Married", "Divorced"),
            5: number(2174, 0, 0),
            6: category(">50K", "<=50K", "<=50K"),
        },
    ),
    case(
        "passengers.csv",
        "quotes:delimiter inside | quotes:doubled | identifier:counting | missing:empty | truth:0/1",
        "Survived",
        70,
        {
            "PassengerId": (identifier("1", "2", "3"), index(1, 2, 3)),
            "Name": (text(*OTTO), identifier(*OTTO)),
            "Pclass": (number(3, 1, 3), category("3", "1", "3")),
            "Sex": category("male", "female", "male"),
            "Age": number(22, 38, None, gaps=9),
            "Fare": number(7.25, 71.2833, 7.925),
            "Cabin": (
                category(None, "C85", None, gaps=53),
                text(None, "C85", None, gaps=53),
                identifier(None, "C85", None, gaps=53),
            ),
            "Survived": (truth(False, True, False), category("0", "1", "0")),
        },
        why="Three classes are numbers or names. Each cabin occurs once.",
    ),
    case(
        "motors.txt",
        "quotes:R | index:R | delimiter:tab",
        "mpg",
        32,
        {
            "": (identifier(*CARS), index(*CARS)),
            "mpg": number(21, 22.8, 21.4),
            "cyl": number(6, 4, 6),
            "hp": number(110, 93, 110),
            "wt": number(2.62, 2.32, 3.215),
        },
        why="Row names that are texts tell rows apart; the header is one cell short.",
    ),
    case(
        "weather.csv",
        "comment:# | encoding:utf-8 bom | missing:9999 | date:ISO",
        "evaporation",
        60,
        {
            "date": moment("2023-07-01", "2023-07-02", "2023-07-03"),
            "air": number(18.5, 21.25, 16, rows={30: None}, gaps=1),
            "pressure": number(1013.2, 1009.8, None, rows={20: None, 21: None, 40: None}, gaps=4),
            "rain": number(3, 12, 0),
            "evaporation": number(4.25, 6.5, 2.75),
        },
    ),
    case(
        "months.csv",
        "repeated header:plain | footer:sum in another language | blank lines:of delimiters | date:D.M.YYYY | "
        "thousands:dot | decimal comma:semicolon",
        "Umsatz",
        42,
        {
            "Datum": moment("2024-01-03", "2024-01-19", "2024-01-30"),
            "Region": category("Nord", "Süd", "Nord"),
            "Pakete": number(4, 11, 7),
            "Umsatz": number(1210.5, 3295, 2102.75),
        },
        error=Wrong(("gesamt",)),
        why="Names and sums of three files stand between the rows; an error that names the sums is right as well.",
    ),
    case(
        "forms.csv",
        "date:M/D/YYYY | date:with time | quotes:newline inside | quotes:doubled | truth:yes/no",
        "How did you like it? (1-5)",
        50,
        {
            "Timestamp": moment("2024-03-14T09:05:12", "2024-03-14T21:40:00", "2024-03-15T00:07:59"),
            "Your age?": number(31, 58, 45),
            "Been here before?": truth(True, False, True),
            "Anything else, in your words": (text(*ANSWERS, gaps=13), identifier(*ANSWERS, gaps=13)),
            "How did you like it? (1-5)": (number(5, 2, 4), category("5", "2", "4")),
        },
        why="Free text is left out or read as text; a mark from 1 to 5 is a number or one of five classes.",
    ),
    case(
        "rents.tsv",
        "thousands:apostrophe | percent:attached | trailing delimiter:data only | delimiter:tab | "
        "encoding:cp1252 | line ends:CRLF",
        "Miete CHF",
        44,
        {
            "PLZ": (category("8001", "3011", "8003"), number(8001, 3011, 8003)),
            "Zimmer": number(3.5, 2.5, 4.5),
            "Fläche m²": number(92, 64, 118),
            "Miete CHF": number(2850, 1790, 3240),
            "Leerstand": (number(12.5, 8, 22), number(0.125, 0.08, 0.22)),
        },
        why="Swiss postal codes have no zeros to lose: only the name tells that they are classes.",
    ),
    case(
        "power.txt",
        "encoding:utf-16 le | delimiter:tab | thousands:no-break space | currency:kr | currency place:trailing | "
        "negative money:minus before | decimal comma:tab",
        "belopp",
        40,
        {
            "datum": moment("2024-01-31", "2024-02-29", "2024-01-31"),
            "förbrukning": number(1240.5, 980, 12.25),
            "typ": category("Hus", "Hus", "Stuga"),
            "belopp": number(2431.75, 1920, -135.5),
        },
    ),
    case(
        "marathon.psv",
        "delimiter:pipe | duration:h:m:s | duration:short | ordered:from-to | ordered:below | ordered:open end",
        "elite",
        60,
        {
            "sex": category("F", "M", "M"),
            "class": ordered("30-34", "65+", "<20", order=("<20", "20-29", "30-34", "35-64", "65+")),
            "net_time": duration(9296, 18420, 14345),
            "pace_min_km": (duration(220, 437, 340), duration(13200, 26220, 20400)),
            "elite": (truth(True, False, False), category("yes", "no", "no")),
        },
        why="3:40 is minutes and seconds by its name; a factor of 60 is none for the network.",
    ),
    case(
        "labels.csv",
        "identifier:above 2^53 | identifier:phone | identifier:postal code | currency:$ | thousands:comma | truth:t/f",
        "cost",
        48,
        {
            "tracking": identifier("9400110200881234567890", "9400110200881234567906", "9400110200881234567913"),
            "zip": category("02134-1021", "90210", "02134-1021"),
            "phone": identifier("(617) 555-0143", "(310) 555-0199", "617-555-0101"),
            "pounds": number(2.5, 11, 0.75),
            "cost": number(8.75, 1012.4, 5.1),
            "air": truth(True, False, True),
        },
        why="02134-1021 is no range.",
    ),
    case(
        "offsets.csv",
        "numeric names:positions | header like data:numbers | blanks after delimiter:all cells | delimiter:semicolon",
        "+10",
        40,
        {
            "-5": number(3.5, 2, 4.25),
            "0": number(0.25, -0.5, 1),
            "5": number(-2.75, -3.25, -2),
            "+10": number(10.5, 7.25, 13.25),
        },
        error=Wrong(("header",)),
        why="Whole numbers that rise by fives, above numbers with two decimals: names; a question is right too.",
    ),
    case(
        "old_mac.txt",
        "line ends:CR | encoding:cp1252 | delimiter:tab | decimal comma:tab | text variants:case | "
        "text variants:blanks | truth:other language",
        "Preis",
        40,
        {
            "Ware": (category("Käse", "KÄSE", "Wurst"), category("Käse", "Käse", "Wurst")),
            "bio": truth(True, False, True),
            "Kilo": number(4.5, 2.25, 3),
            "Preis": number(12.75, 5, 10.25),
        },
        why="Spellings are reported; whether they are one class is the user's decision.",
    ),
    case(
        "deliveries_known.csv",
        "date:D/M/YYYY | ambiguous date:slash | delimiter:semicolon",
        "effort",
        40,
        {
            "ordered": moment("2024-03-25", "2024-03-07", "2024-01-09"),
            "delivered": moment("2024-04-04", "2024-03-11", "2024-01-10"),
            "pieces": number(120, 45, 20),
            "effort": number(12, 4, 1),
        },
        error=Wrong(("delivered",), ('delivered: "%d/%m/%Y"', 'delivered: "%m/%d/%Y"')),
        why="The first column decides for its neighbour; asking for the second is right too, M/D/YYYY is wrong.",
    ),
    case(
        "deliveries_unknown.csv",
        "ambiguous date:slash | error:ambiguous date",
        "effort",
        error=Wrong(("ordered",), ('ordered: "%d/%m/%Y"', 'ordered: "%m/%d/%Y"')),
    ),
    case(
        "pickups.tsv",
        "ambiguous date:slash | date:with time | error:ambiguous date | delimiter:tab",
        "effort",
        error=Wrong(("pickup",), ('pickup: "%d/%m/%Y %H:%M"', 'pickup: "%m/%d/%Y %H:%M"')),
    ),
    case(
        "members.csv",
        "encoding:utf-8 bom | identifier:leading zeros | identifier:phone | currency:€ | "
        "footer:sum in another language | blank lines:between | date:D.M.YYYY | missing:N/A | missing:empty",
        "Beitrag",
        36,
        {
            "Mitglied": identifier("0007", "0012", "0031"),
            "Geburtstag": moment("1961-05-12", "1998-11-01", "1975-01-30"),
            "Vorstand": (truth(True, False, False), category("x", None, None, gaps=16)),
            "Telefon": (
                identifier("030/1234567", "0171 555 01 01", None, gaps=1),
                identifier("030/1234567", "0171 555 01 01", "n/a"),
            ),
            "Beitrag": number(120, 60, 60),
        },
        why="A cross and nothing: true and false, or one class and gaps. A phone that is left out may keep its n/a.",
    ),
    case(
        "genes.tsv",
        "comment:// | identifier:hex | identifier:leading zeros | missing:nan | delimiter:tab",
        "score",
        55,
        {
            "gene": (identifier("MARCH1", "SEPT2", "DEC1"), text("MARCH1", "SEPT2", "DEC1")),
            "checksum": identifier("00e41200", "7f3a9c10", "12e45678"),
            "tpm": number(1500, 0.0225, 310),
            "log2fc": number(-0.25, 1.5, None, rows={7: None, 51: None}, gaps=6),
            "score": number(2.75, 0.5, 2.5),
        },
        why="SEPT2 is no date and 12e45678 no number.",
    ),
    case(
        "seniority.csv",
        "index:Unnamed: 0 | ordered:from-to | ordered:open end | percent:blank before | percent:decimal comma | "
        "quotes:everything | thousands:dot",
        "pay",
        42,
        {
            "Unnamed: 0": index(0, 1, 2),
            "seniority": (
                ordered("2-5 years", "6+ years", "0-1 years", order=YEARS),
                category("2-5 years", "6+ years", "0-1 years"),
            ),
            "change": (number(12.5, -3, 0), number(0.125, -0.03, 0)),
            "pay": number(3120, 4050.5, 2480),
        },
        why="Ranges with a word behind them may stay classes.",
    ),
    case(
        "lab.csv",
        "sep line:pipe | negative money:minus after | stray text:limits | stray text:words | "
        "footer:row count | delimiter:pipe",
        "Note",
        50,
        {
            "Gerät": category("A", "B", "A"),
            "Gehalt": (
                number(0.75, 1.25, None, rows={17: None, 28: None}, gaps=3),
                number(0.75, 1.25, 0.05, rows={17: 0.05, 28: None}, gaps=1),
            ),
            "Drift": number(-12.5, 3, 0.5),
            "Note": number(4.5, 7, 3.75),
        },
        error=Wrong(("gehalt",)),
        why="<0,05 is a gap or its limit, n. best. a gap; a line that asks is right as well.",
    ),
    case(
        "unlabelled.csv",
        "no header:mixed | trailing delimiter:all lines | date:M/D/YYYY | missing:None | "
        "truth:True/FALSE | delimiter:semicolon",
        4,
        40,
        {
            0: moment("2024-04-30", "2024-05-01", "2024-05-02"),
            1: (category("B-7", "C-1", None, gaps=1), category("B-7", "C-1", "None")),
            2: truth(True, False, False),
            3: number(14.5, 8, 21.75),
            4: number(31.25, 17.5, 44.5),
        },
        why="None may be a class of its own.",
    ),
    case(
        "visits.csv",
        "comment:% | date:with zone | header like data:texts | ragged:short | line ends:CRLF",
        "load",
        48,
        VISITS,
        error=Wrong(("15",)),
        why="Rows 11 and 30 end early: gaps, or an error that names line 15. The names look like ranges.",
    ),
)

FILES = (
    case(
        "visits.gz",
        "gzip:combined | comment:% | date:with zone",
        "load",
        48,
        VISITS,
        error=Wrong(("15",)),
        why="As visits.csv.",
    ),
    case(
        "log.jsonl",
        "jsonl:missing keys | jsonl:mixed | date:unix seconds | truth:yes/no | missing:null",
        "seconds",
        50,
        {
            **LOG,
            "ts": moment("2023-11-14T22:13:20+00:00", "2023-11-14T23:13:20+00:00", "2023-11-15T01:00:00+00:00"),
        },
    ),
    case(
        "log.jsonl.zst", "zstd:combined | jsonl:missing keys | date:unix seconds", "seconds", 50, LOG, needs="pyarrow"
    ),
    case("log_one.zip", "zip:folder | jsonl:missing keys", "seconds", 50, LOG),
    case(
        "zoo.parquet",
        "parquet:decimals | parquet:NaN | parquet:dictionary",
        "food",
        50,
        {
            "kind": category("dog", "cat", "dog"),
            "kilos": number(12.5, 4.25, None, rows={4: None, 44: None}, gaps=6),
            "awake": truth(True, False, True),
            "food": number(410, 125.5, 300),
        },
        needs="pyarrow",
    ),
    case(
        "bookings.feather",
        "feather:compressed | feather:dictionary | date:ISO",
        "price",
        45,
        {
            "arrival": moment("2024-02-29", "2024-03-01", "2024-03-31"),
            "room": category("suite", "single", "single"),
            "nights": number(3, 1, 14),
            "price": number(540, 79.5, 1113),
        },
        needs="pyarrow",
    ),
    case(
        "measured.sqlite",
        "sqlite:table | sqlite:query | date:unix milliseconds | truth:on/off | missing:null | identifier:counting",
        "load",
        48,
        {
            "id": (index(1, 2, 3), identifier("1", "2", "3")),
            "at": moment("2024-02-01T00:00+00:00", "2024-02-01T01:00+00:00", "2024-02-01T02:00+00:00"),
            "warm": number(21.5, None, 19.25, gaps=1),
            "pump": truth(True, False, True),
            "load": number(3.25, 0.25, 3),
        },
        init=('query=select * from "Meine Messungen"',),
        why="A key that counts up is left out, whatever it is called.",
    ),
    case(
        "timetable.xlsx",
        "excel:several sheets | excel:formatted | currency:€ | thousands:dot | date:D.M.YYYY",
        "Lohn",
        34,
        {
            "Wer": category("Anna", "Bo", "Anna"),
            "Tag": moment("2024-05-06", "2024-05-07", "2024-05-08"),
            "Stunden": number(7.5, 4, 8.25),
            "Lohn": number(1250, 610.5, 1371.25),
        },
        init=("sheet=Mai",),
        needs="openpyxl",
    ),
    case(
        "harvest.ods",
        "opendocument:repeated cells | index:unnamed | currency:€ | missing:empty",
        "Erlös",
        37,
        {
            "": index(0, 1, 2),
            "Hang": category("Süd", "Nord", "Nord"),
            "bewässert": truth(True, False, False),
            "Tonnen": number(4.5, 3.25, None, gaps=1),
            "Erlös": number(910.25, 655, 500.5),
        },
    ),
    case("with_readme.zip", "zip:two members | error:two members", "+10", error=Wrong(("data.csv", "readme.txt"))),
    case("report.csv", "error:binary", "price", error=Wrong(("report.csv",)), why="A PDF with another name."),
    case("nothing.xlsx", "excel:one sheet | error:no rows", "Lohn", error=Wrong(("row",)), needs="openpyxl"),
)

HELD_OUT: tuple[Case, ...] = (*TEXTS, *FILES)
