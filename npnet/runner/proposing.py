"""Proposing: a config for a table that nobody has looked at yet, with the reasons beside it."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from npnet.config.files import preset_text
from npnet.config.nodes import shown
from npnet.config.writer import flow
from npnet.data.checks import Finding, Inspection, inspect
from npnet.data.datasets.table import Table
from npnet.errors import UsageError
from npnet.text import first_of, listed

RECIPE = "tabular"
CLASSES = 4  # that a comment counts


@dataclass(frozen=True)
class Proposal:
    """A config as YAML, the columns that it leaves out, and what its reader should think about."""

    text: str
    dropped: tuple[str, ...]
    warnings: tuple[str, ...]


def propose(file: str, targets: Sequence[str], folder: Path) -> Proposal:
    """The config for a table, to be written into a folder: its columns as they look, and the recipe for tables.

    Identifiers are dropped, rows without a target too; what may be the target again is for the user to judge.
    DataError where the table cannot be read or has no such target, UsageError for a target that is named twice.
    """
    if len(set(targets)) < len(targets) or not all(targets):
        raise UsageError("--target takes the name of a column, each once", "write it once for each target")
    source = Table(path=file, target=targets[0] if len(targets) == 1 else tuple(targets))
    frame = source.read(Path.cwd()).frame
    found = inspect(frame, targets)
    dropped = tuple(finding.columns[0] for finding in found.findings if finding.fault == "identifier")
    path = file if file == "-" or Path(file).is_absolute() else os.path.relpath(file, folder)
    lines = [*_head(file, targets, found), *_dataset(path, targets, found, dropped), ""]
    recipe = preset_text(RECIPE).partition("\n")
    split = "split: {test: 0.2, validation: 0.2}   # shares of the rows; classes keep their shares in each part\n"
    text = "\n".join([*lines, split, f"# {recipe[0].lstrip('# ')}", recipe[2]])
    return Proposal(text, dropped, tuple(one.message for one in found.findings if one.fault == "predictor"))


def _head(file: str, targets: Sequence[str], found: Inspection) -> Iterator[str]:
    features = len(found.columns) - len(targets)
    name = Path(file).name if file != "-" else "standard input"
    yield _comment(f"{listed(targets)} of {name}: {found.rows} rows, {features} columns, task {found.task}.")
    yield "# `npnet data check` on this file says more; `preset: tabular` stands for all that is below the split."


def _dataset(path: str, targets: Sequence[str], found: Inspection, dropped: tuple[str, ...]) -> Iterator[str]:
    yield "dataset:"
    yield "  table:"
    yield f"    path: {flow(path)}"
    target = flow(targets[0] if len(targets) == 1 else list(targets))
    yield _beside(f"    target: {target}", _classes(found))
    by_fault: dict[str, list[Finding]] = {}
    for finding in found.findings:
        by_fault.setdefault(finding.fault, []).append(finding)
    if "target" in by_fault:
        yield _beside("    drop_rows: true", by_fault["target"][0].message.partition(";")[0])
    for text in _first_of(finding.message.partition("; drop")[0] for finding in by_fault.get("identifier", [])):
        yield f"    {_comment(text)}"
    if dropped:
        yield f"    drop: {flow(list(dropped))}"
    for fault in ("predictor", "copy", "constant", "empty", "rare class", "balance"):
        advice = "; drop it if it is not known when you predict" if fault == "predictor" else ""
        for text in _first_of(finding.message + advice for finding in by_fault.get(fault, [])):
            yield f"    {_comment(text)}"


def _first_of(messages: Iterable[str]) -> list[str]:
    return first_of(list(messages), "npnet data check --json lists all")


def _classes(found: Inspection) -> str:
    """The rows of each class, of one target of few classes."""
    if len(found.classes) != 1:
        return "" if found.classes else found.task
    (counts,) = found.classes.values()
    return f"{len(counts)} classes: {listed((f'{label} {rows}' for label, rows in counts.items()), CLASSES)}"


def _beside(text: str, comment: str) -> str:
    return f"{text}   {_comment(comment)}" if comment else text


def _comment(text: str) -> str:
    return f"# {shown(text, 300)}"
