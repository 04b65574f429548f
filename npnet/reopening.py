"""Reopening: from a run folder back to its network, with its data or without."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from npnet import config
from npnet.config import Experiment
from npnet.data import Prepared, Scaler, Task, fingerprint, prepare
from npnet.errors import DataError, RunError
from npnet.fitting import Fitting
from npnet.rundir import Run

KEY = "npnet.data"


@dataclass(frozen=True)
class DataMetadata:
    """What of the data a network needs to predict: names, and how features and targets were scaled."""

    task: Task
    features: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    scaler: Scaler
    target_scaler: Scaler

    @classmethod
    def of(cls, data: Prepared) -> "DataMetadata":
        """The same of prepared data."""
        return cls(data.task, data.features, data.targets, data.classes, data.scaler, data.target_scaler)

    def text(self) -> str:
        """JSON that gives the same numbers back."""
        return json.dumps(asdict(self), default=lambda values: values.tolist(), allow_nan=False)

    @classmethod
    def parse(cls, text: str) -> "DataMetadata":
        """From such JSON; ValueError, KeyError or TypeError where it is none."""
        fields = json.loads(text)
        names = {key: tuple(str(name) for name in fields[key]) for key in ("features", "targets", "classes")}
        if fields["task"] not in ("binary", "multiclass", "regression"):
            raise ValueError("no such task")
        task = cast(Task, fields["task"])
        return cls(task, **names, scaler=_scaler(fields["scaler"]), target_scaler=_scaler(fields["target_scaler"]))


def _scaler(fields: dict[str, Any]) -> Scaler:
    return Scaler(np.array(fields["mean"], np.float64), np.array(fields["scale"], np.float64))


def data_metadata(data: Prepared) -> dict[str, str]:
    """The metadata that weights.safetensors carries, so that the file alone can predict."""
    return {KEY: DataMetadata.of(data).text()}


def metadata_of(run: Run) -> DataMetadata:
    """What the weights of a run say of its data; RunError where they say nothing that can be read."""
    _, metadata = run.weights()
    try:
        return DataMetadata.parse(metadata[KEY])
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"the weights of {run.id} do not say what data they were trained on") from error


def reopen(run: Run) -> Fitting:
    """The fitting of a finished run: its data loaded again, its best weights in the network.

    DataError where the data are no longer those of the run, RunError where its weights do not fit.
    """
    experiment, base = experiment_of(run)
    dataset = experiment.dataset.load(base, experiment.seed)
    if run.info["data"] not in (None, fingerprint(dataset)):
        raise DataError(
            f"the data of {run.id} have changed since it was trained", "put the old data back, or train again"
        )
    fitting = Fitting(experiment, prepare(dataset, experiment.split, experiment.scale, experiment.seed))
    fitting.set_weights(run.weights()[0])
    return fitting


def experiment_of(run: Run) -> tuple[Experiment, Path]:
    """The experiment of a run as its resolved.yaml has it, and the folder where its paths start."""
    loaded = config.load(run.resolved_path)
    return loaded.experiment, loaded.base
