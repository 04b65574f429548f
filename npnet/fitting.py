"""Fitting: an experiment and its data become networks that are trained, scored and asked."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.config.facts import Facts, complete
from npnet.data import Dataset, Part, Prepared, Task
from npnet.data.frame import Frame
from npnet.data.prepare import folds_of, parts_of, prepare_members, prepare_parts, refuse_unlearnable
from npnet.decisions import choose_threshold, fit_temperature
from npnet.errors import Diverged, RunError
from npnet.metrics import evaluate, measure, metrics
from npnet.nn.batches import Batches, Samples
from npnet.nn.network import Network
from npnet.nn.scoring import Scorer
from npnet.nn.updates import Constraints, Updates
from npnet.pooling import Said, pooled
from npnet.predictor import Predictor, Side
from npnet.readout import Decisions, Readout, fused, logits
from npnet.streams import member_seed
from npnet.training import KeepBest, Monitor, PerModel, Progress, Rates, train

Floats = NDArray[np.float64]
DECIDED = ("accuracy", "balanced_accuracy", "f1", "precision", "recall")
"""The metrics that look at decisions alone, and so depend on the threshold."""


class Fitting:
    """Networks and their data: `fit` trains them, then `outputs` and `scores` say how they do.

    The experiment is completed from the data (`experiment` has all filled in). Members of an ensemble, and the folds
    of a cross-validation, are one stack, fold after fold; each model keeps its own best epoch, and what the members
    predict is averaged. The data of a fold are its sides: one, or one for each member with a validation part of its
    own. The best parameters are in the network once `fit` has ended, however it ended.
    """

    def __init__(self, experiment: Experiment, data: Prepared | Sequence[Sequence[Prepared]]) -> None:
        nested = [[data]] if isinstance(data, Prepared) else [list(fold) for fold in data]
        self.folds, self.sides = [fold[0] for fold in nested], [side for fold in nested for side in fold]
        self.data = self.sides[0]
        self.experiment = experiment = complete(experiment, Facts.of(self.data))
        assert experiment.loss is not None
        assert experiment.monitor is not None
        self.loss = experiment.loss
        self.readouts = [Readout(self.loss, side.task, side.target_scaler) for side in self.sides]
        self.dtype = np.float64 if experiment.dtype == "float64" else np.float32
        layers = fused(experiment.layers, self.loss)
        first = experiment.seed if experiment.model_seed is None else experiment.model_seed
        members = [member_seed(first, member) for member in range(experiment.ensemble)]
        seeds = members * len(self.folds)
        self.network = Network([layers] * len(seeds), self.data.inputs, seeds=seeds, dtype=self.dtype)
        self.constraints = constraints(experiment)
        self.updates = Updates(self.network, experiment.optimizer, self.constraints)
        self.monitor = _monitor(experiment.monitor)
        stopping = experiment.early_stopping
        patience, min_delta = (stopping.patience, stopping.min_delta) if stopping else (None, 0.0)
        self.best = KeepBest(self.network, self.monitor, patience, min_delta)
        self.decisions = Decisions()
        self._scorers: dict[str, Scorer] = {}

    @property
    def readout(self) -> Readout:
        """How the scores of the first side are read."""
        return self.readouts[0]

    @property
    def predictor(self) -> Predictor:
        """What predicts other rows: all models together."""
        readouts = self.readouts[:: len(self.sides) // len(self.folds)]
        sides = [Side(fold.preparation, readout) for fold, readout in zip(self.folds, readouts, strict=True)]
        return Predictor(self.network, self.loss, sides, self.decisions)

    def samples(self, part: str) -> Samples:
        """Rows of a part as the engine takes them; those of several sides one behind the other, for each model.

        Where sides have unequally many rows, the shorter ones are filled with rows of weight 0.
        """
        each = [self._rows(side.parts[part], readout) for side, readout in zip(self.sides, self.readouts, strict=True)]
        if len(each) == 1:
            return each[0]
        size, members = max(len(one) for one in each), self.network.models // len(each)
        weighted = any(one.w is not None or len(one) < size for one in each)
        x, t = (
            np.repeat([_filled(rows, size) for rows in kind], members, axis=0)
            for kind in ([one.x for one in each], [one.t for one in each])
        )
        w = np.repeat([_filled(_weights(one), size, 0.0) for one in each], members, axis=0) if weighted else None
        return Samples(x, t, None if w is None else w * (size / w.sum(axis=-2, keepdims=True)).astype(w.dtype))

    def _rows(self, part: Part, readout: Readout) -> Samples:
        t = readout.encode(part.y, self.data.class_count)
        w = None if part.weight is None else part.weight[:, np.newaxis]
        return Samples.of_prepared(part.with_ones, t, w, self.dtype)

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
        self._decide()

    def _decide(self) -> None:
        """Fit the temperature and choose the threshold on the validation part, where they are wished."""
        e, parts = self.experiment, self.data.parts
        self.decisions = Decisions(threshold=e.threshold if isinstance(e.threshold, float) else 0.5)
        if "validation" not in parts or not (e.temperature or isinstance(e.threshold, str)):
            return
        said = [self.said("validation", fold) for fold in range(len(self.folds))]
        outputs = np.concatenate([output for _, output in said], axis=1)
        y = np.concatenate([part.y for part, _ in said])
        if e.temperature:
            temperature = fit_temperature(logits(outputs, self.data.task), y)
            self.decisions = replace(self.decisions, temperature=temperature)
            outputs = self.decisions.tempered(outputs, self.data.task)
        if isinstance(e.threshold, str):
            self.decisions = replace(self.decisions, threshold=choose_threshold(y, outputs[0], e.threshold).value)

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
                shares = zip(self.sides, self.readouts, np.split(scorer.scores, len(self.sides)), strict=True)
                outputs = [(side.parts[part].y, readout(share)) for side, readout, share in shares] if names else []
                for name in names:
                    each = [measure(name, y, output[..., : len(y)], self.data.task) for y, output in outputs]
                    values[f"{part}_{name}"] = np.concatenate(each)
        return values

    def _scorer(self, part: str) -> Scorer:
        if part not in self._scorers:
            self._scorers[part] = Scorer(self.network, self.loss, self.samples(part))
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

    def said(self, part: str, fold: int = 0) -> Said:
        """The rows of a part of a fold, and its outputs (outputs, samples), averaged over the members.

        Where members have parts of their own, a row gets the mean over those that have it in this part.
        """
        return self._read(self._scorer(part).predict(), part, fold)

    def outputs(self, part: str, fold: int = 0) -> Floats:
        """What is said of a part: probabilities or values, (outputs, samples)."""
        return self.said(part, fold)[1]

    def _read(self, scores: NDArray[Any], part: str, fold: int) -> Said:
        several = len(self.sides) // len(self.folds)
        chosen = slice(fold * several, (fold + 1) * several)
        shares = np.split(scores, len(self.sides))[chosen]
        parts = [side.parts[part] for side in self.sides[chosen]]
        each = zip(parts, self.readouts[chosen], shares, strict=True)
        whole, output = pooled([(one, readout(share[..., : len(one.y)]).mean(axis=0)) for one, readout, share in each])
        return whole, self.decisions.tempered(output, self.data.task)

    def predict(self, frame: Frame) -> Floats:
        """Outputs (outputs, samples) for rows as they were read, averaged over all models."""
        return self.predictor.outputs(frame)

    def scores(self, part: str, fold: int = 0) -> dict[str, float]:
        """The loss, of an ensemble the mean of its members', and all metrics of one part, by scikit-learn."""
        scorer = self._scorer(part)
        loss = float(np.split(scorer.run(), len(self.folds))[fold].mean())
        rows, output = self._read(scorer.scores, part, fold)
        return {"loss": loss, **self.figures(rows.y, output)}

    def figures(self, y: NDArray[Any], output: Floats) -> dict[str, float]:
        """All metrics of outputs (outputs, samples), decisions taken at the threshold."""
        return figures(y, output, self.data.task, self.decisions)

    def weights(self) -> dict[str, NDArray[Any]]:
        """Parameters and running statistics by the names and shapes of a PyTorch state_dict.

        Of an ensemble with a leading axis that numbers the networks.
        """
        return weights_of(self.network)

    def set_weights(self, weights: Mapping[str, NDArray[Any]]) -> None:
        """Take parameters over from such names; RunError with the first differences where they do not fit."""
        set_weights(self.network, weights)

    def checkpoint(self) -> dict[str, NDArray[Any]]:
        """The last state: theta, the statistics and the optimizer's slots, as they are in memory."""
        slots = {f"slots.{name}": slot for name, slot in self.updates.slots.items()}
        return {"theta": self.network.theta, "state": self.network.state, **slots}


