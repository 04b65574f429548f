"""Fittings of experiments and their data, without a config file."""

from collections.abc import Sequence

from npnet.config import Experiment
from npnet.data import Dataset, Prepared
from npnet.experiment.resolved import DataInfo, prepare_folds, resolve
from npnet.model.trainer import Trainer


def fitting_of(experiment: Experiment, data: Prepared | Sequence[Sequence[Prepared]]) -> Trainer:
    """Return the trainer of an experiment and its prepared data."""
    first = data if isinstance(data, Prepared) else data[0][0]
    return Trainer(resolve(experiment, DataInfo.of(first)), data)


def together_of(experiments: Sequence[Experiment], data: Prepared | Sequence[Sequence[Prepared]]) -> list[Trainer]:
    """Experiments that agree in all but decimals and seeds, to be trained as one stack."""
    first = data if isinstance(data, Prepared) else data[0][0]
    return Trainer.together([resolve(one, DataInfo.of(first)) for one in experiments], data)


def fitting_on(experiment: Experiment, dataset: Dataset) -> Trainer:
    """Return the trainer of an experiment and a dataset, split and prepared as the experiment says."""
    return fitting_of(experiment, prepare_folds(experiment, dataset))
