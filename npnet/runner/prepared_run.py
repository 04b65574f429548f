"""A prepared run: data loaded, split and prepared, and everything checked that can be before training."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from npnet.config import Loaded
from npnet.config.experiment import conflicts
from npnet.config.writer import write_resolved
from npnet.data import Dataset, Prepared, fingerprint
from npnet.errors import ConfigError, DataError, MachineError
from npnet.experiment.compatibility import misfits
from npnet.experiment.data_info import DataInfo, prepare_folds
from npnet.experiment.resolved import ResolvedExperiment, resolve
from npnet.experiment.resources import check_memory
from npnet.machine.resources import size_text
from npnet.metrics import lacking
from npnet.model.output_transform import Calibration
from npnet.rundir.restore import DataMetadata
from npnet.runner.run_facts import data_facts
from npnet.storage.tensor_file import METADATA_LIMIT
from npnet.text import quoted


@dataclass(frozen=True)
class PreparedRun:
    """An experiment that can be trained, the folder of its config, its data, and their fingerprint."""

    experiment: ResolvedExperiment
    base: Path
    folds: list[list[Prepared]]
    fingerprint: str

    @property
    def data(self) -> Prepared:
        """The prepared data, of a cross-validation those of its first fold."""
        return self.folds[0][0]

    @property
    def noted(self) -> dict[str, Any]:
        """What run.json says of the data."""
        return {"data": self.fingerprint, **data_facts(self.data, len(self.folds))}


def prepare_run(loaded: Loaded) -> PreparedRun:
    """Load, split and prepare the data; raise DataError or ConfigError at the line of the config that is to blame."""
    experiment = loaded.experiment
    loaded.raise_for(conflicts(experiment))
    with at_line(loaded):
        dataset: Dataset = experiment.dataset.load(loaded.base, experiment.seed)
        folds = prepare_folds(experiment, dataset)
        check_metadata(folds)
    resolved = resolve_checked(loaded, folds)
    check_written(loaded, resolved)
    return PreparedRun(resolved, loaded.base, folds, fingerprint(dataset))


def resolve_checked(loaded: Loaded, folds: Sequence[Sequence[Prepared]]) -> ResolvedExperiment:
    """Resolve an experiment; raise ConfigError or DataError where it fits neither the data nor the machine."""
    resolved = resolve(loaded.experiment, DataInfo.of(folds[0][0]))
    loaded.raise_for(misfits(resolved))
    check_memory(loaded, resolved)
    check_monitor(loaded, folds)
    check_threshold(loaded, folds)
    return resolved


def check_written(loaded: Loaded, resolved: ResolvedExperiment) -> None:
    """Raise ConfigError where the config with everything filled in could not be read again."""
    try:
        write_resolved(resolved.config)
    except ConfigError as error:
        raise loaded.error((), error.message, error.hint) from error


def check_metadata(folds: Sequence[Sequence[Prepared]]) -> None:
    """DataError where the file of the weights could not hold what a run keeps of its columns and their texts."""
    metadata = DataMetadata.of([fold[0] for fold in folds], Calibration())
    size = len(json.dumps(metadata.text()))
    if size > METADATA_LIMIT:
        what = f"what is kept of the columns and their texts takes {size_text(size)}"
        most = max(metadata.preparations[0].steps, key=lambda step: len(step.model_dump_json()))
        hint = f"drop: leaves columns out, such as {quoted(most.column)}; prepare.rare pools texts of few rows"
        raise DataError(f"{what}; the weights of a run hold at most {size_text(METADATA_LIMIT)}", hint)


def check_threshold(loaded: Loaded, folds: Sequence[Sequence[Prepared]]) -> None:
    """DataError where the validation rows, of all folds together, are of one class: none is then the best threshold."""
    if not isinstance(loaded.experiment.threshold, str):
        return
    y = np.concatenate([side.parts["validation"].y for fold in folds for side in fold])
    if (y == y[0]).all():
        what = f"the validation part, which chooses it, has rows of {quoted(folds[0][0].classes[y[0]])} alone"
        hint = "give it rows of both classes, or the threshold as a number"
        raise DataError(f"{loaded.where('threshold')}: threshold {loaded.experiment.threshold}: {what}", hint)


def check_monitor(loaded: Loaded, folds: Sequence[Sequence[Prepared]]) -> None:
    """DataError where the monitored metric is undefined on its part: no epoch could then be the best."""
    part, _, name = (loaded.experiment.monitor or "_loss").partition("_")
    if name == "loss":
        return
    if lack := lack_of(part, name, folds):
        where, what = loaded.where("monitor"), f"{part}_{name} is undefined: {lack}"
        hint = f"monitor: {part}_loss is always defined; or give that part other rows"
        raise DataError(f"{where}: {what}" if where else what, hint)


def lack_of(part: str, name: str, folds: Sequence[Sequence[Prepared]]) -> str | None:
    """What a metric needs that a part lacks, of a cross-validation the part of a fold; None where it is defined."""
    for number, fold in enumerate(folds, 1):
        lacks = [lack for side in fold if (lack := lacking(name, side.parts[part].y, side.task))]
        if lacks:
            of_fold = f" of fold {number}" if len(folds) > 1 else ""
            return f"it needs {lacks[0]}, which the {part} part{of_fold} lacks"
    return None


@contextmanager
def at_line(loaded: Loaded) -> Iterator[None]:
    """Inside, an error of the data, or of a machine too small for them, gets the place of the dataset in the config."""
    try:
        yield
    except (DataError, MachineError) as error:
        key = error.key if isinstance(error, DataError) and loaded.root.child(error.key or "") else None
        problem = loaded.issue((key or "dataset",), error.message, error.hint).problem()
        raise type(error)(f"{problem.where}: {problem.message}", problem.hint) from error
    except MemoryError as error:
        what = f"{loaded.where('dataset')}: memory ran out while the data were prepared"
        raise MachineError(what, "leave columns or rows out") from error
