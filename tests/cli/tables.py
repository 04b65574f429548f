"""Small tables, written and trained on, for the tests of the commands around tables."""

from pathlib import Path

from tests.cli.conftest import call

TOWNS = ("Rome", "Oslo", "Lima")
CONFIG = """\
dataset: {table: {path: people.csv, target: buys, drop: [id], categorical: [code]}}
preset: tabular
epochs: 5
ensemble: 2
batch_size: 32
"""


def person(number: int) -> dict[str, str]:
    """Return a row: a code that looks like a number, an age with gaps, a town, and whether they buy."""
    age, town = 20 + number * 7 % 50, TOWNS[number % 3]
    return {
        "id": str(1000 + number),
        "code": f"00{number % 4}" if number % 5 else "x",
        "age": str(age) if number % 11 else "",
        "town": town,
        "buys": "yes" if (age > 40) != (town == "Oslo") else "no",
    }


def people(count: int = 120) -> list[dict[str, str]]:
    return [person(number) for number in range(count)]


def csv_of(rows: list[dict[str, str]], columns: list[str] | None = None) -> str:
    names = columns or list(rows[0])
    return "\n".join([",".join(names), *(",".join(row[name] for name in names) for row in rows)]) + "\n"


def trained(folder: Path, config: str = CONFIG, *options: str) -> Path:
    """Train on the table of people in a folder, without pictures; the run's folder."""
    (folder / "people.csv").write_text(csv_of(people()))
    (folder / "people.yaml").write_text(config)
    runs = folder / "runs"
    result = call("train", folder / "people.yaml", "--no-plots", "-q", "--runs-dir", runs, *options)
    assert result.code == 0, result.err
    return Path(result.out.strip())
