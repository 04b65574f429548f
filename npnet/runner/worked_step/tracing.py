"""One training step of a trained network on a row of its training set: the numbers of a row that a page traces."""

from dataclasses import dataclass

import numpy as np

from npnet.data import Part
from npnet.engine.batches import Samples
from npnet.engine.graph import network_text
from npnet.engine.loop import Rates
from npnet.model.predictor import SplitPredictor
from npnet.nn.normalization import BatchNorm
from npnet.runner.worked_step import MOST_PARAMETERS, MOST_VALUES, input_names, written_step
from npnet.runner.worked_step.lines import Labels
from npnet.runner.worked_step.playing import play_step
from npnet.runner.worked_step.structure import WorkedStep

TRACED = 8
"""Rows that a page can trace."""
LABEL = "this row"


@dataclass(frozen=True)
class TracedRow:
    """A row of the training set by its number in the data, and the step of it alone."""

    number: int
    step: WorkedStep


def traced_rows(predictor: SplitPredictor) -> list[TracedRow]:
    """Return a step of the first network on each of a few training rows, from the weights of its best epoch.

    The optimizer starts anew. Nothing where a person could not read the numbers, where a layer needs several rows, or
    where a step evaluates the network several times.
    """
    graph, learner = predictor.resolved.graph, predictor.stack_trainer.learners[predictor.models.start]
    large = predictor.size > MOST_PARAMETERS or sum(shape.values for shape in graph.shapes) > MOST_VALUES
    if large or learner.optimizer.searches or any(isinstance(one.layer, BatchNorm) for one in graph.layer_steps):
        return []
    train = predictor.data.parts["train"]
    samples = predictor.stack_trainer.data.samples("train", [learner])
    rates = Rates([learner.learning_rate], predictor.experiment.epochs, predictor.experiment.schedule)
    rate = float(rates.of_epoch(max(1, predictor.best_epoch), predictor.resolved.steps)[0])
    labels = Labels((LABEL,), input_names(predictor.data.preparation))
    text, found = network_text(predictor.resolved.layers, predictor.data.inputs), list[TracedRow]()
    for place in _places(train):
        network = predictor.network.take([0])
        one = slice(place, place + 1)
        row = Samples(samples.x[one], samples.t[one], None if samples.w is None else samples.w[one])
        played = play_step(network, learner.loss, row, learner.optimizer, learner.constraints, rate)
        found.append(TracedRow(int(train.rows[place]), written_step(played, labels, text)))
    return found


def _places(train: Part) -> list[int]:
    """Return places all over the training set, the first ones with different targets."""
    y = train.y.reshape(len(train.y), -1)
    others = np.flatnonzero((y != y[0]).any(axis=1))[:1].tolist()
    spread = np.linspace(0, len(y) - 1, min(TRACED, len(y))).astype(int).tolist()
    return list(dict.fromkeys([0, *others, *spread]))[:TRACED]