def figures(y: NDArray[Any], output: Floats, task: Task, decisions: Decisions) -> dict[str, float]:
    """All metrics of outputs (outputs, samples), by scikit-learn, decisions taken at the threshold."""
    found = evaluate(y, output, task)
    if decisions.threshold == 0.5:
        return found
    return found | evaluate(y, decisions.moved(output, task), task, DECIDED)


def _filled(rows: NDArray[Any], size: int, value: float | None = None) -> NDArray[Any]:
    """Rows, followed by copies of the last, or by a value, up to a size."""
    more = np.repeat(rows[-1:], size - len(rows), axis=0)
    return np.concatenate([rows, more if value is None else np.full_like(more, value)])


def _weights(rows: Samples) -> NDArray[Any]:
    return np.ones((len(rows), 1), rows.x.dtype) if rows.w is None else rows.w


def weights_of(network: Network) -> dict[str, NDArray[Any]]:
    """Views of parameters and statistics by name; one model has no model axis."""
    named = {**network.named(network.theta), **network.named_state(network.state)}
    return {name: values[0] if network.models == 1 else values for name, values in named.items()}


def set_weights(network: Network, weights: Mapping[str, NDArray[Any]]) -> None:
    """Put values under such names into a network; RunError with the first differences where they do not fit."""
    own = weights_of(network)
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


def prepared_for(experiment: Experiment, dataset: Dataset) -> list[list[Prepared]]:
    """The data of an experiment, split and prepared: the sides of its only fold, or of each fold."""
    e = experiment
    parts = folds_of(dataset, e.cv, e.seed) if e.cv else [parts_of(dataset, e.split, e.seed)]
    refuse_unlearnable(dataset)
    dtype = np.float64 if e.dtype == "float64" else np.float32
    if not e.own_validation:
        return [[prepare_parts(dataset, fold, e.preparing, e.class_weight, dtype)] for fold in parts]
    seeds = [member_seed(e.seed, member) for member in range(e.ensemble)]
    return [prepare_members(dataset, fold, seeds, e.preparing, e.class_weight, dtype) for fold in parts]


def constraints(experiment: Experiment) -> Constraints:
    """The penalties and limits of an experiment."""
    e = experiment
    return Constraints(e.l1, e.l2, e.clip_norm, e.clip_value, e.max_norm)


def _monitor(name: str) -> Monitor:
    metric = name.partition("_")[2]
    return Monitor(name, metric != "loss" and metrics[metric].goal == "maximize")


def _shape(values: NDArray[Any] | None) -> str:
    return "nothing" if values is None else str(tuple(values.shape))
