"""The deviation of exports from npnet: each is written by the command and asked for the same rows."""

import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.cli.conftest import call
from tests.export.cases import Exported, cases
from tests.round_trip.runs import ROWS

CLOSE = 1e-5
Answers = list[dict[str, Any]]
Ask = Callable[[Path, list[dict[str, str]]], Answers]


def exported(case: Exported, to: str, path: Path) -> Path | None:
    """Export a run to a path with the command; None where the target refuses it by name."""
    result = call("export", case.run.path, "--to", to, "-o", path)
    if result.code == 3:
        assert f"--to {to} has no " in result.err
        assert not path.exists()
        return None
    assert result.code == 0, result.err
    return path


def module_of(path: Path) -> ModuleType:
    """Import a file of Python."""
    spec = importlib.util.spec_from_file_location(f"exported_{abs(hash(path))}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ask_numpy(path: Path, rows: list[dict[str, str]]) -> Answers:
    """Return the predictions of predict.py."""
    answers: Answers = module_of(path / "predict.py").predict(rows)
    return answers


def deviation(case: Exported, answers: Answers) -> float:
    """Return the largest deviation of answers from those of npnet.

    Probabilities are compared as they are, values in units of the spread of the predictions, or of their size; those
    that an exponential makes large, for each unit of their logarithm, as float32 rounds the scores that it takes.
    """
    output = case.predictor.predictor.folds[0][1]
    grows = output.loss.link == "exp" or output.target_transform == "log"
    expected = case.answers(case.rows)
    assert len(answers) == len(expected)
    largest = 0.0
    for name in expected[0]:
        wanted, found = [row[name] for row in expected], [row[name] for row in answers]
        if _is_decision(name, wanted):
            assert [str(value) for value in found] == [str(value) for value in wanted], name
            continue
        numbers, others = (np.array(values, float) for values in (wanted, found))
        assert np.array_equal(np.isnan(numbers), np.isnan(others)), name
        spread = np.nanstd(numbers[:ROWS])
        unit = 1.0 if name.startswith("probability") else np.maximum(spread, np.abs(numbers))
        if grows:
            unit = unit * np.maximum(np.log(np.maximum(np.abs(numbers), 1)), 1)
        largest = max(largest, float(np.nanmax(np.abs(others - numbers) / unit)))
    return largest


def _is_decision(name: str, values: list[Any]) -> bool:
    """Return whether a column of predictions holds texts, or labels that are 0 or 1."""
    return name.startswith("prediction") and (
        set(values) <= {0, 1, None} or any(isinstance(one, str) for one in values)
    )


ALL = list(cases())


def chosen(*ids: str) -> Sequence[Any]:
    """Return parameters of tests: all cases, those that are not named for the long tests."""
    return [pytest.param(one, marks=() if one.id in ids else pytest.mark.long, id=one.id) for one in ALL]
