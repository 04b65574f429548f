"""Tables to fuzz: sound tables with one to three pathologies, and the config that trains on them."""

import json
from random import Random

from tests.faults.case import Case
from tests.faults.pathologies import BYTE_PATHOLOGIES, PATHOLOGIES, Rows

TABLE_COMMANDS = (
    ("data", "check", "case.yaml", "--quiet"),
    ("train", "case.yaml", "epochs=1", "--no-plots", "--quiet"),
)


def table_case(seed: int, number: int) -> Case:
    """Return the table of a number with its config, and a command that reads both."""
    files = table_files(Random(f"table {seed} {number}"))
    return Case(f"table-{seed}-{number}", files, TABLE_COMMANDS[number % 2])


def table_files(random: Random) -> dict[str, bytes]:
    """Return a table with up to three pathologies, at times a changed byte, and a config for it."""
    rows = sound(random)
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        random.choice(PATHOLOGIES)(rows, random)
    data = written(rows, random)
    if random.random() < 0.3:
        data = random.choice(BYTE_PATHOLOGIES)(data, random)
    return {"case.yaml": config(random).encode(), "table.csv": data}


def sound(random: Random) -> Rows:
    """Return a header and 2 to 80 rows: two numbers, a category, a date and a target."""
    classes = random.choice((("n", "p"), ("0", "1"), ("a", "b", "c"), None))
    rows = [["a", "b", "c", "d", "y"]]
    for _ in range(random.choice((2, 5, 12, 40, 80))):
        target = f"{random.gauss(0, 1):.3f}" if classes is None else random.choice(classes)
        date = f"2024-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        rows.append([f"{random.gauss(0, 1):.4f}", str(random.randint(0, 9)), random.choice("uvw"), date, target])
    return rows


def config(random: Random) -> str:
    """Return a config for the table, at times with an option of reading, preparing or splitting."""
    table = {"path": "table.csv", "target": random.choice(("y",) * 20 + ("c", "a", "zz"))}
    for key, values in OPTIONS.items():
        if random.random() < 0.06:
            table[key] = random.choice(values)  # type: ignore[assignment]
    lines = [f"dataset: {{table: {json.dumps(table)}}}", "layers: [linear: 4, relu, linear]"]
    lines += [line for line in EXTRAS if random.random() < 0.12]
    return "".join(f"{line}\n" for line in lines)


OPTIONS: dict[str, tuple[object, ...]] = {
    "drop": (["a"], ["a", "b", "c", "d"], ["zz"]),
    "numeric": (["c"], ["a", "d"]),
    "categorical": (["a"], ["b", "d"]),
    "datetime": (["d"], ["a"], {"d": "%d/%m/%Y"}, {"d": "%"}),
    "na_values": ([0], ["u", "-1"], [""]),
    "encoding": ("latin-1", "utf-16", "utf-8", "utf-32", "utf-7", "unicode_escape", "idna", "punycode", "hex"),
    "delimiter": (";", "\t", "|"),
    "task": ("classification", "regression", "counts"),
    "positive_class": ("p", 1, "zz"),
    "drop_rows": (True,),
    "weight": ("b", "a", "c"),
    "group": ("c", "b"),
    "time": ("d", "a", "c"),
    "test": ("table.csv", "none.csv"),
}
EXTRAS = (
    "prepare: {}",
    "prepare: {missing: error}",
    "split: {test: 0, validation: 0}",
    "split: {test: 0.5, validation: 0.49}",
    "class_weight: balanced",
    "scale: none",
    "batch_size: all",
    "preset: tabular",
    "cv: 2",
    "temperature: true",
    "threshold: f1",
)


def written(rows: Rows, random: Random) -> bytes:
    """Return the rows as CSV, with no quotes but those of a pathology."""
    text = "\n".join(",".join(row) for row in rows)
    return (text + "\n" if random.random() < 0.9 else text).encode()
