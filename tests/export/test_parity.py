"""Exports that need nothing extra predict what npnet predicts."""

import csv
from pathlib import Path

import pytest

from tests.cli.conftest import call
from tests.export.cases import Exported, Parity, trained
from tests.export.parity import ASK, CLOSE, ask_c, chosen, measured

SHORT = ("layer periodic", "layer residual", "task multiclass, cv", "preparation numbers: quantile", "other quantiles")


@pytest.mark.parametrize("case", chosen(*SHORT))
def test_an_export_predicts_what_npnet_predicts(case: Parity, tmp_path: Path) -> None:
    run = trained(tmp_path / "run", case)
    found = {to: measured(run, to, tmp_path, ask) for to, ask in ASK.items()}
    assert {to: far for to, far in found.items() if far is not None and not far < CLOSE} == {}


ODD = ('x"; */ #error', "'''\"\"\"\\n", "??/ \u00e9\u4e2d \\")
"""Names that end a text or a comment in Python or C where they are not escaped."""


class OddNames(Exported):
    """A run whose columns and classes have odd names."""

    rows = [  # noqa: RUF012 - never changed
        {ODD[0]: str(n % 7), ODD[1]: f"%s {ODD[n % 2]}", ODD[2]: "" if n % 9 == 0 else str(n % 5 - 1.5)}
        for n in range(60)
    ]


def test_odd_names_are_texts_and_whole_numbers_are_exact(tmp_path: Path) -> None:
    rows = [{**row, "y": ODD[(n % 7 > 2) + (n % 5 > 3)]} for n, row in enumerate(OddNames.rows)]
    with (tmp_path / "t.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "c.yaml").write_text("dataset: {table: {path: t.csv, target: y}}\nlayers: [linear]\nepochs: 2\n")
    result = call("train", tmp_path / "c.yaml", "--run-dir", tmp_path / "run", "--no-plots", "-q")
    assert result.code == 0, result.err
    for to, ask in ASK.items():
        far = measured(OddNames(tmp_path), to, tmp_path, ask)
        assert far is not None
        assert far < CLOSE
    path, row = tmp_path / "exact.h", OddNames.rows[0]
    assert call("export", tmp_path / "run", "--to", "c", "-o", path).code == 0
    document = OddNames(tmp_path).document
    assert len(ask_c(path, [{**row, ODD[0]: str(2**53)}], document)) == 1
    with pytest.raises(ValueError, match="column 1 is refused"):
        ask_c(path, [{**row, ODD[0]: str(2**53 + 1)}], document)
