"""Fitting: an experiment and its data become a network that is trained, scored and asked."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.config.facts import Facts, complete
from npnet.data import Part, Prepared, Scaler, Task
from npnet.data.frame import Frame
from npnet.data.source import VALUES
from npnet.errors import Diverged, RunError
from npnet.metrics import evaluate, metrics
from npnet.nn.activations import Sigmoid, Softmax
from npnet.nn.batches import Batches, Samples
from npnet.nn.layer import Layers
from npnet.nn.losses import Loss
from npnet.nn.network import Network
from npnet.nn.scoring import Scorer
from npnet.nn.updates import Constraints, Updates
from npnet.streams import member_seed
from npnet.training import KeepBest, Monitor, PerModel, Progress, Rates, train

Floats = NDArray[np.float64]
LAST = {"sigmoid": Sigmoid, "softmax": Softmax}


def fused(layers: Layers, loss: Loss) -> Layers:
    """The layers that are trained: without a last activation that the loss contains."""
    last = LAST.get(loss.link)
    return layers[:-1] if last and isinstance(layers[-1], last) else layers


@dataclass(frozen=True, eq=False)
class Readout:
    """From raw scores to what is predicted: probabilities, or values in the target's units."""

    loss: Loss
    task: Task
    target_scaler: Scaler

    def encode(self, y: NDArray[Any], classes: int) -> Floats:
        """Targets as the loss takes them, those of a regression scaled."""
        if self.task in VALUES and self.loss.scales_target:
            y = self.target_scaler.transform(y)
        return self.loss.encode(y, classes)

    def __call__(self, z: NDArray[Any]) -> Floats:
        """Outputs (models, outputs, samples); of two classes one row, the probability of the second."""
        output = self.loss.predict(z)
        if self.task in VALUES:
            unit = self.target_scaler if self.loss.scales_target else Scaler.none(1)
            return np.asarray(unit.inverse(output.mT).mT)
        if self.loss.link == "identity":
            output = np.clip(output, 0.0, 1.0)
            if output.shape[-2] > 1:
                output = output / np.maximum(output.sum(axis=-2, keepdims=True), 1e-12)
        return output[..., 1:, :] if self.task == "binary" and output.shape[-2] == 2 else output


