"""Diagnose a run: every kind of verdict is asked, and what could not be judged says what it needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from npnet.diagnosis import curve_verdicts, outcome_verdicts  # noqa: F401 - fill the registry
from npnet.diagnosis.record import Record
from npnet.diagnosis.verdict import Unjudged, Verdict, VerdictKind, verdicts, worst_first


@dataclass(frozen=True)
class Need:
    """What a kind of verdict needs to be judged, with the command that provides it."""

    name: str
    needs: str
    command: str | None = None


@dataclass(frozen=True)
class Diagnosis:
    """The verdicts on a run, the worst first; the kinds that found nothing, and those that could not be judged."""

    verdicts: tuple[Verdict, ...]
    passed: tuple[str, ...]
    unjudged: tuple[Need, ...]


Judge = Callable[[VerdictKind], Iterable[Verdict]]


def diagnose(record: Record) -> Diagnosis:
    """Return the verdicts on a run."""
    return judged({"of_record": lambda kind: kind.of_record(record)})


def judged(judges: dict[str, Judge]) -> Diagnosis:
    """Ask every kind by each method that it has."""
    found, passed, needs = list[Verdict](), list[str](), list[Need]()
    for name, kind in verdicts.items():
        asked = [judge for method, judge in judges.items() if kind.judges_by(method)]
        own, lacking = list[Verdict](), list[Need]()
        for judge in asked:
            try:
                own += judge(kind())
            except Unjudged as reason:
                lacking.append(Need(name, reason.needs, reason.command))
        found += own
        if asked and not own and len(lacking) < len(asked):
            passed.append(name)
        elif asked and not own:
            needs.append(lacking[0])
    return Diagnosis(tuple(worst_first(found)), tuple(passed), tuple(needs))
