"""The notebook of first steps: `python -m docs.notebook` runs it and writes its outputs; needs the notebook extra."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

NOTEBOOK = Path(__file__).with_name("notebook.ipynb")


def executed(path: Path, folder: Path) -> Any:
    """Return a notebook after its cells ran in a folder, with this Python first on the search path of commands."""
    import nbformat
    from nbclient import NotebookClient

    read: Any = nbformat.read  # which has no types
    notebook = read(path, as_version=4)
    found = os.environ["PATH"]
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), found])
    try:
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, timeout=300, kernel_name="python3", record_timing=False, resources=resources).execute()
    finally:
        os.environ["PATH"] = found
    return notebook


def renew() -> None:
    """Run the notebook in an empty folder and write it with its outputs."""
    import nbformat

    write: Any = nbformat.write
    with tempfile.TemporaryDirectory() as folder:
        notebook = executed(NOTEBOOK, Path(folder))
    notebook.metadata.pop("language_info", None)
    write(notebook, NOTEBOOK)


if __name__ == "__main__":
    renew()
