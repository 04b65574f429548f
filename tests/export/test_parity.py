"""Exports that need nothing extra predict what npnet predicts."""

from pathlib import Path

import pytest

from tests.export.cases import Parity, trained
from tests.export.parity import ASK, CLOSE, chosen, measured

SHORT = ("layer periodic", "layer residual", "task multiclass, cv", "preparation numbers: quantile", "other quantiles")


@pytest.mark.parametrize("case", chosen(*SHORT))
def test_an_export_predicts_what_npnet_predicts(case: Parity, tmp_path: Path) -> None:
    run = trained(tmp_path / "run", case)
    found = {to: measured(run, to, tmp_path, ask) for to, ask in ASK.items()}
    assert {to: far for to, far in found.items() if far is not None and not far < CLOSE} == {}
