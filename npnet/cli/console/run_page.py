"""The page of a run: what was trained on what, how it ended, and its scores, as a person reads them."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from npnet.cli.console.numbers import duration, short
from npnet.cli.console.tables import Scores, baselines_text, scores_text
from npnet.metrics.calibration import DecisionRule
from npnet.text import listed, one_line


def run_page(
    info: Mapping[str, Any], epochs: int, metrics: Scores, baselines: Mapping[str, Scores], path: str
) -> RenderableType:
    """The facts of run.json, a line each, then the scores, then those of baselines; `epochs` are those trained."""
    grid = Table.grid(padding=(0, 2))
    for name, text in (*_course(info), *_subject(info, epochs), *_surroundings(info), ("folder", path)):
        if text:
            grid.add_row(Text(name, style="dim"), Text(one_line(text), overflow="fold"))
    rule = DecisionRule(**info["decisions"]) if "decisions" in info else None
    tables = [scores_text(metrics, rule) if metrics else None, baselines_text(metrics, baselines, rule)]
    return Group(grid, *(piece for table in tables if table is not None for piece in (Text(), table)))


def _course(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Which run it is, and how it came about and ended."""
    yield "run", info["id"]
    yield "name", info["name"] if info["name"] not in info["id"] else ""
    took = "" if info["seconds"] is None else f" in {duration(info['seconds'])}"
    yield "status", f"{info['status']}{took}"
    yield "error", info["error"] or ""
    yield "started", info["started"].replace("T", " ").replace("+00:00", " UTC")
    yield "command", shlex.join(["npnet", *info["argv"][1:]])
    yield "tags", listed(info["tags"])


def _subject(info: Mapping[str, Any], epochs: int) -> Iterator[tuple[str, str]]:
    """What was predicted from what, and by which network."""
    if data := info.get("dataset"):
        yield "task", data["task"]
        yield ("target" if len(data["targets"]) == 1 else "targets"), listed(data["targets"])
        yield "classes", _classes(data)
        yield "features", _features(data)
        yield "rows", _rows(data)
    yield "network", _network(info)
    if info["best_epoch"] is not None:
        yield "best epoch", _best(info, epochs)
    if "trials" in info:
        best = f"; best: {info['best']}" if info.get("best") else ""
        yield "trials", f"{info['trials']}, {info.get('failed') or 0} failed{best}"


def _best(info: Mapping[str, Any], epochs: int) -> str:
    """The best epoch of those trained, of several networks the first and the last, and the monitored value there."""
    found = info.get("monitored")
    if found is None:
        return f"{info['best_epoch']} of {epochs}"
    first, last, value = found["first_epoch"], found["last_epoch"], f"{found['name']} {short(found['value'])}"
    if found["networks"] == 1:
        return f"{first} of {epochs}: {value}"
    return f"{first} to {last} of {epochs}, each network its own: {value}, their mean"


def _classes(data: Mapping[str, Any]) -> str:
    if not data["class_count"] or data["task"] == "multilabel":  # whose positive words are no classes of one target
        return ""
    return f"{data['class_count']}: {listed(data['classes'], total=data['class_count'])}"


def _features(data: Mapping[str, Any]) -> str:
    inputs = "" if data["inputs"] == data["columns"] else f", {data['inputs']} inputs of the network"
    return f"{data['columns']} column{'s' * (data['columns'] != 1)}{inputs}"


def _rows(data: Mapping[str, Any]) -> str:
    folds = f" (first of {data['folds']} folds)" if data["folds"] > 1 else ""
    return ", ".join(f"{count} {part}" for part, count in data["rows"].items()) + folds


def _network(info: Mapping[str, Any]) -> str:
    count = "" if info["parameters"] is None else f"{info['parameters']} parameters"
    return ", ".join(filter(None, (info.get("network", ""), count)))


def _surroundings(info: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Where it was trained, and with what."""
    versions, machine = info["versions"], info["machine"]
    named = {"npnet": "npnet", "Python": "python", "NumPy": "numpy"}
    found = [f"{name} {versions[key]}" for name, key in named.items() if versions.get(key)]
    blas = machine.get("blas")
    if isinstance(blas, dict) and blas.get("name"):
        found.append(f"{blas['name']} {blas.get('version') or ''}".strip())
        threads = blas.get("threads")
        found += [] if threads is None else [f"{threads} thread{'s' * (threads != 1)}"]
    yield "environment", ", ".join(found)
    yield "machine", ", ".join(str(machine[key]) for key in ("cpu", "system") if machine.get(key))
    yield "git commit", info["git"] or ""
    if info.get("bitwise") is False:
        yield "repeat", "was resumed under other conditions: a repeat may differ in the last bits"
