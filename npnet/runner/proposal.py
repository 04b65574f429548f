"""A config proposed for a table: how its file is read, its columns, and the recipe for tables."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any, TypeVar

from npnet.config.files import preset_text
from npnet.config.loaded import load_alone
from npnet.config.nodes import shown
from npnet.config.overrides import hints_as_overrides, key_of
from npnet.config.suggestions import as_override
from npnet.config.writer import flow, moved_path
from npnet.data.checks.inspection import Inspection, inspect
from npnet.data.checks.oddities import Finding
from npnet.data.columns.schema import Layout, ReadOptions
from npnet.data.datasets.table import Table, TableRows, divided_into_labels
from npnet.data.joining.several import is_same_table
from npnet.data.joining.specs import Aggregate, Join
from npnet.data.joining.tables import read_side_frame
from npnet.data.readers.data_file import STDIN, standard_input_kept
from npnet.data.readers.reading import CellError, read_frame
from npnet.data.sniffing.tags import tags_of
from npnet.data.understanding import Understanding, understand
from npnet.errors import DataError, UsageError
from npnet.text import first_of, listed, plural

T = TypeVar("T")

RECIPE = "tabular"
MOST_CLASSES = 4  # that a comment counts
ALL = "npnet data check --json lists all"
REPORTED = ("header", "spelling", "units", "skew", "counts")  # findings that init shows, beside those it acts on
UNCLEAR = ("/",)  # signs that stand between labels, but in classes such as A/G too
ROUNDS = 4  # readings of a file, each of which may show more of what its columns mean


@dataclass(frozen=True)
class Proposal:
    """A config as YAML, the columns that it leaves out, what was understood of the file, and warnings."""

    text: str
    dropped: tuple[str, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def _understood(
    file: str, names: Sequence[str], given: dict[str, Any], read: Callable[[dict[str, Any]], T]
) -> tuple[Understanding, T]:
    """Return what is understood of a file with columns of some names, and what `read` reads by these options."""
    whole: dict[str, Counter[str]] = {}
    for left in reversed(range(ROUNDS)):
        found = understand(file, Path.cwd(), _reading(given), names, whole)
        try:
            return found, read({**given, **found.options})
        except CellError as error:
            if not left or set(error.columns) <= set(whole):
                raise
            whole |= _texts(file, {**given, **found.options}, error.columns)
    raise ValueError("a file is read at least once")


def _texts(file: str, options: Mapping[str, Any], names: Sequence[str]) -> dict[str, Counter[str]]:
    """Return all texts of some columns, and how often each comes."""
    layout = {key: value for key, value in options.items() if key in Layout.model_fields}
    spec = ReadOptions(path=file, categorical=tuple(names), **layout)
    columns = read_frame(spec, Path.cwd(), needs=names)[0].columns
    return {name: column.level_counts() for name, column in columns.items()}


def _with_sides(file: str, given: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the options of a table with what is understood of the files of its other tables, and notes on it."""
    notes: list[str] = []

    def understood(kind: type[Join | Aggregate], side: dict[str, Any]) -> dict[str, Any]:
        path = side["path"]
        if is_same_table(path, file, Path.cwd()):
            return side
        options = {key: value for key, value in side.items() if key != "path"}
        names = tuple(kind(**side).pairs.values())
        found, _ = _understood(path, names, options, lambda all_: read_side_frame(kind(path=path, **all_), Path.cwd()))
        notes.extend(f"{path}: {note}" for note in _option_notes(found))
        return {**side, **found.options}

    kinds: dict[str, type[Join | Aggregate]] = {"join": Join, "aggregate": Aggregate}
    sides = {key: (kind, given[key]) for key, kind in kinds.items() if given.get(key)}
    found = {
        key: understood(kind, one) if isinstance(one, dict) else [understood(kind, each) for each in one]
        for key, (kind, one) in sides.items()
    }
    return given | found, notes


