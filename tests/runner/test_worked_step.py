"""A worked step: its numbers are the engine's, for every layer, loss and optimizer, and its lines are true."""

import base64
import math
import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from npnet.config import load
from npnet.engine.batches import Batch, Samples
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.engine.updates import Constraints, Updates
from npnet.model.predictor import SplitPredictor
from npnet.model.trainer import Trainer
from npnet.nn.layer import Layer, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import Loss, losses
from npnet.nn.optimizers import SGD, Optimizer, optimizers
from npnet.nn.positions.reshape import Flatten
from npnet.report.trace_data import trace_data
from npnet.runner import prepare_run
from npnet.runner.worked_step import parts_of
from npnet.runner.worked_step.lines import Labels
from npnet.runner.worked_step.playing import play_step
from npnet.runner.worked_step.structure import StepPart, StepStage, Value, WrittenLine
from npnet.runner.worked_step.tracing import TRACED as TRACED_ROWS
from npnet.runner.worked_step.tracing import traced_rows
from tests.nn.builders import chain_of, network, targets_of

ROWS = ("row 1", "row 2", "row 3")
LABELS = Labels(ROWS, ("a", "b", "c", "d"))
RATE = 0.05
SHOWN = ("theta", "grad", "losses", "total_loss")
LIMITS = {"l1": 0.01, "l2": 0.02, "clip_value": 0.4, "clip_norm": 0.3, "max_norm": 0.9}


def _samples(loss: Loss, dtype: Any, weighted: bool = False) -> tuple[Samples, int]:
    rng = np.random.default_rng(3)
    t, outputs = targets_of(loss, len(ROWS), rng)
    w = rng.random((len(ROWS), 1)) + 0.5 if weighted else None
    return Samples.of(rng.standard_normal((len(ROWS), 4)), t, w, dtype), outputs


def _both(
    chain: Sequence[Layer],
    loss: str = "mean_squared_error",
    optimizer: Optimizer | None = None,
    dtype: Any = np.float64,
    weighted: bool = False,
    **limits: float,
) -> tuple[tuple[StepPart, ...], dict[str, np.ndarray], dict[str, np.ndarray], Network]:
    """Play a step and train the same network by the engine alone; return the parts and all arrays of both."""
    rule, optimizer = losses[loss](), optimizer or SGD()
    samples, outputs = _samples(rule, dtype, weighted)
    one, other = (network([[*chain, Linear(units=outputs)]], dtype=dtype) for _ in range(2))
    played = play_step(one, rule, samples, optimizer, Constraints(**limits), RATE)
    other.start_epoch(1)
    batch = Batch(samples, slice(None))
    plain, updates = Pass(other, batch, rule, training=True), Updates(other, optimizer, Constraints(**limits))
    plain.take(batch)
    plain.train()
    plain.total_loss()
    updates.move(updates.numbers([RATE])[0])
    start, end = played.methods[0].arrays, played.methods[-1].arrays
    # Scratch that no method writes holds whatever was in memory.
    own = {name: array for name, array in end.items() if name in SHOWN or array.tobytes() != start[name].tobytes()}
    both = {**updates.buffers, **plain.buffers}
    assert end.keys() == both.keys()
    return parts_of(played, LABELS), own, {name: both[name] for name in own}, other


def _stages(parts: Sequence[StepPart], part: str) -> list[StepStage]:
    return [stage for one in parts if one.name == part for stage in one.stages]


def _lines(parts: Sequence[StepPart]) -> list[WrittenLine]:
    return [line for part in parts for stage in part.stages for line in stage.lines]


def _check(parts: Sequence[StepPart], own: dict[str, np.ndarray], plain: dict[str, np.ndarray]) -> None:
    """Compare all arrays bit for bit, and hold every line against its own value and the arrays of its stage."""
    assert _differences(own, plain) == []
    for part in parts:
        for stage in part.stages:
            if stage.lines and not stage.examples:
                values = [line.value for line in stage.lines]
                shown = [float(value) for grid in stage.results for value in grid.values.ravel()]
                assert sorted(values) == sorted(shown), stage.title
            for line in stage.lines:
                assert line.value == pytest.approx(evaluated(line), rel=5e-5, abs=1e-9), (stage.title, line)


