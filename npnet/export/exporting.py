"""Exporting a run: its document, rendered by a target."""

from dataclasses import dataclass

from npnet.export.checking import feeds_of, require_equal, rows_of_run
from npnet.export.describe import describe
from npnet.export.targets import TARGETS, Files, refuse_missing_operations
from npnet.rundir.run import RunFolder
from npnet.runner.predictions.predicting import RunPredictor


@dataclass(frozen=True)
class Export:
    """The files of an export, notes on its inputs and its check, and warnings on the run."""

    files: Files
    notes: list[str]
    warnings: list[str]


def exported(run: RunFolder, to: str) -> Export:
    """Return the export of a run to a target.

    Raise MachineError where a package of the target is missing, RunError for a damaged run, ConfigError for what the
    target cannot say, NpnetError for an export that predicts otherwise than npnet.
    """
    target = TARGETS[to].code
    getattr(target, "require", lambda: None)()
    predictor = RunPredictor.of(run)
    document = describe(run, predictor)
    refuse_missing_operations(document, to)
    files = target.render(document)
    notes: list[str] = getattr(target, "notes", lambda _: [])(document)
    if hasattr(target, "predictions"):
        frame, real = rows_of_run(run, document)
        found = target.predictions(files, document, feeds_of(document, frame))
        largest = require_equal(document, predictor, frame, found)
        rows = "rows of the run" if real else "made-up rows, as the data of the run are gone"
        notes.append(f"checked on {len(frame)} {rows}: largest deviation {largest:.1e}")
    return Export(files, notes, predictor.uncorrected)
