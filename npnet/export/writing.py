"""Where an export goes, and what it may replace."""

from pathlib import Path

from npnet.export.document import MARK
from npnet.rundir.names import file_name

FIRST = 400  # bytes of a file, among which every export has its mark
FOLDERS = ({"predict.py", "weights.npz"}, {"model.py", "weights.pt"})
CACHE = "__pycache__"


def is_export(path: Path) -> bool:
    """Return whether a file or a folder is an export, which another export may replace."""
    if path.is_dir():
        files = {one.name for one in path.iterdir()} - {CACHE}
        return files in FOLDERS and is_export(path / min(files))
    try:
        with path.open("rb") as file:
            return path.is_file() and MARK.encode() in file.read(FIRST)
    except OSError:
        return False


def default_name(run: str, target: str, suffix: str) -> str:
    """Return the name of the export of a run in the current folder: circles.onnx, circles_numpy."""
    return f"{file_name(run)}{suffix}" if suffix else f"{file_name(run)}_{target}"
