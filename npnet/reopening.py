"""Reopening: from a run folder back to its network, with its data or without."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from npnet import config
from npnet.config import Experiment
from npnet.data import Prepared, Scaler, Task, fingerprint, prepare
from npnet.data.preparation import Preparation
from npnet.data.schema import Schema
from npnet.errors import DataError, RunError
from npnet.fitting import Fitting
from npnet.rundir import Run

KEY = "npnet.data"


@dataclass(frozen=True)
class DataMetadata:
    """What of the data a network needs to predict: names, how text was read and columns became inputs."""

    task: Task
    features: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    preparation: Preparation
    target_scaler: Scaler
    schema: Schema | None

    @classmethod
    def of(cls, data: Prepared) -> "DataMetadata":
        """The same of prepared data."""
        names = data.task, data.features, data.targets, data.classes
        return cls(*names, data.preparation, data.target_scaler, data.schema)

    def text(self) -> str:
        """JSON that gives the same numbers back."""
        unit = self.target_scaler
        fields = {
            "task": self.task,
            "features": self.features,
            "targets": self.targets,
            "classes": self.classes,
            "preparation": self.preparation.text(),
            "target_scaler": {"mean": unit.mean.tolist(), "scale": unit.scale.tolist()},
            "schema": None if self.schema is None else self.schema.model_dump(mode="json"),
        }
        return json.dumps(fields, allow_nan=False)

    @classmethod
    def parse(cls, text: str) -> "DataMetadata":
        """From such JSON; ValueError, KeyError or TypeError where it is none."""
        fields = json.loads(text)
        names = {key: tuple(str(name) for name in fields[key]) for key in ("features", "targets", "classes")}
        if fields["task"] not in get_args(Task):
            raise ValueError("no such task")
        schema = None if fields["schema"] is None else Schema.model_validate_json(json.dumps(fields["schema"]))
        return cls(
            cast(Task, fields["task"]),
            **names,
            preparation=Preparation.parse(fields["preparation"]),
            target_scaler=_scaler(fields["target_scaler"]),
            schema=schema,
        )


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
    fitting = Fitting(experiment, prepare(dataset, experiment.split, experiment.preparing, experiment.seed))
    fitting.set_weights(run.weights()[0])
    return fitting


def experiment_of(run: Run) -> tuple[Experiment, Path]:
    """The experiment of a run as its resolved.yaml has it, and the folder where its paths start."""
    loaded = config.load(run.resolved_path)
    return loaded.experiment, loaded.base
