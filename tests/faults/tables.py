"""Tables to fuzz: sound tables with one to three pathologies, and the config that trains on them."""

import json
from collections.abc import Iterable
from random import Random

from tests.faults.case import Case
from tests.faults.pathologies import BYTE_PATHOLOGIES, LAYOUTS, PACKED_PATHOLOGIES, PATHOLOGIES, Rows
from tests.faults.table_forms import FORMS

SIDE = "side.csv"  # a table to join
CHECK, TRAIN = ("data", "check", "case.yaml", "--quiet"), ("train", "case.yaml", "epochs=1", "--no-plots", "--quiet")


def table_commands(files: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the commands for files with a config and a table."""
    table = next(name for name in files if name not in ("case.yaml", SIDE))
    return CHECK, TRAIN, ("init", "--data", table, "--target", "y", "-o", "-", "--quiet")


def table_case(seed: int, number: int) -> Case:
    """Return the table of a number with its config, and a command that reads both."""
    files = table_files(Random(f"table {seed} {number}"))
    return Case(f"table-{seed}-{number}", files, table_commands(files)[number % 3])


def table_files(random: Random) -> dict[str, bytes]:
    """Return a table with up to three pathologies, at times a changed byte, a table to join, and a config."""
    rows = sound(random)
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        random.choice(PATHOLOGIES)(rows, random)
    ending = "csv" if random.random() < 0.5 else random.choice(list(FORMS))
    if ending == "csv" and random.random() < 0.4:
        random.choice(LAYOUTS)(rows, random)
    data = FORMS[ending](rows, random)
    if random.random() < 0.3:
        data = random.choice(BYTE_PATHOLOGIES if ending == "csv" else PACKED_PATHOLOGIES)(data, random)
    name = f"table.{ending}"
    return {"case.yaml": config(name, random).encode(), name: data, SIDE: side(random)}


def side(random: Random) -> bytes:
    """Return a table to join by `c`, at times with a key twice or a pathology."""
    rows = [
        ["c", "size", "when"],
        *([key, str(random.randint(1, 9)), f"2024-0{random.randint(1, 9)}-01"] for key in "uvw"),
    ]
    if random.random() < 0.1:
        rows.append(rows[1])
    if random.random() < 0.1:
        random.choice(PATHOLOGIES)(rows, random)
    return FORMS["csv"](rows, random)


def sound(random: Random) -> Rows:
    """Return a header and 2 to 80 rows: two numbers, a category, a date and a target."""
    classes = random.choice((("n", "p"), ("0", "1"), ("a", "b", "c"), None))
    rows = [["a", "b", "c", "d", "y"]]
    for _ in range(random.choice((2, 5, 12, 40, 80))):
        target = f"{random.gauss(0, 1):.3f}" if classes is None else random.choice(classes)
        date = f"2024-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        rows.append([f"{random.gauss(0, 1):.4f}", str(random.randint(0, 9)), random.choice("uvw"), date, target])
    return rows


def config(name: str, random: Random) -> str:
    """Return a config for the table, at times with an option of reading, preparing or splitting."""
    table = {"path": name, "target": random.choice(("y",) * 20 + ("c", "a", "zz"))}
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
    "decimal": (",", "."),
    "thousands": (".", ",", " ", "'"),
    "units": (["$"], ["€", "kg", "%"], ["1"], [""]),
    "percent": (True,),
    "ordered": ({"c": ["u", "v", "w"]}, {"c": {"u": 1.5, "v": 2, "w": -3}}, {"b": [0, 1]}, {"a": ["x"]}),
    "duration": (["b"], ["c"], ["d", "a"]),
    "header": (False, True, ["a", "b", "c", "d", "y"], ["a", "y"]),
    "comment": ("#", "2", "u"),
    "footer": (1, 3, 1000),
    "sheet": ("Sheet", "Sheet2", 2, 9),
    "query": ("select * from t", "select a, b, y from t where b > 3", "delete from t", "select", "t2"),
    "id": (["a"], ["d", "zz"], ["y"]),
    "join": (
        {"path": SIDE, "on": "c"},
        {"path": SIDE, "on": {"c": "c"}, "prefix": "s_", "columns": ["size"]},
        {"path": SIDE, "on": "b"},
        {"path": "none.csv", "on": "c"},
        [{"path": SIDE, "on": "c"}, {"path": SIDE, "on": "c", "name": "other", "prefix": "o"}],
    ),
    "aggregate": (
        {"path": SIDE, "on": "c", "columns": {"size": ["mean", "count", "last"]}},
        {"path": SIDE, "on": "c", "time": {"d": "when"}, "columns": {"size": "sum", "when": "max"}},
        {"path": "self", "on": "c", "columns": {"a": ["mean", "min"]}},
        {"path": "self", "on": "c", "time": "d", "columns": {"y": "last", "b": "mean"}},
        {"path": "self", "on": "c", "columns": {"y": "mean"}},
        {"path": SIDE, "on": "zz", "columns": {"size": "mean"}},
    ),
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
    "target_transform: log",
    "target_transform: square_root",
    "early_stopping: 2",
    "ensemble: 2",
    "own_validation: true",
    "loss: {quantile: {quantiles: [0.1, 0.5, 0.9]}}",
)
