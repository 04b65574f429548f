"""Every number on the page about backpropagation, calculated again by the engine."""

import re
from pathlib import Path

import numpy as np
import pytest

from npnet.config import load
from npnet.engine.batches import Batch
from npnet.engine.passes import Pass
from npnet.runner import prepare_run
from npnet.runner.network_checks import single_trainer
from npnet.runner.worked_step import chosen_rows, worked_step
from npnet.runner.worked_step.structure import Value, WorkedStep, expression_text, number_text

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "backpropagation.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
PROSE = re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)
SETTINGS = {"0.05", "0.01", "0.02", "0.00007394"}


@pytest.fixture(scope="module")
def measured() -> tuple[WorkedStep, set[str]]:
    """Return the step of the page, and what it says beyond: probabilities, slopes, and the loss afterwards."""
    run = prepare_run(load(ROOT / "configs" / "article" / "circles.yaml"))
    trainer = single_trainer(run)
    numbers, samples = chosen_rows(trainer, ())
    assert numbers == [1, 3]
    network, loss = trainer.stack_trainer.network, trainer.resolved.loss
    batch = Batch(samples, slice(None))
    one = Pass(network, batch, loss, training=False)
    one.take(batch)
    found = [*loss.predict(one.scores())[0, 0]]
    texts = {f"{value:.4f}" for value in found}
    weight = network.named(network.theta)["layers.4.weight"]
    start, losses = float(weight[0, 0, 0]), []
    for shift in (0.01, -0.01):
        weight[0, 0, 0] = start + shift
        one.scores()
        losses.append(float(one.total_loss()[0]) / 2)
    weight[0, 0, 0] = start
    texts |= {f"{value:.5f}" for value in losses} | {f"{(losses[0] - losses[1]) / 0.02:.4f}"}
    step = worked_step(run, trainer, numbers, samples)  # the network is then one step further
    texts |= {f"{value:.4f}" for value in np.ravel(one.scores())}
    texts |= {f"{float(one.total_loss()[0]) / 2:.4f}"}
    return step, texts


def test_every_line_of_the_page_is_a_line_of_the_step(measured: tuple[WorkedStep, set[str]]) -> None:
    lines = [line for part in measured[0].parts for stage in part.stages for line in stage.lines]
    known = {f"{line.name} = {expression_text(line.expression)} = {number_text(line.value)}" for line in lines}
    shown = [line for block in BLOCKS for line in block.splitlines()]
    assert len(shown) > 50
    assert [line for line in shown if line not in known] == []


def test_every_other_number_of_the_page_is_one_of_the_step(measured: tuple[WorkedStep, set[str]]) -> None:
    step, texts = measured
    stages = [stage for part in step.parts for stage in part.stages]
    values = [line.value for stage in stages for line in stage.lines]
    values += [
        piece.number for s in stages for line in s.lines for piece in line.expression if isinstance(piece, Value)
    ]
    values += [float(value) for s in stages for grid in (*s.reads, *s.results) for value in grid.values.ravel()]
    known = {number_text(value) for value in values} | texts | SETTINGS
    shown = re.findall(r"(?<![\w.])-?\d+\.\d+(?:e-\d+)?", PROSE)
    assert len(shown) > 50
    assert [number for number in shown if number not in known] == []
