"""What a fitted estimator keeps: the networks, what they need of the data, and the history of their training."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.config.loaded import load_alone
from npnet.config.writer import write_resolved
from npnet.data.datasets.table import Table
from npnet.engine.network import weights_of
from npnet.model.train_state import Tensors
from npnet.rundir.names import ROWS
from npnet.rundir.restore import DataMetadata, rebuilt
from npnet.runner.predictions.predicting import RunPredictor


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained network and the record of its training.

    `experiment` is the config with everything filled in, whose dataset is a table that need not be there; `history`
    has the columns of history.csv by name, `info` the fields of run.json about the training.
    """

    predictor: RunPredictor
    experiment: Experiment
    history: dict[str, NDArray[np.float64]]
    best_epoch: int
    monitored: dict[str, Any]
    info: dict[str, Any]

    @property
    def weights(self) -> Tensors:
        """The parameters and running statistics by name; of several networks with an axis for them."""
        return weights_of(self.predictor.predictor.network)

    def plain(self) -> dict[str, Any]:
        """Return everything as texts, numbers and arrays, from which `of_plain` makes an equal one."""
        return {
            "config": write_resolved(self.experiment),
            "data": self.predictor.data.text(),
            "weights": {name: values.copy() for name, values in self.weights.items()},
            "threads": self.predictor.threads,
            "history": dict(self.history),
            "best_epoch": self.best_epoch,
            "monitored": dict(self.monitored),
            "info": self.info,
        }

    @classmethod
    def of_plain(cls, fields: dict[str, Any]) -> "Fitted":
        """Return what `plain` wrote; raise RunError where it does not fit together."""
        experiment = load_alone(Path("config.yaml"), fields["config"].encode()).experiment
        data = DataMetadata.parse(fields["data"])
        predictor = rebuilt(experiment, fields["weights"], data, "the estimator")
        rows = RunPredictor(predictor, data, fields["threads"])
        record = (fields[name] for name in ("history", "best_epoch", "monitored", "info"))
        return cls(rows, experiment, *record)


def table_of(data: DataMetadata, weight: str | None) -> Table:
    """Return the table of a config that describes the rows of an estimator."""
    kinds = data.schema.kinds if data.schema else {}
    numeric, categorical, dates = (
        tuple(name for name in data.features if kinds.get(name) == kind) for kind in ("number", "category", "datetime")
    )
    return Table(
        path=ROWS,
        target=data.targets if len(data.targets) > 1 else data.targets[0],
        task=data.task,
        weight=weight,
        numeric=numeric,
        categorical=categorical,
        datetime=dates,
        positive_class=data.classes[1] if data.task == "binary" else None,
    )