def propose(file: str, targets: Sequence[str], folder: Path, overrides: Sequence[str] = ()) -> Proposal:
    """Propose the config for a table, to be written into a folder: its columns, and the recipe for tables.

    Identifiers and rows without a target are dropped; columns that may repeat the target are left to the user.
    Overrides say how the file is read where that cannot be seen, and change other keys of the config. Raise DataError
    where the table cannot be read or lacks the target, UsageError for a target that is named twice.
    """
    if len(set(targets)) < len(targets) or not all(targets):
        raise UsageError("--target takes the name of a column, each once", "write it once for each target")
    given, others = _options(file, targets, overrides)
    target = targets[0] if len(targets) == 1 else tuple(targets)

    def read_by(options: dict[str, Any]) -> TableRows:
        return Table(path=file, target=target, **options).read(Path.cwd())

    with hints_as_overrides(), standard_input_kept() if file == STDIN else nullcontext():
        given, side_notes = _with_sides(file, given)
        understood, read = _understood(file, targets, given, read_by)
    if label_delimiter := _label_delimiter(read, targets, given):
        given = {**given, "label_delimiter": label_delimiter}
        read = divided_into_labels(read, targets[0], label_delimiter)
    labels = read.schema.labels
    predicted = targets if labels is None else labels.labels
    found = inspect(read.frame, predicted)
    dropped = _identifiers(file, found, given, predicted)
    path = moved_path(file, Path.cwd(), folder)
    options = {**given, **understood.options} | _moved_sides(given, folder)
    if dropped:
        options["drop"] = [*options.get("drop", ()), *dropped]
        codes = [name for name in options.pop("categorical", ()) if name not in dropped]
        options |= {"categorical": codes} if codes else {}
    comments = {**understood.comments, **({} if labels is None else {"label_delimiter": _label_rows(found)})}
    lines = [*_head(file, targets, found), *_dataset(path, targets, found, options, comments), ""]
    recipe = preset_text(RECIPE).partition("\n")
    split = "split: {test: 0.2, validation: 0.2}   # shares of the rows; classes keep their shares in each part\n"
    text = "\n".join([*lines, split, f"# {recipe[0].lstrip('# ')}", recipe[2]])
    notes = [*_notes(understood, found), *side_notes, *_labels(read, targets, found), *read.notes]
    return Proposal(_with_others(text, others), tuple(dropped), tuple(notes), tuple(_warnings(found)))


def _identifiers(file: str, found: Inspection, given: dict[str, Any], predicted: Sequence[str]) -> list[str]:
    """Return the columns that look like identifiers and no option names; raise DataError where no other is left."""
    named = ReadOptions(path=file, **_reading(given)).named
    names = [finding.columns[0] for finding in found.findings if finding.fault == "identifier"]
    dropped = [name for name in names if name not in named]
    if not {column.name for column in found.columns} - {*predicted, *dropped}:
        hint = f"write {quote(f'categorical={flow(dropped)}')} to learn from what looks like an identifier"
        raise DataError(f"{file} has no columns left to learn from", hint if dropped else "the target is all it has")
    return dropped


