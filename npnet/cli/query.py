"""Queries: which runs to list, by their fields and scores, and in what order."""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from npnet.errors import RunError, UsageError
from npnet.registry import nearest

if TYPE_CHECKING:
    from npnet.rundir import Run

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
FIELDS = ("id", "name", "status", "started", "finished", "seconds", "git", "data", "parameters", "best_epoch")
Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Condition:
    """A field, a comparison, a number or a text: test.roc_auc>0.9."""

    field: str
    sign: str
    value: float | str

    @classmethod
    def read(cls, text: str) -> "Condition":
        """From the command line; UsageError for what is no comparison."""
        match = TEST.fullmatch(text)
        if match is None:
            raise UsageError(f"--filter takes FIELD>VALUE, not {text}", "for example 'test.roc_auc>0.9' or status=done")
        field, sign, value = match.groups()
        return cls(field, sign, number(value))

    def holds(self, fields: Fields) -> bool:
        """Whether a run meets it; one without the field, or with an undefined score, does not."""
        found = fields.get(self.field)
        if isinstance(self.value, float) and isinstance(found, int | float):
            return not math.isnan(found) and COMPARE[self.sign](found, self.value)
        return isinstance(found, str) and COMPARE[self.sign](found, str(self.value))


@dataclass(frozen=True)
class Query:
    """Conditions that must all hold, a tag, and a field to sort by."""

    conditions: tuple[Condition, ...] = ()
    sort: str | None = None
    tag: str | None = None

    @classmethod
    def read(cls, filters: Sequence[str], sort: str | None, tag: str | None) -> "Query":
        """From the options of the command line."""
        return cls(tuple(map(Condition.read, filters)), sort, tag)

    def apply(self, runs: Sequence["Run"]) -> list["Run"]:
        """The runs that are meant, sorted; UsageError for a field that no run has."""
        fields = {run.id: fields_of(run) for run in runs}
        self._refuse_unknown(fields)
        chosen = [run for run in runs if self._meant(fields[run.id])]
        if self.sort is None:
            return chosen
        name, down = self.sort.lstrip("-"), self.sort.startswith("-")
        known = [run for run in chosen if not missing(fields[run.id].get(name))]
        known.sort(key=lambda run: fields[run.id][name], reverse=down)
        return known + [run for run in chosen if run not in known]

    def _meant(self, fields: Fields) -> bool:
        tagged = self.tag is None or self.tag in fields["tags"]
        return tagged and all(condition.holds(fields) for condition in self.conditions)

    def _refuse_unknown(self, fields: Mapping[str, Fields]) -> None:
        asked = [condition.field for condition in self.conditions] + ([self.sort.lstrip("-")] if self.sort else [])
        known = dict.fromkeys(name for one in fields.values() for name in one if name != "tags")
        for name in asked:
            if known and name not in known:
                near = nearest(name, list(known))
                hint = f"did you mean {near}?" if near else f"there are: {', '.join(known)}"
                raise UsageError(f"no run has the field {name}", hint)


def fields_of(run: "Run") -> dict[str, Any]:
    """What a run can be chosen by: the fields of run.json, its status now, test.roc_auc and the like."""
    info = run.info
    fields = {name: info[name] for name in FIELDS} | {"status": run.status, "tags": info["tags"]}
    return fields | {f"{part}.{name}": value for part, some in scores_of(run).items() for name, value in some.items()}


def scores_of(run: "Run") -> dict[str, dict[str, float]]:
    """The scores of a run; none while there are none."""
    try:
        return run.metrics()
    except RunError:
        return {}


def number(text: str) -> float | str:
    """A number where the text is one."""
    try:
        return float(text)
    except ValueError:
        return text


def missing(value: object) -> bool:
    """Whether there is nothing to sort by."""
    return value is None or (isinstance(value, float) and math.isnan(value))
