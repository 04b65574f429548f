"""From raw scores to predictions: values or probabilities, their calibration, and the scores that depend on it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npnet.config import Experiment
from npnet.data import Part, Scaler, Task
from npnet.data.datasets import VALUES
from npnet.data.preprocessing.target_transform import TRANSFORMS, TargetTransform, TransformName, smearing
from npnet.metrics import DECIDED, evaluate
from npnet.metrics.calibration import DecisionRule, choose_threshold, fit_temperature
from npnet.nn.losses import Loss

Floats = NDArray[np.float64]
TINY = 1e-12


@dataclass(frozen=True, eq=False)
class OutputTransform:
    """Turns raw scores into predictions: probabilities, or values in the units of the target.

    `smearing` (models, targets, moments) corrects the means of a transformed target.
    """

    loss: Loss
    task: Task
    target_scaler: Scaler
    target_transform: TransformName | None = None
    smearing: Floats | None = None

    def encode(self, y: NDArray[Any], classes: int) -> Floats:
        """Return targets as the loss takes them; those of a regression are transformed and scaled."""
        if self.target_transform is not None:
            y = TRANSFORMS[self.target_transform].forward(y)
        if self.task in VALUES and self.loss.scales_target:
            y = self.target_scaler.transform(y)
        return self.loss.encode(y, classes)

    def __call__(self, z: NDArray[Any]) -> Floats:
        """Return outputs (models, outputs, samples); for two classes one row, the probability of the second."""
        if self.loss.quantiles:
            return self.quantiles(z)[..., int(np.argmin(np.abs(np.array(self.loss.quantiles) - 0.5))), :]
        output = self.loss.predict(z)
        if self.task in VALUES:
            values, transform = self._unscaled(output), self.target_transform
            return values if transform is None else self._restored(values, TRANSFORMS[transform])
        if self.loss.link == "identity":
            output = np.clip(output, 0.0, 1.0)
            output = _shares(output) if output.shape[-2] > 1 else output
        return output[..., 1:, :] if self.task == "binary" and output.shape[-2] == 2 else output

    def quantiles(self, z: NDArray[Any]) -> Floats:
        """Return the sorted quantiles of each target in its units, (models, targets, quantiles, samples)."""
        several = self.loss.predict(z).reshape(len(z), -1, len(self.loss.quantiles), z.shape[-1])
        unit = self.target_scaler
        values = several * unit.scale[:, np.newaxis, np.newaxis] + unit.mean[:, np.newaxis, np.newaxis]
        if self.target_transform is not None:
            values = TRANSFORMS[self.target_transform].inverse(values)
        return np.sort(values, axis=-2)

    @property
    def smears(self) -> bool:
        """Whether predictions are means of a transformed target, which a correction turns back."""
        return self.target_transform is not None and self.loss.predicts_mean

    def fit_smearing(self, train: Part, z: NDArray[Any]) -> Floats:
        """Return the correction (models, targets, moments) by the raw scores of the training rows."""
        if self.target_transform is None:
            raise ValueError("the target is not transformed")
        with np.errstate(all="ignore"):
            rows, output = train.each_target, train.of_targets(self._unscaled(self.loss.predict(z)))
            errors = TRANSFORMS[self.target_transform].forward(rows.y.T) - output
            return smearing(self.target_transform, errors, rows.weight)

    def _unscaled(self, output: Floats) -> Floats:
        unit = self.target_scaler if self.loss.scales_target else Scaler.none(1)
        return np.asarray(unit.inverse(output.mT).mT)

    def _restored(self, values: Floats, transform: TargetTransform) -> Floats:
        """Turn unscaled values of a transformed target back."""
        if not self.smears or self.smearing is None:
            return transform.inverse(values)
        return transform.mean(values, self.smearing[:, :, np.newaxis])


def _shares(output: Floats) -> Floats:
    """Divide outputs >= 0, (..., classes, samples), by their sum; where all are 0, return equal shares."""
    total = output.sum(axis=-2, keepdims=True)
    evenly = np.full_like(output, 1 / output.shape[-2])
    return np.asarray(np.divide(output, total, out=evenly, where=total > 0))


@dataclass(frozen=True)
class Calibration:
    """A temperature that calibrates probabilities, and the threshold that decides between two classes.

    `chosen_for` is the metric for which the validation set chose the threshold, None where the config gives it.
    `smearing` corrects the means of a transformed target, by model, target and moment; empty where nothing does.
    """

    temperature: float = 1.0
    threshold: float = 0.5
    chosen_for: str | None = None
    smearing: tuple[tuple[tuple[float, ...], ...], ...] = ()

    def smearing_of(self, models: slice) -> Floats | None:
        """Return the correction (models, targets, moments) of some models; None where there is none."""
        return np.array(self.smearing[models]) if self.smearing else None

    def apply_temperature(self, output: Floats, task: Task) -> Floats:
        """Return probabilities (outputs, samples) whose logits are divided by the temperature.

        Guo et al. (2017), On calibration of modern neural networks.
        """
        if self.temperature == 1.0 or task in VALUES:
            return output
        z = logits(output, task) / self.temperature
        if task == "multiclass":
            e = np.exp(z - z.max(axis=0))
            return np.asarray(e / e.sum(axis=0))
        return np.asarray(np.exp(-np.logaddexp(0.0, -z)))

    def apply_threshold(self, output: Floats, task: Task) -> Floats:
        """Return the decisions between two classes as 0 and 1, NaN for NaN; outputs of other tasks unchanged."""
        return np.where(np.isnan(output), output, output > self.threshold) if task == "binary" else output

    def rule(self, task: Task, classes: Sequence[str]) -> DecisionRule | None:
        """Return how two classes are decided; None for any other task."""
        return DecisionRule(classes[1], self.threshold, self.chosen_for) if task == "binary" else None


def logits(output: Floats, task: Task) -> Floats:
    """Return the logits of probabilities (outputs, samples): log p of several classes, log odds of two."""
    p = np.clip(output, TINY, 1.0 - TINY)
    return np.asarray(np.log(p) if task == "multiclass" else np.log(p) - np.log1p(-p))


def fit_calibration(experiment: Experiment, task: Task, y: NDArray[Any], output: Floats) -> Calibration:
    """Fit the temperature and threshold of an experiment to outputs (outputs, samples) and targets y.

    Outputs that are not finite choose nothing.
    """
    calibration = Calibration(threshold=experiment.given_threshold)
    if not np.isfinite(output).all():
        return calibration
    if experiment.temperature:
        calibration = replace(calibration, temperature=fit_temperature(logits(output, task), y))
        output = calibration.apply_temperature(output, task)
    if isinstance(experiment.threshold, str):
        metric = experiment.threshold
        calibration = replace(calibration, threshold=choose_threshold(y, output[0], metric).value, chosen_for=metric)
    return calibration


def score_outputs(y: NDArray[Any], output: Floats, task: Task, calibration: Calibration) -> dict[str, float]:
    """Return all metrics of outputs (outputs, samples), with decisions taken at the threshold."""
    found = evaluate(y, output, task)
    if calibration.threshold == 0.5:
        return found
    return found | evaluate(y, calibration.apply_threshold(output, task), task, DECIDED)
