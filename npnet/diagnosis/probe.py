"""Probes: the network of a run rebuilt, looked at, and trained for at most 200 steps beside the run."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.diagnosis.verdict import Unjudged
from npnet.engine.batches import Batch, Batches, Samples
from npnet.engine.loop import Rates, train
from npnet.engine.network import Network
from npnet.engine.passes import Pass
from npnet.engine.scoring import Scorer
from npnet.engine.updates import Constraints, Updates
from npnet.errors import RunError
from npnet.model.predictor import SplitPredictor
from npnet.model.stack import Learner
from npnet.rundir.frames import Frames, frames_of, has_frames
from npnet.rundir.run import RunFolder

Floats = NDArray[np.float64]
STEPS = 100
"""Steps of each of the two trainings of a probe: on the batches of the run, and on a few rows."""
EARLY = 3
"""Steps that are early: the weights are about as large as they were drawn."""
MOST_ROWS = 1024
"""Training rows that a probe measures on."""
FEW = 4
"""Rows that any network of use can fit: of fewer inputs one more than those, which a linear map can fit."""
SEEDS = 3
"""Initial values that are tried on the few rows: one draw may be unlucky."""
CANDIDATES = 256
"""Training rows among which the few are chosen."""
FACTORS = (0.1, 1.0, 10.0)
"""The learning rates of a probe, as multiples of that of the run."""


@dataclass(frozen=True, eq=False)
class ShortTraining:
    """What a short training did: training losses before, and after (models,), and update-to-weight ratios by weight.

    `validation` (models,) are the losses after it on the validation set; empty without one.

    `early` and `late` (models,) are the median sizes of the first three steps, and of those of the second half, by the
    size of the weights; by the name of a tensor in a state_dict.
    """

    rates: Floats
    before: float
    after: Floats
    early: dict[str, Floats]
    late: dict[str, Floats]
    steps: int
    validation: Floats


class Probe:
    """The first network of a run at its initial and at its best weights, with its training rows.

    Nothing is written: the networks are copies. `frames` are those of the run, if it recorded some.
    """

    def __init__(self, predictor: SplitPredictor, run: RunFolder | None = None) -> None:
        self.run = run
        self.predictor, self.resolved = predictor, predictor.resolved
        self.learner: Learner = predictor.stack_trainer.learners[predictor.models][0]
        self.loss = self.learner.loss
        self.samples = predictor.stack_trainer.data.samples("train", [self.learner])
        rows = np.linspace(0, len(self.samples) - 1, min(len(self.samples), MOST_ROWS)).astype(np.int64)
        self.measured = taken(self.samples, rows)

    def network(self, models: int = 1, seeds: int = 1) -> Network:
        """Return networks with the initial values of the first one of the run, or of so many seeds from its own."""
        data, learner = self.predictor.data, self.learner
        own = [learner.seed + model * seeds // models for model in range(models)]
        return Network([learner.layers] * models, data.inputs, seeds=own, dtype=self.resolved.dtype)

    @cached_property
    def frames(self) -> Frames | None:
        """The recorded weights of the run; None where it has none that can be used."""
        with suppress(RunError):
            return None if self.run is None or not has_frames(self.run) else frames_of(self.run, self.network())
        return None

    @cached_property
    def best(self) -> Network:
        """The first network with its best weights."""
        return self.predictor.stack_trainer.network.take([self.predictor.models.start])

    @cached_property
    def reference_loss(self) -> float:
        """The mean loss of scores that are all 0: ln K, or the variance of a scaled target."""
        one = Pass(self.best, Batch(self.measured, slice(None)), self.loss, training=False)
        one.take(Batch(self.measured, slice(None)))
        one.z.fill(0.0)
        return float(one.total_loss()[0]) / len(self.measured)

    def outputs(self, network: Network) -> Iterator[tuple[Any, NDArray[Any]]]:
        """Yield each step of the graph with its output (features, columns) on the measured rows."""
        batch = Batch(self.measured, slice(None))
        one = Pass(network, batch, self.loss, training=False)
        one.take(batch)
        with np.errstate(all="ignore"):
            for step, values in one.outputs():
                yield step, values[0]

    @cached_property
    def gradient_ratios(self) -> dict[str, float]:
        """The size of the gradient of each weight by the size of the weight, at the initial values, by layer."""
        network, batch = self.network(), Batch(self.measured, slice(None))
        network.start_epoch(1)
        one = Pass(network, batch, self.loss, training=True)
        with np.errstate(all="ignore"):
            one.take(batch)
            one.train()
        pairs = zip(network.pieces(network.theta), network.pieces(network.grad), strict=True)
        sizes = {name: (size_of(w)[0], size_of(g)[0]) for (name, w, decays), (_, g, _) in pairs if decays}
        return {name: float(g / w) for name, (w, g) in sizes.items() if w}

    @cached_property
    def short_training(self) -> ShortTraining:
        """100 steps on the batches of the run, with a tenth of its rate, its own, ten times it, and the usual one."""
        config = self.resolved.config
        own = self.learner.learning_rate
        usual = max(self.learner.optimizer.usual_rate, FACTORS[-1] * own)
        rates = np.array([*(factor * own for factor in FACTORS), usual])
        batches = Batches(self.samples, self.resolved.batch_size, config.seed, config.accumulate)
        validates = "validation" in self.predictor.data.parts
        other = self.predictor.stack_trainer.data.samples("validation", [self.learner]) if validates else None
        return self.train(rates, batches, self.learner.constraints, self.measured, other)

    @property
    def warms_up(self) -> bool:
        """Whether the training begins with a smaller rate than its largest: a probe at that one proves nothing."""
        rates = Rates([1.0], self.resolved.config.epochs, self.resolved.config.schedule)
        return float(rates.largest(1, 1)[0]) > 2 * float(np.ravel(rates.of_epoch(1, 100))[0])

    @cached_property
    def one_batch(self) -> tuple[ShortTraining, float]:
        """100 steps on a few rows at several rates without penalties, and the loss of the best constant on them."""
        rows = few_rows(self.predictor.sides[self.learner.side].parts["train"].y, self.samples)
        few = replace(taken(self.samples, rows), w=None)
        usual = self.learner.optimizer.usual_rate
        own = self.learner.learning_rate
        rates = np.tile(np.unique([own, 10 * own, usual, 10 * usual, 100 * usual]), SEEDS)
        found = self.train(rates, Batches(few, None, 0), Constraints(), few, seeds=SEEDS)
        return found, self._constant_loss(few)

    def train(
        self,
        rates: Floats,
        batches: Batches,
        constraints: Constraints,
        measured: Samples,
        other: Samples | None = None,
        seeds: int = 1,
    ) -> ShortTraining:
        """Train copies of the network, each with one of the rates; measure them on rows, and on other rows.

        Of `seeds`, equally many copies have initial values of their own.
        """
        if self.learner.optimizer.searches:
            raise Unjudged("an optimizer that steps by a learning rate")
        network = self.network(len(rates), seeds)
        updates = Updates(network, self.learner.optimizer, constraints)
        before = float(Scorer(network, self.loss, measured).run()[0])
        ratios: dict[str, list[Floats]] = {}
        theta = network.theta.copy()
        for step in steps_of(network, self.loss, updates, rates, batches, STEPS):
            if step <= EARLY or step > STEPS // 2:
                for name, ratio in step_ratios(network, theta):
                    ratios.setdefault(name, []).append(ratio)
            theta[...] = network.theta
        after, validation = (
            np.empty(0) if rows is None else finite_or_infinite(Scorer(network, self.loss, rows).run())
            for rows in (measured, other)
        )
        early, late = (
            {name: np.median(np.stack(each[part]), axis=0) for name, each in ratios.items()}
            for part in (slice(EARLY), slice(EARLY, None))
        )
        return ShortTraining(rates, before, after, early, late, STEPS, validation)

    def _constant_loss(self, few: Samples) -> float:
        """Return the least mean loss of scores that are the same for all rows, by descent on them alone."""
        t = few.t.reshape(*few.t.shape[:-2], -1, self.best.outputs)  # where positions have targets, a row for each
        constant = Samples(np.ones((*t.shape[:-1], 2), t.dtype), t)
        constant.x[..., :-1] = 0.0
        from npnet.nn.linear import Linear
        from npnet.nn.optimizers import Adam

        network = Network([(Linear(units=self.best.outputs),)], 1, dtype=np.float64)
        network.theta.fill(0.0)
        updates = Updates(network, Adam(), Constraints())
        batches = Batches(constant, None, 0)
        for _ in steps_of(network, self.loss, updates, np.array([0.1]), batches, STEPS):
            pass
        return float(Scorer(network, self.loss, constant).run()[0])


def finite_or_infinite(values: Floats) -> Floats:
    """Return values with infinity for NaN."""
    return np.where(np.isnan(values), np.inf, values)


def steps_of(
    network: Network, loss: Any, updates: Updates, rates: Floats, batches: Batches, steps: int
) -> Iterator[int]:
    """Train a stack with a learning rate for each model, and yield after each of so many steps."""
    epochs = -(-steps // batches.count)
    for progress in train(network, loss, updates, Rates(rates, epochs), batches, epochs, pauses=range(1, steps + 1)):
        done = (progress.epoch - 1) * batches.count + progress.batch
        yield done
        if done >= steps:
            return


def step_ratios(network: Network, before: NDArray[Any]) -> Iterator[tuple[str, Floats]]:
    """Yield the size of the last step by the size of each weight before it, (models,), infinite for weights of 0."""
    for (name, old, decays), (_, new, _) in zip(network.pieces(before), network.pieces(network.theta), strict=True):
        if decays:
            with np.errstate(all="ignore"):
                ratio = size_of(new - old) / size_of(old)
            yield name, np.where(np.isfinite(ratio), ratio, np.inf)


def size_of(values: NDArray[Any]) -> Floats:
    """Return the root mean square of each model (models,)."""
    flat = values.reshape(len(values), -1).astype(np.float64)
    return np.asarray(np.sqrt(np.mean(np.square(flat), axis=1)))


def taken(samples: Samples, rows: Sequence[int] | NDArray[np.int64]) -> Samples:
    """Return some of the samples."""
    w = None if samples.w is None else samples.w[..., rows, :]
    return Samples(samples.x[..., rows, :], samples.t[..., rows, :], w)


def few_rows(y: NDArray[Any], samples: Samples) -> NDArray[np.int64]:
    """Return a few rows whose inputs are far apart, of several classes where there are any."""
    rows = np.linspace(0, len(samples) - 1, min(len(samples), CANDIDATES)).astype(np.int64)
    x, first = np.nan_to_num(samples.x[rows].astype(np.float64)), y.reshape(len(y), -1)[rows, 0]
    chosen, apart = [0], np.linalg.norm(x - x[0], axis=1)
    while len(chosen) < min(FEW, x.shape[1]):
        of_other = first != first[chosen[0]] if y.dtype.kind in "iu" and len(chosen) == 1 else np.ones(len(x), bool)
        following = int(np.argmax(np.where(of_other, apart, 0)))
        if apart[following] == 0:
            break
        chosen.append(following)
        apart = np.minimum(apart, np.linalg.norm(x - x[following], axis=1))
    return rows[chosen]
