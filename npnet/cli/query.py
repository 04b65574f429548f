"""Queries: which runs to list, by their fields and scores, and in what order."""

import math
import operator
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from npnet.errors import RunError, UsageError
from npnet.registry import nearest
from npnet.rundir.entry import FACTS, Entry, reader
from npnet.text import listed

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
Reader = Callable[[Entry], Any]  # the value of a field in a run; None where it has none
Settings = Callable[[Entry], Mapping[str, Any]]  # what its resolved.yaml says, by dotted keys


@dataclass(frozen=True)
class Condition:
    """A field, a comparison, a number or a text: test.roc_auc>0.9."""

    field: str
    sign: str
    value: float | str
    text: str

    @classmethod
    def read(cls, text: str) -> "Condition":
        """From the command line; UsageError for what is no comparison."""
        match = TEST.fullmatch(text)
        if match is None:
            raise UsageError(f"--filter takes FIELD>VALUE, not {text}", "for example 'test.roc_auc>0.9' or status=done")
        field, sign, value = match.groups()
        return cls(field, sign, number(value), value)

    def holds(self, found: object) -> bool:
        """Whether a value meets it; nothing, or an undefined score, does not."""
        if isinstance(self.value, float) and isinstance(found, int | float):
            return not math.isnan(found) and COMPARE[self.sign](found, self.value)
        return isinstance(found, str) and COMPARE[self.sign](found, self.text)


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

    def apply(self, runs: Sequence[Entry], settings: Settings) -> list[Entry]:
        """The runs that are meant, sorted; UsageError for a field that no run has.

        `settings` are read only for a field that is none of run.json or metrics.json, of the runs that the rest leaves.
        """
        if not runs:
            return []
        known = known_fields(runs)
        slow = [name for name in self._asked() if name not in known]
        refuse_no_settings(slow, known)
        chosen = [run for run in runs if self.tag is None or self.tag in run.tags]
        chosen = self._those_that_hold(chosen, {name: reader(name) for name in known})
        if not slow:
            return self._sorted(chosen, reader)
        said = {run.id: settings(run) for run in chosen}
        refuse_unknown(slow, [*known, *dict.fromkeys(name for one in said.values() for name in one)], said)
        readers = {name: setting(name, said) for name in slow}
        chosen = self._those_that_hold(chosen, readers)
        return self._sorted(chosen, lambda name: readers.get(name) or reader(name))

    def _asked(self) -> list[str]:
        names = [condition.field for condition in self.conditions]
        return [*names, self.sort.removeprefix("-")] if self.sort else names

    def _those_that_hold(self, runs: list[Entry], readers: Mapping[str, Reader]) -> list[Entry]:
        for condition in self.conditions:
            if read := readers.get(condition.field):
                runs = [run for run in runs if condition.holds(read(run))]
        return runs

    def _sorted(self, runs: list[Entry], reading: Callable[[str], Reader]) -> list[Entry]:
        """Numbers before texts, and last the runs that have nothing to sort by."""
        if not self.sort:
            return runs
        read = reading(self.sort.removeprefix("-"))
        values = [(read(run), run) for run in runs]
        there = [pair for pair in values if not missing(pair[0])]
        there.sort(key=lambda pair: (isinstance(pair[0], str), pair[0]), reverse=self.sort.startswith("-"))
        return [run for _, run in there] + [run for value, run in values if missing(value)]


def known_fields(runs: Sequence[Entry]) -> list[str]:
    """What a run can be chosen by without a look into its config: the fields of run.json, test.roc_auc and the like."""
    scores = dict.fromkeys(run.names for run in runs)
    return list(dict.fromkeys([*FACTS, *(name for names in scores for name in names)]))


def setting(name: str, said: Mapping[str, Mapping[str, Any]]) -> Reader:
    """What reads a setting from those of every run: a number, or a text as the config has it."""

    def read(run: Entry) -> Any:
        value = said[run.id].get(name)
        if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
            return value
        return str(value).lower() if isinstance(value, bool) else str(value)

    return read


def refuse_no_settings(names: Sequence[str], known: Sequence[str]) -> None:
    """UsageError for a name that no config can have, before any config is read."""
    if names:
        from npnet.config import Experiment

        keys = list(Experiment.model_fields)
        refuse_unknown([name for name in names if name.partition(".")[0] not in keys], [*known, *keys], known)


def refuse_unknown(names: Sequence[str], known: Sequence[str], runs: Collection[str]) -> None:
    """UsageError for the first name that is not known, where there are runs that could have it."""
    for name in names:
        if runs and name not in known:
            near = nearest(name, list(known))
            hint = f"did you mean {near}?" if near else f"there are: {listed(known, 30)}"
            raise UsageError(f"no run has the field {name}", hint)


def settings_of(run: "Run") -> dict[str, Any]:
    """The settings of a run by dotted keys; none where its config is damaged or missing."""
    from npnet.rundir import settings

    try:
        return settings(run)
    except RunError:
        return {}


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
