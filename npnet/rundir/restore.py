"""From a run folder back to its trained networks, with or without the data."""

import json
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from npnet import config
from npnet.config import Experiment
from npnet.data import Prepared, Scaler, Task, fingerprint
from npnet.data.columns import Kind
from npnet.data.columns.at_positions import columns_at
from npnet.data.columns.schema import Schema
from npnet.data.datasets import VALUES, class_count
from npnet.data.datasets.targets import Target
from npnet.data.preprocessing import Preparation
from npnet.data.preprocessing.target_transform import TRANSFORMS, TransformName
from npnet.data.readers.data_file import STDIN, place_of
from npnet.engine.graph import Cost, Graph
from npnet.engine.network import Network, set_weights
from npnet.errors import ConfigError, DataError, RunError
from npnet.experiment.resolved import DataInfo, prepare_folds, resolve, without_final_activation
from npnet.metrics.calibration import RATES
from npnet.model.outputs import Calibration, OutputTransform
from npnet.model.predictor import Predictor, SplitPredictor
from npnet.model.trainer import Trainer
from npnet.rundir.names import RESOLVED
from npnet.rundir.plugins import require_plugins
from npnet.rundir.run import RunFolder
from npnet.storage.strict_json import parse_json
from npnet.storage.tensor_file import Tensors
from npnet.text import listed

KEY = "npnet.data"
NUMBER: Kind = "number"
MARGIN = 10**6  # a network with more parameters than there are weights, and this many, is not even made