def _moved_sides(options: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the options of other tables, with paths from the folder of the config."""

    def moved(side: dict[str, Any]) -> dict[str, Any]:
        return {**side, "path": moved_path(side["path"], Path.cwd(), folder)}

    sides = {key: options[key] for key in ("join", "aggregate") if options.get(key)}
    return {key: moved(one) if isinstance(one, dict) else list(map(moved, one)) for key, one in sides.items()}


def _reading(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in options.items() if key in ReadOptions.model_fields}


def _options(file: str, targets: Sequence[str], overrides: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the options of the table that overrides give, and the overrides of other keys."""
    target = flow(targets[0] if len(targets) == 1 else list(targets))
    text = f"dataset: {{table: {{path: {flow(file)}, target: {target}}}}}\nlayers: [linear]\n"
    loaded = load_alone(Path(file), text.encode(), overrides)
    table = loaded.experiment.dataset
    if not isinstance(table, Table) or table.path != file:
        raise UsageError("--data names the table", "leave dataset= and path= out")
    written = table.model_dump(exclude_unset=True)
    given = {key: list(value) if isinstance(value, tuple) else value for key, value in written.items()}
    others = [text for text in overrides if key_of(text).partition(".")[0] != "dataset"]
    return {key: value for key, value in given.items() if key not in ("path", "target")}, others


def _with_others(text: str, overrides: Sequence[str]) -> str:
    """Return a config with other keys set: each in place of its lines, or at the end."""
    if not overrides:
        return text
    root = load_alone(Path("table.yaml"), text.encode(), overrides).root
    for key in dict.fromkeys(key_of(override).partition(".")[0] for override in overrides):
        node = root.child(key)
        line = f"{key}: {flow(node.plain())}\n" if node else ""
        block = re.compile(rf"^{re.escape(key)}:.*\n(?:[ \t-].*\n)*", re.MULTILINE)
        text = block.sub(lambda _, line=line: line, text) if block.search(text) else f"{text.rstrip()}\n{line}"  # type: ignore[misc]
    return text


def _option_notes(understood: Understanding) -> Iterator[str]:
    """Yield each option that was understood of a file, with its comment."""
    for key, value in understood.options.items():
        comment = understood.comments.get(key)
        yield f"{key}: {shown(flow(value), 60)}{f'   ({comment})' if comment else ''}"


def _notes(understood: Understanding, found: Inspection) -> Iterator[str]:
    """Yield what was understood of a file, and what becomes of rows without a target."""
    yield from _option_notes(understood)
    for finding in found.findings:
        if finding.fault == "target":
            missing, _, _ = finding.message.partition(" row")
            have = "has no target and is" if missing == "1" else "have no target and are"
            yield f"{missing} of {found.rows} rows {have} left out (drop_rows: true)"


def _warnings(found: Inspection) -> Iterator[str]:
    """Yield the findings that init shows, with hints as overrides."""
    advice = "; drop it if it is not known when you predict"
    for one in found.findings:
        if one.fault in ("predictor", *REPORTED):
            yield as_override(one.message + advice * (one.fault == "predictor"))


def _label_rows(found: Inspection) -> str:
    """Return the number of labels, and the rows of each of the first."""
    rows = (f"{label} {counts['1']}" for label, counts in found.classes.items())
    return f"{len(found.classes)} labels: {listed(rows, MOST_CLASSES)}"


def _label_delimiter(read: TableRows, targets: Sequence[str], given: Mapping[str, Any]) -> str | None:
    """Return what stands between the labels of a cell of the only target; None where that is given, or unclear."""
    column = read.frame.columns.get(targets[0])
    if len(targets) > 1 or column is None or column.kind != "category" or {"label_delimiter", "task"} & given.keys():
        return None
    found = tags_of(column.level_counts())
    unclear = found is None or found[0] in UNCLEAR or set(found[1]) & set(read.frame.columns)
    return None if unclear or found is None else found[0]


def _labels(read: TableRows, targets: Sequence[str], found: Inspection) -> Iterator[str]:
    """Yield the note that the cells of the only target hold several labels, or seem to."""
    target = read.frame.columns.get(targets[0]) if len(targets) == 1 else None
    words = tags_of(target.level_counts()) if target is not None and target.kind == "category" else None
    if read.schema.labels is not None:
        yield f"label_delimiter: {flow(read.schema.labels.delimiter)}   ({_label_rows(found)})"
    elif words is not None:
        there = [tag for tag in words[1] if tag in read.frame.columns]
        what = f'"{targets[0]}" holds several words in a cell, separated by "{words[0]}": {listed(words[1], 6)}'
        yield f"{what}. Each cell is a class; to make each word a label{', name its column' if there else ''}:"
        yield f"  --target {' --target '.join(map(quote, there))}" if there else f"  label_delimiter={quote(words[0])}"


def _head(file: str, targets: Sequence[str], found: Inspection) -> Iterator[str]:
    features = len(found.columns) - max(len(targets), len(found.classes))
    name = Path(file).name if file != "-" else "standard input"
    yield _comment(
        f"{listed(targets)} of {name}: {plural(found.rows, 'row')}, {plural(features, 'column')}, task {found.task}."
    )
    yield "# `npnet data check` on this file says more; `preset: tabular` stands for all that is below the split."


def _dataset(
    path: str, targets: Sequence[str], found: Inspection, options: Mapping[str, Any], comments: Mapping[str, str]
) -> Iterator[str]:
    yield "dataset:"
    yield "  table:"
    yield f"    path: {flow(path)}"
    target = flow(targets[0] if len(targets) == 1 else list(targets))
    yield _beside(f"    target: {target}", _classes(found))
    by_fault: dict[str, list[Finding]] = {}
    for finding in found.findings:
        by_fault.setdefault(finding.fault, []).append(finding)
    for key, value in options.items():
        if key != "drop":
            yield _beside(f"    {key}: {flow(value)}", comments.get(key, ""))
    if "target" in by_fault and "drop_rows" not in options:
        yield _beside("    drop_rows: true", by_fault["target"][0].message.partition(";")[0])
    for text in first_of([finding.message.partition("; drop")[0] for finding in by_fault.get("identifier", [])], ALL):
        yield f"    {_comment(text)}"
    if dropped := options.get("drop"):
        yield _beside(f"    drop: {flow(list(dropped))}", comments.get("drop", ""))
    for fault in (*REPORTED, "predictor", "copy", "constant", "empty", "rare class", "balance"):
        advice = "; drop it if it is not known when you predict" if fault == "predictor" else ""
        for text in first_of([finding.message + advice for finding in by_fault.get(fault, [])], ALL):
            yield f"    {_comment(text)}"


def _classes(found: Inspection) -> str:
    """Return the rows of each class, for one target of classes; else the task or nothing."""
    if len(found.classes) != 1:
        return "" if found.classes else found.task
    (counts,) = found.classes.values()
    return f"{len(counts)} classes: {listed((f'{label} {rows}' for label, rows in counts.items()), MOST_CLASSES)}"


def _beside(text: str, comment: str) -> str:
    return f"{text}   {_comment(comment)}" if comment else text


def _comment(text: str) -> str:
    return f"# {shown(text, 300)}"
