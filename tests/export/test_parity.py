"""Exports that need nothing extra predict what npnet predicts."""

import json
from pathlib import Path

import pytest

from tests.export.cases import Parity, trained
from tests.export.parity import CLOSE, ask_numpy, chosen, deviation, exported

SHORT = (
    *("layer periodic", "layer batch_norm", "layer residual", "task multiclass, cv", "task quantiles, ensemble"),
    *("preparation numbers: quantile", "preparation feature product", "other transform of folds and members"),
)


@pytest.mark.parametrize("case", chosen(*SHORT))
def test_an_export_predicts_what_npnet_predicts(case: Parity, tmp_path: Path) -> None:
    run = trained(tmp_path / "run", case)
    path = exported(run, "numpy", tmp_path / "folder")
    assert path is not None
    assert deviation(run, ask_numpy(path, run.rows)) < CLOSE
    whole = exported(run, "json", tmp_path / "model.json")
    assert whole is not None
    assert len(json.loads(whole.read_text())["models"]) == len(run.predictor.predictor.network.theta)
