"""Exporting a run: its document, rendered by a target."""

from dataclasses import dataclass

from npnet.export.describe import describe
from npnet.export.targets import TARGETS, Files, refuse_missing_operations
from npnet.rundir.run import RunFolder
from npnet.runner.predicting import RunPredictor


@dataclass(frozen=True)
class Export:
    """The files of an export, notes on its inputs, and warnings on the run."""

    files: Files
    notes: list[str]
    warnings: list[str]


def exported(run: RunFolder, to: str) -> Export:
    """Return the export of a run to a target.

    Raise MachineError where a package of the target is missing, RunError for a damaged run, ConfigError for what the
    target cannot say.
    """
    target = TARGETS[to].code
    getattr(target, "require", lambda: None)()
    predictor = RunPredictor.of(run)
    document = describe(run, predictor)
    refuse_missing_operations(document, to)
    notes: list[str] = getattr(target, "notes", lambda _: [])(document)
    return Export(target.render(document), notes, predictor.uncorrected)
