"""Pages of several tables: a run with its data, network and scores, and a check of data."""

import shlex
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from npnet.cli.console.plain import short
from npnet.cli.console.tables import Scores, baselines_table, scores_table, table
from npnet.metrics.calibration import DecisionRule
from npnet.text import duration, first_of, listed, one_line, plural

if TYPE_CHECKING:
    from npnet.runner.data_report import DataReport

MOST_CLASSES = 40
MOST_COLUMNS = 60  # of a table, those with notes first
KINDS = {"number": "number", "category": "category", "datetime": "date"}
VERSIONS = {"npnet": "npnet", "Python": "python", "NumPy": "numpy"}


def run_page(
    info: Mapping[str, Any], epochs: int, metrics: Scores, baselines: Mapping[str, Scores], path: str
) -> RenderableType:
    """Return the page of a run: the fields of run.json, its scores, then those of baselines.

    `epochs` counts the epochs trained, `path` is the run folder.
    """
    grid = Table.grid(padding=(0, 2))
    for name, text in (*_status(info), *_data(info), *_network(info, epochs), *_environment(info), ("folder", path)):
        if text:
            grid.add_row(Text(name, style="dim"), Text(one_line(text), overflow="fold"))
    rule = DecisionRule(**info["decisions"]) if "decisions" in info else None
    tables = [scores_table(metrics, rule) if metrics else None, baselines_table(metrics, baselines, rule)]
    return Group(grid, *(piece for table in tables if table is not None for piece in (Text(), table)))


def _status(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of a run, its command, and how it ended."""
    yield "run", info["id"]
    yield "name", info["name"] if info["name"] not in info["id"] else ""
    took = "" if info["seconds"] is None else f" in {duration(info['seconds'])}"
    yield "status", f"{info['status']}{took}"
    yield "error", info["error"] or ""
    yield "started", info["started"].replace("T", " ").replace("+00:00", " UTC")
    yield "command", shlex.join(["npnet", *info["argv"][1:]])
    yield "tags", listed(info["tags"])


def _data(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the task, the target, the features and the rows."""
    if not (data := info.get("dataset")):
        return
    yield "task", data["task"]
    yield ("target" if len(data["targets"]) == 1 else "targets"), listed(data["targets"])
    count = 0 if data["task"] == "multilabel" else data["class_count"]  # labels have no classes of one target
    yield "classes", f"{count}: {listed(data['classes'], total=count)}" if count else ""
    inputs = "" if data["inputs"] == data["columns"] else f", {plural(data['inputs'], 'input')} of the network"
    yield "features", f"{plural(data['columns'], 'column')}{inputs}"
    folds = f" (first of {data['folds']} folds)" if data["folds"] > 1 else ""
    yield "rows", ", ".join(f"{count} {split}" for split, count in data["rows"].items()) + folds


def _network(info: Mapping[str, Any], epochs: int) -> Iterator[tuple[str, str]]:
    """Yield the network and its best epoch, and of a sweep the number of trials."""
    size = "" if info["parameters"] is None else f"{info['parameters']} parameters"
    yield "network", ", ".join(filter(None, (info.get("network", ""), size)))
    if info["best_epoch"] is not None:
        yield "best epoch", _best_epoch(info, epochs)
    if "trials" in info:
        best = f"; best: {info['best']}" if info.get("best") else ""
        yield "trials", f"{info['trials']}, {info.get('failed') or 0} failed{best}"


def _best_epoch(info: Mapping[str, Any], epochs: int) -> str:
    """Return the best epoch and its monitored value; of several networks first and last."""
    found = info.get("monitored")
    if found is None:
        return f"{info['best_epoch']} of {epochs}"
    first, last, value = found["first_epoch"], found["last_epoch"], f"{found['name']} {short(found['value'])}"
    if found["networks"] == 1:
        return f"{first} of {epochs}: {value}"
    return f"{first} to {last} of {epochs}, each network its own: {value}, their mean"


def _environment(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the versions, the machine and the git commit."""
    versions, machine = info["versions"], info["machine"]
    found = [f"{name} {versions[key]}" for name, key in VERSIONS.items() if versions.get(key)]
    blas = machine.get("blas")
    if isinstance(blas, dict) and blas.get("name"):
        found.append(f"{blas['name']} {blas.get('version') or ''}".strip())
        found += [] if blas.get("threads") is None else [plural(blas["threads"], "thread")]
    yield "environment", ", ".join(found)
    yield "machine", ", ".join(str(machine[key]) for key in ("cpu", "system") if machine.get(key))
    yield "git commit", info["git"] or ""
    if info.get("bitwise") is False:
        yield "repeat", "was resumed under other conditions: a repeat may differ in the last bits"


def data_page(report: "DataReport") -> RenderableType:
    """Return the columns, the rows of each split by class, and the findings, a line each."""
    inspection = report.inspection
    features = len(inspection.columns) - sum(role == "target" for role in report.roles.values())
    targets = listed(name for name, role in report.roles.items() if role == "target")
    head = f"{plural(inspection.rows, 'row')}, {plural(features, 'feature')}, {inspection.task} target {targets}"
    findings = [Text(one_line(note)) for note in first_of(report.notes, "--json lists all")]
    for _, same in groupby(inspection.findings, lambda finding: finding.fault):
        messages = first_of([finding.message for finding in same], "--json lists all")
        findings += [Text(one_line(f"! {message}")) for message in messages]
    tables: list[RenderableType] = [_columns_table(report), Text(), _splits_table(report)]
    return Group(Text(one_line(head)), Text(), *tables, *([Text(), *findings] if findings else []))


def _columns_table(report: "DataReport") -> Table:
    notes: dict[str, list[str]] = {name: [role] for name, role in report.roles.items()}
    for finding in report.inspection.findings:
        for name in finding.columns[:1]:
            notes.setdefault(name, []).append(finding.fault)
    columns = report.inspection.columns
    if len(columns) > MOST_COLUMNS:
        first = sorted(columns, key=lambda one: one.name not in notes)[:MOST_COLUMNS]  # stable
        columns = tuple(one for one in columns if one in first)
    rows = [
        [one.name, KINDS[one.kind], one.missing or "", one.distinct, ", ".join(dict.fromkeys(notes.get(one.name, [])))]
        for one in columns
    ]
    if rest := len(report.inspection.columns) - len(columns):
        rows.append([f"{plural(rest, 'more column')}; --json lists all", "", "", "", ""])
    return table(["column", "kind", "missing", "distinct", "note"], rows, ["missing", "distinct"])


def _splits_table(report: "DataReport") -> Table:
    """Return the rows of each split, and of each class with its share."""
    names, total = list(report.parts), sum(report.parts.values())
    rows = [["rows", total, "", *report.parts.values()]]
    classes = next(iter(report.classes.values()), {})
    for label in list(classes)[:MOST_CLASSES]:
        counts = [report.classes[split][label] for split in names]
        rows.append([label, sum(counts), f"{sum(counts) / total:.1%}", *counts])
    if len(classes) > MOST_CLASSES:
        rows.append([f"further classes: {len(classes) - MOST_CLASSES}", "", "", *("" for _ in names)])
    for number, end in enumerate(("from", "to") if report.spans else ()):
        rows.append([end, "", "", *(report.spans[split][number] for split in names)])
    columns = ["class" if classes else "", "all", "share" if classes else "", *names]
    return table(columns, rows, columns[1:])
