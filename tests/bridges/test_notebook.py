"""The notebook of first steps runs from beginning to end, and its file holds what a reader expects."""

import json
from pathlib import Path
from typing import Any

import pytest

from docs.notebook import NOTEBOOK, executed

pytest.importorskip("nbclient", reason="needs the bridges extra")
pytestmark = pytest.mark.bridges


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook["cells"] for output in cell.get("outputs", [])]


def test_the_notebook_runs_as_it_is_written(tmp_path: Path) -> None:
    notebook = executed(NOTEBOOK, tmp_path)
    written = json.loads(NOTEBOOK.read_text("utf-8"))
    assert not [output for output in outputs(notebook) if output.get("name") == "stderr"]
    assert "\\u001b" not in json.dumps(notebook)
    assert [cell["source"] for cell in notebook["cells"]] == ["".join(cell["source"]) for cell in written["cells"]]
    assert {"text/html", "image/png"} <= {kind for output in outputs(notebook) for kind in output.get("data", ())}
    assert len(list(tmp_path.glob("runs/2*/run.json"))) == 4
    assert (tmp_path / "exported" / "predict.py").is_file()


def test_the_written_outputs_have_no_escape_codes_and_no_place_of_a_machine() -> None:
    text = NOTEBOOK.read_text("utf-8")
    for word in ("\\u001b", "/tmp/", "/home/", "/root/", "/work/", '"error"', "stderr"):
        assert word not in text
    assert "image/png" in text


CELLS = """
import npnet, warnings
run = npnet.train({"dataset": "moons", "layers": ["linear"]}, epochs=200)
---
!npnet train moons.yaml --no-plots
---
!npnet train nothing.yaml
---
run
---
sweep = npnet.sweep(run.config, learning_rate=[0.01, 0.1], epochs=5)
---
npnet.train(run.config, epochs=2, quiet=True) and None
---
npnet.train("dataset: moons\\nlayers: [lineer]")
"""


def test_progress_is_one_output_and_errors_end_at_the_cell(tmp_path: Path) -> None:
    import nbformat
    from nbformat.v4 import new_code_cell, new_notebook

    (tmp_path / "moons.yaml").write_text("dataset: moons\nlayers: [linear]\nepochs: 30\n")
    metadata: Any = {"tags": ["raises-exception"]}
    cells = [new_code_cell(text.strip(), metadata=metadata) for text in CELLS.split("---")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "cells.ipynb")
    train, command, wrong, shown, sweep, quiet, error = executed(tmp_path / "cells.ipynb", tmp_path)["cells"]
    (progress,) = train["outputs"]
    assert progress["data"]["text/plain"].startswith("200 epochs in ")
    assert "<pre" in progress["data"]["text/html"]
    lines = "".join(output["text"] for output in command["outputs"])
    assert "epoch 30/30" in lines
    assert "\x1b" not in json.dumps([command, wrong], ensure_ascii=False)
    assert "npnet: error: no such file: nothing.yaml" in "".join(output["text"] for output in wrong["outputs"])
    (value,) = shown["outputs"]
    assert "<svg" in value["data"]["text/html"]
    assert value["data"]["text/plain"].startswith("<Run ")
    (progress,) = sweep["outputs"]
    assert progress["data"]["text/plain"].startswith("2 of 2 trained in ")
    assert not quiet["outputs"]
    (failure,) = error["outputs"]
    assert failure["evalue"].startswith('config:2:10: unknown layer "lineer"')
    assert sum("/npnet/" in line for line in failure["traceback"]) == 1  # its last line alone is not the cell's
