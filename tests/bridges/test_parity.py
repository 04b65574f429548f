"""Exports that onnxruntime and PyTorch run predict what npnet predicts, for everything registered."""

from pathlib import Path

import pytest

from tests.bridges.asking import EVERY
from tests.export.cases import Parity, trained
from tests.export.parity import ALL, ASK, CLOSE, measured

pytestmark = pytest.mark.bridges


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_an_export_predicts_what_npnet_predicts(case: Parity, tmp_path: Path) -> None:
    run = trained(tmp_path / "run", case)
    found = {to: measured(run, to, tmp_path, EVERY[to]) for to in EVERY.keys() - ASK.keys()}
    assert {to: far for to, far in found.items() if far is not None and not far < CLOSE} == {}
