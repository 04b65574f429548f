"""The deviation of exports from npnet: each is written by the command and asked for the same rows."""

import importlib.util
import json
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from npnet.data.reproduction import REPRODUCTION
from npnet.export.document import Document
from npnet.export.numpy_target import OPERATIONS
from npnet.export.python_code.answers import answers_of
from npnet.export.python_code.numpy_inputs import inputs_of
from npnet.export.python_code.numpy_outputs import calibrated, output_of
from npnet.export.python_code.numpy_program import forward
from npnet.export.python_code.reading import cells_of
from npnet.export.targets import missing_operations
from tests.cli.conftest import call
from tests.export.cases import Exported, cases
from tests.round_trip.runs import ROWS

CLOSE = 1e-5
Rows = list[dict[str, str]]
Answers = list[dict[str, Any]]


def exported(case: Exported, to: str, path: Path) -> Path | None:
    """Export a run, or the best trial of a sweep, with the command; None where the target refuses it by name."""
    result = call("export", case.folder / "run", "--to", to, "-o", path)
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


def ask_numpy(path: Path, rows: Rows) -> Answers:
    """Return the predictions of predict.py."""
    answers: Answers = module_of(path / "predict.py").predict(rows)
    return answers


def ask_json(path: Path, rows: Rows) -> Answers:
    """Return the predictions of the document, computed by the functions that NumPy exports are made of."""
    model = json.loads(path.read_text())
    cells = cells_of(rows, model["columns"], model["writing"])
    outputs = []
    with np.errstate(all="ignore"):
        inputs = [inputs_of(cells, fold).astype(model["dtype"]) for fold in model["preparations"]]
        for one in model["models"]:
            weights = {name: np.array(values, model["dtype"]) for name, values in one["weights"].items()}
            scores = forward(inputs[one["fold"]], model["layers"], weights).astype(float)
            outputs.append(output_of(scores, one, model["output"]))
        y = calibrated(np.mean(outputs, axis=0), model["output"])
    return [answers_of(row, model["output"]) for row in y.tolist()]


PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include "{header}"

static char text[1 << 24];

int main(void)
{{
    const char *cells[NPNET_COLUMNS];
    double outputs[NPNET_OUTPUTS];
    size_t length = fread(text, 1, sizeof text - 1, stdin), at = 0, n;
    while (at < length) {{
        int refused;
        for (n = 0; n < NPNET_COLUMNS; n++) {{ /* a cell ends with a unit separator */
            cells[n] = text + at;
            while (text[at] != 31) at++;
            text[at++] = 0;
        }}
        refused = npnet_predict(cells, outputs);
        printf("%d", refused);
        for (n = 0; n < NPNET_OUTPUTS; n++) printf(",%.17g", refused ? 0.0 : outputs[n]);
        {label}
        printf("\n");
    }}
    return 0;
}}
"""
LABEL = 'printf(",%s", refused || !npnet_label(outputs) ? "" : npnet_label(outputs));'
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic")


def ask_c(path: Path, rows: Rows, document: Document) -> Answers:
    """Return the predictions of a header, compiled with all warnings as errors; raise ValueError for a refused row."""
    columns, output = document.columns, document.output.model_dump(mode="json")
    decides = output["task"] in ("binary", "multiclass")
    program = path.with_suffix(".program")
    source = PROGRAM.format(header=path.name, label=LABEL if decides else "")
    path.with_suffix(".c").write_text(source)
    subprocess.run(["cc", *STRICT, path.with_suffix(".c"), "-lm", "-o", program], check=True)
    cells = "".join(f"{row[column.name]}\x1f" for row in rows for column in columns)
    printed = subprocess.run([program], input=cells, check=True, capture_output=True, encoding="utf-8").stdout
    answers = []
    for number, line in enumerate(printed.splitlines(), 1):
        refused, *numbers = line.split(",", len(output["classes"]) + 1 if decides else -1)
        if refused != "0":
            raise ValueError(f"row {number}: column {refused} is refused")
        label = numbers.pop() if decides else None
        y = [float(one) for one in numbers]
        answer = answers_of(y[1:] if output["task"] == "binary" else y, output)
        assert not decides or label == (answer["prediction"] or "")
        answers.append(answer)
    return answers


ASK: Mapping[str, Callable[[Path, Exported], Answers]] = {
    "numpy": lambda path, case: ask_numpy(path, case.rows),
    "c": lambda path, case: ask_c(path, case.rows, case.document),
    "json": lambda path, case: ask_json(path, case.rows),
}
"""Ask an export for the rows of a case, by target; those that need nothing extra."""
NAMES = {"numpy": "folder", "torch": "module", "c": "model.h", "json": "model.json", "onnx": "model.onnx"}


def measured(case: Exported, to: str, folder: Path, ask: Callable[[Path, Exported], Answers]) -> float | None:
    """Return the deviation of an export that is written into a folder; None where the target refuses it by name.

    None also for JSON with a layer that has no function here to compute it.
    """
    path = exported(case, to, folder / NAMES[to])
    if path is None or (to == "json" and missing_operations(case.document, OPERATIONS)):
        return None
    return deviation(case, ask(path, case))


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
    for name in expected[0].keys() - {REPRODUCTION}:  # exports leave the error of a row to their users
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