def _differences(own: dict[str, np.ndarray], plain: dict[str, np.ndarray]) -> list[str]:
    """Return the arrays that are not equal bit for bit, but for the scratch of the loss, last written by others."""
    scratch = {name for name in own if name.startswith("loss.")}
    same = scratch | {name for name in own if own[name].tobytes() == plain[name].tobytes()}
    return sorted(own.keys() - same)


def evaluated(line: WrittenLine) -> float:
    """Calculate a line as it is written; a named function, such as gelu', is taken at its word."""
    text = "".join(piece if isinstance(piece, str) else f"{piece.number!r}" for piece in line.expression)
    if re.search(r"(gelu|elu|selu|silu|mish|softplus)'?\(", text):
        return line.value
    text = re.sub(r"ln cosh\(([^()]*)\)", r"ln(cosh(\1))", text)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"√([\d.e+-]+)", r"sqrt(\1)", text).replace("√(", "sqrt(").replace("ln 2", "ln(2)")
    text = re.sub(r"(\d) abs", r"\1 * abs", text.replace(", else", " else").replace("where", "if"))
    text = re.sub(r"\) \(", ") * (", text)
    for sign, other in {"·": "*", "²": "**2", "³": "**3", "π": "pi", "±": "", "σ": "sigma"}.items():
        text = text.replace(sign, other)
    names = {
        **{name: getattr(math, name) for name in ("exp", "tanh", "cosh", "sqrt", "pi")},
        "ln": math.log,
        "sigma": lambda z: 1 / (1 + math.exp(-z)),
        "sign": lambda z: (z > 0) - (z < 0),
        "clip": lambda z, most: max(min(z, most), -most),
        "max": max,
        "min": min,
        "abs": abs,
    }
    return float(eval(text, {"__builtins__": {}}, names))  # noqa: S307 - a line of this file's own steps


@pytest.mark.parametrize("name", list(layers))
def test_a_step_through_every_layer_is_the_engines(name: str) -> None:
    chain = chain_of(name)[:-1]
    parts, own, plain, _ = _both(chain)
    _check(parts, own, plain)
    index = max(at for at, layer in enumerate(chain) if layers.name_of(layer) == name)
    stage = [stage for stage in _stages(parts, "forward") if stage.name == f"layers.{index}"][-1]
    shape = network([chain[: index + 1]]).graph.shapes[-1]
    alone = network([[*chain[: index + 1], *([Flatten()] if shape.positions else [])]])
    samples, _ = _samples(losses["mean_squared_error"](), np.float64)
    batch = Batch(samples, slice(None))
    one = Pass(alone, batch, losses["mean_squared_error"](), training=True)
    alone.start_epoch(1)
    one.take(batch)
    for call, arrays in one.draws:
        call(*arrays)
    assert np.array_equal(stage.results[0].values, one.scores()[0].reshape(shape.features, -1))
    assert stage.formulas
    backward = [stage for stage in _stages(parts, "backward") if stage.name.startswith(f"layers.{index}")]
    assert backward[0].tables or backward[0].lines


@pytest.mark.parametrize("name", list(layers))
def test_a_step_may_begin_with_any_layer(name: str) -> None:
    parts, own, plain, _ = _both(chain_of(name, first=True)[:-1], dtype=np.float32)
    assert _differences(own, plain) == []
    assert _stages(parts, "forward")[0].results


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", list(losses))
def test_every_loss_is_the_engines_and_is_written_out(name: str, weighted: bool) -> None:
    parts, own, plain, _ = _both([Linear(units=5)], name, weighted=weighted)
    _check(parts, own, plain)
    (values,) = _stages(parts, "loss")
    assert values.lines[-1].name == "mean loss"
    assert values.lines[-1].value == pytest.approx(float(own["total_loss"][0]) / own["losses"].size)
    assert _stages(parts, "backward")[0].lines


@pytest.mark.parametrize("limits", [{}, LIMITS], ids=["free", "limited"])
@pytest.mark.parametrize("name", [name for name, rule in optimizers.items() if not rule.searches])
def test_every_optimizer_is_the_engines_and_is_written_out(name: str, limits: dict[str, float]) -> None:
    rule = optimizers[name](weight_decay=0.1)
    parts, own, plain, stack = _both([Linear(units=3), layers["tanh"]()], optimizer=rule, **limits)
    _check(parts, own, plain)
    stages = _stages(parts, "update")
    last = next(stage for stage in stages if stage.name == "optimizer")
    assert last.lines
    assert last.lines[-1].symbol in ("θ", "m")
    assert ("t = 1" in last.note) == ("ᵗ" in "".join(last.formulas))
    (grid,) = last.results
    flat = {name: view[0] for name, view in stack.named(stack.theta).items()}
    if not limits:
        for label, value in zip(grid.rows, grid.values[:, -1], strict=True):
            name, _, index = label.removesuffix("]").partition("[")
            assert flat[name][tuple(int(one) - 1 for one in index.split(","))] == value
    titles = [stage.title for stage in stages]
    assert ("penalty l2" in titles, any("max_norm" in title for title in titles)) == (bool(limits), bool(limits))


