"""Exports read the cells of messy files as npnet does."""

from pathlib import Path

import pytest

from tests.export.messy import BY_NAME, READABLE, TEN, trained_on
from tests.export.parity import ASK, CLOSE, measured
from tests.tables.case import Case

QUICK = TEN[2:6:2]


@pytest.mark.parametrize("name", [pytest.param(one, marks=() if one in QUICK else pytest.mark.long) for one in TEN])
def test_raw_cells_of_messy_files_are_read_as_npnet_reads_them(name: str, tmp_path: Path) -> None:
    run = trained_on(BY_NAME[name], tmp_path)
    assert run is not None
    found = {to: measured(run, to, tmp_path, ask) for to, ask in ASK.items()}
    assert {to: far for to, far in found.items() if far is None or not far < CLOSE} == {}


@pytest.mark.long
@pytest.mark.parametrize("case", [one for one in READABLE if one.name not in TEN], ids=lambda case: case.name)
def test_every_text_file_of_the_catalogue_is_read_as_npnet_reads_it(case: Case, tmp_path: Path) -> None:
    run = trained_on(case, tmp_path)
    if run is None:
        pytest.skip("its layout is not that of a plain CSV file, or there is nothing to learn")
    found = {to: measured(run, to, tmp_path, ASK[to]) for to in ("numpy", "c")}
    assert {to: far for to, far in found.items() if far is not None and not far < CLOSE} == {}
