"""Verdicts: what is wrong with a training, with its number, its epoch, and the next command."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from npnet.registry import Registry

if TYPE_CHECKING:
    from npnet.diagnosis.probe import Probe
    from npnet.diagnosis.record import Record
    from npnet.diagnosis.sweep_verdicts import SweepRecord
    from npnet.model.predictor import SplitPredictor

Severity = Literal["problem", "warning", "note"]
Evidence = Literal["training", "record", "data", "frames", "probe", "sweep"]

SEVERITIES: tuple[Severity, ...] = ("problem", "warning", "note")
"""From the worst to the mildest."""


@dataclass(frozen=True)
class Verdict:
    """One judgement of one training: what it is about, how bad it is, a sentence, and the evidence it comes from."""

    name: str
    severity: Severity
    message: str
    evidence: Evidence
    number: float | None = None
    epoch: int | None = None
    command: str | None = None

    def __str__(self) -> str:
        return self.message


class Unjudged(Exception):
    """What a verdict needs that is not there, with the command that provides it."""

    def __init__(self, needs: str, command: str | None = None) -> None:
        super().__init__(needs)
        self.needs, self.command = needs, command


class VerdictKind:
    """A kind of verdict: what it measures, from where on it is raised and why, and who says so.

    A subclass overrides the methods of the evidence that it judges by. Each yields verdicts, or raises `Unjudged`.
    """

    severity: ClassVar[Severity] = "warning"
    number: ClassVar[str]
    threshold: ClassVar[str]
    why: ClassVar[str]
    source: ClassVar[str] = "npnet"

    def of_record(self, record: "Record") -> Iterable[Verdict]:
        """Judge by the files of the run alone."""
        return ()

    def of_data(self, training: "SplitPredictor") -> Iterable[Verdict]:
        """Judge by the data of the run, read again, or by those that a training begins with.

        A `command` is here the settings that change, as in scale=standard.
        """
        return ()

    def of_probe(self, record: "Record", probe: "Probe") -> Iterable[Verdict]:
        """Judge by the network of the run, rebuilt, and by a few steps of training."""
        return ()

    def of_sweep(self, record: "SweepRecord") -> Iterable[Verdict]:
        """Judge by the scores of a sweep."""
        return ()

    @classmethod
    def found(
        cls,
        message: str,
        number: float | None = None,
        *,
        evidence: Evidence = "record",
        severity: Severity | None = None,
        epoch: int | None = None,
        command: str | None = None,
    ) -> Verdict:
        """Return a verdict of this kind."""
        name = verdicts.name_of(cls)
        return Verdict(name, severity or cls.severity, message, evidence, number, epoch, command)

    @classmethod
    def judges_by(cls, method: str) -> bool:
        """Return whether this kind has a judgement by a method such as `of_record`."""
        return getattr(cls, method) is not getattr(VerdictKind, method)


verdicts: Registry[type[VerdictKind]] = Registry("verdict", "verdicts")


def worst_first(found: Iterable[Verdict]) -> list[Verdict]:
    """Return verdicts by severity; those of one severity in the order in which they were found."""
    return sorted(found, key=lambda one: SEVERITIES.index(one.severity))
