"""Queries: which runs to list, by their fields, scores and settings, and in what order."""

import math
import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from npnet.errors import RunError, UsageError
from npnet.registry import nearest
from npnet.text import listed

if TYPE_CHECKING:
    from npnet.rundir.index import Entry
    from npnet.rundir.run import RunFolder

TEST = re.compile(r"\s*([\w.]+)\s*(>=|<=|!=|==|=|>|<)\s*(.+?)\s*")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "==": operator.eq,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
}
Settings = Mapping[str, Any]  # of a resolved config, by dotted keys


@dataclass(frozen=True)
class Condition:
    """A field, a comparison, and a number or a text, as test.roc_auc>0.9."""

    field: str
    sign: str
    value: float | str
    text: str

    @classmethod
    def read(cls, text: str) -> "Condition":
        """Read a condition of the command line; raise UsageError where it is not a comparison."""
        match = TEST.fullmatch(text)
        if match is None:
            raise UsageError(
                f"--filter accepts FIELD>VALUE, not {text}", "for example 'test.roc_auc>0.9' or status=done"
            )
        field, sign, value = match.groups()
        try:
            return cls(field, sign, float(value), value)
        except ValueError:
            return cls(field, sign, value, value)

    def holds(self, found: object) -> bool:
        """Return whether a value meets the condition; a missing or undefined value does not."""
        if isinstance(self.value, float) and isinstance(found, int | float):
            return not math.isnan(found) and COMPARE[self.sign](found, self.value)
        return isinstance(found, str) and COMPARE[self.sign](found, self.text)


def select(
    runs: "list[Entry]",
    conditions: Sequence[Condition],
    sort: str,
    tag: str | None,
    settings: "Callable[[Entry], Settings]",
) -> "list[Entry]":
    """Return the runs with a tag that meet all conditions, sorted by a field (-FIELD: largest first).

    Raise UsageError for a field that no run has. `settings` are read only for fields that are not in run.json or
    metrics.json, of the runs that match otherwise.
    """
    if not runs:
        return []
    from npnet.rundir.index import FACTS, reader

    known = list(dict.fromkeys([*FACTS, *(name for names in {run.names for run in runs} for name in names)]))
    key = sort.removeprefix("-")
    fields = [*(condition.field for condition in conditions), *([key] if sort else [])]
    slow = [name for name in fields if name not in known]
    readers = {name: reader(name) for name in fields if name in known}
    quick = [condition for condition in conditions if condition.field in known]
    chosen = [run for run in runs if tag is None or tag in run.tags]
    chosen = [run for run in chosen if all(one.holds(readers[one.field](run)) for one in quick)]
    if slow:
        _require_config_keys(slow, known)
        values = {run.id: settings(run) for run in chosen}
        _require_known(slow, [*known, *dict.fromkeys(name for one in values.values() for name in one)], values)
        readers |= {name: _setting_reader(name, values) for name in slow}
        late = [condition for condition in conditions if condition.field in slow]
        chosen = [run for run in chosen if all(one.holds(readers[one.field](run)) for one in late)]
    return _sorted(chosen, readers[key], sort.startswith("-")) if sort else chosen


def _sorted(runs: "list[Entry]", read: "Callable[[Entry], Any]", reverse: bool) -> "list[Entry]":
    """Return numbers before texts, and runs without a value last."""
    values = [(read(run), run) for run in runs]
    present = [pair for pair in values if not is_missing(pair[0])]
    present.sort(key=lambda pair: (isinstance(pair[0], str), pair[0]), reverse=reverse)
    return [run for _, run in present] + [run for value, run in values if is_missing(value)]


def _setting_reader(name: str, values: Mapping[str, Settings]) -> "Callable[[Entry], Any]":
    def read(run: "Entry") -> Any:
        value = values[run.id].get(name)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        return str(value).lower() if isinstance(value, bool) else str(value)

    return read


def _require_config_keys(names: Sequence[str], known: Sequence[str]) -> None:
    """Raise UsageError for a name that no config can have, before any config is read."""
    from npnet.config import Experiment

    keys = list(Experiment.model_fields)
    _require_known([name for name in names if name.partition(".")[0] not in keys], [*known, *keys], known)


def _require_known(names: Sequence[str], known: Sequence[str], runs: Collection[str]) -> None:
    for name in names:
        if runs and name not in known:
            near = nearest(name, list(known))
            hint = f"did you mean {near}?" if near else f"there are: {listed(known, 30)}"
            raise UsageError(f"no run has the field {name}", hint)


def settings_of(run: "RunFolder") -> Settings:
    """Return the settings of a run by dotted keys; empty where its config is damaged or missing."""
    from npnet.rundir.diff import settings

    try:
        return settings(run)
    except RunError:
        return {}


def scores_of(run: "RunFolder") -> dict[str, dict[str, float]]:
    """Return the scores of a run; empty while there are none."""
    try:
        return run.metrics()
    except RunError:
        return {}


def is_missing(value: object) -> bool:
    """Return whether a value is None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))
