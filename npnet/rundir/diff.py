"""The differences between runs: settings, scores, and what may explain other numbers."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from npnet.config.nodes import config_error
from npnet.config.reader import read
from npnet.errors import ConfigError, RunError
from npnet.rundir import names
from npnet.rundir.info import fingerprint
from npnet.rundir.run import RunFolder

WITHOUT_EFFECT = ("checkpoint_every", "record")  # settings that change no number
Pairs = dict[str, tuple[Any, Any]]  # dotted name -> the value in each run; None where a run has none


@dataclass(frozen=True)
class Difference:
    """Settings of resolved.yaml, metrics, and fields of run.json that differ between two runs.

    `machine` holds versions, processor, BLAS, threads, git commit and data. `explains` names possible reasons for other
    metrics: settings and data, or, where these are equal, what changes last bits.
    """

    settings: Pairs
    metrics: Pairs
    machine: Pairs
    explains: tuple[str, ...]


def difference(first: RunFolder, second: RunFolder) -> Difference:
    """Compare two runs; every field is empty where nothing differs. Raise RunError for a damaged run."""
    differing = _unequal(settings(first), settings(second))
    metrics = _unequal(_metrics(first), _metrics(second))
    explains = _explaining(first.info, second.info, differing) if metrics else ()
    return Difference(differing, metrics, _unequal(_machine(first), _machine(second)), explains)


def _explaining(first: dict[str, Any], second: dict[str, Any], differing: Pairs) -> tuple[str, ...]:
    data = ("data",) if first["data"] != second["data"] else ()
    found = (*data, *(name for name in differing if name.partition(".")[0] not in WITHOUT_EFFECT))
    if found:
        return found
    bits = _unequal(*(fingerprint(info["versions"], info["machine"]) for info in (first, second)))
    resumed = any(info.get("bitwise") is False for info in (first, second))
    return (*bits, *(["a resume under other conditions"] if resumed else []))


def differing_settings(runs: Sequence[RunFolder]) -> dict[str, list[Any]]:
    """Return the settings that differ among runs, with their value in each; None where missing."""
    found = [settings(run) for run in runs]
    values = {name: [one.get(name) for one in found] for name in dict.fromkeys(name for one in found for name in one)}
    return {name: row for name, row in values.items() if not all(_same(row[0], value) for value in row)}


def settings(run: RunFolder) -> dict[str, Any]:
    """Return the settings of resolved.yaml by dotted keys; raise RunError where it is damaged."""
    try:
        return flat_settings(run.read(names.RESOLVED), names.RESOLVED)
    except ConfigError as error:
        raise RunError(f"{run.resolved_path} cannot be used: {error.message}") from error


def flat_settings(text: bytes, name: str) -> dict[str, Any]:
    """Return the settings of a config by dotted keys, such as layers.0.linear.units; raise ConfigError."""
    root, issues = read(text, name)
    if issues:
        raise config_error(issues)
    return dict(_flat(root.plain()))


def changed(before: bytes, now: bytes, name: str) -> Pairs:
    """Return the settings that differ between two texts of a config; raise ConfigError where one is invalid."""
    return _unequal(flat_settings(before, name), flat_settings(now, name))


def _metrics(run: RunFolder) -> dict[str, Any]:
    return dict(_flat(run.metrics())) if run.file(names.METRICS).exists() else {}


def _machine(run: RunFolder) -> dict[str, Any]:
    info = run.info
    return dict(_flat({**info["versions"], **info["machine"], "git": info["git"], "data": info["data"]}))


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(item, dict | list) for item in value):
        for position, item in enumerate(value):
            yield from _flat(item, f"{name}.{position}")
    else:
        yield name, value


def _unequal(first: dict[str, Any], second: dict[str, Any]) -> Pairs:
    pairs = {name: (first.get(name), second.get(name)) for name in (first | second)}
    return {name: pair for name, pair in pairs.items() if not _same(*pair)}


def _same(first: Any, second: Any) -> bool:
    both_nan = isinstance(first, float) and isinstance(second, float) and math.isnan(first) and math.isnan(second)
    return both_nan or first == second