@dataclass(frozen=True)
class DataMetadata:
    """What a network needs of its data to predict: names, how text was read, how columns became inputs.

    There is a preparation, and a scaler of the targets, for each fold. With `reproduces` the targets are the inputs.
    """

    task: Task
    features: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    negatives: tuple[str, ...]
    preparations: tuple[Preparation, ...]
    target_scalers: tuple[Scaler, ...]
    schema: Schema | None
    calibration: Calibration
    target_transform: TransformName | None = None
    steps: bool = False
    reproduces: bool = False

    @classmethod
    def of(cls, folds: Sequence[Prepared], calibration: Calibration) -> "DataMetadata":
        """Return the metadata of the prepared data of each fold."""
        data = folds[0]
        names = data.task, data.features, data.targets, data.classes, data.negatives
        learned = tuple(fold.preparation for fold in folds), tuple(fold.target_scaler for fold in folds)
        return cls(*names, *learned, data.schema, calibration, data.target_transform, data.steps, data.reproduces)

    def text(self) -> str:
        """Return JSON from which `parse` reads the same numbers."""
        names = ("task", "features", "targets", "classes", "negatives", "target_transform", "steps", "reproduces")
        fields = {name: getattr(self, name) for name in names} | {
            "preparations": [preparation.text() for preparation in self.preparations],
            "target_scalers": [{"mean": s.mean.tolist(), "scale": s.scale.tolist()} for s in self.target_scalers],
            "schema": None if self.schema is None else self.schema.model_dump(mode="json"),
            "decisions": asdict(self.calibration),
        }
        return json.dumps(fields, allow_nan=False)

    @classmethod
    def parse(cls, text: str) -> "DataMetadata":
        """Read the JSON of `text`; raise ValueError, KeyError, TypeError or OverflowError for anything else."""
        fields: Any = parse_json(text.encode())
        names = {key: tuple(str(name) for name in fields[key]) for key in ("features", "targets", "classes")}
        scalers, decisions = fields["target_scalers"], fields["decisions"]
        if fields["task"] not in get_args(Task):
            raise ValueError("no such task")
        data = cls(
            cast(Task, fields["task"]),
            **names,
            negatives=tuple(map(str, fields.get("negatives", ()))),
            preparations=tuple(Preparation.parse(one) for one in fields["preparations"]),
            target_scalers=tuple(
                Scaler(*(np.array(one[key], np.float64) for key in ("mean", "scale"))) for one in scalers
            ),
            schema=None if fields["schema"] is None else Schema.model_validate_json(json.dumps(fields["schema"])),
            calibration=Calibration(
                float(decisions["temperature"]),
                float(decisions["threshold"]),
                decisions.get("chosen_for"),
                tuple(tuple(tuple(map(float, means)) for means in each) for each in decisions.get("smearing", ())),
            ),
            target_transform=fields.get("target_transform"),
            steps=fields.get("steps", False) is True,
            reproduces=fields.get("reproduces", False) is True,
        )
        if contradiction := data.contradiction:
            raise ValueError(contradiction)
        return data

    @property
    def target_columns(self) -> tuple[str, ...]:
        """The names of the target columns of a table, of each position where each has a target."""
        return columns_at(self.targets, self.preparations[0].positions if self.steps else ())

    @property
    def target(self) -> Target:
        """The meaning of the target columns, as training saw them."""
        classes = tuple(zip(self.negatives, self.classes, strict=True)) if self.negatives else (self.classes,)
        return Target(task=self.task, names=self.targets, classes=classes if self.classes else ())

    @property
    def contradiction(self) -> str | None:
        """The first contradiction, as in a file that npnet has not written; None where there is none."""
        own_targets = () if self.reproduces else self.targets
        labels = self.schema.labels if self.schema else None
        columns, kinds = [*self.features, *own_targets], dict.fromkeys(self.features, NUMBER)
        if self.schema is not None:
            joined = [one.name for side in self.schema.sides for one in side.columns]
            columns, kinds = [*(one.name for one in self.schema.columns), *joined], self.schema.kinds
            if labels is not None:  # which stand for their column
                columns = [*(name for name in columns if name != labels.column), *labels.labels]
        kinds |= {own.name: own.kind for one in self.preparations for each in one.aggregates for own in each.columns}
        learned = {pair for one in self.preparations for pair in _columns_of(one, kinds)}
        layouts = {(one.width, one.numbers, one.embedded) for one in self.preparations}
        fits = {
            "columns": learned <= kinds.items()
            and set(own_targets) <= set(columns)
            and len(set(columns)) == len(columns),
            "targets": self.targets == self.preparations[0].names if self.reproduces else len(self.targets) >= 1,
            "classes": self._has_classes_of_its_task,
            "labels": labels is None or self.reproduces or labels.labels == self.targets,
            "preparations": len(layouts) == 1 and len(self.preparations) == len(self.target_scalers),
            "target_scalers": all(
                one.mean.shape == one.scale.shape
                and one.mean.ndim == 1
                and np.isfinite([one.mean, one.scale]).all()
                and (one.scale > 0).all()
                for one in self.target_scalers
            ),
            "decisions": 0 < self.calibration.temperature < np.inf
            and 0 <= self.calibration.threshold <= 1
            and self.calibration.chosen_for in (None, *RATES),
            "target_transform": self.target_transform is None
            or (self.target_transform in TRANSFORMS and self.task == "regression"),
            "smearing": not self.calibration.smearing or self._has_smearing_of_its_targets,
        }
        return next((f"its {name} do not fit" for name, fit in fits.items() if not fit), None)

    @property
    def _has_smearing_of_its_targets(self) -> bool:
        """Whether the correction of a transformed target has finite means for each target, equally many by fold."""
        smearing = self.calibration.smearing
        if self.target_transform not in TRANSFORMS or len(smearing) % len(self.preparations):
            return False
        moments = len(TRANSFORMS[self.target_transform].moments)
        each = [targets for targets in smearing if len(targets) == len(self.targets)]
        return len(each) == len(smearing) and all(
            len(means) == moments and np.isfinite(means).all() for targets in each for means in targets
        )

    @property
    def _has_classes_of_its_task(self) -> bool:
        """Whether the classes suit the task: two, or more, of one target; one for each label; none for values."""
        if self.task in VALUES:
            return not self.classes
        if self.task == "multilabel":
            return len(self.classes) == len(self.negatives) == len(self.targets)
        count = len(set(self.classes))
        fits = count == 2 if self.task == "binary" else count > 2
        return fits and count == len(self.classes) and len(self.targets) == 1


def _columns_of(preparation: Preparation, kinds: Mapping[str, Kind]) -> Iterator[tuple[str, Kind]]:
    """Yield the columns of a preparation, and their kinds: at positions, those of the table where it has no others."""
    for step in preparation.steps:
        at = preparation.positions if step.column not in kinds and prod(preparation.positions) <= len(kinds) else ()
        yield from ((name, step.kind) for name in columns_at((step.column,), at))


def read_weights(run: RunFolder) -> tuple[Tensors, DataMetadata]:
    """Read the weights of a run, by name, and what they need of the data; raise RunError where one is damaged."""
    tensors, metadata = run.weights()
    try:
        return tensors, DataMetadata.parse(metadata[KEY])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise RunError(f"the weights of {run.id} do not say what data they were trained on") from error


def restored(run: RunFolder, experiment: Experiment) -> tuple[Predictor, DataMetadata]:
    """Return the predictor of a run without its data, and their metadata; raise RunError for another network."""
    tensors, data = read_weights(run)
    return rebuilt(experiment, tensors, data, run.id), data


