"""Situations of people with their own files, from the file to the score: each stands for its kind."""

import json
import math
import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from npnet.config import load
from npnet.data.datasets.table import Table
from tests.cli.conftest import call

Rows = Iterable[tuple[float, float, float]]


def rows(count: int = 150) -> list[tuple[float, float, float]]:
    """Return numbers a and b and what they make together, the same each time."""
    drawn = random.Random(7)
    pairs = [(drawn.uniform(10, 99), drawn.uniform(0, 1)) for _ in range(count)]
    return [(a, b, 3 * a + 40 * b + drawn.gauss(0, 1)) for a, b in pairs]


def german(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def written(
    folder: Path, header: str, line: Callable[[int, float, float, float], str], encoding: str = "utf-8"
) -> None:
    text = "\r\n".join([header, *(line(number, *row) for number, row in enumerate(rows()))])
    (folder / "t.csv").write_bytes(text.encode(encoding))


def r2_of_test(folder: Path, target: str = "y", *overrides: str) -> float:
    """Return R2 on the test set of a network that `npnet init` proposes for t.csv."""
    assert call("init", "--data", "t.csv", "--target", target, "-o", "c.yaml", *overrides).code == 0
    assert call("train", "c.yaml", "--no-plots", "-q", "epochs=60", "ensemble=2", "--run-dir", "run").code == 0
    return float(json.loads(call("evaluate", "run", "--json").out)["test"]["r2"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_german_file_is_a_regression(folder: Path) -> None:
    written(folder, "\ufeffUmsatz;Quote;Gewinn", lambda _, a, b, y: f"{german(a * 100)};{german(b)};{german(y)}")
    assert r2_of_test(folder, "Gewinn") > 0.8
    config = (folder / "c.yaml").read_text()
    assert "delimiter: ;" in config
    assert "decimal: ','" in config
    assert "thousands: ." in config


def test_training_a_german_file_without_the_keys_names_the_comma(folder: Path) -> None:
    written(folder, "Umsatz;Quote;Gewinn", lambda _, a, b, y: f"{german(a)};{german(b)};{german(y)}")
    (folder / "h.yaml").write_text(
        'dataset: {table: {path: t.csv, target: Gewinn, delimiter: ";"}}\nlayers: [linear]\nepochs: 2\n'
    )
    refused = call("train", "h.yaml", "-q")
    assert refused.code == 4
    assert 'decimal: ","' in refused.err
    assert call("train", "h.yaml", "-q", "--no-plots", "decimal=,").code == 0


def test_money_and_percent_are_numbers_and_no_identifiers(folder: Path) -> None:
    line = '"${:,.2f}",{:.1f}%,{:.3f}'.format
    written(folder, "salary,bonus,y", lambda _, a, b, y: line(a * 1000, b * 100, y))
    assert r2_of_test(folder) > 0.8
    config = (folder / "c.yaml").read_text()
    assert "units: [$]" in config
    assert "percent: true" in config
    assert "identifier" not in config


def test_numbers_with_na_are_numbers_with_gaps(folder: Path) -> None:
    written(folder, "bmi,b,y", lambda n, a, b, y: f"{a:.2f},{b:.3f},{y:.3f}" if n % 4 else f"NA,{b:.3f},{y:.3f}")
    assert r2_of_test(folder) > 0.5
    assert "na_values: [NA]" in (folder / "c.yaml").read_text()
    (folder / "h.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nepochs: 2\n")
    refused = call("train", "h.yaml", "-q")
    assert refused.code == 4
    assert 'column "bmi" is 75% numbers' in refused.err
    assert 'write na_values: ["NA"]' in refused.err
    assert call("train", "h.yaml", "-q", "--no-plots", 'na_values=["NA"]').code == 0
    assert call("train", "h.yaml", "-q", "--no-plots", 'categorical=["bmi"]').code == 0


def test_row_numbers_without_a_name_are_left_out(folder: Path) -> None:
    written(folder, ",a,y", lambda n, a, b, y: f"{n},{a:.2f},{y:.3f}")
    noted = call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml")
    assert noted.code == 0
    assert "drop" in noted.err
    assert call("train", "c.yaml", "--no-plots", "-q", "epochs=2", "ensemble=1", "own_validation=false").code == 0


@pytest.mark.parametrize(
    ("name", "content", "target"),
    [
        ("tabs.csv", "x\ty\n" + "".join(f"{n / 7:.3f}\t{n % 2}\n" for n in range(60)), "y"),
        ("latin.csv", "stra\xdfe,y\n" + "".join(f"M\xfcller {n % 3},{n % 2}\n" for n in range(60)), "y"),
        (
            "nan.csv",
            "x,y\n" + "".join(f"{n % 13},{'nan' if n % 9 == 0 else n % 13 * 1.5 + n % 3}\n" for n in range(60)),
            "y",
        ),
        ("error.csv", "x,y\n" + "".join(f"{'#N/A' if n % 9 == 0 else n * n},{n % 2}\n" for n in range(60)), "y"),
        ("ids.csv", "id,x,y\n" + "".join(f"{9007199254740993 + 97 * n},{n % 7},{n % 2}\n" for n in range(60)), "y"),
    ],
)
def test_a_file_that_strict_reading_refuses_ends_in_a_config(
    folder: Path, name: str, content: str, target: str
) -> None:
    (folder / name).write_bytes(content.encode("cp1252"))
    assert call("init", "--data", name, "--target", target, "-o", "c.yaml").code == 0
    assert call("config", "check", "c.yaml").code == 0


def test_what_cannot_be_seen_is_said_with_both_readings_and_each_can_be_followed(folder: Path) -> None:
    days = "".join(f"0{1 + n % 9}/0{1 + n % 7}/2024,{n * n % 50},{n % 2}\n" for n in range(60))
    (folder / "t.csv").write_text("day,x,y\n" + days)
    refused = call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml")
    assert refused.code == 4
    assert not (folder / "c.yaml").exists()
    for form in ("%d/%m/%Y", "%m/%d/%Y"):
        override = f'datetime={{day: "{form}"}}'
        assert f"'{override}'" in refused.err
        assert call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml", "-f", override).code == 0
        assert form in (folder / "c.yaml").read_text()


def test_an_override_sets_any_key_of_the_config(folder: Path) -> None:
    written(folder, "a,b,y", lambda _, a, b, y: f"{a:.2f},{b:.3f},{y:.3f}")
    assert call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml", "epochs=7", "split.test=0.3").code == 0
    shown = json.loads(call("config", "show", "c.yaml", "--json").out)
    assert (shown["epochs"], shown["split"]["test"]) == (7, 0.3)
    assert math.isclose(shown["split"]["validation"], 0.2)


@pytest.mark.parametrize("sign", [";", "|", "\t", "\\t", ","])
def test_a_sign_may_be_written_as_the_shell_passes_it(folder: Path, sign: str) -> None:
    delimiter = sign.replace("\\t", "\t")
    lines = [
        delimiter.join(["a", "b", "y"]),
        *(delimiter.join([f"{a:.0f}", f"{b:.3f}", f"{y:.2f}"]) for a, b, y in rows()),
    ]
    (folder / "t.csv").write_text("\n".join(lines))
    done = call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml", f"delimiter={sign}")
    assert (done.code, call("config", "check", "c.yaml").code) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("delimiter=;;",), "a delimiter is one sign"),
        (("decimal=x",), "decimal sign"),
        (("thousands=.", "decimal=."), "both"),
        (("nonsense=1",), "nonsense"),
        (("circles",), "do not go together"),
        (("path=other.csv",), "--data names the table"),
    ],
)
def test_a_wrong_setting_is_one_line_and_leaves_no_config(folder: Path, arguments: tuple[str, ...], words: str) -> None:
    written(folder, "a,b,y", lambda _, a, b, y: f"{a:.2f},{b:.3f},{y:.3f}")
    refused = call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml", *arguments)
    assert refused.code in (2, 3)
    assert words in refused.err
    assert not (folder / "c.yaml").exists()


