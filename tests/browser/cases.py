"""Small trainings of everything registered, calculated by NumPy and by the engine of the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from npnet.engine.batches import Batch, Samples
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.engine.updates import Constraints, Updates
from npnet.nn.activations import Tanh
from npnet.nn.embeddings import Embedding, Periodic
from npnet.nn.layer import Array, Layer, layers
from npnet.nn.linear import Linear
from npnet.nn.losses import Loss, losses
from npnet.nn.losses.regression import MeanSquaredError, Quantile
from npnet.nn.optimizers import SGD, Adam, Optimizer, optimizers
from npnet.report.network_data import layers_data, options
from npnet.report.page_engine import KNOWN
from tests.nn.builders import layer_of, network, targets_of

STEPS, RATE, ROWS = 50, 0.01, 9
DRIVER = """
(one) => {
  const network = new engine.Network(one.layers, one.inputs);
  const trainer = new engine.Trainer(network, one.loss, one.optimizer, one.constraints, one.rows);
  const pass = trainer.pass, drawn = one.drawn.values();
  const random = () => drawn.next().value;
  network.theta.set(one.theta);
  network.state.set(one.state);
  pass.x.set(one.x);
  pass.t.set(engine.encode(one.loss, one.y, one.targets, one.classes, network.outputs));
  pass.w = one.w;
  const scores = [...pass.forward()];
  trainer.step(one.rate, pass, random);
  const first = {scores, trained: [...pass.z], loss: pass.meanLoss(), grad: [...network.grad]};
  for (let step = 1; step < one.steps; step++) trainer.step(one.rate, pass, random);
  return {...first, theta: [...network.theta], state: [...network.state]};
}
"""


@dataclass(frozen=True)
class Case:
    """A network with its loss, optimizer and data, all named after what it tries."""

    kind: str
    name: str
    chain: Sequence[Layer]
    loss: Loss = field(default_factory=MeanSquaredError)
    optimizer: Optimizer = field(default_factory=Adam)
    constraints: Constraints = field(default_factory=Constraints)
    weighted: bool = False
    codes: int = 0


def cases() -> Iterator[Case]:
    """Yield a case for everything that the page computes, and for what options change."""
    for name in sorted(KNOWN["layers"], key=list(layers).index):
        yield Case("layer", name, (Linear(units=5), layer_of(name), Linear(units=2)))
    yield Case("layer", "embedding of codes", (Embedding(codes=(3, 4), size=3), Linear(units=2)), codes=4)
    yield Case("layer", "periodic of numbers", (Periodic(numbers=2, frequencies=3), Tanh(), Linear(units=2)))
    for name in sorted(KNOWN["losses"], key=list(losses).index):
        yield _of_loss(name, losses[name]())
    yield _of_loss("cross_entropy, smoothed", losses["cross_entropy"](label_smoothing=0.1))
    yield _of_loss("binary_cross_entropy, smoothed", losses["binary_cross_entropy"](label_smoothing=0.1))
    yield _of_loss("several quantiles", Quantile(quantile=(0.9, 0.1, 0.5)))
    chain = (Linear(units=5), Tanh(), Linear(units=2))
    for name in sorted(KNOWN["optimizers"], key=list(optimizers).index):
        yield Case("optimizer", name, chain, optimizer=optimizers[name](weight_decay=0.02))
    limits = {"l1 and l2": Constraints(l1=0.01, l2=0.02), "max_norm": Constraints(max_norm=0.5)}
    limits |= {"clip_norm": Constraints(clip_norm=0.1), "clip_value": Constraints(clip_value=0.02)}
    for name, constraints in limits.items():
        yield Case("optimizer", name, chain, optimizer=SGD(), constraints=constraints)


def _of_loss(name: str, loss: Loss) -> Case:
    outputs = targets_of(loss, 1, np.random.default_rng(0))[1]
    return Case("loss", name, (Linear(units=5), Tanh(), Linear(units=outputs)), loss=loss, weighted=True)


def run(case: Case, page: Any) -> dict[str, float]:
    """Return the largest deviation of the page from NumPy, by array, in shares of the largest value of the array."""
    rng = np.random.default_rng(1)
    stack = network([case.chain])
    x, y, w, classes = _data(case, stack, rng)
    rows = Samples.of(x, case.loss.encode(y, classes), w, np.float64)
    expected, drawn = _trained(case, stack.take([0]), rows)
    given = {
        "layers": layers_data(case.chain, 4),
        "inputs": 4,
        "loss": {"type": losses.name_of(case.loss), "options": options(case.loss)},
        "optimizer": {"type": optimizers.name_of(case.optimizer), "options": options(case.optimizer)},
        "constraints": vars(case.constraints),
        "theta": stack.theta[0].tolist(),
        "state": stack.state[0].tolist(),
        "x": x.T.ravel().tolist(),
        "y": y.ravel().tolist(),
        "w": None if rows.w is None else rows.w.ravel().tolist(),
        "targets": y[0].size,
        "classes": classes,
        "drawn": drawn,
        "rows": ROWS,
        "rate": RATE,
        "steps": STEPS,
    }
    found = page.evaluate(DRIVER, given)
    assert found.keys() == expected.keys()
    return {name: deviation(np.array(found[name]), expected[name]) for name in expected if expected[name].size}


def deviation(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference, in shares of the largest value; infinity for other shapes and NaN."""
    if found.shape != expected.shape or not np.isfinite(found).all():
        return np.inf
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-300))


def _data(case: Case, stack: Network, rng: np.random.Generator) -> tuple[Array, Array, Array | None, int]:
    """Return inputs, targets, perhaps weights, and the number of classes."""
    x, w = rng.standard_normal((ROWS, 4)), rng.random((ROWS, 1)) + 0.5
    if case.codes:
        x[:, 2:] = rng.integers(0, case.codes, (ROWS, 2))  # the largest is no code of the first table
    classes = {"binary": 2, "multiclass": 3}.get(case.loss.tasks[0], 0)
    if case.kind != "loss":
        return x, rng.standard_normal((ROWS, stack.outputs)), None, 0
    return x, rng.integers(0, classes, ROWS) if classes else rng.random(ROWS), w, classes


def _trained(case: Case, stack: Network, rows: Samples) -> tuple[dict[str, np.ndarray], list[float]]:
    """Return what NumPy calculates, and the random numbers that it drew."""
    batch, drawn = Batch(rows, slice(None), whole=True), list[float]()
    scoring, training = (Pass(stack, batch, case.loss, training=learns) for learns in (False, True))
    updates = Updates(stack, case.optimizer, case.constraints)
    stack.start_epoch(1)
    scoring.take(batch)
    training.take(batch)
    found = {"scores": scoring.scores().ravel().copy()}
    for step, numbers in enumerate(updates.numbers(np.full(STEPS, RATE))):
        training.train()
        drawn += [number for name, one in training.buffers.items() if name.endswith(".drawn") for number in one.ravel()]
        if step == 0:
            found |= {"trained": training.z.ravel().copy(), "loss": training.total_loss()[0] / ROWS}
        updates.move(numbers)
        if step == 0:
            found["grad"] = stack.grad[0].copy()  # with penalties, clipped
    return {**found, "theta": stack.theta[0], "state": stack.state[0]}, drawn
