"""Real tables, in full and cut small, from the file to predictions: every message is true, and none says too much."""

import csv
import gzip
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.conftest import Result, call

SHARED = Path(__file__).parents[3] / "shared" / "data"
OWN = {  # targets and columns to leave out of the first set, as its README has them
    "attrition": ("Attrition", ()),
    "concrete": ("compressive_strength", ()),
    "oj": ("Purchase", ()),
    "wage": ("wage", ("logwage", "region")),
    "leaf": ("species", ()),
    "credit": ("Status", ()),
    "penguins": ("species", ()),
    "titanic": ("Survived", ("Name", "SexCode")),
}
TRUE_WARNINGS = {  # what is true of these tables, by the start of the warning; all others have none
    "leaf": ['column "outlying_contour" is left out: it is the same in every row'],
    "diseases": ['the target "count" is whole numbers from 0 with a long tail'],
    "visits": ['the target "mdvis" is whole numbers from 0 with a long tail'],
}
ALWAYS_TRUE = re.compile(
    r"\d+ inputs but only \d+ training rows|column \"\w+\": \d+ rows? holds? what training never saw|"
    r"columns? .* (is|are) left out: (it|each) is (the same|empty) in every row|column \"\w+\" has no value in the|"
    r"\d+ of \d+ classes of"
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not (SHARED / "tables2").is_dir(), reason="the tables of ../shared are not here"),
]


@dataclass(frozen=True)
class Real:
    """A table, its target, and the columns that are no features."""

    name: str
    file: Path
    target: str
    drop: tuple[str, ...]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The options of init for the table."""
        dropped = [f"drop=[{', '.join(self.drop)}]"] if self.drop else []
        return ("--target", self.target, *dropped)


def real_tables() -> Iterator[Real]:
    for name, (target, drop) in OWN.items():
        yield Real(name, SHARED / "tables" / f"{name}.csv", target, drop)
    listing = SHARED / "tables2" / "tables.csv"
    if listing.is_file():
        with listing.open(newline="") as stream:
            for row in csv.DictReader(stream):
                dropped = tuple(filter(None, row["drop"].split(";")))
                yield Real(row["name"], SHARED / "tables2" / f"{row['name']}.csv.gz", row["target"], dropped)


TABLES = {table.name: table for table in real_tables()}


def warnings(*results: Result) -> list[str]:
    lines = [line for result in results for line in result.err.splitlines()]
    return [line.partition("warning: ")[2] for line in lines if line.startswith("npnet: warning: ")]


def led_through(file: Path, table: Real, *more: str) -> tuple[list[str], Result]:
    """Take a file from init to predictions; return the warnings, and the page of data check."""
    init = call("init", "--data", file, *table.arguments, "-o", "c.yaml", "-f")
    assert init.code == 0, init.err
    page = call("data", "check", "c.yaml")
    train = call("train", "c.yaml", "--no-plots", "--run-dir", "run", *more)
    predict = call("predict", "run", file, "-o", "predictions.csv", "-f")
    assert (page.code, train.code, predict.code) == (0, 0, 0), page.err + train.err + predict.err
    said = [line for line in train.err.splitlines() if line.startswith("npnet: warning: ")]
    assert len(said) == len(set(said))
    return warnings(init, page, train, predict), page


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


@pytest.mark.parametrize("name", TABLES)
def test_a_real_table_goes_from_the_file_to_predictions(name: str, folder: Path) -> None:
    table = TABLES[name]
    found, page = led_through(table.file, table, "epochs=2")
    expected = TRUE_WARNINGS.get(name, [])
    assert [text for text in found if not ALWAYS_TRUE.match(text) and not text.startswith(tuple(expected))] == []
    for start in expected:
        assert any(text.startswith(start) for text in found), start
    assert max(map(len, page.out.splitlines())) <= 80
    assert "may be the target" not in page.out
    with (folder / "predictions.csv").open() as stream:
        assert sum(1 for _ in stream) - 1 == len(rows_of(table)) - 1


def rows_of(table: Real) -> list[list[str]]:
    opener = gzip.open if table.file.suffix == ".gz" else open
    with opener(table.file, "rt", newline="") as stream:  # type: ignore[operator]
        return list(csv.reader(stream))


@pytest.mark.parametrize("name", ["penguins", "oj", "concrete"])
def test_a_config_as_init_writes_it_trains_to_the_end(name: str, folder: Path) -> None:
    found, _ = led_through(TABLES[name].file, TABLES[name])
    assert found == []


@pytest.mark.parametrize("count", [30, 60, 100, 200])
@pytest.mark.parametrize("name", ["attrition", "credit", "email", "hotel", "rodents", "personality", "titanic"])
def test_a_few_rows_of_a_real_table_give_no_warning_by_chance(name: str, count: int, folder: Path) -> None:
    header, *rows = rows_of(TABLES[name])
    for chosen in (rows[:count], random.Random(count).sample(rows, count)):
        with (folder / "t.csv").open("w", newline="") as stream:
            csv.writer(stream).writerows([header, *chosen])
        init = call("init", "--data", "t.csv", *TABLES[name].arguments, "-o", "c.yaml", "-f")
        if init.code:  # a target of one class, or of as many as rows
            assert "single class" in init.err, init.err
            continue
        page = call("data", "check", "c.yaml")
        assert warnings(init) == []
        assert not re.search(r"may be the target|again, value for value|differ only in case", page.out)
