"""The examples in docstrings of the Python interface run, and show what they say."""

import doctest
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import npnet

FOLDER = Path(npnet.__file__ or "").parent
FILES = [path for path in sorted((FOLDER / "api").rglob("*.py")) if ">>> " in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(FOLDER / "api").as_posix())
def test_examples_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = import_module(".".join(["npnet", *path.relative_to(FOLDER).with_suffix("").parts]))
    names: dict[str, Any] = {"npnet": npnet, "np": np}
    found = doctest.testmod(module, extraglobs=names, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert found.attempted > 0
    assert not found.failed


@pytest.mark.long  # draws with matplotlib
def test_the_code_on_the_page_runs(tmp_path: Path) -> None:
    page = (FOLDER.parent / "docs" / "python.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        command = [sys.executable, "-W", "error", "-c", block]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_help_of_npnet_names_the_first_steps() -> None:
    text = npnet.__doc__ or ""
    for name in ("npnet.train(", "npnet.Run(", "npnet.runs()", "npnet.sweep(", "npnet.Model("):
        assert name in text