def rebuilt(experiment: Experiment, tensors: Tensors, data: DataMetadata, whose: str) -> Predictor:
    """Return the predictor of weights and what they need of the data; raise RunError where they do not fit.

    Messages name them as the weights of `whose`.
    """
    loss = experiment.loss
    if loss is None:
        raise RunError(f"the weights of {whose} do not say what data they were trained on")
    models, inputs = experiment.ensemble * len(data.preparations), data.preparations[0].width
    layers = without_final_activation(experiment.layers, loss)
    largest = sum(array.size for array in tensors.values()) + MARGIN
    if models * Cost(Graph(layers, inputs), 1, 0, 1).parameters > largest:
        raise RunError(f"the weights of {whose} are of another network, which is far smaller")
    dtype = np.dtype(experiment.dtype).type
    network = Network([layers] * models, inputs, seeds=range(models), dtype=dtype)
    ends, outputs = network.graph.shapes[-1], loss.outputs(len(data.targets), class_count(data.task, data.classes))
    if (ends.features, ends.positions) != (outputs, data.preparations[0].positions if data.steps else ()):
        raise RunError(f"the weights of {whose} say of their data what does not fit the network")
    set_weights(network, tensors)
    if len(data.calibration.smearing) not in (0, models):
        raise RunError(f"the weights of {whose} say of their data what does not fit the network")
    folds, members = [], experiment.ensemble
    for fold, (steps, scaler) in enumerate(zip(data.preparations, data.target_scalers, strict=True)):
        smearing = data.calibration.smearing_of(slice(fold * members, (fold + 1) * members))
        folds.append((steps, OutputTransform(loss, data.task, scaler, data.target_transform, smearing)))
    return Predictor(network, loss, folds, data.calibration)


def data_metadata(folds: Sequence[Prepared], calibration: Calibration) -> dict[str, str]:
    """Return the metadata of weights.safetensors from which the file alone can predict."""
    return {KEY: DataMetadata.of(folds, calibration).text()}


def reopen(run: RunFolder) -> SplitPredictor:
    """Return the predictor of a finished run with its data, loaded again.

    Raise DataError where the data have changed, RunError where the weights do not fit.
    """
    experiment, base = experiment_of(run)
    with data_of(run):
        dataset = experiment.dataset.load(base, experiment.seed)
    if run.info["data"] not in (None, fingerprint(dataset)):
        raise DataError(changed_data(run), "put the old data back, or train again")
    folds = prepare_folds(experiment, dataset)
    trainer, (tensors, data) = Trainer(resolve(experiment, DataInfo.of(folds[0][0])), folds), read_weights(run)
    trainer.set_weights(tensors)
    return trainer.predictor(data.calibration)


def data_files(run: RunFolder) -> dict[str, Path]:
    """Return the data files of a run by their paths in its config."""
    experiment, base = experiment_of(run)
    return {path: place_of(path, base) for path in experiment.dataset.files if path != STDIN}


@contextmanager
def data_of(run: RunFolder) -> Iterator[None]:
    """Inside, a DataError about data that are not where the config says names the file and what helps."""
    try:
        yield
    except DataError as error:
        for path, place in data_files(run).items():
            if place.exists():
                continue
            where = os.path.normpath(place.absolute())
            why = "names it" if Path(path) == place else f"has the path {path}, relative to its own folder"
            what = f"the data of {run.id} are gone: there is no file {where}; {run.resolved_path} {why}"
            there = f"Put the table there, or link it: ln -s FILE {shlex.quote(where)}"
            score = f"npnet evaluate {shlex.quote(str(run.path))} --data FILE scores the rows of a file"
            raise DataError(what, f"was the run moved, or the table? {there}; {score}") from error
        raise


def changed_data(run: RunFolder) -> str:
    """Return the message that the data of a run have changed, with the files that were read."""
    files = listed(os.path.normpath(place.absolute()) for place in data_files(run).values())
    return f"the data of {run.id} have changed since its training began{f': {files}' if files else ''}"


def experiment_of(run: RunFolder) -> tuple[Experiment, Path]:
    """Return the experiment of a run from its resolved.yaml, and the folder where its paths start.

    Raise RunError where that file is damaged, or the run of another format.
    """
    require_plugins(run)
    try:
        loaded = config.load_alone(run.resolved_path, run.read(RESOLVED))
    except ConfigError as error:
        raise RunError(f"{run.resolved_path} cannot be used: {error.message}") from error
    return loaded.experiment, loaded.base
