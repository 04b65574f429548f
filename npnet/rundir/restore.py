"""Reopening: from a run folder back to its network, with its data or without."""

import json
import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
from numpy.typing import NDArray

from npnet import config
from npnet.config import Experiment
from npnet.data import Prepared, Scaler, Task, fingerprint
from npnet.data.columns.schema import Schema
from npnet.data.datasets import VALUES, class_count
from npnet.data.datasets.targets import Target
from npnet.data.preprocessing import Preparation
from npnet.data.readers.data_file import STDIN, place_of
from npnet.engine.cost import Cost
from npnet.engine.graph import Graph
from npnet.engine.network import Network, set_weights
from npnet.errors import ConfigError, DataError, RunError
from npnet.experiment.data_info import DataInfo, prepare_folds
from npnet.experiment.resolved import resolve, without_final_activation
from npnet.metrics.calibration import RATES
from npnet.model.fitting import Fitting
from npnet.model.output_transform import Calibration, OutputTransform
from npnet.model.predictor import FoldPredictor, Predictor
from npnet.rundir import Run
from npnet.storage.strict_json import parse_json
from npnet.text import listed

KEY = "npnet.data"
ROOM = 10**6  # parameters more than there are weights: a network that needs more is not even made


@dataclass(frozen=True)
class DataMetadata:
    """What of the data a network needs to predict: names, how text was read and columns became inputs.

    Of a cross-validation there is a preparation, and a scale of the targets, for each fold.
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

    @classmethod
    def of(cls, folds: Sequence[Prepared], calibration: Calibration) -> "DataMetadata":
        """The same of the prepared data of each fold."""
        data = folds[0]
        names = data.task, data.features, data.targets, data.classes, data.negatives
        learned = tuple(fold.preparation for fold in folds), tuple(fold.target_scaler for fold in folds)
        return cls(*names, *learned, data.schema, calibration)

    def text(self) -> str:
        """JSON that gives the same numbers back."""
        fields = {
            "task": self.task,
            "features": self.features,
            "targets": self.targets,
            "classes": self.classes,
            "negatives": self.negatives,
            "preparations": [preparation.text() for preparation in self.preparations],
            "target_scalers": [{"mean": s.mean.tolist(), "scale": s.scale.tolist()} for s in self.target_scalers],
            "schema": None if self.schema is None else self.schema.model_dump(mode="json"),
            "decisions": asdict(self.calibration),
        }
        return json.dumps(fields, allow_nan=False)

    @classmethod
    def parse(cls, text: str) -> "DataMetadata":
        """From such JSON; ValueError, KeyError, TypeError or OverflowError where it is none, or contradicts itself."""
        fields: Any = parse_json(text.encode())
        names = {key: tuple(str(name) for name in fields[key]) for key in ("features", "targets", "classes")}
        if fields["task"] not in get_args(Task):
            raise ValueError("no such task")
        data = cls(
            cast(Task, fields["task"]),
            **names,
            negatives=tuple(map(str, fields.get("negatives", ()))),
            preparations=tuple(Preparation.parse(one) for one in fields["preparations"]),
            target_scalers=tuple(_scaler(one) for one in fields["target_scalers"]),
            schema=None if fields["schema"] is None else Schema.model_validate_json(json.dumps(fields["schema"])),
            calibration=_decisions(fields["decisions"]),
        )
        if contradiction := data.contradiction:
            raise ValueError(contradiction)
        return data

    @property
    def target(self) -> Target:
        """What the target columns mean, as training saw them."""
        classes = tuple(zip(self.negatives, self.classes, strict=True)) if self.negatives else (self.classes,)
        return Target(task=self.task, names=self.targets, classes=classes if self.classes else ())

    @property
    def contradiction(self) -> str | None:
        """What of it does not fit together, as in a file that npnet has not written; None where all does."""
        columns = (*self.features, *self.targets) if self.schema is None else [one.name for one in self.schema.columns]
        kinds = dict.fromkeys(self.features, "number")
        if self.schema is not None:
            kinds = {one.name: one.kind for one in self.schema.columns}
        learned = {(step.column, step.kind) for one in self.preparations for step in one.steps}
        layouts = {(one.width, one.numbers, one.embedded) for one in self.preparations}
        scales = [(one.mean, one.scale) for one in self.target_scalers]
        fits = {
            "columns": learned <= kinds.items()
            and set(self.targets) <= set(columns)
            and len(set(columns)) == len(columns),
            "targets": len(self.targets) >= 1,
            "classes": self._has_classes_of_its_task,
            "preparations": len(layouts) == 1 and len(self.preparations) == len(self.target_scalers),
            "target_scalers": all(_is_scale(mean, scale) for mean, scale in scales),
            "decisions": 0 < self.calibration.temperature < np.inf
            and 0 <= self.calibration.threshold <= 1
            and self.calibration.chosen_for in (None, *RATES),
        }
        return next((f"its {name} do not fit" for name, fit in fits.items() if not fit), None)

    @property
    def _has_classes_of_its_task(self) -> bool:
        """Whether there are two classes, or more, of one target; a name for each label; none of values."""
        if self.task in VALUES:
            return not self.classes
        if self.task == "multilabel":
            return len(self.classes) == len(self.negatives) == len(self.targets)
        count = len(set(self.classes))
        fits = count == 2 if self.task == "binary" else count > 2
        return fits and count == len(self.classes) and len(self.targets) == 1


def _is_scale(mean: NDArray[np.float64], scale: NDArray[np.float64]) -> bool:
    return mean.shape == scale.shape and mean.ndim == 1 and bool(np.isfinite([mean, scale]).all() and (scale > 0).all())


def _scaler(fields: dict[str, Any]) -> Scaler:
    return Scaler(np.array(fields["mean"], np.float64), np.array(fields["scale"], np.float64))


def _decisions(fields: dict[str, Any]) -> Calibration:
    return Calibration(float(fields["temperature"]), float(fields["threshold"]), fields.get("chosen_for"))


def data_metadata(fitting: Fitting) -> dict[str, str]:
    """The metadata that weights.safetensors carries, so that the file alone can predict."""
    return {KEY: DataMetadata.of(fitting.folds, fitting.calibration).text()}


def metadata_of(run: Run) -> DataMetadata:
    """What the weights of a run say of its data; RunError where they say nothing that can be read."""
    _, metadata = run.weights()
    try:
        return DataMetadata.parse(metadata[KEY])
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        raise RunError(f"the weights of {run.id} do not say what data they were trained on") from error


def predictor_of(run: Run) -> tuple[Predictor, tuple[str, ...], Experiment]:
    """What predicts as the run's networks do, from its folder alone: the data are not needed.

    Also the names of the features, and the experiment. RunError where the weights are not those of the config.
    """
    experiment, _ = experiment_of(run)
    data = metadata_of(run)
    if experiment.loss is None:
        raise RunError(f"the weights of {run.id} do not say what data they were trained on")
    models = experiment.ensemble * len(data.preparations)
    dtype = np.dtype(experiment.dtype).type
    layers = without_final_activation(experiment.layers, experiment.loss)
    weights, _ = run.weights()
    largest = sum(array.size for array in weights.values()) + ROOM
    if models * Cost(Graph(layers, data.preparations[0].width), 1, 0, 1).parameters > largest:
        raise RunError(f"the weights of {run.id} are of another network, which is far smaller")
    network = Network([layers] * models, data.preparations[0].width, seeds=range(models), dtype=dtype)
    if network.outputs != experiment.loss.outputs(len(data.targets), class_count(data.task, data.classes)):
        raise RunError(f"the weights of {run.id} say of their data what does not fit the network")
    set_weights(network, weights)
    pairs = zip(data.preparations, data.target_scalers, strict=True)
    sides = [
        FoldPredictor(preparation, OutputTransform(experiment.loss, data.task, scaler)) for preparation, scaler in pairs
    ]
    return Predictor(network, experiment.loss, sides, data.calibration), data.features, experiment


def reopen(run: Run) -> Fitting:
    """The fitting of a finished run: its data loaded again, its best weights in the network.

    DataError where the data are no longer those of the run, RunError where its weights do not fit.
    """
    experiment, base = experiment_of(run)
    with data_of(run):
        dataset = experiment.dataset.load(base, experiment.seed)
    if run.info["data"] not in (None, fingerprint(dataset)):
        raise DataError(changed_data(run), "put the old data back, or train again")
    folds = prepare_folds(experiment, dataset)
    fitting = Fitting(resolve(experiment, DataInfo.of(folds[0][0])), folds)
    fitting.set_weights(run.weights()[0])
    fitting.calibration = metadata_of(run).calibration
    return fitting


def data_files(run: Run) -> dict[str, Path]:
    """The files that the data of a run were read from, by their paths in its config."""
    experiment, base = experiment_of(run)
    return {path: place_of(path, base) for path in experiment.dataset.files if path != STDIN}


@contextmanager
def data_of(run: Run) -> Iterator[None]:
    """Inside, that the data of a run are not where its config says becomes a DataError with what helps."""
    try:
        yield
    except DataError as error:
        for path, place in data_files(run).items():
            if not place.exists():
                raise _moved(run, path, place) from error
        raise


def _moved(run: Run, path: str, place: Path) -> DataError:
    where = os.path.normpath(place.absolute())
    why = "names it" if Path(path) == place else f"has the path {path}, relative to its own folder"
    score = f"npnet evaluate {shlex.quote(str(run.path))} --data FILE scores the rows of a file"
    hint = f"was the run moved, or the table? Put the table there, or link it: ln -s FILE {shlex.quote(where)}; {score}"
    return DataError(f"the data of {run.id} are gone: there is no file {where}; {run.resolved_path} {why}", hint)


def changed_data(run: Run) -> str:
    """That the data of a run are others than when it was trained, and where they were looked for."""
    files = listed(os.path.normpath(place.absolute()) for place in data_files(run).values())
    return f"the data of {run.id} have changed since its training began{f': {files}' if files else ''}"


def experiment_of(run: Run) -> tuple[Experiment, Path]:
    """The experiment of a run as its resolved.yaml has it, and the folder where its paths start.

    RunError where that file is not as npnet writes it.
    """
    try:
        loaded = config.load_alone(run.resolved_path, run.resolved_text)
    except ConfigError as error:
        raise RunError(f"{run.resolved_path} cannot be used: {error.message}") from error
    return loaded.experiment, loaded.base
