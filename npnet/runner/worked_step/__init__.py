"""Every number of one training step on a few rows, taken from the engine, for people to read."""

from collections.abc import Sequence

import numpy as np

from npnet.config import Loaded
from npnet.data import Part
from npnet.data.preprocessing import Preparation
from npnet.engine.batches import Samples
from npnet.engine.graph import network_text
from npnet.engine.loop import Rates
from npnet.errors import UsageError
from npnet.model.trainer import Trainer
from npnet.nn.losses import losses
from npnet.nn.normalization import BatchNorm
from npnet.nn.optimizers import optimizers
from npnet.runner.network_checks import refuse_search, single_trainer
from npnet.runner.prepared_run import PreparedRun, prepare_run
from npnet.runner.worked_step.layer_stages import LayerStages
from npnet.runner.worked_step.lines import Labels
from npnet.runner.worked_step.loss_stages import LossStages, targets_of
from npnet.runner.worked_step.playing import PlayedStep, play_step
from npnet.runner.worked_step.structure import StepPart, StepStage, ValueGrid, WorkedStep
from npnet.runner.worked_step.update_stages import UpdateStages
from npnet.text import plural

MOST_PARAMETERS, MOST_VALUES, MOST_ROWS = 200, 500, 8
"""Sizes of a step that a person can read."""


def worked_step_of(loaded: Loaded, rows: Sequence[int] = ()) -> WorkedStep:
    """Return the first training step of a config on some rows of its data, by default two of the training set.

    Raise ConfigError for a network that is too large to be read, UsageError for rows that are not there.
    """
    refuse_search(loaded)
    run = prepare_run(loaded)
    count, hint = (
        run.experiment.cost.parameters,
        "add --calls, which shows a network of any size, or use smaller layers",
    )
    if count > MOST_PARAMETERS:
        what = f"the network has {count} parameters; the numbers of at most {MOST_PARAMETERS} can be read"
        raise loaded.error(("layers",), what, hint)
    trainer = single_trainer(run)
    numbers, samples = chosen_rows(trainer, rows)
    values = sum(shape.values for shape in trainer.resolved.graph.shapes) * len(numbers)
    if values > MOST_VALUES:
        what = f"the layers have {values} values for {plural(len(numbers), 'row')}; at most {MOST_VALUES} can be read"
        raise loaded.error(("layers",), what, hint)
    return worked_step(run, trainer, numbers, samples)


def worked_step(run: PreparedRun, trainer: Trainer, numbers: Sequence[int], samples: Samples) -> WorkedStep:
    """Play the first step of a trainer's network on samples, whose rows have these numbers, and write it out."""
    resolved = trainer.resolved
    learner = trainer.stack_trainer.learners[0]
    rates = Rates([learner.learning_rate], resolved.config.epochs, resolved.config.schedule)
    rate = rates.of_epoch(1, resolved.steps)[0]
    network = trainer.stack_trainer.network
    played = play_step(network, resolved.loss, samples, learner.optimizer, learner.constraints, float(rate))
    labels = Labels(tuple(f"row {number}" for number in numbers), input_names(run.data.preparation))
    return written_step(played, labels, network_text(resolved.layers, run.data.inputs))


def written_step(played: PlayedStep, labels: Labels, network: str) -> WorkedStep:
    """Return a played step, written out."""
    return WorkedStep(
        network=network,
        parameters=played.network.size,
        loss=losses.name_of(played.loss),
        optimizer=optimizers.name_of(played.optimizer),
        learning_rate=played.rate,
        rows=labels.rows,
        parts=parts_of(played, labels),
    )


def parts_of(played: PlayedStep, labels: Labels) -> tuple[StepPart, ...]:
    """Return the parts of a played step."""
    layer, loss = LayerStages(played, labels), LossStages(played, labels)
    start = played.methods[0].arrays
    x, t = start["x"][0, :-1], targets_of(played, start["t"][0])
    outputs = [str(number) for number in range(1, len(t) + 1)] if len(t) > 1 else [""]
    data = (
        ValueGrid.of("x", labels.inputs, labels.columns(x.shape[1]), x, given=True),
        ValueGrid.of("t", outputs, labels.columns(t.shape[1]), t, given=True),
    )
    given = StepStage("data", "inputs and targets", (), data, note="x: the inputs, prepared and scaled; t: the targets")
    return (
        StepPart("data", "What goes in.", (given,)),
        StepPart("forward", "From the inputs to the scores, layer by layer.", tuple(layer.forward())),
        StepPart("loss", "How wrong the scores are.", (loss.values(),)),
        StepPart(
            "backward",
            "From the loss to the gradients, from the last layer to the first.",
            (loss.derivative(), *layer.backward()),
        ),
        StepPart("update", "From the gradients g to the new parameters.", tuple(UpdateStages(played).stages())),
    )


def input_names(preparation: Preparation) -> tuple[str, ...]:
    """Return a name for each input of a network."""
    return tuple(preparation.names)


def chosen_rows(trainer: Trainer, rows: Sequence[int]) -> tuple[list[int], Samples]:
    """Return rows of any set as samples of the engine; raise UsageError for rows that are not there or too many."""
    if len(rows) > MOST_ROWS:
        raise UsageError(f"--rows names {len(rows)} rows; at most {MOST_ROWS} can be read", "leave some out")
    parts = trainer.data.parts
    places = {int(row): (split, at) for split, part in parts.items() for at, row in enumerate(part.rows)}
    numbers = list(rows) or _first_rows(parts["train"])
    for row in numbers:
        if row not in places:
            what = f"there is no row {row}" if row not in range(1, max(places) + 1) else f"row {row} is in no set"
            raise UsageError(what, f"the rows are numbered from {min(places)} to {max(places)}")
    if len(numbers) < 2 and any(isinstance(step.layer, BatchNorm) for step in trainer.resolved.graph.layer_steps):
        raise UsageError("batch_norm needs 2 rows in every batch", "name two rows, such as --rows 1,2")
    each = [(trainer.samples(split), at) for split, at in (places[row] for row in numbers)]
    weighted = any(samples.w is not None for samples, _ in each)
    x, t = (np.stack([getattr(samples, name)[at] for samples, at in each]) for name in ("x", "t"))
    one = np.ones(1, x.dtype)
    w = np.stack([one if samples.w is None else samples.w[at] for samples, at in each]) if weighted else None
    return numbers, Samples(x, t, w)


def _first_rows(train: Part) -> list[int]:
    """Return the first training row, and the first with another target."""
    others = np.flatnonzero((train.y != train.y[0]).reshape(len(train.y), -1).any(axis=1))
    second = int(others[0]) if len(others) else min(1, len(train.y) - 1)
    return [int(train.rows[place]) for place in dict.fromkeys((0, second))]
