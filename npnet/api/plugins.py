"""Plugins of Python code: `plugins=["snake.py"]`, as `--plugin snake.py` on the command line."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from npnet.api.reporting import warn
from npnet.rundir import plugins as loading
from npnet.rundir.run import RunFolder

Plugins: TypeAlias = "str | os.PathLike[str] | Sequence[str | os.PathLike[str]]"
"""The path of a Python file that registers layers, or several."""


def load_plugins(plugins: Plugins, run: RunFolder | None = None, accept: bool = False) -> None:
    """Load plugin files; with `accept`, a run may have been trained with other code."""
    files = [plugins] if isinstance(plugins, str | os.PathLike) else plugins
    warn(loading.load_files(Path(file) for file in files))
    if accept and run is not None:
        loading.accept(run)