def test_standard_input_is_understood_like_a_file(folder: Path) -> None:
    written(folder, "Umsatz;Quote;Gewinn", lambda _, a, b, y: f"{german(a)};{german(b)};{german(y)}")
    command = [sys.executable, "-m", "npnet", "init", "--data", "-", "--target", "Gewinn", "-o", "c.yaml"]
    with (folder / "t.csv").open("rb") as table, subprocess.Popen(["cat"], stdin=table, stdout=subprocess.PIPE) as pipe:
        done = subprocess.run(command, stdin=pipe.stdout, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "decimal: ','" in (folder / "c.yaml").read_text()


def test_settings_are_for_a_table(folder: Path) -> None:
    refused = call("init", "circles", "epochs=3")
    assert (refused.code, "KEY=VALUE is for a table" in refused.err) == (2, True)


def test_points_that_may_be_thousands_are_asked_about_and_each_answer_is_followed(folder: Path) -> None:
    lines = [f"{1 + n % 9}.{100 + n * 13 % 900};{n * 7 % 800};{n % 2}" for n in range(60)]
    (folder / "t.csv").write_text("\n".join(["preis;menge;y", *lines]))
    refused = call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml")
    assert (refused.code, "'decimal=\".\"' or 'thousands=\".\"'" in refused.err) == (4, True)
    for override, value in (('decimal="."', 1.1), ('thousands="."', 1100.0)):
        assert call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml", "-f", override).code == 0
        table = load(folder / "c.yaml").experiment.dataset
        assert isinstance(table, Table)
        assert table.read(folder).frame.columns["preis"].values[0] == value


def test_a_word_that_most_cells_hold_is_a_category_and_no_missing_number(folder: Path) -> None:
    lines = [f"{'some' if n % 3 else n % 9},{n % 7},{n % 2}" for n in range(90)]
    (folder / "t.csv").write_text("\n".join(["years,x,y", *lines]))
    assert call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml").code == 0
    table = load(folder / "c.yaml").experiment.dataset
    assert isinstance(table, Table)
    assert table.read(folder).frame.columns["years"].kind == "category"


@pytest.mark.parametrize(
    ("lines", "override"),
    [([f"{n % 2}" for n in range(60)], ""), ([f"{n % 2},c{n}" for n in range(60)], "'categorical=[id]'")],
)
def test_a_table_of_nothing_to_learn_from_leaves_no_config(folder: Path, lines: list[str], override: str) -> None:
    (folder / "t.csv").write_text("\n".join(["y,id" if override else "y", *lines]))
    refused = call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml")
    assert (refused.code, "t.csv has no columns left to learn from" in refused.err) == (4, True)
    assert override in refused.err
    assert not (folder / "c.yaml").exists()
    if override:
        assert call("init", "--data", "t.csv", "--target", "y", "-o", "c.yaml", override.strip("'")).code == 0
