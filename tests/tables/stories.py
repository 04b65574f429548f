"""The tables that the catalogue's files tell of: the first three rows by hand, the others from a seeded generator.

In each, the last column follows from the others up to noise, so that a wrong reading shows in what can be learned.
"""

from datetime import datetime, timedelta
from random import Random

Rows = list[tuple]

HOUSES = ("district", "area", "rooms", "garden", "price")
SALES = ("day", "shop", "pieces", "unit_price", "revenue")
PATIENTS = ("age", "sex", "bmi", "pressure", "smoker", "ill")
SENSORS = ("time", "temperature", "humidity", "power")
WAGES = ("age", "education", "dept", "hours", "salary")
LOANS = ("income", "rate", "change", "years", "balance")
TRIPS = ("start", "km", "stops", "lasting", "fare")
CUSTOMERS = ("customer", "postcode", "phone", "orders", "spent")


def houses(random: Random, n: int) -> Rows:
    """District, area, rooms, garden: price."""
    rows: Rows = [
        ("Nord", 84.5, 3, True, 312500.0),
        ("Süd", 121.0, 5, False, 418900.0),
        ("Mitte", 47.5, 2, True, 352250.0),
    ]
    worth = {"Nord": 20000, "Süd": 30000, "Mitte": 180000, "Ost": 0}
    while len(rows) < n:
        district, area = random.choice(sorted(worth)), random.randint(60, 360) / 2
        rooms, garden = max(1, round(area / 30 + random.gauss(0, 0.7))), random.random() < 0.5
        price = 2000 * area + 30000 * rooms + worth[district] + 20000 * garden + random.gauss(0, 8000)
        rows.append((district, area, rooms, garden, round(price / 50) * 50.0))
    return rows


def sales(random: Random, n: int) -> Rows:
    """Day, shop, pieces, unit price: revenue."""
    rows: Rows = [
        (datetime(2024, 1, 2), "Köln", 120, 12.5, 1540.75),
        (datetime(2024, 1, 3), "Bonn", 85, 9.9, 836.2),
        (datetime(2024, 1, 17), "Köln", 1340, 11.25, 15012.4),
    ]
    while len(rows) < n:
        day = rows[-1][0] + timedelta(days=random.randint(1, 9))
        shop, pieces, price = (
            random.choice(["Köln", "Bonn", "Aachen"]),
            random.randint(40, 2400),
            random.randint(160, 280) / 20,
        )
        revenue = pieces * price * {"Köln": 1.0, "Bonn": 0.95, "Aachen": 1.1}[shop] + random.gauss(0, 40)
        rows.append((day, shop, pieces, price, round(revenue, 2)))
    return rows


def patients(random: Random, n: int) -> Rows:
    """Age, sex, body mass index, blood pressure, smoker: ill or not."""
    rows: Rows = [
        (63, "f", 27.4, 141, True, True),
        (41, "m", 24.9, 122, False, False),
        (58, "m", 31.2, 150, False, True),
    ]
    while len(rows) < n:
        age, bmi, smoker = random.randint(19, 84), round(random.gauss(26, 3.5), 1), random.random() < 0.4
        pressure = round(95 + 0.5 * age + random.gauss(0, 8))
        score = (age - 50) / 12 + (bmi - 26) / 4 + (pressure - 120) / 12 + (1 if smoker else -1)
        rows.append((age, random.choice("fm"), bmi, pressure, smoker, score + random.gauss(0, 0.4) > 0))
    return rows


def sensors(random: Random, n: int) -> Rows:
    """Time, temperature, humidity: power."""
    rows: Rows = [
        (datetime(2024, 3, 1, 6, 0), 4.5, 71.25, 3.52),
        (datetime(2024, 3, 1, 9, 30), 11.75, 60.5, 2.18),
        (datetime(2024, 3, 2, 18, 15), -1.25, 82.0, 4.61),
    ]
    while len(rows) < n:
        time = rows[-1][0] + timedelta(minutes=15 * random.randint(8, 160))
        temperature, humidity = round(random.gauss(8, 6) * 4) / 4, random.randint(140, 380) / 4
        power = 4.3 - 0.18 * temperature + 0.002 * humidity + random.gauss(0, 0.1)
        rows.append((time, temperature, humidity, round(max(power, 0.05), 2)))
    return rows


def wages(random: Random, n: int) -> Rows:
    """Age, education, department, hours: salary."""
    rows: Rows = [
        (34, "Bachelor", "Sales", 40.0, 52000.0),
        (51, "Master", "IT", 38.5, 81234.1),
        (27, "School", "Sales", 20.0, 17850.75),
    ]
    worth = {"School": 0, "Bachelor": 9000, "Master": 18000}
    while len(rows) < n:
        age, education = random.randint(20, 64), random.choice(sorted(worth))
        dept, hours = random.choice(["Sales", "IT", "Legal"]), random.randint(36, 90) / 2
        salary = (27000 + 450 * age + worth[education] + (8000 if dept == "IT" else 0)) * hours / 40 + random.gauss(
            0, 900
        )
        rows.append((age, education, dept, hours, round(salary * 20) / 20))
    return rows


def loans(random: Random, n: int) -> Rows:
    """Income, rate and change of income in percent, years: balance after a year, which may be below zero."""
    rows: Rows = [
        (48250.0, 3.5, 2.25, 10, 1250.5),
        (31900.0, 7.25, -4.5, 5, -2310.75),
        (105400.0, 2.0, 12.0, 15, 14520.25),
    ]
    while len(rows) < n:
        income, rate, change = random.randint(360, 1500) * 75.0, random.randint(4, 40) / 4, random.randint(-40, 60) / 4
        balance = 0.16 * income - 900 * rate + 180 * change - 3000 + random.gauss(0, 300)
        rows.append((income, rate, change, random.choice([5, 10, 15, 20]), round(balance * 4) / 4))
    return rows


def trips(random: Random, n: int) -> Rows:
    """Start, kilometres, stops, seconds on the way: fare."""
    rows: Rows = [
        (datetime(2023, 5, 14, 7, 5), 12.5, 3, 1530, 24.5),
        (datetime(2023, 5, 14, 22, 40), 61.0, 0, 5025, 98.25),
        (datetime(2023, 6, 3, 13, 0), 3.25, 1, 465, 9.0),
    ]
    while len(rows) < n:
        start = rows[-1][0] + timedelta(minutes=random.randint(200, 5000))
        km, stops = random.randint(8, 320) / 4, random.randint(0, 6)
        lasting = round(km * random.uniform(55, 110) + 120 * stops) + 60
        rows.append((start, km, stops, lasting, round((4 + 1.1 * km + lasting / 180 + random.gauss(0, 0.8)) * 4) / 4))
    return rows


def customers(random: Random, n: int) -> Rows:
    """Postal code, phone and orders of a customer: money spent."""
    rows: Rows = [
        ("000417", "01067", "0351 4967021", 12, 640.5),
        ("001093", "50667", "0221 2213010", 3, 121.0),
        ("000002", "01069", "0049 351 88812", 27, 1389.25),
    ]
    codes = ["01067", "01069", "50667", "80331", "04109"]
    while len(rows) < n:
        code, orders = random.choice(codes), random.randint(1, 40)
        spent = orders * (50 if code.startswith("0") else 40) + random.gauss(0, 15)
        ident, phone = (
            f"{random.randint(3, 99999):06d}",
            f"0{random.randint(30, 999)} {random.randint(100000, 9999999)}",
        )
        rows.append((ident, code, phone, orders, round(spent * 4) / 4))
    return rows
