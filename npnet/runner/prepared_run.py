"""A prepared run: data loaded, split and prepared, everything checked, and weights of another run taken over."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from npnet.config import Experiment, Loaded
from npnet.config.experiment import conflicts
from npnet.config.writer import write_resolved
from npnet.data import Dataset, Prepared, fingerprint
from npnet.data.columns import Column, Frame
from npnet.data.datasets import VALUES
from npnet.data.datasets.table import Table
from npnet.data.datasets.targets import Target
from npnet.data.datasets.windows import TIME
from npnet.data.preprocessing import Preparation
from npnet.data.split import parts_of
from npnet.engine.graph import network_text
from npnet.errors import ConfigError, DataError, MachineError, RunError
from npnet.experiment.compatibility import misfits
from npnet.experiment.resolved import DataInfo, ResolvedExperiment, prepare_folds, resolve
from npnet.experiment.resources import check_memory
from npnet.machine.resources import size_text
from npnet.metrics import lacking
from npnet.model.outputs import Calibration
from npnet.model.predictor import SplitPredictor
from npnet.model.trainer import Trainer
from npnet.rundir.plugins import plugins_field
from npnet.rundir.restore import DataMetadata, read_weights
from npnet.rundir.run import RunFolder, best_trial_of, find
from npnet.storage.tensor_file import METADATA_LIMIT
from npnet.text import quoted

if TYPE_CHECKING:
    from npnet.data.checks.oddities import Finding, FindingKind

SUGGESTIONS = ("skew", "counts", "repeated")  # kinds of findings that need not be mistakes
NAMES, LETTERS = 20, 60  # names of targets and classes in run.json, and letters of each


@dataclass(frozen=True)
class PreparedRun:
    """An experiment that can be trained, the folder of its config, its data, and their fingerprint."""

    experiment: ResolvedExperiment
    base: Path
    folds: list[list[Prepared]]
    fingerprint: str

    @property
    def data(self) -> Prepared:
        """The prepared data of the first fold."""
        return self.folds[0][0]

    @property
    def noted(self) -> dict[str, Any]:
        """The fields of run.json about the data."""
        return {"data": self.fingerprint, "dataset": data_fields(self.data, len(self.folds))}


def prepare_run(loaded: Loaded) -> PreparedRun:
    """Load, split and prepare the data; raise DataError or ConfigError at the line of the config at fault."""
    experiment = loaded.experiment
    loaded.raise_for(conflicts(experiment))
    with at_line(loaded):
        dataset: Dataset = experiment.dataset.load(loaded.base, experiment.seed)
        folds = prepare_folds(experiment, dataset)
        check_metadata(folds)
        if isinstance(experiment.dataset, Table):
            folds[0][0] = _with_findings(experiment, experiment.dataset, dataset, folds[0][0])
        elif dataset.times is not None and dataset.text is None and experiment.cv is None:
            folds[0][0] = replace(folds[0][0], remarks=_periods(experiment, dataset, TIME))
    resolved = resolve_checked(loaded, folds)
    try:
        write_resolved(resolved.config)
    except ConfigError as error:  # it could not be read again
        raise loaded.error((), error.message, error.hint) from error
    return PreparedRun(resolved, loaded.base, folds, fingerprint(dataset))


def _with_findings(experiment: Experiment, source: Table, dataset: Dataset, data: Prepared) -> Prepared:
    """Return prepared data with the findings about names, texts, the target, and rows that are in two sets.

    Beside those that need not be mistakes, the remarks say from when to when each set reaches.
    """
    from npnet.data.checks.oddities import repeated_in_test

    found, periods = oddities_of(experiment, dataset), list[str]()
    if experiment.cv is None:
        parts = parts_of(dataset, experiment.split, experiment.seed)
        found += repeated_in_test(dataset, parts)
        periods = [] if source.time is None else [*_periods(experiment, dataset, source.time)]
    remarks = [finding.message for finding in found if finding.fault in SUGGESTIONS]
    notes = [finding.message for finding in found if finding.fault not in SUGGESTIONS]
    return replace(data, notes=(*data.notes, *notes), remarks=(*remarks, *periods))


def _periods(experiment: Experiment, dataset: Dataset, time: str) -> tuple[str, ...]:
    """Return from when to when each set reaches, by the column of time or the mark of windows."""
    from npnet.data.checks.oddities import spans

    times = spans(dataset, parts_of(dataset, experiment.split, experiment.seed), time).items()
    return tuple(f"{name}: {time} from {first} to {last}" for name, (first, last) in times)


def oddities_of(experiment: Experiment, dataset: Dataset) -> "list[Finding]":
    """Return the findings about the names and texts of a table, and about its target."""
    from npnet.data.checks.oddities import oddities

    classes = (dataset.classes,) if dataset.task in ("binary", "multiclass") else ()
    target = Target(task=dataset.task, names=dataset.target_columns, classes=classes)
    return oddities(with_targets(dataset), target, dataset.y.reshape(len(dataset), -1), settled(experiment))


def settled(experiment: Experiment) -> "set[FindingKind]":
    """Return the kinds of findings that the config has decided already."""
    source = experiment.dataset
    found: set[FindingKind] = set()
    if not isinstance(source, Table):
        return {"skew", "counts", "header"}
    if experiment.target_transform is not None:
        found.add("skew")
    if source.task is not None:
        found.add("counts")
    return found


def with_targets(dataset: Dataset) -> Frame:
    """Return the features of a dataset with its targets beside them, classes by name."""
    y = dataset.y.reshape(len(dataset), -1)
    each = zip(dataset.target_columns, y.T, strict=True)
    if dataset.task in VALUES or dataset.task == "multilabel":
        targets = [Column(name, "number", values) for name, values in each]
    else:
        targets = [Column(name, "category", codes.astype(np.int32), dataset.classes) for name, codes in each]
    return Frame({**dataset.frame.columns, **{column.name: column for column in targets}}, dataset.frame.rows)


def resolve_checked(loaded: Loaded, folds: Sequence[Sequence[Prepared]]) -> ResolvedExperiment:
    """Resolve an experiment; raise ConfigError or DataError where it fits neither the data nor the machine."""
    resolved = resolve(loaded.experiment, DataInfo.of(folds[0][0]))
    loaded.raise_for(misfits(resolved))
    check_memory(resolved, loaded)
    check_choices(loaded, folds)
    return resolved


def check_metadata(folds: Sequence[Sequence[Prepared]]) -> None:
    """Raise DataError where the file of weights could not hold the metadata of the columns and their texts."""
    metadata = DataMetadata.of([fold[0] for fold in folds], Calibration())
    size = len(json.dumps(metadata.text()))
    if size > METADATA_LIMIT:
        what = f"what is kept of the columns and their texts takes {size_text(size)}"
        first = metadata.preparations[0]
        if len(first.aggregates) and 2 * sum(len(one.model_dump_json()) for one in first.aggregates) > len(
            first.text()
        ):
            hint = "aggregate: of the table itself keeps every key, with time every row; use a key of fewer values"
            raise DataError(f"{what}; the weights of a run hold at most {size_text(METADATA_LIMIT)}", hint)
        most = max(first.steps, key=lambda step: len(step.model_dump_json()))
        hint = f"drop: leaves columns out, such as {quoted(most.column)}; prepare.rare pools texts of few rows"
        raise DataError(f"{what}; the weights of a run hold at most {size_text(METADATA_LIMIT)}", hint)


def check_choices(loaded: Loaded, folds: Sequence[Sequence[Prepared]]) -> None:
    """Raise DataError where no epoch could be the best, as monitor is undefined on its split, or no threshold could.

    No threshold is the best where the validation rows of all folds are of one class.
    """
    e = loaded.experiment
    split, _, name = (e.monitor or "_loss").partition("_")
    if name != "loss" and (lack := lack_of(split, name, folds)):
        where, what = loaded.where("monitor"), f"{split}_{name} is undefined: {lack}"
        hint = f"monitor: {split}_loss is always defined; or give that set other rows"
        raise DataError(f"{where}: {what}" if where else what, hint)
    if isinstance(e.threshold, str):
        y = np.concatenate([side.parts["validation"].each_target.y for fold in folds for side in fold])
        if (y == y[0]).all():
            what = f"the validation set, which chooses it, has rows of {quoted(folds[0][0].classes[y[0]])} alone"
            hint = "give it rows of both classes, or the threshold as a number"
            raise DataError(f"{loaded.where('threshold')}: threshold {e.threshold}: {what}", hint)


def lack_of(split: str, name: str, folds: Sequence[Sequence[Prepared]]) -> str | None:
    """Return what a metric needs that a split of a fold lacks; None where the metric is defined."""
    for number, fold in enumerate(folds, 1):
        lacks = [lack for side in fold if (lack := lacking(name, side.parts[split].each_target.y, side.task))]
        if lacks:
            of_fold = f" of fold {number}" if len(folds) > 1 else ""
            return f"it needs {lacks[0]}, which the {split} set{of_fold} lacks"
    return None


@contextmanager
def at_line(loaded: Loaded) -> Iterator[None]:
    """Inside, an error of the data, or of a machine too small for them, gets the line of the dataset."""
    try:
        yield
    except (DataError, MachineError) as error:
        key = error.key if isinstance(error, DataError) and loaded.root.child(error.key or "") else None
        problem = loaded.issue((key or "dataset",), error.message, error.hint).problem()
        raise type(error)(f"{problem.where}: {problem.message}", problem.hint) from error
    except MemoryError as error:
        what = f"{loaded.where('dataset')}: memory ran out while the data were prepared"
        raise MachineError(what, "leave columns or rows out") from error


def training_info(models: SplitPredictor) -> dict[str, Any]:
    """Return the fields of run.json about a training: the network in a line, its parameters, data and plugins."""
    network = network_text(models.experiment.layers, models.data.inputs)
    data = data_fields(models.data, len(models.folds))
    fields = {"network": network, "parameters": models.size, "dataset": data}
    return fields | plugins_field(models.experiment)


def data_fields(data: Prepared, folds: int) -> dict[str, Any]:
    """Return task, targets, classes, columns, inputs, and the rows of each split in the first fold, for run.json."""
    return {
        "task": data.task,
        "targets": [name[:LETTERS] for name in data.targets[:NAMES]],
        "classes": [name[:LETTERS] for name in data.classes[:NAMES]],
        "class_count": len(data.classes),
        "columns": len(data.features),
        "inputs": data.inputs,
        "folds": folds,
        "rows": {name: len(part.y) for name, part in data.parts.items()},
    }


def start_from(trainer: Trainer, base: Path, runs_dir: Path) -> RunFolder | None:
    """Take over the weights of the run that `weights` names, if any; return that run.

    Raise RunError where they are of another network, or have an input, target or class in another position.
    """
    run = run_to_start_from(trainer.experiment, base, runs_dir)
    if run is not None:
        tensors, data = read_weights(run)
        if what := misplaced(data, trainer.data):
            raise RunError(f"{what} of {run.id}", "columns, and classes, must be those of that run in the same order")
        trainer.set_weights(tensors)
    return run


def run_to_start_from(experiment: Experiment, base: Path, runs_dir: Path) -> RunFolder | None:
    """Return the run that `weights` names, a folder or a RUN; raise RunError where there is none."""
    text = experiment.weights
    if text is None:
        return None
    folder = base / text
    return best_trial_of(RunFolder(folder) if folder.is_dir() else find(runs_dir, text))


def misplaced(then: DataMetadata, now: Prepared) -> str | None:
    """Return which input, target or class of a network has another position in the data; None where none has."""
    pairs = {
        "input": (meanings(then.preparations[0]), meanings(now.preparation)),
        "target": (then.targets, now.targets),
        "class": (then.classes, now.classes),
    }
    for what, (old, new) in pairs.items():
        for name, other in zip(old, new, strict=False):
            if name != other and name in new:
                positions = f"number {new.index(name) + 1} here, and number {old.index(name) + 1}"
                return f"the {what} {quoted(name)} is {positions} for the weights"
    return None


def meanings(preparation: Preparation) -> list[str]:
    """Return the name of each input of a network and the meaning of each code of an embedding, in order."""
    levels = {step.column: step.levels for step in preparation.steps if step.kind == "category"}
    first = preparation.width - len(preparation.embedded)
    codes = [f"{column} = {level}" for column in preparation.names[first:] for level in levels[column]]
    return [*preparation.names, *codes]
