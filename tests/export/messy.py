"""Messy files of the catalogue of tables: understood by npnet init, trained, and read by exports cell for cell."""

import json
from pathlib import Path

from npnet.export.python_code.reading import rows_of
from tests.cli.conftest import call
from tests.export.cases import Exported
from tests.tables import make
from tests.tables.case import Case
from tests.tables.catalogue import CASES

TEN = (
    *("decimal_semicolon_csv", "thousands_dot_csv", "currency_dollar_brackets_csv", "currency_kr_nbsp_csv"),
    *("percent_comma_csv", "missing_several_csv", "decimal_quoted_csv", "truth_true_false_csv", "date_dots_csv"),
    "ordered_ages_csv",
)
"""Decimal commas, thousands, currency, negative amounts, percent, missing markers, quotes, truths, dates, order."""
BY_NAME = {case.name: case for case in CASES}
TEXT = (".csv", ".tsv", ".txt")
READABLE = [
    case
    for case in CASES
    if case.file.endswith(TEXT) and not case.error and isinstance(case.target, str) and case.target
]
"""Text files with a target and a name for each column."""
ODD = ("", "  ", "unseen text")


class MessyRun(Exported):
    """A run on a messy file, and its raw cells."""

    def read(self, path: Path) -> bool:
        """Read the raw rows of a file; False where exports do not read its layout."""
        schema = self.predictor.schema
        if schema.header is not None or schema.comment or schema.footer:
            return False
        try:
            rows = rows_of(str(path), self.document.writing.model_dump())
        except ValueError:
            return False
        result = call("predict", self.run.path, path, "--proba", "--format", "jsonl")
        assert result.code == 0, result.err
        expected = [json.loads(line) for line in result.out.splitlines()]
        self.__dict__["rows"] = rows
        self.__dict__["expected"] = [{name: row[name] for name in row if name != "row"} for row in expected]
        return len(rows) == len(expected)

    def answers(self, rows: list[dict[str, str]]) -> list[dict[str, object]]:
        """Return the predictions of npnet predict for the file."""
        found: list[dict[str, object]] = self.__dict__["expected"]
        return found


def trained_on(case: Case, folder: Path) -> MessyRun | None:
    """Train on the file of a case as npnet init understands it; None where exports do not read its layout."""
    path = make.write(case, folder)
    result = call("init", "--data", path, "--target", case.target, "-o", folder / "c.yaml", *case.init)
    assert result.code == 0, result.err
    settings = ("epochs=1", "ensemble=1", "layers=[{linear: 4}, tanh, linear]")
    result = call("train", folder / "c.yaml", *settings, "--run-dir", folder / "run", "--no-plots", "-q")
    if result.code:  # a table of which there is nothing to learn
        return None
    run = MessyRun(folder)
    return run if run.read(path) else None
