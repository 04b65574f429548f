"""npnet compare: what sets runs apart, as tables and as a picture."""

import csv
import json
import shutil
from io import StringIO
from pathlib import Path

import pytest

from tests.cli.conftest import call


def ids(runs: Path) -> list[str]:
    return sorted(path.name for path in runs.iterdir() if path.is_dir() and not path.is_symlink())


def test_a_comparison_has_all_metrics_and_only_the_settings_that_differ(runs: Path) -> None:
    one, two = ids(runs)
    found = json.loads(call("compare", one, two, one, "--json", "--runs-dir", runs).out)
    assert found["runs"] == [one, two]
    assert found["settings"] == {"learning_rate": [0.05, 0.01]}
    assert len(found["metrics"]["test.roc_auc"]) == 2
    assert "learning_rate" in call("compare", one, two, "--runs-dir", runs).out


@pytest.mark.parametrize("form", [(), ("--csv",), ("--md",), ("--json",), ("-o", "same.csv", "-f")])
def test_it_says_where_no_setting_differs(form: tuple[str, ...], runs: Path, folder: Path) -> None:
    one, two = ids(runs)
    same = "their settings are the same; npnet runs diff A B also compares machine and data"
    copy = shutil.copytree(runs / one, folder / "copy")
    assert same in call("compare", one, copy, *form, "--runs-dir", runs).err.splitlines()
    for names in ((one, two), (one,)):
        assert "the same" not in call("compare", *names, *form, "--runs-dir", runs).err


def test_csv_has_a_row_for_each_run(runs: Path) -> None:
    result = call("compare", *ids(runs), "--csv", "--runs-dir", runs)
    assert result.code == 0
    rows = list(csv.DictReader(StringIO(result.out)))
    found = json.loads(call("compare", *ids(runs), "--json", "--runs-dir", runs).out)
    assert [row["run"] for row in rows] == ids(runs)
    assert [row["learning_rate"] for row in rows] == ["0.05", "0.01"]
    assert [float(row["test.loss"]) for row in rows] == found["metrics"]["test.loss"]


def test_csv_is_empty_where_a_run_has_no_such_score(runs: Path, folder: Path) -> None:
    own = shutil.copytree(runs, folder / "own", symlinks=True)
    (own / ids(own)[1] / "metrics.json").unlink()
    rows = list(csv.DictReader(StringIO(call("compare", *ids(own), "--csv", "--runs-dir", own).out)))
    assert rows[1]["test.loss"] == ""


def test_markdown_is_the_table_of_the_screen(runs: Path) -> None:
    result = call("compare", *ids(runs), "--md", "--runs-dir", runs)
    heading, rule, *rows = result.out.splitlines()
    assert heading == f"|  | {' | '.join(ids(runs))} |"
    assert rule == "| --- | --- | --- |"
    assert "| learning_rate | 0.05 | 0.01 |" in rows
    assert all(row.count("|") == 4 for row in rows)


def test_markdown_keeps_any_text_in_its_cell(runs: Path, folder: Path) -> None:
    own = shutil.copytree(runs, folder / "own", symlinks=True)
    file = own / ids(own)[0] / "resolved.yaml"
    file.write_text(file.read_text() + 'strange: "a|b\\\\|\\nc"\n')
    assert "| strange | a\\|b\\\\\\|\\\\nc | - |" in call("compare", *ids(own), "--md", "--runs-dir", own).out


@pytest.mark.parametrize("form", ["--csv", "--md", "--json"])
def test_a_table_goes_into_a_file_that_is_replaced_with_force_alone(form: str, runs: Path, folder: Path) -> None:
    printed = call("compare", *ids(runs), form, "--runs-dir", runs).out
    result = call("compare", *ids(runs), form, "-o", "out", "--runs-dir", runs)
    assert (result.code, result.out, result.err) == (0, "", "wrote out\n")
    assert Path("out").read_text() == printed
    Path("out").write_text("mine")
    result = call("compare", *ids(runs), form, "-o", "out", "--runs-dir", runs)
    assert (result.code, Path("out").read_text()) == (2, "mine")
    assert result.err.splitlines()[0] == "npnet: error: out exists already"
    assert call("compare", *ids(runs), form, "-o", "out", "-f", "--runs-dir", runs).code == 0
    assert Path("out").read_text() == printed


def test_a_hyphen_is_standard_output(runs: Path) -> None:
    one = call("compare", *ids(runs), "--csv", "--runs-dir", runs)
    assert call("compare", *ids(runs), "--csv", "-o", "-", "--runs-dir", runs) == one


