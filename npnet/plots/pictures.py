"""Pictures to files: which ones a training gets, each written with its numbers as CSV."""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from npnet.errors import UsageError
from npnet.io import make_folders, open_regular, write_atomic
from npnet.plots.backend import MAKER, render
from npnet.plots.comparison import COLUMNS as COMPARED
from npnet.plots.kinds import Drawing, Numbers, plots, suits
from npnet.plots.material import Material
from npnet.plots.trials import SweepMaterial

USUAL = ("loss", "boundary", "roc", "confusion", "predicted_against_true", "summary")
PNG = b"\x89PNG\r\n\x1a\n"
OWN = f"tEXtSoftware\0{MAKER}".encode()
BEGINNING = 200  # bytes of a file that tell whether npnet made it


def usual(material: Material | SweepMaterial) -> list[str]:
    """What `npnet train` draws: loss, boundary, the task's own curves and one sheet of all; of a sweep all."""
    if isinstance(material, SweepMaterial):
        return [kind for kind in plots if suits(kind, material) is None]
    left_out = {"confusion"} if material.task == "binary" else set()
    return [kind for kind in USUAL if kind not in left_out and suits(kind, material) is None]


def draw(
    material: Material | SweepMaterial, kinds: Sequence[str], folder: Path, formats: Sequence[str] = ("png",)
) -> list[Path]:
    """Write `<kind>.<format>` and `<kind>.csv` of each kind into the folder; gives their paths.

    UsageError where a kind does not suit the material, before anything is drawn; UnknownName for no such plot;
    MachineError where matplotlib cannot be loaded.
    """
    for kind in kinds:
        if reason := suits(kind, material):
            raise UsageError(f"no {kind} plot: it {reason}")
    make_folders(folder)
    return [path for kind in kinds for path in save(plots[kind](material), folder / kind, formats)]


def save(drawing: Drawing, stem: Path, formats: Sequence[str] = ("png",)) -> list[Path]:
    """Write a drawing as `<stem>.<format>` and its numbers as `<stem>.csv`; gives their paths."""
    files = {form: render(drawing.figure, form) for form in formats} | {"csv": table(drawing.numbers)}
    paths = {form: stem.with_name(f"{stem.name}.{form}") for form in files}
    for form, data in files.items():
        write_atomic(paths[form], data)
    return list(paths.values())


def is_own(path: Path) -> bool:
    """Whether a file may be replaced: it is not there, or npnet drew it, or wrote it beside such a picture.

    A picture names its maker near its beginning; numbers are known by the names of their columns.
    """
    try:
        with open_regular(path) as file:
            beginning = file.read(BEGINNING)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    if path.suffix == ".png":
        return beginning.startswith(PNG) and OWN in beginning
    return beginning.split(b"\n")[0] == ",".join(COMPARED).encode()


def table(numbers: Numbers) -> bytes:
    """Columns as CSV: UTF-8, LF, floats in full, NaN as an empty field."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(numbers)
    columns = [["" if value != value else value for value in column.tolist()] for column in numbers.values()]
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8", "backslashreplace")
