"""Forms of values and of files that people have, each with the right reading written beside it."""

from pathlib import Path
from shlex import split

import numpy as np
import pandas as pd
import pytest

from npnet.config import load
from npnet.data.columns import Column
from npnet.data.datasets.table import Table
from npnet.errors import DataError
from npnet.runner.proposal import Proposal, propose

ROWS = 60


def read(file: Path, target: str = "y", *overrides: str) -> tuple[Proposal, dict[str, Column]]:
    """Return what is proposed for a file, and the columns that the proposed config reads."""
    proposal = propose(str(file), [target], file.parent, overrides)
    config = file.with_name("c.yaml")
    config.write_text(proposal.text)
    table = load(config).experiment.dataset
    assert isinstance(table, Table)
    columns = table.read(file.parent).frame.columns
    return proposal, {name: column.loaded() for name, column in columns.items()}


def column(folder: Path, name: str, *cells: str) -> tuple[Proposal, Column]:
    """Return a column of a table that holds cells again and again, beside numbers and a target."""
    frame = {name: [cells[n % len(cells)] for n in range(ROWS)], "b": [n % 7 for n in range(ROWS)]}
    pd.DataFrame({**frame, "y": [n // 3 % 4 // 2 for n in range(ROWS)]}).to_csv(folder / "t.csv", index=False)
    proposal, columns = read(folder / "t.csv")
    return proposal, columns[name]


@pytest.mark.parametrize(
    ("cells", "seconds"),
    [
        (("01-Mar-24", "2-Dec-23"), "2024-03-01"),
        (("1 Mar 24", "15 Dec 23"), "2024-03-01"),
        (("March 1, 2024 1:05 PM", "May 12, 2023 11:00 AM"), "2024-03-01T13:05"),
        (("1. März 2024", "12. Okt. 2023"), "2024-03-01"),
        (("1er mars 2024", "12 févr. 2023"), "2024-03-01"),
        (("1 de marzo de 2024", "3 de agosto de 2023"), "2024-03-01"),
        (("03/2024", "11/2023"), "2024-03-01"),
        (("Mar 2024", "Nov 2023"), "2024-03-01"),
        (("2024-Mar-01", "2023-Nov-30"), "2024-03-01"),
        (("1711964800000000", "1711965800000000", "1711965900000000"), "2024-04-01T09:46:40"),
        (("1711964800000000000", "1711965800000000000", "1711965900000000000"), "2024-04-01T09:46:40"),
    ],
)
def test_dates(cells: tuple[str, ...], seconds: str, tmp_path: Path) -> None:
    many = [*cells, *cells[:1] * 3]
    _, found = column(tmp_path, "created_at", *many)
    assert (found.kind, found.values[0]) == ("datetime", np.datetime64(seconds, "s").astype(int))


def test_a_date_of_zeros_is_missing(tmp_path: Path) -> None:
    proposal, found = column(tmp_path, "d", "2024-01-05", "0000-00-00", "2024-02-05")
    assert (found.kind, int(found.missing.sum())) == ("datetime", 20)
    assert any("0000-00-00" in note for note in proposal.notes)


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        (("1:05 PM", "11:30 AM"), 47100.0),
        (("12:00:30 am", "4:00:00 p.m."), 30.0),
        (("₹12,34,567", "₹2,500"), 1234567.0),
        (("12k", "7k", "9.5k"), 12.0),
    ],
)
def test_numbers(cells: tuple[str, ...], value: float, tmp_path: Path) -> None:
    _, found = column(tmp_path, "t", *cells)
    assert (found.kind, found.values[0]) == ("number", value)


@pytest.mark.parametrize(
    "cells",
    [("12k", "3.4M", "900"), ("$5", "€7", "$9", "€8", "$3"), ("2 years", "3 months"), ("10 kg", "22 lb")],
    ids=str,
)
def test_numbers_of_several_units_are_flagged_and_never_identifiers(cells: tuple[str, ...], tmp_path: Path) -> None:
    distinct = [f"{n + 1}{cell.lstrip('0123456789.')}" for n in range(30) for cell in cells if cell[0] not in "$€"]
    proposal, found = column(tmp_path, "size", *(distinct or cells))
    assert (found.kind, proposal.dropped) == ("category", ())
    assert any('"size" is text' in text and "in one unit" in text for text in proposal.warnings)


@pytest.mark.parametrize(
    "cells",
    [
        ("12A", "14C"),
        ("1st", "2nd", "3rd"),
        ("a1", "b2"),
        ("M", "L"),
        ("3-1", "0-2"),
        ("1. White", "2. Black", "3. Other"),
        ("1 low", "2 high"),
    ],
)
def test_codes_have_no_units(cells: tuple[str, ...], tmp_path: Path) -> None:
    proposal, found = column(tmp_path, "seat", *cells)
    assert (found.kind, proposal.warnings) == ("category", ())


def test_numbers_beside_percentages_are_named(tmp_path: Path) -> None:
    proposal, found = column(tmp_path, "share", "45%", "12", "7%")
    assert found.values[:2].tolist() == [0.45, 12.0]
    assert any('12 in "share", which has no %, stays 12' in note for note in proposal.notes)


def test_dates_in_two_forms_are_no_missing_values(tmp_path: Path) -> None:
    cells = [f"{n + 1}.1.2024" if n % 2 else f"2024-01-{n + 1:02d}" for n in range(30)]
    with pytest.raises(DataError) as refused:
        column(tmp_path, "d", *cells)
    assert "different texts of the column do not fit" in str(refused.value.hint)
    assert "categorical" in str(refused.value.hint)
    assert "na_values" not in str(refused.value.hint)


def test_a_hint_names_all_texts_that_do_not_fit(tmp_path: Path) -> None:
    cells = [*map(str, range(100, 140)), "12-ish", "7..8"]
    with pytest.raises(DataError) as refused:
        column(tmp_path, "n", *cells)
    assert """'na_values=["12-ish", "7..8"]' to make them missing""" in str(refused.value.hint)


@pytest.mark.parametrize("name", ['a: b, "c"', "x, y", "{d}", "day]", "#day", "no", "a=b", "d" * 200, "tag\nund zeit"])
def test_a_hint_can_be_followed_whatever_the_column_is_called(name: str, tmp_path: Path) -> None:
    cells = {name: [f"1/{1 + n % 12}/2024" for n in range(ROWS)], "y": [n % 2 for n in range(ROWS)]}
    pd.DataFrame(cells).to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(DataError) as refused:
        read(tmp_path / "t.csv")
    override = next(word for word in split(str(refused.value.hint)) if "%d" in word)
    assert read(tmp_path / "t.csv", "y", override)[1][name].kind == "datetime"


def test_a_name_of_several_lines_is_a_name(tmp_path: Path) -> None:
    pd.DataFrame({"weight\n(kg)": [n % 7 for n in range(ROWS)], "y": [n % 2 for n in range(ROWS)]}).to_csv(
        tmp_path / "t.csv", index=False
    )
    title = tmp_path / "titled.csv"
    title.write_text("Report\n\n" + (tmp_path / "t.csv").read_text())
    for file in (tmp_path / "t.csv", title):
        assert "weight\n(kg)" in read(file)[1]


def test_comments_among_the_rows_are_left_out(tmp_path: Path) -> None:
    lines = [f"{n % 9},{n % 2}" for n in range(ROWS)]
    (tmp_path / "t.csv").write_text("\n".join(["# head", "a,y", *lines[:30], "# second half", *lines[30:], ""]))
    proposal, columns = read(tmp_path / "t.csv")
    assert len(columns["a"]) == ROWS
    assert 'left out 1 row that begins with "#"' in proposal.notes


def test_single_blanks_between_all_cells_are_a_delimiter(tmp_path: Path) -> None:
    lines = [f"{n % 9}.5 {'ab'[n % 2]} {n // 3 % 4 // 2}" for n in range(ROWS)]
    (tmp_path / "t.dat").write_text("\n".join(["a kind y", *lines]))
    _, columns = read(tmp_path / "t.dat")
    assert (columns["a"].values[1], columns["kind"].levels) == (1.5, ("a", "b"))
    (tmp_path / "words.csv").write_text("\n".join(["full name", *["Ann Lee", "Bob Ray"] * 9]))
    with pytest.raises(DataError, match="no column"):
        read(tmp_path / "words.csv")