def test_what_is_given_and_what_is_a_result_can_be_told_apart() -> None:
    parts, _, _, _ = _both([Linear(units=2), layers["relu"]()])
    first, second = _stages(parts, "forward")[0].lines[0], _stages(parts, "forward")[2].lines[0]
    assert all(piece.given for piece in first.expression if isinstance(piece, Value))
    assert [piece.given for piece in second.expression if isinstance(piece, Value)] == [True, False, True, False, True]


@pytest.mark.parametrize("name", list(layers))
@pytest.mark.long
def test_every_layer_with_every_loss_and_with_every_optimizer(name: str) -> None:
    rules = [rule for rule in optimizers if not optimizers[rule].searches]
    for loss, optimizer in [*product(losses, ["sgd"]), *product(["mean_squared_error"], rules)]:
        parts, own, plain, _ = _both(chain_of(name)[:-1], loss, optimizers[optimizer](), np.float32, **LIMITS)
        assert _differences(own, plain) == [], (loss, optimizer)
        assert [part.name for part in parts] == ["data", "forward", "loss", "backward", "update"]


TRACED = """\
dataset: {{circles: {{samples: 40}}}}
layers: [{{linear: {units}}}, {layer}, linear]
epochs: 1
"""


def decoded(one: dict[str, Any]) -> np.ndarray:
    """Return an array as the page reads it."""
    return np.frombuffer(base64.b64decode(one["data"]), one["dtype"]).reshape(one["shape"])


def _trained(folder: Path, **options: object) -> SplitPredictor:
    (folder / "c.yaml").write_text(TRACED.format(**{"units": 3, "layer": "tanh", **options}))
    prepared = prepare_run(load(folder / "c.yaml"))
    trainer = Trainer(prepared.experiment, prepared.folds)
    for _ in trainer.fit():
        pass
    return trainer.predictor()


def test_a_traced_row_starts_from_the_trained_weights_and_leaves_them(tmp_path: Path) -> None:
    predictor = _trained(tmp_path)
    before = predictor.network.theta.copy()
    rows = traced_rows(predictor)
    assert np.array_equal(predictor.network.theta, before)
    train = predictor.data.parts["train"]
    places = [train.rows.tolist().index(row.number) for row in rows]
    assert len(set(places)) == len(rows) == TRACED_ROWS
    assert set(train.y[places].tolist()) == {0, 1}
    outputs = predictor.network.graph.layer_steps[-1].name
    scores = [
        line.value
        for row in rows
        for part in row.step.parts
        for stage in part.stages
        for line in stage.lines
        if part.name == "forward" and stage.name == outputs
    ]
    network = predictor.network
    batch = Batch(predictor.stack_trainer.data.samples("train", predictor.stack_trainer.learners), slice(None))
    one = Pass(network, batch, predictor.loss, training=False)
    one.take(batch)
    assert np.allclose(scores, one.scores()[0, 0, places], rtol=1e-6)


def test_a_page_has_each_text_once_and_the_numbers_of_every_row(tmp_path: Path) -> None:
    rows = traced_rows(_trained(tmp_path, layer="relu"))
    data = trace_data(rows)
    positions, numbers = decoded(data["positions"]), decoded(data["numbers"])
    for place, row in enumerate(rows):
        lines = [line for part in row.step.parts for stage in part.stages for line in stage.lines]
        written = [line for part in data["parts"] for stage in part["stages"] for line in stage["lines"]]
        for (name, _, result), line in zip(written, lines, strict=True):
            assert name == line.name
            assert numbers[place, positions[~result]] == np.float32(line.value)


@pytest.mark.parametrize("options", [{"units": 60}, {"layer": "batch_norm"}])
def test_what_a_person_cannot_read_is_not_traced(options: dict[str, object], tmp_path: Path) -> None:
    assert traced_rows(_trained(tmp_path, **options)) == []