class Fitting:
    """A network and its data: `fit` trains it, then `outputs` and `scores` say how it does.

    The experiment is completed from the data (`experiment` has all filled in). The best epoch's
    parameters are in the network once `fit` has ended, however it ended. The networks of an ensemble are one
    stack: each keeps its own best epoch, and what they predict is averaged.
    """

    def __init__(self, experiment: Experiment, data: Prepared) -> None:
        self.data = data
        self.experiment = experiment = complete(experiment, Facts.of(data))
        assert experiment.loss is not None
        assert experiment.monitor is not None
        self.loss = experiment.loss
        self.readout = Readout(self.loss, data.task, data.target_scaler)
        self.dtype = np.float64 if experiment.dtype == "float64" else np.float32
        layers = fused(experiment.layers, self.loss)
        seeds = [member_seed(experiment.seed, member) for member in range(experiment.ensemble)]
        self.network = Network([layers] * len(seeds), data.inputs, seeds=seeds, dtype=self.dtype)
        self.constraints = constraints(experiment)
        self.updates = Updates(self.network, experiment.optimizer, self.constraints)
        self.monitor = _monitor(experiment.monitor)
        stopping = experiment.early_stopping
        patience, min_delta = (stopping.patience, stopping.min_delta) if stopping else (None, 0.0)
        self.best = KeepBest(self.network, self.monitor, patience, min_delta)
        self._scorers: dict[str, Scorer] = {}

    def samples(self, part: Part) -> Samples:
        """Rows of a part as the engine takes them."""
        t = self.readout.encode(part.y, self.data.class_count)
        return Samples.of(part.X, t, None if part.weight is None else part.weight[:, np.newaxis], self.dtype)

    def fit(self) -> Generator[Progress]:
        """Train, an epoch at a time; Diverged (exit 7) at the first epoch whose numbers are not finite."""
        experiment, network = self.experiment, self.network
        assert experiment.learning_rate is not None
        rates = Rates([experiment.learning_rate] * network.models, experiment.epochs, experiment.schedule, self.monitor)
        size = None if experiment.batch_size == "all" else experiment.batch_size
        batches = Batches(self._scorer("train").samples, size, experiment.seed)
        epochs, every = experiment.epochs, experiment.evaluate_every
        self.best.theta[...], self.best.state[...] = network.theta, network.state
        try:
            for progress in train(network, self.loss, self.updates, rates, batches, epochs, self._measure, every=every):
                stop = self.best(progress)
                yield progress
                if not progress.finite.all():
                    raise Diverged(*self._divergence(progress))
                if stop:
                    break
        finally:
            self.best.restore()

    @property
    def watched(self) -> tuple[str, ...]:
        """The metrics that are measured after each epoch: those asked for, or the monitored one."""
        if self.experiment.metrics is not None:
            return self.experiment.metrics
        metric = self.monitor.name.partition("_")[2]
        return () if metric == "loss" else (metric,)

    @property
    def best_epoch(self) -> int:
        """The epoch whose parameters are kept; of an ensemble the median of its networks'."""
        return int(np.median(self.best.epoch))

    def _measure(self) -> dict[str, PerModel]:
        """The losses of the train and validation parts, and the metrics asked for, over all rows."""
        names = self.watched
        values = {}
        for part in ("train", "validation"):
            if part in self.data.parts:
                scorer = self._scorer(part)
                values[f"{part}_loss"] = scorer.run()
                output = self.readout(scorer.scores) if names else None
                for name in names:
                    values[f"{part}_{name}"] = metrics[name].stacked(self.data.parts[part].y, output)
        return values

    def _scorer(self, part: str) -> Scorer:
        if part not in self._scorers:
            self._scorers[part] = Scorer(self.network, self.loss, self.samples(self.data.parts[part]))
        return self._scorers[part]

    def _divergence(self, progress: Progress) -> tuple[str, str]:
        lost = [
            name for name, value in progress.values.items() if name.endswith("_loss") and not np.isfinite(value).all()
        ]
        what = f"{lost[0]} is no longer a finite number" if lost else "the weights are no longer finite numbers"
        rate = self.experiment.learning_rate
        kept = self.best_epoch
        return (
            f"the training diverged in epoch {progress.epoch}: {what}; the weights of epoch {kept} are kept",
            f"try a smaller learning_rate than {rate:g}, or clip_norm: 1",
        )

    def outputs(self, part: str) -> Floats:
        """Outputs of one part, (outputs, samples): probabilities or values."""
        return self._averaged(self._scorer(part).predict())

    def predict(self, frame: Frame) -> Floats:
        """Outputs (outputs, samples) for rows as they were read."""
        nothing = np.zeros((len(frame), self.network.outputs))
        samples = Samples.of(self.data.preparation.transform(frame, dtype=self.dtype), nothing, dtype=self.dtype)
        return self._averaged(Scorer(self.network, self.loss, samples).predict())

    def _averaged(self, scores: NDArray[Any]) -> Floats:
        return np.asarray(self.readout(scores).mean(axis=0))

    def scores(self, part: str) -> dict[str, float]:
        """The loss, of an ensemble the mean of its networks', and all metrics of one part, by scikit-learn."""
        loss = float(self._scorer(part).run().mean())
        output = self._averaged(self._scorer(part).scores)
        return {"loss": loss, **evaluate(self.data.parts[part].y, output, self.data.task)}

    def weights(self) -> dict[str, NDArray[Any]]:
        """Parameters and running statistics by the names and shapes of a PyTorch state_dict.

        Of an ensemble with a leading axis that numbers the networks.
        """
        return weights_of(self.network)

    def set_weights(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Take parameters over from such names; RunError with the first differences where they do not fit."""
        own = self.weights()
        differences = [
            f"{name}: {_shape(weights.get(name))} instead of {_shape(own.get(name))}"
            for name in {**own, **weights}
            if _shape(weights.get(name)) != _shape(own.get(name))
        ]
        if differences:
            raise RunError(
                f"the weights are of another network: {'; '.join(differences[:5])}",
                "layers and features must be those that the weights were trained with",
            )
        for name, values in own.items():
            values[...] = weights[name]

    def checkpoint(self) -> dict[str, NDArray[Any]]:
        """The last state: theta, the statistics and the optimizer's slots, as they are in memory."""
        slots = {f"slots.{name}": slot for name, slot in self.updates.slots.items()}
        return {"theta": self.network.theta, "state": self.network.state, **slots}


def weights_of(network: Network) -> dict[str, NDArray[Any]]:
    """Views of parameters and statistics by name; one model has no model axis."""
    named = {**network.named(network.theta), **network.named_state(network.state)}
    return {name: values[0] if network.models == 1 else values for name, values in named.items()}


def constraints(experiment: Experiment) -> Constraints:
    """The penalties and limits of an experiment."""
    e = experiment
    return Constraints(e.l1, e.l2, e.clip_norm, e.clip_value, e.max_norm)


def _monitor(name: str) -> Monitor:
    metric = name.partition("_")[2]
    return Monitor(name, metric != "loss" and metrics[metric].goal == "maximize")


def _shape(values: NDArray[Any] | None) -> str:
    return "nothing" if values is None else str(tuple(values.shape))
