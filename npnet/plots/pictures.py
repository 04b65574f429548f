"""Pictures to files: which ones a training gets, each written with its numbers as CSV."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path

from npnet.errors import UsageError
from npnet.plots.backend import render
from npnet.plots.kinds import Drawing, Numbers, plots, suits
from npnet.plots.material import Material
from npnet.plots.sweeps.trials import SweepMaterial
from npnet.storage.disk import make_folders, write_atomic

USUAL = ("loss", "boundary", "roc", "confusion", "predicted_against_true", "summary")


def usual(material: Material | SweepMaterial) -> list[str]:
    """What `npnet train` draws: loss, boundary, the task's own curves and one sheet of all; of a sweep all."""
    if isinstance(material, SweepMaterial):
        return suitable(plots, material)
    left_out = {"confusion"} if material.task == "binary" else set()
    return suitable([kind for kind in USUAL if kind not in left_out], material)


def suitable(kinds: Iterable[str], material: Material | SweepMaterial) -> list[str]:
    """The kinds that can be drawn, also those that lack the data alone."""
    missing = material.missing if isinstance(material, Material) else None
    return [kind for kind in kinds if suits(kind, material) in (None, missing)]


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
    files = files_of(drawing, formats)
    paths = {form: stem.with_name(f"{stem.name}.{form}") for form in files}
    for form, data in files.items():
        write_atomic(paths[form], data)
    return list(paths.values())


def files_of(drawing: Drawing, formats: Sequence[str]) -> dict[str, bytes]:
    """A drawing in each format, and last its numbers as csv."""
    return {form: render(drawing.figure, form) for form in formats} | {"csv": table(drawing.numbers)}


def table(numbers: Numbers) -> bytes:
    """Columns as CSV: UTF-8, LF, floats in full, NaN as an empty field."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(numbers)
    columns = [["" if value != value else value for value in column.tolist()] for column in numbers.values()]
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue().encode("utf-8", "backslashreplace")
