"""Exports that onnxruntime and PyTorch run read the cells of ten messy files as npnet does."""

from pathlib import Path

import pytest

from tests.bridges.asking import EVERY
from tests.export.messy import BY_NAME, TEN, trained_on
from tests.export.parity import ASK, CLOSE, measured

pytestmark = pytest.mark.bridges


@pytest.mark.parametrize("name", TEN)
def test_raw_cells_of_messy_files_are_read_as_npnet_reads_them(name: str, tmp_path: Path) -> None:
    run = trained_on(BY_NAME[name], tmp_path)
    assert run is not None
    found = {to: measured(run, to, tmp_path, EVERY[to]) for to in EVERY.keys() - ASK.keys()}
    assert {to: far for to, far in found.items() if far is None or not far < CLOSE} == {}