def test_a_picture_is_drawn_with_its_numbers_beside_it(runs: Path, folder: Path) -> None:
    before = set(folder.iterdir())
    for options in ((), ("-f",)):  # the second one replaces the first
        result = call("compare", *ids(runs), "--plot", *options, "--runs-dir", runs)
        assert (result.code, result.out, result.err) == (0, "compare.png\ncompare.csv\n", "")
    assert set(folder.iterdir()) - before == {folder / "compare.png", folder / "compare.csv"}
    rows = list(csv.DictReader(StringIO(Path("compare.csv").read_text())))
    assert [(row["run"], row["epoch"]) for row in rows] == [(run, f"{n}.0") for run in ids(runs) for n in (1, 2, 3)]
    found = call("compare", *ids(runs), "--plot", "-o", "b.png", "--json", "--runs-dir", runs)
    assert json.loads(found.out) == {"paths": ["b.png", "b.csv"]}
    assert Path("b.png").read_bytes() == Path("compare.png").read_bytes()


@pytest.mark.parametrize("name", ["compare.png", "compare.csv"])
def test_neither_a_picture_nor_its_numbers_replace_a_file_without_force(name: str, runs: Path, folder: Path) -> None:
    Path(name).write_text("mine")
    before = set(folder.iterdir())
    result = call("compare", *ids(runs), "--plot", "--runs-dir", runs)
    assert (result.code, result.out) == (2, "")
    assert result.err == (f"npnet: error: {name} exists already\nhint: -f replaces it, -o FILE writes another file\n")
    assert (Path(name).read_text(), set(folder.iterdir())) == ("mine", before)
    assert call("compare", *ids(runs), "--plot", "--force", "--runs-dir", runs).code == 0
    assert Path(name).read_bytes() != b"mine"


def test_a_run_without_an_epoch_is_left_out_of_the_picture(runs: Path, folder: Path) -> None:
    own = shutil.copytree(runs, folder / "own", symlinks=True)
    one, two = ids(own)
    (own / one / "history.csv").unlink()
    result = call("compare", one, two, "--plot", "--runs-dir", own)
    assert (result.code, result.err) == (0, f"npnet: warning: {one} has no epoch to draw: it is left out\n")
    (own / two / "history.csv").unlink()
    result = call("compare", one, two, "--plot", "-o", "none.png", "--runs-dir", own)
    assert result.code == 2
    assert "npnet: error: none of the runs has an epoch to draw" in result.err
    assert not Path("none.png").exists()


def test_different_losses_are_drawn_with_a_warning(runs: Path, folder: Path) -> None:
    own = shutil.copytree(runs, folder / "own", symlinks=True)
    file = own / ids(own)[0] / "resolved.yaml"
    file.write_text(file.read_text().replace("label_smoothing: 0.0", "label_smoothing: 0.1"))
    result = call("compare", *ids(own), "--plot", "--runs-dir", own)
    assert result.code == 0
    assert result.err == ("npnet: warning: these runs have different loss functions: their curves cannot be compared\n")


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (("--csv", "--md"), "--csv and --md do not go together"),
        (("--plot", "--csv"), "--csv and --plot do not go together"),
        (("--md", "--json"), "--md and --json do not go together"),
        (("-o", "x"), "the suffix of x does not name a format"),
        (("--plot", "-o", "x.jpg"), "the suffix of x.jpg does not name a format"),
        (("--plot", "-o", "x.csv"), "x.csv cannot be written as csv"),
        (("--csv", "-o", "x.png"), "x.png would hold csv, but its suffix means png"),
        (("--plot", "-o", "-"), "a picture is not written to standard output"),
    ],
)
def test_options_that_say_nothing_together_are_refused(options: tuple[str, ...], error: str, runs: Path) -> None:
    result = call("compare", *ids(runs), *options, "--runs-dir", runs)
    assert (result.code, result.out) == (2, "")
    assert result.err.splitlines()[0] == f"npnet: error: {error}"
    assert result.err.splitlines()[1].startswith("hint: ")


@pytest.mark.parametrize("options", [("--csv", "-o", "nowhere/x.csv"), ("--plot", "-o", "nowhere/x.png")])
def test_a_folder_that_is_not_there_is_an_error_of_the_machine(
    options: tuple[str, ...], runs: Path, folder: Path
) -> None:
    result = call("compare", *ids(runs), *options, "--runs-dir", runs)
    assert (result.code, result.out) == (6, "")
    assert result.err.startswith(f"npnet: error: cannot write {options[-1]}: there is no folder nowhere\nhint: mkdir")
    assert not Path("nowhere").exists()
