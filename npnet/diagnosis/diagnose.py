"""Diagnose a run: every kind of verdict is asked, and what could not be judged says what it needs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from npnet.diagnosis import (  # noqa: F401 - fill the registry
    curve_verdicts,
    data_verdicts,
    outcome_verdicts,
    probe_verdicts,
    rate_verdicts,
    setup_verdicts,
    sweep_verdicts,
    unit_verdicts,
)
from npnet.diagnosis.probe import Probe
from npnet.diagnosis.record import Record, record_of
from npnet.diagnosis.sweep_verdicts import SweepRecord
from npnet.diagnosis.verdict import Unjudged, Verdict, VerdictKind, verdicts, worst_first
from npnet.errors import DataError, RunError
from npnet.experiment.resources import limited
from npnet.rundir.restore import reopen
from npnet.rundir.run import RunFolder


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
    note: str | None = None


Judge = Callable[[VerdictKind], Iterable[Verdict]]


def diagnose(record: Record) -> Diagnosis:
    """Return the verdicts on a training by its record alone."""
    return judged({"of_record": lambda kind: kind.of_record(record)})


def diagnose_run(run: RunFolder, probing: bool = True) -> Diagnosis:
    """Return the verdicts on a run: by its record and, unless its data are gone, by its data and by probes."""
    record = record_of(run)
    judges: dict[str, Judge] = {"of_record": lambda kind: kind.of_record(record)}
    judges |= lacking("of_sweep", needs="a sweep with several seeds", command=record.seeds)
    try:
        predictor = reopen(run) if probing else None
    except (DataError, RunError) as error:
        needs = "the data of the run and its weights"
        return replace(judged(judges | lacking("of_data", "of_probe", needs=needs)), note=f"no probes: {error.message}")
    if predictor is None:
        return judged(judges | lacking("of_data", "of_probe", needs="a probe; leave out --no-probe"))
    with limited(predictor.resolved.threads):
        probe = Probe(predictor, run)
        judges["of_data"] = lambda kind: [with_command(verdict, record) for verdict in kind.of_data(predictor)]
        judges["of_probe"] = lambda kind: kind.of_probe(record, probe)
        return judged(judges)


def diagnose_sweep(record: SweepRecord) -> Diagnosis:
    """Return the verdicts on a sweep by the scores of its trials."""
    return judged({"of_sweep": lambda kind: kind.of_sweep(record)})


def with_command(verdict: Verdict, record: Record) -> Verdict:
    """Return a verdict on data, whose command is a setting, with the whole command."""
    command = "npnet data check " + record.config if verdict.command is None else record.train(verdict.command)
    return replace(verdict, command=command)


def lacking(*methods: str, needs: str, command: str | None = None) -> dict[str, Judge]:
    """Return judges that say what they need."""

    def unjudged(_: VerdictKind) -> Iterable[Verdict]:
        raise Unjudged(needs, command)

    return dict.fromkeys(methods, unjudged)


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
